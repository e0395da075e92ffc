"""A machine that has other work: a process that never rests, for as long as a block lasts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_WORK = "x = 1\nwhile True:\n    x = (x * 31 + 7) % 1000003\n"


@contextmanager
def burden(processes: int = 1) -> Iterator[None]:
    """Keep that many cores busy, at the priority of this process."""
    running = [subprocess.Popen([sys.executable, "-c", _WORK]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
