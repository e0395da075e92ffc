"""What each knob of a body moves: one measure for each number of its style, its mood and its parts.

Each is of the motion alone. They are meant to be blind to each other's knobs, and `agent bench
gesture` says how far they are.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import to_vector
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

_QUIET: Final = np.array([0.33, -0.40, 0.5])
"""Where small gestures are made, arm lengths out, up, forward (`aiming`)."""
_POSTURE: Final = [JOINT_INDEX[n] for n in ("spine", "chest", "leftShoulder", "rightShoulder")]
_FINGERS: Final = [
    JOINT_INDEX[f"right{finger}{part}"]
    for finger in ("Index", "Middle", "Ring", "Little")
    for part in ("Proximal", "Intermediate", "Distal")
]


def wrist_in_trunk(positions: Floats, side: str, arm_m: float) -> Floats:
    """(n, 3) out, up, forward of a wrist from the middle of the shoulders, arm lengths.

    In the trunk's own axes, so that one who leans or turns does not reach further: up from the
    upper chest to the neck's foot, out from one clavicle to the other.
    """
    left, right = (positions[:, JOINT_INDEX[f"{each}Shoulder"]] for each in ("left", "right"))
    out = left - right
    out = out / np.linalg.norm(out, axis=1, keepdims=True)
    up = positions[:, JOINT_INDEX["neck"]] - positions[:, JOINT_INDEX["upperChest"]]
    forward = np.cross(out, up)
    forward = forward / np.linalg.norm(forward, axis=1, keepdims=True)
    up = np.cross(forward, out)
    away = (positions[:, JOINT_INDEX[f"{side}Hand"]] - (left + right) / 2) / arm_m
    axes = np.stack([out, up, forward], axis=1)
    sign = 1.0 if side == "left" else -1.0
    return np.asarray((axes @ away[:, :, None])[..., 0] * [sign, 1.0, 1.0])


def stroke_size(wrist: Floats) -> float:
    """How far a hand goes from where small gestures are made, arm lengths: the most over (n, 3)."""
    return float(np.linalg.norm(wrist - _QUIET, axis=1).max())


def half_way_s(wrist: Floats, rate_hz: float) -> float:
    """For how long a hand is more than half way from its rest to its furthest, seconds.

    `wrist`: (n, 3) of one stroke, at rest at the first frame. A slower stroke is longer there; a
    larger or a more abrupt one is not.
    """
    away = np.linalg.norm(wrist - wrist[0], axis=1)
    most = float(away.max())
    if most <= 0:
        return 0.0
    return float(np.count_nonzero(away > 0.5 * most) / rate_hz)


def abruptness(wrist: Floats) -> float:
    """Log dimensionless jerk of a movement's speed, which neither length nor size changes.

    ln(T^3 / v_max^2 * integral of |d2v/dt2|^2 dt) of the speed profile of (n, 3) (Hogan and Sternad
    2009, 10.1080/00222890903397115, in the form of Balasubramanian et al. 2015). What is slower
    than a hundredth of the fastest is left out. Minimum jerk then has 4.9; more is more abrupt.
    """
    speed = np.linalg.norm(np.diff(wrist, axis=0), axis=1)
    most = float(speed.max(initial=0.0))
    if most <= 0:
        return float("nan")
    moving = np.flatnonzero(speed > 0.01 * most)
    speed = speed[moving[0] : moving[-1] + 1] / most
    count = len(speed)
    bend = np.diff(speed, n=2) * count**2
    return float(np.log(np.sum(bend**2) / count))


def main_movement(way: Floats) -> Floats:
    """The part of (n, k) around its fastest step, as long as it goes beyond a tenth of that.

    So that how long somebody stirred before, or was still, has no part in how abrupt a movement is.
    """
    speed = np.linalg.norm(np.diff(way, axis=0), axis=1)
    fastest = int(np.argmax(speed))
    slow = np.flatnonzero(speed <= 0.1 * speed[fastest])
    first = max((int(i) for i in slow if i < fastest), default=-1) + 1
    last = min((int(i) for i in slow if i > fastest), default=len(speed))
    return way[first : last + 1]


def elbow_swivel_rad(positions: Floats, side: str) -> Floats:
    """(n,) how far an elbow is turned out about the line shoulder to wrist; 0: it hangs."""
    shoulder, elbow, wrist = (
        positions[:, JOINT_INDEX[f"{side}{part}"]] for part in ("UpperArm", "LowerArm", "Hand")
    )
    line = wrist - shoulder
    line = line / np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-9)
    off = elbow - shoulder
    off = off - line * np.sum(off * line, axis=1, keepdims=True)
    down = np.array([0.0, -1.0, 0.0]) + line * line[:, 1:2]
    out = np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
    aside = out - line * np.sum(line * out, axis=1, keepdims=True)
    aside = aside - down * (
        np.sum(aside * down, axis=1, keepdims=True)
        / np.maximum(np.sum(down * down, axis=1, keepdims=True), 1e-9)
    )

    def along(axis: Floats) -> Floats:
        length = np.maximum(np.linalg.norm(axis, axis=1), 1e-9)
        return np.asarray(np.sum(off * axis, axis=1) / length)

    return np.arctan2(along(aside), along(down))


def posture_rad(joints: Floats) -> Floats:
    """(12,) mean rotation vectors of spine, chest and shoulders: how the body is held."""
    return np.asarray(to_vector(joints[:, _POSTURE]).mean(axis=0).ravel())


def hand_shape_rad(joints: Floats) -> Floats:
    """(n, 12) how far each bone of the right hand's fingers is bent."""
    return np.asarray(np.linalg.norm(to_vector(joints[:, _FINGERS]), axis=-1))


def activity_of_parts(speed: Floats, parts: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Mean angular speed of each part's joints, rad/s, of (n, 44) speeds."""
    return {name: float(speed[:, list(joints)].mean()) for name, joints in parts.items()}
