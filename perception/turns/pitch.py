"""How the pitch of a voice ends: low at the end of a turn, held up before a pause. Pure.

People end turns low in their range and fall; where they only pause the pitch stays up, or level
(Gravano and Hirschberg, "Turn-taking cues in task-oriented dialogue", Computer Speech and Language
25, 2011). Everything is measured against the same voice a moment earlier, never as a pitch in Hz.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.audio import Sound
from perception.senses import SOUND_RATE_HZ

_LOOKS_BACK_S: Final = 4.0
_SIZE, _HOP = 640, 160
_SHORTEST, _LONGEST = SOUND_RATE_HZ // 400, SOUND_RATE_HZ // 65
"""Lags of pitches between 400 and 65 Hz, samples."""
_VOICED_FROM: Final = 0.55
_NEARLY: Final = 0.9
"""The shortest lag that repeats nearly as well as the best: longer ones may be octaves below."""
_LEAST_FRAMES: Final = 20
_END_FRAMES, _SLOPE_FRAMES = 14, 24
_QUIET: Final = 1e-3
STEEPEST_ST_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PitchEnd:
    """The last of a voice. Semitones, and semitones a second."""

    above_middle_st: float
    """Over the middle of the last seconds; negative where it ended lower."""
    above_floor_st: float
    """Over the lowest tenth of them."""
    slope_st_s: float
    """Of the last quarter of a second of voice."""


def pitch_end(sound: Sound) -> PitchEnd | None:
    """How the voice in `sound` (16 kHz, ends after the voice) ended; None: too little is voiced.

    About 5 ms of one core: for worker threads.
    """
    pitch = pitch_hz(sound[-round(_LOOKS_BACK_S * SOUND_RATE_HZ) :])
    at = np.flatnonzero(pitch)
    if at.size < _LEAST_FRAMES:
        return None
    semitones = 12.0 * np.log2(pitch[at] / 100.0)
    middle = float(np.median(semitones))
    semitones = middle + (semitones - middle + 6.0) % 12.0 - 6.0  # octaves mistaken
    end = float(np.median(semitones[at >= at[-1] - _END_FRAMES]))
    tail = at >= at[-1] - _SLOPE_FRAMES
    slope = float(np.polyfit(at[tail] / 100.0, semitones[tail], 1)[0]) if tail.sum() > 6 else 0.0
    return PitchEnd(
        above_middle_st=end - middle,
        above_floor_st=end - float(np.percentile(semitones, 10)),
        slope_st_s=float(np.clip(slope, -STEEPEST_ST_S, STEEPEST_ST_S)),
    )


def pitch_hz(sound: Sound) -> NDArray[np.float64]:
    """(n,): the pitch every 10 ms, Hz; 0 where nothing repeats or it is too quiet.

    By normalised autocorrelation: Boersma, "Accurate short-term analysis of the fundamental
    frequency", Proc. IFA 17, 1993; without his search for the best path.
    """
    if sound.size < _SIZE:
        return np.zeros(0)
    pieces = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), _SIZE)[::_HOP]
    pieces = pieces - pieces.mean(axis=1, keepdims=True)
    window = np.hanning(_SIZE)
    likeness = _autocorrelation(pieces * window)
    own = _autocorrelation(window[None])[0]
    likeness /= np.maximum(likeness[:, :1], 1e-9) * (own / own[0])
    part = likeness[:, _SHORTEST:_LONGEST]
    best = part.max(axis=1)
    lag = _peak(part, np.argmax(part >= _NEARLY * best[:, None], axis=1))
    power = (pieces**2).mean(axis=1)
    voiced = (best > _VOICED_FROM) & (power > _QUIET * np.percentile(power, 95))
    found: NDArray[np.float64] = np.where(voiced, SOUND_RATE_HZ / (lag + _SHORTEST), 0.0)
    return found


def _autocorrelation(pieces: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.abs(np.fft.rfft(pieces, 2048)) ** 2
    whole: NDArray[np.float64] = np.fft.irfft(spectrum)[:, : _LONGEST + 1]
    return whole


def _peak(part: NDArray[np.float64], lag: NDArray[np.intp]) -> NDArray[np.intp]:
    """Uphill from `lag` in each row."""
    rows = np.arange(len(part))
    for _ in range(_LONGEST - _SHORTEST):
        on = np.minimum(lag + 1, part.shape[1] - 1)
        climbs = part[rows, on] > part[rows, lag]
        if not climbs.any():
            break
        lag = np.where(climbs, on, lag)
    return lag
