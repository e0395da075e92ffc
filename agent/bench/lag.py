"""By how much a signal that arrived lags behind the one that was planned. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Plan = tuple[Floats, Floats]
"""Moments, rising, and values."""
WINDOW_S: Final = 2.0
_EARLIEST_S, _LATEST_S, _STEP_S = -0.1, 0.4, 0.001
_ENOUGH = 20
_MOVES = 0.03


def shift_s(rows: Floats, plan: Plan) -> tuple[float, float]:
    """How far `rows`, (n, 2) of moment and value, lag behind `plan`, and the rms that is left.

    Seconds, and the values' own unit. The shift of -0.1 .. 0.4 s, in steps of 1 ms, at which the
    two differ least.
    """
    at, value = plan
    shifts = np.arange(_EARLIEST_S, _LATEST_S, _STEP_S)
    errors = [
        float(np.sqrt(np.mean((rows[:, 1] - np.interp(rows[:, 0] - s, at, value)) ** 2)))
        for s in shifts
    ]
    best = int(np.argmin(errors))
    return float(shifts[best]), errors[best]


def windows(rows: Floats, plan: Plan) -> dict[int, float]:
    """The shift in each stretch of `WINDOW_S` in which the value moves enough to tell, seconds."""
    shifts: dict[int, float] = {}
    numbers = np.floor(rows[:, 0] / WINDOW_S).astype(int)
    for number in np.unique(numbers):
        part = rows[numbers == number]
        if len(part) > _ENOUGH and float(np.std(part[:, 1])) > _MOVES:
            shifts[int(number)] = shift_s(part, plan)[0]
    return shifts
