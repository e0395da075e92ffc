"""What a reading of lips is worth: visemes and words that were read right, and what was preferred.

Everything is judged by the times of the phones that were really said, whatever moved the lips.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actuation.generators.lip_reader import best_word
from actuation.generators.metrics.lips import TimedPhone
from actuation.generators.metrics.visemes import VISEME_INDEX, visemes_of
from actuation.speech.voice import Speech

Floats = NDArray[np.float64]

_LEAST_VISEMES = 3
"""Shorter words say too little to be told apart by anybody."""
_SILENCE = VISEME_INDEX["sil"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidWord:
    """A word, when it was said, and how it looks."""

    text: str
    start_s: float
    end_s: float
    visemes: tuple[int, ...]
    """Indices into `VISEMES`, no two the same in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How well some lips were read. Adds up over sentences."""

    visemes: int = 0
    visemes_right: int = 0
    words: int = 0
    words_right: int = 0
    likely: float = 0.0
    """Sum over visemes of the mean log probability of the right one."""

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            visemes=self.visemes + other.visemes,
            visemes_right=self.visemes_right + other.visemes_right,
            words=self.words + other.words,
            words_right=self.words_right + other.words_right,
            likely=self.likely + other.likely,
        )

    @property
    def viseme_accuracy(self) -> float:
        """0..1; NaN where nothing was said."""
        return self.visemes_right / self.visemes if self.visemes else float("nan")

    @property
    def word_accuracy(self) -> float:
        """0..1; NaN where there were no words."""
        return self.words_right / self.words if self.words else float("nan")

    @property
    def mean_likely(self) -> float:
        """Mean log probability of the right viseme, natural logarithm."""
        return self.likely / self.visemes if self.visemes else float("nan")


def words_of(speech: Speech, lead_in_s: float) -> list[SaidWord]:
    """The words of a speech that are long enough, on the frames' axis."""
    found = []
    for index, word in enumerate(speech.words):
        phones = [p for p in speech.phones if p.word == index]
        if not phones:
            continue
        timed = [TimedPhone(name=p.name, start_s=p.start_s, end_s=p.end_s) for p in phones]
        seen = _looks(timed)
        text = word.text.lower().strip(".,;:!?\"'()")
        if len(seen) >= _LEAST_VISEMES and text:
            start, end = lead_in_s + phones[0].start_s, lead_in_s + phones[-1].end_s
            found.append(SaidWord(text=text, start_s=start, end_s=end, visemes=seen))
    return found


def _looks(phones: Sequence[TimedPhone]) -> tuple[int, ...]:
    ids = [VISEME_INDEX[v.name] for v in visemes_of(phones)]
    return tuple(v for i, v in enumerate(ids) if i == 0 or v != ids[i - 1])


def closed_set(words: Iterable[SaidWord]) -> dict[str, tuple[int, ...]]:
    """The words to choose from. Of those that look the same, one stands for all."""
    looks = {word.visemes: word.text for word in sorted(words, key=lambda w: w.text, reverse=True)}
    return {text: visemes for visemes, text in looks.items()}


def judged(
    seen: Floats,
    times: Floats,
    phones: Sequence[TimedPhone],
    words: Sequence[SaidWord] = (),
    closed: Mapping[str, Sequence[int]] | None = None,
    prior: Sequence[float] = (),
) -> Verdict:
    """Judge `seen` ((n, visemes) log probabilities at `times`) by what was said.

    A viseme is read right when it is the likeliest over its own pictures. Silence does not count.
    """
    right, likely, count = 0, 0.0, 0
    for viseme in visemes_of(phones):
        label = VISEME_INDEX[viseme.name]
        if label == _SILENCE or not len(times):
            continue
        evidence = _over(seen, times, viseme.start_s, viseme.end_s).mean(axis=0)
        count += 1
        right += int(np.argmax(evidence)) == label
        likely += float(evidence[label])
    read = 0
    for word in words:
        part = _over(seen, times, word.start_s, word.end_s)
        guess = best_word(part, closed or {}, prior)
        read += (closed or {})[guess] == word.visemes
    return Verdict(
        visemes=count, visemes_right=right, words=len(words), words_right=read, likely=likely
    )


def _over(seen: Floats, times: Floats, start_s: float, end_s: float) -> Floats:
    """The pictures from start to end; the nearest one where none falls between."""
    inside = (times >= start_s) & (times < end_s)
    if not inside.any():
        inside[int(np.argmin(np.abs(times - (start_s + end_s) / 2)))] = True
    return np.asarray(seen[inside])
