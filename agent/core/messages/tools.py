"""What the agent's tools tell: begun, ended, not allowed; and numbers that are called."""

from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages.base import Message, PersonId, TurnId
from agent.core.messages.people import Place


class ToolOutcome(StrEnum):
    """How the use of a tool ended."""

    DONE = "done"
    FAILED = "failed"
    LATE = "late"
    """Its deadline passed; what it may yet bring is not used."""
    DROPPED = "dropped"
    """The turn it was for is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStarted(Message):
    """A tool was allowed and is at work. What it is asked is not told: it may be personal."""

    tool: str
    turn: TurnId
    revision: int
    toward: Place | None = None
    """Where the eyes go meanwhile, for a tool that looks somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFinished(Message):
    """A tool is done, or given up."""

    tool: str
    turn: TurnId
    revision: int
    outcome: ToolOutcome
    took_s: float
    detail: str = ""
    """What went wrong and where, for an operator. Holds no names."""
    found: str = ""
    """What an observation came to: geometry, loudness or a reading. Holds no names or words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRefused(Message):
    """The site's rules do not let a tool run. Nothing was done."""

    tool: str
    because: str
    """The rule, in words an operator knows from `policies/tools.yaml`. Holds no names."""
    wanted_by: str
    """`visitor` or `model`: whose wish it was."""
    person: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCalled(Message):
    """The next number of a queue is asked to come."""

    service: str
    """Key of the service in the site."""
    number: int
    place: str = ""
    """Where to come to, as it is spoken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormShown(Message):
    """A form came onto the kiosk's screen, or was emptied and left it. What is in it is not told.

    Recordings leave out all words that are said in between.
    """

    form: str
    """Key of the form in the site."""
    shown: bool
