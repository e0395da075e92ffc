"""What a body does of itself: shifts its weight, moves its hands a little, and is never frozen.

A shift is a small change of hips and trunk that stays until the next one, some fifteen seconds
later; hands drift slowly and their fingers stir. It all follows from the seed and the time, and a
listener does less of it, somebody who thinks more with the hands. Rates and sizes are chosen by
eye; that people who stand and wait shift at irregular intervals of some ten seconds to a minute is
known (Duarte and Zatsiorsky 1999, Motor Control 3:28: "shifts, fidgets and drifts").
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.joints.rotations import about, from_vector, minimum_jerk, multiply
from actuation.joints.skeleton import FINGERS, SIDES, parts_of
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

SHIFT_SIZE: Final = 3
"""Yaw and roll of the trunk and yaw of the hips, radians."""
_SHIFT_RAD: Final = np.array([0.018, 0.022, 0.012])
"""Small to the sides, because whoever points meanwhile points by so much beside it."""
_SHIFT_EVERY_S, _SHIFT_LEAST_S, _SHIFT_TAKES_S = 15.0, 4.0, 1.8
_STIR_EVERY_S, _STIR_TAKES_S = 6.0, 0.9
_STIR_RAD: Final = 0.13
_DRIFT_HZ: Final = np.array([0.11, 0.19, 0.31])
_DRIFT_RAD: Final = {"finger": 0.020, "hand": 0.012}
_CURLED: Final = [f for f, finger in enumerate(FINGERS) if finger != "Thumb"]
_CURLS: Final = np.array([0.8, 1.0, 0.6])
"""How much each bone of a finger takes part, from the palm outwards."""
_CURLED_JOINTS: Final = {
    side: [
        JOINT_INDEX[f"{side}{FINGERS[f]}{part}"] for f in _CURLED for part in parts_of(FINGERS[f])
    ]
    for side in SIDES
}


class _Steps:
    """Targets that follow each other at irregular times; each is gone to by minimum jerk."""

    def __init__(
        self, random: np.random.Generator, size: Floats, *, every_s: float, least_s: float,
        takes_s: float,
    ) -> None:  # fmt: skip
        self._random, self._size = random, size
        self._every_s, self._least_s, self._takes_s = every_s, least_s, takes_s
        self._at = [0.0]
        self._to = [np.zeros(len(size))]

    def evaluate(self, times: Floats) -> Floats:
        """(n, k) at any `times` from 0 on; before that it is at rest."""
        while self._at[-1] <= times[-1]:
            gap = self._least_s + float(self._random.exponential(self._every_s - self._least_s))
            self._at.append(self._at[-1] + gap)
            self._to.append(np.clip(self._random.normal(size=len(self._size)), -2, 2) * self._size)
        starts, targets = np.array(self._at), np.array(self._to)
        k = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(starts) - 1)
        gone = minimum_jerk((times - starts[k]) / self._takes_s)[:, None]
        return np.asarray(targets[np.maximum(k - 1, 0)] * (1 - gone) + targets[k] * gone)


class BodyLife:
    """Shifts, drifts and stirring fingers of one character, as a function of time."""

    def __init__(self, *, seed: int) -> None:
        self._shifts = _Steps(
            np.random.default_rng((seed, 0x5417)), _SHIFT_RAD,
            every_s=_SHIFT_EVERY_S, least_s=_SHIFT_LEAST_S, takes_s=_SHIFT_TAKES_S,
        )  # fmt: skip
        random = np.random.default_rng((seed, 0xF19E))
        self._stirs = [
            _Steps(
                np.random.default_rng((seed, 0x57, number)), np.full(len(FINGERS), _STIR_RAD),
                every_s=_STIR_EVERY_S, least_s=1.5, takes_s=_STIR_TAKES_S,
            )
            for number in range(len(SIDES))
        ]  # fmt: skip
        self._phase = random.uniform(0, 2 * np.pi, (len(SIDES), len(FINGERS) + 1, len(_DRIFT_HZ)))
        self._share = 1.0 / np.arange(1, len(_DRIFT_HZ) + 1)

    def shift(self, times: Floats) -> Floats:
        """(n, SHIFT_SIZE): how the weight is shifted."""
        return self._shifts.evaluate(times)

    def hands(self, joints: Floats, times: Floats) -> None:
        """Move the hands and fingers of (n, 44, 4) `joints` a little, in place.

        Fingers only ever curl less than at rest or as much: none goes into what it lies on.
        """
        waves = np.sin(
            2 * np.pi * _DRIFT_HZ * times[:, None, None, None] + self._phase
        )  # (n, side, finger or hand, wave)
        drift = (waves * self._share).sum(axis=3) / self._share.sum()
        for s, side in enumerate(SIDES):
            sign = 1.0 if side == "left" else -1.0
            stirred = -np.abs(self._stirs[s].evaluate(times))
            up = _DRIFT_RAD["finger"] * (drift[:, s, _CURLED] - 1.0) + stirred[:, _CURLED]
            curl = (up[:, :, None] * _CURLS).reshape(len(times), -1)
            parts = _CURLED_JOINTS[side]
            joints[:, parts] = multiply(joints[:, parts], about("z", -sign * curl))
            turn = np.zeros((len(times), 3))
            turn[:, 1] = sign * _DRIFT_RAD["hand"] * drift[:, s, -1]
            i = JOINT_INDEX[f"{side}Hand"]
            joints[:, i] = multiply(joints[:, i], from_vector(turn))
