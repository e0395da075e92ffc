"""Keeps axes of a machine within position, speed, acceleration and jerk, whatever is asked. Pure.

Each step either follows what was asked or runs the fastest stop that keeps to the limits. A step is
taken only if such a stop is still possible after it (speed and place where it would end are known
in closed form), so by induction no limit is ever exceeded. What is not a number is not asked.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FOLLOWING_HZ: Final = 4.8
"""How fast an axis follows: a little over the quickest gestures (waving, about 2 Hz)."""
DELAY_S: Final = 1.5 / (2 * np.pi * FOLLOWING_HZ)
"""How far an axis lags behind what is asked: ask for what is due so much later."""
_SPEED_SHARE: Final = 0.5
"""Of the speed asked for that is passed on; all of it would overshoot."""
_USED: Final = 0.95
_BRAKING: Final = 0.5
"""Share of the acceleration that a planned approach brakes with; the rest is for what comes up."""
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisLimits:
    """What n axes may do. Arrays of shape (n,); rad, or m for an axis that slides."""

    low: Floats
    high: Floats
    speed: Floats
    """Per second, > 0."""
    acceleration: Floats
    """Per second squared, > 0."""
    jerk: Floats
    """Per second cubed, > 0."""


class AxisFollower:
    """Moves n axes after what is asked, a step at a time, within their limits."""

    def __init__(self, limits: AxisLimits, start: Floats, step_s: float) -> None:
        """`start`: (n,) where the axes stand still now; brought within the limits."""
        self.limits = limits
        self.at = np.clip(np.nan_to_num(start), limits.low, limits.high)
        self.speed = np.zeros_like(self.at)
        self.push = np.zeros_like(self.at)
        """Acceleration."""
        self.refused = 0
        """Values asked for that were no numbers."""
        self.held_back = 0
        """Axes times steps in which a limit stood in the way."""
        self._asked = self.at.copy()
        self._step_s = step_s
        self._before = (self.at, self.speed, self.push)

    def step(self, asked: Floats, *, share: float = 1.0) -> Floats:
        """Follow (n,) `asked` for one step, at most with `share` of the speed; return (n,)."""
        limits, dt = self.limits, self._step_s
        finite = np.isfinite(asked)
        self.refused += int(np.count_nonzero(~finite))
        wanted = np.clip(np.where(finite, asked, self._asked), limits.low, limits.high)
        omega = 2 * np.pi * FOLLOWING_HZ
        most = _USED * share * limits.speed
        moving = np.clip((wanted - self._asked) / dt, -most, most)
        self._asked = wanted
        gap = wanted - self.at
        far = np.abs(gap)
        close = np.minimum(omega / 3 * far, np.sqrt(2 * _BRAKING * limits.acceleration * far))
        speed = np.clip(_SPEED_SHARE * moving + np.sign(gap) * close, -most, most)
        push = omega * (speed - self.speed)
        push = np.clip(push, -_USED * limits.acceleration, _USED * limits.acceleration)
        jerk = np.clip(3 * omega * (push - self.push), -limits.jerk, limits.jerk)
        return self._take(*_moved(self.at, self.speed, self.push, jerk, dt))

    def brake(self) -> Floats:
        """One step of the fastest stop within the limits; return (n,)."""
        self._set(self._stopped())
        self._asked = self.at.copy()
        return self.at

    def stopped_at(self) -> Floats:
        """(n,) where the axes would stand after the fastest stop from now on."""
        ahead, phases = _stop_phases(self.speed, self.push, self.limits)
        state = (np.zeros_like(self.at), ahead * self.speed, ahead * self.push)
        for jerk, duration_s in phases:
            state = _moved(*state, jerk, duration_s)
        return np.asarray(self.at + ahead * state[0])

    def brake_instead(self) -> Floats:
        """Take the last step back and make it one of the fastest stop; return (n,)."""
        self.at, self.speed, self.push = self._before
        return self.brake()

    def _take(self, at: Floats, speed: Floats, push: Floats) -> Floats:
        limits = self.limits
        low, high = _stop_reaches(speed, push, limits)
        crest = np.abs(speed + push * np.abs(push) / (2 * limits.jerk))
        possible = (
            (at + low >= limits.low)
            & (at + high <= limits.high)
            & (np.maximum(crest, np.abs(speed)) <= limits.speed)
            & (np.abs(push) <= limits.acceleration)
        )
        if not np.all(possible):
            self.held_back += int(np.count_nonzero(~possible))
            stop = self._stopped()
            at, speed, push = (
                np.where(possible, a, b) for a, b in zip((at, speed, push), stop, strict=True)
            )
        self._set((at, speed, push))
        return self.at

    def _stopped(self) -> tuple[Floats, Floats, Floats]:
        return _stopping(self.at, self.speed, self.push, self.limits, self._step_s)

    def _set(self, state: tuple[Floats, Floats, Floats]) -> None:
        self._before = (self.at, self.speed, self.push)
        at, self.speed, self.push = state
        self.at = np.clip(at, self.limits.low, self.limits.high)  # rounding


def _moved(
    at: Floats, speed: Floats, push: Floats, jerk: Floats, dt: Floats | float
) -> tuple[Floats, Floats, Floats]:
    """Position, speed and acceleration after `dt` of constant jerk."""
    return (
        at + dt * (speed + dt * (push / 2 + dt * jerk / 6)),
        speed + dt * (push + dt * jerk / 2),
        push + dt * jerk,
    )


def _stop_phases(
    speed: Floats, push: Floats, limits: AxisLimits
) -> tuple[Floats, tuple[tuple[Floats, Floats], ...]]:
    """The fastest stop: its direction, and jerk and duration of its three phases.

    Brake harder and harder, brake evenly, let go; speed and acceleration end at 0 together. In the
    direction in which the axis would go on once its acceleration is gone, all signs are as for a
    forward movement.
    """
    jerk = limits.jerk
    ahead = np.where(speed + push * np.abs(push) / (2 * jerk) >= 0, 1.0, -1.0)
    v, a = ahead * speed, ahead * push
    peak = np.sqrt(np.maximum(jerk * v + a * a / 2, 0.0))
    peak = np.maximum(np.minimum(peak, limits.acceleration), -a)
    harder_s = np.maximum(a + peak, 0.0) / jerk
    left = v + a * harder_s - jerk * harder_s**2 / 2 - peak**2 / (2 * jerk)
    evenly_s = np.maximum(left, 0.0) / np.maximum(peak, _TINY)
    still = np.zeros_like(v)
    return ahead, ((-jerk, harder_s), (still, evenly_s), (jerk, peak / jerk))


def _stopping(
    at: Floats, speed: Floats, push: Floats, limits: AxisLimits, dt: float
) -> tuple[Floats, Floats, Floats]:
    """The state after `dt` of the fastest stop."""
    ahead, phases = _stop_phases(speed, push, limits)
    left_s = np.full_like(at, dt)
    state = (np.zeros_like(at), ahead * speed, ahead * push)
    for jerk, duration_s in phases:
        run_s = np.minimum(left_s, duration_s)
        state = _moved(*state, jerk, run_s)
        left_s = left_s - run_s
    over = left_s > 0
    return (
        at + ahead * state[0],
        np.where(over, 0.0, ahead * state[1]),
        np.where(over, 0.0, ahead * state[2]),
    )


def _stop_reaches(speed: Floats, push: Floats, limits: AxisLimits) -> tuple[Floats, Floats]:
    """Lowest and highest displacement during the fastest stop from here."""
    ahead, phases = _stop_phases(speed, push, limits)
    v, a = ahead * speed, ahead * push
    state = (np.zeros_like(v), v, a)
    for jerk, duration_s in phases:
        state = _moved(*state, jerk, duration_s)
    # An axis that still goes back, but is pushed forward hard, turns round on the way.
    turning = v < 0
    turn_s = (a - np.sqrt(np.maximum(a * a + 2 * limits.jerk * v, 0.0))) / limits.jerk
    back = _moved(np.zeros_like(v), v, a, -limits.jerk, np.maximum(turn_s, 0.0))[0]
    behind = np.where(turning, np.minimum(back, 0.0), 0.0)
    before = np.maximum(state[0], 0.0)
    low = np.where(ahead > 0, behind, -before)
    high = np.where(ahead > 0, before, -behind)
    return low, high
