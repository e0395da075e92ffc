"""The stage by hand: sound early, holds, resumptions, stops, meetings of acts, continuity."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.gestures.choice import GestureConfig
from actuation.gestures.gesticulation import Gesticulation
from actuation.motion import FACE_INDEX, Cut, FrameChunk, GestureLaid, MoodLaid, VoiceChunk
from actuation.stage.config import PerformerConfig
from agent.core.messages import (
    ActFinished,
    ActStarted,
    Clause,
    ClauseSpoken,
    Expression,
    GestureCue,
    Meeting,
    Played,
    Posture,
    Priority,
    StageState,
)
from tests.fakes.stages import HandMoved, act, duck, stop
from tests.fakes.voices import speech, spelled

LONG = "we have a big map of the building beside the main door for you"


def largest_steps(body):
    face = np.abs(np.diff(body.faces, axis=0))
    joints = np.stack([f.joints for f in body.frames])
    return face.max(), np.abs(np.diff(joints, axis=0)).max()


def test_sound_leaves_within_the_lead_in():
    stage = HandMoved()
    stage.run(1.0)
    stage.act(act("Good morning."))
    first = stage.body.sound[0]
    assert first.at - stage.now == pytest.approx(PerformerConfig().lead_in_s)
    assert first.score_s == 0.0


def test_sound_is_whole_and_without_gaps():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(10.0)
    chunks = stage.body.sound
    for a, b in zip(chunks, chunks[1:], strict=False):
        assert b.at == pytest.approx(a.at + len(a.samples) / a.rate_hz)
        assert b.score_s - a.score_s == pytest.approx(b.at - a.at)
    whole = np.concatenate([c.samples for c in chunks])
    np.testing.assert_array_equal(whole, speech(spelled(LONG), LONG).samples)
    assert [c.last for c in chunks] == [False] * (len(chunks) - 1) + [True]


def test_frames_come_sixty_a_second_without_a_hole():
    stage = HandMoved()
    stage.run(0.5)
    stage.act(act("Good morning.", "Come in."))
    stage.run(5.0, step=0.037)
    at = np.array([f.at for f in stage.body.frames])
    np.testing.assert_allclose(np.diff(at), 1 / 60, atol=1e-6)


def test_frames_and_sound_carry_one_score_time():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(2.0)
    chunk = stage.body.sound[0]
    base = chunk.at - chunk.score_s
    speaking = [f for f in stage.body.frames if f.utterance == chunk.utterance]
    assert speaking
    assert all(f.score_s == pytest.approx(f.at - base, abs=1e-6) for f in speaking)


def test_an_act_is_told_from_start_to_end():
    stage = HandMoved()
    an_act = act("Good morning.", "Come in.")
    stage.act(an_act)
    stage.run(5.0)
    kinds = [type(m).__name__ for m in stage.told if not isinstance(m, StageState)]
    assert kinds == ["ActStarted", "ClauseSpoken", "ClauseSpoken", "ActFinished"]
    finished = stage.of(ActFinished)[0]
    assert finished.heard == "Good morning. Come in."
    assert not finished.interrupted
    assert [s.speaking for s in stage.of(StageState)] == [True, False]


def test_a_late_clause_is_spoken_when_it_comes():
    stage = HandMoved()
    stage.act(act("Good morning.", "Come in."), sound=False)
    stage.give_sound(1)
    stage.run(4.0)
    assert not stage.of(ActFinished)
    stage.give_sound()
    late = stage.body.sound[-1]
    assert late.at == pytest.approx(stage.now + PerformerConfig().lead_in_s)
    stage.run(3.0)
    assert stage.of(ActFinished)[0].heard == "Good morning. Come in."


def test_a_body_that_plays_late_is_believed():
    stage = HandMoved()
    stage.act(act("Good morning."))
    chunk = stage.body.sound[0]
    stage.run(0.5)
    stage.stage.report(
        Played(
            at=chunk.at + 0.2, body="keeping", utterance=chunk.utterance, score_s=0.0, first=True
        ),
        stage.now,
    )
    stage.run(4.0)
    assert stage.of(ActStarted)[0].at == pytest.approx(chunk.at + 0.2)
    end = chunk.at + speech(spelled("Good morning.")).duration_s
    assert stage.of(ClauseSpoken)[0].at == pytest.approx(end + 0.2, abs=0.01)


# Hold, resume, stop.


def test_a_hold_cuts_at_once_and_drops_what_was_not_played():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(1.0)
    generation = stage.body.generation
    stage.stage.duck(duck(0.0), stage.now)
    assert stage.body.generation > generation
    assert stage.body.heard_until() <= stage.now + 1e-6
    held = len(stage.body.sound)
    stage.run(2.0)
    assert len(stage.body.sound) == held


def test_the_mouth_comes_to_rest_in_a_hold_and_the_face_lives_on():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(1.0)
    stage.stage.duck(duck(0.0), stage.now)
    begun = stage.now
    stage.run(3.0)
    later = [f for f in stage.body.frames if f.at > begun + 0.4]
    jaw = np.array([f.face[17] for f in later])
    assert jaw.max() < 0.02
    joints = np.stack([f.joints for f in later])
    assert np.ptp(joints, axis=0).max() > 1e-3


def test_a_resumed_utterance_goes_on_from_the_start_of_what_was_cut():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(1.5)
    stage.stage.duck(duck(0.0), stage.now)
    cut_s = max(c.score_s + len(c.samples) / c.rate_hz for c in stage.body.sound)
    before = len(stage.body.sound)
    stage.run(0.8)
    stage.stage.duck(duck(1.0), stage.now)
    again = stage.body.sound[before]
    assert again.score_s <= cut_s
    assert cut_s - again.score_s < 1.6
    assert again.at == pytest.approx(stage.now + PerformerConfig().lead_in_s)
    stage.run(8.0)
    finished = stage.of(ActFinished)[0]
    assert finished.heard == LONG
    assert not finished.interrupted


def test_a_stop_ends_the_act_with_what_was_heard_and_no_more():
    stage = HandMoved()
    stage.act(act(LONG, "And more."))
    stage.run(1.5)
    stage.stage.stop(stop(), stage.now)
    finished = stage.of(ActFinished)[0]
    assert finished.interrupted
    assert LONG.startswith(finished.heard)
    assert 0 < len(finished.heard) < len(LONG)
    assert stage.body.heard_until() <= stage.now + 1e-6
    stage.run(3.0)
    assert len(stage.of(ActFinished)) == 1
    assert stage.of(StageState)[-1].speaking is False


def test_what_a_slow_body_has_not_played_was_not_heard():
    told = []
    for lag in (0.0, 0.6):
        stage = HandMoved()
        stage.act(act(LONG))
        chunk = stage.body.sound[0]
        stage.run(0.7)
        stage.stage.report(
            Played(at=chunk.at + lag, body="keeping", utterance=chunk.utterance, score_s=0.0),
            stage.now,
        )
        stage.run(1.0)
        stage.stage.stop(stop(), stage.now)
        told.append(stage.of(ActFinished)[0].heard)
    assert len(told[1]) < len(told[0])


def test_sound_for_an_act_that_was_stopped_is_not_played():
    stage = HandMoved()
    stage.act(act("Good morning."), sound=False)
    stage.stage.stop(stop(), stage.now)
    stage.give_sound()
    stage.run(2.0)
    assert stage.body.sound == []
    assert stage.of(ActFinished)[0].heard == ""


def test_a_held_utterance_that_nobody_resumes_is_given_up():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(1.0)
    stage.stage.duck(duck(0.0), stage.now)
    stage.run(PerformerConfig().hold_limit_s + 1.0)
    assert stage.of(ActFinished)[0].interrupted


def test_a_hold_before_the_first_sound_keeps_it_back():
    stage = HandMoved()
    stage.act(act("Good morning."), sound=False)
    stage.stage.duck(duck(0.0), stage.now)
    stage.give_sound()
    stage.run(0.5)
    assert stage.body.sound == []
    stage.stage.duck(duck(1.0), stage.now)
    stage.run(3.0)
    assert stage.of(ActFinished)[0].heard == "Good morning."


def test_ducking_only_lowers_the_voice():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(0.5)
    generation = stage.body.generation
    stage.stage.duck(duck(0.25), stage.now)
    assert stage.body.volumes[-1][1] == 0.25
    assert stage.body.generation == generation


def test_a_stop_restores_the_volume_for_the_next_act():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.stage.duck(duck(0.25), stage.now)
    stage.stage.stop(stop(), stage.now)
    assert stage.body.volumes[-1][1] == 1.0


@pytest.mark.parametrize("seed", range(8))
def test_nothing_jumps_whatever_happens_when(seed):
    random = np.random.default_rng(seed)
    stage = HandMoved(start=float(random.uniform(10, 1000)))
    stage.run(0.5)
    for _ in range(12):
        match random.integers(6):
            case 0 | 1:
                expression = random.choice(list(Expression))
                meets = random.choice([Meeting.APPEND, Meeting.REPLACE, Meeting.OVERRIDE])
                stage.act(act(LONG, "Come in.", expression=expression, speech_meets=meets))
            case 2:
                stage.stage.duck(duck(0.0), stage.now)
            case 3:
                stage.stage.duck(duck(1.0), stage.now)
            case 4:
                stage.stage.stop(stop(), stage.now)
            case 5:
                stage.act(act(gestures=(GestureCue(lexeme="shake_head"),)))
        stage.run(float(random.uniform(0.05, 1.5)), step=float(random.uniform(0.02, 0.1)))
    face, joints = largest_steps(stage.body)
    assert face < 0.65
    assert joints < 0.08
    norms = np.linalg.norm(np.stack([f.joints for f in stage.body.frames]), axis=-1)
    assert np.abs(norms - 1).max() < 1e-4
    at = np.array([f.at for f in stage.body.frames])
    np.testing.assert_allclose(np.diff(at), 1 / 60, atol=1e-6)


def test_generations_only_rise_and_nothing_older_is_sent():
    stage = HandMoved()
    stage.act(act(LONG))
    for gain in (0.0, 1.0, 0.0, 1.0):
        stage.run(0.6)
        stage.stage.duck(duck(gain), stage.now)
    newest = 0
    for item in stage.body.items:
        if isinstance(item, Cut):
            assert item.generation > newest
            newest = item.generation
        elif isinstance(item, FrameChunk | VoiceChunk):
            assert item.generation == newest


def test_the_same_acts_give_the_same_frames():
    def played():
        stage = HandMoved(start=50.0)
        stage.act(act("Good morning.", expression=Expression.HAPPY))
        stage.run(3.0)
        return stage.body.frames

    for a, b in zip(played(), played(), strict=True):
        np.testing.assert_array_equal(a.face, b.face)
        np.testing.assert_array_equal(a.joints, b.joints)


# Acts that meet.


def test_speech_waits_for_speech():
    stage = HandMoved()
    first, second = act("Good morning."), act("Come in.")
    stage.act(first)
    stage.act(second)
    stage.run(6.0)
    assert [f.act for f in stage.of(ActFinished)] == [first.act, second.act]
    assert len({c.utterance for c in stage.body.sound}) == 1


def test_replacing_speech_ends_the_other_at_once():
    stage = HandMoved()
    first, second = act(LONG), act("Come in.", speech_meets=Meeting.REPLACE)
    stage.act(first)
    stage.run(1.0)
    stage.act(second)
    assert stage.of(ActFinished)[0].interrupted
    stage.run(4.0)
    assert stage.of(ActFinished)[1].heard == "Come in."


def test_skipped_speech_is_not_said():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.act(act("Come in.", speech_meets=Meeting.SKIP))
    assert stage.of(ActFinished)[0].heard == ""
    assert "skipped" in stage.of(ActFinished)[0].detail


def test_covered_speech_goes_on_afterwards():
    stage = HandMoved()
    first, second = act(LONG), act("Come in.", speech_meets=Meeting.OVERRIDE)
    stage.act(first)
    stage.run(1.0)
    stage.act(second)
    stage.run(12.0)
    assert [(f.act, f.interrupted) for f in stage.of(ActFinished)] == [
        (second.act, False),
        (first.act, False),
    ]


def test_a_stop_spares_acts_of_higher_priority():
    stage = HandMoved()
    low = act(LONG, priority=Priority.SOCIAL)
    high = act("Leave the building now.", priority=Priority.SAFETY)
    stage.act(high)
    stage.act(low)
    stage.run(0.5)
    stage.stage.stop(stop(except_priority=Priority.OPERATOR), stage.now)
    stage.run(8.0)
    ends = {f.act: f for f in stage.of(ActFinished)}
    assert ends[low.act].interrupted
    assert ends[low.act].heard == ""
    assert ends[high.act].heard == "Leave the building now."


def test_what_is_spared_is_said_even_when_something_else_was_being_said():
    stage = HandMoved()
    low = act(LONG, priority=Priority.SOCIAL)
    high = act("Leave the building now.", priority=Priority.SAFETY)
    stage.act(low)
    stage.run(0.5)
    stage.act(high)
    stage.stage.stop(stop(except_priority=Priority.OPERATOR), stage.now)
    stage.give_sound()
    stage.run(8.0)
    ends = {f.act: f for f in stage.of(ActFinished)}
    assert ends[low.act].interrupted
    assert ends[high.act].heard == "Leave the building now."
    assert not ends[high.act].interrupted


def test_sound_that_comes_after_its_act_was_stopped_beside_a_spared_one_is_not_played():
    stage = HandMoved()
    high = act("Leave the building now.", priority=Priority.SAFETY)
    stage.act(high)
    stage.act(act(LONG), sound=False)
    stage.run(0.5)
    stage.stage.stop(stop(except_priority=Priority.OPERATOR), stage.now)
    stage.give_sound()
    stage.run(8.0)
    length = speech(spelled("Leave the building now.")).duration_s
    assert sum(len(c.samples) for c in stage.body.sound) / 16_000 == pytest.approx(length)


def test_after_an_act_the_face_goes_back_to_rest():
    stage = HandMoved()
    stage.run(0.1)
    stage.act(act("Good morning.", expression=Expression.SURPRISED))
    stage.run(1.0)
    brow = FACE_INDEX["browInnerUp"]
    assert stage.body.frames[-1].face[brow] > 0.25
    stage.run(5.0)
    assert stage.body.frames[-1].face[brow] < 0.15


def test_a_silent_nod_is_seen_and_told():
    stage = HandMoved()
    stage.run(1.0)
    before = stage.now
    stage.act(act(gestures=(GestureCue(lexeme="nod"),)))
    stage.run(3.0)
    assert stage.of(ActStarted)
    assert stage.of(ActFinished)[0].heard == ""
    pitch = np.array([f.joints[5][0] for f in stage.body.frames if f.at > before])
    assert np.ptp(pitch) > 0.03


def test_a_listener_nods_as_soon_as_words_are_over_though_hands_go_back_still():
    stage = HandMoved(gestures=Gesticulation(GestureConfig(beats_per_minute=0)))
    stage.run(1.0)
    stage.act(act("We have a big map."))
    while not stage.of(ActFinished):
        stage.run(0.1)
    assert stage.of(StageState)[-1].moving, "hands are back before anything is asked for"
    for lexeme in ("wave", "nod"):
        cues = (GestureCue(lexeme=lexeme),)
        stage.act(act(gestures=cues, gesture_meets=Meeting.SKIP))
    laid = [item.lexeme for item in stage.body.items if isinstance(item, GestureLaid)]
    assert "nod" in laid
    assert "wave" not in laid


def test_a_stop_retracts_a_silent_gesture_at_once():
    stage = HandMoved()
    stage.run(1.0)
    nod = act(gestures=(GestureCue(lexeme="small_bow"),))
    stage.act(nod)
    stage.run(0.3)
    stage.stage.stop(stop(), stage.now)
    stopped_at = stage.now
    assert stage.of(ActFinished)[0].interrupted
    stage.run(2.0)
    pitch = {round(f.at - stopped_at, 3): f.joints[5][0] for f in stage.body.frames}
    late = [v for at, v in pitch.items() if at > 0.45]
    assert np.ptp(late) < 0.03
    assert max(abs(v) for v in late) < 0.04


def test_cuts_tell_whether_gestures_end_with_them_or_are_only_sent_again():
    stage = HandMoved()
    stage.run(1.0)
    stage.act(act(gestures=(GestureCue(lexeme="small_bow"),)))
    stage.act(act(LONG))
    stage.run(1.0)
    assert not any(i.gestures_end for i in stage.body.items if isinstance(i, Cut))
    for end in (lambda: stage.stage.duck(duck(0.0), stage.now), lambda: stage.stage.give_up(
        stage.now, "test")):  # fmt: skip
        first = len(stage.body.items)
        end()
        cuts = [i for i in stage.body.items[first:] if isinstance(i, Cut)]
        assert [c.at for c in cuts if c.gestures_end] == [stage.now]
    stage.run(1.0)
    stage.act(act(gestures=(GestureCue(lexeme="small_bow"),)))
    stage.run(0.3)
    stage.stage.stop(stop(), stage.now)
    cuts = [i for i in stage.body.items if isinstance(i, Cut)]
    assert cuts[-1].gestures_end


def test_more_to_follow_keeps_the_floor_for_a_while():
    stage = HandMoved()
    stage.act(act("Good morning.", more_follows=True))
    stage.run(2.5)
    assert stage.of(ActFinished)
    assert stage.of(StageState)[-1].speaking
    stage.run(6.0)
    assert not stage.of(StageState)[-1].speaking


def test_a_long_stall_of_the_loop_loses_no_word():
    stage = HandMoved()
    stage.act(act(LONG))
    stage.run(1.0)
    stage.now += 1.5
    stage.stage.advance(stage.now)
    stage.run(8.0)
    parts = sorted((c.score_s, len(c.samples) / c.rate_hz) for c in stage.body.sound)
    covered = 0.0
    for begin, length in parts:
        assert begin <= covered + 0.3
        covered = max(covered, begin + length)
    assert covered == pytest.approx(speech(spelled(LONG)).duration_s, abs=0.01)


def test_a_clause_changes_the_posture_when_its_turn_comes():
    stage = HandMoved()
    leans = Clause(text="Come in.", posture=Posture.THINKING)
    an_act = act("Good morning.")
    stage.act(replace(an_act, clauses=(*an_act.clauses, leans), posture=Posture.ATTENTIVE))
    stage.run(5.0)
    moods = [m for m in stage.body.items if isinstance(m, MoodLaid) and m.posture is not None]
    assert [m.posture for m in moods] == [Posture.ATTENTIVE, Posture.THINKING]
    second = stage.of(ClauseSpoken)[0].at
    assert abs(moods[1].at - second) < 0.5
