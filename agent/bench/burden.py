"""A machine that has other work: a process that never rests, for as long as a block lasts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_WORK = "x = 1\nwhile True:\n    x = (x * 31 + 7) % 1000003\n"


@contextmanager
def burden(processes: int = 1) -> Iterator[None]:
    """Keep that many cores busy, at ordinary priority or at this process's, whichever is lower."""
    running = [subprocess.Popen([sys.executable, "-c", _WORK]) for _ in range(processes)]
    for process in running:
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, process.pid, max(own, 0))
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
