"""Who has the floor: turns of visitors, and what the agent is saying."""

from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages import (
    ActId,
    Clause,
    PersonId,
    Priority,
    ReplyReady,
    TurnEnded,
    TurnId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a visitor and the reply that waits for it."""

    id: TurnId
    began_at: float
    voice_began_at: float
    """Where this revision's voice began."""
    voice_at: float
    """The newest voiced sample."""
    revision: int = 0
    earlier_voiced_s: float = 0.0
    """Voiced time of the revisions before this one."""
    voiced_s: float = 0.0
    """Voiced time in this revision."""
    paused: bool = False
    words: str = ""
    over_speech: bool = False
    """It began while the agent spoke."""
    murmur: float | None = None
    """How likely this revision is a listener's murmur by its sound, 0..1; None: not judged."""
    trust: float = 1.0
    """In `words`, 0..1."""
    ended: TurnEnded | None = None
    replies: tuple[ReplyReady, ...] = ()
    """Parts of the newest revision's reply, in order."""
    parts_spoken: int = 0
    last_part_at: float | None = None
    dismissed: bool = False
    """A backchannel or an echo: it asks for no answer."""
    closed: bool = False
    """Answered, interrupted or overtaken."""

    @property
    def total_voiced_s(self) -> float:
        """Voiced time in the whole turn."""
        return self.earlier_voiced_s + self.voiced_s

    @property
    def typed(self) -> bool:
        """It was typed on the page."""
        return self.ended is not None and self.ended.typed

    @property
    def awaits_reply(self) -> bool:
        """It is over, means something, and has not been answered to the end."""
        said = self.ended is not None and bool(self.ended.text.strip())
        return said and not self.closed and not self.dismissed


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStage:
    """An act that was sent out and has not been reported finished."""

    act: ActId
    to: PersonId | None
    policy: str
    priority: Priority
    interruptible: bool
    text: str
    sent_at: float
    started: bool = False
    news_at: float = 0.0
    """When it was last heard of."""
    heard: str = ""
    in_reply_to: TurnId | None = None
    more_follows: bool = False
    clauses: tuple[Clause, ...] = ()
    spoken: int = 0
    """How many of its clauses have been heard."""
    clause_at: float | None = None
    """When the clause that is being heard began; None: nothing is heard yet."""
    revises: ActId | None = None
    """The act whose rest it says in other words."""


class Holder(StrEnum):
    """Who has the floor."""

    NOBODY = "nobody"
    VISITOR = "visitor"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Who speaks, and what the agent is saying."""

    holder: Holder = Holder.NOBODY
    since: float = 0.0
    current_turn: TurnId | None = None
    stage_speaks: bool = False
    """As the stage reports it."""
    on_stage: tuple[OnStage, ...] = ()
    gain: float = 1.0
    """The voice: 1 normal, 0 held."""
    ducked_at: float = 0.0
    stopped_turn: TurnId | None = None
    """The turn for whose voice the agent last gave up the floor."""
    spoken: tuple[str, ...] = ()
    """The agent's last utterances whole, to know its own voice when it hears it."""
    vain_hold_at: float | None = None
    """When the agent last went on after it had held its voice for somebody."""
    false_stop_at: float | None = None
    """When giving up the floor last proved wrong: nothing was said, or it was our own voice."""

    @property
    def speech(self) -> tuple[OnStage, ...]:
        """Acts with words, being said or about to be."""
        return tuple(act for act in self.on_stage if act.text)

    @property
    def agent_speaks(self) -> bool:
        """The agent is saying something or just about to."""
        return self.stage_speaks or bool(self.speech)
