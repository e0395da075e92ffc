"""How fast a machine may move: speed, acceleration and jerk of each axis, clamped last. Pure.

What moves slowly enough is followed exactly: its own speed and acceleration are passed on, so the
clamp adds no delay. What is too fast is followed as fast as allowed, and braked for in time.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_EASE: Final = 0.9
"""Share of speed and acceleration that is planned with, so that corrections stay within them."""
_MARGIN: Final = 0.02
"""Of its range, kept at either end for coming to a stand."""
_JUMP: Final = 2.0
"""A target that moves so many times faster than allowed has been replaced by another."""


class JerkLimiter:
    """One state (position, speed, acceleration) per axis. Arrays are (axes,)."""

    def __init__(
        self, *, low: Floats, high: Floats, speed: Floats, acceleration: Floats, jerk: Floats
    ) -> None:
        """Lowest and highest position, and the most of each derivative, per second."""
        self._low, self._high = low, high
        self._speed, self._acceleration, self._jerk = speed, acceleration, jerk
        self._turn_hz = 0.8 * jerk / acceleration
        """How fast a wrong speed is corrected: fast enough, and never beyond the jerk."""
        self._close_hz = self._turn_hz / 4
        self._target: Floats | None = None
        self.reset(np.zeros_like(low))

    @property
    def position(self) -> Floats:
        """Where it is, (axes,)."""
        return self._at

    @property
    def velocity(self) -> Floats:
        """Per second, (axes,)."""
        return self._moving

    def reset(self, position: Floats) -> None:
        """It stands still at `position`, wherever that is."""
        self._at = np.array(position, np.float64)
        self.freeze()

    def freeze(self) -> None:
        """Stand still here, at once, whatever the limits say: an emergency."""
        self._moving = np.zeros_like(self._at)
        self._pushing = np.zeros_like(self._at)
        self._forget()

    def follow(self, target: Floats, step_s: float, share: float = 1.0) -> Floats:
        """Move on by `step_s` towards `target`; `share` of the speed limit is used."""
        margin = _MARGIN * (self._high - self._low)
        target = np.clip(np.nan_to_num(target), self._low + margin, self._high - margin)
        if self._target is None:
            self._target, self._asked = target, np.zeros_like(target)
        most = share * _EASE * self._speed
        asked = (target - self._target) / step_s
        jumped = np.abs(asked) > _JUMP * self._speed  # nothing to run along with, only to go to
        asked = np.where(jumped, 0.0, asked)
        gap = np.where(jumped, target, target - asked * step_s) - self._at
        pushed = np.clip((asked - self._asked) / step_s, -self._acceleration, self._acceleration)
        self._target, self._asked = target, asked
        closing = np.minimum(self._close_hz * np.abs(gap), self._stoppable(np.abs(gap)))
        closing *= np.sign(gap)
        wanted = asked + closing
        held = np.clip(wanted, -most, most)
        pushed = np.where(held == wanted, pushed, 0.0)
        return self._push(pushed + self._turn_hz * (held - self._moving), step_s)

    def brake(self, step_s: float) -> Floats:
        """Move on by `step_s`, coming to a stand as gently as the limits say."""
        self._forget()
        return self._push(-self._turn_hz * self._moving, step_s)

    def _stoppable(self, room: Floats) -> Floats:
        """The speed from which it still stops within `room`."""
        return np.asarray(np.sqrt(_EASE * self._acceleration * np.maximum(room, 0.0)))

    def _needed(self, speed: Floats, push: Floats, step_s: float) -> Floats:
        """The way it takes to come to a stand, upwards: push let go of, then brake built up."""
        push = np.maximum(push, 0.0)
        easing_s = push / self._jerk
        top = np.maximum(speed, 0.0) + push * easing_s / 2
        brake = _EASE * self._acceleration
        braking_s = top / (2 * brake) + brake / (2 * self._jerk)
        return np.asarray(top * (easing_s + braking_s + 2 * step_s))

    def _forget(self) -> None:
        self._target = None
        self._asked = np.zeros_like(self._low)

    def _push(self, wanted: Floats, step_s: float) -> Floats:
        most = _EASE * self._acceleration
        # Acceleration must be gone, as fast as the jerk allows, when the top speed is reached.
        faster = np.sqrt(self._jerk * np.maximum(self._speed - self._moving, 0.0))
        slower = np.sqrt(self._jerk * np.maximum(self._speed + self._moving, 0.0))
        wanted = np.clip(wanted, -np.minimum(most, slower), np.minimum(most, faster))
        pushing, moving, free = self._tried(wanted, step_s)
        high_near = self._needed(moving, pushing, step_s) > self._high - free
        low_near = self._needed(-moving, -pushing, step_s) > free - self._low
        near = (high_near & (moving > 0)) | (low_near & (moving < 0))
        if np.any(near):  # it would be too late to stop before the end: brake
            wanted = np.where(near, np.where(moving > 0, -most, most), wanted)
            pushing, moving, free = self._tried(wanted, step_s)
        # One that begins outside its range may only come back.
        self._at = np.clip(free, np.minimum(self._low, self._at), np.maximum(self._high, self._at))
        stopped = self._at != free
        self._moving = np.where(stopped, 0.0, moving)
        self._pushing = np.where(stopped, 0.0, pushing)
        return self._at

    def _tried(self, push: Floats, step_s: float) -> tuple[Floats, Floats, Floats]:
        """Acceleration, speed and place one step on, with `push` as far as the jerk allows."""
        change = np.clip(push - self._pushing, -self._jerk * step_s, self._jerk * step_s)
        pushing = self._pushing + change
        moving = self._moving + pushing * step_s
        return pushing, moving, self._at + moving * step_s
