"""A head that follows the eyes: smooth, as fast as its motors can, and not late. Pure.

Eyes jump; a head does not. What is wanted is first slowed to the speed that is allowed and then
averaged twice, over the time in which acceleration and jerk may be built up: what comes out keeps
to all three, without swinging over. Averaging is late by half its windows, always; the score is
known ahead, so whoever asks for `ahead_s` sooner gets it in time.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SHARE: Final = 0.8
"""Of speed, acceleration and jerk; the rest is for what is added, and for limits kept last."""


class Follow:
    """One state per axis; all axes share how long they take to build up speed. Arrays (axes,)."""

    def __init__(
        self, *, speed: Floats, acceleration: Floats, jerk: Floats, period_s: float
    ) -> None:
        """The most of each derivative, per second; `period_s`: from step to step."""
        self._most = _SHARE * speed * period_s
        first_s = float(np.max(speed / acceleration))
        second_s = float(np.max(acceleration / jerk))
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


class SlowEyes:
    """What of a look of the eyes a head takes over: what lasts. A glance, a dart, the eyes that
    keep their aim while the head nods are over before it has begun."""

    def __init__(self, settle_s: float) -> None:
        """`settle_s`: after so long 63 % of a look is the head's."""
        self._settle_s = settle_s
        self._look: Floats | None = None

    def reset(self) -> None:
        """The next look is taken as it is."""
        self._look = None

    def step(self, look: Floats, step_s: float) -> Floats:
        """`look`: how far the eyes are turned against the head now."""
        if self._look is None or self._settle_s <= 0:
            self._look = np.array(look, np.float64)
        self._look = self._look + (1 - np.exp(-step_s / max(self._settle_s, 1e-6))) * (
            look - self._look
        )
        return self._look
