"""Where sound comes from: steered response power with phase transform (SRP-PHAT). Pure numpy.

For each direction one asks how well the microphones agree when each is delayed as sound from there
would reach it; only phases count, so that echoes and a voice's own colour do not. J. H. DiBiase,
"A High-Accuracy, Low-Latency Technique for Talker Localization in Reverberant Environments Using
Microphone Arrays", Brown University, 2000; the phase transform: Knapp and Carter, "The generalized
correlation method for estimation of time delay", IEEE Trans. ASSP 24(4), 1976.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from perception.audio import FRAME
from perception.senses import SOUND_RATE_HZ
from perception.voices.array import Places, in_front

SOUND_M_S: Final = 343.0
STEP_RAD: Final = np.pi / 60
"""Three degrees between directions; the peak is found between them."""
_RISES: Final = (0.0, 0.6)
"""How high above the array's plane a mouth may be, radians: delays shrink by its cosine."""
_LOW_HZ, _HIGH_HZ = 200.0, 5000.0
_WINDOW: Final = 2 * FRAME
_FLOOR_FALLS, _FLOOR_RISES = 0.2, 0.02
_OVER_FLOOR: Final = 2.0
"""A bin less than this many times the room's own power says nothing of a voice."""

Map = NDArray[np.float32]
"""(directions,): agreement of the microphones, -1..1."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The direction that agrees best."""

    azimuth_rad: float
    height: float
    """Agreement there, -1..1."""


class SteeredResponse:
    """Frames of several microphones in, a map of directions out. Remembers one frame."""

    def __init__(self, places: Places) -> None:
        around = np.arange(-np.pi, np.pi - STEP_RAD / 2, STEP_RAD)
        self.azimuths_rad: NDArray[np.float64] = around[in_front(places, around)]
        self.whole_circle = len(self.azimuths_rad) == len(around)
        self._pairs = list(combinations(range(len(places)), 2))
        bins = np.fft.rfftfreq(_WINDOW, 1 / SOUND_RATE_HZ)
        self._band = np.flatnonzero((bins >= _LOW_HZ) & (bins <= _HIGH_HZ))
        self._steering = _steering(places, self._pairs, self.azimuths_rad, bins[self._band])
        self._window = np.hanning(_WINDOW).astype(np.float32)
        self._last = np.zeros((len(places), FRAME), np.float32)
        self._floor: NDArray[np.float32] | None = None

    def forget(self) -> None:
        """Be as new, as after a gap; what the room sounds like is kept."""
        self._last[:] = 0.0

    def look(self, channels: NDArray[np.float32], *, voice: bool) -> Map | None:
        """The map of the next frame, (microphones, FRAME); None: nothing stands out of the room.

        Without a `voice` the frame tells what the room itself sounds like.
        """
        joined = np.concatenate([self._last, channels], axis=1)
        self._last = channels
        spectra = np.fft.rfft(joined * self._window, axis=1)[:, self._band].astype(np.complex64)
        power = np.square(np.abs(spectra)).mean(axis=0)
        clear = self._over_floor(power, voice=voice)
        if not voice or (total := float(clear.sum())) < 4.0:
            return None
        phases = spectra / (np.abs(spectra) + 1e-12)
        crosses = [phases[i] * phases[j].conj() * clear for i, j in self._pairs]
        flat = np.concatenate([np.concatenate([c.real, c.imag]) for c in crosses])
        heights = (self._steering @ flat).reshape(len(_RISES), -1) / (total * len(self._pairs))
        best: Map = heights.max(axis=0)
        return best

    def peak(self, heights: Map) -> Peak:
        """The highest direction, found between the grid's by a parabola."""
        top = int(np.argmax(heights))
        return Peak(self._between(heights, top), float(heights[top]))

    def _between(self, heights: Map, top: int) -> float:
        count = len(heights)
        at = float(self.azimuths_rad[top])
        if not self.whole_circle and top in (0, count - 1):
            return at
        left, middle, right = (float(heights[(top + k) % count]) for k in (-1, 0, 1))
        bend = left - 2 * middle + right
        return wrapped(at + (0.5 * (left - right) / bend * STEP_RAD if bend < 0 else 0.0))

    def _over_floor(self, power: NDArray[np.float32], *, voice: bool) -> NDArray[np.float32]:
        """(bins,) 0..1: how clearly each stands out of the room's own sound."""
        if self._floor is None:
            self._floor = power.copy() if not voice else np.zeros_like(power)
        if not voice:
            pace = np.where(power < self._floor, _FLOOR_FALLS, _FLOOR_RISES)
            self._floor += (pace * (power - self._floor)).astype(np.float32)
        ratio = power / (_OVER_FLOOR * self._floor + 1e-12)
        out: NDArray[np.float32] = np.clip(1.0 - 1.0 / np.maximum(ratio, 1e-9), 0.0, 1.0)
        return out


def _steering(
    places: Places,
    pairs: list[tuple[int, int]],
    azimuths_rad: NDArray[np.float64],
    bins_hz: NDArray[np.floating[Any]],
) -> NDArray[np.float32]:
    """(rises x directions, pairs x 2 bins): turns phases of pairs into agreement by direction."""
    rows = []
    for rise in _RISES:
        towards = np.stack(
            [
                np.cos(azimuths_rad) * np.cos(rise),
                np.sin(azimuths_rad) * np.cos(rise),
                np.full(len(azimuths_rad), np.sin(rise)),
            ]
        )
        early_s = places @ towards / SOUND_M_S
        parts = []
        for i, j in pairs:
            # Nearer to the source is earlier: its phase runs ahead.
            angle = 2 * np.pi * np.outer(early_s[i] - early_s[j], bins_hz)
            parts += [np.cos(angle), np.sin(angle)]
        rows.append(np.concatenate(parts, axis=1))
    return np.concatenate(rows).astype(np.float32)


def wrapped(angle_rad: float) -> float:
    """The same angle, -pi..pi."""
    return float(np.arctan2(np.sin(angle_rad), np.cos(angle_rad)))
