"""Motion clips: what they refuse, and how they change rate, length and direction."""

import numpy as np
import pytest

from actuation.body_formats.clip import MotionClip
from actuation.joints.rotations import about
from actuation.motion import JOINT_NAMES
from agent.core.errors import BadInputError
from tests.fakes.any_motion import any_joints, any_motion, apart


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"joints": np.zeros((3, 20, 4))}, "(frames, 44, 4)"),
        ({"joints": np.zeros((0, 44, 4))}, "0 frames"),
        ({"rate_hz": 0.0}, "frames a second"),
        ({"rate_hz": float("nan")}, "frames a second"),
        ({"rate_hz": -30.0}, "frames a second"),
        ({"hips_m": np.zeros((2, 3))}, "(3, 3)"),
        ({"hips_m": np.full((3, 3), np.inf)}, "hips of frame 0"),
    ],
)
def test_a_clip_that_cannot_be_is_told(change, told):
    good = {"joints": any_joints(3), "rate_hz": 30.0}
    with pytest.raises(BadInputError) as fault:
        MotionClip(**good | change)
    assert told in str(fault.value)


def test_a_frame_that_is_no_number_is_named():
    joints = any_joints(5)
    joints[3, 7, 1] = np.nan
    with pytest.raises(BadInputError, match="frame 3"):
        MotionClip(joints=joints, rate_hz=30.0)


def test_quaternions_come_out_of_length_one():
    joints = any_joints(2) * 3
    joints[0, 0] = 0
    clip = MotionClip(joints=joints, rate_hz=30.0)
    np.testing.assert_allclose(np.linalg.norm(clip.joints, axis=-1), 1, atol=1e-6)
    assert apart(clip.joints[0, 0], [0, 0, 0, 1]) == 0


def test_another_rate_goes_along_the_arc_at_even_speed():
    turns = np.zeros((2, len(JOINT_NAMES), 4))
    turns[..., 3] = 1
    turns[1] = about("y", 2.8)
    turns[1, 3] *= -1  # the same turn by another sign
    clip = MotionClip(joints=turns, rate_hz=1.0, hips_m=[[0, 1, 0], [4, 1, 0]])
    fast = clip.at_rate(4.0)
    assert fast.frames == 8
    for k, share in enumerate((0, 0.25, 0.5, 0.75, 1, 1)):
        assert apart(fast.joints[k], about("y", 2.8 * share)) < 1e-5
    np.testing.assert_allclose(fast.hips_m[:5, 0], [0, 1, 2, 3, 4])
    assert clip.at_rate(1.0) is clip
    with pytest.raises(BadInputError):
        clip.at_rate(0)


def test_ten_minutes_change_their_rate():
    long = MotionClip(joints=np.repeat(any_joints(1), 1200, 0), rate_hz=2.0)
    assert long.at_rate(10.0).length_s == pytest.approx(600.0)


def test_a_stretch_has_at_least_a_frame():
    clip = any_motion(30)
    assert clip.between(0.5, 0.8).frames == 9
    assert clip.between(5, 9).frames == 1
    assert clip.between(0.2, 0.1).frames == 1


def test_a_speaker_who_faced_the_window_faces_forward():
    clip = any_motion(1)
    joints = np.repeat(clip.joints, 3, 0)
    for frame, yaw in enumerate((1.9, 2.0, 2.1)):
        joints[frame, 0] = about("y", yaw)
    turned = MotionClip(joints=joints, rate_hz=30.0, hips_m=[[1, 0.9, 5], [1, 0.9, 6], [1, 0.9, 7]])
    forward = turned.facing_forward()
    assert apart(forward.joints[1, 0], [0, 0, 0, 1]) < 1e-6
    assert apart(forward.joints[2, 0], about("y", 0.1)) < 1e-6
    # It went along +z while it looked 2 rad to the left of it: that is 2 rad to its right.
    np.testing.assert_allclose(
        forward.hips_m[2] - forward.hips_m[1], [-np.sin(2), 0, np.cos(2)], atol=1e-6
    )
    np.testing.assert_allclose(forward.hips_m.mean(axis=0), [0, 0.9, 0], atol=1e-6)
