import numpy as np
import pytest

from actuation.generators.rules_idle import rest_pose
from actuation.motion import JOINT_INDEX
from actuation.rotations import (
    about,
    aim,
    angle,
    between,
    from_vector,
    inverse,
    minimum_jerk,
    multiply,
    normalised,
    stage_from_room,
    to_vector,
    turned,
)
from actuation.safety import SafetyLimits

HEAD = JOINT_INDEX["head"]


def frames(pitches):
    joints = np.tile(rest_pose(), (len(pitches), 1, 1))
    joints[:, HEAD] = about("x", np.array(pitches))
    return joints


def test_motion_within_the_limits_passes_unchanged():
    wanted = frames(np.linspace(0, 0.2, 30))
    np.testing.assert_allclose(SafetyLimits().clamp(wanted, wanted[0]), wanted, atol=1e-12)


def test_a_joint_never_goes_beyond_its_angle():
    safe = SafetyLimits().clamp(frames(np.linspace(0, 3.0, 600)), frames([0.0])[0])
    assert angle(safe[:, HEAD], np.array([0.0, 0, 0, 1])).max() < 1.0 + 1e-6


def test_a_jump_is_spread_over_frames_and_still_arrives():
    limits = SafetyLimits()
    safe = limits.clamp(frames([0.0] * 3 + [0.8] * 60), None)
    steps = angle(safe[1:, HEAD], safe[:-1, HEAD])
    assert steps.max() * 60 < 6.1
    assert angle(safe[-1, HEAD], about("x", 0.8)) < 1e-6
    assert limits.held_back > 0


def test_nonsense_becomes_a_pose():
    wanted = frames([0.0, 0.0])
    wanted[1, HEAD] = np.nan
    wanted[0, 3] = 0.0
    safe = SafetyLimits().clamp(wanted, None)
    assert np.all(np.isfinite(safe))
    np.testing.assert_allclose(np.linalg.norm(safe, axis=-1), 1.0)


def test_left_is_left_and_up_is_up_in_both_frames():
    assert stage_from_room(2.0, 1.0, 0.5) == (1.0, 0.5, 2.0)
    yaw, pitch = aim(1.0, 1.0, 0.5)
    assert yaw == pytest.approx(np.pi / 4)
    assert pitch > 0

    def faced(q):
        x, y, z, w = q
        return np.array([2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)])

    look = faced(turned(yaw, pitch))
    aimed = np.array(stage_from_room(1.0, 1.0, 0.5))
    np.testing.assert_allclose(look, aimed / np.linalg.norm(aimed), atol=1e-9)


def test_rotation_vectors_and_quaternions_agree():
    vectors = np.random.default_rng(0).normal(0, 1, (50, 3))
    q = from_vector(vectors)
    assert angle(from_vector(to_vector(q)), q).max() < 1e-6
    np.testing.assert_allclose(
        multiply(q, inverse(q)), np.tile([0, 0, 0, 1.0], (50, 1)), atol=1e-12
    )


def test_blending_takes_the_short_way():
    a, b = about("y", 0.2), -about("y", 0.6)
    assert angle(between(a, b, 0.5), about("y", 0.4)) < 1e-6
    np.testing.assert_allclose(normalised(np.zeros(4)), [0, 0, 0, 1.0])


def test_minimum_jerk_starts_and_ends_at_rest():
    curve = minimum_jerk(np.linspace(-0.5, 1.5, 401))
    assert curve[0] == 0.0
    assert curve[-1] == 1.0
    assert np.abs(np.diff(curve, n=2)).max() < 1e-3
