"""A Reachy Mini plays along: head, body and antennas, through its own daemon.

One writer: targets are streamed only while the robot is this program's. A primary move in flight
(waking, sleeping, a dance begun in its dashboard) stops the stream until it is over, and no move
is begun while the stream runs. An app of the daemon's own that holds the robot keeps it. A daemon
that goes away costs what would have been shown meanwhile; it is looked for again, and found.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.configs import ReachyConfig
from actuation.embodiments.reachy_daemon import (
    DaemonLostError,
    ReachyDaemon,
    RobotState,
    TargetStream,
    first_of,
)
from actuation.embodiments.reachy_motion import AXES, HIGH, LOW, ReachyMotion, to_daemon
from actuation.embodiments.reachy_voice import ReachyVoice
from actuation.motion import BodyDescription, Halt, Release, StageItem
from agent.core.clock import Clock
from agent.core.messages import ComponentHealth, Health, Message

_FIRST_RETRY_S: Final = 0.5
_LAST_RETRY_S: Final = 5.0
_LOOK_S: Final = 1.0
"""How often lock and moves are asked for; moves are told as well, but a line may miss one."""
_LOOK_BLOCKED_S: Final = 0.1
_STATES_HZ: Final = 10.0
_WAKE_APART_S: Final = 10.0
_REST_WITHIN_S: Final = 0.15
"""The program may be ending: the daemon goes on to lay the robot down by itself."""
_ASTRAY_RAD: Final = 0.4
_ASTRAY_S: Final = 2.0
_SPARE_S: Final = 0.05
"""Frames are sent so much sooner than they are read."""
_KEPT: Final = 6_000
_CANNOT: Final = (
    "It has no arms: it points and gestures with head and antennas.",
    "It has no mouth: its head moves with the voice.",
)


class ReachyBody:
    """One Reachy Mini."""

    def __init__(
        self,
        *,
        config: ReachyConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
    ) -> None:
        self._called = config.name or config.kind
        self.name = f"actuation.body.{self._called}"
        self.told: deque[tuple[float, NDArray[np.float64]]] = deque(maxlen=_KEPT)
        """When the robot was told to be where, the last minutes of it: to compare with."""
        self.present: RobotState | None = None
        """Where it is, as last heard."""
        self._config = config
        self._clock = clock
        self._publish = publish
        self._motion = ReachyMotion(config)
        self.voice = ReachyVoice(config.voice_delay_s) if config.voice else None
        """What its loudspeaker says; whoever has the way there asks it. None: nothing."""
        self._health, self._detail = Health.STARTING, ""
        self._moves: set[str] = set()
        self._holder: str | None = None
        self._awake = self._resting = self._mine = False
        self._woken_at = self._followed_at = float("-inf")
        self._stirred = asyncio.Event()

    def describe(self) -> BodyDescription:
        """Head and neck, no face, and its own axes with their limits."""
        limits = zip(AXES[3:], LOW[3:], HIGH[3:], strict=True)
        voice_s = self.voice.lead_s if self.voice is not None else 0.0
        return BodyDescription(
            name=self._called,
            joints=("neck", "head"),
            speaks=self.voice is not None,
            lead_s=max(0.25, self._motion.ahead_s + _SPARE_S, voice_s),
            limits_rad={axis: (float(low), float(high)) for axis, low, high in limits},
            cannot=_CANNOT,
        )

    async def connect(self) -> None:
        """Be awake as soon as the daemon is found; `run` looks for it and tells of it."""
        self._resting = False
        self._woken_at = float("-inf")
        self._stirred.set()

    def apply(self, item: StageItem) -> None:
        """Take one item."""
        self._motion.take(item, self._clock.now())
        if self.voice is not None:
            self.voice.take(item, self._clock.now())
        if isinstance(item, Halt | Release):
            self._stirred.set()

    async def rest(self) -> None:
        """Lay it to sleep and let go. It is asked on a line of its own: `run` may be ending."""
        self._resting = True
        self._stirred.set()
        if not (self._mine and self._config.sleeps) or self._motion.halted:
            return
        self._mine = self._awake = False
        try:
            async with asyncio.timeout(_REST_WITHIN_S), ReachyDaemon(self._config.address) as robot:
                self._moves.add(await robot.sleep())
        except (DaemonLostError, TimeoutError):
            self._say(Health.DEGRADED, "the robot could not be laid to sleep")

    def health(self) -> Health:
        """Whether it shows what it is given."""
        return self._health

    async def run(self) -> None:
        """Find the daemon, have the robot, move it; again and again."""
        if self.voice is None:
            await self._stay()
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self.voice.report(self._called, self._clock, self._publish))
            group.create_task(self._stay())

    async def _stay(self) -> None:
        retry_s = _FIRST_RETRY_S
        while True:
            begun = self._clock.now()
            lost: DaemonLostError | None = None
            try:
                async with ReachyDaemon(self._config.address) as robot:
                    await self._live(robot)
            except* DaemonLostError as problems:
                lost = first_of(problems)
            if (task := asyncio.current_task()) is not None and task.cancelling():
                # A group that failed as it was cancelled tells of its failure only.
                raise asyncio.CancelledError
            self._mine = self._awake = False
            self.present = None
            self._woken_at = float("-inf")
            self._moves.clear()
            if self._clock.now() - begun > _LAST_RETRY_S:
                retry_s = _FIRST_RETRY_S
            self._say(Health.DEGRADED, f"{lost}. Looked for again every few seconds")
            await self._clock.sleep_until(self._clock.now() + retry_s)
            retry_s = min(2 * retry_s, _LAST_RETRY_S)

    async def _live(self, robot: ReachyDaemon) -> None:
        """Everything over one connection; ends by `DaemonLostError`."""
        status = await robot.status()
        if status.state != "running":
            why = f": {status.error}" if status.error else ""
            raise DaemonLostError(
                f"the robot's daemon is there, but {status.state}{why}; see its dashboard at"
                f" {self._config.address}"
            )
        if self._config.release_devices:
            await robot.release_devices()
        await self._look(robot)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear_of_moves(robot))
            group.create_task(self._keep_looking(robot))
            group.create_task(self._watch(robot))
            group.create_task(self._heed_halts(robot))
            if self.voice is not None:
                group.create_task(self.voice.keep(robot))
            targets = await robot.targets()
            group.create_task(self._hear_complaints(targets))
            while True:
                await self._have(robot)
                await self._stream(targets)

    # Whose robot it is.

    def _in_the_way(self) -> str | None:
        """Why nothing may be streamed now; None: it may. An empty reason needs no telling."""
        if self._holder is not None:
            return f"the app {self._holder!r} has the robot; stop it in the daemon's dashboard"
        if self._resting or self._moves or not self._awake:
            return ""
        return None

    async def _have(self, robot: ReachyDaemon) -> None:
        """Return once the robot is awake and nobody else moves it."""
        while (why := self._in_the_way()) is not None:
            if why:
                self._say(Health.DEGRADED, why)
            if self._holder is None and not (self._resting or self._motion.halted):
                await self._wake(robot)
            await self._clock.sleep_until(self._clock.now() + _LOOK_BLOCKED_S)
        self._motion.start_from((await robot.state()).pose())
        self._mine = True
        self._followed_at = self._clock.now()
        self._say(Health.RUNNING, "")

    async def _wake(self, robot: ReachyDaemon) -> None:
        """Wake it up when it is asleep, and not too often: somebody may want it asleep."""
        if self._awake or self._moves:
            return
        now = self._clock.now()
        enabled = (await robot.state()).control_mode == "enabled"
        if not self._config.wakes and not enabled:
            self._say(Health.DEGRADED, "the robot sleeps; wake it in its daemon's dashboard")
            return
        if now - self._woken_at < _WAKE_APART_S and not enabled:
            return
        self._woken_at = now
        await robot.enable_motors()
        self._moves.add(await robot.wake())
        self._awake = True

    async def _look(self, robot: ReachyDaemon) -> None:
        self._holder = (await robot.lock()).holder
        if self._holder is not None:
            self._awake = self._mine = False  # its app leaves it as it likes
        known = set(self._moves)
        running = await robot.running()
        self._moves = running | (self._moves - known)  # and what began while it answered

    async def _keep_looking(self, robot: ReachyDaemon) -> None:
        while True:
            wait_s = _LOOK_S if self._in_the_way() is None else _LOOK_BLOCKED_S
            await self._clock.sleep_until(self._clock.now() + wait_s)
            await self._look(robot)

    async def _hear_of_moves(self, robot: ReachyDaemon) -> None:
        async for news in robot.moves():
            if news.type == "move_started":
                self._moves.add(news.uuid)
            else:
                self._moves.discard(news.uuid)

    # Moving it.

    async def _stream(self, targets: TargetStream) -> None:
        """Tell it where to be, until it is somebody else's or sleeps."""
        period_s = 1.0 / self._config.rate_hz
        due = self._clock.now()
        while self._in_the_way() is None:
            now = self._clock.now()
            pose = self._motion.step(now)
            self.told.append((now, pose.copy()))
            await targets.send(to_daemon(pose))
            due = max(due + period_s, self._clock.now())
            await self._clock.sleep_until(due)

    async def _heed_halts(self, robot: ReachyDaemon) -> None:
        """An emergency stops primary moves too, whoever began them."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            if self._motion.halted:
                for move in tuple(self._moves):
                    await robot.stop(move)

    # Whether it does what it is told.

    async def _watch(self, robot: ReachyDaemon) -> None:
        async for state in robot.states(_STATES_HZ):
            self.present = state
            now = self._clock.now()
            if self._in_the_way() is not None:
                self._followed_at = now
                continue
            if state.control_mode != "enabled":
                self._awake = False
                continue
            astray = float(np.max(np.abs(state.pose() - self._motion.pose)[3:6]))
            if astray < _ASTRAY_RAD:
                self._followed_at = now
                self._say(Health.RUNNING, "")
            elif now - self._followed_at > _ASTRAY_S:
                self._say(
                    Health.DEGRADED,
                    "the head does not follow: somebody holds it, another program moves it, or a"
                    " motor is off",
                )

    async def _hear_complaints(self, targets: TargetStream) -> None:
        async for complaint in targets.complaints():
            raise DaemonLostError(f"the robot's daemon refuses its targets: {complaint}")

    def _say(self, health: Health, detail: str) -> None:
        if (health, detail) == (self._health, self._detail):
            return
        self._health, self._detail = health, detail
        self._publish(
            ComponentHealth(at=self._clock.now(), component=self.name, health=health, detail=detail)
        )
