"""Where a voice comes from, as a Reachy Mini's microphones tell.

Its daemon counts from the head's left (0) over its front (pi/2) to its right (pi). A row of
microphones cannot tell front from behind: what is told is always the direction in front.
"""

import asyncio
import math
from collections.abc import Callable
from typing import Final

import aiohttp
from pydantic import BaseModel, ValidationError

from agent.core.clock import Clock
from agent.core.messages import ComponentHealth, Health, Message, SoundDirection

_RATE_HZ: Final = 10
_SILENT_S: Final = 3.0
_RETRY_S: Final = 5.0
_MOST_BYTES: Final = 65_536
_PROBLEMS: Final = (aiohttp.ClientError, OSError, TimeoutError, ValidationError, ValueError)


class _Sound(BaseModel):
    angle: float
    speech_detected: bool


class _Head(BaseModel):
    yaw: float


class _State(BaseModel):
    head_pose: _Head
    doa: _Sound | None = None


class ReachyDirection:
    """Publishes `SoundDirection` while a voice is heard, and once when it has ended."""

    name: Final = "perception.reachy_direction"

    def __init__(self, *, address: str, clock: Clock, publish: Callable[[Message], None]) -> None:
        self._where = (
            f"{address.rstrip('/')}/api/state/ws/full?frequency={_RATE_HZ}&with_doa=true"
            "&with_body_yaw=false&with_antenna_positions=false"
        )
        self._clock = clock
        self._publish = publish
        self._told: tuple[Health, str] | None = None
        self._speech = False

    async def run(self) -> None:
        """Listen until cancelled; a daemon that goes away is looked for again."""
        while True:
            try:
                await self._listen()
            except _PROBLEMS as problem:
                why = str(problem) or type(problem).__name__
                self._say(Health.DEGRADED, f"no direction of sound from the robot ({why[:160]})")
            await self._clock.sleep_until(self._clock.now() + _RETRY_S)

    async def _listen(self) -> None:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(self._where, max_msg_size=_MOST_BYTES) as socket,
        ):
            while True:
                async with asyncio.timeout(_SILENT_S):
                    text = await socket.receive_str()
                self._hear(_State.model_validate_json(text))

    def _hear(self, state: _State) -> None:
        if state.doa is None:
            self._say(Health.DEGRADED, "the robot has no microphones that tell a direction")
            return
        self._say(Health.RUNNING, "")
        if state.doa.speech_detected or self._speech:
            self._speech = state.doa.speech_detected
            self._publish(
                SoundDirection(
                    at=self._clock.now(),
                    azimuth_rad=azimuth(state.doa.angle, state.head_pose.yaw),
                    speech=self._speech,
                )
            )

    def _say(self, health: Health, detail: str) -> None:
        if self._told != (health, detail):
            self._told = (health, detail)
            at = self._clock.now()
            self._publish(ComponentHealth(at=at, component=self.name, health=health, detail=detail))


def azimuth(angle_rad: float, head_yaw_rad: float) -> float:
    """Left positive, in the agent's frame, -pi..pi, of the daemon's angle in a turned head."""
    return math.remainder(math.pi / 2 - angle_rad + head_yaw_rad, math.tau)
