"""What sensors hand to perception: sound and pictures. They stay in memory, off the bus."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SOUND_RATE_HZ = 16_000
"""Everything that listens gets mono float32 at this rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundChunk:
    """About 20 ms from a microphone."""

    at: float
    """When the first sample was captured, seconds on the agent's axis."""
    samples: NDArray[np.float32]
    """Mono, in [-1, 1], `SOUND_RATE_HZ`. Any length."""
    channels: NDArray[np.float32] | None = None
    """(microphones, samples) of an array, of the same time and rate, as they came; None: one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One camera frame."""

    at: float
    """When it was captured, seconds on the agent's axis."""
    pixels: NDArray[np.uint8]
    """Height x width x 3, RGB."""


class Microphone(Protocol):
    """A source of sound: the page, a device, a file."""

    def sound(self) -> AsyncIterator[SoundChunk]:
        """Yield chunks until the source ends. Drops its oldest when not read in time."""
        ...


class Camera(Protocol):
    """A source of pictures: the page, a device, a file."""

    def pictures(self) -> AsyncIterator[Picture]:
        """Yield the newest picture each time, skipping those nobody had time for."""
        ...
