"""Far side of MQTT: a Mosquitto of its own, a reader in another process, a client that stops us."""

import asyncio
import contextlib
import importlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import numpy as np

from actuation.bodies.configs import MqttConfig
from actuation.embodiments.catalogue import build_body
from agent.bench.bodies_far import TRAFFIC, FarSide, Told
from agent.bench.bodies_network import free_port, listener
from agent.bench.bodies_stage import Performance
from agent.bench.figure import Figure
from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Act, ActId, EmergencyStop, Health, Message, Reason

_EVERY_S: Final = 0.25
_ACTS_A_STOP: Final = 3
_START_S: Final = 10.0
_STOP: Final = "foyer/reception/command/emergency_stop"


@contextlib.asynccontextmanager
async def mqtt(_bus: Bus) -> AsyncIterator[FarSide]:
    """A body on a bus of its own, so that what is stopped here is not the performance."""
    clock, bus = LoopClock(asyncio.get_running_loop()), Bus()
    async with _mosquitto() as port, listener(mqtt_port=port) as listening:
        body = build_body(
            MqttConfig(port=port),
            clock=clock,
            publish=bus.publish,
            traffic=bus.subscribe(Message, delivery=TRAFFIC),
        )
        stopping = _Stopping(bus, port)

        async def act_and_stop() -> None:
            while body.health() is not Health.RUNNING:
                await clock.sleep_until(clock.now() + 0.05)
            await stopping.run()

        async def hear(_shown: Performance) -> Told:
            acts = (await listening.heard()).get("mqtt acts", np.empty((0, 2)))
            return Told([], [_acts(acts[:, 1], stopping.acts), _stops(stopping.took_s)])

        yield FarSide([body], hear, [act_and_stop])


class _Stopping:
    """Four acts a second to be told, and now and then a stop from elsewhere."""

    def __init__(self, bus: Bus, port: int) -> None:
        self.acts = 0
        self.took_s: list[float] = []
        """From another client's publishing a stop to the stop on the agent's bus."""
        self._bus = bus
        self._port = port
        self._stops = bus.subscribe(EmergencyStop, delivery=EVERY)

    async def run(self) -> None:
        """Until cancelled."""
        loop, aiomqtt = asyncio.get_running_loop(), importlib.import_module("aiomqtt")
        async with aiomqtt.Client("127.0.0.1", self._port, identifier="bench-stops") as client:
            while True:
                self.acts += 1
                why = Reason(policy="bench", because="to be measured")
                self._bus.publish(Act(at=loop.time(), act=ActId(self.acts), reason=why))
                await asyncio.sleep(_EVERY_S)
                if self.acts % _ACTS_A_STOP == 0:
                    begun = loop.time()
                    await client.publish(_STOP, b"", qos=1)
                    stop = await anext(aiter(self._stops))
                    self.took_s.append(stop.at - begun)


@contextlib.asynccontextmanager
async def _mosquitto() -> AsyncIterator[int]:
    """A broker of its own; its port."""
    program = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if program is None:
        raise BackendUnavailableError("needs Mosquitto; Debian, Ubuntu: apt install mosquitto")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mosquitto.conf"
        file.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\n")
        process = await asyncio.create_subprocess_exec(
            program, "-c", file,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_START_S):
                await _answers(port)
            yield port
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _answers(port: int) -> None:
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)


def _acts(late_s: np.ndarray, published: int) -> Figure:
    late_ms = 1e3 * late_s if len(late_s) else np.array([np.nan])
    return Figure(
        name="mqtt: an act at a reader after it was decided",
        value=float(np.median(late_ms)),
        unit="ms",
        target=50,
        note=f"p95 {np.percentile(late_ms, 95):.1f} ms; {len(late_s)} of {published} acts, QoS 1",
    )


def _stops(took_s: list[float]) -> Figure:
    took_ms = 1e3 * np.array(took_s or [np.nan])
    return Figure(
        name="mqtt: an emergency stop on our bus after a client published it",
        value=float(np.max(took_ms)),
        unit="ms",
        target=100,
        note=f"the slowest of {len(took_s)}; median {np.median(took_ms):.1f} ms",
    )
