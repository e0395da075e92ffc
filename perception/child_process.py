"""Python modules of ours in processes of their own."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path


async def start_module(module: str, *arguments: str, reads: bool = True) -> Process:
    """Start `python -m module arguments`; its answers come through a pipe, and if it `reads`, its
    input goes through one."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=PIPE if reads else DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environment(),
    )  # fmt: skip


async def end(process: Process) -> None:
    """Let nothing of `process` remain, whether it runs or has ended."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def environment() -> dict[str, str]:
    """As ours, and able to find this package however we were started."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "2"}
