"""Rotations on stage, and the one place where the room's frame and the stage's frame meet.

Stage (glTF, VRM): right-handed, +Y up, the character faces +Z, its own left is +X. Room (REP-103):
x forward from the agent, y left, z up. Quaternions are x y z w, arrays of any leading shape.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

IDENTITY: Final = np.array([0.0, 0.0, 0.0, 1.0])


_LEFT: Final = np.array([[3, 0, 1, 2]] * 4)
_RIGHT: Final = np.array([[0, 3, 2, 1], [1, 2, 3, 0], [2, 1, 0, 3], [3, 0, 1, 2]])
_SIGN: Final = np.array(
    [[1.0, 1.0, 1.0, -1.0], [1.0, -1.0, 1.0, 1.0], [1.0, 1.0, -1.0, 1.0], [1.0, -1.0, -1.0, -1.0]]
)
"""Row k: which parts of both factors are multiplied and added for part k of the product."""
_NEXT: Final = np.array([1, 2, 0])
_LAST: Final = np.array([2, 0, 1])


def multiply(a: Floats, b: Floats) -> Floats:
    """Hamilton product: `b` first, then `a`. Shapes broadcast, last axis 4."""
    # One step for all parts: arrays are small here, and it is called more than anything else.
    product: Floats = (a[..., _LEFT] * _SIGN * b[..., _RIGHT]).sum(axis=-1)
    return product


def cross(a: Floats, b: Floats) -> Floats:
    """The product square to both, (..., 3), as `np.cross`: a third of its time for small arrays."""
    product: Floats = a[..., _NEXT] * b[..., _LAST] - a[..., _LAST] * b[..., _NEXT]
    return product


def inverse(q: Floats) -> Floats:
    """The opposite rotation of unit quaternions."""
    return np.asarray(q * np.array([-1.0, -1.0, -1.0, 1.0]))


def normalised(q: Floats) -> Floats:
    """Unit length; identity where there was none."""
    length = np.linalg.norm(q, axis=-1, keepdims=True)
    return np.where(length > 1e-9, q / np.maximum(length, 1e-9), IDENTITY)


def about(axis: str, angle_rad: Floats | float) -> Floats:
    """Rotation about `x`, `y` or `z`; shape of `angle_rad` plus 4."""
    half = np.asarray(angle_rad, np.float64) / 2
    q = np.zeros((*half.shape, 4))
    q[..., "xyz".index(axis)] = np.sin(half)
    q[..., 3] = np.cos(half)
    return q


def turned(
    yaw_rad: Floats | float, pitch_rad: Floats | float, roll_rad: Floats | float = 0.0
) -> Floats:
    """Head-like rotation: yaw left, pitch up, roll towards the character's right positive.

    Yaw is applied last, so a turned head nods about its own ears.
    """
    # The product of three turns about one axis each, written out: heads are turned often.
    y, x, z = (np.asarray(a, np.float64) / 2 for a in (yaw_rad, pitch_rad, roll_rad))
    sy, cy, sx, cx, sz, cz = np.sin(y), np.cos(y), -np.sin(x), np.cos(x), np.sin(z), np.cos(z)
    q = np.empty((*np.broadcast(y, x, z).shape, 4))
    q[..., 0] = cy * sx * cz + sy * cx * sz
    q[..., 1] = sy * cx * cz - cy * sx * sz
    q[..., 2] = cy * cx * sz - sy * sx * cz
    q[..., 3] = cy * cx * cz + sy * sx * sz
    return q


def from_vector(vector_rad: Floats) -> Floats:
    """Quaternions of rotation vectors (axis times angle), last axis 3."""
    angle = np.linalg.norm(vector_rad, axis=-1, keepdims=True)
    scale = np.where(angle > 1e-8, np.sin(angle / 2) / np.maximum(angle, 1e-8), 0.5)
    return np.concatenate([vector_rad * scale, np.cos(angle / 2)], axis=-1)


def to_vector(q: Floats) -> Floats:
    """Rotation vectors of unit quaternions, the short way round, last axis 3."""
    q = np.where(q[..., 3:] < 0, -q, q)
    length = np.linalg.norm(q[..., :3], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(length, q[..., 3:])
    scale = np.where(length > 1e-8, angle / np.maximum(length, 1e-8), 2.0)
    return np.asarray(q[..., :3] * scale)


def between(a: Floats, b: Floats, weight: Floats | float) -> Floats:
    """Blend from `a` (weight 0) to `b` (weight 1), the short way round, normalised."""
    w = np.asarray(weight, np.float64)[..., None]
    b = np.where(np.sum(a * b, axis=-1, keepdims=True) < 0, -b, b)
    return normalised(a * (1 - w) + b * w)


def angle(a: Floats, b: Floats) -> Floats:
    """Angle between two orientations, radians, 0..pi."""
    dot = np.abs(np.sum(a * b, axis=-1))
    return np.asarray(2 * np.arccos(np.clip(dot, 0.0, 1.0)))


def mirrored(q: Floats) -> Floats:
    """The same pose on the character's other side."""
    return np.asarray(q * np.array([1.0, -1.0, -1.0, 1.0]))


def minimum_jerk(x: Floats | float) -> Floats:
    """Rise from 0 to 1 over x in 0..1 with no velocity or acceleration at the ends."""
    x = np.clip(np.asarray(x, np.float64), 0.0, 1.0)
    return x * x * x * (10 + x * (-15 + 6 * x))


def stage_from_room(x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
    """A point of the room in the stage's axes: left, up, forward. Same origin, metres."""
    return y_m, z_m, x_m


def room_from_stage(vectors: Floats) -> Floats:
    """Vectors of the stage (left, up, forward) in the room's axes (x y z). Last axis 3."""
    return np.asarray(vectors)[..., [2, 0, 1]]


def aim(x_m: float, y_m: float, up_m: float) -> tuple[float, float]:
    """Yaw (left positive) and pitch (up positive), radians, from the eyes to a point of the room.

    `x_m`, `y_m`: on the floor in the agent's frame; `up_m`: its height over the eyes.
    """
    return float(np.arctan2(y_m, x_m)), float(np.arctan2(up_m, np.hypot(x_m, y_m)))
