"""The trunk follows the arms and nothing else does; a head that begins late sets in softly."""

import numpy as np
import pytest

from actuation.animation import Animation, AnimationConfig, track_of
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.contract import HeadGestures
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.strokes import lay_over, make_stroke
from actuation.joints.rotations import angle
from actuation.joints.skeleton import load_skeleton
from actuation.motion import JOINT_INDEX
from tests.fakes.gestured import clause

SKELETON, LEXICON = load_skeleton(), standard_lexicon()


def turns_at_apex(name, side="right"):
    """Global rotations of all joints at rest and at the apex."""
    stroke = make_stroke(LEXICON.named(name), SKELETON, apex_s=2.0, earliest_s=0.0, side=side)
    pose = lay_over(rest_pose()[None], [stroke], np.array([2.0]))[0]
    return (
        {joint: turn.quat for joint, (turn, _) in SKELETON.globals_of(each).items()}
        for each in (rest_pose(), pose)
    )


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_trunk_goes_with_the_hand_and_head_and_resting_arm_stay(side):
    rest, apex = turns_at_apex("halt", side)
    other = "left" if side == "right" else "right"
    assert 0.01 < angle(rest["upperChest"], apex["upperChest"]) < 0.1
    assert angle(rest["head"], apex["head"]) < 1e-3
    assert angle(rest[f"{other}Hand"], apex[f"{other}Hand"]) < 1e-3
    forward = [2 * q["upperChest"][1] for q in (rest, apex)]
    assert (forward[1] - forward[0] > 0) == (side == "left")


def test_what_points_or_touches_moves_no_trunk():
    for lexeme in LEXICON:
        if lexeme.aimed or lexeme.fixed:
            assert make_stroke(lexeme, SKELETON, apex_s=2.0, earliest_s=0.0).trunk == (0, 0, 0)


@pytest.mark.parametrize(("seen_from", "soft"), [(1.0, True), (None, False)])
def test_a_head_that_begins_late_sets_in_softly(seen_from, soft):
    animation = Animation(config=AnimationConfig(), gestures=HeadGestures(), start=0.0)
    spoken = clause("Are there really no more of these at all?", starts_s=1.05)
    before = [frame.joints for frame in animation.frames(0, 60, None)]
    animation.speak(spoken, track_of(spoken.speech), seen_from=seen_from)
    after = [frame.joints for frame in animation.frames(60, 30, None)]
    heads = np.array([*before, *after], np.float64)[:, JOINT_INDEX["head"]]
    speed = angle(heads[:-1], heads[1:]) * 60
    push = np.abs(np.diff(speed))[54:64].max() * 60
    assert (push < 4.0) == soft
