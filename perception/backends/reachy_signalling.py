"""How a WebRTC session with a Reachy Mini's daemon is agreed on.

The daemon runs the signalling server of GStreamer's `webrtcsink` on a port of its own: JSON over
a WebSocket. It makes the offer. Both sides' messages are checked here; nothing of media is known.
"""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from agent.core.errors import FoyerError

_NAME: Final = "reachymini"
"""What the daemon calls what it shares."""
_MOST_BYTES: Final = 262_144
_GOODBYE_S: Final = 0.1


class MediaLostError(FoyerError):
    """No session with the robot's daemon, or no more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the daemon would send and take, as SDP."""

    sdp: str


@dataclass(frozen=True, slots=True)
class IceCandidate:
    """A way to reach the daemon; empty: there are no more."""

    candidate: str
    line: int
    """Index of the media line in the offer."""


class Signalling:
    """One session on an open WebSocket. All raise `MediaLostError`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, where: str) -> None:
        self._socket = socket
        self._where = where
        self._session = ""

    async def start(self) -> None:
        """Find what the robot shares, and begin."""
        await self._heard("welcome")
        meta = {"name": "foyer"}
        await self._send({"type": "setPeerStatus", "roles": ["listener"], "meta": meta})
        await self._send({"type": "list"})
        producers = (await self._heard("list")).get("producers")
        peer = _chosen(producers if isinstance(producers, list) else [])
        if peer is None:
            raise MediaLostError(
                f"the robot's daemon shares neither camera nor sound at {self._where}; is it"
                " started with --no-media, or has another program released its devices?"
            )
        await self._send({"type": "startSession", "peerId": peer})
        self._session = str((await self._heard("sessionStarted")).get("sessionId", ""))

    async def answer(self, sdp: str) -> None:
        """Take the offer."""
        description = {"type": "answer", "sdp": sdp}
        await self._send({"type": "peer", "sessionId": self._session, "sdp": description})

    async def end(self) -> None:
        """Let the daemon know; without an answer."""
        if self._session and not self._socket.closed:
            await self._send({"type": "endSession", "sessionId": self._session})

    async def news(self) -> AsyncIterator[Offer | IceCandidate]:
        """What the daemon says of this session until it ends it, which raises."""
        while True:
            message = await self._next()
            if message.get("sessionId") not in (None, self._session):
                continue
            match message.get("type"):
                case "peer":
                    if (said := _of_peer(message)) is not None:
                        yield said
                case "endSession":
                    raise MediaLostError(f"the robot's daemon ended the session at {self._where}")

    async def _heard(self, kind: str) -> dict[str, Any]:
        while True:
            message = await self._next()
            if message.get("type") == kind:
                return message

    async def _next(self) -> dict[str, Any]:
        frame = await self._socket.receive()
        if frame.type is not aiohttp.WSMsgType.TEXT:
            raise MediaLostError(f"the robot's daemon closed the line at {self._where}")
        try:
            message = json.loads(frame.data)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise MediaLostError(f"what answers at {self._where} shares no media of a robot")
        if message.get("type") == "error":
            why = str(message.get("details", ""))[:200]
            raise MediaLostError(f"the robot's daemon refuses to share at {self._where}: {why}")
        return message

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await self._socket.send_json(message)
        except (aiohttp.ClientError, OSError) as problem:
            raise MediaLostError(f"the robot's daemon went away at {self._where}") from problem


@contextlib.asynccontextmanager
async def connected(http: aiohttp.ClientSession, where: str) -> AsyncIterator[Signalling]:
    """A line to the signalling server at `where` (ws://host:port)."""
    try:
        socket = await http.ws_connect(
            where, max_msg_size=_MOST_BYTES, timeout=aiohttp.ClientWSTimeout(ws_close=_GOODBYE_S)
        )
    except (aiohttp.ClientError, OSError, TimeoutError) as problem:
        raise MediaLostError(
            f"the robot's daemon shares no camera and no sound at {where} ({problem}); it needs"
            " GStreamer's webrtcsink and must not be started with --no-media"
        ) from problem
    try:
        yield Signalling(socket, where)
    finally:
        await socket.close()


def _chosen(producers: list[Any]) -> str | None:
    """The robot among what is shared there: by its name, else the only one."""
    known: list[tuple[str, str]] = []
    for each in producers:
        if isinstance(each, dict) and isinstance(each.get("id"), str):
            meta = each.get("meta")
            known.append((str(meta.get("name")) if isinstance(meta, dict) else "", each["id"]))
    named = [peer for name, peer in known if name == _NAME]
    if named:
        return named[0]
    return known[0][1] if len(known) == 1 else None


def _of_peer(message: dict[str, Any]) -> Offer | IceCandidate | None:
    sdp, ice = message.get("sdp"), message.get("ice")
    if isinstance(sdp, dict) and sdp.get("type") == "offer" and isinstance(sdp.get("sdp"), str):
        return Offer(sdp["sdp"])
    if isinstance(ice, dict) and isinstance(ice.get("candidate"), str):
        line = ice.get("sdpMLineIndex")
        return IceCandidate(ice["candidate"], line if isinstance(line, int) else 0)
    return None
