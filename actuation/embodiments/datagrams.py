"""Puppets on the network: a pose at a steady rate, each in datagrams of its own, nothing back.

`Puppet` says what is to be seen at a moment: the frames, blended to that moment; after an
emergency the pose it had; without frames for a while its resting pose, reached slowly. It is pure.
`DatagramBody` is the shell: a socket and a timer. Who listens is not known with UDP. Where the
host refuses, that is told and the poses go on, so that a program started later moves at once.
"""

import asyncio
import math
import socket
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.deadline import Deadline, Pace
from actuation.bodies.frame_queue import FrameQueue, blend
from actuation.bodies.puppet_configs import PuppetConfig
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import minimum_jerk
from actuation.motion import (
    FACE_INDEX,
    BodyDescription,
    Cut,
    Frame,
    FrameChunk,
    Halt,
    Release,
    StageItem,
)
from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import ComponentHealth, Health, Message

_TAKE_UP_S: Final = 0.3
"""From standing to following the frames."""
_UNHEARD_FOR_S: Final = 3.0
"""A refusal counts this long: hosts do not answer every datagram with one."""


def resting_frame() -> Frame:
    """Upright, hands before the body, a face at rest, eyes ahead."""
    return Frame(
        at=0.0,
        utterance=None,
        score_s=0.0,
        joints=rest_pose().astype(np.float32),
        face=np.zeros(len(ARKIT_NAMES), np.float32),
        gaze_yaw_rad=0.0,
        gaze_pitch_rad=0.0,
    )


class Puppet:
    """What one puppet shows at a moment. Pure: time is an argument and does not run back."""

    def __init__(self, *, settle_s: float) -> None:
        """`settle_s`: how long it takes to reach its resting pose."""
        self.dropped = 0
        """Frames that came while it was halted."""
        self.resting = False
        """It was sent to rest, and nothing came since."""
        self._frames = FrameQueue()
        self._deadline = Deadline()
        self._settle_s = settle_s
        self._rest = self._shown = self._from = resting_frame()
        self._follows = False
        self._since = float("-inf")

    def take(self, item: StageItem, now: float) -> None:
        """Take one item of the stage."""
        match item:
            case FrameChunk() if self._deadline.halted:
                self.dropped += len(item.frames)
            case FrameChunk() if self._frames.push(item) and item.frames:
                self._deadline.frame(item.frames[-1].at)
                self.resting = False
            case Cut() if item.generation >= self._frames.generation:
                self._frames.generation = item.generation
                self._forget(now)
            case Halt():
                self._deadline.halted = True
                self._forget(now)
            case Release():
                self._deadline.halted = False
                self._from, self._since = self._shown, now

    def rest(self, now: float) -> None:
        """Forget what is to come and go to rest."""
        self._forget(now)
        self.resting = True

    def at(self, now: float) -> Frame:
        """The frame to be seen at stage time `now`."""
        if self._deadline.halted:
            return self._shown
        frame = self._frames.at(now)
        if frame is None or self.resting or self._deadline.pace(now) is Pace.REST:
            frame = self._rest
        if self._follows != (frame is not self._rest):
            self._follows = not self._follows
            self._from, self._since = self._shown, now
        share = (now - self._since) / (_TAKE_UP_S if self._follows else self._settle_s)
        if share < 1:
            frame = blend(self._from, frame, float(minimum_jerk(share)), now)
        self._shown = frame
        return frame

    def _forget(self, now: float) -> None:
        """Drop what is still to come."""
        self._frames.cut(Cut(generation=self._frames.generation, at=now), now)
        self._deadline.cut(now)


class DatagramBody:
    """A puppet with its line. A kind of body says how a frame looks in bytes and what it is."""

    def __init__(
        self,
        *,
        config: PuppetConfig,
        cure: str,
        clock: Clock,
        publish: Callable[[Message], None],
    ) -> None:
        """`cure`: what to do when nobody listens."""
        self.sent = 0
        """Frames handed to the network."""
        self._called = config.name or config.kind
        self.name = f"actuation.body.{self._called}"
        self._config = config
        self._cure = cure
        self._clock = clock
        self._publish = publish
        self._puppet = Puppet(settle_s=config.settle_s)
        self._open = False
        self._heard = True
        self._refused_at = float("-inf")
        self._why = ""

    def describe(self) -> BodyDescription:
        """Say what this body is."""
        raise NotImplementedError

    def datagrams(self, frame: Frame, at: float) -> Sequence[bytes | memoryview]:
        """The bytes of one frame sent at `at`, each a datagram; valid until the next call."""
        raise NotImplementedError

    async def connect(self) -> None:
        """Nothing to wait for: UDP does not tell whether anyone listens."""

    def apply(self, item: StageItem) -> None:
        """Take one item; poses go out with the next tick."""
        self._puppet.take(item, self._clock.now() + self._config.ahead_s)

    async def rest(self) -> None:
        """Go to the resting pose; when the line is closed it is there at once."""
        self._puppet.rest(self._clock.now() + self._config.ahead_s)

    def health(self) -> Health:
        """Running while poses go out and nobody refuses them."""
        if not self._open:
            return Health.STARTING
        return Health.RUNNING if self._heard else Health.DEGRADED

    async def run(self) -> None:
        """Send poses at a steady rate until cancelled; one that was missed is not made up for."""
        rate_hz, clock = self._config.rate_hz, self._clock
        with await self._line() as line:
            self._open, self._heard, self._refused_at = True, True, float("-inf")
            tick = math.ceil(clock.now() * rate_hz)
            try:
                while True:
                    await clock.sleep_until(tick / rate_hz)
                    now = clock.now()
                    self._show(line, self._puppet.at(now + self._config.ahead_s), now)
                    tick = max(tick + 1, math.ceil(now * rate_hz))
            finally:
                self._open = False
                if self._puppet.resting:
                    self._show(line, resting_frame(), clock.now())

    async def _line(self) -> socket.socket:
        host, port = self._config.host, self._config.port
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, address = found[0]
            line = socket.socket(family, kind, protocol)
        except (OSError, UnicodeError) as fault:
            raise BackendUnavailableError(
                f"body {self._called}: no host {host!r} ({fault}); correct it in bodies"
            ) from None
        try:
            line.setblocking(False)
            line.connect(address)
        except OSError as fault:
            line.close()
            raise BackendUnavailableError(
                f"body {self._called}: no way to {host}:{port} ({fault}); is the network up?"
            ) from None
        return line

    def _show(self, line: socket.socket, frame: Frame, now: float) -> None:
        for datagram in self.datagrams(frame, now):
            if not self._out(line, datagram, now):
                break  # the next pose says it all again
        self.sent += 1
        heard = now - self._refused_at > _UNHEARD_FOR_S
        if heard != self._heard:
            self._heard = heard
            self._tell(now)

    def _out(self, line: socket.socket, datagram: bytes | memoryview, now: float) -> bool:
        """Send it; False when the network does not take it."""
        for _ in range(2):
            try:
                line.send(datagram)
            except BlockingIOError:
                return False
            except OSError as fault:
                # What is refused is an earlier datagram. This one has not been sent: once more.
                self._refused_at = now
                refused = isinstance(fault, ConnectionRefusedError)
                self._why = "nobody listens" if refused else str(fault.strerror)
            else:
                return True
        return False

    def _tell(self, now: float) -> None:
        where = f"{self._config.host}:{self._config.port}"
        self._publish(
            ComponentHealth(
                at=now,
                component=self.name,
                health=Health.RUNNING if self._heard else Health.DEGRADED,
                detail="" if self._heard else f"{self._why} at {where}; {self._cure}",
            )
        )


_LOOKS: Final = np.array(
    [FACE_INDEX[f"eyeLook{way}{side}"]
     for way, side in (("Out", "Left"), ("In", "Right"), ("In", "Left"), ("Out", "Right"),
                       ("Up", "Left"), ("Up", "Right"), ("Down", "Left"), ("Down", "Right"))]
)  # fmt: skip


def with_looks(frame: Frame, full_yaw_rad: float, full_pitch_rad: float) -> NDArray[np.float32]:
    """The face of `frame` with its gaze as eyeLook shapes, (52,) in 0..1.

    `full_yaw_rad`, `full_pitch_rad`: how far the eyes are turned where a shape is 1.
    """
    face = frame.face.copy()
    left, right = (min(max(yaw / full_yaw_rad, -1.0), 1.0) for yaw in frame.eyes_yaw_rad)
    up = min(max(frame.gaze_pitch_rad / full_pitch_rad, -1.0), 1.0)
    upwards, down = max(up, 0.0), max(-up, 0.0)
    face[_LOOKS] = (
        max(left, 0.0), max(right, 0.0), max(-left, 0.0), max(-right, 0.0),
        upwards, upwards, down, down,
    )  # fmt: skip
    return face
