"""A head that follows the eyes: smooth, as fast as its motors can, and not late. Pure.

Eyes jump; a head does not. What is wanted is first slowed to the speed that is allowed and then
averaged twice, over the time in which acceleration and jerk may be built up: what comes out keeps
to a share of all three, without swinging over. Averaging is late by half its windows, always; the
score is known ahead, so whoever asks for `ahead_s` sooner gets it in time.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SPEED_SHARE, _ACCELERATION_SHARE, _JERK_SHARE = 0.85, 0.5, 0.3
"""Of what the motors may; the rest is for what is added, and to catch up when plans change."""
_MISSED_S: Final = 1.0
"""After so long without being asked it begins anew."""
_DART_RAD: Final = 0.03
"""Shifts of gaze well above this are no darts."""


class Follow:
    """One state per axis; all axes share how long they take to build up speed. Arrays (axes,)."""

    def __init__(
        self, *, speed: Floats, acceleration: Floats, jerk: Floats, period_s: float
    ) -> None:
        """The most of each derivative, per second; `period_s`: from step to step."""
        speed, acceleration = _SPEED_SHARE * speed, _ACCELERATION_SHARE * acceleration
        self._most = speed * period_s
        first_s = float(np.max(speed / acceleration))
        second_s = float(np.max(acceleration / (_JERK_SHARE * jerk)))
        self._slowed: deque[Floats] = deque(maxlen=max(1, round(first_s / period_s)))
        self._eased: deque[Floats] = deque(maxlen=max(1, round(second_s / period_s)))
        lengths = (self._slowed.maxlen or 1) + (self._eased.maxlen or 1) - 2
        self.ahead_s = 0.5 * lengths * period_s
        """How much sooner it must be asked to be in time."""
        self.reset(np.zeros_like(speed))

    def reset(self, pose: Floats) -> None:
        """It stands still at `pose`."""
        self._at = np.array(pose, np.float64)
        for kept in (self._slowed, self._eased):
            kept.extend(self._at.copy() for _ in range(kept.maxlen or 1))

    def step(self, target: Floats) -> Floats:
        """One period further towards `target`."""
        self._at = self._at + np.clip(target - self._at, -self._most, self._most)
        self._slowed.append(self._at)
        self._eased.append(np.mean(self._slowed, axis=0))
        return np.asarray(np.mean(self._eased, axis=0))


class OneGaze:
    """Head and eyes of the score as one head without eyes.

    It looks where both together look. Two things are the eyes' own, and taken over slowly: darts,
    and what they raise and lower; eyes keep their aim while the head nods, and would take every nod
    away.
    """

    def __init__(self, *, share: float, settle_s: float) -> None:
        """`share` of the eyes' turn is made; what is slow takes `settle_s` for 63 % of it."""
        self._share = share
        self._settle_s = settle_s
        self._eyes: Floats | None = None

    def reset(self) -> None:
        """The next look is taken as it is."""
        self._eyes = None

    def step(self, head: Floats, eyes: Floats, step_s: float) -> Floats:
        """Pitch and yaw of the one, of the head's and of the eyes' against it; (2,) each."""
        if self._eyes is None:
            self._eyes = np.array(eyes, np.float64)
        far = eyes - self._eyes
        settle_s = np.array([1.0, np.exp(-((far[1] / _DART_RAD) ** 2))]) * self._settle_s
        self._eyes = self._eyes + far * (1 - np.exp(-step_s / np.maximum(settle_s, 1e-6)))
        return np.asarray(head + self._share * self._eyes)


class Reading:
    """Reads a score ahead in even ticks, whenever it is asked, and tells what lies between them."""

    def __init__(self, follow: Follow, gaze: OneGaze, period_s: float) -> None:
        """`gaze` is what `wanted` of `to` steps."""
        self._follow, self._gaze, self._period_s = follow, gaze, period_s
        self._read_at: float | None = None
        self._pose = self._before = np.zeros(0)

    def stop(self) -> None:
        """Nothing is followed; the next reading begins anew."""
        self._read_at = None

    def to(self, at: float, wanted: Callable[[float], Floats], standing: Floats) -> Floats:
        """Read on to stage time `at`. `standing`: where the robot is when it begins."""
        if self._read_at is None or at - self._read_at > _MISSED_S:
            self._follow.reset(standing)
            self._gaze.reset()
            self._read_at = at - self._period_s
            self._pose = self._before = np.array(standing)
        while self._read_at < at:
            self._read_at += self._period_s
            self._before, self._pose = self._pose, self._follow.step(wanted(self._read_at))
        share = min(1.0, (self._read_at - at) / self._period_s)
        return np.asarray(self._pose + share * (self._before - self._pose))
