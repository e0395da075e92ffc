"""Any arm or humanoid from a file, moved in MuJoCo by the same frames as the avatar.

A thread of its own steps the robot a hundred times a second on the stage clock, so neither the
loop nor the robot waits for the other. Items reach it through a short queue, oldest dropped first;
an emergency does not queue.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Final

import numpy as np

from actuation.bodies.configs import HumanoidConfig
from actuation.embodiments.humanoid_model import load_robot
from actuation.embodiments.humanoid_motion import STEP_S, HumanoidMotion, Moment
from actuation.motion import BodyDescription, Halt, Release, StageItem
from agent.core.clock import Clock
from agent.core.messages import Health, Message, ShownOtherwise

_QUEUED: Final = 512
_CAUGHT_UP: Final = 3
"""Steps made at once after a delay; what is later than that is left out."""
_AT_REST_RAD: Final = 0.03
_REST_WITHIN_S: Final = 4.0
_SILENT_S: Final = 0.5


class HumanoidBody:
    """A robot in simulation."""

    def __init__(
        self,
        *,
        config: HumanoidConfig,
        clock: Clock,
        publish: Callable[[Message], None],
        traffic: AsyncIterable[Message],
    ) -> None:
        """Raises `BadInputError` when model or mapping cannot be used. `traffic` is not read."""
        self._called = config.name or "humanoid"
        self.name = f"actuation.body.{self._called}"
        self._clock = clock
        self._publish = publish
        self._robot = load_robot(config.model, config.mapping)
        self._motion = HumanoidMotion(
            self._robot,
            clear_m=config.clear_m,
            speed_share=config.speed_share,
            otherwise=self._otherwise,
        )
        self._items: deque[StageItem] = deque(maxlen=_QUEUED)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._owned = Lock()
        self._halted = False
        self._resting = False
        self._stepped_at = float("-inf")
        self.left_out = 0
        """Steps that came too late to be made."""

    def describe(self) -> BodyDescription:
        """Which of the character's joints it follows, and the limits of its own axes."""
        mapping = self._robot.mapping
        head = mapping.head
        joints: tuple[str, ...] = ("neck", "head") if head.yaw or head.pitch or head.roll else ()
        for side in mapping.arms:
            joints += tuple(f"{side}{part}" for part in ("UpperArm", "LowerArm", "Hand"))
        cannot = ["It has no voice and no face."]
        cannot += [f"It has no {s} arm." for s in ("left", "right") if s not in mapping.arms]
        if not any(arm.grip for arm in mapping.arms.values()):
            cannot.append("Its hands do not open or close.")
        else:
            cannot.append("Its fingers move together: signs of single fingers are lost.")
        cannot.append("Its trunk stands still.")
        limits = self._robot.limits
        return BodyDescription(
            name=self._called,
            joints=joints,
            lead_s=0.25,
            limits_rad={
                axis: (float(low), float(high))
                for axis, low, high in zip(self._robot.axes, limits.low, limits.high, strict=True)
            },
            cannot=tuple(cannot),
        )

    async def connect(self) -> None:
        """Nothing to wait for: the robot is in this process."""

    def apply(self, item: StageItem) -> None:
        """Hand one item to the thread."""
        match item:
            case Halt():
                self._halted = True
            case Release():
                self._halted = False
        self._items.append(item)

    async def rest(self) -> None:
        """Go to rest at a quarter of the speed; returns when it is there, or is not running."""
        self._resting = True
        until = self._clock.now() + _REST_WITHIN_S
        while self._owned.locked() and self._clock.now() < until and not self._rested():
            await self._clock.sleep_until(self._clock.now() + 0.05)

    def health(self) -> Health:
        """Whether its thread keeps time."""
        if not self._owned.locked():
            return Health.STARTING
        late = self._clock.now() - self._stepped_at > _SILENT_S
        return Health.DEGRADED if late else Health.RUNNING

    def recent(self) -> tuple[Moment, ...]:
        """The last ten seconds: planned, commanded and performed, a hundred a second."""
        return tuple(self._motion.moments)

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes, in the order of each `Moment`."""
        return self._robot.axes

    async def run(self) -> None:
        """Move until cancelled."""
        self._loop = asyncio.get_running_loop()
        over = Event()
        thread = ThreadPoolExecutor(1, thread_name_prefix=self._called)
        try:
            await self._loop.run_in_executor(thread, self._move, over)
        finally:
            over.set()
            thread.shutdown(wait=False)

    def _move(self, over: Event) -> None:
        """The thread: one step each `STEP_S`, on the stage clock."""
        with self._owned:
            due = self._clock.now()
            while not over.is_set():
                self._take_items(due)
                self._motion.step(due)
                self._stepped_at = due
                due += STEP_S
                wait_s = due - self._clock.now()
                if wait_s > 0:
                    over.wait(wait_s)
                elif -wait_s > _CAUGHT_UP * STEP_S:
                    self.left_out += int(-wait_s / STEP_S)
                    due = self._clock.now()

    def _take_items(self, now: float) -> None:
        while self._items:
            self._motion.take(self._items.popleft(), now)
        self._motion.deadline.halted = self._halted
        if self._resting:
            self._resting = False
            self._motion.let_go(now)

    def _rested(self) -> bool:
        at = self._motion.performed
        return not self._resting and bool(np.all(np.abs(at - self._robot.rest) < _AT_REST_RAD))

    def _otherwise(self, asked: str, done: str) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        told = ShownOtherwise(at=self._clock.now(), body=self._called, asked=asked, done=done)
        self._loop.call_soon_threadsafe(self._publish, told)
