"""The body leans along: the right way, slowly, a few degrees, and the head stays upright."""

import math

import numpy as np
import pytest

from actuation.animation import Animation, AnimationConfig
from actuation.generators.rules_idle import MOST_ALONG_RAD
from actuation.gestures.contract import HeadGestures
from actuation.joints.rotations import inverse, multiply
from actuation.motion import JOINT_INDEX
from agent.core.messages import Lean

UP = np.array([0.0, 1.0, 0.0, 0.0])


def upward(turned):
    """Where what was up points now."""
    return multiply(multiply(turned, np.broadcast_to(UP, turned.shape)), inverse(turned))[..., :3]


def ways(lean, seconds=6):
    """Unit vectors along chest and head, frame by frame, leant at 1 s less never leant."""
    made = []
    for wish in (lean, None):
        animation = Animation(config=AnimationConfig(), gestures=HeadGestures(), start=0.0)
        if wish is not None:
            animation.lean_along(wish, 1.0)
        joints = np.stack([f.joints for f in animation.frames(0, 60 * seconds, None)])
        hips, spine, chest, upper, neck, head = (
            joints[:, JOINT_INDEX[name]].astype(float)
            for name in ("hips", "spine", "chest", "upperChest", "neck", "head")
        )
        trunk = multiply(multiply(multiply(hips, spine), chest), upper)
        made.append((upward(trunk), upward(multiply(multiply(trunk, neck), head))))
    (chest, head), (usual_chest, usual_head) = made
    return chest - usual_chest, head - usual_head


@pytest.mark.parametrize(
    ("lean", "axis", "sign"),
    [
        (Lean(left_rad=0.04), 0, 1),
        (Lean(left_rad=-0.04), 0, -1),
        (Lean(forward_rad=0.04), 2, 1),
        (Lean(forward_rad=-0.04), 2, -1),
    ],
    ids=["left", "right", "forward", "back"],
)
def test_the_trunk_leans_that_way_and_the_head_far_less(lean, axis, sign):
    chest, head = ways(lean)
    assert sign * chest[-1, axis] == pytest.approx(0.04, rel=0.1)
    assert abs(head[-1, axis]) < 0.3 * 0.04
    assert abs(chest[-1, 2 - axis]) < 0.005


def test_it_comes_slowly_and_never_goes_far():
    chest, _ = ways(Lean(left_rad=0.5))
    assert np.abs(chest[:60]).max() < 1e-6
    assert chest[:, 0].max() == pytest.approx(MOST_ALONG_RAD, rel=0.05)
    assert math.degrees(np.abs(np.diff(chest[:, 0])).max() * 60) < 4.0


def test_nothing_is_left_of_it_when_it_is_taken_back():
    animation = Animation(config=AnimationConfig(), gestures=HeadGestures(), start=0.0)
    usual = Animation(config=AnimationConfig(), gestures=HeadGestures(), start=0.0)
    animation.lean_along(Lean(left_rad=0.05), 0.5)
    animation.lean_along(Lean(), 2.0)
    for first in range(0, 360, 6):
        ours, theirs = (each.frames(first, 6, None) for each in (animation, usual))
    np.testing.assert_allclose(ours[-1].joints, theirs[-1].joints, atol=1e-5)
