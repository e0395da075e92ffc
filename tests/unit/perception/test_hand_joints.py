"""Thirty joints from 21 points: what the lexicon's own hands are read back as."""

import numpy as np
import pytest

from actuation.gestures.handshapes import SHAPES, solve_hand
from actuation.gestures.synergies import synergies_of
from actuation.joints.skeleton import FINGERS, load_skeleton, parts_of
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from perception.actions.hand_joints import BONES, hand_joints
from perception.actions.live_hands import GONE_S, RISE_S, HandInPicture, LiveHands

TIP_M = 0.022


def points_of(joints, side, skeleton):
    """21 points as a hand model tells them: right, down, away."""
    placed = skeleton.globals_of(joints)
    points = [placed[f"{side}Hand"][1]]
    for finger in FINGERS:
        names = [f"{side}{finger}{part}" for part in parts_of(finger)]
        points += [placed[name][1] for name in names]
        turn, at = placed[names[-1]]
        along = skeleton.positions[names[-1]] - skeleton.positions[names[-2]]
        points.append(at + turn.apply(along / np.linalg.norm(along) * TIP_M))
    return np.array(points) * (1.0, -1.0, -1.0)


def posed(shape, side, turn):
    joints = np.tile([0.0, 0.0, 0.0, 1.0], (len(JOINT_NAMES), 1))
    joints[JOINT_INDEX[f"{side}Hand"]] = turn / np.linalg.norm(turn)
    for name, one in solve_hand(side, SHAPES[shape]).items():
        joints[JOINT_INDEX[name]] = one.quat
    return joints


def apart_deg(turns, joints, side):
    true = np.array([joints[JOINT_INDEX[f"{side}{bone}"]] for bone in BONES])
    return np.degrees(2 * np.arccos(np.clip(np.abs((turns * true).sum(axis=1)), 0, 1)))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("shape", ["fist", "point", "open", "thumb_up", "two"])
def test_both_hands_are_read_back_joint_by_joint_however_they_are_turned(side, shape):
    skeleton, rng = load_skeleton(), np.random.default_rng(3)
    for _ in range(3):
        joints = posed(shape, side, rng.normal(size=4))
        seen = hand_joints(points_of(joints, side, skeleton), left=side == "left")
        off = apart_deg(seen.turns, joints, side)
        assert np.median(off) < 2
        assert off.max() < 12
        turn = skeleton.globals_of(joints)[f"{side}Hand"][0]
        assert seen.palm @ turn.apply([0.0, -1.0, 0.0]) > 0.99
        out = 1.0 if side == "left" else -1.0
        assert seen.fingers @ turn.apply([out, 0.0, 0.0]) > 0.97


def test_a_hand_seen_with_noise_is_cleaned_by_synergies_of_other_shapes():
    skeleton, rng = load_skeleton(), np.random.default_rng(5)
    plain, clean = [], []
    for name in ("fist", "point", "open", "pinch", "three", "claw"):
        others = synergies_of({n: s for n, s in SHAPES.items() if n != name}, 8)
        joints = posed(name, "left", rng.normal(size=4))
        points = points_of(joints, "left", skeleton) + rng.normal(0, 0.005, (21, 3))
        seen = hand_joints(points, left=True)
        whole = joints.copy()
        for bone, turn in zip(BONES, seen.turns, strict=True):
            whole[JOINT_INDEX[f"left{bone}"]] = turn
        plain.append(apart_deg(seen.turns, joints, "left").mean())
        numbers = others.numbers(whole, "left")
        clean.append(apart_deg(others.hand(numbers, "left"), joints, "left").mean())
    assert np.mean(clean) < 0.7 * np.mean(plain)


def test_what_is_no_hand_has_no_joints():
    good = points_of(posed("open", "left", np.array([0, 0, 0, 1.0])), "left", load_skeleton())
    bad = good.copy()
    bad[7, 1] = np.nan
    assert hand_joints(good, left=True) is not None
    assert hand_joints(bad, left=True) is None
    assert hand_joints(good[:20], left=True) is None
    assert hand_joints(np.zeros((21, 3)), left=True) is None
    flat = hand_joints(good * (1.0, 0.0, 0.0), left=True)
    assert flat is None or np.isfinite(flat.turns).all()


def in_picture(x_px, y_px, px_m=900.0, left=True):
    points = points_of(posed("open", "left", np.array([0, 0, 0, 1.0])), "left", load_skeleton())
    return HandInPicture(
        left=left, points_m=points - points[0], places_px=(points - points[0])[:, :2] * px_m
        + (x_px, y_px),
    )  # fmt: skip


FACE = np.zeros((478, 3))
FACE[33], FACE[263] = (278.6, -200.0, 0.0), (361.4, -200.0, 0.0)


def test_a_hand_comes_up_where_it_is_seen_and_goes_down_when_it_is_gone():
    hands = LiveHands()
    for k in range(8):
        left, right = hands.take(k / 15, FACE, (in_picture(500.0, 290.0), None))
    assert left.share > 0.95
    assert right is None
    # Looking as large as the face's own measure says: beside the face, not before it.
    assert left.place_m == pytest.approx([0.2, -0.1, 0.0], abs=0.01)
    for k in range(8, 8 + round(15 * (GONE_S + RISE_S)) + 2):
        left, _ = hands.take(k / 15, FACE, (None, None))
    assert left is None


def test_a_hand_that_looks_larger_is_nearer():
    near, far = LiveHands(), LiveHands()
    close = near.take(0.0, FACE, (in_picture(500.0, 290.0, px_m=1500.0), None))[0]
    beside = far.take(0.0, FACE, (in_picture(500.0, 290.0), None))[0]
    assert close.place_m[2] > beside.place_m[2] + 0.15


def test_hands_without_a_face_or_with_broken_points_move_nothing():
    hands = LiveHands()
    assert hands.take(0.0, None, (in_picture(500.0, 290.0), None)) == (None, None)
    broken = in_picture(np.nan, 290.0)
    assert hands.take(0.1, FACE, (broken, None)) == (None, None)
    assert hands.take(0.05, FACE, (in_picture(500.0, 290.0), None)) == (None, None)
    assert hands.take(0.2, np.full((478, 3), np.nan), (in_picture(5.0, 2.0), None))[0] is not None
