import numpy as np
import pytest

from actuation.generators.rules_idle import rest_pose
from actuation.joints.path import elbow_angles, slerp
from actuation.joints.rotations import (
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
from actuation.joints.safety import SafetyLimits
from actuation.motion import JOINT_INDEX

HEAD = JOINT_INDEX["head"]


def frames(pitches):
    joints = np.tile(rest_pose(), (len(pitches), 1, 1))
    joints[:, HEAD] = about("x", np.array(pitches))
    return joints


def in_chunks(limits, joints, size=6):
    parts = [limits.clamp(joints[i : i + size], i) for i in range(0, len(joints), size)]
    return np.concatenate(parts)


def test_motion_within_the_limits_passes_unchanged():
    wanted = frames(0.2 * minimum_jerk(np.linspace(0, 1, 30)))
    limits = SafetyLimits()
    np.testing.assert_allclose(in_chunks(limits, wanted), wanted, atol=1e-12)
    assert limits.held_back == 0


def test_a_joint_never_goes_beyond_its_angle():
    safe = in_chunks(SafetyLimits(), frames(np.linspace(0, 3.0, 600)))
    assert angle(safe[:, HEAD], np.array([0.0, 0, 0, 1])).max() < 1.0 + 1e-6


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_an_elbow_does_not_bend_backwards(side, sign):
    arm = JOINT_INDEX[f"{side}LowerArm"]
    joints = np.repeat(rest_pose()[None], 120, axis=0)
    bend = elbow_angles(joints[0, arm])[1]
    backwards = np.linspace(bend, sign * 0.8, len(joints))
    joints[:, arm] = about("y", backwards)
    safe = in_chunks(SafetyLimits(), joints)
    assert (sign * elbow_angles(safe[:, arm])[:, 1]).max() < 0.06


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_fingers_and_wrists_do_not_bend_far_back(side, sign):
    for joint, most in (("IndexIntermediate", 0.5), ("Hand", 1.25)):
        i = JOINT_INDEX[side + joint]
        joints = np.repeat(rest_pose()[None], 240, axis=0)
        joints[:, i] = about("z", sign * np.linspace(0, 1.9, len(joints)))
        safe = in_chunks(SafetyLimits(), joints)
        assert sign * to_vector(safe[-1, i])[2] < most + 0.01


def test_a_jump_is_spread_over_frames_and_still_arrives():
    limits = SafetyLimits()
    safe = in_chunks(limits, frames([0.0] * 3 + [0.8] * 90))
    steps = angle(safe[1:, HEAD], safe[:-1, HEAD])
    assert steps.max() * 60 < 6.1
    assert angle(safe[-1, HEAD], about("x", 0.8)) < 2e-3
    assert limits.held_back > 0


def test_a_jump_is_not_overshot_by_much():
    safe = in_chunks(SafetyLimits(), frames([0.0] * 3 + [0.5] * 90))
    assert to_vector(safe[:, HEAD])[:, 0].max() < 0.5 + 0.05


def test_frames_made_again_go_on_from_the_frame_before_them():
    limits = SafetyLimits()
    first = in_chunks(limits, frames(np.linspace(0, 0.5, 60)))
    again = limits.clamp(frames([float(to_vector(first[29, HEAD])[0])] * 6), 30)
    assert angle(again[0, HEAD], first[29, HEAD]) < 0.05


def test_nonsense_becomes_a_pose():
    wanted = frames([0.0, 0.0])
    wanted[1, HEAD] = np.nan
    wanted[0, 3] = 0.0
    safe = SafetyLimits().clamp(wanted)
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


def wild(seed, frames=180, every=30):
    """Arms that go anywhere, a new place twice a second: through body, desk and each other."""
    random, rest = np.random.default_rng(seed), rest_pose()
    arms = [
        JOINT_INDEX[f"{s}{p}"] for s in ("left", "right") for p in ("UpperArm", "LowerArm", "Hand")
    ]
    share = minimum_jerk(np.arange(1, every + 1) / every)[:, None].repeat(len(rest), axis=1)
    parts, before = [], rest
    for _ in range(frames // every):
        to = rest.copy()
        to[arms] = multiply(from_vector(random.normal(0, 0.7, (len(arms), 3))), rest[arms])
        ways = (np.repeat(pose[None], every, axis=0) for pose in (before, to))
        parts.append(slerp(*ways, share))
        before = to
    return np.concatenate(parts)


@pytest.mark.parametrize("seed", [0, 2])
def test_an_arm_that_is_pushed_out_of_something_stays_within_its_angles(seed):
    limits = SafetyLimits()
    safe = in_chunks(limits, wild(seed))
    bent, _ = limits.violated(safe)
    assert bent == 0
    assert limits._clearance.depth_m(safe).max() < 0.002


class Hard(SafetyLimits):
    """Pushes out of things whatever jerk that is."""

    def _softer(self, free, pushed, before):
        return pushed, -self._clearance.depth_m(pushed)


def test_an_arm_that_is_pushed_out_of_something_stops_no_harder_than_it_must():
    sudden = []
    for limits in (Hard(), SafetyLimits()):
        safe = in_chunks(limits, wild(1))
        sudden.append(limits.violated(safe)[1])
        assert limits._clearance.depth_m(safe).max() < 0.0025
    assert sudden[1] < 0.9 * sudden[0]
