"""A clause on stage before its voice is done with it: frames first, sound as it comes, no seam."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from actuation.motion import FACE_INDEX
from actuation.stage.config import PerformerConfig
from agent.core.messages import ActFinished, ActStarted, ClauseSpoken
from tests.fakes.coming import EarlyFakeVoice, coming, give
from tests.fakes.stages import HandMoved, act, duck, performing, stop
from tests.fakes.voices import FakeVoice, speech, spelled

TEXT = "We have a big map of the building beside the main door."

GOES_OVER_S = 0.2


def begun(text=TEXT, **how):
    """A stage with a clause planned, half a second in, and its sound."""
    stage = HandMoved(**how)
    stage.run(0.5)
    stage.act(act(text), sound=False)
    on_stage, index, _ = stage.wanted.pop()
    planned, whole = coming(text)
    stage.stage.have_sound(on_stage, index, planned, stage.now)
    stage.stage.advance(stage.now)
    return stage, (on_stage, index), planned, whole


def finish(stage, place, planned, whole):
    give(planned, whole, whole.duration_s)
    stage.stage.more_sound(stage.now)
    stage.stage.have_whole(*place, whole, stage.now)


def heard(stage):
    return np.concatenate([c.samples for c in stage.body.sound])


def test_frames_of_a_clause_leave_before_any_of_its_sound():
    stage, *_ = begun()
    assert not stage.body.sound
    assert stage.body.frames[-1].at > stage.now + 0.3
    assert stage.body.faces[-10:, FACE_INDEX["jawOpen"]].max() > 0.05


def test_sound_leaves_as_it_comes_whole_and_in_order():
    stage, place, planned, whole = begun()
    for _ in range(4):
        give(planned, whole, 0.07)
        stage.stage.more_sound(stage.now)
    assert len(heard(stage)) == planned.there
    finish(stage, place, planned, whole)
    stage.run(6.0)
    np.testing.assert_array_equal(heard(stage), whole.samples)
    assert [c.last for c in stage.body.sound][-1]
    assert sum(c.last for c in stage.body.sound) == 1
    assert len(stage.of(ClauseSpoken)) == 1
    assert not stage.of(ActFinished)[0].interrupted


def test_the_next_clause_does_not_overtake_one_that_is_still_coming():
    stage, place, planned, whole = begun()
    stage.act(act("And then there is another one."))
    give(planned, whole, whole.duration_s - 0.05)
    stage.run(whole.duration_s + 0.4)
    assert len(heard(stage)) <= planned.there
    finish(stage, place, planned, whole)
    stage.run(8.0)
    assert len(stage.of(ActFinished)) == 2


def test_lips_close_where_they_do_and_nothing_jumps_when_the_sound_is_known():
    stage, place, planned, usual = begun()
    # Louder than planned: the mouth has to open wider from somewhere on.
    whole = replace(usual, samples=2.5 * usual.samples)
    give(planned, whole, 0.5)
    stage.stage.more_sound(stage.now)
    stage.run(GOES_OVER_S)
    goes_over_at = stage.stage.sent_at
    finish(stage, place, planned, whole)
    stage.run(6.0)
    plain = HandMoved()
    plain.run(0.5)
    plain.act(act(TEXT), sound=False)
    on_stage, index, _ = plain.wanted.pop()
    plain.stage.have_sound(on_stage, index, whole, plain.now)
    plain.stage.advance(plain.now)
    plain.run(6.1)
    count = min(len(stage.body.frames), len(plain.body.frames))
    early, late = stage.body.faces[:count], plain.body.faces[:count]
    lips = [FACE_INDEX[n] for n in ("mouthClose", "jawOpen", "mouthPucker", "mouthFunnel")]
    assert np.abs(early[:, lips] - late[:, lips]).max() > 0.03
    assert np.abs(early[:, lips] - late[:, lips]).max() < 0.2
    assert np.abs(early[90:, lips] - late[90:, lips]).max() < 0.01
    closed = [f[:, FACE_INDEX["mouthPressLeft"]] > 0.25 for f in (early, late)]
    assert np.array_equal(*closed)
    # What was planned and what is heard are apart there, and are gone over between slowly.
    apart = np.abs(early[:, lips] - late[:, lips]).max(axis=1)
    there = round((goes_over_at - stage.body.frames[0].at) * 60)
    assert apart[there - 2 : there + 2].max() > 0.03
    assert np.abs(np.diff(apart[there - 3 : there + 12])).max() < 0.04
    joints, plainly = (np.stack([f.joints for f in s.body.frames[:count]]) for s in (stage, plain))
    assert np.abs(np.diff(joints, axis=0) - np.diff(plainly, axis=0)).max() < 0.004


def test_a_voice_that_is_late_makes_a_pause_and_loses_no_word():
    stage, place, planned, whole = begun()
    give(planned, whole, 0.4)
    stage.stage.more_sound(stage.now)
    stage.run(1.5)
    assert len(heard(stage)) == planned.there
    mouths = stage.body.faces[-12:, FACE_INDEX["jawOpen"]]
    assert np.ptp(mouths) < 0.02
    finish(stage, place, planned, whole)
    stage.run(6.0)
    played = heard(stage)
    assert len(played) == len(whole.samples)
    assert not stage.of(ActFinished)[0].interrupted


def test_whoever_holds_the_voice_keeps_it_held_though_its_sound_arrives():
    stage, place, planned, whole = begun()
    give(planned, whole, 0.4)
    stage.stage.more_sound(stage.now)
    stage.run(1.0)
    stage.stage.duck(duck(0.0), stage.now)
    finish(stage, place, planned, whole)
    before = len(heard(stage))
    stage.run(1.0)
    assert len(heard(stage)) == before
    stage.stage.duck(duck(1.0), stage.now)
    stage.run(8.0)
    assert stage.of(ActFinished)


def test_another_voice_begins_the_clause_anew():
    stage, place, planned, whole = begun()
    give(planned, whole, 0.4)
    stage.stage.more_sound(stage.now)
    stage.run(0.2)
    other = speech(spelled(TEXT), TEXT, phone_s=0.1, voice="other")
    stage.stage.have_whole(*place, other, stage.now)
    stage.run(8.0)
    since = [c for c in stage.body.sound if c.at >= stage.body.sound[0].at + 0.1]
    again = next(c for c in since if c.score_s == 0.0)
    after = [c.samples for c in stage.body.sound if c.at >= again.at]
    assert len(np.concatenate(after)) == len(other.samples)
    assert not stage.of(ActFinished)[0].interrupted


def test_a_stop_while_the_sound_comes_ends_the_clause():
    stage, place, planned, whole = begun()
    give(planned, whole, 0.4)
    stage.stage.more_sound(stage.now)
    stage.run(0.2)
    stage.stage.stop(stop(), stage.now)
    before = len(heard(stage))
    finish(stage, place, planned, whole)
    stage.run(3.0)
    assert len(heard(stage)) == before
    assert stage.of(ActFinished)[0].interrupted


@pytest.mark.parametrize("voices", [
    (EarlyFakeVoice(), FakeVoice("last")),
    (EarlyFakeVoice(falls=True), EarlyFakeVoice("second"), FakeVoice("last")),
])  # fmt: skip
async def test_the_performer_says_every_word_once(voices):
    async with performing(*voices) as (publish, told, bodies, _):
        publish(act(TEXT, "Good day."))
        await asyncio.sleep(20)
        finished = next(m for m in told if isinstance(m, ActFinished))
    assert finished.heard == f"{TEXT} Good day."
    started = next(m for m in told if isinstance(m, ActStarted))
    first = bodies[0].sound[0].at
    assert first - started.at <= PerformerConfig().lead_in_s + 0.02
