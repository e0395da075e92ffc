"""A voice detector that needs nothing: how far a frame stands above the quiet of the room.

A fallback. It takes any sudden sound for a voice; Silero does not.
"""

import math

from perception.audio import SILENCE_DB, Sound, level_db

_ABOVE_DB = 9.0
"""A frame this far above the noise floor is as likely a voice as not."""
_FASTEST_FALL, _SLOWEST_RISE = 0.2, 0.002
_FLOOR_DB = -65.0
"""Nothing below this is a voice, however quiet the room."""


class EnergyDetector:
    """The floor follows quiet quickly and loudness slowly, so a fan is learned, a word not."""

    def __init__(self) -> None:
        self._floor_db: float | None = None

    def probability(self, frame: Sound) -> float:
        """Something like the probability of a voice in `frame`, 0..1."""
        level = level_db(frame)
        if level <= SILENCE_DB:
            return 0.0
        if self._floor_db is None:
            self._floor_db = min(level, -35.0)
        pace = _FASTEST_FALL if level < self._floor_db else _SLOWEST_RISE
        self._floor_db += pace * (level - self._floor_db)
        above = level - max(self._floor_db, _FLOOR_DB)
        return 1.0 / (1.0 + math.exp(-(above - _ABOVE_DB) / 1.5))

    def reset(self) -> None:
        """Forget the room."""
        self._floor_db = None
