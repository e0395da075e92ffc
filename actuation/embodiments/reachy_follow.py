"""A head that follows the eyes: smooth, as fast as its motors can, and not late. Pure.

Eyes jump; a head does not. What is wanted is first slowed to the speed that is allowed and then
averaged twice, over the time in which acceleration and jerk may be built up: what comes out keeps
to a share of all three, without swinging over. Averaging is late by half its windows, always; the
score is known ahead, so whoever asks for `ahead_s` sooner gets it in time. When the score is made
anew, what was read of the old one is taken back.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SPEED_SHARE, _ACCELERATION_SHARE, _JERK_SHARE = 0.85, 0.5, 0.3
"""Of what the motors may; the rest is for what is added, and to catch up when plans change."""
_BRIDGE_S: Final = 0.4
"""In so long a new plan is caught up with."""
_REMEMBERED: Final = 50
"""Ticks; one second."""
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

    def state(self) -> tuple[Floats, ...]:
        """To come back to with `restore`."""
        return (self._at, *self._slowed, *self._eased)

    def restore(self, state: tuple[Floats, ...]) -> None:
        """As it was."""
        self._at = state[0]
        split = 1 + len(self._slowed)
        self._slowed.extend(state[1:split])
        self._eased.extend(state[split:])

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

    @property
    def eyes(self) -> Floats | None:
        """What was taken over; None: the next look is taken as it is."""
        return self._eyes

    def restore(self, eyes: Floats | None) -> None:
        """As it was."""
        self._eyes = eyes

    def step(self, head: Floats, eyes: Floats, step_s: float) -> Floats:
        """Pitch and yaw of the one, of the head's and of the eyes' against it; (2,) each."""
        if self._eyes is None:
            self._eyes = np.array(eyes, np.float64)
        far = eyes - self._eyes
        settle_s = np.array([1.0, np.exp(-((far[1] / _DART_RAD) ** 2))]) * self._settle_s
        self._eyes = self._eyes + far * (1 - np.exp(-step_s / np.maximum(settle_s, 1e-6)))
        return np.asarray(head + self._share * self._eyes)


@dataclass(frozen=True, slots=True)
class Read:
    """How far the score was read, and what came of it."""

    at: float
    pose: Floats
    follow: tuple[Floats, ...]
    eyes: Floats | None


@dataclass(frozen=True, slots=True)
class _Bridge:
    """From where the plan was that is no more to the one that took its place."""

    begin: float
    away: Floats
    parting: Floats
    """How fast the two part at `begin`."""

    @classmethod
    def none(cls) -> Self:
        return cls(float("-inf"), np.zeros(1), np.zeros(1))

    def at(self, at: float) -> Floats:
        """What is to be added to the new plan."""
        u = (at - self.begin) / _BRIDGE_S
        if u >= 1:
            return np.zeros_like(self.away)
        stays = 1 - u**3 * (10 - 15 * u + 6 * u**2)
        parts = u - u**3 * (6 - 8 * u + 3 * u**2)
        return np.asarray(self.away * stays + self.parting * (_BRIDGE_S * parts))


class Reading:
    """Reads a score tick by tick, ahead, and takes back what was read of one that was cut."""

    def __init__(self, follow: Follow, gaze: OneGaze, period_s: float) -> None:
        """`gaze` is what `wanted` of `to` steps."""
        self._follow, self._gaze, self._period_s = follow, gaze, period_s
        self._read: deque[Read] = deque(maxlen=_REMEMBERED)
        self._given: tuple[float, Floats, Floats] | None = None
        """When, where, how fast: what was told last."""
        self._bridge = _Bridge.none()
        self._cut = False

    def stop(self) -> None:
        """Nothing is followed; the next reading begins anew."""
        self._read.clear()
        self._given, self._bridge = None, _Bridge.none()

    def cut(self, at: float) -> None:
        """What comes after `at` will be another score."""
        while len(self._read) > 1 and self._read[-1].at > at:
            self._read.pop()
        if self._read:
            self._follow.restore(self._read[-1].follow)
            self._gaze.restore(self._read[-1].eyes)
        self._cut = True

    def to(self, at: float, wanted: Callable[[float], Floats], standing: Floats) -> Floats:
        """Read on to stage time `at`. `standing`: where the robot is when it begins."""
        if not self._read:
            self._follow.reset(standing)
            self._gaze.restore(None)
            self._keep(at - self._period_s, standing)
        for _ in range(_REMEMBERED):
            if self._read[-1].at >= at:
                break
            due = self._read[-1].at + self._period_s
            self._keep(due, self._follow.step(wanted(due)))
        now, before = self._read[-1], self._read[max(-2, -len(self._read))]
        moving = (now.pose - before.pose) / self._period_s
        planned = now.pose - (now.at - at) * moving
        if self._cut and self._given is not None:
            given_at, where, speed = self._given
            self._bridge = _Bridge(at, where + (at - given_at) * speed - planned, speed - moving)
        self._cut = False
        pose = planned + self._bridge.at(at)
        speed = moving + (self._bridge.at(at + 1e-3) - self._bridge.at(at)) / 1e-3
        self._given = at, pose, speed
        return np.asarray(pose)

    def _keep(self, at: float, pose: Floats) -> None:
        self._read.append(Read(at, pose, self._follow.state(), self._gaze.eyes))
