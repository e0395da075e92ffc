"""Cameras and detectors that fail, in every way they do."""

import asyncio
import contextlib
import itertools
import threading

import pytest

from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, PersonId, PersonLost, PersonSeen
from agent.expectations import WatchedCamera, expectations
from agent.settings import AgentConfig
from behavior.situation.state import Devices
from perception.backends.devices import LocalCamera, open_quietly
from perception.eyes.people import PeopleComponent, PeopleConfig
from perception.off_loop import GivenUpError, OneThread
from tests.fakes.people import FakeCamera, FakeDetector, Inline, body_at, picture


def eyes(scene, published, *, pictures=None, off_loop=None, open_detector=None, **config):
    return PeopleComponent(
        camera=FakeCamera(pictures or [picture(i / 15) for i in range(45)]),
        open_detector=open_detector or (lambda: FakeDetector(scene)),
        off_loop=off_loop or Inline(),
        publish=published.append,
        config=PeopleConfig(**config),
        new_id=lambda: PersonId("p1"),
    )


async def test_a_detector_that_fails_on_one_picture_goes_on():
    published = []
    await eyes(
        lambda at: ValueError("odd picture") if 1.0 <= at < 1.1 else [body_at(2)], published
    ).run()
    assert published[-1].at > 2.5


async def test_a_detector_that_fails_now_and_then_is_kept():
    published, count = [], itertools.count()
    await eyes(
        lambda at: ValueError("odd") if next(count) % 4 == 3 else [body_at(2)], published
    ).run()
    assert published[-1].at > 2.5


async def test_a_detector_that_keeps_failing_ends_the_run_and_nobody_stays_behind():
    published = []
    with pytest.raises(GivenUpError, match="failed on 5 pictures in a row"):
        await eyes(lambda at: ValueError("broken") if at >= 1.0 else [body_at(2)], published).run()
    assert isinstance(published[-1], PersonLost)


async def test_a_detector_that_cannot_be_opened_says_what_to_do():
    def refuse():
        raise BackendUnavailableError("people: the model is missing; run `foyer models pull`")

    with pytest.raises(BackendUnavailableError, match="models pull"):
        await eyes(lambda at: [], [], open_detector=refuse).run()


@pytest.mark.parametrize("ends", ["by itself", "with a fault", "cancelled"])
async def test_however_a_run_ends_its_detector_is_closed(ends):
    scenes = {
        "by itself": lambda at: [],
        "with a fault": lambda at: ValueError("broken"),
        "cancelled": lambda at: [],
    }
    detector = FakeDetector(scenes[ends])
    clock = LoopClock(asyncio.get_running_loop()) if ends == "cancelled" else None
    component = PeopleComponent(
        camera=FakeCamera([picture(i / 15) for i in range(45)], clock),
        open_detector=lambda: detector,
        off_loop=Inline(),
        publish=lambda message: None,
        config=PeopleConfig(),
    )
    with contextlib.suppress(TimeoutError, GivenUpError):
        async with asyncio.timeout(1.0):
            await component.run()
    assert detector.looked_at
    assert detector.closed


@pytest.mark.real_time
async def test_a_thread_does_its_last_work_after_what_it_is_doing():
    thread, release, done = OneThread("work"), threading.Event(), []
    finished = threading.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(thread.call(lambda: done.append(release.wait(5)), timeout_s=5))
        await asyncio.sleep(0)
        thread.close(lambda: (done.append("closed"), finished.set()))
        release.set()
    assert finished.wait(5)
    assert done == [True, "closed"]


async def test_a_camera_that_is_turned_while_somebody_is_before_it_goes_on():
    shapes = [(480, 640)] * 15 + [(640, 480)] * 15 + [(48, 64)] * 15
    pictures = [picture(i / 15, size=size) for i, size in enumerate(shapes)]
    published = []
    await eyes(lambda at: [body_at(2)], published, pictures=pictures).run()
    assert published[-1].at > 2.8
    assert {message.person for message in published} == {"p1"}


async def test_pictures_at_any_rate_and_at_the_same_moment_twice_show_one_person():
    gaps = itertools.cycle((0.01, 0.0, 0.5, 0.033, 0.2, 0.0, 0.9))
    times = list(itertools.accumulate(itertools.islice(gaps, 60)))
    published, ids = [], itertools.count(1)
    component = PeopleComponent(
        camera=FakeCamera([picture(at) for at in times]),
        open_detector=lambda: FakeDetector(lambda at: [body_at(2)]),
        off_loop=Inline(),
        publish=published.append,
        config=PeopleConfig(),
        new_id=lambda: PersonId(f"p{next(ids)}"),
    )
    await component.run()
    assert {message.person for message in published} == {"p1"}
    assert max(message.speed_m_s for message in published) < 0.3


async def test_a_camera_without_pictures_sees_nobody():
    published = []
    await eyes(lambda at: [body_at(2)], published, pictures=iter(())).run()
    assert published == []


@pytest.mark.real_time
async def test_a_detector_that_hangs_is_given_up_and_a_fresh_start_sees_again():
    release, hung, published = threading.Event(), [True], []

    def scene(at):
        if hung and at > 1.0:
            hung.clear()
            release.wait(10)
        return [body_at(2)]

    component = eyes(scene, published, off_loop=OneThread("eyes"), look_timeout_s=0.2)
    with pytest.raises(GivenUpError, match="no answer within 0.2 s"):
        await component.run()
    release.set()
    await component.run()
    assert isinstance(published[-1], PersonSeen)


@pytest.mark.real_time
async def test_what_an_abandoned_thread_answers_goes_nowhere():
    release, thread = threading.Event(), OneThread("slow")
    with pytest.raises(GivenUpError):
        await thread.call(lambda: release.wait(10), timeout_s=0.05)
    assert await thread.call(lambda: "new", timeout_s=1) == "new"
    release.set()


@pytest.mark.real_time
async def test_work_beside_the_loop_does_not_hold_it_up():
    thread, release, ticks = OneThread("work"), threading.Event(), 0
    async with asyncio.TaskGroup() as group:
        work = group.create_task(thread.call(lambda: release.wait(5), timeout_s=5))
        for _ in range(20):
            await asyncio.sleep(0)
            ticks += 1
        release.set()
    assert work.result() is True
    assert ticks == 20
    thread.close()


@pytest.mark.real_time
async def test_a_fault_of_the_work_is_the_callers():
    def fail():
        raise TimeoutError("the work's own")

    with pytest.raises(TimeoutError, match="own"):
        await OneThread("work").call(fail, timeout_s=1)


class FakeCapture:
    """An OpenCV device that gives `count` pictures and is then unplugged."""

    def __init__(self, count):
        self._left = count

    def set(self, what, value):
        return True

    def read(self):
        if self._left <= 0:
            return False, None
        self._left -= 1
        return True, picture(self._left / 10).pixels

    def release(self):
        pass


@pytest.mark.real_time
async def test_a_camera_that_is_unplugged_is_reported_and_goes_on_when_it_is_back(monkeypatch):
    monkeypatch.setattr("perception.backends.devices.FIRST_DELAY_S", 0.01)
    plugged = [FakeCapture(3), FakeCapture(0), FakeCapture(0), FakeCapture(3)]
    reports, opened = [], []

    def open_capture(index):
        opened.append(index)
        return plugged.pop(0) if plugged else FakeCapture(1)

    camera = LocalCamera(
        clock=LoopClock(asyncio.get_running_loop()),
        report=reports.append,
        index=7,
        open_capture=open_capture,
    )
    seen = 0
    async with asyncio.timeout(5):
        async for _ in camera.pictures():
            seen += 1
            if len(opened) >= 4:
                break
    assert [report.health for report in reports] == ["degraded", "running"]
    assert "camera 7" in reports[0].detail
    assert "plug it in" in reports[0].detail
    assert all(isinstance(report, ComponentHealth) for report in reports)
    assert set(opened) == {7}


@pytest.mark.real_time
async def test_while_a_camera_says_that_it_is_away_nobody_is_restarted_for_it(monkeypatch):
    """Each restart would load the detectors anew, every twenty seconds, all day."""
    monkeypatch.setattr("perception.backends.devices.FIRST_DELAY_S", 0.01)
    plugged = [FakeCapture(0), FakeCapture(0), FakeCapture(10**6)]
    reports = []
    camera = LocalCamera(
        clock=LoopClock(asyncio.get_running_loop()),
        report=reports.append,
        index="",
        open_capture=lambda index: plugged.pop(0) if plugged else FakeCapture(0),
    )
    watched = WatchedCamera(camera, lambda stream: None)
    device = AgentConfig.model_validate({"camera": {"source": "device"}})
    rows = expectations(device, Devices, watched)
    looking = next(row for row in rows if row.stream == "camera")
    expected = []
    camera._report = lambda report: (reports.append(report), expected.append(looking.expected()))
    async with asyncio.timeout(5):
        async for _ in watched.pictures():
            expected.append(looking.expected())
            break
    # Away when it said so; back when it said that; looked for while pictures come.
    assert expected == [False, False, True]
    assert reports[0].detail.startswith("the camera gives no picture; plug it in")


def test_a_camera_that_is_not_there_costs_no_line_on_the_terminal(capfd):
    assert not open_quietly(99).isOpened()
    assert capfd.readouterr() == ("", "")
