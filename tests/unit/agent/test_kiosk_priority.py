"""Who waits where processors are few, tried on real processes."""

import asyncio
import os
import subprocess
import sys

import psutil
import pytest

from agent.kiosk.browser import launched
from agent.kiosk.priority import BROWSER_NICE, DRAWING_NICE, drawing_last

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="niceness of threads is Linux's")

DRAWS = "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()"
STARTS_ONE_THAT_DRAWS = (
    "import subprocess, sys, time\n"
    f"subprocess.Popen([sys.executable, '-c', {DRAWS!r}, '--type=gpu-process'])\n"
    "time.sleep(60)\n"
)


def niceness(number):
    return [os.getpriority(os.PRIO_PROCESS, t.id) for t in psutil.Process(number).threads()]


async def until(condition):
    while not condition():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.02)


@pytest.mark.real_time
async def test_the_browser_comes_after_the_agent_and_its_drawing_after_all(tmp_path):
    behind = min(DRAWING_NICE, os.getpriority(os.PRIO_PROCESS, 0) + BROWSER_NICE)
    script = tmp_path / "browser.py"
    script.write_text(STARTS_ONE_THAT_DRAWS)
    process = await launched([sys.executable, str(script)])
    try:
        async with asyncio.timeout(20):
            browser = psutil.Process(process._process.pid)
            await until(lambda: browser.children() and browser.children()[0].num_threads() == 2)
            drawing = browser.children()[0].pid
            assert niceness(drawing) == [behind] * 2
            await process.give_way()
            await process.give_way()
        assert niceness(drawing) == [DRAWING_NICE] * 2
        assert niceness(browser.pid) == [behind]
        # In another session it would be scheduled against the agent as a whole.
        assert os.getsid(drawing) == os.getsid(0)
        assert os.getpgid(drawing) == browser.pid != os.getpgid(0)
    finally:
        await process.end()
    assert drawing_last(browser.pid, drawing) is None


def test_what_others_draw_is_left_alone():
    other = subprocess.Popen([sys.executable, "-c", DRAWS, "--type=gpu-process"])
    try:
        assert drawing_last(other.pid) is None  # of a group that is not its own
        assert set(niceness(other.pid)) == {os.getpriority(os.PRIO_PROCESS, 0)}
    finally:
        other.kill()
        other.wait()
