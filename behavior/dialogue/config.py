"""What the dialogue is set up with: who answers, from what, and what is kept of it."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from behavior.dialogue.notifications import NotifyConfig
from behavior.model.server import ModelServerConfig
from behavior.transcript.encounter import TranscriptConfig


class DialogueConfig(BaseModel):
    """Who answers, from what, and what is kept of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["auto", "embedded", "openai_compatible", "scripted"] = Field(
        "auto", description="Who answers; auto: a model server if one is set, else embedded."
    )
    encoder: Literal["auto", "minilm", "words"] = Field(
        "auto", description="Sentence vectors; auto: minilm where it is installed, else words."
    )
    knowledge: Path = Field(
        Path("configs/knowledge"), description="Folder of Markdown files with frequent questions."
    )
    visits: Path = Field(Path("var/visits.sqlite"), description="The visit book.")
    tickets: Path = Field(Path("var/tickets.sqlite"), description="The numbers of those who queue.")
    cache: Path = Field(
        Path("var/cache"), description="Where the encoded knowledge waits for the next start."
    )
    retention_days: float = Field(
        30.0, gt=0, le=3650, description="Visits are deleted after this many days."
    )
    grace_s: float = Field(
        20.0, ge=0, le=600, description="An encounter outlives a person's absence by this long."
    )
    taken_back_s: float = Field(
        0.6,
        ge=0,
        le=5,
        description="So long after a spoken turn nobody is told anything, and nothing is written"
        " down: whoever goes on at once had not finished. Help is called without a wait.",
    )
    idle_s: float = Field(
        90.0, gt=0, le=3600, description="An encounter with nobody in view ends after this silence."
    )
    model: ModelServerConfig = Field(
        default_factory=ModelServerConfig, description="The language model server, if any."
    )
    script: tuple[str, ...] = Field(
        (), description="Replies of the `scripted` back-end; ` | ` parts clauses."
    )
    notify: NotifyConfig = Field(default_factory=NotifyConfig, description="Reaching people.")
    transcript: TranscriptConfig = Field(
        default_factory=TranscriptConfig, description="What is remembered of an encounter."
    )
