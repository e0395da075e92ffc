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
from behavior.forms.config import KEY, LONGEST_VALUE
from behavior.forms.state import FormState
from behavior.tools.observations import Observation

OUTSIDE = "mcp."
"""What the names of tools begin with that a site's MCP servers have."""


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
    without_lift: bool = Field(False, description="On foot all the way.")


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


class Look(Arguments):
    """Where to look. Nobody can be looked for by name: people are told from each other by place."""

    at: Literal["around", "visitor", "behind_visitor", "nearest", "place"] = Field(
        "around",
        description="visitor: who asks; behind_visitor: at their back; nearest: whoever else is"
        " nearest to the agent.",
    )
    place: str = Field("", pattern=r"^[a-z0-9_]*$", description="Key of a place, for `place`.")


class Listen(Arguments):
    """How long to listen."""

    seconds: float = Field(2.0, ge=0.5, le=3.0, description="Seconds in which nothing is said.")


class SensorArguments(Arguments):
    """A sensor of the site."""

    sensor: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Key of a sensor of the site.")


class OutsideArguments(Arguments):
    """What a tool of an MCP server is asked, as the site's file allows it."""

    given: Mapping[str, str | int | float | bool] = Field(
        default_factory=dict, description="Its arguments by name."
    )


class FieldValue(Arguments):
    """One field of a form with what stands or is to stand in it. Personal data."""

    field: str = Field(pattern=KEY, description="Key of the field.")
    value: str = Field("", max_length=LONGEST_VALUE, description="Empty: nothing.")


class Fill(Arguments):
    """Put values into a form on the screen, which is shown first where it is not there yet."""

    form: str = Field(pattern=KEY, description="Key of a form of the site.")
    values: tuple[FieldValue, ...] = Field((), max_length=24, description="What to put in.")
    known: tuple[FieldValue, ...] = Field(
        (), max_length=24, description="What stood there when it was last seen."
    )
    skipped: tuple[str, ...] = Field((), max_length=24, description="Fields not to go on to.")
    asked: str = Field(
        "", max_length=32, description="Field that was asked for; a hand may have filled it since."
    )
    at: str = Field("", max_length=32, description="Field to stop at; empty: the next open one.")


class Send(Arguments):
    """Send the form, as the visitor has said yes to it."""

    form: str = Field(pattern=KEY, description="Key of a form of the site.")
    known: tuple[FieldValue, ...] = Field(
        (), max_length=24, description="What stands in it: what the yes was said to."
    )
    pressed: bool = Field(
        False, description="It is sent if the form's own button was pressed, as it stands then."
    )


class Tap(Arguments):
    """A tap on the form that is shown."""

    target: str = Field(pattern=KEY, description="Key of a field, `next` or `back`.")
    option: str = Field("", max_length=LONGEST_VALUE, description="Of a choice, what to tap.")


class TypeIn(Arguments):
    """Type into the form that is shown."""

    field: str = Field(pattern=KEY, description="Key of the field.")
    text: str = Field(max_length=LONGEST_VALUE, description="All that is to stand in it.")


class ScrollTo(Arguments):
    """Bring a field of the form that is shown into view."""

    field: str = Field(pattern=KEY, description="Key of the field.")


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
    | Observation | FormState
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One row of the table."""

    about: str
    arguments: type[Arguments]
    rule: str
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
    bridge_after_s: float = 0.0
    """For a tool that is seen at work: no sooner than this."""
    bridge_first: bool = False
    """Said before it begins: it always takes a while, and the visitor sees what is done."""
    quiet: bool = False
    """Nothing is said while it runs, not even that it takes a while."""
    failed: str = "tool.failed"
    """Said when it fails or is late."""
    ask: str = ""
    """The question where `confirm` is set."""


def _on_screen(
    about: str, arguments: type[Arguments], deadline_s: float = 8.0, *, proposable: bool = False
) -> Tool:
    return Tool(
        about=about, arguments=arguments, rule="screen", acts=True, deadline_s=deadline_s,
        proposable=proposable, bridge="form.bridge", bridge_after_s=1.5, failed="form.failed",
    )  # fmt: skip


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
    "look": Tool(
        about="look around, at the visitor, behind them, at the nearest other person or at a place:"
        " how many people, where, facing, moving, together; never who they are",
        arguments=Look, rule="look", deadline_s=4.0, acts=True, proposable=True,
        bridge="tool.look.bridge", bridge_first=True, failed="tool.look.failed",
    ),
    "listen": Tool(
        about="be still and listen: whether a voice is heard, from where, how loud it is here",
        arguments=Listen, rule="listen", deadline_s=8.0, acts=True, proposable=True,
        bridge="tool.listen.bridge", bridge_first=True, quiet=True, failed="tool.listen.failed",
    ),
    "sensor": Tool(
        about="read a sensor of the house",
        arguments=SensorArguments, rule="sensor", deadline_s=4.0, proposable=True,
        bridge="tool.sensor.bridge", failed="tool.sensor.failed",
    ),
    "notify_host": Tool(
        about="a message to a host, by log, webhook, e-mail or MQTT",
        arguments=Message, rule="notify_host", acts=True, by_desk=True,
    ),
    "call_staff": Tool(
        about="a colleague is asked to come", arguments=NoArguments, rule="call_staff", acts=True,
        by_desk=True,
    ),
    "fill": _on_screen("a form on the screen is filled in, each step looked after", Fill, 15.0),
    "send": Tool(
        about="the form on the screen is sent, after the visitor's yes", arguments=Send,
        rule="forms", acts=True, confirm=True, deadline_s=20.0, bridge_after_s=1.5,
        bridge="form.bridge.send", failed="form.failed.send", ask="form.check.again",
    ),
    "screen": _on_screen("what is on the form that is shown", NoArguments, proposable=True),
    "tap": _on_screen("a tap on the form that is shown", Tap, proposable=True),
    "type": _on_screen("typing into the form that is shown", TypeIn, proposable=True),
    "scroll": _on_screen("scrolling the form that is shown", ScrollTo, proposable=True),
}  # fmt: skip
"""All tools that every site has, by name."""
_OUTSIDE = Tool(
    about="a tool of one of the site's MCP servers",
    arguments=OutsideArguments, rule="mcp", deadline_s=4.0, acts=True, proposable=True,
)  # fmt: skip


def row_of(tool: str) -> Tool | None:
    """The row of a tool; of those of MCP servers, what all have in common. None: no such name."""
    return _OUTSIDE if tool.startswith(OUTSIDE) else TOOLS.get(tool)
