"""A microphone that is a file: any WAV, FLAC or OGG, at its own pace or flat out.

A file that is played once is read as it is heard, so that an hour of it takes no memory.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import numpy as np

from agent.core.clock import Clock
from agent.core.errors import BadInputError
from perception.audio import Channels, Sound, clean, resample
from perception.backends.sound_file_check import check_sound, opened, stretches
from perception.senses import SOUND_RATE_HZ, SoundChunk

CHUNK = 320
"""Samples in a chunk: 20 ms."""


def read_sound(path: Path) -> Sound:
    """The whole file as mono float32 at 16 kHz; channels are averaged.

    Raises `BadInputError` for what is missing, no sound, cut off, empty or not numbers.
    """
    samples, rate_hz = _samples(path)
    return resample(clean(samples.mean(axis=1)), rate_hz)


def read_channels(path: Path, channels: Sequence[int]) -> Channels:
    """(microphones, samples) float32 at 16 kHz: these channels of the file, from 0.

    Raises `BadInputError` as `read_sound`, and for a file with fewer channels.
    """
    samples, rate_hz = _samples(path)
    if max(channels) >= samples.shape[1]:
        raise BadInputError(
            f"{path}: has {samples.shape[1]} channels, and microphone.array names channel"
            f" {max(channels)} (the first is 0); record all microphones of the array"
        )
    return np.stack([resample(clean(samples[:, one]), rate_hz) for one in channels])


def _samples(path: Path) -> tuple[Channels, int]:
    """(samples, channels) as they are in the file, and their rate."""
    with opened(path) as file:
        rate_hz, promised = file.samplerate, file.frames
        samples: Channels = file.read(dtype="float32", always_2d=True)
    if len(samples) < promised:
        raise BadInputError(f"{path}: the file is cut off before its end; copy it again")
    if not np.isfinite(samples).all():
        raise BadInputError(f"{path}: holds values that are not numbers; record it again")
    return samples, rate_hz


class RecordedSound:
    """Plays a file into the agent. Without a clock it goes flat out, with times from 0."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        loop: bool = False,
        channels: Sequence[int] = (),
    ) -> None:
        """`channels`: those of an array; the first is what words are heard by."""
        self._path = path
        self._channels = tuple(channels)
        self._clock = clock
        self._loop = loop

    async def sound(self) -> AsyncIterator[SoundChunk]:
        """Yield 20 ms at a time; a chunk comes when its last sample would have been heard."""
        start = self._clock.now() if self._clock else 0.0
        sent = 0
        for samples, beside in self._parts():
            at = start + sent / SOUND_RATE_HZ
            if self._clock:
                await self._clock.sleep_until(at + samples.size / SOUND_RATE_HZ)
            yield SoundChunk(at=at, samples=samples, channels=beside)
            sent += samples.size

    def _parts(self) -> Iterator[tuple[Sound, Channels | None]]:
        """Chunks, and what the other microphones of an array heard meanwhile."""
        if not self._loop and not self._channels:
            first_only = check_sound(self._path).first_only
            yield from _chunks(stretches(self._path, first_only=first_only))
            return
        several = read_channels(self._path, self._channels) if self._channels else None
        samples = several[0] if several is not None else read_sound(self._path)
        while True:
            for i in range(0, samples.size, CHUNK):
                beside = None if several is None else several[:, i : i + CHUNK]
                yield samples[i : i + CHUNK], beside
            if not self._loop:
                return


def _chunks(sounds: Iterator[Sound]) -> Iterator[tuple[Sound, None]]:
    rest = np.zeros(0, np.float32)
    for sound in sounds:
        rest = np.concatenate([rest, sound])
        whole = rest.size // CHUNK * CHUNK
        for i in range(0, whole, CHUNK):
            yield rest[i : i + CHUNK], None
        rest = rest[whole:]
    if rest.size:
        yield rest, None
