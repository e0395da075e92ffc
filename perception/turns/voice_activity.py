"""When a voice begins, goes on and falls silent, from the probability of each frame.

Two thresholds and a short confirmation: harder to begin than to go on, and a click is no voice.
What is announced late is dated back: a beginning to the first voiced sample, a silence to the
last. Pure: time enters with the frames.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, Table
from perception.audio import FRAME_S, Sound


class VoiceDetector(Protocol):
    """Tells a voice from all other sounds, frame by frame."""

    def probability(self, frame: Sound) -> float:
        """Probability of a voice in the next `FRAME` samples, 0..1."""
        ...

    def reset(self) -> None:
        """Forget what was heard, as after a gap."""
        ...


VOICE_DETECTORS: Table = {
    "silero": Row(
        path="perception.backends.silero:SileroDetector",
        about="Silero v6 on ONNX Runtime: a small network, right in noise.",
        packages=("silero_vad", "onnxruntime"),
    ),
    "energy": Row(
        path="perception.backends.energy:EnergyDetector",
        about="Loudness over the room's own: needs nothing, takes any sudden sound for a voice.",
    ),
}


class VoiceConfig(BaseModel):
    """How readily sound is taken for a voice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: str = Field(
        "silero", description="Row of the detector table: silero, or energy, which needs nothing."
    )
    start_at: float = Field(
        0.5, gt=0, lt=1, description="Probability from which a frame may begin a voice."
    )
    go_on_at: float = Field(
        0.35, gt=0, lt=1, description="Probability from which a frame continues a voice."
    )
    confirm_s: float = Field(
        0.06, ge=0, le=0.5, description="How long a voice must hold before it is announced."
    )
    start_at_while_speaking: float = Field(
        0.65,
        gt=0,
        lt=1,
        description="As start_at, while the agent itself speaks and may hear its echo.",
    )
    confirm_while_speaking_s: float = Field(
        0.03,
        ge=0,
        le=0.5,
        description="As confirm_s, while the agent itself speaks: its voice is lowered then, which"
        " is soon taken back.",
    )
    sure_at: float = Field(
        0.9,
        gt=0,
        lt=1,
        description="Frames of this probability count one and a half times to confirm a voice.",
    )
    report_every_s: float = Field(
        0.1, gt=0, le=1, description="How often a voice that goes on is reported."
    )
    pause_s: float = Field(
        0.125, ge=0.05, le=1, description="Silence after which a voice counts as paused."
    )
    pause_while_speaking_s: float = Field(
        0.2,
        ge=0.05,
        le=1,
        description="As pause_s, while the agent itself speaks: it does not go on within a word.",
    )
    trails_s: float = Field(
        0.06,
        ge=0,
        le=0.3,
        description="How long the detector still says voice after a voice has ended; taken off.",
    )
    quietest_db: float = Field(
        -60.0, ge=-120, le=0, description="Frames below this level are never a voice."
    )


class VoiceEvent(StrEnum):
    """What became of a voice."""

    STARTED = "started"
    CONTINUES = "continues"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceHeard:
    """One event. `at`: the first voiced sample for STARTED, the newest one for the others."""

    at: float
    event: VoiceEvent
    voiced_s: float
    """Voiced time since the last STARTED."""


class VoiceSegmenter:
    """One voice at a time: quiet, perhaps, voiced, and silent-but-not-yet-paused."""

    def __init__(self, config: VoiceConfig) -> None:
        self._config = config
        self._candidate_at: float | None = None
        self._candidate_s = 0.0
        self._reported_s = 0.0
        self.agent_speaks = False
        self.voiced = False
        """Between STARTED and PAUSED."""
        self.voiced_s = 0.0
        self.last_voiced_at = 0.0
        """End of the newest voiced frame; the voice itself may have ended `trails_s` before."""

    @property
    def perhaps(self) -> bool:
        """A voice may just be beginning: its first frames are being confirmed."""
        return self._candidate_at is not None

    @property
    def ended_at(self) -> float:
        """When the voice ended, if it has: the last voiced sample."""
        return self.last_voiced_at - min(self._config.trails_s, self.voiced_s)

    def hear(self, at: float, probability: float) -> VoiceHeard | None:
        """Take in one frame that begins at `at`; return what it settles, if anything."""
        return self._go_on(at, probability) if self.voiced else self._perhaps_begin(at, probability)

    def forget(self) -> None:
        """Be as new: the source changed or a turn was cut off."""
        self.voiced, self._candidate_at = False, None

    def _perhaps_begin(self, at: float, probability: float) -> VoiceHeard | None:
        speaking = self.agent_speaks
        config = self._config
        bar = config.start_at_while_speaking if speaking else config.start_at
        confirm_s = config.confirm_while_speaking_s if speaking else config.confirm_s
        if probability < (bar if self._candidate_at is None else min(bar, config.go_on_at)):
            self._candidate_at = None
            return None
        if self._candidate_at is None:
            self._candidate_at, self._candidate_s = at, 0.0
        # Only frames over the bar count towards belief; weaker ones keep the candidate alive.
        belief = 1.5 if probability >= max(bar, config.sure_at) else 1.0
        self._candidate_s += FRAME_S * belief if probability >= bar else 0.0
        if self._candidate_s < confirm_s:
            return None
        start, self._candidate_at = self._candidate_at, None
        self.voiced = True
        self.last_voiced_at = at + FRAME_S
        self.voiced_s = self.last_voiced_at - start
        self._reported_s = self.voiced_s
        return VoiceHeard(at=start, event=VoiceEvent.STARTED, voiced_s=self.voiced_s)

    def _go_on(self, at: float, probability: float) -> VoiceHeard | None:
        if probability >= self._config.go_on_at:
            self.last_voiced_at = at + FRAME_S
            self.voiced_s += FRAME_S
            if self.voiced_s - self._reported_s < self._config.report_every_s - FRAME_S / 2:
                return None
            self._reported_s = self.voiced_s
            return VoiceHeard(
                at=self.last_voiced_at, event=VoiceEvent.CONTINUES, voiced_s=self.voiced_s
            )
        ended_at = self.ended_at
        config = self._config
        pause_s = config.pause_while_speaking_s if self.agent_speaks else config.pause_s
        if at + FRAME_S - ended_at < pause_s - FRAME_S / 2:
            return None
        self.voiced = False
        return VoiceHeard(at=ended_at, event=VoiceEvent.PAUSED, voiced_s=self.voiced_s)
