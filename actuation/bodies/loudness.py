"""How loud the voice is: over the noise of the room, and softer at quiet hours. Pure."""

from datetime import time
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

_VOICE_LIKELY: Final = 0.3
_AFTER_SPEECH_S: Final = 0.6
"""The agent's own voice still rings in the room, and in the microphone's block."""


class LoudnessConfig(BaseModel):
    """How loud the voice is. 0 dB is the voice as it was made, as loud as it goes unclipped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    usual_db: float = Field(
        -9.0, ge=-60, le=0, description="Gain in a room as quiet as `quiet_room_db`, decibels."
    )
    quiet_room_db: float = Field(
        -55.0,
        ge=-120,
        le=0,
        description="What the microphone measures here when nobody speaks and nothing runs, dB.",
    )
    per_db: float = Field(
        0.5, ge=0, le=1.5, description="Gain for each decibel of noise above that; 0: always usual."
    )
    softest_db: float = Field(-24.0, ge=-60, le=0, description="It is never softer than this, dB.")
    loudest_db: float = Field(0.0, ge=-60, le=0, description="It is never louder than this, dB.")
    quiet_from: time | None = Field(
        None, description="Local time from which the voice is softer, like 20:00; empty: never."
    )
    quiet_until: time = Field(time(7), description="Local time at which quiet hours end.")
    quiet_hours_db: float = Field(
        -8.0, ge=-60, le=0, description="How much softer it is at quiet hours, decibels."
    )
    quiet_hours_loudest_db: float = Field(
        -9.0, ge=-60, le=0, description="At quiet hours it is never louder than this, dB."
    )
    follows_db_s: float = Field(
        1.0, gt=0, le=60, description="How fast it follows the room, decibels a second."
    )


def gain_db(noise_db: float | None, local: time, config: LoudnessConfig) -> float:
    """The gain wanted in a room with this noise at this local time; None: noise is not known."""
    over_db = 0.0 if noise_db is None else noise_db - config.quiet_room_db
    wanted = config.usual_db + config.per_db * over_db
    loudest = config.loudest_db
    if quiet_now(local, config):
        wanted += config.quiet_hours_db
        loudest = min(loudest, config.quiet_hours_loudest_db)
    return min(max(wanted, config.softest_db), loudest)


def quiet_now(local: time, config: LoudnessConfig) -> bool:
    """Whether these are quiet hours; they may reach over midnight."""
    begin, end = config.quiet_from, config.quiet_until
    if begin is None or begin == end:
        return False
    return begin <= local < end if begin < end else local >= begin or local < end


def amplitude(db: float) -> float:
    """Decibels as a factor."""
    return float(10 ** (db / 20))


class RoomNoise:
    """The noise of the room, from a microphone that also hears visitors and the agent itself.

    Only what nobody said counts. It falls quickly and rises slowly: a slammed door is no noise.
    """

    falls_s: Final = 2.0
    rises_s: Final = 8.0

    def __init__(self) -> None:
        self.noise_db: float | None = None
        self._at = 0.0
        self._speaking = False
        self._hushed_at = float("-inf")

    def agent_speaks(self, at: float, speaking: bool) -> None:
        """The agent's own voice begins or ends."""
        self._speaking = speaking
        self._hushed_at = at

    def hear(self, at: float, level_db: float, speech: float) -> None:
        """A tenth of a second of the microphone: its loudness, and how likely it is a voice."""
        ringing = self._speaking or at - self._hushed_at < _AFTER_SPEECH_S
        passed_s, self._at = at - self._at, at
        if ringing or speech > _VOICE_LIKELY:
            return
        if self.noise_db is None:
            self.noise_db = level_db
            return
        takes_s = self.falls_s if level_db < self.noise_db else self.rises_s
        share = min(max(passed_s, 0.0), 0.5) / takes_s
        self.noise_db += share * (level_db - self.noise_db)
