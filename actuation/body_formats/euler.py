"""Angles about axes in any order, and back. Axes 0 1 2 are x y z; last axis of arrays as stated."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import IDENTITY, about, multiply

Floats = NDArray[np.float64]


def turns_of_euler(angles_rad: Floats, axes: Sequence[int]) -> Floats:
    """Quaternions (..., 4) of turns (..., n) about `axes`, each about the axes as turned so far."""
    turns = np.tile(IDENTITY, (*angles_rad.shape[:-1], 1))
    for place, axis in enumerate(axes):
        turns = multiply(turns, about("xyz"[axis], angles_rad[..., place]))
    return turns


def euler_of(q: Floats, axes: tuple[int, int, int]) -> Floats:
    """Angles (..., 3) about three different axes, of unit quaternions (..., 4).

    The middle one is within a quarter turn either way. Where it is a whole quarter turn (gimbal
    lock) the last angle is 0. Formula: the entries of the matrix Ri Rj Rk, written out.
    """
    i, j, k = axes
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    m = matrices(q)
    flat = np.hypot(m[..., i, i], m[..., i, j])
    middle = np.arctan2(sign * m[..., i, k], flat)
    locked = flat < 1e-7
    first = np.where(
        locked,
        np.arctan2(sign * m[..., k, j], m[..., j, j]),
        np.arctan2(-sign * m[..., j, k], m[..., k, k]),
    )
    last = np.where(locked, 0.0, np.arctan2(-sign * m[..., i, j], m[..., i, i]))
    return np.stack([first, middle, last], axis=-1)


def matrices(q: Floats) -> Floats:
    """(..., 3, 3) of unit quaternions x y z w."""
    x, y, z, w = np.moveaxis(np.asarray(q, np.float64), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
