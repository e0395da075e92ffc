"""A recorded motion on stage: it fades in, plays as recorded, retracts when told to."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.body_formats.bvh import write_bvh
from actuation.body_formats.clip import MotionClip
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.choice import GestureConfig
from actuation.gestures.contract import RETRACT_S, HeadGestures
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.gesturing import with_recordings
from actuation.gestures.recorded import FADE_S, RecordedGestures, stroke_end_s
from actuation.gestures.style import BodyStyle
from actuation.joints.rotations import about, angle, inverse, minimum_jerk, multiply, to_vector
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from actuation.score import Score
from agent.core.errors import BadInputError
from agent.core.messages import GestureCue, UtteranceId
from tests.fakes.stages import act
from tests.fakes.voices import speech, spelled

ARM = JOINT_INDEX["leftUpperArm"]
REST = rest_pose()


def raised(length_s=2.0, rate_hz=30.0):
    """An arm that rises within half a second, a second after the beginning, and stays."""
    times = np.arange(round(length_s * rate_hz)) / rate_hz
    joints = np.tile([0.0, 0, 0, 1], (len(times), len(JOINT_NAMES), 1))
    joints[:, ARM] = about("z", -1.2 + 1.2 * minimum_jerk((times - 1.0) / 0.5))
    return MotionClip(joints=joints.astype(np.float32), rate_hz=rate_hz)


def laid(gestures, times):
    return gestures.lay_over(np.repeat(REST[None], len(times), 0), np.asarray(times, float))


def test_it_plays_as_recorded_between_its_fades():
    gestures = RecordedGestures(HeadGestures())
    placed = gestures.play("raise", raised(), 5.0)
    assert (placed.start_s, placed.end_s) == (5.0, 7.0)
    shown = laid(gestures, [4.9, 5.0, 5.7, 6.5, 7.0, 7.2])
    for before_or_after in (0, 1, 4, 5):
        np.testing.assert_allclose(shown[before_or_after], REST, atol=1e-9)
    assert angle(shown[2, ARM], about("z", -1.2)) < 1e-3
    assert angle(shown[3, ARM], about("z", 0.0)) < 1e-3


def test_it_comes_and_goes_without_a_jump():
    gestures = RecordedGestures(HeadGestures())
    gestures.play("raise", raised(), 1.0)
    shown = laid(gestures, np.arange(0, 4, 1 / 60))
    steps = np.linalg.norm(to_vector(multiply(inverse(shown[:-1]), shown[1:])), axis=-1)
    # A minimum-jerk way is 1.875 times as fast as an even one, at its middle.
    farthest = angle(REST, raised().joints[0].astype(float)).max()
    assert steps.max() < 1.875 / 60 * max(farthest / FADE_S, 1.2 / 0.5) * 1.05
    assert steps.max() > 0.02


@pytest.mark.parametrize("at", [5.2, 6.2, 6.9])
def test_interrupted_it_retracts_in_time_and_stays_away(at):
    gestures = RecordedGestures(HeadGestures())
    gestures.play("raise", raised(), 5.0)
    gestures.play("raise", raised(), 8.0)
    gestures.interrupt(at)
    shown = laid(gestures, np.arange(at - 0.1, at + 4.5, 1 / 60))
    steps = np.linalg.norm(to_vector(multiply(inverse(shown[:-1]), shown[1:])), axis=-1)
    assert steps.max() < 1.875 / 60 * np.pi / RETRACT_S
    np.testing.assert_allclose(shown[round(0.5 * 60) :], np.repeat(REST[None], 246, 0), atol=1e-6)
    assert gestures.busy_until_s() == pytest.approx(min(at + 0.32, 7.0))


def test_frames_made_again_are_the_same():
    gestures = RecordedGestures(HeadGestures())
    gestures.play("raise", raised(), 0.0)
    times = np.arange(0, 2, 1 / 60)
    whole = laid(gestures, times)
    assert np.array_equal(laid(gestures, times[60:90]), whole[60:90])


def test_a_clip_is_a_gesture_by_its_name():
    gestures = RecordedGestures(HeadGestures(), {"raise": raised()})
    placed = gestures.at_once(
        [GestureCue(lexeme="raise"), GestureCue(lexeme="nod"), GestureCue(lexeme="raise")],
        now_s=3.0,
    )
    assert [each.lexeme for each in placed] == ["raise", "raise", "nod"]
    assert [each.start_s for each in placed[:2]] == [3.0, 5.0]
    assert gestures.busy_until_s() == pytest.approx(7.0)
    gestures.move_as(BodyStyle())


def test_in_a_clause_its_stroke_ends_on_the_word_and_others_go_behind():
    text = "one two three four five six"
    spoken = Score(utterance=UtteranceId(1)).append(act(text), 0, speech(spelled(text), text))
    cues = (GestureCue(lexeme="raise", word=4), GestureCue(lexeme="nod", word=2))
    first = spoken.clauses[0].moved(10.0)
    first = replace(first, clause=replace(first.clause, gestures=cues))
    gestures = RecordedGestures(HeadGestures(), {"raise": raised()})
    clip, nod = gestures.for_clause(first, earliest_s=0.0)
    assert (clip.lexeme, nod.lexeme) == ("raise", "nod")
    assert clip.apex_s == pytest.approx(first.stroke_s(4))
    # No earlier than it may.
    (late, _) = gestures.for_clause(first, earliest_s=10.0)
    assert late.start_s == 10.0


def test_its_stroke_ends_where_the_quickest_movement_does():
    joints = raised().at_rate(60).joints.astype(float)
    assert stroke_end_s(joints) == pytest.approx(1.43, abs=0.04)
    assert stroke_end_s(joints[:1]) == 0.0


def test_a_clip_shorter_than_its_fades_is_still_smooth():
    gestures = RecordedGestures(HeadGestures())
    gestures.play("short", raised(length_s=FADE_S / 2), 1.0)
    shown = laid(gestures, np.arange(0.9, 1.4, 1 / 60))
    assert np.isfinite(shown).all()
    np.testing.assert_allclose(shown[-1], REST, atol=1e-9)


def test_the_agent_plays_the_recordings_of_a_folder_by_their_names(tmp_path):
    write_bvh(tmp_path / "salute.bvh", raised())
    gestures = with_recordings(tmp_path, Gesticulation)(GestureConfig())
    placed = gestures.at_once([GestureCue(lexeme="salute"), GestureCue(lexeme="nod")], now_s=1.0)
    assert [each.lexeme for each in placed] == ["salute", "nod"]
    shown = laid(gestures, [2.7])
    assert angle(shown[0, ARM], about("z", 0.0)) < 0.3
    gestures.adopt(GestureConfig(size=0.5))
    assert with_recordings(None, Gesticulation) is Gesticulation


def test_a_folder_that_cannot_be_played_is_told_at_the_start(tmp_path):
    with pytest.raises(BadInputError, match="nowhere"):
        with_recordings(tmp_path / "nowhere", Gesticulation)
    (tmp_path / "broken.bvh").write_text("HIERARCHY")
    with pytest.raises(BadInputError, match="broken.bvh"):
        with_recordings(tmp_path, Gesticulation)
