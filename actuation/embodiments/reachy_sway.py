"""The head of a machine without a mouth speaks along: it dips and rolls with the loudness. Pure.

Added to the small nods that every body without a mouth gets: small motors swallow those. Sound is
known ahead of time, so the sway is smooth and still in time with the voice.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.motion import Cut, VoiceChunk

Floats = NDArray[np.float64]

_STEP_S: Final = 0.02
_LOUD_RMS: Final = 0.1
_WINDOW_S: Final = np.linspace(-0.14, 0.14, 15)
_WEIGHTS: Final = np.hanning(17)[1:-1] / np.hanning(17).sum()
_ROLL_SHARE: Final = 0.5
_ROLL_HZ: Final = 0.45


class Sway:
    """Loudness of the voice over stage time, and what the head makes of it."""

    def __init__(self, most_rad: float) -> None:
        """`most_rad`: the dip at full loudness."""
        self._most_rad = most_rad
        self._loud: deque[tuple[float, float]] = deque(maxlen=512)

    def voice(self, chunk: VoiceChunk) -> None:
        """A stretch of voice, sent ahead."""
        while self._loud and self._loud[-1][0] >= chunk.at:  # it was sent again
            self._loud.pop()
        step = max(1, round(_STEP_S * chunk.rate_hz))
        for first in range(0, len(chunk.samples), step):
            part = chunk.samples[first : first + step].astype(np.float64)
            loud = min(1.0, float(np.sqrt(np.mean(part * part))) / _LOUD_RMS)
            self._loud.append((chunk.at + (first + step / 2) / chunk.rate_hz, loud))

    def cut(self, item: Cut) -> None:
        """What was not heard is not swayed to."""
        while self._loud and self._loud[-1][0] > item.at:
            self._loud.pop()

    def at(self, at: float) -> tuple[float, float]:
        """(roll, pitch) to be added at stage time `at`, radians."""
        if not self._loud or at > self._loud[-1][0] + 1 or self._most_rad == 0:
            return 0.0, 0.0
        times, loud = np.array(self._loud).T
        level = float(_WEIGHTS @ np.interp(at + _WINDOW_S, times, loud, left=0.0, right=0.0))
        roll = _ROLL_SHARE * self._most_rad * level * float(np.sin(2 * np.pi * _ROLL_HZ * at))
        return roll, -self._most_rad * level
