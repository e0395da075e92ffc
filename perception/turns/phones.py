"""Which phones a short voice is made of, from what an encoder makes of its sound. Pure.

Three layers of Smart Turn's encoder, 50 rows a second, go through a small network: a line, a
convolution over five rows, a recurrent layer each way. Out come the odds of 39 phones of US
English and of none (connectionist temporal classification: Graves et al., ICML 2006). The weights
are `phones_weights.npz`; `foyer train phones`, learned from made voices alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

WEIGHTS: Final = Path(__file__).with_name("phones_weights.npz")
LAYERS: Final = ("add_268", "add_390", "layer_norm_8")
"""Of the encoder, in this order beside each other: the second and third layer, and its output."""
OUTPUT_WIDTH: Final = 384
"""Of the last of them."""
PHONES: Final = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY",
    "F", "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY",
    "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
"""As the CMU dictionary names them; column i + 1 of the odds. Column 0: none."""
_COLUMNS: Final = {name: i + 1 for i, name in enumerate(PHONES)}
NONE: Final = 0
REACH: Final = 5
"""Rows the convolution looks at."""
_EPSILON: Final = 1e-5
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PhoneEar:
    """The network's arrays by name, as `foyer train phones` writes them."""

    arrays: Mapping[str, Floats]

    def log_odds(self, rows: Floats) -> Floats:
        """(frames, 40): natural logarithms, each row sums to 1; of `rows`, (frames, width).

        Raises `ValueError` for rows of another encoder.
        """
        a = self.arrays
        if rows.ndim != 2 or rows.shape[1] != a["mean"].size:
            raise ValueError(f"rows of {rows.shape[-1]}, but the weights are for {a['mean'].size}")
        even = (rows - a["mean"]) / a["spread"]
        first = np.maximum(even @ a["in"] + a["in_bias"], 0.0)
        around = np.pad(first, ((REACH // 2, REACH // 2), (0, 0)))
        near = np.lib.stride_tricks.sliding_window_view(around, REACH, axis=0)
        second = first + np.maximum(near.reshape(len(rows), -1) @ a["near"] + a["near_bias"], 0.0)
        centred = second - second.mean(axis=1, keepdims=True)
        level = centred / np.sqrt(second.var(axis=1, keepdims=True) + _EPSILON)
        level = level * a["level"] + a["level_bias"]
        ways = [self._recurrent(level, "on"), self._recurrent(level[::-1], "back")[::-1]]
        told = (level + np.concatenate(ways, axis=1)) @ a["out"] + a["out_bias"]
        told -= told.max(axis=1, keepdims=True)
        odds: Floats = told - np.log(np.exp(told).sum(axis=1, keepdims=True))
        return odds.astype(np.float32)

    def _recurrent(self, rows: Floats, way: str) -> Floats:
        """Gated recurrent units, Cho et al., EMNLP 2014, as torch counts their gates."""
        a = self.arrays
        given = rows @ a[f"{way}_in"] + a[f"{way}_in_bias"]
        kept, bias = a[f"{way}_kept"], a[f"{way}_kept_bias"]
        width = kept.shape[0]
        state = np.zeros(width, np.float32)
        states = np.empty((len(rows), width), np.float32)
        for i, now in enumerate(given):
            before = state @ kept + bias
            gates = 1.0 / (1.0 + np.exp(-(now[: 2 * width] + before[: 2 * width])))
            fresh = np.tanh(now[2 * width :] + gates[:width] * before[2 * width :])
            state = fresh + gates[width:] * (state - fresh)
            states[i] = state
        return states


NAMES: Final = (
    *("mean", "spread", "in", "in_bias", "near", "near_bias", "level", "level_bias"),
    *(f"{way}_{part}" for way in ("on", "back") for part in ("in", "in_bias", "kept", "kept_bias")),
    *("out", "out_bias"),
)


@cache
def read_ear(path: Path = WEIGHTS) -> PhoneEar:
    """The trained network. Raises `ValueError` where the file holds something else."""
    with np.load(path) as told:
        if missing := set(NAMES) - set(told.files):
            raise ValueError(f"{path}: lacks {', '.join(sorted(missing))}; run foyer train phones")
        arrays = {name: told[name].astype(np.float32) for name in NAMES}
    if arrays["out"].shape[1] != len(PHONES) + 1:
        raise ValueError(f"{path}: tells other phones; run foyer train phones")
    return PhoneEar(arrays)


def columns(said: str) -> list[int]:
    """Of the odds, for phones with blanks between, as dictionaries have them."""
    return [_COLUMNS[name] for name in said.split()]


def greedy(log_odds: Floats) -> list[str]:
    """The likeliest phones in order."""
    told: list[str] = []
    last = NONE
    for best in log_odds.argmax(axis=1):
        if best not in (last, NONE):
            told.append(PHONES[best - 1])
        last = best
    return told
