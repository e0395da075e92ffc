"""How acts are brought on stage: what an operator may change of it."""

from pydantic import BaseModel, ConfigDict, Field

from actuation.animation import AnimationConfig
from actuation.stage.telling import TellingConfig


class PerformerConfig(BaseModel):
    """How acts are brought on stage."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead_in_s: float = Field(
        0.05, ge=0.02, le=0.5, description="From having a clause's sound to its first sample."
    )
    gesture_wait_s: float = Field(
        0.12, ge=0, le=0.6, description="Sound waits so long, at most, for a gesture that is asked "
        "for on one of its first words: a hand must begin before it.",
    )  # fmt: skip
    chunk_frames: int = Field(
        6, ge=1, le=30, description="Frames made and sent at a time; 6 are a tenth of a second."
    )
    hold_limit_s: float = Field(
        8.0, ge=0.5, le=60, description="A held utterance that nobody resumes is given up."
    )
    telling: TellingConfig = Field(
        default_factory=TellingConfig, description="Reports of bodies, and the floor."
    )
    animation: AnimationConfig = Field(
        default_factory=AnimationConfig, description="Face, eyes and body."
    )
