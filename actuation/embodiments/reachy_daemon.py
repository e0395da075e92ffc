"""The daemon of a Reachy Mini over HTTP and WebSocket: what is asked of it, and nothing more.

Written against version 1.12 of the daemon, whose own page at `/docs` lists all of it. Its traps:
`set_target` is silently ignored while a move runs; the gap between two parts of one move lets a
target through; a stream of targets is answered only when one was malformed.
"""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Final, Literal, Self, TypeVar

import aiohttp
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, RootModel, ValidationError

from agent.core.errors import FoyerError

Floats = NDArray[np.float64]

_ANSWER_S: Final = 3.0
_SILENT_S: Final = 2.0
"""A stream of states that says nothing for so long is taken for dead."""
_GOODBYE_S: Final = 0.03
_MOST_BYTES: Final = 65_536
_Model = TypeVar("_Model", bound=BaseModel)
_PROBLEMS: Final = (aiohttp.ClientError, OSError, TimeoutError, ValidationError, ValueError)


class DaemonLostError(FoyerError):
    """The daemon is not there, went away, or answers what cannot be understood."""


class DaemonStatus(BaseModel):
    """Whether it is at work. `state`: `running`, `starting`, `error` and others."""

    state: str
    version: str | None = None
    error: str | None = None


class AppLock(BaseModel):
    """Which app of the daemon's own has the robot."""

    state: Literal["free", "local_app", "remote_session"]
    holder_name: str | None = None

    @property
    def holder(self) -> str | None:
        """The app's name; None when the robot is free."""
        return None if self.state == "free" else self.holder_name or self.state


class Move(BaseModel):
    """One primary move in flight."""

    uuid: str


class _Moves(RootModel[list[Move]]):
    pass


class MoveNews(Move):
    """What became of a move: `move_started`, `move_completed`, `move_failed`, `move_cancelled`."""

    type: str
    details: str = ""


class HeadPose(BaseModel):
    """Metres and radians in the daemon's frame: pitch is positive down."""

    x: float
    y: float
    z: float
    roll: float
    pitch: float
    yaw: float


class RobotState(BaseModel):
    """Where it is."""

    head_pose: HeadPose
    body_yaw: float
    antennas_position: tuple[float, float]
    control_mode: Literal["enabled", "disabled", "gravity_compensation"] = "enabled"

    def pose(self) -> Floats:
        """As the motion counts, (9,): pitch up, antennas outward."""
        h, (right, left) = self.head_pose, self.antennas_position
        return np.array([h.x, h.y, h.z, h.roll, -h.pitch, h.yaw, self.body_yaw, -right, left])


class TargetStream:
    """Where it is to be, told many times a second."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, address: str) -> None:
        self._socket = socket
        self._address = address

    async def send(self, target: dict[str, object]) -> None:
        """Tell one target, a `FullBodyTarget`."""
        if self._socket.closed:
            raise DaemonLostError(f"the daemon at {self._address} closed the line")
        try:
            await self._socket.send_json(target)
        except _PROBLEMS as problem:
            raise DaemonLostError(f"the daemon at {self._address} went away") from problem

    async def complaints(self) -> AsyncIterator[str]:
        """What it answers: only targets that it could not understand."""
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                yield str(message.data)[:200]
        raise DaemonLostError(f"the daemon at {self._address} closed the line")


class ReachyDaemon:
    """One connection. All calls raise `DaemonLostError`."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._session: aiohttp.ClientSession
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            for socket in self._sockets:
                await socket.close()
        finally:
            await self._session.close()

    async def status(self) -> DaemonStatus:
        """Whether it is at work."""
        return self._read(DaemonStatus, await self._ask("GET", "daemon/status"))

    async def lock(self) -> AppLock:
        """Who has the robot."""
        return self._read(AppLock, await self._ask("GET", "daemon/robot-app-lock-status"))

    async def running(self) -> set[str]:
        """Primary moves in flight, whoever began them over this interface."""
        moves = self._read(_Moves, await self._ask("GET", "move/running"))
        return {move.uuid for move in moves.root}

    async def state(self) -> RobotState:
        """Where it is now."""
        return self._read(RobotState, await self._ask("GET", "state/full"))

    async def enable_motors(self) -> None:
        """Switch the motors on; they hold where they are."""
        await self._ask("POST", "motors/set_mode/enabled")

    async def wake(self) -> str:
        """Begin to wake up; return the move."""
        return self._read(Move, await self._ask("POST", "move/play/wake_up")).uuid

    async def sleep(self) -> str:
        """Begin to go to sleep, motors off at the end; return the move."""
        return self._read(Move, await self._ask("POST", "move/play/goto_sleep")).uuid

    async def stop(self, move: str) -> None:
        """Stop a primary move where it is. One that is over is no error."""
        await self._ask("POST", "move/stop", {"uuid": move}, forgive=(404, 500))

    async def release_devices(self) -> None:
        """Make it let go of camera, microphone and loudspeaker."""
        await self._ask("POST", "media/release")

    async def hush(self) -> None:
        """Throw away sound that it has and has not played. Without its media that is no error."""
        await self._ask("POST", "media/clear_incoming_audio", forgive=(404, 503))

    async def targets(self) -> TargetStream:
        """Open the stream of targets."""
        return TargetStream(await self._line("move/ws/set_target"), self._address)

    async def states(self, rate_hz: float) -> AsyncIterator[RobotState]:
        """Where it is, `rate_hz` times a second, until it goes away."""
        socket = await self._line(f"state/ws/full?frequency={rate_hz:g}")
        while True:
            yield self._read(RobotState, await self._heard(socket, _SILENT_S))

    async def moves(self) -> AsyncIterator[MoveNews]:
        """Primary moves as they begin and end."""
        socket = await self._line("move/ws/updates")
        while True:
            yield self._read(MoveNews, await self._heard(socket, None))

    async def _line(self, path: str) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket. It ends with the session."""
        try:
            socket = await self._session.ws_connect(
                f"{self._address}/api/{path}",
                max_msg_size=_MOST_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=_GOODBYE_S),
            )
        except _PROBLEMS as problem:
            raise self._lost(problem) from problem
        self._sockets.append(socket)
        return socket

    async def _heard(self, socket: aiohttp.ClientWebSocketResponse, within_s: float | None) -> str:
        try:
            async with asyncio.timeout(within_s):
                message = await socket.receive()
        except _PROBLEMS as problem:
            raise self._lost(problem) from problem
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise DaemonLostError(f"the daemon at {self._address} closed the line")
        return str(message.data)

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, object] | None = None,
        forgive: tuple[int, ...] = (),
    ) -> bytes:
        url = f"{self._address}/api/{path}"
        try:
            async with self._session.request(method, url, json=body) as answer:
                text = await answer.content.read(_MOST_BYTES)
                if answer.status >= 400 and answer.status not in forgive:
                    raise DaemonLostError(
                        f"the daemon at {self._address} answers {answer.status} to {path}:"
                        f" {text[:120].decode(errors='replace')}"
                    )
                return text
        except _PROBLEMS as problem:
            raise self._lost(problem) from problem

    def _read(self, model: type[_Model], text: str | bytes) -> _Model:
        try:
            return model.model_validate_json(text)
        except ValidationError as problem:
            raise self._lost(problem) from problem

    def _lost(self, problem: BaseException) -> DaemonLostError:
        if isinstance(problem, ValidationError):
            return DaemonLostError(
                f"what answers at {self._address} is not understood; is it the daemon of a"
                " Reachy Mini, version 1.12 or near?"
            )
        why = str(problem) or type(problem).__name__
        return DaemonLostError(
            f"no daemon of a Reachy Mini at {self._address} ({why}); start reachy-mini-daemon, or"
            " correct `address`"
        )


def first_of(problems: BaseExceptionGroup[DaemonLostError]) -> DaemonLostError:
    """One of what went wrong at once, to tell."""
    problem: BaseException = problems
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    assert isinstance(problem, DaemonLostError)
    return problem
