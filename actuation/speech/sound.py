"""Dresses raw sound for the stage: even loudness, no silence at the ends, no clicks. Pure."""

import numpy as np
from numpy.typing import NDArray

from actuation.speech.phones import PAUSE, PHONES
from actuation.speech.text import Readable
from actuation.speech.voice import Phone, Speech, SpokenWord

_LEAD_S, _TAIL_S = 0.015, 0.04
_FADE_IN_S, _FADE_OUT_S = 0.005, 0.012
_PEAK = 0.97

RawPhone = tuple[str, float, float, int, int]
"""ARPAbet name, start and end in seconds, stress, index of the token or -1."""


def dress(
    *,
    text: str,
    voice: str,
    words: Readable,
    rate_hz: int,
    samples: NDArray[np.float32],
    phones: list[RawPhone],
    level_db: float,
) -> Speech:
    """Return a clause ready for the stage from what an engine made.

    `samples`: (n,) in [-1, 1]. Raises `ValueError` when sound and phones do not fit each other.
    """
    first, last, kept = placed(words, phones, len(samples) / rate_hz)
    cut = samples[round(first * rate_hz) : round(last * rate_hz)]
    return Speech(
        text=text,
        voice=voice,
        rate_hz=rate_hz,
        samples=_fade(_level(cut, rate_hz, level_db), rate_hz),
        phones=kept,
        words=spoken_words(words, kept),
    )


def placed(
    words: Readable, phones: list[RawPhone], length_s: float
) -> tuple[float, float, tuple[Phone, ...]]:
    """Where a clause is cut out of an engine's sound, and its phones counted from there.

    Raises `ValueError` when the phones do not fit a sound of `length_s`.
    """
    _check(phones, length_s, len(words.tokens))
    sounding = [p for p in phones if p[0] != PAUSE]
    if not sounding:
        raise ValueError("no phone in it")
    first = max(0.0, sounding[0][1] - _LEAD_S)
    last = min(length_s, sounding[-1][2] + _TAIL_S)
    kept = tuple(
        Phone(
            name=name,
            start_s=max(0.0, start - first),
            end_s=min(last, end) - first,
            stress=stress,
            word=words.source[token] if 0 <= token < len(words.source) else -1,
        )
        for name, start, end, stress, token in phones
        if end > first and start < last
    )
    return first, last, kept


def _check(phones: list[RawPhone], length_s: float, tokens: int) -> None:
    at = 0.0
    for name, start, end, _, token in phones:
        if name not in PHONES:
            raise ValueError(f"unknown phone {name!r}")
        if not (at - 1e-3 <= start <= end <= length_s + 0.1):
            raise ValueError(f"phone {name} at {start}..{end} s does not fit {length_s:.2f} s")
        if not -1 <= token < max(tokens, 1) + 50:
            raise ValueError(f"phone {name} belongs to no word")
        at = start


def _level(samples: NDArray[np.float32], rate_hz: int, level_db: float) -> NDArray[np.float32]:
    """Scale so that the voiced parts have `level_db`, peaks below full scale."""
    frame = max(1, rate_hz // 50)
    whole = len(samples) // frame * frame
    if whole == 0:
        return samples
    power = np.mean(samples[:whole].reshape(-1, frame).astype(np.float64) ** 2, axis=1)
    active = power[power > power.max() * 1e-3]
    peak = float(np.abs(samples).max())
    if peak <= 0.0 or len(active) == 0:
        return samples
    gain = 10 ** (level_db / 20) / float(np.sqrt(active.mean()))
    return np.asarray(samples * min(gain, _PEAK / peak), np.float32)


def _fade(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    return samples * fades(len(samples), rate_hz)


def fades(count: int, rate_hz: int) -> NDArray[np.float32]:
    """(count,) what a whole clause is multiplied with: up at its beginning, down at its end."""
    gain = np.ones(count, np.float32)
    into = min(round(_FADE_IN_S * rate_hz), count)
    away = min(round(_FADE_OUT_S * rate_hz), count)
    gain[:into] *= np.linspace(0, 1, into, dtype=np.float32)
    if away:
        gain[-away:] *= np.linspace(1, 0, away, dtype=np.float32)
    return gain


def spoken_words(words: Readable, phones: tuple[Phone, ...]) -> tuple[SpokenWord, ...]:
    """When each written word sounds; one without a phone takes the moment where it would be."""
    spans: dict[int, tuple[float, float]] = {}
    for phone in phones:
        if phone.word >= 0:
            start = spans[phone.word][0] if phone.word in spans else phone.start_s
            spans[phone.word] = (start, phone.end_s)
    spoken: list[SpokenWord] = []
    at = 0.0
    for i, word in enumerate(words.words):
        start, at = spans.get(i, (at, at))
        spoken.append(SpokenWord(text=word, start_s=start, end_s=at))
    return tuple(spoken)
