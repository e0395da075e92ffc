"""Content, mood and style of a body are apart; what is given up goes back without a jump."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from actuation.faces.expressions import faces
from actuation.generators.body_sources import (
    PART_JOINTS,
    IdleSource,
    RandomClipsSource,
    RulesSource,
    performed,
)
from actuation.generators.metrics.body_manner import abruptness, elbow_swivel_rad
from actuation.generators.metrics.body_motion import angular_velocity, positions_of
from actuation.generators.metrics.body_slots import slot_met
from actuation.generators.rules_body_life import BodyLife
from actuation.generators.rules_idle import IdleBody, rest_pose
from actuation.gestures.bearing import (
    BODY_BEARING_SIZE,
    bearing_wished,
    body_bearing,
    body_bearing_at,
    body_bearings,
)
from actuation.gestures.choice import GestureConfig
from actuation.gestures.free_hand import free_hand_beats
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.release import RETRACT_S
from actuation.gestures.strokes import lay_over, make_stroke
from actuation.gestures.style import BodyPart, BodyStyle, BodyWish
from actuation.joints.clearance import Clearance
from actuation.joints.rotations import angle
from actuation.joints.skeleton import load_skeleton
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX
from actuation.score import Prominence, Score
from agent.core.errors import BadInputError
from agent.core.messages import Act, ActId, Clause, GestureCue, Reason, UtteranceId
from tests.fakes.voices import speech, spelled

HZ = FRAME_RATE_HZ
SKELETON = load_skeleton()
LEXICON = standard_lexicon()
REASON = Reason(policy="test", because="a test")


def said(text, *lexemes):
    cues = tuple(GestureCue(lexeme=lexeme) for lexeme in lexemes)
    act = Act(at=0.0, act=ActId(1), reason=REASON, clauses=(Clause(text=text, gestures=cues),))
    score = Score(utterance=UtteranceId(1)).append(act, 0, speech(spelled(text), text))
    return score.clauses


CLAUSES = said("Somebody has left an umbrella here.", "thumb_up")
AT_S = np.arange(-0.4, CLAUSES[0].end_s + 0.6, 1 / HZ)
RULES = RulesSource()


def moved(seed=3, clauses=CLAUSES, **wish):
    return RULES.motion(clauses, AT_S, seed, BodyWish(**wish))


def stroke_of(name, **style):
    style = BodyStyle(**style)
    return make_stroke(LEXICON.named(name), SKELETON, apex_s=2.0, earliest_s=0.0, style=style)


def laid(stroke, seconds=4.0):
    times = np.arange(0, seconds, 1 / HZ)
    rest = np.repeat(rest_pose(SKELETON)[None], len(times), axis=0)
    return times, lay_over(rest, [stroke], times)


# Style


def test_a_faster_stroke_has_its_apex_on_the_same_word():
    slow, fast = stroke_of("wave", speed=0.7), stroke_of("wave", speed=1.3)
    assert slow.apex_s == fast.apex_s == 2.0
    ratio = (slow.end_s - slow.start_s) / (fast.end_s - fast.start_s)
    assert ratio == pytest.approx(1.3 / 0.7, rel=0.01)


def test_an_abrupt_stroke_keeps_its_times_and_its_poses_and_is_more_abrupt():
    flowing, abrupt = stroke_of("thumb_up"), stroke_of("thumb_up", smoothness=0.0)
    assert (flowing.start_s, flowing.end_s) == (abrupt.start_s, abrupt.end_s)
    wrists = []
    for stroke in (flowing, abrupt):
        times, joints = laid(stroke)
        apex = round(2.0 * HZ)
        at = positions_of(joints[(times >= stroke.start_s) & (times <= 2.0)])
        wrists.append(abruptness(at[:, JOINT_INDEX["rightHand"]]))
        assert np.allclose(joints[apex], laid(flowing)[1][apex], atol=1e-3)
    assert wrists[1] > wrists[0] + 0.2


def test_spread_turns_the_elbow_out_and_leaves_the_hand():
    found = []
    for spread in (-1.0, 0.0, 1.0):
        _, joints = laid(stroke_of("thumb_up", spread=spread))
        at = positions_of(joints[[round(2.0 * HZ)]])
        found.append((elbow_swivel_rad(at, "right")[0], at[0, JOINT_INDEX["rightHand"]]))
    swivels = [swivel for swivel, _ in found]
    assert swivels[0] < swivels[1] < swivels[2]
    assert swivels[2] - swivels[0] > 0.25
    for _, wrist in found:
        assert wrist == pytest.approx(found[1][1], abs=0.003)


@pytest.mark.parametrize("height", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_hands_rest_clear_of_everything_at_any_height(height):
    pose = rest_pose(SKELETON, height)
    assert Clearance(SKELETON).depth_m(pose[None]).max() < 0


def test_higher_rest_is_higher():
    heights = [
        positions_of(rest_pose(SKELETON, height)[None])[0, JOINT_INDEX["leftHand"], 1]
        for height in (0.0, 0.5, 1.0)
    ]
    assert heights[0] + 0.02 < heights[1] < heights[2] - 0.02


@pytest.mark.parametrize(
    "wrong", [{"size": 3.0}, {"speed": 0.0}, {"smoothness": -1}, {"rest_height": 2}, {"tempo": 1}]
)
def test_a_style_out_of_its_range_is_refused(wrong):
    with pytest.raises(ValidationError):
        BodyStyle(**wrong)


def test_an_emotion_that_nobody_knows_is_refused_by_name():
    with pytest.raises(ValidationError, match="melancholy-ish"):
        BodyWish(emotion="melancholy-ish")
    with pytest.raises(BadInputError, match="no melancholy-ish"):
        body_bearing("melancholy-ish", 1.0)


# Mood


@pytest.mark.parametrize("name", list(faces()))
def test_every_face_has_a_body_that_touches_nothing(name):
    times = np.arange(0, 5.0, 1 / 20)
    still = np.zeros(len(times))
    mood = np.repeat(body_bearing(name, 1.0)[None], len(times), axis=0)
    joints = IdleBody(seed=1).evaluate(
        times, lean=np.zeros((len(times), 6)), head_yaw=still, head_pitch=still, head_roll=still,
        mood=mood,
    )  # fmt: skip
    assert Clearance(SKELETON).depth_m(joints).max() < 0.001


def test_a_mood_grows_with_its_intensity_and_is_nothing_at_none():
    half, full = body_bearing("sad", 0.5), body_bearing("sad", 1.0)
    assert half == pytest.approx(full / 2)
    assert not body_bearing("sad", 0.0).any()
    assert not bearing_wished(BodyWish()).any()
    assert set(body_bearings()) <= set(faces())


def test_valence_and_arousal_reach_the_moods_near_them():
    sad, happy = faces()["sad"], faces()["happy"]
    assert body_bearing_at(sad.valence, sad.arousal)[1] < -0.03, "the chest sinks"
    assert body_bearing_at(happy.valence, happy.arousal)[1] > 0.02, "the chest rises"
    assert body_bearing_at(0.0, 0.0).shape == (BODY_BEARING_SIZE,)


# Knobs are apart


def test_a_mood_moves_the_trunk_and_not_the_stroke():
    plain, sad = moved(), moved(emotion="sad", intensity=1.0)
    trunk = [JOINT_INDEX["spine"], JOINT_INDEX["chest"]]
    assert angle(plain[:, trunk], sad[:, trunk]).mean() > 0.04
    slot = performed(CLAUSES, AT_S, 3, BodyWish()).slots[0]
    apex = int(np.argmin(np.abs(AT_S - slot.at_s)))
    hand = [JOINT_INDEX[n] for n in ("rightLowerArm", "rightHand", "rightIndexProximal")]
    assert angle(plain[apex, hand], sad[apex, hand]).max() < 0.02


def test_a_part_that_is_not_asked_for_stays_idle_and_the_others_go_on():
    without = frozenset(BodyPart) - {BodyPart.RIGHT_ARM}
    whole, left_out = moved(), moved(parts=without)
    idle = IdleSource().motion(CLAUSES, AT_S, 3, BodyWish())
    arm, head = list(PART_JOINTS[BodyPart.RIGHT_ARM]), list(PART_JOINTS[BodyPart.HEAD])
    assert np.array_equal(left_out[:, arm], idle[:, arm])
    assert np.array_equal(left_out[:, head], whole[:, head])
    assert angle(whole[:, arm], idle[:, arm]).max() > 0.5


def test_the_same_seed_is_the_same_motion_and_another_is_another():
    assert np.array_equal(moved(seed=4), moved(seed=4))
    elbow = JOINT_INDEX["rightLowerArm"]  # which nothing but strokes moves
    assert angle(moved(seed=4)[:, elbow], moved(seed=5)[:, elbow]).max() > 0.02


@pytest.mark.parametrize("seed", [1, 2])
def test_every_apex_is_on_its_stress_whatever_the_style_and_seed(seed):
    wish = BodyWish(style=BodyStyle(speed=1.2, smoothness=0.3, spread=0.5), emotion="happy")
    made = performed(CLAUSES, AT_S, seed, wish)
    assert made.slots
    for slot in made.slots:
        found = slot_met(made.joints, AT_S, slot)
        assert abs(found.late_s) < 0.05
        assert found.pose_error_rad < 0.01


def test_random_clips_are_of_other_words():
    other = said("Nothing of that kind was seen there.", "halt")
    clips = RandomClipsSource(RULES, [*CLAUSES, *other])
    made = clips.motion(CLAUSES, AT_S, 3, BodyWish())
    assert made.shape == (len(AT_S), 44, 4)
    assert angle(made, moved()).max() > 0.3
    with pytest.raises(ValueError, match="nothing to draw from"):
        RandomClipsSource(RULES, [])


# Giving up


def interrupted(name, at_s, seconds=4.0):
    body = Gesticulation()
    body.at_once([GestureCue(lexeme=name)], now_s=0.2)
    times = np.arange(0, seconds, 1 / HZ)
    rest = np.repeat(rest_pose(SKELETON)[None], len(times), axis=0)
    whole = body.lay_over(rest, times)
    body.interrupt(at_s)
    return times, rest, whole, body


@pytest.mark.parametrize("at_s", [0.31, 0.55, 0.8, 1.1, 1.6])
@pytest.mark.parametrize("name", ["wave", "heart_clasp", "nod"])
def test_what_is_given_up_goes_on_from_where_it_was_and_is_back_in_time(name, at_s):
    times, rest, whole, body = interrupted(name, at_s)
    cut = body.lay_over(rest, times)
    before, after = times < at_s, times >= at_s + RETRACT_S
    assert np.array_equal(cut[before], whole[before])
    assert np.allclose(cut[after], rest[after])
    push = np.linalg.norm(np.diff(angular_velocity(cut, HZ), axis=0), axis=-1) * HZ
    usual = np.linalg.norm(np.diff(angular_velocity(whole, HZ), axis=0), axis=-1) * HZ
    first = int(np.ceil(at_s * HZ))
    assert push[first - 2 : first + 1].max() <= usual.max() + 1.0, "it jumped"
    assert push.max() < 190.0


def test_frames_made_again_after_it_was_given_up_are_the_same():
    times, rest, _, body = interrupted("wave", 0.8)
    at_once = body.lay_over(rest, times)
    parts = [body.lay_over(rest[i : i + 6], times[i : i + 6]) for i in range(0, len(times), 6)]
    assert np.allclose(np.concatenate(parts), at_once, atol=1e-9)


def test_a_new_gesture_grows_out_of_one_that_was_given_up_and_can_be_given_up_too():
    times, rest, _, body = interrupted("wave", 0.8)
    body.at_once([GestureCue(lexeme="halt")], now_s=0.85)
    both = body.lay_over(rest, times)
    body.interrupt(1.1)
    cut = body.lay_over(rest, times)
    assert np.array_equal(cut[times < 1.1], both[times < 1.1])
    assert np.allclose(cut[times > 1.1 + RETRACT_S], rest[times > 1.1 + RETRACT_S])
    push = np.linalg.norm(np.diff(angular_velocity(cut, HZ), axis=0), axis=-1) * HZ
    assert push.max() < 190.0
    assert body.busy_until_s() == pytest.approx(1.1 + RETRACT_S)


# Several acts at once


def long_hold(text="Point there now and look again and look", *lexemes):
    """A clause with a leading stress every half second, and a gesture on its first."""
    (clause,) = said(text, *lexemes)
    accents = tuple(
        Prominence(at_s=1.0 + 0.4 * i, word=i, strength=0.9, leads=True) for i in range(4)
    )
    held = replace(clause.clause, gestures=tuple(GestureCue(lexeme=n, word=0) for n in lexemes))
    return replace(clause, clause=held, prominences=accents)


def test_one_arm_is_held_while_the_other_beats():
    body, clause = Gesticulation(), long_hold("Look there now and then again", "heart_clasp")
    body.for_clause(clause, earliest_s=0.0)
    held = next(s for s in body.latest if s.lexeme == "heart_clasp")
    beats = [s for s in body.latest if s.lexeme == "beat"]
    assert beats, "the free hand did nothing"
    for beat in beats:
        assert held.apex_s < beat.apex_s <= held.end_of_hold_s
        assert not beat.hands & held.hands
        assert beat.apex_s in {p.at_s for p in clause.prominences}


def test_no_hand_beats_along_where_beats_are_not_wanted():
    body = Gesticulation(GestureConfig(beats_per_minute=0))
    body.for_clause(long_hold("Look there now and then again", "heart_clasp"), earliest_s=0.0)
    assert [s.lexeme for s in body.latest] == ["heart_clasp"]


def test_a_hand_that_is_needed_does_not_beat():
    body = Gesticulation()
    body.for_clause(long_hold("Look there now and then again", "welcome_arms"), earliest_s=0.0)
    assert [s.lexeme for s in body.latest] == ["welcome_arms"]


def test_a_hand_that_an_earlier_gesture_still_has_does_not_beat():
    clause = long_hold("Look there now and then again")
    held = make_stroke(LEXICON.named("heart_clasp"), SKELETON, apex_s=1.0, earliest_s=0.0)
    other = make_stroke(LEXICON.named("halt"), SKELETON, apex_s=1.1, earliest_s=0.0, side="left")

    def beats(*before):
        return free_hand_beats(
            clause, [held], before, earliest_s=0.0, lexicon=LEXICON, skeleton=SKELETON,
            style=BodyStyle(),
        )  # fmt: skip

    assert beats()
    assert not beats(other)


def test_the_head_nods_while_an_arm_points():
    body = Gesticulation()
    body.for_clause(long_hold("Look there now and then again", "point", "nod"), earliest_s=0.0)
    arm, head = (next(s for s in body.latest if s.lexeme == name) for name in ("point", "nod"))
    assert arm.apex_s == head.apex_s
    times = np.array([arm.apex_s])
    rest = rest_pose(SKELETON)[None]
    both = body.lay_over(rest, times)
    assert angle(both[0, JOINT_INDEX["head"]], rest[0, JOINT_INDEX["head"]]) > 0.02
    assert angle(both[0, JOINT_INDEX["rightLowerArm"]], rest[0, JOINT_INDEX["rightLowerArm"]]) > 0.1


# Life


def test_an_idle_body_is_never_frozen_and_never_restless():
    times = np.arange(0, 60.0, 1 / HZ)
    life = BodyLife(seed=2)
    joints = np.repeat(rest_pose(SKELETON)[None], len(times), axis=0)
    life.hands(joints, times)
    fingers = [JOINT_INDEX[f"{s}IndexProximal"] for s in ("left", "right")]
    speed = np.linalg.norm(angular_velocity(joints[:, fingers], HZ), axis=-1)
    assert (speed > 1e-4).mean() > 0.95
    assert speed.max() < 0.8
    shift = life.shift(times)
    assert np.abs(shift).max() < 0.06
    assert np.abs(np.diff(shift, axis=0)).max() * HZ < 0.12
    assert np.ptp(shift, axis=0).min() > 0.01


def test_how_it_lives_does_not_depend_on_how_its_frames_are_asked_for():
    times = np.arange(0, 40.0, 1 / HZ)
    whole, parts = BodyLife(seed=5), BodyLife(seed=5)
    chunks = [parts.shift(times[i : i + 7]) for i in range(0, len(times), 7)]
    assert np.array_equal(np.concatenate(chunks), whole.shift(times))
