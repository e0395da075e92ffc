"""Ways of joints through key poses, and blends of poses: rotations as functions of time."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import (
    about,
    from_vector,
    inverse,
    minimum_jerk,
    multiply,
    to_vector,
)

Joints = NDArray[np.float64]

_HARDEST: Final = 0.6
"""Share of a most abrupt movement's way that is made in the middle of its time."""


def abruptly(s: NDArray[np.float64], abruptness: float) -> NDArray[np.float64]:
    """A part 0..1 of a movement's time, so that more of the way is made in its middle.

    `abruptness`: 0, nothing changes, to 1. Smooth to the second derivative at both ends.
    """
    s = np.clip(s, 0.0, 1.0)
    if abruptness == 0.0:
        return s
    share = _HARDEST * abruptness
    return np.asarray((1.0 - share) * s + share * minimum_jerk(s))


def slerp(a: Joints, b: Joints, t: NDArray[np.float64]) -> Joints:
    """Spherical interpolation of unit quaternions: `a`, `b` (..., 4), `t` broadcast on (...)."""
    dot = np.sum(a * b, axis=-1)
    b = np.where(dot[..., None] < 0.0, -b, b)
    dot = np.clip(np.abs(dot), 0.0, 1.0)
    angle = np.arccos(dot)
    sine = np.sin(angle)
    near = sine < 1e-4
    safe = np.where(near, 1.0, sine)
    wa = np.where(near, 1.0 - t, np.sin((1.0 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe)
    mixed = wa[..., None] * a + wb[..., None] * b
    return np.asarray(mixed / np.linalg.norm(mixed, axis=-1, keepdims=True))


class Path:
    """Rotations over time through key poses: smooth through those on the way, at rest at turns.

    Between keys a quintic in rotation vectors against the first pose, with the velocities of
    monotone cubic interpolation (Fritsch and Butland 1984) and no acceleration at the keys.
    """

    def __init__(
        self,
        times: NDArray[np.float64],
        poses: Joints,
        elbows: Sequence[int] = (),
        *,
        abruptness: float = 0.0,
    ) -> None:
        """`abruptness`: 0..1, see `abruptly`."""
        self.times = times
        self._abruptness = abruptness
        self._elbows = list(elbows)
        """Joints that bend and twist, and do nothing between the two."""
        self._first = poses[0]
        self._turns = to_vector(multiply(inverse(poses[:1]), poses))  # (k, j, 3)
        self._turns[:, self._elbows, 2] = 0.0
        self._turns[:, self._elbows, :2] = elbow_angles(poses[:, self._elbows])
        self._speeds = np.zeros_like(self._turns)
        if len(times) > 2:
            length = np.diff(times)[:, None, None]
            slope = np.diff(self._turns, axis=0) / length
            before, after = slope[:-1], slope[1:]
            same = before * after > 0
            total = np.where(same, before + after, 1.0)
            self._speeds[1:-1] = np.where(same, 2 * before * after / total, 0.0)

    def at(self, t: NDArray[np.float64]) -> Joints:
        """(n, j, 4) at the (n,) times; the ends are held."""
        if len(self.times) == 1:
            return np.broadcast_to(self._first, (len(t), *self._first.shape))
        after = np.clip(np.searchsorted(self.times, t), 1, len(self.times) - 1)
        length = self.times[after] - self.times[after - 1]
        s = abruptly((t - self.times[after - 1]) / length, self._abruptness)
        rise = minimum_jerk(s)
        leave = s + s**3 * (-6 + s * (8 - 3 * s))
        arrive = s**3 * (-4 + s * (7 - 3 * s))
        mixed = (
            self._turns[after - 1] * (1 - rise)[:, None, None]
            + self._turns[after] * rise[:, None, None]
            + self._speeds[after - 1] * (length * leave)[:, None, None]
            + self._speeds[after] * (length * arrive)[:, None, None]
        )
        turned = multiply(self._first, from_vector(mixed))
        if self._elbows:
            turned[:, self._elbows] = elbow(mixed[:, self._elbows])
        return turned


class LatePath:
    """A path that is made when it is first read: a gesture that is not shown costs no arm."""

    def __init__(self, make: Callable[[], Path]) -> None:
        self._make = make
        self._path: Path | None = None

    def at(self, t: NDArray[np.float64]) -> Joints:
        """As `Path.at`."""
        if self._path is None:
            self._path = self._make()
        return self._path.at(t)


def elbow_angles(q: Joints) -> NDArray[np.float64]:
    """(..., 2): twist of the forearm about its bone (X) and bend of the elbow (Y), radians."""
    q = np.where(q[..., 3:] < 0, -q, q)
    twist = 2 * np.arctan2(q[..., 0], q[..., 3])
    bend = multiply(q, about("x", -twist))
    return np.stack([twist, 2 * np.arctan2(bend[..., 1], bend[..., 3])], axis=-1)


def elbow(angles: NDArray[np.float64]) -> Joints:
    """(..., 4): bent, then twisted; `angles` (..., 2 or more) as from `elbow_angles`."""
    return multiply(about("y", angles[..., 1]), about("x", angles[..., 0]))
