"""How eyes rest on something: small shifts within a face, and how far both eyes turn in.

Nobody stares at one spot. Eyes that are on a face go from eye to eye to mouth; on anything else
they stray a little. Both eyes meet where they look.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.moves import Moves

Floats = NDArray[np.float64]

_SACCADE_S, _SACCADE_S_PER_RAD = 0.021, 0.126
"""Main sequence: 2.2 ms a degree and 21 ms (10.1016/0025-5564(75)90075-9)."""
_EYES_APART_M, _EYES_TO_MOUTH_M = 0.063, 0.070
_NOBODY_M, _NEAREST_M, _VERGENCE_S = 4.0, 0.4, 0.25
"""Where eyes meet that look at nobody; the nearest they meet; how long that takes: slower than a
saccade."""
_MOUTH_SHARE: Final = (0.20, 0.35)
"""How much of looking at a face is at its mouth, while speaking and while listening
(10.3758/BF03211929: listeners look there a third of the time and more in noise)."""
_DWELL_S, _DWELL_SPREAD = 0.9, 0.55
"""Log-normal time between small shifts within a face."""
_JITTER_RAD: Final = 0.004
"""Fixation never returns to the very spot (10.1038/nrn1348: fixational shifts under a degree)."""


def saccade_s(size_rad: float) -> float:
    """How long a jump of the eyes takes."""
    return _SACCADE_S + _SACCADE_S_PER_RAD * size_rad


class Fixation:
    """Where within what they look at the eyes of one character are."""

    def __init__(self, random: np.random.Generator, *, scan: float, start: float) -> None:
        self._random, self._scan = random, scan
        self._spot, self._vergence = Moves(2), Moves(1)
        self._distance_m: float | None = None
        self._next = start + 0.5

    def look(self, distance_m: float | None, at: float) -> None:
        """Look at a face that far away from `at` on; None: at no face."""
        self._distance_m = distance_m
        meet_m = max(distance_m or _NOBODY_M, _NEAREST_M)
        self._vergence.go(np.array([np.arctan2(_EYES_APART_M / 2, meet_m)]), at, _VERGENCE_S)

    def live(self, until: float, *, on_it: bool, speaks: Callable[[float], bool]) -> None:
        """Shift up to `until`. `on_it`: the eyes are on whom they look at, not aside."""
        mu = np.log(_DWELL_S) - _DWELL_SPREAD**2 / 2
        while self._next <= until:
            self._shift(self._next, on_it=on_it, speaks=speaks(self._next))
            self._next += 0.2 + float(self._random.lognormal(mu, _DWELL_SPREAD))

    def evaluate(self, times: Floats) -> tuple[Floats, Floats]:
        """(n, 2) yaw and pitch beside the aim, and (n,) how far each eye turns in; radians."""
        return self._spot.evaluate(times), self._vergence.evaluate(times)[:, 0]

    def _shift(self, at: float, *, on_it: bool, speaks: bool) -> None:
        eye_or_mouth, side = self._random.random(2)
        jitter = self._random.normal(0.0, 1.0, 2)
        if on_it and self._distance_m is not None:
            near = 1 / max(self._distance_m, _NEAREST_M)
            mouth = eye_or_mouth < _MOUTH_SHARE[not speaks]
            # The aim is the middle of a face, a little below its eyes.
            yaw = 0.0 if mouth else (0.5 if side < 0.5 else -0.5) * _EYES_APART_M * near
            pitch = (-0.6 if mouth else 0.4) * _EYES_TO_MOUTH_M * near
            spot = self._scan * np.array([yaw, pitch]) + _JITTER_RAD * jitter
        else:
            spot = jitter * np.array([0.018, 0.014])
        size = float(np.abs(spot - self._spot.target).max())
        self._spot.go(spot, at, saccade_s(size))
