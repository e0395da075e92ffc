"""Motion by wishes: values that go from wish to wish, and short bumps. Pure functions of time."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import minimum_jerk

Floats = NDArray[np.float64]
REWIND_S: Final = 2.0
"""Frames that were sent ahead may be made again; nothing younger than this is forgotten."""


@dataclass
class Moves:
    """A vector that goes from wish to wish by minimum jerk; a new wish adds to those under way.

    Adding makes any moment smooth, however soon the next wish comes.
    """

    size: int
    _settled: Floats = field(init=False)
    _target: Floats = field(init=False)
    _under_way: list[tuple[float, float, Floats]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._settled = np.zeros(self.size)
        self._target = np.zeros(self.size)

    @property
    def target(self) -> Floats:
        """Where it is going."""
        return self._target

    def go(self, target: Floats, at: float, duration_s: float) -> None:
        """Move to `target` from `at` on, taking `duration_s`."""
        step = target - self._target
        if float(np.abs(step).max(initial=0.0)) > 1e-6:
            self._under_way.append((at, max(duration_s, 1e-3), step))
            self._target = target.astype(np.float64, copy=True)

    def give_up_after(self, at: float) -> None:
        """Forget steps that have not begun at `at`."""
        for start, _, step in self._under_way:
            if start > at:
                self._target = self._target - step
        self._under_way = [move for move in self._under_way if move[0] <= at]

    def evaluate(self, times: Floats) -> Floats:
        """(n, size) at rising `times`, which may go back by up to `REWIND_S`."""
        value = np.repeat(self._settled[None, :], len(times), axis=0)
        going = []
        for start, duration, step in self._under_way:
            if start + duration <= times[0] - REWIND_S:
                self._settled = self._settled + step
                value += step
            else:
                value += minimum_jerk((times - start) / duration)[:, None] * step
                going.append((start, duration, step))
        self._under_way = going
        return value


@dataclass(frozen=True, slots=True)
class Bump:
    """A short rise and fall: a brow on a stressed word, a small nod."""

    peak_at: float
    strength: float
    rise_s: float = 0.14
    hold_s: float = 0.05
    fall_s: float = 0.32

    def evaluate(self, times: Floats) -> Floats:
        """(n,) from 0 to `strength` and back."""
        up = minimum_jerk((times - (self.peak_at - self.rise_s)) / self.rise_s)
        down = minimum_jerk((self.peak_at + self.hold_s + self.fall_s - times) / self.fall_s)
        return np.asarray(self.strength * np.minimum(up, down))

    @property
    def over_at(self) -> float:
        """When nothing of it is left."""
        return self.peak_at + self.hold_s + self.fall_s
