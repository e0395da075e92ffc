"""Frames, acts, states and health for anyone who subscribes by ZeroMQ; emergency stop from outside.

A PUB socket publishes what `zmq_wire` packs and `zmq_schema.json` describes. A subscriber that is
slow or dead loses messages, sees it by `seq`, and holds nobody up. A ROUTER socket takes
`emergency_stop` from everyone let in and `emergency_release` from the keys named for it; whatever
else comes is refused and told. Without keys both listen on this machine only (`ZmqConfig`).

What it does not know: whether anybody shows what it publishes. A subscriber that moves a machine
has to hold by itself when frames stop coming for 0.2 s.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterable, Callable
from typing import Final

import zmq

from actuation.bodies.deadline import Deadline, Pace
from actuation.bodies.frame_queue import FrameQueue
from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.zmq_commands import Commands, Door
from actuation.embodiments.zmq_keys import ClientKeys, own_keys
from actuation.embodiments.zmq_wire import (
    ANNOUNCE_EVERY_S,
    TOPIC_OF,
    Packing,
    frame_content,
    message_content,
    voice_content,
)
from actuation.motion import (
    JOINT_NAMES,
    BodyDescription,
    Cut,
    FrameChunk,
    Halt,
    Release,
    StageItem,
    VoiceChunk,
    Volume,
)
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Health, Message

_MOST_SUBSCRIPTION_BYTES: Final = 1024
"""A handshake with keys has some hundred bytes as well."""
_HEARTBEAT_MS: Final = 2000
_LOST_AFTER_MS: Final = 6000


class ZmqBody:
    """The stream as an `Embodiment`."""

    def __init__(
        self,
        *,
        config: ZmqConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
    ) -> None:
        self._name = config.name or config.kind
        self.name = f"actuation.body.{self._name}"
        self.behind = 0
        """Times a subscriber fell behind and began to lose messages."""
        self.endpoint = ""
        """Where it publishes now, once it runs: with the port that was found free."""
        self._config = config
        self._clock = clock
        self._traffic = traffic
        self._keys = None if config.client_keys is None else ClientKeys(config.client_keys)
        self._commands = Commands(config=config, keys=self._keys, clock=clock, publish=publish)
        self._queue = FrameQueue()
        self._deadline = Deadline()
        self._packing = Packing()
        self._stream: zmq.Socket[bytes] | None = None
        self._health = Health.STARTING

    @property
    def commands_endpoint(self) -> str:
        """Where it takes commands now, once it runs; empty: nowhere."""
        return self._commands.endpoint

    @property
    def dropped(self) -> int:
        """Frames that came too late for their generation, or were cut."""
        return self._queue.dropped

    def describe(self) -> BodyDescription:
        """Say what this body is: all joints and blendshapes, for whoever listens."""
        return BodyDescription(
            name=self._name,
            joints=JOINT_NAMES,
            blendshapes=ARKIT_NAMES,
            cannot=("It does not know whether anybody shows what it publishes.",),
        )

    async def connect(self) -> None:
        """Look at the keys; raise `BackendUnavailableError` with the cure when they are no good."""
        if self._config.server_key is not None and self._keys is not None:
            own_keys(self._config.server_key)
            self._keys.check()

    def apply(self, item: StageItem) -> None:
        """Take one item. Sound goes out ahead, at once; frames when they are to be seen."""
        match item:
            case FrameChunk() if item.frames and not self._deadline.halted:
                if self._queue.push(item):
                    self._deadline.frame(item.frames[-1].at)
            case Cut():
                now = self._clock.now()
                self._queue.cut(item, now)
                self._deadline.cut(now)
                self._voice(item)
            case VoiceChunk() if not self._deadline.halted:
                self._voice(item)
            case Volume():
                self._voice(item)
            case Halt():
                self._halt(item)
            case Release():
                self._deadline.halted = False
                self._commands.halted = False
                self._announce()

    async def rest(self) -> None:
        """Drop what is to come; subscribers are told to rest."""
        now = self._clock.now()
        self._queue.cut(Cut(generation=self._queue.generation, at=now), now)
        self._deadline.cut(now - self._deadline.rest_after_s)

    def health(self) -> Health:
        """Running while it listens."""
        return self._health

    async def run(self) -> None:
        """Listen and publish until cancelled.

        Raises `BackendUnavailableError` when an address or a key cannot be used.
        """
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        door = None
        try:
            if self._keys is not None:
                self._keys.check()
                door = Door(context, self._keys, self._commands.refuse)
            stream, self.endpoint = self._open(context, zmq.PUB, self._config.address, door)
            async with asyncio.TaskGroup() as tasks:
                if door is not None:
                    tasks.create_task(door.admit())
                if self._config.commands:
                    opened = self._open(context, zmq.ROUTER, self._config.commands, door)
                    tasks.create_task(self._commands.take(*opened))
                    self._commands.endpoint = opened[1]
                self._stream, self._health = stream, Health.RUNNING
                tasks.create_task(self._frames())
                tasks.create_task(self._announcements())
                async for message in self._traffic:
                    if topic := TOPIC_OF.get(type(message)):
                        self._send(topic, message_content(message, words=self._config.words))
        finally:
            self._health, self._stream = Health.DEGRADED, None
            if door is not None:
                door.close()
            context.destroy(linger=0)

    def _open(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        kind: int,
        address: str,
        door: Door | None,
    ) -> tuple["zmq.Socket[bytes]", str]:
        """A listening socket that never blocks, and where it listens."""
        socket = context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.HEARTBEAT_IVL, _HEARTBEAT_MS)
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, _LOST_AFTER_MS)
        socket.setsockopt(zmq.IPV6, int("[" in address))
        if kind == zmq.PUB:
            socket.setsockopt(zmq.SNDHWM, self._config.high_water)
            socket.setsockopt(zmq.MAXMSGSIZE, _MOST_SUBSCRIPTION_BYTES)
            socket.setsockopt(zmq.XPUB_NODROP, 1)
        else:
            self._commands.limit(socket)
        if door is not None and self._config.server_key is not None:
            door.guard(socket, *own_keys(self._config.server_key))
        try:
            socket.bind(address)
        except zmq.ZMQError as error:
            raise BackendUnavailableError(
                f"{self._name}: cannot listen on {address} ({error.strerror});"
                " end the program that does, or choose another address for this body"
            ) from None
        return socket, socket.getsockopt_string(zmq.LAST_ENDPOINT)

    async def _frames(self) -> None:
        """Publish the frame to be seen now, again and again, until they stop coming for long."""
        due = self._clock.now()
        before = Pace.REST
        while True:
            now = self._clock.now()
            pace = self._deadline.pace(now)
            if pace is not Pace.REST or before is not Pace.REST:
                self._show(now, pace)
            before = pace
            due = max(due + 1 / self._config.rate_hz, now)
            await self._clock.sleep_until(due)

    async def _announcements(self) -> None:
        while True:
            self._announce()
            await self._clock.sleep_until(self._clock.now() + ANNOUNCE_EVERY_S)

    def _halt(self, item: Halt) -> None:
        now = self._clock.now()
        self._deadline.halted = True
        self._commands.halted = True
        self._queue.cut(Cut(generation=self._queue.generation, at=now), now)
        self._show(now, Pace.HOLD)
        self._announce()
        self._voice(Cut(generation=self._queue.generation + 1, at=item.at))

    def _show(self, now: float, pace: Pace) -> None:
        frame = self._queue.at(now)
        if frame is None:
            return
        content = frame_content(frame, generation=self._queue.generation, pace=pace)
        if content is not None:
            self._send("frame", content)

    def _voice(self, item: VoiceChunk | Cut | Volume) -> None:
        if self._config.voice:
            self._send("voice", voice_content(item))

    def _announce(self) -> None:
        content = {
            "name": self._name,
            "joints": JOINT_NAMES,
            "blendshapes": ARKIT_NAMES,
            "rate_hz": self._config.rate_hz,
            "voice": self._config.voice,
            "pace": str(self._deadline.pace(self._clock.now())),
            "halted": self._deadline.halted,
            "frames": self._packing.sent("frame"),
            "behind": self.behind,
            "refused": self._commands.refused,
        }
        self._send("body", content)

    def _send(self, topic: str, content: dict[str, object]) -> None:
        """Publish, and never wait: whoever does not keep up goes without."""
        stream = self._stream
        if stream is None or stream.closed:
            return
        parts = self._packing.pack(topic, self._clock.now(), content)
        try:
            stream.send_multipart(parts, zmq.DONTWAIT)
        except zmq.Again:
            # Somebody is full. The others get it; the full one goes without until it reads again.
            self.behind += 1
            stream.setsockopt(zmq.XPUB_NODROP, 0)
            with contextlib.suppress(zmq.Again):
                stream.send_multipart(parts, zmq.DONTWAIT)
            stream.setsockopt(zmq.XPUB_NODROP, 1)
