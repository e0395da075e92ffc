"""By how much a signal that arrived lags behind the one that was planned. Pure.

A signal is one number a moment (a jaw) or several (the angles of an arm).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Plan = tuple[Floats, Floats]
"""Moments (m,), rising, and values (m,) or (m, k)."""
WINDOW_S: Final = 2.0
_EARLIEST_S, _LATEST_S, _STEP_S = -0.1, 0.4, 0.001
_ENOUGH = 20
_MOVES = 0.03
"""Of a value that moves less in a window, nobody can tell when it did."""


def shift_s(rows: Floats, plan: Plan) -> tuple[float, float]:
    """How far `rows`, (n, 1 + k) of moment and values, lag behind `plan`, and the rms left.

    Seconds, and the values' own unit. The shift of -0.1 .. 0.4 s, in steps of 1 ms, at which the
    two differ least.
    """
    at = plan[0]
    values = plan[1].reshape(len(at), -1)
    shifts = np.arange(_EARLIEST_S, _LATEST_S, _STEP_S)
    squares = np.zeros(len(shifts))
    for performed, planned in zip(rows[:, 1:].T, values.T, strict=True):
        for i, shift in enumerate(shifts):
            squares[i] += np.mean((performed - np.interp(rows[:, 0] - shift, at, planned)) ** 2)
    best = int(np.argmin(squares))
    return float(shifts[best]), float(np.sqrt(squares[best] / (rows.shape[1] - 1)))


def windows(rows: Floats, plan: Plan) -> dict[int, float]:
    """The shift in each stretch of `WINDOW_S` in which a value moves enough to tell, seconds."""
    shifts: dict[int, float] = {}
    numbers = np.floor(rows[:, 0] / WINDOW_S).astype(int)
    for number in np.unique(numbers):
        part = rows[numbers == number]
        if len(part) > _ENOUGH and float(np.max(np.std(part[:, 1:], axis=0))) > _MOVES:
            shifts[int(number)] = shift_s(part, plan)[0]
    return shifts
