"""An ear that gets used to a voice: what is heard is evened out towards the voices learned from.

Voices, microphones and lines differ in colour by more than any training has heard. So the mean of
what is loud is followed, band by band, and gone against, by what is known of it so far: not at all
at first, by half after a second of speech, and by no more than 13 dB. That is cepstral mean
subtraction (Atal 1974, 10.1121/1.1914702) towards a known mean. Pure, numpy.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.learned_sound import FLOOR, GROUP, HEARD_HZ, logarithm

Looks = NDArray[np.float32]

_GROUP_S: Final = GROUP / HEARD_HZ
_KNOWN_S: Final = 1.0
"""After so much of a voice half of it is believed."""
_REMEMBERED: Final = round(5.0 / _GROUP_S)
"""Loud groups; what was loud before these leaves no trace."""
_MOST: Final = 0.6
"""13 dB."""
_NEAR: Final = 0.5
"""Loud is what is within 11 dB of the loudest of late."""
_FALL: Final = 0.04 * _GROUP_S
"""The loudest of late goes down by 0.9 dB a second."""
_LEAST: Final = -2.0
"""Nothing softer than this is a voice; about 45 dB under full scale."""


class Ear:
    """One sound's. Give it all looks in their order, in whole groups of `GROUP`."""

    def __init__(self, usual: Sequence[float]) -> None:
        """`usual`: (BANDS,) the mean of loud looks at the voices learned from; empty: no change."""
        self._usual = np.asarray(usual, np.float32)
        self._loud: deque[NDArray[np.float64]] = deque()
        """The mean of each group that was loud of late, and their sum."""
        self._sum = np.zeros(len(self._usual))
        self._loudest = -np.inf

    def even(self, looks: Looks) -> Looks:
        """(n, BANDS) as they would be from a usual voice. The same whatever the stretches are."""
        if not len(self._usual) or not len(looks):
            return looks
        made = np.empty_like(looks)
        for first in range(0, len(looks), GROUP):
            made[first : first + GROUP] = self._group(looks[first : first + GROUP])
        return made

    def _group(self, looks: Looks) -> Looks:
        power = np.maximum(np.exp(5 * (looks - np.float32(1.6))) - np.float32(FLOOR), 0)
        level = float(np.log(power.mean() + 1e-9)) / 5
        self._loudest = max(self._loudest - _FALL, level)
        if level > max(self._loudest - _NEAR, _LEAST):
            self._remember(looks.mean(axis=0, dtype=np.float64))
        if not self._loud:
            return looks
        count = len(self._loud)
        believed = count * _GROUP_S / (count * _GROUP_S + _KNOWN_S)
        gain = np.clip(believed * (self._usual - self._sum / count), -_MOST, _MOST)
        return logarithm(power * np.exp(5 * gain).astype(np.float32))

    def _remember(self, loud: NDArray[np.float64]) -> None:
        self._loud.append(loud)
        self._sum += loud
        if len(self._loud) > _REMEMBERED:
            self._sum -= self._loud.popleft()


def usual_of(sounds: Sequence[Looks]) -> tuple[float, ...]:
    """(BANDS,): the mean of the loud looks of many sounds, each a whole number of groups."""
    total, count = np.zeros(sounds[0].shape[1]), 0
    for looks in sounds:
        groups = looks[: len(looks) // GROUP * GROUP].reshape(-1, GROUP, looks.shape[1])
        power = np.exp(5 * (groups - 1.6)) - FLOOR
        level = np.log(np.maximum(power.mean(axis=(1, 2)), 0) + 1e-9) / 5
        loud = groups[level > max(float(np.quantile(level, 0.98)) - _NEAR, _LEAST)]
        total += loud.sum(axis=(0, 1))
        count += loud.shape[0] * GROUP
    return tuple(round(float(each), 4) for each in total / max(count, 1))
