"""Blinks as a process: a seeded stream of lid closures with the statistics of people.

Rates: 8-21 a minute at rest, 10-33 in conversation (Doughty 2001,
10.1097/00006324-200110000-00011); half as many again while speaking (Bentivoglio et al. 1997,
10.1002/mds.870120629: 17 and 26). Gaps are log-normal with a refractory second: skewed to the
right, as all people's are, with a spread of about 0.6 of the mean. Lids close in about 90 ms and
open two to three times slower (VanderWerf et al. 2003, 10.1152/jn.00557.2002). Blinks come with
gaze shifts, nearly always beyond 33 degrees (Evinger et al. 1994, 10.1007/BF00227203), and where a
phrase ends (Nakano & Kitazawa 2010, 10.1007/s00221-010-2387-z). The same seed gives the same
blinks, whatever the frame rate.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.joints.moves import REWIND_S
from actuation.joints.rotations import minimum_jerk

Floats = NDArray[np.float64]

_CLOSE_S, _SHUT_S, _OPEN_S = (0.075, 0.11), (0.01, 0.05), (0.17, 0.27)
_DOUBLE, _DOUBLE_GAP_S = 0.10, 0.40
_PARTIAL, _PARTIAL_DEPTH = 0.15, (0.55, 0.8)
_REFRACTORY_S = 0.9
_SPREAD = 0.72
_IN_SPEECH = 0.8
"""Gaps while speaking against gaps at rest, beside the blinks that end phrases: those make it half
as many again."""
_SURE_RAD = 0.576
"""33 degrees."""
_HINTED = 0.97
_ENDS_PHRASE, _AFTER_PHRASE_S = 0.22, 0.05
_LONGEST_S = _CLOSE_S[1] + _SHUT_S[1] + _OPEN_S[1]


@dataclass(frozen=True, slots=True)
class _Blink:
    at: float
    close_s: float
    shut_s: float
    open_s: float
    depth: float

    def evaluate(self, times: Floats) -> Floats:
        since = times - self.at
        down = minimum_jerk(since / self.close_s)
        up = minimum_jerk((self.close_s + self.shut_s + self.open_s - since) / self.open_s)
        return np.asarray(self.depth * np.minimum(down, up))


class Blinks:
    """Lids over time."""

    def __init__(self, *, seed: int, per_minute: float, start: float) -> None:
        self._random = np.random.default_rng((seed, 0xB11))
        self._mean_gap_s = 60.0 / per_minute
        self._blinks: list[_Blink] = []
        self._last = -np.inf
        self._planned: list[tuple[float, float]] = []
        """When a blink would fit, and how likely it then is."""
        self._next = start + self._gap(1.0)

    def hint(self, at: float, probability: float) -> None:
        """A blink would fit at `at`; it comes with `probability`, if none was just before."""
        self._planned.append((at, probability))
        self._planned.sort()

    def with_shift(self, at: float, size_rad: float) -> None:
        """The line of sight goes by `size_rad` at `at`."""
        self.hint(at, float(np.clip(size_rad / _SURE_RAD, 0.0, 1.0)) ** 1.5 * _HINTED)

    def at_phrase_end(self, at: float) -> None:
        """A phrase of the agent's own ends at `at`."""
        self.hint(at + _AFTER_PHRASE_S, _ENDS_PHRASE)

    def give_up_after(self, at: float) -> None:
        """Forget what was planned for later than `at`."""
        self._planned = [plan for plan in self._planned if plan[0] <= at]

    def evaluate(self, times: Floats, *, speaking: bool = False, rate: float = 1.0) -> Floats:
        """(n,) lid closure 0..1 at rising `times`. `rate`: more or fewer than usual."""
        factor = (_IN_SPEECH if speaking else 1.0) / max(rate, 0.1)
        self._live(float(times[-1]), factor)
        oldest = times[0] - REWIND_S
        self._blinks = [b for b in self._blinks if b.at + _LONGEST_S > oldest]
        lids = np.zeros(len(times))
        for blink in self._blinks:
            lids = np.maximum(lids, blink.evaluate(times))
        return lids

    def _live(self, until: float, factor: float) -> None:
        while True:
            planned = self._planned[0][0] if self._planned else np.inf
            if min(planned, self._next) > until:
                return
            if planned <= self._next:
                at, probability = self._planned.pop(0)
                if at - self._last > _REFRACTORY_S and self._random.random() < probability:
                    self._blink(at)
                    self._next = at + self._gap(factor)
                continue
            at = self._next
            self._blink(at)
            if self._random.random() < _DOUBLE:
                self._blink(at + _DOUBLE_GAP_S)
            self._next = self._last + self._gap(factor)

    def _blink(self, at: float) -> None:
        close, shut, opens = (
            float(self._random.uniform(*span)) for span in (_CLOSE_S, _SHUT_S, _OPEN_S)
        )
        partial = self._random.random() < _PARTIAL
        depth = float(self._random.uniform(*_PARTIAL_DEPTH)) if partial else 1.0
        self._blinks.append(_Blink(at, close, shut, opens, depth))
        self._last = max(self._last, at)

    def _gap(self, factor: float) -> float:
        # The mean of a log-normal is exp(mu + sigma^2 / 2).
        mean = max(self._mean_gap_s * factor - _REFRACTORY_S, 0.2)
        mu = np.log(mean) - _SPREAD**2 / 2
        return _REFRACTORY_S + float(self._random.lognormal(mu, _SPREAD))
