"""A robot in ROS 2, by the rosbridge v2 protocol over a WebSocket; nothing of ROS is needed here.

It publishes short JointTrajectories, each in the place of the one before, so that a lost link ends
in a stop at the last look-ahead point; the blendshapes; and, when asked for, words and acts. It
starts from where the robot says it is, and moves nothing before it knows. Limits and speeds are
applied last (`ros_trajectory.Follower`). Frames that stop coming: hold, then slowly to rest. The
emergency topic has a link of its own; while that is lost nothing new is asked of the robot.

What it does not know: whether the robot follows. That is its controller's to watch.
"""

import asyncio
from collections.abc import AsyncIterable, Callable

import aiohttp
import numpy as np

from actuation.bodies.deadline import Deadline, Pace
from actuation.bodies.frame_queue import FrameQueue
from actuation.bodies.ros_config import RosConfig
from actuation.embodiments.ros_link import RosLink, emergency_ops, motion_ops
from actuation.embodiments.ros_senses import RosSenses
from actuation.embodiments.ros_trajectory import (
    Floats,
    Follower,
    JointMapping,
    blendshapes,
    joint_trajectory,
)
from actuation.motion import (
    JOINT_NAMES,
    BodyDescription,
    Cut,
    FrameChunk,
    Halt,
    Release,
    StageItem,
)
from agent.core.clock import Clock
from agent.core.codec import to_line
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Act, ClauseSpoken, ComponentHealth, Health, Message


class RosBody:
    """The robot as an `Embodiment`."""

    def __init__(
        self,
        *,
        config: RosConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
    ) -> None:
        self._name = config.name or config.kind
        self.name = f"actuation.body.{self._name}"
        self._config = config
        self._clock = clock
        self._publish = publish
        self._traffic = traffic
        self._mapping = JointMapping(config.joints)
        self._follower = Follower(self._mapping)
        self._senses = RosSenses(config=config, clock=clock, publish=publish)
        self._queue = FrameQueue()
        self._deadline = Deadline()
        self._link = RosLink(config=config, clock=clock, begins_with=motion_ops(config))
        self._ear = RosLink(config=config, clock=clock, begins_with=emergency_ops(config))
        self._halt_asked = asyncio.Event()
        self._hold_sent = False
        self._arrives_at = float("-inf")
        self._told = (Health.STARTING, "")

    @property
    def dropped(self) -> int:
        """Frames that came too late for their generation, or were cut."""
        return self._queue.dropped

    def describe(self) -> BodyDescription:
        """Say what this body is: the bones its joints follow, and its limits."""
        config = self._config
        bones = {bone for joint in config.joints for bone in joint.bones}
        return BodyDescription(
            name=self._name,
            joints=tuple(name for name in JOINT_NAMES if name in bones),
            blendshapes=ARKIT_NAMES if config.face_topic else (),
            limits_rad={j.name: (j.lowest_rad, j.highest_rad) for j in config.joints},
            cannot=("It does not know whether the robot follows.", "It plays no sound."),
        )

    async def connect(self) -> None:
        """Nothing to wait for: the link comes when the server is there."""

    def apply(self, item: StageItem) -> None:
        """Take one item. A halt is sent at the loop's next turn."""
        match item:
            case FrameChunk() if item.frames and not self._deadline.halted:
                if self._queue.push(item):
                    self._deadline.frame(item.frames[-1].at)
            case Cut():
                now = self._clock.now()
                self._queue.cut(item, now)
                self._deadline.cut(now)
            case Halt():
                now = self._clock.now()
                self._deadline.halted = self._senses.halted = True
                self._queue.cut(Cut(generation=self._queue.generation, at=now), now)
                self._hold_sent = False
                self._halt_asked.set()
            case Release():
                self._deadline.halted = self._senses.halted = False
                self._follower.forget()  # it may have been moved by hand since

    async def rest(self) -> None:
        """Drop what is to come; it goes to rest."""
        now = self._clock.now()
        self._queue.cut(Cut(generation=self._queue.generation, at=now), now)
        self._deadline.cut(now - self._deadline.rest_after_s)

    def health(self) -> Health:
        """Running while linked and it knows where the robot is."""
        return self._told[0]

    async def run(self) -> None:
        """Keep the link until cancelled.

        Raises `BackendUnavailableError` when no server answers for `gives_up_after_s`.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pass_on())
            if self._config.emergency_topic:
                tasks.create_task(self._ear.keep(self._senses.listen_for_stops, self._lost))
            await self._link.keep(self._serve, self._lost)

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Everything over one link, until it ends."""
        self._forget()
        async with asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(self._beats()), tasks.create_task(self._halts())]
            try:
                await self._senses.listen(socket)
            finally:
                for task in working:
                    task.cancel()

    def _lost(self, cure: str) -> None:
        self._tell(Health.DEGRADED, cure)

    def _forget(self) -> None:
        """Another link may lead to another robot, or to the same one moved by hand."""
        self._follower.forget()
        self._senses.forget()
        self._hold_sent = False
        self._arrives_at = float("-inf")

    async def _beats(self) -> None:
        """One trajectory and one face each period."""
        due = self._clock.now()
        while True:
            now = self._clock.now()
            await self._move(now)
            await self._show_face(now)
            due = max(due + 1 / self._config.rate_hz, now)
            await self._clock.sleep_until(due)

    async def _halts(self) -> None:
        while True:
            await self._halt_asked.wait()
            self._halt_asked.clear()
            await self._hold_where_it_is()

    async def _move(self, now: float) -> None:
        step_s = 1 / self._config.rate_hz
        if self._config.emergency_topic and not self._ear.stands:
            return  # who could not stop it may not see it move
        if not self._mapping.names:
            self._tell(Health.RUNNING, "")
            return
        if self._deadline.halted:
            if not self._hold_sent:
                await self._hold_where_it_is()
            return
        if not self._knows_where(now) or now < self._arrives_at:
            return
        pace = self._deadline.pace(now)
        start = self._follower.at(now)
        if start is None:
            await self._first_move(now, pace)
            return
        most = self._config.rest_speed_rad_s if pace is Pace.REST else np.inf
        points = self._follower.towards(self._targets(now, pace, start), now, step_s, most)
        await self._trajectory(points, step_s, start if self._config.velocities else None)

    def _knows_where(self, now: float) -> bool:
        """Whether the robot's position is known; when it was lost, it is taken up anew."""
        if not self._config.state_topic:
            self._tell(Health.RUNNING, "")
            return True
        measured = self._senses.position(now)
        if measured is None:
            self._follower.forget()
            missing = ", ".join(self._senses.missing()) or "new ones"
            detail = f"waiting on {self._config.state_topic} for {missing}; nothing moves before"
            self._tell(Health.DEGRADED, detail)
            return False
        if self._follower.at(now) is None:
            self._follower.begin(measured)
        self._tell(Health.RUNNING, "")
        return True

    def _targets(self, now: float, pace: Pace, start: Floats) -> Floats:
        """(k, n): where the joints are to be at each look-ahead point."""
        step_s, count = 1 / self._config.rate_hz, self._config.points
        if pace is Pace.REST:
            return np.tile(self._mapping.rest, (count, 1))
        if pace is Pace.HOLD:
            return np.tile(start, (count, 1))
        frames = (self._queue.at(now + (i + 1) * step_s) for i in range(count))
        return np.stack([start if f is None else self._mapping.angles(f) for f in frames])

    async def _first_move(self, now: float, pace: Pace) -> None:
        """Slowly to the first pose, because nobody says where the robot is."""
        takes_s = self._config.first_move_s
        targets = self._targets(now, pace, self._mapping.rest)
        pose = np.where(np.isfinite(targets[0]), targets[0], self._mapping.rest)
        self._follower.begin(pose)
        self._arrives_at = now + takes_s
        await self._trajectory(pose[None], takes_s, None)

    async def _hold_where_it_is(self) -> None:
        """Stand still here: where it was measured, else where it was told to be, else no points."""
        now, step_s = self._clock.now(), 1 / self._config.rate_hz
        here = self._senses.position(now)
        if here is None and now >= self._arrives_at:
            here = self._follower.at(now)
        self._arrives_at = float("-inf")
        self._hold_sent = True
        points = np.empty((0, len(self._mapping.names))) if here is None else here[None]
        message = joint_trajectory(self._mapping.names, points, step_s)
        await self._link.say(self._config.trajectory_topic, message, again=True)

    async def _trajectory(self, points: Floats, step_s: float, start: Floats | None) -> None:
        message = joint_trajectory(self._mapping.names, points, step_s, start)
        await self._link.say(self._config.trajectory_topic, message)

    async def _show_face(self, now: float) -> None:
        pace = self._deadline.pace(now)
        frame = self._queue.at(now)
        if frame is None:
            return
        face = np.zeros_like(frame.face) if pace is Pace.REST else frame.face
        await self._link.say(self._config.face_topic, blendshapes(face))

    async def _pass_on(self) -> None:
        """Words when they were heard, acts when they are decided."""
        async for message in self._traffic:
            if isinstance(message, ClauseSpoken):
                await self._link.say(self._config.words_topic, {"data": message.text}, again=True)
            elif isinstance(message, Act):
                await self._link.say(
                    self._config.acts_topic, {"data": to_line(message)}, again=True
                )

    def _tell(self, health: Health, detail: str) -> None:
        """Say how it is, when that changes."""
        if (health, detail) == self._told:
            return
        self._told = (health, detail)
        self._publish(
            ComponentHealth(at=self._clock.now(), component=self.name, health=health, detail=detail)
        )
