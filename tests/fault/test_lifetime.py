"""The process ends when it is asked to, whatever its parts are doing."""

import os
import signal
import subprocess
import sys
import time

import pytest

from agent.lifetime import run_to_end
from agent.virtual_time import VirtualTimeLoop

STUBBORN = """
import asyncio, sys, threading
from agent.lifetime import leave, run_to_end

async def deaf():
    while True:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            pass

async def main():
    keep = asyncio.get_running_loop().create_task(deaf())
    hung = asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)
    await asyncio.sleep(0)
    print("up", flush=True)
    if "wait" in sys.argv:
        await asyncio.sleep(1000)

try:
    run_to_end(main(), grace_s=0.2)
except KeyboardInterrupt:
    leave(130)
leave(0)
"""


def test_the_result_is_returned_and_faults_are_raised():
    async def seven():
        return 7

    async def fails():
        raise ConnectionError("gone")

    assert run_to_end(seven(), loop_factory=VirtualTimeLoop) == 7
    with pytest.raises(ConnectionError):
        run_to_end(fails(), loop_factory=VirtualTimeLoop)


def test_a_deaf_task_and_a_hung_thread_do_not_keep_the_process():
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", STUBBORN], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert time.perf_counter() - began < 10


@pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process(number):
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN, "wait"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "up\n"
    process.send_signal(number)
    assert process.wait(timeout=20) == 130
    process.stdout.close()


def test_what_was_there_at_the_start_is_not_looked_through_again():
    code = (
        "import gc; from agent.lifetime import settle; kept = [[i] for i in range(300_000)];"
        "settle(); print(len(gc.get_objects()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 5_000
