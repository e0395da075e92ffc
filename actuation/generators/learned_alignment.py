"""Follows a text through its sound: which phone of it is being said now, frame by frame.

A hidden Markov model over the phones that the text lets expect, with an optional pause before
each, filtered forward (Rabiner 1989, 10.1109/5.18626): what is heard now weighs where in the text
we may be. No times are known beforehand; nothing later than the listener's own right context is
used, so it works while the sound comes in. Pure, numpy.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.sounds_of_speech import CLASSES, SILENCE

Floats = NDArray[np.float64]

SOUNDS: Final = len(CLASSES)
EXPECTED: Final = 4 * SOUNDS + 3
_STAY, _NEXT, _PAUSE, _SKIP = 0.80, 0.165, 0.02, 0.015
_PAUSE_STAYS: Final = 0.93
_UNSHARP: Final = 0.5
"""Frames are not independent: what each says counts half."""
_LEAST: Final = 0.02
_FORGET: Final = 1e-9
_SURE_S: Final = 0.3


class Following:
    """One text through one sound."""

    def __init__(self, expected: Sequence[int] | NDArray[np.uint8], priors: Floats) -> None:
        """`expected`: classes in order; `priors`: (SOUNDS,) how often each is heard at all."""
        phones = np.asarray(expected, np.int64)
        count = len(phones)
        # State 2 j is the pause before phone j, 2 j + 1 the phone itself; 2 count the last pause.
        self._now = np.full(2 * count + 1, SILENCE, np.int64)
        self._now[1::2] = phones
        padded = np.concatenate([[SILENCE], phones, [SILENCE, SILENCE]])
        j = np.arange(2 * count + 1) // 2
        on_phone = np.arange(2 * count + 1) % 2
        self._before = padded[j]
        self._after = padded[np.minimum(j + 1 + on_phone, len(padded) - 1)]
        self._after_next = padded[np.minimum(j + 2 + on_phone, len(padded) - 1)]
        self._priors = priors
        self._alpha = np.zeros(2 * count + 1)
        self._alpha[0] = 1.0
        self._low, self._high = 0, 1
        self._evidence = 0.0

    @property
    def place(self) -> float:
        """How far through the text, 0..1."""
        count = len(self._alpha)
        return float(self._alpha @ np.arange(count)) / max(count - 1, 1)

    def push(self, heard: Floats) -> NDArray[np.float32]:
        """(n, SOUNDS) probabilities by frame to (n, EXPECTED)."""
        made = np.zeros((len(heard), EXPECTED), np.float32)
        likely = (_LEAST + heard / self._priors) ** _UNSHARP
        for row, each in zip(made, likely, strict=True):
            self._move_on(each)
            self._describe(row)
        return made

    def _move_on(self, likely: Floats) -> None:
        low, high = self._low, min(self._high + 4, len(self._alpha))
        now = self._alpha[low:high]
        on_phone = (np.arange(low, high) % 2).astype(bool)
        said, paused = np.where(on_phone, now, 0.0), np.where(on_phone, 0.0, now)
        after = _STAY * said + _PAUSE_STAYS * paused
        after[1:] += (1 - _PAUSE_STAYS) * paused[:-1] + _PAUSE * said[:-1]
        after[2:] += _NEXT * said[:-2]
        after[4:] += _SKIP * said[:-4]
        after *= likely[self._now[low:high]]
        total = float(after.sum())
        if total <= 1e-300:
            return
        decay = 1 / (_SURE_S * 60)
        self._evidence += decay * (float(np.log(total)) - self._evidence)
        after /= total
        self._alpha[low:high] = after
        alive = np.flatnonzero(after > _FORGET)
        self._alpha[low : low + alive[0]] = 0.0
        self._low, self._high = low + int(alive[0]), low + int(alive[-1]) + 1

    def _describe(self, row: NDArray[np.float32]) -> None:
        part = slice(self._low, self._high)
        weights = self._alpha[part]
        for i, which in enumerate((self._before, self._now, self._after, self._after_next)):
            row[i * SOUNDS : (i + 1) * SOUNDS] = np.bincount(which[part], weights, SOUNDS)
        row[-3] = 1.0
        row[-2] = float(weights.max())
        row[-1] = float(np.tanh(self._evidence))
