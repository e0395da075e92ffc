"""Made rooms with echoes, for benches and tests: walls, a source, microphones.

Images of the source behind the walls: Allen and Berkley, "Image method for efficiently simulating
small-room acoustics", JASA 65(4), 1979. How much a wall swallows follows from the time in which
the room falls silent: Eyring, "Reverberation time in dead rooms", JASA 1, 1930. Images of higher
order are moved about by centimetres, as no real room is a perfect box.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perception.audio import Sound
from perception.senses import SOUND_RATE_HZ

SOUND_M_S: Final = 343.0
Channels = NDArray[np.float32]
"""(microphones, samples)."""
_TAPS: Final = 32
_MOVED_M: Final = 0.06
_BLOCK: Final = 20_000
"""Images worked on at a time, for memory's sake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A box with one corner at the origin."""

    size_m: tuple[float, float, float] = (6.0, 5.0, 3.0)
    silent_after_s: float = 0.4
    """How long sound takes to fall by 60 dB; 0: no walls at all."""
    seed: int = 1

    def responses(self, source_m: ArrayLike, microphones_m: ArrayLike) -> Channels:
        """(microphones, samples): what each hears of one click at the source, in metres."""
        source = np.asarray(source_m, np.float64)
        ears = np.atleast_2d(np.asarray(microphones_m, np.float64))
        return _responses(self, tuple(source), tuple(map(tuple, ears)))

    def hears(self, sound: Sound, source_m: ArrayLike, microphones_m: ArrayLike) -> Channels:
        """(microphones, len(sound)): `sound` as it arrives; at one metre it is as loud as given."""
        from scipy.signal import fftconvolve

        responses = self.responses(source_m, microphones_m)
        heard = fftconvolve(sound[None], responses, axes=1)[:, : sound.size]
        return np.asarray(heard, np.float32)

    def images(self, source: NDArray[np.float64]) -> tuple[NDArray[np.float64], Sound]:
        """(images, 3) metres, and how loud each is at one metre."""
        if self.silent_after_s <= 0:
            return source[None], np.ones(1, np.float32)
        size = np.array(self.size_m)
        reach_m = SOUND_M_S * self.silent_after_s * 0.75
        most = [int(np.ceil(reach_m / (2 * side))) for side in size]
        axes = [np.arange(-n, n + 1) for n in most]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 1, 3)
        sides = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])[None]
        places = ((1 - 2 * sides) * source + 2 * grid * size).reshape(-1, 3)
        bounces = (np.abs(grid - sides) + np.abs(grid)).sum(-1).reshape(-1)
        near = np.linalg.norm(places - source, axis=1) < reach_m
        places, bounces = places[near], bounces[near]
        rng = np.random.default_rng(self.seed)
        moved = rng.uniform(-_MOVED_M, _MOVED_M, places.shape) * (bounces > 1)[:, None]
        return places + moved, (self._kept() ** bounces).astype(np.float32)

    def _kept(self) -> float:
        """Of a sound's pressure, how much a wall gives back."""
        x, y, z = self.size_m
        walls_m2 = 2 * (x * y + y * z + x * z)
        return float(np.exp(-0.5 * 0.161 * x * y * z / (walls_m2 * self.silent_after_s)))


@lru_cache(64)
def _responses(
    room: Room, source: tuple[float, ...], ears: tuple[tuple[float, ...], ...]
) -> Channels:
    images, gains = room.images(np.array(source))
    length = round((room.silent_after_s * 0.75 + 0.05) * SOUND_RATE_HZ)
    heard = [_arrivals(images, gains, np.array(ear), length) for ear in ears]
    return np.stack([_without_rumble(one) for one in heard])


def _arrivals(
    images: NDArray[np.float64], gains: Sound, ear: NDArray[np.float64], length: int
) -> Sound:
    """One microphone's response: each image as a short sinc at its own fraction of a sample."""
    out = np.zeros(length + _TAPS, np.float64)
    for start in range(0, len(images), _BLOCK):
        away_m = np.linalg.norm(images[start : start + _BLOCK] - ear, axis=1)
        heights = gains[start : start + _BLOCK] / np.maximum(away_m, 0.05)
        at = away_m / SOUND_M_S * SOUND_RATE_HZ + _TAPS / 2
        first = np.floor(at).astype(int) - _TAPS // 2
        offsets = np.arange(_TAPS)[None] + first[:, None] - at[:, None] + 1
        window = 0.5 + 0.5 * np.cos(2 * np.pi * np.clip(offsets / _TAPS, -0.5, 0.5))
        taps = np.sinc(offsets) * window * heights[:, None]
        places = first[:, None] + np.arange(_TAPS)[None] + 1
        inside = (places >= 0) & (places < out.size)
        out += np.bincount(places[inside], weights=taps[inside], minlength=out.size)
    heard = out[_TAPS // 2 : _TAPS // 2 + length]
    return heard.astype(np.float32)


def _without_rumble(response: Sound) -> Sound:
    """Images all have one sign, which adds up to a pressure that no room holds."""
    from scipy.signal import butter, sosfilt

    passed = sosfilt(butter(2, 60.0, "highpass", fs=SOUND_RATE_HZ, output="sos"), response)
    return np.asarray(passed, np.float32)


def with_noise(channels: Channels, ratio_db: float, seed: int = 1) -> Channels:
    """Each microphone's own hiss, as far below what is heard as `ratio_db` says."""
    rng = np.random.default_rng(seed)
    hiss = rng.standard_normal(channels.shape)
    power = np.mean(np.square(channels, dtype=np.float64))
    return np.asarray(channels + hiss * np.sqrt(power / 10 ** (ratio_db / 10)), np.float32)
