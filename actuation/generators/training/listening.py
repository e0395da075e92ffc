"""What training hears: stretches of the corpus, spoiled as rooms, microphones and lines do.

Faster and slower by up to a fifth (which moves pitch and formants along), rooms, coloured noise,
other voices, loudness, narrow lines, muffled microphones, and now and then no voice at all.
Deterministic by its generator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from actuation.generators.learned_network import BEHIND, LOOKS
from actuation.generators.learned_sound import BANDS, HEARD_HZ, RATE_HZ, WINDOW, bands
from actuation.generators.training.corpus import TAUGHT_HZ, Taught

Floats = NDArray[np.float32]
_SILENT_SHARE: Final = 0.06


@dataclass(frozen=True, slots=True)
class Heard:
    """One stretch as the network gets it, and what it should say."""

    looks: Floats
    """(steps, LOOKS * BANDS)"""
    mouth: Floats
    """(2 steps, MOUTH); the first `2 * BEHIND` frames are before the stretch and do not count."""
    sounds: NDArray[np.int64]
    """(2 steps,)"""
    accents: Floats
    """(2 steps, 2)"""


def stretch(
    corpus: Sequence[Taught], rng: np.random.Generator, steps: int, *, spoil: bool = True
) -> Heard:
    """`steps` steps of the corpus, sentences joined at random."""
    speed = _speed(rng) if spoil else 1.0
    source = _joined(corpus, rng, (steps + 1) / 30 * speed + 0.1)
    if spoil and rng.random() < _SILENT_SHARE:
        source = _Source(
            source.samples * 0, source.mouth * 0, source.sounds * 0, source.accents * 0
        )
    return _heard(source, speed, steps, corpus if spoil else (), rng)


def sentence(
    one: Taught, corpus: Sequence[Taught], rng: np.random.Generator, *, spoil: bool = True
) -> Heard:
    """One whole sentence, its silence included."""
    speed = _speed(rng) if spoil else 1.0
    rows = len(one.mouth) // 3 * 3
    samples = one.samples[: rows * 400 // 3].astype(np.float32) / 32768
    source = _Source(
        np.asarray(np.pad(samples, (0, rows * 400 // 3 - len(samples))), np.float32),
        one.mouth[:rows].astype(np.float32),
        one.sounds[:rows].astype(np.int64),
        one.accents[:rows].astype(np.float32),
    )
    steps = int(rows / TAUGHT_HZ / speed * 30) + BEHIND
    return _heard(source, speed, steps, corpus if spoil else (), rng)


def _speed(rng: np.random.Generator) -> float:
    return float(np.clip(np.exp(rng.normal(0.0, 0.09)), 0.8, 1.25))


def _heard(
    source: "_Source",
    speed: float,
    steps: int,
    corpus: Sequence[Taught],
    rng: np.random.Generator,
) -> Heard:
    """The sound as heard at another speed; spoiled where there is a `corpus` to spoil with."""
    at = np.arange(round((steps + 1) / 30 * RATE_HZ)) * speed
    there = np.arange(len(source.samples))
    samples = np.interp(at, there, source.samples, right=0.0).astype(np.float32)
    if corpus:
        samples = spoiled(samples, corpus, rng)
    looks = looks_of(samples, steps)
    if corpus:
        looks = recoloured(looks, rng)
    times = (np.arange(2 * steps) / 60 - BEHIND / 30) * speed * TAUGHT_HZ
    last = len(source.mouth) - 1
    nearest = np.clip(np.round(times), 0, last).astype(np.int64)
    low = np.clip(np.floor(times), 0, last - 1).astype(np.int64)
    part = np.clip(times - low, 0, 1)[:, None].astype(np.float32)
    between = source.mouth[low] * (1 - part) + source.mouth[low + 1] * part
    return Heard(
        looks.reshape(steps, LOOKS * BANDS),
        between,
        source.sounds[nearest],
        source.accents[nearest],
    )


def looks_of(samples: Floats, steps: int) -> Floats:
    """(LOOKS * steps, BANDS) looks from three before the first sample on."""
    padded = np.pad(samples, (RATE_HZ // 20, RATE_HZ // 20))
    centres = np.arange(1 - LOOKS, LOOKS * steps + 1 - LOOKS) * 400 // 3 + RATE_HZ // 20
    centres = np.minimum(centres, len(padded) - WINDOW // 2)
    return bands(padded[(centres - WINDOW // 2)[:, None] + np.arange(WINDOW)])


@dataclass(frozen=True, slots=True)
class _Source:
    samples: Floats
    mouth: Floats
    sounds: NDArray[np.int64]
    accents: Floats


def _joined(corpus: Sequence[Taught], rng: np.random.Generator, length_s: float) -> _Source:
    """Sentences one after the other, from somewhere in the first on. Cut on the teacher's grid."""
    pieces: list[_Source] = []
    have = 0.0
    while have < length_s:
        one = corpus[int(rng.integers(len(corpus)))]
        whole = len(one.mouth)
        first = int(rng.integers(max(1, whole - 60))) // 3 * 3 if not pieces else 0
        # Three looks of the teacher are 400 samples.
        count = (whole - first) // 3 * 3
        a, b = first * 400 // 3, (first + count) * 400 // 3
        samples = one.samples[a:b].astype(np.float32) * np.float32(1 / 32768)
        samples = np.asarray(np.pad(samples, (0, b - a - len(samples))), np.float32)
        rows = slice(first, first + count)
        pieces.append(
            _Source(
                samples,
                one.mouth[rows].astype(np.float32),
                one.sounds[rows].astype(np.int64),
                one.accents[rows].astype(np.float32),
            )
        )
        have += count / TAUGHT_HZ
    return _Source(
        np.concatenate([p.samples for p in pieces]).astype(np.float32),
        np.concatenate([p.mouth for p in pieces]),
        np.concatenate([p.sounds for p in pieces]),
        np.concatenate([p.accents for p in pieces]),
    )


def spoiled(samples: Floats, corpus: Sequence[Taught], rng: np.random.Generator) -> Floats:
    """A room, other voices, noise and loudness over clean sound."""
    if rng.random() < 0.5:
        samples = _in_a_room(samples, rng)
    if rng.random() < 0.75:
        samples = samples + _noise(len(samples), rng) * _level(rng, -72, -34)
    if rng.random() < 0.15:
        other = corpus[int(rng.integers(len(corpus)))].samples.astype(np.float32)
        samples = samples + np.resize(other, len(samples)) * np.float32(
            _level(rng, -32, -18) / 32768
        )
    gain = float(10 ** (np.clip(rng.normal(0, 6), -20, 12) / 20))
    if rng.random() < 0.05:
        gain *= 4
    return np.asarray(np.clip(samples * gain, -1, 1), np.float32)


def _level(rng: np.random.Generator, low_db: float, high_db: float) -> float:
    return float(10 ** (rng.uniform(low_db, high_db) / 20))


def _in_a_room(samples: Floats, rng: np.random.Generator) -> Floats:
    """Direct sound first, then a tail of noise that falls by 60 dB in 0.1 to 0.7 s."""
    rings_s = float(rng.uniform(0.1, 0.7))
    count = round(min(rings_s, 0.5) * RATE_HZ)
    tail = rng.normal(0, 1, count) * 10 ** (-3 * np.arange(count) / RATE_HZ / rings_s)
    tail[: round(0.002 * RATE_HZ)] = 0
    tail *= _level(rng, -14, -1) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return np.asarray(fftconvolve(samples, tail.astype(np.float32))[: len(samples)], np.float32)


def _noise(count: int, rng: np.random.Generator) -> Floats:
    """Noise of one of many colours, root mean square about 1, sometimes with a hum."""
    stock = _stock()
    kind, first = int(rng.integers(len(stock))), int(rng.integers(stock.shape[1]))
    return np.resize(np.roll(stock[kind], -first), count)


@cache
def _stock() -> Floats:
    """(kinds, samples): eight seconds of each kind."""
    rng = np.random.default_rng(5)
    size = 8 * RATE_HZ
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    kinds = []
    for i in range(24):
        fall = rng.uniform(-0.3, 1.3)
        spectrum = np.fft.rfft(rng.standard_normal(size).astype(np.float32))
        made = np.fft.irfft(spectrum / np.maximum(hz, 40) ** fall, size)
        made /= np.sqrt(np.mean(made**2))
        if i % 5 == 0:
            turns = 2 * np.pi * (50.0 if i % 2 else 60.0) * np.arange(size) / RATE_HZ
            made += sum(np.sin(k * turns) * rng.uniform(0, 1) for k in (1, 2, 3, 5))
        kinds.append(made.astype(np.float32))
    return np.stack(kinds)


def recoloured(looks: Floats, rng: np.random.Generator) -> Floats:
    """Another microphone, a narrow line, some bands gone. Works on bands, 0.2 a factor of e."""
    places = np.linspace(0, 1, 5)
    curve = np.interp(np.linspace(0, 1, BANDS), places, rng.normal(0, 0.12, 5))
    looks = looks + curve.astype(np.float32)
    if rng.random() < 0.5:
        # Another throat: everything a little higher or lower.
        places = np.clip(np.arange(BANDS) + rng.uniform(-2.5, 2.5), 0, BANDS - 1)
        below = np.minimum(places.astype(np.int64), BANDS - 2)
        share = (places - below).astype(np.float32)
        looks = looks[:, below] * (1 - share) + looks[:, below + 1] * share
    lowest = np.float32(np.log(1e-7) / 5 + 1.6)
    if rng.random() < 0.25:
        top = int(rng.integers(38, BANDS))
        looks[:, top:] = lowest + (looks[:, top:] - lowest) * np.float32(0.05)
    if rng.random() < 0.15:
        looks[:, : int(rng.integers(1, 7))] = lowest
    if rng.random() < 0.3:
        first, count = int(rng.integers(BANDS)), int(rng.integers(2, 8))
        looks[:, first : first + count] = looks[:, first : first + count].mean()
    return np.asarray(np.maximum(looks, lowest), np.float32)


assert HEARD_HZ == TAUGHT_HZ
