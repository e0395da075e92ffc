"""Work can be cut at once, whatever it does about its cancellation."""

import asyncio
import contextlib

import pytest

from agent.core.tenure import CutError, Work


async def stubborn(seconds):
    """Swallows every cancellation for a while."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(end - loop.time())


async def test_work_returns_what_its_job_returns():
    async def job():
        await asyncio.sleep(1)
        return 7

    assert await Work("fake.stage").run(job()) == 7


async def test_a_fault_of_the_job_is_a_fault_of_the_work():
    async def job():
        raise ConnectionError("server gone")

    with pytest.raises(ConnectionError):
        await Work("fake.stage").run(job())


async def test_a_cut_takes_effect_at_once_even_when_the_job_swallows_its_cancellation():
    loop, reports = asyncio.get_running_loop(), []
    work = Work("fake.stage", abandoned=lambda name, after_s: reports.append((name, loop.time())))
    loop.call_later(1.0, work.cut)
    with pytest.raises(CutError):
        await work.run(stubborn(30))

    assert loop.time() == pytest.approx(1.0)
    assert not work.busy
    assert work.lingering == 1
    await asyncio.sleep(0.25)
    assert reports == [("fake.stage", pytest.approx(1.2))]
    await asyncio.sleep(60)
    assert work.lingering == 0


async def test_a_job_that_obeys_is_not_reported():
    reports = []
    work = Work("fake.stage", abandoned=lambda name, after_s: reports.append(name))
    asyncio.get_running_loop().call_later(1.0, work.cut)
    with pytest.raises(CutError):
        await work.run(asyncio.sleep(30))
    await asyncio.sleep(5)
    assert reports == []
    assert work.lingering == 0


async def test_the_next_job_starts_while_the_cut_one_lingers():
    work = Work("fake.stage")
    asyncio.get_running_loop().call_later(1.0, work.cut)
    with pytest.raises(CutError):
        await work.run(stubborn(30))

    async def job():
        return "next"

    assert await work.run(job()) == "next"
    assert work.generation == 1
    await asyncio.sleep(60)


async def test_cancelling_the_worker_does_not_wait_for_a_stubborn_job():
    loop = asyncio.get_running_loop()
    work = Work("fake.stage")
    worker = loop.create_task(work.run(stubborn(30)))
    await asyncio.sleep(1)
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    assert loop.time() == pytest.approx(1.0)
    await asyncio.sleep(60)


async def test_work_does_one_job_at_a_time():
    work = Work("fake.stage")
    first = asyncio.get_running_loop().create_task(work.run(asyncio.sleep(1)))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="one job at a time"):
        await work.run(asyncio.sleep(1))
    await first
