"""Tone, loudness and pace of a clause, from its sound and the times of its phones. Pure.

Pitch is looked for in the vowels only, where the voice surely is voiced: the highest peak of the
normalised autocorrelation between 70 and 400 Hz, less a cost for low octaves (Boersma 1993, without
its path search). What is between two vowels is drawn straight; the whole is in semitones about the
clause's own median, so that it does not matter whose voice it is.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.speech.phones import PAUSE, VOWELS
from actuation.speech.voice import Phone, Speech

Floats = NDArray[np.float64]

RATE_HZ: Final = 50
_ANALYSED_HZ: Final = 5_000
_WINDOW_S: Final = 0.05
_LOWEST_HZ, _HIGHEST_HZ = 70.0, 400.0
_VOICED: Final = 0.45
_OCTAVE_COST: Final = 0.06
"""Of likeness, an octave down."""
_FAR_ST: Final = 9.0
"""Further from the median than this is a wrong octave, not a tone."""
USUAL_PACE: Final = 4.5
"""Syllables a second of unhurried English (Pellegrino et al., 10.1353/lan.2011.0057: 6.2 read)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prosody:
    """How a clause is said. Tables at `RATE_HZ` from its first sample on."""

    pitch_st: Floats
    """(m,) semitones about the clause's median; 0 where nothing is said."""
    loudness: Floats
    """(m,) against the clause's loudest stretch, 0..1."""
    speaking: Floats
    """(m,) 1 where something is said, 0 in pauses, smooth between."""
    pace: float
    """Against `USUAL_PACE`; 1 is usual, 2 twice as fast."""
    final_rise_st: float
    """How far the tone goes up over the last third of a second that is said; may be negative."""
    phrase_ends_s: tuple[float, ...]
    """When something said ends in a pause, or in the end."""


def prosody_of(speech: Speech) -> Prosody:
    """Measure a clause. One without phones or without a voice is flat."""
    count = max(2, round(speech.duration_s * RATE_HZ) + 1)
    times = np.arange(count) / RATE_HZ
    spoken = [p for p in speech.phones if p.name != PAUSE]
    speaking = np.zeros(count)
    for phone in spoken:
        inside = (times >= phone.start_s - 0.01) & (times < phone.end_s + 0.01)
        speaking[inside] = 1.0
    speaking = smoothed(speaking, 0.12)
    pitch = _pitch(speech, times)
    return Prosody(
        pitch_st=smoothed(pitch, 0.06) * speaking,
        loudness=_loudness(speech, count),
        speaking=speaking,
        pace=pace_of(spoken),
        final_rise_st=_final_rise(pitch, times, spoken),
        phrase_ends_s=_phrase_ends(speech),
    )


def pace_of(phones: list[Phone]) -> float:
    """Vowels a second of speaking time, against `USUAL_PACE`; 1 where there is nothing to count."""
    said_s = sum(p.end_s - p.start_s for p in phones)
    vowels = sum(p.name in VOWELS for p in phones)
    if vowels < 2 or said_s <= 0:
        return 1.0
    return float(np.clip(vowels / said_s / USUAL_PACE, 0.3, 3.0))


def smoothed(values: Floats, sigma_s: float) -> Floats:
    """A Gaussian over time; the ends are held."""
    sigma = sigma_s * RATE_HZ
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(values, reach, mode="edge")
    return np.asarray(np.convolve(padded, kernel / kernel.sum(), "valid"))


def _thinned(speech: Speech) -> tuple[Floats, float]:
    """The sound at about 5 kHz, and its rate."""
    step = max(1, speech.rate_hz // _ANALYSED_HZ)
    whole = len(speech.samples) // step * step
    thin = np.nan_to_num(speech.samples[:whole]).reshape(-1, step).mean(axis=1, dtype=np.float64)
    return thin, speech.rate_hz / step


def _pitch(speech: Speech, times: Floats) -> Floats:
    """(m,) semitones about the median, drawn through the vowels; 0 without any voice (yet)."""
    if speech.coming is not None:
        return np.zeros(len(times))
    middles = np.concatenate(
        [
            times[(times >= p.start_s + 0.01) & (times <= p.end_s - 0.01)]
            for p in speech.phones
            if p.name in VOWELS
        ]
        or [np.zeros(0)]
    )
    if len(middles) < 2:
        return np.zeros(len(times))
    hz = _fundamental(speech, middles)
    voiced = np.isfinite(hz)
    if np.count_nonzero(voiced) < 2:
        return np.zeros(len(times))
    tone = 12 * np.log2(hz[voiced])
    tone -= np.median(tone)
    near = np.abs(tone) < _FAR_ST
    return np.asarray(np.interp(times, middles[voiced][near], tone[near]))


def _fundamental(speech: Speech, at_s: Floats) -> Floats:
    """(k,) pitch in hertz at moments of a clause; NaN where it is not voiced."""
    sound, rate = _thinned(speech)
    window = round(_WINDOW_S * rate)
    first, last = int(rate / _HIGHEST_HZ), int(rate / _LOWEST_HZ)
    if len(sound) < window + 1:
        return np.full(len(at_s), np.nan)
    starts = np.clip(np.round(at_s * rate).astype(int) - window // 2, 0, len(sound) - window)
    pieces = sound[starts[:, None] + np.arange(window)]
    pieces = (pieces - pieces.mean(axis=1, keepdims=True)) * _hann(window)
    likeness = _autocorrelation(pieces, last)
    likeness /= np.maximum(likeness[:, :1], 1e-12)
    likeness /= _autocorrelation(_hann(window)[None], last)[0] / np.sum(_hann(window) ** 2)
    lags = np.arange(first, last + 1)
    # Of a period and its double, which are alike, the shorter counts.
    worth = likeness[:, first : last + 1] - _OCTAVE_COST * np.log2(lags / first)
    best = np.clip(lags[np.argmax(worth, axis=1)], 1, last - 1)
    row = np.arange(len(best))
    before, top, after = (likeness[row, best + k] for k in (-1, 0, 1))
    bend = before - 2 * top + after
    shift = np.where(bend < -1e-9, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    return np.where(top > _VOICED, rate / (best + np.clip(shift, -0.5, 0.5)), np.nan)


@lru_cache(maxsize=8)
def _hann(size: int) -> Floats:
    window = np.hanning(size)
    window.setflags(write=False)
    return window


def _autocorrelation(pieces: Floats, last: int) -> Floats:
    """(k, last + 1): lags 0 .. `last` of each row."""
    size = 1 << int(np.ceil(np.log2(pieces.shape[1] + last + 1)))
    power = np.abs(np.fft.rfft(pieces, size, axis=1)) ** 2
    return np.asarray(np.fft.irfft(power, size, axis=1)[:, : last + 1])


def _loudness(speech: Speech, count: int) -> Floats:
    if speech.coming is not None:
        return np.zeros(count)
    step = speech.rate_hz / RATE_HZ
    edges = np.round(np.arange(count + 1) * step).astype(int)
    power = np.concatenate(
        [[0.0], np.cumsum(np.nan_to_num(speech.samples).astype(np.float64) ** 2)]
    )
    edges = np.clip(edges, 0, len(speech.samples))
    mean = np.diff(power[edges]) / np.maximum(np.diff(edges), 1)
    level = smoothed(np.sqrt(np.maximum(mean, 0.0)), 0.06)
    return np.asarray(level / (float(level.max()) or 1.0))


def _final_rise(pitch: Floats, times: Floats, spoken: list[Phone]) -> float:
    if not spoken:
        return 0.0
    end = spoken[-1].end_s
    inside = (times >= end - 0.35) & (times <= end)
    if np.count_nonzero(inside) < 3:
        return 0.0
    slope = float(np.polyfit(times[inside], pitch[inside], 1)[0])
    return slope * 0.35


def _phrase_ends(speech: Speech) -> tuple[float, ...]:
    ends = [
        before.end_s
        for before, pause in zip(speech.phones, speech.phones[1:], strict=False)
        if pause.name == PAUSE and before.name != PAUSE and pause.end_s - pause.start_s > 0.08
    ]
    spoken = [p.end_s for p in speech.phones if p.name != PAUSE]
    if spoken and (not ends or spoken[-1] > ends[-1] + 0.05):
        ends.append(spoken[-1])
    return tuple(ends)
