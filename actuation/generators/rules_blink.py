"""Blinks as a process: a seeded stream of lid closures with the statistics of people at rest.

Gaps are log-normal with a refractory second; one in seven blinks is double; lids close in about
70 ms and open in about 150 ms. The same seed gives the same blinks, whatever the frame rate.
"""

import numpy as np
from numpy.typing import NDArray

from actuation.moves import REWIND_S
from actuation.rotations import minimum_jerk

Floats = NDArray[np.float64]

_CLOSE_S, _SHUT_S, _OPEN_S = 0.07, 0.03, 0.15
_DOUBLE, _DOUBLE_GAP_S = 0.14, 0.32
_REFRACTORY_S = 0.9
_SPREAD = 0.55
_LONGEST_S = _CLOSE_S + _SHUT_S + _OPEN_S


class Blinks:
    """Lids over time."""

    def __init__(self, *, seed: int, per_minute: float, start: float) -> None:
        self._random = np.random.default_rng((seed, 0xB11))
        self._mean_gap_s = 60.0 / per_minute
        self._starts: list[float] = []
        self._next = start + self._gap(1.0)

    def hint(self, at: float) -> None:
        """Blink about now: with a large gaze shift, or at the end of a phrase. May be ignored."""
        last = self._starts[-1] if self._starts else -np.inf
        if at - last > _REFRACTORY_S and self._random.random() < 0.6:
            self._next = min(self._next, at)

    def evaluate(self, times: Floats, *, speaking: bool = False) -> Floats:
        """(n,) lid closure 0..1 at rising `times`."""
        while self._next <= times[-1]:
            self._starts.append(self._next)
            if self._random.random() < _DOUBLE:
                self._starts.append(self._starts[-1] + _DOUBLE_GAP_S)
            self._next = self._starts[-1] + self._gap(0.75 if speaking else 1.0)
        oldest = times[0] - REWIND_S
        self._starts = [s for s in self._starts if s + _LONGEST_S > oldest] or self._starts[-1:]
        lids = np.zeros(len(times))
        for start in self._starts:
            since = times - start
            down = minimum_jerk(since / _CLOSE_S)
            up = minimum_jerk((_LONGEST_S - since) / _OPEN_S)
            lids = np.maximum(lids, np.minimum(down, up))
        return lids

    def _gap(self, factor: float) -> float:
        # The mean of a log-normal is exp(mu + sigma^2 / 2).
        mean = max(self._mean_gap_s * factor - _REFRACTORY_S, 0.2)
        mu = np.log(mean) - _SPREAD**2 / 2
        return _REFRACTORY_S + float(self._random.lognormal(mu, _SPREAD))
