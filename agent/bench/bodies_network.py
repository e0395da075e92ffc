"""Far side of the bodies on the network: sockets in another process, which decodes for itself."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.configs import BodyConfig
from actuation.bodies.puppet_configs import LiveLinkConfig, VmcConfig
from actuation.bodies.ros_config import RosConfig
from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.catalogue import RunningBody, build_body
from agent.bench.bodies_far import TRAFFIC, FarSide, Seen, Told
from agent.bench.bodies_listener import PUPPETS
from agent.bench.bodies_stage import Noted, Performance
from agent.bench.figure import Figure
from agent.core.bus import Bus
from agent.core.clock import LoopClock
from agent.core.messages import Message

Floats = NDArray[np.float64]
_NOTHING: Final = np.empty((0, 2))


class Listener:
    """The other process: told where to look, asked in the end what it saw."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.ports: dict[str, int] = {}
        self._process = process

    async def begin(self) -> None:
        """It listens once it has told its ports."""
        assert self._process.stdout is not None
        self.ports = json.loads(await self._process.stdout.readline())

    async def heard(self) -> dict[str, Floats]:
        """Moments and values of each body, (n, 2)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        told = json.loads(await self._process.stdout.readline())
        return {name: np.array(rows, np.float64).reshape(-1, 2) for name, rows in told.items()}


@contextlib.asynccontextmanager
async def listener(*, zmq: str = "", mqtt_port: int = 0) -> AsyncIterator[Listener]:
    """A listener at its own ports, at this ZeroMQ address and at this broker."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent.bench.bodies_listener", zmq, str(mqtt_port),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=64 << 20,
    )  # fmt: skip
    listening = Listener(process)
    try:
        await listening.begin()
        yield listening
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def network(_bus: Bus) -> AsyncIterator[FarSide]:
    """Twenty VMC puppets, Live Link, ZeroMQ and rosbridge."""
    address = f"tcp://127.0.0.1:{free_port()}"
    async with listener(zmq=address) as listening:
        ports = listening.ports
        configs: list[BodyConfig] = [
            *(VmcConfig(name=f"vmc {n + 1}", port=ports[f"vmc {n + 1}"]) for n in range(PUPPETS)),
            LiveLinkConfig(port=ports["livelink"]),
            ZmqConfig(address=address),
            RosConfig(address=f"ws://127.0.0.1:{ports['ros']}/"),
        ]

        async def hear(shown: Performance) -> Told:
            heard, plan = await listening.heard(), shown.planned.jaw()
            lateness = heard.pop("zmq frames", _NOTHING)
            given = first.planned.jaw()
            names = [config.name or config.kind for config in configs]
            seen = [
                Seen(body=name, plan=plan, given=given, rows=heard.get(name, _NOTHING))
                for name in names
            ]
            of_speech = (lateness[:, 0] > shown.began_at) & (lateness[:, 0] < shown.emergency_at)
            return Told(seen, [_zmq(lateness[of_speech])])

        bodies = [built(config) for config in configs]
        first = Noted(bodies[0], bodies[0].run)  # all of them get the same
        yield FarSide([first, *bodies[1:]], hear)


def built(config: BodyConfig) -> RunningBody:
    """The body of this configuration, on a bus of its own."""
    clock, bus = LoopClock(asyncio.get_running_loop()), Bus()
    traffic = bus.subscribe(Message, delivery=TRAFFIC)
    return build_body(config, clock=clock, publish=bus.publish, traffic=traffic)


def quiet_puppets(port: int) -> list[RunningBody]:
    """VMC streams to a port where nobody reads."""
    return [built(VmcConfig(name=f"vmc {n + 1}", port=port)) for n in range(PUPPETS)]


def _zmq(lateness: Floats) -> Figure:
    """By what each frame itself says: no curve is laid over another."""
    late_ms = 1e3 * lateness[:, 1] if len(lateness) else np.array([np.nan])
    return Figure(
        name="zmq: a frame at its subscriber after its stage time",
        value=float(np.median(late_ms)),
        unit="ms",
        note=f"p95 {np.percentile(late_ms, 95):.1f} ms; {len(lateness)} frames",
    )


def free_port() -> int:
    """A TCP port of this machine that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
