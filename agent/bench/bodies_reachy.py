"""Far side of a Reachy Mini: its own daemon moves it in MuJoCo and says where its head is."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import aiohttp
import numpy as np
from numpy.typing import NDArray

from actuation.bodies.configs import ReachyConfig
from actuation.embodiments.catalogue import build_body
from actuation.embodiments.reachy_daemon import RobotState
from actuation.embodiments.reachy_motion import AXES, head_and_look
from agent.bench.bodies_far import TRAFFIC, FarSide, Seen, Told
from agent.bench.bodies_network import free_port
from agent.bench.bodies_stage import Noted, Performance
from agent.bench.stand_in import running
from agent.core.bus import Bus
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Health, Message

DAEMON: Final = Path(__file__).parents[2] / ".venv-robot" / "bin" / "reachy-mini-daemon"
LEGS_S: Final = 0.17
"""How long the simulated legs take to follow: they are softer than the robot's."""
TURNS: Final = [AXES.index(axis) for axis in ("roll", "pitch", "yaw")]
_START_S: Final = 90.0
_WAKE_S: Final = 20.0
_NICE: Final = 5
"""A robot has a computer of its own; here it must not starve the agent."""


@contextlib.asynccontextmanager
async def reachy(_bus: Bus) -> AsyncIterator[FarSide]:
    """Without sway and without what stands for the eyes: it is to do what the score's head does."""
    clock, bus = LoopClock(asyncio.get_running_loop()), Bus()
    async with _daemon() as address:
        config = ReachyConfig(address=address, delay_s=LEGS_S, sway_rad=0.0, eyes_share=0.0)
        body = build_body(
            config,
            clock=clock,
            publish=bus.publish,
            traffic=bus.subscribe(Message, delivery=TRAFFIC),
        )
        noted, did = Noted(body), list[tuple[float, NDArray[np.float64]]]()

        async def look() -> None:
            async for state in _states(address):
                did.append((clock.now(), state.pose()[TURNS]))

        async def hear(shown: Performance) -> Told:
            frames = noted.planned.in_order()
            at = np.array([frame.at for frame in frames])
            asked = np.array([head_and_look(frame)[0][TURNS] for frame in frames])
            seen = Seen(
                body="reachy",
                plan=(noted.on_stage(at, shown.planned), asked),
                given=(at, asked),
                rows=np.array([[at, *turns] for at, turns in did]).reshape(-1, 4),
                of="head",
                unit="rad",
                stops_late=True,
            )
            return Told([seen])

        async with running(body):
            await _awake(body.health, clock)
            yield FarSide([noted], hear, [look])


@contextlib.asynccontextmanager
async def _daemon() -> AsyncIterator[str]:
    """Its address, once it answers."""
    if not DAEMON.exists():
        raise BackendUnavailableError("make test-robot builds it")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            "nice", "-n", str(_NICE), DAEMON, "--sim", "--headless", "--scene", "empty",
            "--no-wake-up-on-start", "--no-preload-datasets", "--no-media",
            "--fastapi-port", str(port), "--dataset-update-interval", "0",
            env={**os.environ, "MUJOCO_GL": "egl", "HF_HUB_OFFLINE": "1"},
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            await _answers(address, process)
            yield address
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _answers(address: str, process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(_START_S), aiohttp.ClientSession() as session:
            while process.returncode is None:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{address}/api/state/full") as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.3)
    except TimeoutError:
        pass
    raise BackendUnavailableError("its daemon does not start; make test-robot says why")


async def _awake(health: Callable[[], Health], clock: LoopClock) -> None:
    """Waking takes it some seconds, in which it shows nothing else."""
    try:
        async with asyncio.timeout(_WAKE_S):
            while health() is not Health.RUNNING:
                await clock.sleep_until(clock.now() + 0.1)
    except TimeoutError:
        raise BackendUnavailableError("its daemon does not wake it up") from None


async def _states(address: str) -> AsyncIterator[RobotState]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{address}/api/state/ws/full?frequency=60") as socket,
    ):
        async for message in socket:
            yield RobotState.model_validate_json(message.data)
