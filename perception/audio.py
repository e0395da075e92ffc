"""Plain arithmetic on sound: rates, levels, cleaning, and cutting without losing the time.

Pure, except that scipy is imported when a rate first has to change. Times are seconds on the
agent's axis and belong to the first sample of what they stand beside.
"""

import math
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perception.senses import SOUND_RATE_HZ, SoundChunk

Sound = NDArray[np.float32]
Channels = NDArray[np.float32]
"""(microphones, samples)."""
FRAME = 512
"""Samples in a frame for the voice detector: 32 ms."""
FRAME_S = FRAME / SOUND_RATE_HZ
SILENCE_DB = -120.0
_JUMP_S = 0.1
"""Chunks whose times are farther apart than this are not one stretch of sound."""


def clean(samples: ArrayLike) -> Sound:
    """Any sound as mono float32 in [-1, 1].

    Whole numbers are scaled by their type, channels (the shorter axis) are averaged, what is not
    a number becomes silence, and what is too loud is clipped. Empty stays empty.
    """
    given = np.asarray(samples)
    if given.dtype.kind in "iu":
        span = np.iinfo(given.dtype)
        middle = 0.0 if given.dtype.kind == "i" else (span.max + 1) / 2
        sound = (given.astype(np.float32) - middle) / (span.max - middle)
    elif given.dtype.kind == "f":
        sound = given.astype(np.float32)
    else:
        return np.zeros(0, np.float32)
    sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
    if sound.ndim > 1:
        sound = sound.reshape(sound.shape[0], -1)
        sound = sound.mean(axis=int(np.argmin(sound.shape)), dtype=np.float32)
    return _within(np.atleast_1d(sound))


def _within(samples: NDArray[np.floating[Any]]) -> Sound:
    limited: Sound = np.clip(samples, -1.0, 1.0).astype(np.float32)
    return limited


def level_db(samples: Sound) -> float:
    """Root mean square over full scale, decibels, -120..0."""
    if samples.size == 0:
        return SILENCE_DB
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(SILENCE_DB, min(0.0, 10 * math.log10(power))) if power > 0 else SILENCE_DB


def clipped_share(samples: Sound) -> float:
    """How much of it is at the stops, 0..1: more than a few percent and the gain is too high."""
    return float(np.mean(np.abs(samples) >= 0.999)) if samples.size else 0.0


def resample(samples: Sound, rate_hz: int) -> Sound:
    """A whole sound at `SOUND_RATE_HZ`. For a stream, use `Resampler`."""
    if rate_hz == SOUND_RATE_HZ or samples.size == 0:
        return samples
    from scipy.signal import resample_poly

    shared = math.gcd(rate_hz, SOUND_RATE_HZ)
    out = resample_poly(samples, SOUND_RATE_HZ // shared, rate_hz // shared)
    return _within(out)


class Resampler:
    """Changes the rate of a stream chunk by chunk, without seams.

    Holds back the few milliseconds whose filter still lacks its future; what it has given out,
    joined, equals `resample` of the whole.
    """

    def __init__(self, rate_hz: int) -> None:
        shared = math.gcd(rate_hz, SOUND_RATE_HZ)
        self.rate_hz = rate_hz
        self._up, self._down = SOUND_RATE_HZ // shared, rate_hz // shared
        reach = 10 * max(self._up, self._down) / self._up + 1
        self._past = self._down * math.ceil(reach / self._down)
        self._held = np.zeros(0, np.float32)
        self._start = 0
        self._given = 0

    @property
    def held_s(self) -> float:
        """Sound taken in and not yet given out, seconds."""
        taken = (self._start + self._held.size) / self.rate_hz
        return taken - self._given / SOUND_RATE_HZ

    def push(self, samples: Sound) -> Sound:
        """The next stretch at `SOUND_RATE_HZ`; may be shorter or empty."""
        if self._up == self._down:
            return samples
        self._held = np.concatenate([self._held, samples])
        safe = (self._start + self._held.size - self._past) * self._up // self._down
        if safe <= self._given:
            return np.zeros(0, np.float32)
        whole = resample(self._held, self.rate_hz)
        first = self._start * self._up // self._down
        out = whole[self._given - first : safe - first]
        self._given = safe
        spent = self._given * self._down // self._up - self._past - self._start
        drop = max(0, spent // self._down * self._down)
        self._held, self._start = self._held[drop:], self._start + drop
        return out


class LevelFilter:
    """Takes a constant offset and rumble out of a stream: a one-pole high-pass at 20 Hz."""

    def __init__(self) -> None:
        self._offset = 0.0

    def push(self, samples: Sound) -> Sound:
        """`samples` about zero. The offset follows slowly and is constant within a chunk."""
        if samples.size == 0:
            return samples
        weight = min(1.0, samples.size / SOUND_RATE_HZ / 0.5)
        self._offset += weight * (float(samples.mean()) - self._offset)
        return _within(samples - np.float32(self._offset))


def beside(rest: Channels | None, size: int, more: Channels | None) -> Channels | None:
    """`more` channels behind those of a rest of `size` samples; None where they do not fit."""
    if more is None:
        return None
    if size == 0:
        return more
    if rest is None or len(rest) != len(more):
        # The rest was heard by one microphone: its part of the others is silence.
        rest = np.zeros((len(more), size), np.float32)
    return np.concatenate([rest, more], axis=1)


class Framer:
    """Cuts chunks of any length into frames of `FRAME` samples whose times stay exact.

    After a gap or a jump of the clock the unfinished frame is dropped and time starts anew.
    """

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._channels: Channels | None = None
        self._at = 0.0

    def push(self, chunk: SoundChunk) -> list[SoundChunk]:
        """The frames that `chunk` completes, oldest first; with channels where all of it has."""
        expected = self._at + self._rest.size / SOUND_RATE_HZ
        if self._rest.size and abs(chunk.at - expected) > _JUMP_S:
            self._rest, self._channels = self._rest[:0], None
        at = chunk.at - self._rest.size / SOUND_RATE_HZ
        channels = beside(self._channels, self._rest.size, chunk.channels)
        sound = np.concatenate([self._rest, chunk.samples])
        whole = sound.size // FRAME
        frames = []
        for i in range(whole):
            part = slice(i * FRAME, (i + 1) * FRAME)
            several = None if channels is None else channels[:, part]
            frames.append(SoundChunk(at=at + i * FRAME_S, samples=sound[part], channels=several))
        self._rest, self._at = sound[whole * FRAME :], at + whole * FRAME_S
        self._channels = None if channels is None else channels[:, whole * FRAME :]
        return frames


class RecentSound:
    """The last few seconds, so that a word's first consonant is not lost to its detection."""

    def __init__(self, keep_s: float) -> None:
        self._keep_s = keep_s
        self._chunks: deque[SoundChunk] = deque()

    def add(self, chunk: SoundChunk) -> None:
        """Remember `chunk` and forget what is older than `keep_s` before its end."""
        if self._chunks and abs(chunk.at - _end(self._chunks[-1])) > _JUMP_S:
            self._chunks.clear()
        self._chunks.append(chunk)
        while _end(self._chunks[0]) < _end(chunk) - self._keep_s:
            self._chunks.popleft()

    def since(self, at: float) -> Sound:
        """All remembered samples from `at` on, at the most."""
        parts = [
            c.samples[max(0, round((at - c.at) * SOUND_RATE_HZ)) :]
            for c in self._chunks
            if _end(c) > at
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _end(chunk: SoundChunk) -> float:
    return chunk.at + chunk.samples.size / SOUND_RATE_HZ
