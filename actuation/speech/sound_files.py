"""Reads a recording: wav, flac, ogg, mp3 and whatever else the installed libraries know."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BadInputError

LONGEST_S: Final = 3600.0
_HIGHEST_HZ: Final = 48_000


def read_sound(path: Path) -> tuple[NDArray[np.float32], int]:
    """(n,) mono in [-1, 1] and its rate; above 48 kHz brought down to that.

    Raises `BadInputError` when there is no such file, no sound in it, or over an hour.
    """
    if not path.is_file():
        raise BadInputError(f"{path}: no such file")
    read = _by_soundfile(path)
    if read is None:
        read = _by_av(path)
    if read is None or not len(read[0]):
        raise BadInputError(f"{path}: no sound in it; give wav, flac, ogg or mp3")
    samples, rate_hz = read
    if len(samples) / rate_hz > LONGEST_S:
        raise BadInputError(f"{path}: {len(samples) / rate_hz / 60:.0f} minutes; at most 60")
    if not np.isfinite(samples).all():
        raise BadInputError(f"{path}: samples that are no numbers; convert it to 16-bit wav")
    if rate_hz > _HIGHEST_HZ:
        from scipy.signal import resample_poly

        shared = int(np.gcd(rate_hz, _HIGHEST_HZ))
        samples = resample_poly(samples, _HIGHEST_HZ // shared, rate_hz // shared)
        rate_hz = _HIGHEST_HZ
    return np.asarray(samples, np.float32), rate_hz


def _by_soundfile(path: Path) -> tuple[NDArray[np.float32], int] | None:
    import soundfile

    try:
        samples, rate_hz = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError):
        return None
    return samples.mean(axis=1), int(rate_hz)


def _by_av(path: Path) -> tuple[NDArray[np.float32], int] | None:
    import av

    pieces: list[NDArray[np.float32]] = []
    rate_hz = 0
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return None
            resampler = av.AudioResampler(format="flt", layout="mono")
            for frame in container.decode(audio=0):
                rate_hz = frame.sample_rate
                pieces += [each.to_ndarray().reshape(-1) for each in resampler.resample(frame)]
    except (av.FFmpegError, ValueError):
        return None
    return (np.concatenate(pieces), rate_hz) if pieces else None
