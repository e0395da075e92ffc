"""A WebSocket to a rosbridge server: found, lost, found again; topics announced and asked for.

A body has two: one for what it says and where the robot is, and one for the emergency topic alone.
What a server sends comes in order, so in a flood a stop would wait behind all the rest.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import aiohttp

from actuation.bodies.ros_config import RosConfig
from actuation.embodiments.ros_trajectory import Op
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError

_TRAJECTORY: Final = "trajectory_msgs/msg/JointTrajectory"
_FACE: Final = "std_msgs/msg/Float32MultiArray"
_STRING: Final = "std_msgs/msg/String"
_BOOL: Final = "std_msgs/msg/Bool"
_STATES: Final = "sensor_msgs/msg/JointState"
_MOST_BYTES: Final = 64 * 1024
_ANSWER_S: Final = 3.0
_SEND_S: Final = 1.0
_CLOSE_S: Final = 0.5
_HEARTBEAT_S: Final = 2.0
_FIRST_DELAY_S: Final = 0.25
_LONGEST_DELAY_S: Final = 4.0
_SAME_AGAIN_S: Final = 1.0
"""What has not changed is said again so often."""


class RosLink:
    """One link at a time."""

    def __init__(self, *, config: RosConfig, clock: Clock, begins_with: Sequence[Op]) -> None:
        """`begins_with`: what is announced and asked for on each new link."""
        self._config = config
        self._clock = clock
        self._begins_with = begins_with
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._said: dict[str, tuple[float, Op]] = {}

    @property
    def stands(self) -> bool:
        """There is a server at the other end."""
        return self._socket is not None

    async def keep(
        self,
        serve: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]],
        lost: Callable[[str], None],
    ) -> None:
        """Serve one link after another until cancelled; `lost` is told each time, with the cure.

        Raises `BackendUnavailableError` when no server answers for `gives_up_after_s`.
        """
        alone_since: float | None = None
        delay_s = _FIRST_DELAY_S
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with asyncio.timeout(_ANSWER_S):
                        socket = await session.ws_connect(
                            self._config.address,
                            heartbeat=_HEARTBEAT_S,
                            max_msg_size=_MOST_BYTES,
                            timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_S),
                        )
                    alone_since, delay_s = None, _FIRST_DELAY_S
                    await self._use(socket, serve)
                    why = "the server closed the link"
                except (aiohttp.ClientError, OSError, TimeoutError) as fault:
                    why = str(fault) or type(fault).__name__
                now = self._clock.now()
                alone_since = now if alone_since is None else alone_since
                cure = (
                    f"rosbridge does not answer at {self._config.address} ({why}); start it: ros2"
                    " launch rosbridge_server rosbridge_websocket_launch.xml"
                )
                lost(cure)
                if now - alone_since >= self._config.gives_up_after_s:
                    raise BackendUnavailableError(cure)
                await self._clock.sleep_until(now + delay_s)
                delay_s = min(2 * delay_s, _LONGEST_DELAY_S)

    async def say(self, topic: str, message: Op, *, again: bool = False) -> None:
        """Publish on a topic. The same as before is not said again for a while."""
        now = self._clock.now()
        said_at, said = self._said.get(topic, (float("-inf"), {}))
        if not topic or (not again and said == message and now - said_at < _SAME_AGAIN_S):
            return
        self._said[topic] = (now, message)
        await self._send({"op": "publish", "topic": topic, "msg": message})

    async def _use(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        serve: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]],
    ) -> None:
        self._socket = socket
        self._said.clear()
        try:
            for op in self._begins_with:
                await self._send(op)
            await serve(socket)
        finally:
            self._socket = None
            await socket.close()

    async def _send(self, op: Op) -> None:
        """Send, or end the link when it takes nothing: what waits in it would be stale."""
        socket = self._socket
        if socket is None or socket.closed:
            return
        try:
            async with asyncio.timeout(_SEND_S):
                await socket.send_str(json.dumps(op, allow_nan=False))
        except (ConnectionError, TimeoutError):
            await socket.close()


def motion_ops(config: RosConfig) -> list[Op]:
    """What is published, and where the robot is."""
    published = (
        (config.trajectory_topic, _TRAJECTORY),
        (config.face_topic, _FACE),
        (config.words_topic, _STRING),
        (config.acts_topic, _STRING),
    )
    ops: list[Op] = [
        {"op": "advertise", "topic": topic, "type": kind} for topic, kind in published if topic
    ]
    every_ms = round(500 / config.rate_hz)
    return ops + _subscribed(config.state_topic, _STATES, every_ms)


def emergency_ops(config: RosConfig) -> list[Op]:
    """The emergency topic, and nothing else."""
    return _subscribed(config.emergency_topic, _BOOL, 0)


def _subscribed(topic: str, kind: str, every_ms: int) -> list[Op]:
    rate: Op = {"throttle_rate": every_ms, "queue_length": 1}
    return [{"op": "subscribe", "topic": topic, "type": kind} | rate] if topic else []
