"""What the system knows of a process."""

from pathlib import Path

import psutil


def busy_s(pid):
    """Processor time a process has had, seconds; to the microsecond where Linux says so."""
    exact = Path(f"/proc/{pid}/schedstat")
    if exact.exists():
        return int(exact.read_text().split()[0]) / 1e9
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system
