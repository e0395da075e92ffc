"""What a visitor says in `bench reaction`, and when each line was heard at the microphone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
AUDIBLE_DB = -45.0
WINDOW_S = 0.005
_ALIKE = 0.6
"""Correlation of loudness from which a line may be at a place."""
_SKIPPED = 0.5
"""What a line's likeness has to be worth: below it the line is better left out."""
_TRIED, _APART_MS = 12, 150
_GAINED_MS = 1500
"""How much later than in the file a line may come after the one before: the fake microphone of a
starved browser falls behind its own file by some seconds in a hundred."""
_LEFT = 0.4
"""Where less than this is left of the time between two lines, one of them is not that line."""
_SMOOTH_MS = 30
"""Loudness is compared this smooth, so that holes of 20 ms do not hide a line."""
_PINNED_MS, _PIN_WITHIN_MS = 400, 150
"""How much of a line's counting end is put in its place exactly, and how far from where it was."""


@dataclass(slots=True)
class Line:
    """One thing the visitor says."""

    text: str
    samples: NDArray[np.float32]
    file_s: float
    """Where it begins in the microphone's file."""
    interrupts: bool = False

    @property
    def voiced(self) -> tuple[float, float]:
        """First and last audible moment within the line, seconds."""
        loud = loud_s(self.samples, RATE_HZ, AUDIBLE_DB)
        return float(loud[0]), float(loud[-1]) + WINDOW_S


def located(lines: list[Line], microphone: list[tuple[float, bytes]]) -> list[float]:
    """When each line of the file began at the agent, by where its loudness is found.

    The end that counts is where it was heard, also when holes before it made the line longer: the
    beginning of an interruption, the last of a question. Not a number where a line is not found: a
    microphone that was starved has lost some of it.
    """
    starts = np.array([at for at, _ in microphone])
    chunks = [np.frombuffer(pcm, "<i2").astype(np.float32) / 32768 for _, pcm in microphone]
    begin = float(starts[0])
    heard = np.zeros(round((float(starts[-1]) - begin + 1) * RATE_HZ), np.float32)
    for at, chunk in zip(starts, chunks, strict=True):
        first = round((float(at) - begin) * RATE_HZ)
        part = heard[first : first + len(chunk)]
        part[:] = chunk[: len(part)]
    have, shapes = _loudness(heard), [_loudness(line.samples) for line in lines]
    smooth = _smooth(have)
    places = [_places(smooth, _smooth(shape)) for shape in shapes]
    found = in_order([round(line.file_s * 1000) for line in lines], places)
    return [
        float("nan") if at is None else begin + _pinned(have, shape, at, line.interrupts) / 1000
        for line, shape, at in zip(lines, shapes, found, strict=True)
    ]


def _loudness(samples: NDArray[np.float32]) -> NDArray[np.floating]:
    """At 1 kHz, its root: the browser's own processing changes the waveform and how loud it is, the
    first word most of all, but not when it is loud.
    """
    hop = RATE_HZ // 1000
    level = np.abs(samples[: len(samples) // hop * hop]).reshape(-1, hop).mean(1)
    loudness: NDArray[np.floating] = np.sqrt(level)
    return loudness


def _smooth(loudness: NDArray[np.floating]) -> NDArray[np.floating]:
    window = np.hanning(_SMOOTH_MS + 2)[1:-1]
    return np.convolve(loudness, window / window.sum(), "same")


def _pinned(
    have: NDArray[np.floating], shape: NDArray[np.floating], at: int, beginning: bool
) -> int:
    """Where the line begins if its beginning, or else its end, lies exactly: milliseconds."""
    first = 0 if beginning else max(0, len(shape) - _PINNED_MS)
    part = shape[first : first + _PINNED_MS]
    low = max(0, at + first - _PIN_WITHIN_MS)
    alike = _alike(have[low : at + first + len(part) + _PIN_WITHIN_MS], part)
    off = (low + np.arange(len(alike)) - at - first) / _PIN_WITHIN_MS
    return at if not len(alike) else low + int(np.argmax(alike - 0.5 * off**2)) - first


def _places(have: NDArray[np.floating], shape: NDArray[np.floating]) -> list[tuple[int, float]]:
    """Where in `have` it rises and falls like `shape`: (milliseconds, likeness), best first."""
    alike = _alike(have, shape)
    found: list[tuple[int, float]] = []
    while len(alike) and len(found) < _TRIED and alike[best := int(np.argmax(alike))] >= _ALIKE:
        found.append((best, float(alike[best])))
        alike[max(0, best - _APART_MS) : best + _APART_MS] = 0.0
    return found


def _alike(have: NDArray[np.floating], shape: NDArray[np.floating]) -> NDArray[np.floating]:
    """Correlation of `shape` with `have` from each of its places on where it fits."""
    if len(have) < len(shape):
        return np.empty(0)
    size, ones = 1 << (len(have) + len(shape)).bit_length(), np.ones(len(shape))

    def slid(track: NDArray[np.floating], over: NDArray[np.floating]) -> NDArray[np.floating]:
        product = np.fft.rfft(track, size) * np.conj(np.fft.rfft(over, size))
        return np.fft.irfft(product, size)[: len(have) - len(shape) + 1]

    spread = slid(have**2, ones) - slid(have, ones) ** 2 / len(shape)
    wanted = shape - shape.mean()
    alike: NDArray[np.floating] = slid(have, wanted) / np.sqrt(
        np.maximum(spread, 1e-9) * float(wanted @ wanted)
    )
    return alike


def in_order(
    file_ms: Sequence[int], places: Sequence[Sequence[tuple[int, float]]]
) -> list[int | None]:
    """One place for each line, or none, so that together they are most alike.

    `places`: (milliseconds, likeness) for each. They keep the order of the file; a starved
    microphone loses some time, and gains a little where it falls behind its file.
    """
    chains: list[tuple[float, list[tuple[int, int]]]] = []
    for line, tried in enumerate(places):
        for at, alike in tried:
            before = [
                (score, chain)
                for score, chain in chains
                if (last := chain[-1])[0] < line
                and _LEFT * (apart := file_ms[line] - file_ms[last[0]]) < at - last[1]
                and at - last[1] <= apart + _GAINED_MS
            ]
            score, chain = max(before, default=(0.0, list[tuple[int, int]]()), key=lambda c: c[0])
            chains.append((score + alike - _SKIPPED, [*chain, (line, at)]))
    whole = dict(max(chains, default=(0.0, []), key=lambda c: c[0])[1])
    return [whole.get(line) for line in range(len(places))]


def loud_s(samples: NDArray[np.float32], rate_hz: float, limit_db: float) -> NDArray[np.float64]:
    """When stretches of 5 ms begin that are louder than `limit_db`, seconds from the start.

    44.1 kHz has no whole number of samples in 5 ms: stretches begin where they really do.
    """
    count = int(len(samples) / rate_hz / WINDOW_S)
    starts = np.rint(np.arange(count) * WINDOW_S * rate_hz).astype(int)
    if not count:
        return np.empty(0)
    size = np.diff(np.append(starts, len(samples)))
    power = np.sqrt(np.add.reduceat(samples.astype(np.float64) ** 2, starts) / size)
    loud: NDArray[np.float64] = starts[20 * np.log10(power + 1e-9) > limit_db] / rate_hz
    return loud
