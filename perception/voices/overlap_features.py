"""What tells two voices from one in a second of sound of one microphone. Pure numpy.

One voice has one pitch: with its comb taken out little is left that is periodic; of two, the other
one is left. One voice also pauses between its syllables, in every band at once; two fill each
other's gaps. The comb: de Cheveigné, "Separation of concurrent harmonic sounds", JASA 93(6), 1993.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.audio import FRAME, FRAME_S, Sound
from perception.senses import SOUND_RATE_HZ

WINDOW_S: Final = 1.0
FRAMES: Final = round(WINDOW_S / FRAME_S)
_PITCH_HZ: Final = (70.0, 350.0)
_BANDS: Final = 16
_SIZE: Final = 2 * FRAME
_SHORTEST, _LONGEST = (round(SOUND_RATE_HZ / f) for f in reversed(_PITCH_HZ))
_LOUD_DB: Final = 25.0
NAMES: Final = (
    "pitch strength: mean", "pitch strength: tenth", "pitch strength: ninetieth",
    "second pitch: mean", "second pitch: ninetieth", "left by the comb: mean",
    "left by the comb: ninetieth", "levels: spread", "levels: tenth below ninetieth",
    "bands: mean spread", "bands: least spread", "bands: go together", "flatness: mean",
    "flatness: spread", "change: mean", "change: spread", "low to high: spread",
    "pitch: jumps",
)  # fmt: skip
Features = NDArray[np.float64]
"""(len(NAMES),)."""


def _bands() -> NDArray[np.float64]:
    """(_BANDS, bins): triangles, evenly apart on the mel scale of 100 to 7000 Hz."""
    bins = np.fft.rfftfreq(_SIZE, 1 / SOUND_RATE_HZ)
    mel = np.linspace(2595 * np.log10(1 + 100 / 700), 2595 * np.log10(1 + 7000 / 700), _BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    rows = []
    for low, middle, high in zip(edges, edges[1:], edges[2:], strict=False):
        rise, fall = (bins - low) / (middle - low), (high - bins) / (high - middle)
        rows.append(np.clip(np.minimum(rise, fall), 0, 1))
    return np.array(rows)


_MEL: Final = _bands()
_WINDOW: Final = np.hanning(_SIZE)


class FrameFeatures:
    """Reads frames one by one, each together with the one before."""

    def __init__(self) -> None:
        self._last = np.zeros(FRAME, np.float64)

    def skip(self, frame: Sound) -> None:
        """A frame that nobody asks about."""
        self._last = frame.astype(np.float64)

    def read(self, frame: Sound) -> NDArray[np.float64]:
        """(4 + _BANDS,): pitch's strength, what the comb leaves, the second's, lag; log bands."""
        joined = np.concatenate([self._last, frame.astype(np.float64)])
        self._last = frame.astype(np.float64)
        strength, lag = _pitch(joined)
        combed = joined[lag:] - joined[:-lag]
        left = float(np.mean(combed**2) / (2 * np.mean(joined**2) + 1e-12))
        second, _ = _pitch(combed)
        power = np.abs(np.fft.rfft(joined * _WINDOW)) ** 2
        bands = np.log10(_MEL @ power + 1e-7)
        return np.concatenate([[strength, left, second, lag], bands])


def _pitch(sound: NDArray[np.float64]) -> tuple[float, int]:
    """How periodic it is, 0..1, and its period in samples, 70..350 Hz."""
    centred = sound - sound.mean()
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    curve = np.fft.irfft(np.abs(spectrum) ** 2)[: len(centred)]
    # Fewer products at long lags: so the share each could have at most.
    curve = curve[_SHORTEST : _LONGEST + 1] / (
        (1 - np.arange(_SHORTEST, _LONGEST + 1) / len(centred)) * curve[0] + 1e-9
    )
    top = int(np.argmax(curve))
    return float(np.clip(curve[top], 0, 1)), top + _SHORTEST


def features(frames: NDArray[np.float64]) -> Features | None:
    """Of (n, 4 + _BANDS) frames that were heard one after another; None: too little voice."""
    bands = frames[:, 4:]
    levels = 10 * np.log10((10**bands).sum(axis=1))
    loud = levels > levels.max() - _LOUD_DB
    if loud.sum() < 0.4 * FRAMES:
        return None
    strength, left, second, lag = frames[loud, :4].T
    some = bands[loud]
    moving = np.diff(some, axis=0)
    spread = some.std(axis=0)
    centred = some - some.mean(axis=0)
    together = centred.mean(axis=1).std() / (spread.mean() + 1e-6)
    flat = some.mean(axis=1) - np.log10((10**some).mean(axis=1))
    tilt = some[:, : _BANDS // 2].mean(axis=1) - some[:, _BANDS // 2 :].mean(axis=1)
    jumps = np.abs(np.diff(np.log(lag))) > 0.2
    voiced = (strength[1:] > 0.5) & (strength[:-1] > 0.5)
    return np.array(
        [
            strength.mean(), np.percentile(strength, 10), np.percentile(strength, 90),
            second.mean(), np.percentile(second, 90), left.mean(), np.percentile(left, 90),
            levels[loud].std(), np.percentile(levels, 90) - np.percentile(levels, 10),
            spread.mean(), spread.min(), together, flat.mean(), flat.std(),
            np.abs(moving).mean(), np.abs(moving).std(), tilt.std(),
            (jumps & voiced).sum() / max(1, voiced.sum()),
        ]
    )  # fmt: skip
