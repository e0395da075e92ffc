"""Hands while somebody talks: off the desk, down on stresses, back again; gestures unhurried."""

import numpy as np
import pytest

from actuation.generators.metrics.body_manner import elbow_swivel_rad
from actuation.generators.metrics.body_motion import positions_of
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.choice import GestureConfig
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.strokes import make_stroke
from actuation.gestures.style import BodyStyle
from actuation.gestures.talking import TalkingHands, talk_of
from actuation.gestures.unhurried import unhurried
from actuation.joints.path import elbow_angles
from actuation.joints.rotations import about, angle, multiply
from actuation.joints.safety import SafetyLimits
from actuation.motion import JOINT_INDEX
from agent.core.messages import GestureCue
from tests.fakes.gestured import LEXICON, SKELETON, chosen, clause

TEXT = "Nobody had ever seen a machine of that colour in our town."
DENSE = "Do put ten red caps on top of ten big cans now."
FOREARMS = [JOINT_INDEX["leftLowerArm"], JOINT_INDEX["rightLowerArm"]]
ENDS = ("UpperArm", "Hand")
LIMITS = SafetyLimits(SKELETON)


def still(times):
    return np.repeat(rest_pose()[None], len(times), axis=0)


def talking(times, *texts, apart_s=0.5, **style):
    """The rest pose with hands that go along with `texts`, one after another from 1 s on."""
    talks, at_s = [], 1.0
    for text in texts:
        spoken = clause(text, starts_s=at_s)
        talks.append(talk_of(spoken, earliest_s=0.0, style=BodyStyle(**style)))
        at_s = clause(text, starts_s=at_s).end_s + apart_s
    hands = TalkingHands(SKELETON, seed=2)
    return hands.lay_over(still(times), talks, times, along=1.0)


def heights_m(joints):
    """(n, 2) of the wrists."""
    placed = LIMITS._clearance.place(joints).at
    return placed[:, [JOINT_INDEX["leftHand"], JOINT_INDEX["rightHand"]], 1]


def speed(joints):
    return angle(joints[:-1, FOREARMS], joints[1:, FOREARMS]).max(axis=1) * 60


def test_hands_leave_the_desk_while_it_talks_and_lie_on_it_before_and_after():
    spoken = clause(TEXT, starts_s=1.0)
    times = np.arange(0, spoken.end_s + 2.0, 1 / 60)
    moved = talking(times, TEXT)
    lifted = heights_m(moved) - heights_m(still(times))
    assert np.abs(lifted[times < 0.7]).max() < 1e-9
    assert np.abs(lifted[times > spoken.end_s + 1.5]).max() < 1e-9
    said = (times > 1.6) & (times < spoken.end_s)
    assert lifted[said].min() > 0.004
    assert lifted.max() < 0.15


def test_hands_that_talk_are_seldom_still_and_never_hasty():
    times = np.arange(0, 9.0, 1 / 60)
    moved = talking(times, TEXT, TEXT)
    said = (times[1:] > 1.6) & (times[1:] < 7.0)
    assert np.mean(speed(moved)[said] < 0.2) < 0.25
    assert speed(moved).max() < 3.0
    limits = SafetyLimits(SKELETON)
    assert angle(limits.clamp(moved), moved).max() < 1e-6
    assert limits.held_back == 0


def test_forearms_are_down_on_a_stress_and_higher_between_two():
    talk = talk_of(clause(TEXT, starts_s=1.0), earliest_s=0.0)
    downs = [(t, v) for t, v in zip(talk.times_s, talk.swings, strict=True) if v < 0]
    stresses = [p.at_s for p in clause(TEXT, starts_s=1.0).prominences]
    assert len(downs) >= 4
    assert all(min(abs(t - s) for s in stresses) < 1e-9 for t, _ in downs)
    for (one, low), (other, lower) in zip(downs, downs[1:], strict=False):
        assert other - one > 0.39
        between = talk.swing(np.array([(one + other) / 2]))[0]
        assert between > 0 > max(low, lower)
    hands = TalkingHands(SKELETON, seed=2)
    at = np.array([downs[1][0], (downs[1][0] + downs[2][0]) / 2])
    laid = hands.lay_over(still(at), [talk], at, along=1.0)
    bends = np.abs(elbow_angles(laid[:, FOREARMS])[..., 1])
    assert np.all(bends[1] - bends[0] > 0.05)


def test_hands_stay_up_between_sentences_and_a_mere_yes_hardly_lifts_them():
    times = np.arange(0, 9.0, 1 / 60)
    first = clause(TEXT, starts_s=1.0)
    both = heights_m(talking(times, TEXT, TEXT)) - heights_m(still(times))
    pause = (times > first.end_s) & (times < first.end_s + 0.5)
    assert both[pause].min() > 0.008
    yes = heights_m(talking(times, "Yes.")) - heights_m(still(times))
    assert yes.max() < 0.4 * both.max()


HELD_S = np.arange(2.0, 3.6, 1 / 60)
"""Within one long clause, lifted fully."""


def held(**style):
    return talking(HELD_S, TEXT, **style)


def bends(joints):
    return np.abs(elbow_angles(joints[:, FOREARMS])[..., 1])


def test_size_is_how_far_they_swing_and_not_how_high_they_are():
    small, large = held(size=0.7), held(size=1.4)
    swung = [np.ptp(bends(each), axis=0).mean() for each in (small, large)]
    assert swung[1] == pytest.approx(2 * swung[0], rel=0.15)
    assert heights_m(large).mean() == pytest.approx(heights_m(small).mean(), abs=0.008)


def test_hands_that_rest_higher_talk_higher():
    low, middle, high = (heights_m(held(rest_height=h)).mean() for h in (0.0, 0.5, 1.0))
    assert low + 0.025 < middle < high - 0.025


def test_spread_turns_the_elbows_of_talking_hands_out():
    close, usual, wide = (
        elbow_swivel_rad(positions_of(held(spread=s)), "left").mean() for s in (-1.0, 0.0, 1.0)
    )
    assert close + 0.1 < usual < wide - 0.1


def test_who_is_slow_marks_fewer_stresses_and_who_is_fast_goes_later_to_the_same():
    spoken = clause(DENSE, starts_s=1.0)
    slow, usual, fast = (
        talk_of(spoken, earliest_s=0.0, style=BodyStyle(speed=v)) for v in (0.7, 1.0, 1.3)
    )
    assert len(slow.times_s) < len(usual.times_s)
    assert np.array_equal(usual.times_s, fast.times_s)
    assert fast.swing(fast.times_s) == pytest.approx(usual.swing(usual.times_s), abs=1e-9)
    times = np.arange(1.0, 4.0, 1 / 60)
    most = [np.abs(np.diff(each.swing(times))).max() for each in (usual, fast)]
    assert most[1] > 1.2 * most[0]
    quickest = [speed(talking(HELD_S, DENSE, speed=v)).mean() for v in (0.7, 1.0, 1.3)]
    assert quickest[0] < quickest[1] < quickest[2]
    assert fast.over_s < usual.over_s < slow.over_s


def test_abrupt_hands_are_on_the_stress_at_the_same_time_and_quicker_on_the_way():
    spoken = clause(TEXT, starts_s=1.0)
    flowing, abrupt = (
        talk_of(spoken, earliest_s=0.0, style=BodyStyle(smoothness=v)) for v in (1.0, 0.0)
    )
    assert np.array_equal(flowing.times_s, abrupt.times_s)
    assert abrupt.swing(abrupt.times_s) == pytest.approx(flowing.swings, abs=1e-9)
    times = np.arange(1.0, 4.0, 1 / 60)
    most = [np.abs(np.diff(each.swing(times))).max() for each in (flowing, abrupt)]
    assert most[1] > 1.3 * most[0]


def test_another_style_from_the_next_clause_on_makes_no_jump():
    times = np.arange(0, 9.0, 1 / 60)
    first = clause(TEXT, starts_s=1.0)
    second = clause(TEXT, starts_s=first.end_s + 0.3)
    hands = TalkingHands(SKELETON, seed=2)
    other = BodyStyle(size=1.4, speed=1.3, smoothness=0.4, spread=1.0, rest_height=1.0)
    talks = [talk_of(first, earliest_s=0.0), talk_of(second, earliest_s=0.0, style=other)]
    alone = hands.lay_over(still(times), talks[:1], times, along=1.0)
    both = hands.lay_over(still(times), talks, times, along=1.0)
    before = times <= talks[1].from_s
    assert np.abs(both[before] - alone[before]).max() < 1e-9
    steps = angle(both[1:], both[:-1]).max(axis=1) * 60
    around = np.abs(times[1:] - talks[1].from_s) < 1.0
    assert steps[around].max() < 3.0
    limits = SafetyLimits(SKELETON)
    assert angle(limits.clamp(both), both).max() < 1e-6


def test_talk_read_in_pieces_is_the_same():
    times = np.arange(0, 6.0, 1 / 60)
    whole = talking(times, TEXT)
    parts = [talking(times[a : a + 7], TEXT) for a in range(0, len(times), 7)]
    assert np.abs(np.concatenate(parts) - whole).max() < 1e-9


def test_a_stop_brings_talking_hands_back_and_an_operator_may_keep_them_down():
    times = np.arange(0, 5.0, 1 / 60)
    spoken = clause(TEXT, starts_s=1.0)
    stopped, kept = Gesticulation(), Gesticulation()
    for gestures, along in ((stopped, 1.0), (kept, 0.0)):
        gestures.adopt(GestureConfig(beats_per_minute=0, meanings_per_minute=0, along=along))
        gestures.for_clause(spoken, earliest_s=0.3)
    assert stopped.busy_until_s() > spoken.end_s + 1.0  # a stop after the last word finds them
    stopped.interrupt(2.5)
    moved = stopped.lay_over(still(times), times)
    away = angle(moved, still(times)).max(axis=1)
    assert away[round(2.4 * 60)] > 0.1
    assert away[times > 2.83].max() < 1e-6
    assert angle(moved[1:], moved[:-1]).max() < 0.15
    assert angle(kept.lay_over(still(times), times), still(times)).max() < 1e-6


def test_a_nod_waits_for_the_last_word_and_a_wave_for_the_hands():
    spoken = clause(TEXT, starts_s=1.0)
    gestures = Gesticulation(GestureConfig(beats_per_minute=0, meanings_per_minute=0))
    gestures.for_clause(spoken, earliest_s=0.3)
    nod, wave = (GestureCue(lexeme=name) for name in ("nod", "wave"))
    assert gestures.busy_until_s((nod,)) == pytest.approx(spoken.end_s)
    assert gestures.busy_until_s((nod, wave)) == gestures.busy_until_s((wave,))
    assert gestures.busy_until_s((wave,)) > spoken.end_s + 1.0
    (placed,) = gestures.at_once((nod,), now_s=spoken.end_s)
    assert gestures.busy_until_s((nod,)) == pytest.approx(placed.end_s)
    gestures.interrupt(2.0)
    assert gestures.busy_until_s((nod,)) == pytest.approx(2.0)


def test_a_hand_leaves_earlier_where_nothing_else_needs_it_and_comes_back_slower():
    first, second = (
        make_stroke(LEXICON.named("big"), SKELETON, apex_s=at, earliest_s=0.0) for at in (3.0, 5.0)
    )
    early, later = unhurried([second, first], [], earliest_s=1.0)
    assert (early.apex_s, later.apex_s) == (first.apex_s, second.apex_s)
    assert np.array_equal(early.key_times_s, first.key_times_s)
    assert 1.0 <= early.start_s < first.start_s - 0.2
    assert early.end_s > first.end_s + 0.2
    assert first.end_of_hold_s <= later.start_s < second.start_s
    (other,) = unhurried([second], [first], earliest_s=1.0)
    assert other.start_s == pytest.approx(later.start_s)
    (held,) = unhurried([first], [], earliest_s=first.start_s)
    assert held.start_s == first.start_s


def test_a_gesture_on_a_named_early_word_goes_there_without_a_wind_up():
    spoken = clause(TEXT, GestureCue(lexeme="offer_palm", word=0), starts_s=0.0)
    apex_s = spoken.stroke_s(0)
    (free,) = chosen(spoken, earliest_s=apex_s - 2.0)
    (hurried,) = chosen(spoken, earliest_s=apex_s - 0.3)
    assert len(hurried.key_times_s) == len(free.key_times_s) - 1
    assert hurried.apex_s == pytest.approx(apex_s, abs=0.021)
    at = np.array([apex_s])
    assert angle(hurried.pose(at), free.pose(at)).max() < 1e-3


def test_a_held_forearm_sinks_a_little_unless_it_points():
    def sunk(name, **more):
        stroke = make_stroke(LEXICON.named(name), SKELETON, apex_s=2.0, earliest_s=0.0, **more)
        held = stroke.pose(np.array([stroke.key_times_s[-1], stroke.end_of_hold_s]))
        return angle(held[0], held[1]).max()

    assert 0.02 < sunk("halt") < 0.2
    assert sunk("point", aim=(0.6, 0.0, 0.8)) < 1e-6


@pytest.mark.parametrize("bend", [("x", 0.25), ("x", -0.2), ("z", 0.06), ("y", 0.3)])
def test_talking_arms_keep_their_direction_however_the_trunk_bends(bend):
    times = np.arange(2.0, 3.5, 1 / 60)
    spoken = talk_of(clause(TEXT, starts_s=1.0), earliest_s=0.0)

    def reaching(joints):
        laid = TalkingHands(SKELETON, seed=2).lay_over(joints, [spoken], times, along=1.0)
        placed = LIMITS._clearance.place(laid).at
        arms = [[JOINT_INDEX[f"{side}{j}"] for side in ("left", "right")] for j in ENDS]
        return placed[:, arms[1]] - placed[:, arms[0]], LIMITS._clearance.depth_m(laid).max()

    bent = still(times)
    for name in ("spine", "chest"):
        bent[:, JOINT_INDEX[name]] = multiply(
            about(bend[0], bend[1] / 2), bent[:, JOINT_INDEX[name]]
        )
    (upright, _), (leaning, depth_m) = reaching(still(times)), reaching(bent)
    assert np.abs(leaning - upright).max() < 0.012
    assert depth_m < 0.002
