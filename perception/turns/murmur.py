"""Whether a short voice is a listener's murmur, by how it sounds: "mm-hm", a laugh, "okay". Pure.

The network that judges the ends of turns has an encoder that hears 23 languages. What it makes of
each 20 ms of the voice is averaged, over all of it and over its thirds; a line through that and
the length gives odds (`murmur_weights.npz`; `foyer train murmurs`, learned from made voices and
made hums, laughs and coughs). Words are not asked here: they are another witness.
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

WEIGHTS: Final = Path(__file__).with_name("murmur_weights.npz")
FRAME_S: Final = 0.02
"""What one row of the encoder stands for."""
LONGEST_S: Final = 1.6
"""A longer voice is no murmur; none was learned from."""
BEHIND_S: Final = 0.06
"""Of the sound behind the voice, what is looked at as well."""
_PARTS: Final = 3
_LEAST_ROWS: Final = 3
_MOST_LOGIT: Final = 6.0
_EAR, _LISTENS = 0.8, 1.0
"""What a unit of the ear's own odds is worth, and one of `Heard.listens`."""
_SUREST: Final = 1e-3
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through features: their mean and spread, weights of the evened ones, bias."""

    mean: Floats
    spread: Floats
    weights: Floats
    bias: float


def features(rows: Floats, voiced_s: float) -> Floats:
    """(n,): of what the encoder made of one voice, (frames, width), and its length in seconds.

    Mean and spread over all frames, the mean of each third, and the logarithm of the length.
    Raises `ValueError` where there are fewer frames than thirds.
    """
    if len(rows) < _LEAST_ROWS:
        raise ValueError(f"{len(rows)} frames are too few to tell anything by")
    thirds = [part.mean(axis=0) for part in np.array_split(rows, _PARTS)]
    length = np.array([math.log(max(voiced_s, FRAME_S))], np.float32)
    told: Floats = np.concatenate([rows.mean(axis=0), rows.std(axis=0), *thirds, length])
    return told.astype(np.float32)


def voice_rows(rows: Floats, begins_s: float, ends_s: float) -> Floats:
    """Those of `rows` that are the voice. `rows` end with the sound; both times are before its end.

    A voice that is shorter than three frames gets the frames around it.
    """
    last = len(rows) - max(0, math.floor(ends_s / FRAME_S))
    first = max(0, len(rows) - math.ceil(begins_s / FRAME_S))
    last = min(len(rows), max(last, first + _LEAST_ROWS))
    return rows[max(0, min(first, last - _LEAST_ROWS)) : last]


def chance_of_murmur(told: Floats, line: Line | None = None) -> float:
    """Probability, 0..1, that a voice of these features wants nothing but to go on listening.

    As if murmurs and other short voices were equally frequent. Raises `ValueError` for features
    of another encoder.
    """
    line = line or read_line()
    if told.shape != line.weights.shape:
        raise ValueError(f"{told.size} features, but the weights are for {line.weights.size}")
    logit = float((told - line.mean) / line.spread @ line.weights) + line.bias
    return 1.0 / (1.0 + math.exp(-max(-_MOST_LOGIT, min(_MOST_LOGIT, logit))))


def with_words_of_listeners(murmur: float, listens: float | None) -> float:
    """`murmur`, 0..1, and how much better the sound fits what listeners say: one probability.

    None: nobody has said the latter. The ear knows how people murmur and no words; the two small
    grammars behind `listens` know the words and nothing else.
    """
    if listens is None:
        return murmur
    sure = min(1 - _SUREST, max(_SUREST, murmur))
    return 1.0 / (1.0 + math.exp(-_EAR * math.log(sure / (1 - sure)) - _LISTENS * listens))


@cache
def read_line(path: Path = WEIGHTS) -> Line:
    """The fitted weights. Raises `ValueError` where the file holds something else."""
    with np.load(path) as told:
        if missing := {"mean", "spread", "weights", "bias"} - set(told.files):
            raise ValueError(f"{path}: lacks {', '.join(sorted(missing))}; run foyer train murmurs")
        return Line(
            mean=told["mean"].astype(np.float32),
            spread=told["spread"].astype(np.float32),
            weights=told["weights"].astype(np.float32),
            bias=float(told["bias"]),
        )
