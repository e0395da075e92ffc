"""Neck and head turn as one, and the eyes know where the head really is."""

import numpy as np
import pytest

from actuation.animation import Animation, AnimationConfig
from actuation.generators.rules_gaze import GazeConfig, GazeMode
from actuation.generators.rules_neck import eyes_in_head, head_pose, neck_and_head
from actuation.gestures.contract import HeadGestures
from actuation.joints.rotations import angle, multiply, turned
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.messages import GestureCue

RANDOM = np.random.default_rng(0)
YAW, PITCH, ROLL, NOD = RANDOM.uniform(-0.4, 0.4, (4, 50))
ZERO = np.zeros(50)


def size(rotation):
    return angle(rotation, np.array([0.0, 0.0, 0.0, 1.0]))


def test_neck_and_head_together_are_exactly_what_was_asked():
    neck, head = neck_and_head(YAW, PITCH, ROLL, 0.3 * NOD)
    whole = turned(YAW, PITCH + 0.3 * NOD, ROLL)
    assert angle(multiply(neck, head), whole).max() < 1e-6


def test_nodding_is_the_heads_bowing_and_tilting_the_necks():
    nods, bows, tilts, turns = (
        neck_and_head(*axes)
        for axes in (
            (ZERO, ZERO, ZERO, NOD), (ZERO, PITCH, ZERO, ZERO),
            (ZERO, ZERO, ROLL, ZERO), (YAW, ZERO, ZERO, ZERO),
        )
    )  # fmt: skip
    assert np.all(size(nods[1]) > 3 * size(nods[0]))
    assert np.all(size(bows[0]) > size(bows[1]))
    assert np.all(size(tilts[0]) > size(tilts[1]))
    assert np.median(size(turns[0]) / size(turns[1])) == pytest.approx(0.45 / 0.55, rel=0.05)


def standing(yaw, pitch, roll):
    joints = np.zeros((len(yaw), len(JOINT_NAMES), 4))
    joints[..., 3] = 1.0
    neck, head = neck_and_head(yaw, pitch, roll, 0 * yaw)
    joints[:, JOINT_INDEX["neck"]], joints[:, JOINT_INDEX["head"]] = neck, head
    return joints


def test_the_pose_of_a_head_can_be_read_back():
    read = head_pose(standing(YAW, PITCH, ROLL))
    np.testing.assert_allclose(read, np.stack([YAW, PITCH, ROLL], axis=1), atol=1e-9)


def test_eyes_keep_the_line_of_sight_however_the_head_stands():
    joints = standing(YAW, PITCH, ROLL)
    want_yaw, want_pitch = 0.5 * PITCH, 0.5 * NOD
    eye_yaw, eye_pitch = eyes_in_head(joints, want_yaw, want_pitch)
    seen = multiply(turned(YAW, PITCH, ROLL), turned(eye_yaw, eye_pitch))
    forward = np.stack(
        [2 * (seen[:, 0] * seen[:, 2] + seen[:, 3] * seen[:, 1]),
         2 * (seen[:, 1] * seen[:, 2] - seen[:, 3] * seen[:, 0])], axis=1
    )  # fmt: skip
    np.testing.assert_allclose(forward[:, 1], np.sin(want_pitch), atol=1e-9)
    np.testing.assert_allclose(forward[:, 0], np.cos(want_pitch) * np.sin(want_yaw), atol=1e-9)


def frames(seconds, cues=()):
    config = AnimationConfig(gaze=GazeConfig(aversions=0, face_scan=0))
    animation = Animation(config=config, gestures=HeadGestures(), start=0.0)
    made = []
    for k in range(0, round(seconds * 60), 6):
        animation.look(GazeMode.AT, (0.15, -0.05), k / 60, 1.2)
        if k == 120 and cues:
            animation.at_once(cues, k / 60)
        made += animation.frames(k, 6, None)
    return made


def lines_of_sight(made):
    heads = head_pose(np.stack([f.joints for f in made]).astype(float))
    eyes = np.array([(f.gaze_yaw_rad, f.gaze_pitch_rad) for f in made])
    return heads, heads[:, :2] + eyes


def test_while_the_head_nods_and_the_body_breathes_the_eyes_stay_on_the_visitor():
    heads, sight = lines_of_sight(frames(5.0, [GestureCue(lexeme="nod")]))
    assert np.ptp(heads[120:240, 1]) > 0.15
    assert np.abs(sight[90:] - [0.15, -0.05]).max() < 0.03


def test_a_head_that_listens_is_steady_and_not_frozen():
    heads, _ = lines_of_sight(frames(20.0))
    speed = np.abs(np.diff(heads[120:], axis=0)) * 60
    assert np.quantile(speed, 0.95) < 0.06
    assert speed.max() < 0.4
    moved = np.ptp(heads[120:], axis=0)
    assert np.all(moved > 0.003)
    assert np.all(moved < 0.16)
