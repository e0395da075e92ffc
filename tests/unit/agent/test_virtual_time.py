"""Virtual time: waiting costs nothing, work outside the loop is waited for."""

import asyncio
import contextlib
import socket
import sys
import threading
import time

import pytest

from agent.virtual_time import VirtualTimeLoop


async def test_ninety_seconds_pass_at_once():
    began = time.perf_counter()
    await asyncio.sleep(90)
    assert asyncio.get_running_loop().time() == pytest.approx(90)
    assert time.perf_counter() - began < 1


async def test_sleepers_wake_in_the_order_of_their_times():
    woken = []

    async def sleeper(seconds):
        await asyncio.sleep(seconds)
        woken.append(seconds)

    async with asyncio.TaskGroup() as group:
        for seconds in (3, 1, 2):
            group.create_task(sleeper(seconds))
    assert woken == [1, 2, 3]


async def test_a_worker_thread_faster_than_its_deadline_takes_no_virtual_time():
    done = threading.Event()
    async with asyncio.timeout(5):
        await asyncio.to_thread(done.wait, 0.05)
    assert asyncio.get_running_loop().time() == 0


async def test_a_hung_worker_thread_runs_into_its_deadline():
    let_go = threading.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await asyncio.to_thread(let_go.wait, 20)
    let_go.set()
    assert asyncio.get_running_loop().time() == pytest.approx(0.1)


async def test_a_child_process_is_waited_for():
    async with asyncio.timeout(30):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "print('hello')", stdout=asyncio.subprocess.PIPE
        )
        out, _ = await child.communicate()
    assert out == b"hello\n"
    assert asyncio.get_running_loop().time() == 0
    await asyncio.sleep(60)  # and once it is gone, time jumps again


@pytest.mark.real_time
async def test_a_test_marked_real_time_runs_on_the_clock_on_the_wall():
    began = time.perf_counter()
    await asyncio.sleep(0.02)
    assert time.perf_counter() - began >= 0.019


def test_with_patience_a_job_slower_than_its_deadline_takes_no_virtual_time_either():
    async def job():
        async with asyncio.timeout(0.01):
            await asyncio.to_thread(threading.Event().wait, 0.1)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(patience_s=20)) as runner:
        assert runner.run(job()) == 0


def test_patience_has_an_end():
    async def job():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await asyncio.to_thread(let_go.wait, 20)
        let_go.set()

    let_go = threading.Event()
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(patience_s=0.05)) as runner:
        runner.run(job())


def test_while_a_server_outside_is_asked_time_passes_as_in_life():
    """A socket that answers after a tenth of a second; without `outside` time jumps past it."""

    async def ask(waiting):
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        near.setblocking(False)
        timer = threading.Timer(0.1, far.send, (b"hello",))
        timer.start()
        try:
            with waiting(loop):
                async with asyncio.timeout(30.0):
                    assert await loop.sock_recv(near, 10) == b"hello"
            return loop.time()
        finally:
            timer.join()
            near.close()
            far.close()

    def run(waiting):
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            return runner.run(ask(waiting))

    assert 0.09 <= run(lambda loop: loop.outside()) < 10.0
    with pytest.raises(TimeoutError):
        run(lambda loop: contextlib.nullcontext())
