"""The turn that has begun and not ended, revision by revision. Kept by `TurnTaker`."""

from dataclasses import dataclass

from agent.core.messages import TurnId


@dataclass(slots=True, kw_only=True)
class OpenTurn:
    """What is known of the open turn."""

    id: TurnId
    started_at: float
    revision: int = 0
    paused: bool = False
    final: bool = False
    """No more sound will be added: end as soon as the words are there."""
    partial: str = ""
    words: str | None = None
    """The settled reading of this revision; None while it is awaited."""
    confidence: float = 0.0
    language: str = ""
    finished: float | None = None
    """How likely this revision's voice sounds finished; None while nobody has said."""
    voiced_before_s: float = 0.0
    last_voiced_at: float = 0.0
    heard_until: float = 0.0

    def revise(self) -> None:
        """The voice went on: what was settled is stale."""
        self.revision += 1
        self.paused, self.words, self.confidence = False, None, 0.0
        self.language, self.finished = "", None

    def total_s(self) -> float:
        """Voiced time of the finished stretches, seconds."""
        return self.voiced_before_s
