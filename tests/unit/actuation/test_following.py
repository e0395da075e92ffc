"""Whoever has not the voice keeps with it, when it is heard later than planned."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from actuation.bodies.following import Following
from actuation.bodies.frame_queue import FrameQueue
from actuation.embodiments.null import NullBody
from actuation.motion import Cut, FrameChunk, GestureLaid, VoiceChunk
from agent.core.clock import LoopClock
from agent.core.messages import Played
from tests.contract.test_embodiments import frame
from tests.fakes.stages import KeepingBody, act, performing


def spoken(first, count, utterance=1, generation=1):
    frames = (
        replace(frame(n / 60, jaw=min(1.0, n / 600)), utterance=utterance)
        for n in range(first, first + count)
    )
    return FrameChunk(generation=generation, frames=tuple(frames))


def times(chunk):
    return [round(f.at, 4) for f in chunk.frames]


def test_while_the_voice_is_in_time_everything_goes_through_as_it_is():
    following, chunk = Following(), spoken(0, 6)
    assert following.take(chunk) is chunk
    assert following.heard(0.003, now=0.05) is None
    assert following.take(chunk) is chunk


def test_a_late_voice_moves_what_comes_and_what_was_sent_and_not_yet_seen():
    following, queue = Following(), FrameQueue()
    queue.push(following.take(spoken(0, 60)))
    again = following.heard(0.1, now=0.4)
    assert again.generation == 1
    assert again.frames[0].at == pytest.approx(0.45, abs=1 / 60)
    assert again.frames[0].face[17] == pytest.approx(0.35 / 10, abs=0.002)
    queue.push(again)
    later = following.take(spoken(60, 6))
    queue.push(later)
    assert times(later)[0] == 1.1
    # What is to be seen is the plan of a tenth of a second before, all along.
    for at in np.arange(0.47, 1.15, 0.01):
        assert queue.at(at).face[17] == pytest.approx((at - 0.1) / 10, abs=0.001)
    # In between it goes over without a jump.
    jaws = [queue.at(at).face[17] for at in np.arange(0.3, 0.6, 0.005)]
    assert np.abs(np.diff(jaws)).max() < 0.01


def test_gestures_and_voice_of_the_others_are_as_late_as_their_frames():
    following = Following()
    following.take(spoken(0, 60))
    following.heard(0.2, now=0.1)
    laid = GestureLaid(generation=1, at=1.0, apex_at=1.4, end_at=2.0, lexeme="point", hands=True)
    late = following.take(laid)
    assert (late.at, late.apex_at, late.end_at) == pytest.approx((1.2, 1.6, 2.2))
    chunk = VoiceChunk(
        generation=1, at=1.0, utterance=1, score_s=0.0, rate_hz=16_000,
        samples=np.zeros(160, np.float32),
    )  # fmt: skip
    assert following.take(chunk).at == pytest.approx(1.2)


def test_silence_brings_them_back_slowly_and_a_cut_at_once():
    following = Following()
    following.take(spoken(0, 60))
    following.heard(0.1, now=0.5)
    following.take(spoken(60, 30, utterance=None))
    assert following.lag_s == pytest.approx(0.05)
    following.take(Cut(generation=2, at=1.5))
    assert following.lag_s == 0.0
    assert following.heard(0.1, now=1.5) is None, "what was cut does not come back"


def test_a_lag_without_measure_has_bounds():
    following = Following()
    following.take(spoken(0, 60))
    following.heard(50.0, now=0.5)
    assert following.lag_s == 2.0
    following.heard(-3.0, now=0.5)
    assert following.lag_s == 0.0


class LatePage(NullBody):
    """Tells that its words come out 150 ms after their moment."""

    def __init__(self, clock, late_s):
        super().__init__(clock=clock, report=lambda _: None)
        self.late_s = late_s
        self.planned = KeepingBody()

    def apply(self, item):
        self.planned.apply(item)


async def test_others_are_shown_what_the_late_page_is_heard_to_say():
    loop = asyncio.get_running_loop()
    page, robot = LatePage(LoopClock(loop), 0.15), KeepingBody("robot", speaks=False)
    async with performing(bodies=[page, robot]) as (say, _, _, _):
        await asyncio.sleep(0.5)
        say(act("We have a big map of the building beside the main door for you."))
        name = page.describe().name
        for _ in range(20):
            await asyncio.sleep(0.1)
            first = next((c for c in page.planned.sound), None)
            heard_s = 0.0 if first is None else loop.time() - first.at - page.late_s
            if heard_s > 0:
                say(Played(at=loop.time(), body=name, utterance=first.utterance, score_s=heard_s))
    planned = {(f.utterance, f.score_s): f.at for f in page.planned.frames if f.utterance}
    last = [f for f in robot.frames if f.utterance][-30:]
    assert len(last) == 30
    for shown in last:
        assert shown.at - planned[shown.utterance, shown.score_s] == pytest.approx(0.15, abs=0.005)
