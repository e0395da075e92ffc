"""Hands in few numbers: the fewer, the coarser; what a body lacks is filled in likely."""

import numpy as np
import pytest

from actuation.body_formats.figure import figure_of
from actuation.gestures.handshapes import SHAPES, solve_hand
from actuation.gestures.synergies import (
    BONES,
    error_deg,
    standard_synergies,
    synergies_of,
    vectors_of,
)
from actuation.joints.rotations import IDENTITY, about, angle
from actuation.joints.skeleton import FINGERS, SIDES, parts_of
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from tests.fakes.foreign_skeletons import beat_names, foreign


def pose(shape, side):
    joints = np.tile(IDENTITY, (1, len(JOINT_NAMES), 1))
    for name, turn in solve_hand(side, SHAPES[shape]).items():
        joints[0, JOINT_INDEX[name]] = turn.quat
    return joints


def rebuilt(count):
    known = synergies_of(SHAPES, count)
    hands = vectors_of(SHAPES)
    return error_deg(hands, known.middle + (hands - known.middle) @ known.ways.T @ known.ways)


def test_a_few_numbers_show_the_lexicon_s_hands():
    errors = [rebuilt(count)[0] for count in range(1, 11)]
    assert errors == sorted(errors, reverse=True)
    assert errors[7] < 1.0
    assert errors[0] > 10.0
    known = synergies_of(SHAPES, 8)
    np.testing.assert_allclose(known.ways @ known.ways.T, np.eye(8), atol=1e-9)
    assert (np.diff(known.spread) <= 0).all()


def test_a_shape_that_was_not_learned_is_shown_nearly_as_well():
    hands = vectors_of(SHAPES)
    shown = []
    for name, hand in zip(SHAPES, hands, strict=True):
        known = synergies_of({n: s for n, s in SHAPES.items() if n != name}, 8)
        shown.append(known.middle + (hand - known.middle) @ known.ways.T @ known.ways)
    assert error_deg(hands, np.array(shown))[0] < 2.0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("shape", ["point", "ok", "fist"])
def test_numbers_bring_the_hand_back_on_either_side(shape, side):
    joints = pose(shape, side)
    known = standard_synergies()
    hand = known.hand(known.numbers(joints, side), side)[0]
    apart = angle(hand, np.array([joints[0, JOINT_INDEX[f"{side}{bone}"]] for bone in BONES]))
    assert np.degrees(apart).max() < 6


def test_both_hands_have_the_same_numbers_for_the_same_shape():
    known = standard_synergies()
    left, right = (known.numbers(pose("gap", side), side) for side in SIDES)
    np.testing.assert_allclose(left, right, atol=1e-9)


def test_last_joints_are_guessed_from_the_first():
    known = standard_synergies()
    for shape in ("fist", "open", "relaxed"):
        joints = pose(shape, "left")
        has = [f"left{bone}" for bone in BONES if bone.endswith(("Proximal", "Metacarpal"))]
        bare = np.array(joints)
        lacking = [JOINT_INDEX[f"left{b}"] for b in BONES if f"left{b}" not in has]
        bare[0, lacking] = IDENTITY
        filled = known.completed(bare, has, "left")
        assert np.degrees(angle(filled[0, lacking].astype(float), joints[0, lacking])).max() < 12
        kept = [JOINT_INDEX[name] for name in has]
        np.testing.assert_allclose(filled[0, kept], bare[0, kept], atol=1e-6)


def test_a_body_without_fingers_has_hands_at_ease_and_one_with_all_keeps_them():
    fingers = [f"{s}{f}{p}" for s in SIDES for f in FINGERS for p in parts_of(f)]
    bare = figure_of(foreign(beat_names(), lacks=fingers))
    fist = pose("fist", "left")
    back = bare.to_stage(bare.from_stage(fist))
    for side in SIDES:
        for name, turn in solve_hand(side, SHAPES["relaxed"]).items():
            assert angle(back[0, JOINT_INDEX[name]].astype(float), turn.quat) < 1e-3
    whole = figure_of(foreign(beat_names()))
    back = whole.to_stage(whole.from_stage(fist))
    np.testing.assert_allclose(np.abs(np.sum(back * fist, -1)), 1, atol=1e-6)


def test_a_mitten_that_closes_closes_the_hand():
    rest = [f for f in BONES if f not in ("IndexProximal", "ThumbMetacarpal")]
    mitten = figure_of(foreign(beat_names(), lacks=[f"{s}{b}" for s in SIDES for b in rest]))
    joints = np.tile(IDENTITY, (2, len(JOINT_NAMES), 1))
    joints[1, JOINT_INDEX["leftIndexProximal"]] = about("z", -1.4)
    back = mitten.to_stage(mitten.from_stage(joints)).astype(float)
    for finger in ("Index", "Middle", "Ring", "Little"):
        knuckle = JOINT_INDEX[f"left{finger}Proximal"]
        assert angle(back[1, knuckle], about("z", -1.4)) < 1e-3
        assert angle(back[0, knuckle], IDENTITY) < 1e-3
    ring = JOINT_INDEX["leftRingIntermediate"]
    assert angle(back[1, ring], IDENTITY) > angle(back[0, ring], IDENTITY) + 0.3
