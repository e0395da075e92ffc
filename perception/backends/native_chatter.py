"""Keeps native libraries from writing on the operator's terminal while they load.

They write straight to file descriptor 2, past Python. What they say in their own formats goes to
the log as debug; anything else that was written meanwhile is passed on, a moment late.
"""

import contextlib
import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator

_log = logging.getLogger(__name__)
_CHATTER = re.compile(rb"(?:(?:INFO|WARNING): |[IW]\d{4} )")
"""TensorFlow Lite and glog, below the level of an error."""
_STDERR = 2
_ONE = threading.Lock()
_OTHERS_S = 5.0
"""Whoever loads meanwhile waits so long for another; a library that hangs keeps nobody longer."""


@contextlib.contextmanager
def chatter_logged() -> Iterator[None]:
    """Within this block. One at a time, since the descriptor is the whole process's: in another
    thread it waits, and in the end does without."""
    with contextlib.ExitStack() as stack:
        if not _ONE.acquire(timeout=_OTHERS_S):
            yield
            return
        stack.callback(_ONE.release)
        try:
            true = os.dup(_STDERR)
        except OSError:  # a service without a standard error: nobody to be spared
            yield
            return
        stack.callback(os.close, true)
        kept = stack.enter_context(tempfile.TemporaryFile())
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(true, _STDERR)
            kept.seek(0)
            _tell(kept.read())


def _tell(said: bytes) -> None:
    for line in said.splitlines(keepends=True):
        if _CHATTER.match(line):
            text = line.decode(errors="replace").strip()
            _log.debug("a native library said", extra={"said": text})
        else:
            os.write(_STDERR, line)
