"""Who waits where processors are few: hearing and speaking first, then the page, its drawing last.

Linux may share processors out by session (`sched_autogroup_enabled`, sched(7)). A niceness then
counts within its session only, and a loop that wakes for a millisecond waits behind another
session's drawing for hundreds of them. So the browser stays in the agent's session, in a process
group of its own: a signal to the group ends it with its children. On two cores that draw the page
themselves, sound reached the agent 41 ms after its end in the median and 163 in 95 of 100 while
the browser had its own session; 5 and 31 ms in the agent's.
"""

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

BROWSER_NICE: Final = 5
"""Above the agent's own."""
DRAWING_NICE: Final = 19
_PROCESSES: Final = Path("/proc")


def behind_the_agent(process: int) -> None:
    """Let a browser that was just started come after the agent, with all that it starts."""
    with contextlib.suppress(OSError):
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, process, min(DRAWING_NICE, own + BROWSER_NICE))


def kept_modest() -> list[str]:
    """What to put before its command: root's Chromium would raise its own priority again."""
    if os.geteuid() == 0 and (setpriv := shutil.which("setpriv")):
        return [setpriv, "--bounding-set", "-sys_nice"]
    return []


def drawing_last(group: int, known: int | None = None) -> int | None:
    """Let what draws in this process group come last; its process id, None: there is none.

    `known`: what it was before. A graphics chip takes nothing from hearing and speaking, a
    processor that draws does.
    """
    if known is not None and _draws(known, group):
        return known
    for folder in _PROCESSES.glob("[0-9]*"):
        number = int(folder.name)
        if not _draws(number, group):
            continue
        with contextlib.suppress(OSError):
            for thread in (folder / "task").iterdir():
                os.setpriority(os.PRIO_PROCESS, int(thread.name), DRAWING_NICE)
            return number
    return None


def _draws(number: int, group: int) -> bool:
    try:
        command = (_PROCESSES / str(number) / "cmdline").read_bytes()
        return b"--type=gpu-process" in command and os.getpgid(number) == group
    except OSError:
        return False
