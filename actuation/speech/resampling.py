"""Changes the rate of a voice stretch by stretch, without seams. Pure.

A windowed sinc, evaluated at the moments of the new rate. The last half millisecond or so is held
back until what follows it is there, so that stretches joined equal the whole.
"""

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
_LOBES: Final = 16
_KAISER: Final = 8.0
_PASS: Final = 0.94
"""Of the lower of both Nyquist frequencies: what is above it would come back as false tones."""


class VoiceResampler:
    """From `from_hz` to `to_hz`, mono."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        shared = math.gcd(from_hz, to_hz)
        self._up, self._down = to_hz // shared, from_hz // shared
        self._table = _phases(self._up, self._down)
        self._half = self._table.shape[1] // 2
        self._held = np.zeros(self._half - 1, np.float32)
        """From sample `_first` on; what is before the sound is silence."""
        self._first = 1 - self._half
        self._given = 0

    def push(self, samples: Sound, *, last: bool = False) -> Sound:
        """What is ready at the new rate, (n,); `last`: nothing follows, hold nothing back."""
        if self._up == self._down:
            return samples
        held = np.concatenate([self._held, samples])
        taken = self._first + len(held)
        end = -(-taken * self._up // self._down)
        if last:
            held = np.concatenate([held, np.zeros(self._half + 1, np.float32)])
        else:
            # The newest moment whose neighbours to the right are all there.
            end = max(self._given, (taken - self._half) * self._up // self._down)
        moments = np.arange(self._given, end)
        before = moments * self._down // self._up
        phase = moments * self._down - before * self._up
        rows = (before - self._half + 1 - self._first)[:, None] + np.arange(2 * self._half)
        out = (
            np.einsum("ij,ij->i", held[rows], self._table[phase]) if end > self._given else held[:0]
        )
        self._given = end
        keep_from = max(self._first, end * self._down // self._up - self._half + 1)
        self._held, self._first = held[keep_from - self._first :], keep_from
        return np.asarray(out, np.float32)


@cache
def _phases(up: int, down: int) -> NDArray[np.float32]:
    """(up, taps): the weights of the neighbours of a moment `phase / up` after a sample."""
    cutoff = _PASS * min(1.0, up / down)
    half = math.ceil(_LOBES / cutoff)
    offsets = np.arange(1 - half, half + 1)
    apart = np.arange(up)[:, None] / up - offsets[None, :]
    window = np.i0(_KAISER * np.sqrt(np.clip(1 - (apart / half) ** 2, 0, None))) / np.i0(_KAISER)
    table = cutoff * np.sinc(cutoff * apart) * window
    return np.asarray(table / table.sum(axis=1, keepdims=True), np.float32)
