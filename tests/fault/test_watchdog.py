"""Who has gone quiet is said, and what blocked the loop is shown."""

import asyncio
import contextlib
import time

import pytest

from agent.core.bus import EVERY, RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.messages import LoopStalled, MicrophoneLevel, StreamQuiet
from agent.watchdog import Complaint, Expectation, Watchdog, WatchdogConfig, kinds_of

MICROPHONE = Expectation(stream="microphone", kinds=(MicrophoneLevel,), quiet_s=1.0)


class World:
    def __init__(
        self,
        *rows,
        restart=lambda component, because: None,
        watch_loop=False,
        ready=None,
        start_s=90,
    ):
        self.ready = ready
        self.loop = asyncio.get_running_loop()
        self.bus, clock = Bus(), LoopClock(self.loop)
        self.reports = self.bus.subscribe(StreamQuiet, LoopStalled, delivery=EVERY)
        self.dog = Watchdog(
            traffic=self.bus.subscribe(*kinds_of(rows), delivery=RECENT),
            publish=self.bus.publish,
            clock=clock,
            expectations=rows,
            restart=restart,
            config=WatchdogConfig(start_s=start_s),
            watch_loop=watch_loop,
            ready=ready,
        )

    async def live(self, until):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self.dog.run()

    def sound(self, begin, end, step=0.1):
        at = begin
        while at < end:
            message = MicrophoneLevel(at=at, level_db=-40.0, speech=0.0)
            self.loop.call_at(at, self.bus.publish, message)
            at += step

    def told(self):
        return [(r.stream, r.recovered) for r in self.reports.waiting()]


async def test_a_stream_that_stops_is_reported_once_and_its_return_as_well():
    world = World(MICROPHONE)
    world.sound(0, 5)
    world.sound(20, 30)
    await world.live(30)
    assert world.told() == [("microphone", False), ("microphone", True)]
    quiet, back = world.reports.waiting()
    assert quiet.at == pytest.approx(5.0, abs=0.2)  # the last sign of life
    assert quiet.quiet_s > 1.0
    assert back.at == pytest.approx(20.0, abs=0.5)


async def test_a_stream_that_flows_is_not_reported():
    world = World(MICROPHONE)
    world.sound(0, 60)
    await world.live(60)
    assert world.told() == []


async def test_a_stream_that_never_came_is_reported():
    world = World(MICROPHONE)
    await world.live(5)
    assert world.told() == [("microphone", False)]


async def test_nothing_is_expected_of_a_stream_that_is_switched_off():
    on = []
    world = World(
        Expectation(
            stream="camera", kinds=(MicrophoneLevel,), quiet_s=1.0, expected=lambda: bool(on)
        )
    )
    world.loop.call_at(10.0, on.append, True)
    await world.live(10.9)
    assert world.told() == []  # and the silence before it was switched on does not count
    await world.live(15)
    assert world.told() == [("camera", False)]


async def test_a_quiet_stream_that_is_switched_off_is_quiet_no_more():
    off = []
    row = Expectation(
        stream="camera", kinds=(MicrophoneLevel,), quiet_s=1.0, expected=lambda: not off
    )
    world = World(row)
    world.loop.call_at(5.0, off.append, True)
    await world.live(10)
    assert world.told() == [("camera", False), ("camera", True)]


async def test_a_stream_off_the_bus_reports_by_itself():
    world = World(Expectation(stream="pictures", quiet_s=1.0))
    for at in range(5):
        world.loop.call_at(at * 0.5, world.dog.saw, "pictures")
    await world.live(2.5)
    assert world.told() == []
    await world.live(5)
    assert world.told() == [("pictures", False)]


async def test_the_part_behind_a_quiet_stream_is_restarted_and_again_when_that_did_not_help():
    asked = []
    world = World(
        Expectation(
            stream="camera", kinds=(MicrophoneLevel,), quiet_s=2.0, restarts="perception.camera"
        ),
        restart=lambda component, because: asked.append((component, because)),
    )
    await world.live(30)
    assert [component for component, _ in asked] == ["perception.camera"] * 2
    assert "camera has been quiet for" in asked[0][1]


def hold_the_loop(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


@pytest.mark.real_time
async def test_what_blocks_the_loop_is_named():
    world = World(watch_loop=True)
    world.loop.call_later(0.1, hold_the_loop, 0.4)
    await world.live(world.loop.time() + 2.0)  # longer than a busy machine takes to breathe again
    (stall,) = [r for r in world.reports.waiting() if "hold_the_loop" in r.stack]
    assert stall.stalled_s >= 0.4
    assert "hold_the_loop" in stall.stack.splitlines()[0]


@pytest.mark.real_time
async def test_what_could_not_arrive_while_the_loop_was_blocked_is_not_called_quiet():
    world = World(Expectation(stream="frames", quiet_s=0.5))
    start = world.loop.time()
    for at in (0.0, 0.2, 1.2, 1.4, 1.6):
        world.loop.call_at(start + at, world.dog.saw, "frames")
    world.loop.call_at(start + 0.3, hold_the_loop, 0.8)
    await world.live(start + 1.8)
    assert world.told() == []


@pytest.mark.real_time
async def test_a_loop_that_breathes_is_not_reported():
    world = World(watch_loop=True)
    await world.live(world.loop.time() + 0.5)
    assert world.reports.waiting() == ()


def test_many_stalls_are_one_line_a_minute_and_the_longest_is_named():
    complaint = Complaint(60.0)
    assert complaint.due(0.0) is None
    complaint.add(LoopStalled(at=1.0, stalled_s=0.2, stack="first.py:1 f: x"))
    assert complaint.due(1.0) == {"times": 1, "longest_s": 0.2, "where": "first.py:1 f: x"}
    for k in range(30):
        complaint.add(LoopStalled(at=2.0 + k, stalled_s=0.1 + 0.01 * k, stack=f"g{k}\nh"))
        assert complaint.due(2.0 + k) is None
    told = complaint.due(61.0)
    assert (told["times"], told["where"]) == (30, "g29")
    assert complaint.due(200.0) is None


@pytest.mark.real_time
async def test_a_start_may_hold_the_loop_and_what_holds_it_afterwards_is_told():
    world = World(watch_loop=True, ready=asyncio.Event())
    begun = world.loop.time()
    world.loop.call_later(0.1, hold_the_loop, 0.3)
    world.loop.call_later(0.6, world.ready.set)
    world.loop.call_later(0.9, hold_the_loop, 0.3)
    await world.live(begun + 2.5)
    held = [r.at - begun for r in world.reports.waiting() if "hold_the_loop" in r.stack]
    assert len(held) == 1
    assert held[0] > 0.6


@pytest.mark.real_time
async def test_a_start_that_never_ends_is_watched_all_the_same():
    world = World(watch_loop=True, ready=asyncio.Event(), start_s=0.3)
    begun = world.loop.time()
    world.loop.call_later(0.1, hold_the_loop, 0.15)
    world.loop.call_later(0.8, hold_the_loop, 0.3)
    await world.live(begun + 2.5)
    held = [r.at - begun for r in world.reports.waiting() if "hold_the_loop" in r.stack]
    assert len(held) == 1
    assert held[0] > 0.3
