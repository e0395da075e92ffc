"""Somebody else's speech by the agent's mouth, in time with its lips; and hands on its face."""

import asyncio

import numpy as np
import pytest

from actuation.faces.heads import FacePart
from actuation.generators.rules_face import COLUMN, COLUMNS
from actuation.motion import FACE_INDEX
from actuation.stage.early_clause import EarlyClause
from actuation.stage.live_talk import BEHIND_S, WORDS, LiveTalks
from agent.core.clock import LoopClock
from agent.core.errors import BadInputError
from agent.core.messages import ActFinished, CommandRefused, HoldFace
from tests.fakes.stages import HandMoved, act, performing, stop

RATE_HZ = 16_000


class Mouth:
    """Opens while there is sound; made as far as the test says."""

    def __init__(self, lag_s=0.0):
        self.made = self
        self.heard = np.zeros(0, np.float32)
        self.lag_s, self.finished = lag_s, False

    @property
    def made_s(self):
        return np.inf if self.finished else len(self.heard) / RATE_HZ - self.lag_s

    def push(self, samples):
        self.heard = np.concatenate([self.heard, samples])

    def finish(self):
        self.finished = True

    def evaluate(self, times_s):
        at = np.round(np.asarray(times_s) * RATE_HZ).astype(int)
        inside = (at >= 0) & (at < len(self.heard))
        values = np.zeros((len(at), len(COLUMNS)))
        values[inside, COLUMN["jaw"]] = np.abs(self.heard[at[inside]])
        return values


class Stagehand:
    """A stage, and talks that go to it as the performer would bring them."""

    def __init__(self, lag_s=0.1):
        self.stage = HandMoved()
        self.mouth = Mouth(lag_s)
        self.talks = LiveTalks(clock=self, publish=self.perform)
        self.talks.serve(lambda rate_hz, instead, more: self.mouth)
        self.stage.run(0.5)

    def now(self):
        return self.stage.now

    def perform(self, asked):
        self.stage.stage.act(asked, self.stage.now)

    def begin(self):
        talk = self.talks.begin(RATE_HZ)
        on_stage, index, _ = self.stage.wanted.pop()
        stage = self.stage.stage
        talk.on_stage(EarlyClause(stage, on_stage, index, self, lambda: stage.advance(self.now())))
        return talk

    def speak(self, talk, seconds, level=0.5):
        for _ in range(round(seconds / 0.1)):
            talk.push(np.full(RATE_HZ // 10, level, np.float32))
            self.stage.run(0.1)

    @property
    def heard(self):
        return np.concatenate([c.samples for c in self.stage.body.sound])


def test_a_talk_is_heard_whole_a_little_late_with_its_lips_on_its_sound():
    house = Stagehand()
    talk = house.begin()
    began = house.now()
    house.speak(talk, 1.5)
    house.speak(talk, 0.5, level=0.0)
    house.speak(talk, 1.0)
    talk.end()
    house.stage.run(3.0)
    assert len(house.heard) == 3 * RATE_HZ
    assert [c.last for c in house.stage.body.sound].count(True) == 1
    first = house.stage.body.sound[0].at
    assert BEHIND_S < first - began < BEHIND_S + 0.35
    jaw = house.stage.body.faces[:, FACE_INDEX["jawOpen"]]
    at = np.array([f.at for f in house.stage.body.frames]) - first
    assert jaw[(at > 0.2) & (at < 1.4)].min() > 0.4
    assert jaw[(at > 1.55) & (at < 1.95)].max() < 0.05
    assert jaw[(at > 2.1) & (at < 2.9)].min() > 0.4
    assert jaw[at > 3.4].max() < 0.05
    finished = house.stage.of(ActFinished)[0]
    assert (finished.heard, finished.interrupted) == (WORDS, False)


def test_no_sound_goes_out_before_its_lips_are_made():
    house = Stagehand(lag_s=10.0)
    talk = house.begin()
    house.speak(talk, 2.0)
    assert not house.stage.body.sound
    talk.end()
    house.stage.run(3.0)
    assert len(house.heard) == 2 * RATE_HZ


def test_what_is_to_be_said_after_a_talk_follows_it_at_once():
    house = Stagehand()
    talk = house.begin()
    house.speak(talk, 1.0)
    house.stage.act(act("Thank you."))
    talk.end()
    house.stage.run(4.0)
    later = [c for c in house.stage.body.sound if c.score_s > 1.0]
    assert later[0].score_s < 1.6
    assert len(house.stage.of(ActFinished)) == 2


def test_a_stop_ends_a_talk_and_what_still_comes_in_is_not_heard():
    house = Stagehand()
    talk = house.begin()
    house.speak(talk, 1.5)
    house.stage.stage.stop(stop(), house.now())
    before = len(house.heard)
    house.speak(talk, 1.0)
    talk.end()
    house.stage.run(1.0)
    assert len(house.heard) == before
    assert house.stage.of(ActFinished)[0].interrupted


def test_one_talk_at_a_time_and_none_without_a_stage():
    house = Stagehand()
    house.begin()
    with pytest.raises(BadInputError, match="somebody else"):
        house.talks.begin(RATE_HZ)
    house.talks.serve(None)
    with pytest.raises(BadInputError, match="not up"):
        house.talks.begin(RATE_HZ)
    house.talks.serve(lambda *_: house.mouth)
    with pytest.raises(BadInputError, match="Hz"):
        house.talks.begin(700)


def test_a_hand_on_the_face_moves_it_and_lets_it_go():
    stage = HandMoved()
    stage.run(0.5)
    smile = FACE_INDEX["mouthSmileLeft"]
    usual = stage.body.faces[-1, smile]
    stage.stage.hold_face(FacePart.EXPRESSION, {"mouthSmileLeft": 0.9})
    stage.run(1.0)
    assert stage.body.faces[-1, smile] > usual + 0.4
    stage.stage.hold_face(FacePart.EXPRESSION, {})
    stage.run(1.0)
    assert stage.body.faces[-1, smile] == pytest.approx(usual, abs=0.05)
    assert np.abs(np.diff(stage.body.faces[:, smile])).max() < 0.12


async def test_hands_on_the_face_come_over_the_bus_and_wrong_ones_are_refused():
    async with performing() as (publish, told, bodies, _):
        now = LoopClock(asyncio.get_running_loop()).now
        await asyncio.sleep(0.5)
        publish(HoldFace(at=now(), part="head", columns=("yaw_rad",), values=(0.3,), source="api"))
        publish(HoldFace(at=now(), part="ears", columns=("yaw_rad",), values=(0.3,), source="api"))
        publish(HoldFace(at=now(), part="head", columns=("yaw",), values=(0.3,), source="api"))
        await asyncio.sleep(1.5)
    refused = [m.because for m in told if isinstance(m, CommandRefused)]
    assert len(refused) == 2
    assert "mouth" in refused[0]
    assert "yaw_rad" in refused[1]
    turned = [np.abs(f.joints[:, 1]).max() for f in bodies[0].frames[-3:]]
    assert min(turned) > 0.05
