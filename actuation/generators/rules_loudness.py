"""A jaw that follows loudness: what is left when there are neither phone times nor networks.

It opens with the sound and closes with it; it knows no lips and closes for no p, b or m.
"""

import numpy as np
from numpy.typing import NDArray

from actuation.generators.rules_face import COLUMN, COLUMNS

Floats = NDArray[np.float64]

_TABLE_HZ = 120
_WINDOW_S = 0.025
_OPEN = {"jaw": 0.42, "lower": 0.22, "upper": 0.09}
_AROUND_S = 0.04


class LoudnessMouth:
    """The mouth of one sound by its loudness alone. Times count from its first sample."""

    def __init__(self, samples: NDArray[np.float32], rate_hz: int) -> None:
        """`samples`: (n,); what is no number counts as silence."""
        step = rate_hz / _TABLE_HZ
        count = int(len(samples) / step) + 1
        total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(samples).astype(np.float64) ** 2)])
        middles = np.arange(count) * step
        half = _WINDOW_S / 2 * rate_hz
        edges = [np.clip(np.round(middles + side), 0, len(samples)) for side in (-half, half)]
        first, last = (edge.astype(np.int64) for edge in edges)
        loud = np.sqrt((total[last] - total[first]) / np.maximum(last - first, 1))
        # Loud is what is loud for this voice; under a fortieth of that it is silent.
        usual = float(np.quantile(loud, 0.9)) if count else 0.0
        part = np.clip(loud / usual - 0.025, 0.0, 1.3) if usual > 1e-4 else np.zeros(count)
        reach = round(_AROUND_S * _TABLE_HZ)
        bell = np.hanning(2 * reach + 1)
        bell /= bell.sum()
        self._jaw = np.convolve(np.sqrt(part), bell, "same") if count > 1 else part

    def evaluate(self, times_s: Floats) -> Floats:
        """(n, len(COLUMNS)) at `times_s`; at rest before and after the sound."""
        at = np.arange(len(self._jaw)) / _TABLE_HZ
        jaw = np.interp(times_s, at, self._jaw, left=0.0, right=0.0)
        made = np.zeros((len(times_s), len(COLUMNS)))
        for name, most in _OPEN.items():
            made[:, COLUMN[name]] = most * jaw
        return made
