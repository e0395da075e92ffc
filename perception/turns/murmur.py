"""Whether a short voice is a listener's murmur, by how it sounds: "mm-hm", a laugh, "okay". Pure.

The network that judges the ends of turns has an encoder that hears 23 languages. Two witnesses
build on it. What it makes of each 20 ms of the voice is averaged, over all of it and over its
thirds; a line through that and the length gives odds (`foyer train murmurs`, learned from made
voices and made hums, laughs and coughs): how murmurs sound. And the phones it hears are held
against what listeners say and what those say who want the floor (`phones.py`, `phrases.py`).
The recogniser's words are a third.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.turns.phones import PhoneEar, read_ear
from perception.turns.phrases import Phrases

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
_EAR, _PHRASES, _LISTENS, _BIAS = 0.4, 0.25, 0.8, 0.5
"""What a unit of the ear's own odds is worth, a nat by which one of both lists of phrases fits
better, and one of `Heard.listens`; and what is added to them. Fits to 281 utterances of seven made
voices, and to 280 of two of an engine that nothing was learned from, agree: 0.41 and 0.39, 0.24 and
0.25, 0.6 and 1.0, 0.6 and 0.5."""
_MOST_NATS: Final = 16.0
_MORE_COSTS: Final = 3.0
"""Who wants the floor may go on as they like, at so many nats a frame with a phone in it."""
_LEAD_S, _AROUND_ROWS = 0.5, (8, 4)
"""Sound before the voice that its phones are read with, and rows around it that are looked at."""
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


@dataclass(frozen=True, slots=True)
class Lists:
    """What listeners say, and what those say who want the floor, as phones."""

    listens: Phrases
    claims: Phrases

    def fit(self, log_odds: Floats) -> float:
        """Nats by which the phones fit what listeners say better, -16..16."""
        claims = self.claims.fit(log_odds, more_costs=_MORE_COSTS)
        return max(-_MOST_NATS, min(_MOST_NATS, self.listens.fit(log_odds) - claims))


def phones_of_voice(
    rows: Floats, begins_s: float, ends_s: float, ear: PhoneEar | None = None
) -> Floats:
    """(frames, 40): odds of the phones of one voice; `rows` and times as for `voice_rows`.

    `rows` hold what `phones.LAYERS` make of the sound.
    """
    first = max(0, len(rows) - math.ceil((begins_s + _LEAD_S) / FRAME_S))
    odds = (ear or read_ear()).log_odds(rows[first:])
    before, behind = _AROUND_ROWS
    begins = max(0, len(odds) - math.ceil(begins_s / FRAME_S) - before)
    ends = len(odds) - max(0, math.floor(ends_s / FRAME_S) - behind)
    return odds[min(begins, len(odds) - _LEAST_ROWS) : max(ends, begins + _LEAST_ROWS)]


def with_phrases(ear: float, better: float) -> float:
    """The ear's odds, 0..1, and by how many nats the phones fit listeners better, as one."""
    return _chance(_EAR * _logit(ear) + _PHRASES * better + _BIAS)


def with_words_of_listeners(murmur: float, listens: float | None) -> float:
    """`murmur`, 0..1, and how much better the sound fits what listeners say: one probability.

    None: the recogniser has not said the latter, and this is `murmur` as it is.
    """
    return murmur if listens is None else _chance(_logit(murmur) + _LISTENS * listens)


def _logit(chance: float) -> float:
    sure = min(1 - _SUREST, max(_SUREST, chance))
    return math.log(sure / (1 - sure))


def _chance(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))


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


@cache
def read_lists(path: Path = WEIGHTS) -> Lists:
    """The phrases as `foyer train murmurs` looked them up. Raises `ValueError` without them."""
    with np.load(path) as told:
        if missing := {"listens", "claims"} - set(told.files):
            raise ValueError(f"{path}: lacks {', '.join(sorted(missing))}; run foyer train murmurs")
        return Lists(*(Phrases.of(unpacked(told[name])) for name in ("listens", "claims")))


def packed(readings: Sequence[Sequence[int]]) -> NDArray[np.uint8]:
    """Phrases one after the other, a zero behind each."""
    return np.concatenate([[*one, 0] for one in readings]).astype(np.uint8)


def unpacked(row: NDArray[np.uint8]) -> list[list[int]]:
    """What `packed` packed."""
    ends = np.flatnonzero(row == 0)
    return [row[a + 1 : b].tolist() for a, b in zip([-1, *ends[:-1]], ends, strict=True)]
