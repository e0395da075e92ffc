"""What the agent says about itself, and what an operator or visitor does to it."""

from dataclasses import dataclass
from enum import StrEnum

from agent.core.messages.base import Message, PersonId


class Health(StrEnum):
    """Whether a part can be relied on."""

    STARTING = "starting"
    RUNNING = "running"
    DEGRADED = "degraded"
    RESTARTING = "restarting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentHealth(Message):
    """A component came up, works with less than it should, went down, or gave up."""

    component: str
    health: Health
    detail: str = ""
    """What is wrong and what cures it, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendChosen(Message):
    """Which row of a back-end table is at work, so that page and log always say so."""

    role: str
    """`recogniser`, `voice`, `dialogue`, `people`."""
    backend: str
    fallback: bool = False
    """This is not what was asked for."""
    detail: str = ""
    languages: tuple[str, ...] = ()
    """What it understands or speaks, such as `de`; empty: it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamQuiet(Message):
    """A stream that should flow has stopped, or flows again."""

    stream: str
    quiet_s: float
    recovered: bool = False
    """It flows again, or is no longer expected to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopStalled(Message):
    """The event loop was blocked; `stack` is where."""

    stalled_s: float
    stack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReloaded(Message):
    """A policy file changed on disk. Refused ones leave the last good one at work."""

    path: str
    accepted: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChanged(Message):
    """The kiosk page came, went, or switched its camera or microphone."""

    connected: bool
    camera: bool
    microphone: bool
    muted: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyStop(Message):
    """All bodies stand still and fall silent at once, until `EmergencyRelease`."""

    source: str
    """Who pressed it: `console`, `page`, `mqtt`, `zmq`, `keyboard`."""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyRelease(Message):
    """An operator ends the emergency: bodies may move again."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused(Message):
    """Something outside asked for what it may not ask: unknown, unsigned, too much, too large."""

    source: str
    """Where it came from: `mqtt`, `zmq`, `console`."""
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed(Message):
    """A visitor or operator pressed something: `help`, `stop`, `start`, `staff`, `forget`."""

    button: str
    person: PersonId | None = None
