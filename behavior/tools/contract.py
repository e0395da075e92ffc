"""What a tool is: a row with typed arguments, a deadline, what it needs, and what is said.

The dialogue asks for a tool with a `UseTool`. Whether it runs is decided by the site's rules
(`behavior.tools.permission`), never by whoever asked. A result is a value of one of the types
below; words are made from it by `behavior.tools.telling`, so no tool speaks by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.core.errors import FoyerError
from agent.core.messages import Place


class ToolError(FoyerError):
    """A tool could not do its work; says where and why, and holds no names."""


class WantedBy(StrEnum):
    """Whose wish a use is."""

    VISITOR = "visitor"
    MODEL = "model"


class Arguments(BaseModel):
    """What a tool is asked. Closed: a key too many is a refusal."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoArguments(Arguments):
    """Nothing."""


class Person(Arguments):
    """Somebody of the directory."""

    host: str = Field(min_length=2, max_length=80, description="Full name in the directory.")


class Department(Arguments):
    """A department of the directory."""

    department: str = Field(min_length=2, max_length=80, description="As the site writes it.")


class Way(Arguments):
    """A way on the floor map, from the desk."""

    to: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Key of a place of the site.")
    start: str = Field("", pattern=r"^[a-z0-9_]*$", description="Key of a place; empty: the desk.")
    step_free: bool = Field(False, description="Without stairs and steps.")


class RoomAt(Arguments):
    """A room at a time."""

    room: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Key of a place with a calendar.")
    at: datetime | None = Field(None, description="At the site's time; null: now.")


class Agenda(Arguments):
    """What is on at a time, in one room or in all."""

    room: str = Field("", pattern=r"^[a-z0-9_]*$", description="Key of a place; empty: all.")
    at: datetime | None = Field(None, description="At the site's time; null: the rest of the day.")


class Expected(Arguments):
    """Whether the visitor is in today's calendar, by the name they gave for themselves."""

    visitor: str = Field(min_length=2, max_length=60, description="The visitor's own name.")


class Service(Arguments):
    """A queue."""

    service: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Key of a service of the site.")


class Message(Arguments):
    """A message to a host. Its words are the desk's own."""

    host: str = Field(min_length=2, max_length=80, description="Full name in the directory.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTool:
    """The wish to have a tool used."""

    tool: str
    arguments: Arguments
    wanted_by: WantedBy = WantedBy.VISITOR
    confirmed: bool = False
    """The visitor was asked and said yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The rules were asked before and said no; so it is told, and nothing is done."""

    tool: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person as visitors may hear of them: no room, no number, no address."""

    host: str
    department: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who works in a department."""

    department: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way in words, and where it begins."""

    to: str
    """As it is spoken, with its article."""
    steps: tuple[str, ...]
    length_m: float
    toward: Place | None
    """The true position of the first turn or goal; None where it does not start at the desk."""
    step_free: bool
    screen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoute:
    """There is no such way."""

    to: str
    step_free: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """Whether a room is free at a time, and until when that holds."""

    room: str
    free: bool
    at: datetime
    now: bool
    until: datetime | None
    """None: for the rest of the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAt:
    """One thing that is on. `title` is empty where it may not be told."""

    title: str
    room: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is on."""

    on: tuple[OnAt, ...]
    at: datetime | None
    taken: int = 0
    """Things that are on and are nobody's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Whether the visitor's own name is in today's calendar."""

    found: bool
    begins: datetime | None = None
    """Only where the site lets it be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A number in a queue."""

    service: str
    name: str
    number: int
    ahead: int
    wait_s: float | None
    """Measured from how quickly numbers were called today; None: too few were."""
    place: str = ""
    new: bool = True
    called: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTicket:
    """This visitor has no number there."""

    service: str
    name: str


Result = (
    Who | People | Route | NoRoute | RoomState | Programme | Expectation | Ticket | NoTicket
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One row of the table."""

    about: str
    arguments: type[Arguments]
    rule: Literal["directory", "notify_host", "call_staff", "way", "calendar", "queue", "memory"]
    """The rule of `policies/tools.yaml` that permits it."""
    deadline_s: float = 3.0
    acts: bool = False
    """It changes something: runs only for a turn that counts, and once."""
    confirm: bool = False
    """The visitor is asked first."""
    proposable: bool = False
    """A language model may propose it; the rules still decide."""
    by_desk: bool = False
    """Part of the desk's own answers, which ask the rules themselves; nobody else can start it."""
    bridge: str = "tool.bridge"
    """Said when it takes longer than `bridge_after_s`; a key of the wordings."""
    failed: str = "tool.failed"
    """Said when it fails or is late."""
    ask: str = ""
    """The question where `confirm` is set."""


TOOLS: Mapping[str, Tool] = {
    "who": Tool(
        about="whether somebody works here, and in which department",
        arguments=Person, rule="directory", deadline_s=1.0, proposable=True,
    ),
    "department": Tool(
        about="who works in a department",
        arguments=Department, rule="directory", deadline_s=1.0, proposable=True,
    ),
    "way": Tool(
        about="the way on the floor map, step-free if wanted",
        arguments=Way, rule="way", deadline_s=1.0, proposable=True, failed="tool.way.failed",
    ),
    "room_free": Tool(
        about="whether a room is free", arguments=RoomAt, rule="calendar", proposable=True,
        bridge="tool.calendar.bridge", failed="tool.calendar.failed",
    ),
    "agenda": Tool(
        about="what is on in the house", arguments=Agenda, rule="calendar", proposable=True,
        bridge="tool.calendar.bridge", failed="tool.calendar.failed",
    ),
    "expected": Tool(
        about="whether the visitor's own name is in today's calendar",
        arguments=Expected, rule="calendar",
        bridge="tool.calendar.bridge", failed="tool.calendar.failed",
    ),
    "take_number": Tool(
        about="a number for a queue", arguments=Service, rule="queue", acts=True, confirm=True,
        proposable=True, failed="tool.queue.failed", ask="tool.queue.ask",
    ),
    "my_number": Tool(
        about="how long the visitor's number will take", arguments=Service, rule="queue",
        failed="tool.queue.failed",
    ),
    "visit_memory": Tool(
        about="what was said and seen on this visit", arguments=NoArguments, rule="memory",
        by_desk=True,
    ),
    "notify_host": Tool(
        about="a message to a host, by log, webhook, e-mail or MQTT",
        arguments=Message, rule="notify_host", acts=True, by_desk=True,
    ),
    "call_staff": Tool(
        about="a colleague is asked to come", arguments=NoArguments, rule="call_staff", acts=True,
        by_desk=True,
    ),
}  # fmt: skip
"""All tools, by name."""
