"""What the learned face hears: any sound as loudness in 64 bands, 120 times a second. Pure, numpy.

Made stretch by stretch; stretches joined equal the whole, because every value is worked out from
the same samples whatever the stretches were.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.speech.resampling import VoiceResampler
from agent.core.errors import BadInputError

Sound = NDArray[np.float32]
Bands = NDArray[np.float32]

RATE_HZ: Final = 16_000
HEARD_HZ: Final = 120
BANDS: Final = 64
WINDOW: Final = 320
"""Samples of one look: 20 ms, its middle at the moment it stands for."""
BEFORE: Final = 3
"""Looks before the first sample."""
GROUP: Final = 4
"""Looks that are worked out together."""
_SIZE: Final = 512
_LOW_HZ, _HIGH_HZ = 60.0, 7_800.0
FLOOR: Final = 1e-7
"""Power that is silence."""
LOWEST_HZ, HIGHEST_HZ = 8_000, 48_000
_PIECE_S: Final = 1.0
_LOUDEST: Final = 64.0
"""Samples beyond this are no sound in [-1, 1] gone a little over; they are an error."""


def checked(samples: object, rate_hz: int) -> Sound:
    """Samples as (n,) float32, or `BadInputError`: what, where, and the cure."""
    if not (isinstance(rate_hz, int | np.integer) and LOWEST_HZ <= rate_hz <= HIGHEST_HZ):
        raise BadInputError(
            f"sound: a rate of {rate_hz} Hz; the face hears {LOWEST_HZ} to {HIGHEST_HZ} Hz, "
            "so resample it"
        )
    try:
        sound = np.asarray(samples, np.float32)
    except (TypeError, ValueError):
        raise BadInputError("sound: no numbers; give float32 samples in [-1, 1]") from None
    if sound.ndim != 1:
        raise BadInputError(
            f"sound: of shape {sound.shape}; give one channel, (n,), such as the mean of all"
        )
    wrong = ~np.isfinite(sound)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise BadInputError(
            f"sound: {sound[first]} at sample {first} ({first / rate_hz:.3f} s), "
            f"{int(wrong.sum())} such in all; repair the source, or put 0 there"
        )
    if len(sound) and float(np.abs(sound).max()) > _LOUDEST:
        raise BadInputError(
            f"sound: samples up to {np.abs(sound).max():.0f}; divide 16-bit samples by 32768"
        )
    return np.clip(sound, -1.0, 1.0)


class Hearing:
    """Sound in, looks at it out. One a sound."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._resampler = VoiceResampler(rate_hz, RATE_HZ)
        self._held = np.zeros(BEFORE * 134 + WINDOW // 2, np.float32)
        """At 16 kHz, from sample `_first` on."""
        self._first = -len(self._held)
        self._next = -BEFORE

    def push(self, samples: Sound, *, last: bool = False) -> Bands:
        """(looks, BANDS) of all moments whose sound is there, by whole groups.

        `samples` are `checked`. The first look is `BEFORE` looks before the first sample.
        """
        piece = max(1, round(_PIECE_S * self._rate_hz))
        cuts = range(0, max(len(samples), 1), piece)
        made = [
            self._take(self._resampler.push(samples[a : a + piece], last=last and a == cuts[-1]))
            for a in cuts
        ]
        return np.concatenate(made) if len(made) > 1 else made[0]

    def _take(self, samples: Sound) -> Bands:
        held = np.concatenate([self._held, samples])
        end = self._first + len(held)
        # Look j is centred on sample 400 j / 3, rounded down.
        stop = (3 * (end - WINDOW // 2) + 2) // 400 + 1
        # Whole groups only, always the same ones: so the arithmetic is the same to the last bit.
        stop = max(self._next, (stop + BEFORE) // GROUP * GROUP - BEFORE)
        starts = np.arange(self._next, stop) * 400 // 3 - WINDOW // 2 - self._first
        looks = bands(held[starts[:, None] + np.arange(WINDOW)])
        self._next = stop
        keep = max(0, stop * 400 // 3 - WINDOW // 2 - self._first)
        self._held, self._first = held[keep:], self._first + min(keep, len(held))
        return looks


def bands(windows: Sound) -> Bands:
    """(n, WINDOW) samples to (n, BANDS), natural logarithm of power, about -1..1 in speech."""
    if not len(windows):
        return np.zeros((0, BANDS), np.float32)
    # The mean is taken off, so that a constant offset is silence.
    shaped = (windows - windows.mean(axis=1, keepdims=True)) * _window()
    lines = np.fft.rfft(shaped, _SIZE, axis=1)
    power = np.asarray(lines.real**2 + lines.imag**2, np.float32)
    grouped = power.reshape(-1, GROUP, power.shape[1]) if len(power) % GROUP == 0 else power
    heard = (grouped @ _filters()).reshape(-1, BANDS)
    return logarithm(heard)


def logarithm(power: Sound) -> Bands:
    """Looks of powers: 0.2 is a factor of e."""
    return np.asarray(np.log(power + np.float32(FLOOR)) / 5.0 + 1.6, np.float32)


@cache
def _window() -> NDArray[np.float32]:
    return np.asarray(np.hanning(WINDOW + 1)[:-1], np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """(lines, BANDS), over `WINDOW`: triangles even on the mel scale.

    2595 log10(1 + f / 700), O'Shaughnessy 1987.
    """

    def mel(hz: float) -> float:
        return float(2595 * np.log10(1 + hz / 700))

    edges = 700 * (10 ** (np.linspace(mel(_LOW_HZ), mel(_HIGH_HZ), BANDS + 2) / 2595) - 1)
    hz = np.fft.rfftfreq(_SIZE, 1 / RATE_HZ)[None, :]
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    # A triangle narrower than the lines are apart still takes its nearest line.
    apart = RATE_HZ / _SIZE
    rise = (hz - low) / np.maximum(middle - low, apart)
    fall = (high - hz) / np.maximum(high - middle, apart)
    made = np.clip(np.minimum(rise, fall), 0, None)
    for row, centre in zip(made, middle[:, 0], strict=True):
        if not row.any():
            row[round(centre / apart)] = 1.0
    return np.ascontiguousarray(made.T / WINDOW, np.float32)
