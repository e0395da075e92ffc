"""What dialogue, directory and memory tell each other and the operator."""

from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages.acts import Clause
from agent.core.messages.base import Message, PersonId, TurnId


class ReplySource(StrEnum):
    """Who made a reply."""

    EMBEDDED = "embedded"
    LANGUAGE_MODEL = "language_model"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReady(Message):
    """Words for a turn, perhaps before the turn is over. Spoken only if its revision commits.

    A streamed reply comes as several of these with rising `part`; `last` closes it.
    `at` is copied from the turn.
    """

    turn: TurnId
    revision: int
    clauses: tuple[Clause, ...]
    part: int = 0
    last: bool = True
    source: ReplySource = ReplySource.EMBEDDED
    intent: str = ""
    """What the turn was taken for: `directions`, `meet_host`, `unknown`."""
    because: str = ""
    """One plain sentence on how the reply was found, for `explain`."""
    closes: bool = False
    """The conversation may end after this: the visitor has said goodbye."""
    to: PersonId | None = None
    """Who asked, as far as the dialogue knows; who was seen to speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswered(Message):
    """A language model was asked for a reply: how long the prompt was, how fast words came."""

    prompt_tokens: int
    counted_by: str
    """`server`, or `estimate`, which rather says too much."""
    turns_dropped: int = 0
    """Turns of the conversation that had no room in the prompt."""
    reply_tokens: int | None = None
    first_clause_s: float | None = None
    """From the turn's words to the first clause that may be spoken; None: there was none."""
    whole_s: float = 0.0
    fault: str = ""
    """Why its reply was not used, or not to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFollowed(Message):
    """From here on the visitor is served in this language, until another one comes."""

    language: str
    """Such as `de`."""
    person: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostNotified(Message):
    """A host was told about a visitor, through the channel the site has configured."""

    host: str
    """Name in the directory. Personal data."""
    channel: str
    delivered: bool
    detail: str = ""
    person: PersonId | None = None
    """The visitor it was about, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecorded(Message):
    """A visit was committed to the visit book and survives any crash from here on."""

    visit: int
    purpose: str
    """`appointment`, `delivery`, `question`, `help`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpCalled(Message):
    """A person was asked to come: emergency, distress, or a visitor wants a human."""

    urgent: bool
    because: str
    person: PersonId | None = None
