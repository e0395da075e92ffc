"""One stop: every body stands still at once, whatever is going on, until somebody releases it."""

import asyncio

from actuation.motion import Cut, FrameChunk, Halt, Release, VoiceChunk
from agent.core.messages import ActFinished, EmergencyRelease, EmergencyStop
from agent.expectations import Pulse
from tests.fakes.stages import KeepingBody, act, performing


class HaltedBody(KeepingBody):
    """Notes what came after a halt."""

    def __init__(self, name):
        super().__init__(name)
        self.halted_at = None
        self.after = []

    def apply(self, item):
        if isinstance(item, Halt):
            self.halted_at = asyncio.get_running_loop().time()
        elif self.halted_at is not None:
            self.after.append(item)
        super().apply(item)


class DeafBody(HaltedBody):
    """Fails at every frame: it is left alone most of the time."""

    def apply(self, item):
        super().apply(item)
        if isinstance(item, FrameChunk):
            raise OSError("gone")


async def test_an_emergency_reaches_every_body_within_a_tenth_of_a_second():
    loop = asyncio.get_running_loop()
    async with performing(bodies=[HaltedBody("page"), DeafBody("robot")]) as (say, _, bodies, _):
        await asyncio.sleep(1.0)
        say(act("We have a big map of the building beside the main door for you."))
        await asyncio.sleep(1.0)
        pressed = loop.time()
        say(EmergencyStop(at=pressed, source="console"))
        await asyncio.sleep(0.1)
        assert all(b.halted_at is not None and b.halted_at - pressed < 0.1 for b in bodies)
        await asyncio.sleep(3.0)
        assert all(not b.after for b in bodies)


async def test_while_it_holds_no_act_is_performed_and_whoever_waits_is_told():
    async with performing(bodies=[HaltedBody("page")]) as (say, told, (body,), _):
        await asyncio.sleep(0.5)
        say(EmergencyStop(at=0.5, source="mqtt", because="smoke"))
        refused = act("Good morning.")
        say(refused)
        await asyncio.sleep(1.0)
        ended = [m for m in told if isinstance(m, ActFinished) and m.act == refused.act]
        assert [m.detail for m in ended] == ["emergency stop holds"]
        assert not any(isinstance(i, VoiceChunk) for i in body.after)


async def test_after_the_release_it_performs_again_and_nothing_old_is_shown():
    async with performing(bodies=[HaltedBody("page")]) as (say, told, (body,), _):
        await asyncio.sleep(0.5)
        say(act("We have a big map of the building beside the main door for you."))
        await asyncio.sleep(0.5)
        say(EmergencyStop(at=1.0, source="console"))
        await asyncio.sleep(0.5)
        say(EmergencyRelease(at=1.5, source="console"))
        await asyncio.sleep(0.3)
        assert isinstance(body.after[0], Cut)
        assert any(isinstance(i, Release) for i in body.after)
        assert any(isinstance(i, FrameChunk) for i in body.after)
        assert not any(isinstance(i, VoiceChunk) for i in body.after)
        say(act("Good morning."))
        await asyncio.sleep(1.0)
        assert any(isinstance(i, VoiceChunk) for i in body.after)


async def test_a_performer_that_was_restarted_still_holds():
    async with performing(bodies=[HaltedBody("page")]) as (say, _, (body,), restart):
        await asyncio.sleep(0.5)
        say(EmergencyStop(at=0.5, source="keyboard"))
        await asyncio.sleep(0.2)
        await restart()
        await asyncio.sleep(1.0)
        assert not any(isinstance(i, FrameChunk | VoiceChunk) for i in body.after)


async def test_the_watchdog_still_sees_that_the_performer_is_alive():
    seen = []
    async with performing(bodies=[HaltedBody("page"), Pulse(seen.append)]) as (say, _, _, _):
        await asyncio.sleep(0.5)
        say(EmergencyStop(at=0.5, source="console"))
        await asyncio.sleep(0.2)
        seen.clear()
        await asyncio.sleep(1.0)
        assert len(seen) > 5
