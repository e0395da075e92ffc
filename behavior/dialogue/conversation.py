"""What is known of one encounter, what a turn asks for, and what an answer does.

All of it is immutable: an answer is computed from a state and yields the next one. So an answer
made early, for a turn that may go on, costs nothing when it is dropped.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from agent.core.messages import Clause, PersonId, ReplySource
from behavior.forms.state import FormTalk
from behavior.past.questions import TimeQuestion
from behavior.tools.contract import Refuse, UseTool
from behavior.tools.permission import Leave
from behavior.transcript.event_memory import Memory


class Asked(StrEnum):
    """What the agent's last question waits for."""

    NOTHING = "nothing"
    HOST = "host"
    WHICH_HOST = "which_host"
    CONFIRM_HOST = "confirm_host"
    VISITOR = "visitor"
    DELIVERY_FOR = "delivery_for"
    CONFIRM_ENTRY = "confirm_entry"
    STAFF = "staff"
    MORE = "more"
    OWN_NAME = "own_name"
    """To look it up in the calendar."""
    CONFIRM_TOOL = "confirm_tool"
    FORM = "form"
    """A field of the form on the screen, or whether to send it."""
    WORDS = "words"
    """What is to be passed on to a host."""
    SEND_WORDS = "send_words"
    """Whether these words are to be passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A visitor who comes to see somebody, as far as it is known."""

    host: str | None = None
    options: tuple[str, ...] = ()
    """Names to choose from or confirm."""
    time: str | None = None
    """When, as the visitor put it."""
    notified: bool = False
    tries: int = 0
    """Times a name was asked for and not understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One encounter so far. Ends with the visit."""

    turns: int = 0
    visitor: str | None = None
    meeting: Meeting | None = None
    asked: Asked = Asked.NOTHING
    asked_about: str = ""
    """The entry or person the question is about."""
    last_reply: tuple[Clause, ...] = ()
    last_intent: str = ""
    not_understood: int = 0
    """Turns in a row that made no sense."""
    wordings: tuple[str, ...] = ()
    """The last wordings used, so that none comes twice in short order."""
    recorded: tuple[str, ...] = ()
    """Kinds of visit that are in the book already."""
    unreachable: tuple[str, ...] = ()
    """Hosts who could not be told."""
    wanted: UseTool | None = None
    """What `CONFIRM_TOOL` asks about."""
    salt: int = 0
    """Makes two encounters differ in wording."""
    edition: int | None = None
    """Which edition of the site's knowledge it goes by; None: nothing was said yet."""
    asked_of_past: TimeQuestion | None = None
    """The last question about the past, for `and before that?`."""
    recalled: tuple[float, float] | None = None
    """The stretch of time that its answer rested on."""
    form: FormTalk | None = None
    """The form on the screen that is being filled in."""
    words: str = ""
    """What `SEND_WORDS` asks about."""
    delivery_for: str = ""
    """The host who was told of a delivery."""
    spoken_of: str = ""
    """Key of the place that was last spoken of, for `when does it open`."""
    place_before: str = ""
    """Key of the place spoken of before that one, for `no, the other one`."""
    person_spoken_of: str = ""
    """Name of the host last spoken of, for `is she in today`."""
    step_free: bool = False
    """A way without steps was asked for in this visit."""
    language: str = ""
    """In which the visitor is served, such as `de`; empty: the site's own."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that were understood so far; a correction may deny one of them."""
        meeting = self.meeting
        of_visit = (meeting.host or "", *meeting.options) if meeting is not None else ()
        return (self.visitor or "", self.delivery_for, *of_visit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One turn of a visitor."""

    text: str
    at: float = 0.0
    confidence: float = 1.0
    typed: bool = False
    person: PersonId | None = None
    local_time: datetime | None = None
    """The calendar at the site; None when it is not known."""
    history: tuple[tuple[str, str], ...] = ()
    """What was said before: (`visitor` or `agent`, words heard)."""
    leave: Leave = field(default_factory=Leave)
    """What may be done besides talking, by the site's rules and what was used so far."""
    memory: Memory | None = None
    """What was seen and heard of this visitor; None: nothing is kept."""
    others: tuple[PersonId, ...] = ()
    """Who else is in view, and may be spoken to."""
    observed: tuple[str, ...] = ()
    """What tools have found for this very turn, where a language model is asked again with it."""
    language: str = ""
    """In which the recogniser heard it; empty: it does not tell."""
    on_wheels: bool = False
    """Seen to have come in a wheelchair: ways are told without steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyHost:
    """Tell a host that a visitor is here."""

    host: str
    visitor: str
    """How the visitor is called, or `a visitor`."""
    purpose: str
    """`appointment`, `delivery`, `correction`, `withdrawn`, `words`."""
    time: str = ""
    words: str = ""
    """The visitor's own, where they are to be passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVisit:
    """Put a visit in the book."""

    kind: str
    visitor: str = ""
    host: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHelp:
    """Ask a person to come."""

    urgent: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Delete what is kept of this encounter, now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveForm:
    """Empty the form on the screen and take it away, now."""


Effect = NotifyHost | RecordVisit | CallHelp | Forget | LeaveForm | UseTool | Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of an answer. The first one carries the next state and what is to be done."""

    clauses: tuple[Clause, ...]
    last: bool = True
    source: ReplySource = ReplySource.EMBEDDED
    intent: str = ""
    because: str = ""
    closes: bool = False
    conversation: Conversation | None = None
    effects: tuple[Effect, ...] = ()
    question: tuple[Clause, ...] = ()
    """Asked once the tools among `effects` have given their results."""
    observed: str = ""
    """What a tool has found, as state for a language model that asked for it."""


class DialogueBackend(Protocol):
    """Answers turns. Every part it yields may already be spoken; effects wait for the commit."""

    name: str

    async def warm_up(self) -> None:
        """Load what is slow to load. Raises `BackendUnavailableError` with the cure."""
        ...

    def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield parts, the last one with `last=True`. Closing the iterator stops the work."""
        ...

    async def close(self) -> None:
        """Let go of threads and connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one request of a turn led to."""

    conversation: Conversation
    intent: str
    because: str
    clauses: tuple[Clause, ...] = ()
    question: tuple[Clause, ...] = ()
    """Comes after everything else of the turn."""
    effects: tuple[Effect, ...] = field(default=())
    closes: bool = False
