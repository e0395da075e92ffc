"""Inverse kinematics for any arm: damped least squares with joint limits, warm started.

Each arm is solved for itself: wrist, elbow and hand as weighted wishes, a weak pull to rest where
they leave freedom. Steps that would leave a joint's limits stop there, and the rest of the arm is
solved again without that joint (Baerlocher and Boulic 2004). The work of a frame is bounded.
"""

from typing import Final

import mujoco
import numpy as np
from numpy.typing import NDArray

from actuation.bodies.robot_mapping import Arm
from actuation.embodiments.humanoid_model import Robot
from actuation.joints.retarget import ArmTarget, Targets

Floats = NDArray[np.float64]

_ROUNDS: Final = 4
_SETTLED_RAD: Final = 2e-4
_DAMPING: Final = 1e-4
"""Metres squared: about (1 cm)^2 of error is not worth a radian."""
_TO_REST: Final = 2e-5
_MOST_STEP_RAD: Final = 0.35
_HAND_WEIGHT, _ELBOW_WEIGHT, _TURN_WEIGHT = 1.0, 0.12, 0.07
"""Of metres, metres and radians; squared they count in the sum."""
_POINTING_HAND_WEIGHT, _POINTING_TURN_WEIGHT, _FOREARM_WEIGHT = 0.3, 0.1, 0.3
"""While it points it matters less where the hand is than that forearm and fingers point."""


class _Limb:
    """One arm with its numbers in the model."""

    def __init__(self, robot: Robot, arm: Arm) -> None:
        self.index = robot.index(arm.axes)
        self.columns = robot.columns[self.index]
        self.low, self.high = robot.limits.low[self.index], robot.limits.high[self.index]
        self.rest = robot.rest[self.index]
        self.shoulder, self.elbow, self.hand = map(robot.body, (arm.shoulder, arm.elbow, arm.hand))
        self.lies = _square(np.array(arm.fingers), np.array(arm.palm))


class InverseKinematics:
    """Turns targets into angles for every axis of one robot."""

    def __init__(self, robot: Robot) -> None:
        self._robot = robot
        self._data = mujoco.MjData(robot.watched)
        self._limbs = {side: _Limb(robot, arm) for side, arm in robot.mapping.arms.items()}
        self._jacp = np.zeros((3, robot.watched.nv))
        self._jacr = np.zeros((3, robot.watched.nv))

    def solve(self, targets: Targets, start: Floats) -> Floats:
        """(n,) angles that come near to `targets`, from (n,) `start`. Within the limits."""
        robot = self._robot
        at = np.clip(start, robot.limits.low, robot.limits.high)
        self._set_head(targets, at)
        for side, target in targets.arms.items():
            grip = robot.mapping.arms[side].grip  # type: ignore[index]
            if grip is not None:
                way = grip.closed_rad - grip.open_rad
                at[robot.index([grip.axis])] = grip.open_rad + target.closed * way
        at_work = [
            (self._limbs[side], target, _square(target.fingers, target.palm))  # type: ignore[index]
            for side, target in targets.arms.items()
        ]
        for _ in range(_ROUNDS):
            self._place(at)
            before = at.copy()
            for limb, target, lies in at_work:
                at[limb.index] = self._step(limb, target, lies, at[limb.index])
            if float(np.abs(at - before).max()) < _SETTLED_RAD:
                break
        return np.asarray(np.clip(at, robot.limits.low, robot.limits.high))

    def beside_rad(self, side: str, at: Floats, way: Floats) -> float:
        """Angle by which an arm misses a point, with the axes at `at`.

        `way`: (3,) metres from the shoulder to the point, in the robot's axes. Forearm and fingers
        are both lines from the wrist; the worse of the two counts.
        """
        self._place(at)
        limb, data = self._limbs[side], self._data  # type: ignore[index]
        wrist = data.xpos[limb.hand]
        to_point = data.xpos[limb.shoulder] + way - wrist
        fingers = data.xmat[limb.hand].reshape(3, 3) @ limb.lies[:, 0]
        return max(_angle(wrist - data.xpos[limb.elbow], to_point), _angle(fingers, to_point))

    def _set_head(self, targets: Targets, at: Floats) -> None:
        head = self._robot.mapping.head
        for axis, sign, angle in (
            (head.yaw, head.yaw_sign, targets.yaw_rad),
            (head.pitch, head.pitch_sign, targets.pitch_rad),
            (head.roll, head.roll_sign, targets.roll_rad),
        ):
            if axis is not None:
                at[self._robot.index([axis])] = sign * angle

    def _place(self, at: Floats) -> None:
        self._data.qpos[:] = self._robot.qpos(at)
        mujoco.mj_kinematics(self._robot.watched, self._data)
        mujoco.mj_comPos(self._robot.watched, self._data)

    def _step(self, limb: _Limb, target: ArmTarget, lies: Floats, now: Floats) -> Floats:
        """(k,) angles of the limb, one round nearer."""
        slopes, errors = self._wishes(limb, target, lies)
        free = np.ones(len(now), bool)
        step = np.zeros(len(now))
        for _ in range(3):
            j = slopes[:, free]
            normal = j.T @ j + (_DAMPING + _TO_REST) * np.eye(j.shape[1])
            pull = j.T @ errors + _TO_REST * (limb.rest - now)[free]
            step[:] = 0.0
            step[free] = np.linalg.solve(normal, pull)
            out = free & (
                ((now + step > limb.high) & (step > 0)) | ((now + step < limb.low) & (step < 0))
            )
            if not np.any(out) or np.all(out == free):
                break
            edge = np.clip(now + step, limb.low, limb.high) - now
            errors = errors - slopes[:, out] @ edge[out]
            now = np.where(out, now + edge, now)
            free &= ~out
        step *= min(1.0, _MOST_STEP_RAD / max(float(np.abs(step).max()), 1e-9))
        return np.clip(now + step, limb.low, limb.high)

    def _wishes(self, limb: _Limb, target: ArmTarget, wanted_lies: Floats) -> tuple[Floats, Floats]:
        """Weighted rows (m, k) and their errors (m,): wrist, elbow, lie of the hand, forearm."""
        model, data = self._robot.watched, self._data
        root = data.xpos[limb.shoulder]
        p = target.pointing
        rows, errors, slopes = [], [], []
        for body, wanted, weight in (
            (limb.hand, target.hand, (1 - p) * _HAND_WEIGHT + p * _POINTING_HAND_WEIGHT),
            (limb.elbow, target.elbow, _ELBOW_WEIGHT),
        ):
            mujoco.mj_jacBody(model, data, self._jacp, None, body)
            slopes.append(self._jacp[:, limb.columns])
            rows.append(weight * slopes[-1])
            errors.append(weight * (root + wanted - data.xpos[body]))
        mujoco.mj_jacBody(model, data, None, self._jacr, limb.hand)
        lies = data.xmat[limb.hand].reshape(3, 3) @ limb.lies
        weight = (1 - p) * _TURN_WEIGHT + p * _POINTING_TURN_WEIGHT
        rows.append(weight * self._jacr[:, limb.columns])
        errors.append(weight * _rotation_between(lies, wanted_lies))
        if p > 0:
            forearm, length = _unit(data.xpos[limb.hand] - data.xpos[limb.elbow])
            to_point, away = _unit(root + target.point - data.xpos[limb.hand])
            across = np.eye(3) - np.outer(to_point, to_point)
            turning = (slopes[0] - slopes[1]) / length + across @ slopes[0] / max(away, 0.05)
            rows.append(p * _FOREARM_WEIGHT * turning)
            errors.append(p * _FOREARM_WEIGHT * (to_point - forearm))
        return np.concatenate(rows), np.concatenate(errors)


def _unit(vector: Floats) -> tuple[Floats, float]:
    """(3,) its direction, and its length."""
    length = max(float(np.linalg.norm(vector)), 1e-9)
    return vector / length, length


def _angle(a: Floats, b: Floats) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.arccos(np.clip(a @ b / max(lengths, 1e-9), -1, 1)))


def _square(fingers: Floats, palm: Floats) -> Floats:
    """(3, 3) with columns along the fingers, out of the palm made square to it, and across."""
    x = fingers / max(float(np.linalg.norm(fingers)), 1e-9)
    y = palm - x * float(palm @ x)
    length = float(np.linalg.norm(y))
    if length < 1e-6:
        y = np.cross(x, [0.0, 0.0, 1.0] if abs(x[2]) < 0.9 else [0.0, 1.0, 0.0])
        length = float(np.linalg.norm(y))
    y = y / length
    return np.stack([x, y, _cross(x, y)], axis=1)


def _cross(a: Floats, b: Floats) -> Floats:
    """What np.cross does, for two vectors of three, in a fifth of its time."""
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


def _rotation_between(a: Floats, b: Floats) -> Floats:
    """(3,) rotation vector that turns frame `a` into frame `b`, by the short way."""
    turn = b @ a.T
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    sine = float(np.linalg.norm(axis)) / 2
    angle = float(np.arctan2(sine, (np.trace(turn) - 1) / 2))
    if sine < 1e-6:  # the same, or opposite: about the first axis then
        return np.asarray(a[:, 0] * angle)
    return np.asarray(axis * (angle / (2 * sine)))
