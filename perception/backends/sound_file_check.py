"""What is wrong with a sound file as a whole, told with its cure. Reads it in pieces, so that an
hour takes no more memory than a second.

Refused is what cannot be heard at all; what can be heard badly is told, and heard.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from agent.core.errors import BadInputError
from perception.audio import SILENCE_DB, Channels, Resampler, Sound, clean
from perception.senses import SOUND_RATE_HZ

LONGEST_S: Final = 4 * 3600.0
_BLOCK_S: Final = 1.0
_CLIPPED: Final = 0.002
"""A voice has pauses: of a whole recording less is at the stops than of the voice itself."""
_OFFSET: Final = 0.03
_HUSH_DB: Final = -75.0
_QUIET_DB: Final = -50.0
_UNSCALED_DB: Final = 12.0
"""No sound within full scale is louder than 0 dB."""
_LOWEST_HZ: Final = 4000
"""A voice at a lower rate is none any more."""
_CANCEL_DB: Final = 12.0
"""Channels whose sum is so much quieter than they are stand against each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFacts:
    """A whole file in a few numbers."""

    seconds: float
    rate_hz: int
    channels: int
    level_db: float
    """Of the loudest second, about its middle."""
    offset: float
    """Mean of all, of full scale."""
    clipped: float
    """Share of samples at the stops."""
    first_only: bool = False
    """The channels cancel each other: the first is heard alone."""

    def troubles(self) -> tuple[str, ...]:
        """What to tell a person, with the cure; empty: nothing is wrong."""
        if self.level_db > _UNSCALED_DB:
            return (
                f"its loudest second is {self.level_db:.0f} dB over full scale, so only noise is"
                " left of it: it holds whole numbers that were saved as floating-point ones; save"
                " it anew as 16 bit, or divide it by 32768",
            )
        told = []
        if self.level_db <= SILENCE_DB:
            told.append(
                "the file holds nothing but one value: the microphone was muted or not connected;"
                " look at the recorder's level while somebody speaks, and record it again"
            )
        elif self.level_db < _HUSH_DB:
            told.append(
                f"the loudest second is at {self.level_db:.0f} dB, which is silence; turn the gain"
                " up, or see that the right microphone was recorded"
            )
        elif self.level_db < _QUIET_DB:
            told.append(
                f"the loudest second is at {self.level_db:.0f} dB, too quiet to be understood well;"
                " turn the gain up, or bring the microphone nearer"
            )
        if self.clipped > _CLIPPED:
            told.append(
                f"{self.clipped:.1%} of it is cut off at the stops, and words suffer; turn the"
                " microphone's gain down and record it again"
            )
        if abs(self.offset) > _OFFSET:
            told.append(
                f"it is off its middle by {self.offset:.2f} of full scale, which is taken out; try"
                " another socket or cable"
            )
        if self.rate_hz < SOUND_RATE_HZ:
            told.append(
                f"it was recorded at {self.rate_hz} Hz and holds nothing above"
                f" {self.rate_hz / 2000:g} kHz, so words are heard worse; record at 16000 Hz or"
                " more"
            )
        if self.first_only:
            told.append(
                "its channels cancel each other, as where one cable is the wrong way round; only"
                " the first is heard"
            )
        return tuple(told)


def check_sound(path: Path) -> SoundFacts:
    """Read it once through. Raises `BadInputError` for what is missing, no sound, cut off, empty
    or not numbers, with the file, the place and the cure."""
    total, clipped, count, loudest, mixed = 0.0, 0, 0, 0.0, 0.0
    with opened(path) as file:
        rate_hz, channels = file.samplerate, file.channels
        for block in _blocks(file, path):
            total += float(block.sum(dtype=np.float64)) / channels
            clipped += int((np.abs(block) >= 0.999).sum())
            middle = block - block.mean(axis=0)
            loudest = max(loudest, float(np.square(middle).mean(axis=0).max()))
            mixed = max(mixed, float(np.square(middle.mean(axis=1)).mean()))
            count += len(block)
    level = 10 * math.log10(loudest) if loudest > 1e-12 else SILENCE_DB
    cancels = channels > 1 and loudest > 1e-8 and mixed < loudest / 10 ** (_CANCEL_DB / 10)
    return SoundFacts(
        seconds=count / rate_hz,
        rate_hz=rate_hz,
        channels=channels,
        level_db=max(level, SILENCE_DB),
        offset=total / max(1, count),
        clipped=clipped / max(1, count * channels),
        first_only=cancels,
    )


def stretches(path: Path, *, first_only: bool = False) -> Iterator[Sound]:
    """The file as mono sound at `SOUND_RATE_HZ`, about a second at a time; together the whole."""
    with opened(path) as file:
        resampler, taken, given = Resampler(file.samplerate), 0, 0
        wanted = math.ceil(file.frames * SOUND_RATE_HZ / file.samplerate)
        for block in _blocks(file, path):
            mono = block[:, 0] if first_only else block.mean(axis=1)
            taken += len(block)
            out = resampler.push(clean(mono))
            given += out.size
            yield out
        rest = np.zeros(file.samplerate, np.float32)
        yield resampler.push(rest)[: max(0, wanted - given)] if given < wanted else rest[:0]


def opened(path: Path) -> soundfile.SoundFile:
    """The file, ready to be read. Raises `BadInputError` as `check_sound`."""
    if path.is_dir():
        raise BadInputError(f"{path}: this is a folder; name a sound file in it")
    if not path.is_file():
        raise BadInputError(f"{path}: there is no such sound file")
    if path.stat().st_size == 0:
        raise BadInputError(f"{path}: the file is empty; record it again")
    try:
        file = soundfile.SoundFile(path)
    except soundfile.SoundFileError as fault:
        because = _because(str(fault))
        raise BadInputError(
            f"{path}: not a sound file that can be read{because}; use WAV, FLAC or OGG"
        ) from None
    if file.samplerate < _LOWEST_HZ:
        rate_hz = file.samplerate
        file.close()
        raise BadInputError(
            f"{path}: says that it is at {rate_hz} Hz, at which no voice is left; record it at"
            " 16000 Hz or more, or have its header put right"
        )
    if not 0 < file.frames / file.samplerate < LONGEST_S:
        file.close()
        raise BadInputError(f"{path}: holds no sound, or more than four hours of it")
    if _cut_short(path):
        file.close()
        raise BadInputError(f"{path}: the file is cut off before its end; copy it again")
    return file


def _blocks(file: soundfile.SoundFile, path: Path) -> Iterator[Channels]:
    """(samples, channels), about a second each."""
    read = 0
    size = max(1, round(_BLOCK_S * file.samplerate))
    while read < file.frames:
        try:
            block = file.read(size, dtype="float32", always_2d=True)
        except soundfile.SoundFileError:
            block = np.zeros((0, file.channels), np.float32)
        if not len(block):
            raise BadInputError(f"{path}: the file is cut off before its end; copy it again")
        if not np.isfinite(block).all():
            at = (read + int(np.argwhere(~np.isfinite(block))[0][0])) / file.samplerate
            raise BadInputError(
                f"{path}: holds values that are not numbers, the first at {at:.2f} s; record it"
                " again, or have it saved anew with whole numbers (16 bit)"
            )
        read += len(block)
        yield block


def _because(fault: str) -> str:
    """The library's own reason without the path; of a broken MP3 it says that there is no file."""
    reason = fault.rpartition("': ")[2].rstrip(". ")
    return "" if not reason or "does not exist" in reason else f" ({reason})"


def _cut_short(path: Path) -> bool:
    """A WAV whose own header promises more bytes than the file has."""
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return False
    promised = int.from_bytes(head[4:8], "little") + 8
    return promised < 0xFFFFFF00 and path.stat().st_size < promised - 1
