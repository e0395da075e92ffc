"""A robot's joint angles out of frames, within its limits, and the messages of rosbridge. Pure.

One bone may be turned by several joints of the robot: they are its Euler angles in the order in
which the joints are listed, each about the axes the one before has turned. A single joint takes
the turn about its axis alone (swing and twist).
"""

import json
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.ros_config import RosJoint
from actuation.joints.rotations import IDENTITY, multiply, turned
from actuation.motion import JOINT_INDEX, Frame
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]
Op = dict[str, Any]

MOST_NAMES: Final = 500
"""Joints of one JointState; more is no robot."""
_EVEN: Final = ("xyz", "yzx", "zxy")


class JointMapping:
    """The angles that a robot's joints should have for a frame."""

    def __init__(self, joints: Sequence[RosJoint]) -> None:
        self.names = tuple(joint.name for joint in joints)
        self.low = np.array([j.lowest_rad for j in joints])
        self.high = np.array([j.highest_rad for j in joints])
        self.fastest = np.array([j.fastest_rad_s for j in joints])
        self.hardest = np.array([j.hardest_rad_s2 for j in joints])
        self.rest = np.array([j.rest_rad for j in joints])
        self._sign = np.array([float(j.sign) for j in joints])
        self._offset = np.array([j.offset_rad for j in joints])
        chains: dict[tuple[str, ...], list[int]] = {}
        for i, joint in enumerate(joints):
            chains.setdefault(joint.bones, []).append(i)
        self._chains = [
            (bones, "".join(joints[i].axis for i in places), places)
            for bones, places in chains.items()
        ]

    def angles(self, frame: Frame) -> Floats:
        """(n,) radians within the limits; NaN where the frame says nothing that is a number."""
        turns = np.zeros(len(self.names))
        for bones, axes, places in self._chains:
            rotation = IDENTITY
            for bone in bones:
                rotation = multiply(rotation, _rotation(frame, bone))
            turns[places] = angles_about(rotation, axes)
        return np.asarray(np.clip(self._sign * turns + self._offset, self.low, self.high))


class Follower:
    """Where the robot was told to be, and how it goes on: no faster or harder than it may.

    A joint is never so fast that it could not stop at its target, or before it if that moves.
    """

    def __init__(self, mapping: JointMapping) -> None:
        self._mapping = mapping
        self._begun_at = self._step_s = 0.0
        self._plan: Floats | None = None
        """(k + 1, n): the start, and the points that were sent last."""

    def begin(self, position: Floats) -> None:
        """The robot stands at `position` (n,), radians."""
        self._begun_at, self._step_s, self._plan = 0.0, 1.0, position[None]

    def forget(self) -> None:
        """Nobody knows any more where the robot is."""
        self._plan = None

    def at(self, now: float) -> Floats | None:
        """(n,) where it is by the points sent last, straight from one to the next; None: unknown.

        Who sends late finds it further on its way, or standing at the last of them.
        """
        if self._plan is None:
            return None
        passed = min(max((now - self._begun_at) / self._step_s, 0.0), len(self._plan) - 1.0)
        before = min(int(passed), len(self._plan) - 2) if len(self._plan) > 1 else 0
        after = self._plan[min(before + 1, len(self._plan) - 1)]
        return np.asarray(self._plan[before] + (passed - before) * (after - self._plan[before]))

    def _speed(self, now: float) -> Floats:
        """(n,) rad/s by the points sent last: along the stretch just passed, 0 at their end."""
        assert self._plan is not None
        passed = (now - self._begun_at) / self._step_s
        if len(self._plan) < 2 or passed > len(self._plan) - 1 + 1e-6:
            return np.zeros(self._plan.shape[1])
        before = min(max(math.ceil(passed - 1e-6) - 1, 0), len(self._plan) - 2)
        return np.asarray((self._plan[before + 1] - self._plan[before]) / self._step_s)

    def towards(
        self, targets: Floats, now: float, step_s: float, most_rad_s: float = np.inf
    ) -> Floats:
        """(k, n) points towards `targets` (k, n), `step_s` apart, from where it is now.

        A joint whose target is no number stays. Must know where it is.
        """
        at = self.at(now)
        assert at is not None
        speed = self._speed(now)
        most = np.minimum(self._mapping.fastest, most_rad_s)
        hard = self._mapping.hardest
        plan = [at]
        for target in targets:
            wanted = np.where(np.isfinite(target), target, at)
            wanted = np.clip(wanted, self._mapping.low, self._mapping.high)
            gap = wanted - at
            asked = np.sign(gap) * np.minimum(_stoppable(np.abs(gap), hard, step_s), most)
            speed = np.clip(asked, speed - hard * step_s, speed + hard * step_s)
            low, high = np.minimum(at, self._mapping.low), np.maximum(at, self._mapping.high)
            at = np.clip(at + speed * step_s, low, high)
            plan.append(at)
        self._begun_at, self._step_s, self._plan = now, step_s, np.stack(plan)
        return self._plan[1:]


def _stoppable(gap: Floats, hard: Floats, step_s: float) -> Floats:
    """(n,) the highest speed, kept for a step, from which a joint can still end at `gap`.

    It slows down by `hard * step_s` each step: n of them take `hard * step_s**2` n (n + 1) / 2.
    """
    one = hard * step_s**2
    n = np.maximum(np.ceil((np.sqrt(1 + 8 * gap / one) - 1) / 2 - 1e-9), 1.0)
    return np.asarray((gap + one * n * (n - 1) / 2) / (n * step_s))


def angles_about(rotation: Floats, axes: str) -> Floats:
    """Angles of a unit quaternion about one, two or three different axes, radians.

    Turned in this order, each about the axes that the one before has turned. With two, what is
    left about the third is let go; with one, the swing.
    """
    if len(axes) == 1:
        twist = 2 * np.arctan2(rotation["xyz".index(axes)], rotation[3])
        return np.array([(twist + np.pi) % (2 * np.pi) - np.pi])
    order = axes + "".join(a for a in "xyz" if a not in axes)
    i, j, k = ("xyz".index(a) for a in order)
    e = 1.0 if order in _EVEN else -1.0
    m = _matrix(rotation)
    found = (
        np.arctan2(-e * m[j, k], m[k, k]),
        np.arcsin(np.clip(e * m[i, k], -1.0, 1.0)),
        np.arctan2(-e * m[i, j], m[i, i]),
    )
    return np.array(found[: len(axes)])


def _rotation(frame: Frame, bone: str) -> Floats:
    if bone == "eyes":
        return turned(frame.gaze_yaw_rad, frame.gaze_pitch_rad)
    return np.asarray(frame.joints[JOINT_INDEX[bone]], np.float64)


def _matrix(q: Floats) -> Floats:
    x, y, z, w = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def joint_trajectory(
    names: Sequence[str], points: Floats, step_s: float, start: Floats | None = None
) -> Op:
    """trajectory_msgs/JointTrajectory through `points` (k, n), `step_s` apart, from now on.

    With `start` (n,) points carry velocities; the last is 0, so that it ends there by itself. No
    points: stop. The stamp is 0, which controllers read as: begin when it arrives.
    """
    speeds: list[list[float]] = [[] for _ in points]
    if start is not None and len(points):
        steps = np.diff(np.concatenate([start[None], points]), axis=0) / step_s
        between = np.concatenate([(steps[:-1] + steps[1:]) / 2, np.zeros((1, len(names)))])
        speeds = np.round(between, 5).tolist()
    return {
        "header": {"stamp": _duration(0.0), "frame_id": ""},
        "joint_names": list(names),
        "points": [
            {
                "positions": np.round(point, 5).tolist(),
                "velocities": speed,
                "accelerations": [],
                "effort": [],
                "time_from_start": _duration((i + 1) * step_s),
            }
            for i, (point, speed) in enumerate(zip(points, speeds, strict=True))
        ],
    }


def blendshapes(face: NDArray[np.float32]) -> Op:
    """std_msgs/Float32MultiArray of the 52 blendshapes, 0..1."""
    count = len(ARKIT_NAMES)
    shown = np.round(np.clip(np.nan_to_num(face.astype(np.float64)), 0.0, 1.0), 4)
    dimension = {"label": "arkit", "size": count, "stride": count}
    return {"layout": {"dim": [dimension], "data_offset": 0}, "data": shown.tolist()}


def read_op(text: str) -> Op:
    """Return what the server said, or raise `BadInputError`."""
    try:
        op = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInputError("not JSON") from None
    if not isinstance(op, dict) or not isinstance(op.get("op"), str):
        raise BadInputError("not an operation of rosbridge")
    return op


def read_bool(message: object) -> bool:
    """The value of a std_msgs/Bool, or `BadInputError`."""
    value = message.get("data") if isinstance(message, dict) else None
    if not isinstance(value, bool):
        raise BadInputError("not a std_msgs/Bool")
    return value


def read_positions(message: object, names: Sequence[str]) -> dict[str, float]:
    """Angles of those of `names` that a sensor_msgs/JointState tells, or `BadInputError`."""
    found = message if isinstance(message, dict) else {}
    told, positions = found.get("name"), found.get("position")
    if not isinstance(told, list) or not isinstance(positions, list) or len(told) > MOST_NAMES:
        raise BadInputError("not a sensor_msgs/JointState")
    angles = {}
    for name, angle in zip(told, positions, strict=False):
        if name in names:
            number = isinstance(angle, int | float) and not isinstance(angle, bool)
            if not number or not abs(angle) < 1e4:  # NaN as well
                raise BadInputError(f"joint {name} is at no angle")
            angles[str(name)] = float(angle)
    return angles


def _duration(seconds: float) -> dict[str, int]:
    whole, rest = divmod(round(seconds * 1e9), 1_000_000_000)
    return {"sec": whole, "nanosec": rest}
