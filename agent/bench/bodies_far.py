"""The far sides of `bench bodies`: what is there of them, and what each tells in the end."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from actuation.motion import Embodiment
from agent.bench.bodies_stage import Job, Performance
from agent.bench.figure import Figure
from agent.bench.lag import Plan
from agent.core.backend import Row, Table
from agent.core.bus import Bus, Delivery

Floats = NDArray[np.float64]
TRAFFIC: Final = Delivery(capacity=65_536, lossy=True)

FAR_SIDES: Final[Table] = {
    "network": Row(
        path="agent.bench.bodies_network:network",
        about="VMC puppets, Live Link, ZeroMQ and rosbridge, read by another process",
        packages=("zmq", "msgpack"),
    ),
    "mqtt": Row(
        path="agent.bench.bodies_mqtt:mqtt",
        about="acts and emergency stops through a Mosquitto of its own",
        packages=("aiomqtt",),
    ),
    "humanoid": Row(
        path="agent.bench.bodies_humanoid:humanoid",
        about="joints read back from MuJoCo",
        packages=("mujoco",),
        cure="pip install 'foyer[humanoid]'",
    ),
    "reachy": Row(
        path="agent.bench.bodies_reachy:reachy",
        about="a Reachy Mini's own daemon, its robot in MuJoCo",
    ),
    "page": Row(
        path="agent.bench.bodies_page:page",
        about="a kiosk page in Chromium: its loudspeaker and its pictures",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one body was to show, and what came of it."""

    body: str
    plan: Plan
    """By stage time, the same for all: two bodies are apart by what they differ in here."""
    given: Plan
    """As the body got it, later where the voice was heard later: its own delay is against this."""
    rows: Floats
    """(n, 1 + k): moments of the machine's monotonic clock, which all processes share; values."""
    of: str = "jaw"
    unit: str = "of 0..1"
    stops_late: bool = False
    """In an emergency it cannot stand still at once: it has mass, or a processor draws it."""
    note: str = ""

    def within(self, begins: float, ends: float) -> Floats:
        """The rows of a stretch of time."""
        if not len(self.rows):
            return self.rows.reshape(0, 2)
        at = self.rows[:, 0]
        return self.rows[(at > begins) & (at < ends)]


@dataclass(frozen=True, slots=True)
class Told:
    """What a far side has to tell."""

    seen: list[Seen] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


@dataclass(slots=True)
class FarSide:
    """The bodies of one kind, as a performance takes them, and who looks at them."""

    bodies: Sequence[Embodiment]
    hear: Callable[[Performance], Awaitable[Told]]
    """Called once it is over."""
    jobs: Sequence[Job] = ()
    speaks: bool = False


class Opening(Protocol):
    """How a far side is opened; raises `BackendUnavailableError` where it is not to be had."""

    def __call__(self, bus: Bus) -> AbstractAsyncContextManager[FarSide]:
        """`bus`: of the performance."""
        ...
