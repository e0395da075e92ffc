"""A microphone that is a file: any WAV, FLAC or OGG, at its own pace or flat out."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from agent.core.clock import Clock
from agent.core.errors import BadInputError
from perception.audio import Channels, Sound, clean, resample
from perception.senses import SOUND_RATE_HZ, SoundChunk

CHUNK = 320
"""Samples in a chunk: 20 ms."""
_LONGEST_S = 4 * 3600.0


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
    if not path.is_file():
        raise BadInputError(f"{path}: there is no such sound file")
    if path.stat().st_size == 0:
        raise BadInputError(f"{path}: the file is empty; record it again")
    try:
        with soundfile.SoundFile(path) as file:
            rate_hz, promised = file.samplerate, file.frames
            if not 0 < promised / rate_hz < _LONGEST_S:
                raise BadInputError(f"{path}: holds no sound, or more than four hours of it")
            samples = file.read(dtype="float32", always_2d=True)
    except soundfile.SoundFileError as fault:
        raise BadInputError(
            f"{path}: not a sound file that can be read ({fault}); use WAV, FLAC or OGG"
        ) from None
    if len(samples) < promised or _cut_short(path):
        raise BadInputError(f"{path}: the file is cut off before its end; copy it again")
    if not np.isfinite(samples).all():
        raise BadInputError(f"{path}: holds values that are not numbers; record it again")
    return samples, rate_hz


def _cut_short(path: Path) -> bool:
    """A WAV whose own header promises more bytes than the file has."""
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return False
    promised = int.from_bytes(head[4:8], "little") + 8
    return promised < 0xFFFFFF00 and path.stat().st_size < promised - 1


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
        several = read_channels(self._path, self._channels) if self._channels else None
        samples = several[0] if several is not None else read_sound(self._path)
        start = self._clock.now() if self._clock else 0.0
        sent = 0
        while True:
            for i in range(0, samples.size, CHUNK):
                part = samples[i : i + CHUNK]
                at = start + (sent + i) / SOUND_RATE_HZ
                if self._clock:
                    await self._clock.sleep_until(at + part.size / SOUND_RATE_HZ)
                beside = None if several is None else several[:, i : i + CHUNK]
                yield SoundChunk(at=at, samples=part, channels=beside)
            sent += samples.size
            if not self._loop:
                return
