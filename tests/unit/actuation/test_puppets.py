"""What every puppet on a line does: hold, rest, stand still, go on, and outlive its listener."""

import asyncio
import socket
import struct

import pytest

from actuation.bodies.puppet_configs import LiveLinkConfig
from actuation.embodiments.livelink import LiveLinkBody
from actuation.motion import Cut, Halt, Release
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health
from tests.fakes.puppets import Listener, chunk, running, silence

JAW = 1 + 17 * 4


def jaw(datagram):
    """The jaw's opening in a Live Link datagram: it tells the poses of these tests apart."""
    (value,) = struct.unpack_from("!f", datagram, len(datagram) - 1 - 61 * 4 + JAW)
    return value


def only(value, values):
    return len(values) > 0 and values == pytest.approx([value] * len(values))


class Far:
    """A body, the port it talks to, and what arrived there."""

    def __init__(self, listener, told, **config):
        self.told = told
        self._listener = listener
        self.clock = LoopClock(asyncio.get_running_loop())
        self.body = LiveLinkBody(
            config=LiveLinkConfig(port=listener.port, **config), clock=self.clock,
            publish=told.append, traffic=silence(),
        )  # fmt: skip

    async def seen(self, seconds):
        """Jaw openings that arrive in the next seconds."""
        values = []
        until = self.clock.now() + seconds
        while self.clock.now() < until - 1e-6:
            await asyncio.sleep(min(0.1, until - self.clock.now()))
            values += map(jaw, self._listener.heard())
        return values


@pytest.fixture
def listener():
    with Listener() as made:
        yield made


class BusyClock(LoopClock):
    """Wakes late, once."""

    late_s = 0.0

    async def sleep_until(self, when):
        late_s, self.late_s = self.late_s, 0.0
        await super().sleep_until(when + late_s)


async def test_poses_keep_their_rate_and_one_that_was_missed_is_not_made_up_for(listener):
    far = Far(listener, [])
    far.body._clock = clock = BusyClock(asyncio.get_running_loop())
    async with running(far.body):
        assert len(await far.seen(1.005)) == 61
        clock.late_s = 0.095
        await asyncio.sleep(0.99)
        numbers = [struct.unpack_from("!I", data, 50)[0] for data in listener.heard()]
    assert numbers == [61, 67, *range(68, 120)]


async def test_before_the_first_frame_it_rests_and_the_first_is_taken_up_smoothly(listener):
    far = Far(listener, [])
    async with running(far.body):
        assert set(await far.seen(0.5)) == {0.0}
        far.body.apply(chunk(far.clock.now(), 2.0, jawOpen=0.6))
        values = await far.seen(1.0)
    assert values[-1] == pytest.approx(0.6)
    assert max(abs(b - a) for a, b in zip(values, values[1:], strict=False)) < 0.1


async def test_frames_are_shown_at_their_time(listener):
    far = Far(listener, [])
    far.body.apply(chunk(0.0, 1.0, jawOpen=0.2))
    far.body.apply(chunk(1.0, 1.0, jawOpen=0.8))
    async with running(far.body):
        await far.seen(0.9)
        assert only(0.2, await far.seen(0.08))
        await far.seen(0.07)
        assert only(0.8, await far.seen(0.1))


async def test_or_early_for_a_program_that_draws_late(listener):
    far = Far(listener, [], ahead_s=0.1)
    far.body.apply(chunk(0.0, 1.0, jawOpen=0.2))
    far.body.apply(chunk(1.0, 1.0, jawOpen=0.8))
    async with running(far.body):
        await far.seen(0.8)
        assert only(0.2, await far.seen(0.08))
        await far.seen(0.04)
        assert only(0.8, await far.seen(0.06))


async def test_without_frames_it_holds_and_then_goes_to_rest(listener):
    far = Far(listener, [], settle_s=1.0)
    far.body.apply(chunk(0.0, 1.0, jawOpen=0.6))
    async with running(far.body):
        await far.seen(1.1)
        assert only(0.6, await far.seen(0.8))
        values = await far.seen(2.0)
    assert values[-1] == 0.0
    assert sorted(values, reverse=True) == values
    assert max(a - b for a, b in zip(values, values[1:], strict=False)) < 0.05


async def test_an_emergency_freezes_it_in_the_pose_it_had_until_released(listener):
    far = Far(listener, [])
    far.body.apply(chunk(0.0, 0.5, jawOpen=0.2))
    far.body.apply(chunk(0.5, 1.5, jawOpen=0.8))
    async with running(far.body):
        await far.seen(0.45)
        far.body.apply(Halt(at=far.clock.now(), because="smoke"))
        far.body.apply(chunk(far.clock.now(), 10.0, generation=9, jawOpen=1.0))
        values = await far.seen(5.0)
        assert len(values) > 250
        assert only(0.2, values)
        far.body.apply(Release(at=far.clock.now()))
        far.body.apply(chunk(far.clock.now(), 2.0, jawOpen=0.9))
        values = await far.seen(1.0)
    assert values[0] < 0.3
    assert values[-1] == pytest.approx(0.9)


async def test_what_was_planned_before_an_emergency_is_not_shown_after_it(listener):
    far = Far(listener, [])
    far.body.apply(chunk(0.0, 0.5, jawOpen=0.2))
    far.body.apply(chunk(0.5, 1.5, jawOpen=0.8))
    async with running(far.body):
        await far.seen(0.45)
        far.body.apply(Halt(at=far.clock.now(), because="smoke"))
        await far.seen(0.3)
        far.body.apply(Cut(generation=0, at=far.clock.now()))
        far.body.apply(Release(at=far.clock.now()))
        values = await far.seen(3.0)
    assert max(values) == pytest.approx(0.2)
    assert values[-1] == 0.0


async def test_a_cut_drops_what_was_to_come(listener):
    far = Far(listener, [])
    far.body.apply(chunk(0.0, 0.5, jawOpen=0.2))
    far.body.apply(chunk(0.5, 3.0, jawOpen=0.9))
    async with running(far.body):
        await far.seen(0.4)
        far.body.apply(Cut(generation=1, at=far.clock.now()))
        assert max(await far.seen(1.0)) == pytest.approx(0.2)
        await far.seen(1.2)
        assert only(0.0, await far.seen(0.2))  # frames that were cut do not put off the rest


async def test_frames_of_an_older_generation_are_not_shown(listener):
    far = Far(listener, [])
    far.body.apply(chunk(0.0, 3.0, generation=2, jawOpen=0.2))
    async with running(far.body):
        await far.seen(0.5)
        far.body.apply(chunk(0.5, 1.0, generation=1, jawOpen=0.9))
        far.body.apply(Cut(generation=1, at=far.clock.now()))
        assert only(0.2, await far.seen(2.4))
        far.body.apply(Cut(generation=4, at=far.clock.now()))
        far.body.apply(chunk(far.clock.now(), 1.0, generation=3, jawOpen=0.9))
        assert max(await far.seen(0.5)) == pytest.approx(0.2)


async def test_sent_to_rest_it_stands_at_rest_when_the_line_closes(listener):
    far = Far(listener, [])
    far.body.apply(chunk(0.0, 3.0, jawOpen=0.6))
    async with running(far.body):
        assert (await far.seen(0.5))[-1] == pytest.approx(0.6)
        await far.body.rest()
    assert jaw(listener.heard()[-1]) == 0.0
    assert far.body.health() is Health.STARTING


async def test_a_restart_of_its_loop_goes_on_where_it_was(listener):
    far = Far(listener, [])
    far.body.apply(chunk(0.0, 3.0, jawOpen=0.6))
    async with running(far.body):
        await far.seen(0.5)
    async with running(far.body):
        assert min(await far.seen(0.5)) == pytest.approx(0.6)


@pytest.mark.real_time
async def test_nobody_there_is_told_and_whoever_comes_is_heard_by(listener):
    port = listener.port
    told = []
    far = Far(listener, told, rate_hz=100)
    listener.close()
    async with running(far.body):
        await asyncio.sleep(0.3)
        assert far.body.health() is Health.DEGRADED
        assert [(m.health, m.component) for m in told if isinstance(m, ComponentHealth)] == [
            (Health.DEGRADED, "actuation.body.livelink")
        ]
        assert f"127.0.0.1:{port}" in told[0].detail
        assert "Unreal" in told[0].detail
        with Listener(port) as late:
            await asyncio.sleep(0.3)
            assert len(late.heard()) > 15


async def test_it_counts_as_heard_when_refusals_have_stopped_for_a_while(listener):
    far = Far(listener, told := [])
    port = listener.port
    listener.close()
    async with running(far.body):
        await asyncio.sleep(1.005)
        with Listener(port) as late:
            await asyncio.sleep(0.5)
            assert len(late.heard()) == 30  # from the first pose on
            await asyncio.sleep(1.5)
            assert far.body.health() is Health.DEGRADED
            await asyncio.sleep(2.0)
            assert far.body.health() is Health.RUNNING
    assert [m.health for m in told] == [Health.DEGRADED, Health.RUNNING]


async def test_a_host_that_cannot_be_is_said_with_what_to_do():
    body = LiveLinkBody(
        config=LiveLinkConfig(host="a..b"), clock=LoopClock(asyncio.get_running_loop()),
        publish=lambda _: None, traffic=silence(),
    )  # fmt: skip
    with pytest.raises(BackendUnavailableError, match=r"'a\.\.b'.*correct it"):
        await body.run()


class BlockedLine(socket.socket):
    """A network whose firewall lets nothing out."""

    def send(self, *_):
        raise PermissionError(1, "Operation not permitted")


async def test_a_line_that_lets_nothing_out_is_told_as_what_it_is(listener, monkeypatch):
    far = Far(listener, told := [])
    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", BlockedLine)
        async with running(far.body):
            await far.seen(0.5)
            assert far.body.health() is Health.DEGRADED
    assert ["Operation not permitted at 127.0.0.1" in m.detail for m in told] == [True]


class FullLine(socket.socket):
    """A network that takes nothing."""

    def send(self, *_):
        raise BlockingIOError


async def test_a_full_network_costs_poses_and_nothing_else(listener, monkeypatch):
    far = Far(listener, [])
    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", FullLine)
        async with running(far.body):
            await far.seen(0.5)
            assert far.body.health() is Health.RUNNING
    assert listener.heard() == []
