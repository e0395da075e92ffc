"""Chains of stages on the bus, for `agent.bench.loop`: the smallest agent that can be measured.

A stage reads one kind and publishes the next; a `Cut` to all of them, from a foreign thread, is
the interruption. Everything that is not measured here (perception, behavior, actuation) is absent.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, make_dataclass

from agent.core.bus import EVERY, Bus, Delivery, Subscription
from agent.core.clock import LoopClock
from agent.core.messages import Message
from agent.core.tenure import CutError, Work
from agent.runtime import RestartPolicy, Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Message):
    """What came before `generation` is void."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Message):
    """What travels; `at` is when it was sent."""

    generation: int = 0


def kind_of(hop: int) -> type[Item]:
    """The kind that leaves the stage before `hop`."""
    made = make_dataclass(f"Item{hop}", [], bases=(Item,), frozen=True, slots=True, kw_only=True)
    return made


Job = Callable[[], Awaitable[None] | None]
"""What a stage does for a message: nothing to wait for, or something to wait for."""


class Stage:
    """Passes on; may have something to do for each message, which a `Cut` interrupts."""

    def __init__(
        self,
        name: str,
        inbox: Subscription[Item],
        cuts: Subscription[Cut],
        onward: Callable[[Message], None],
        outgoing: type[Item],
        job: Job | None,
        obeyed: Callable[[], None],
        abandoned: Callable[[str, float], None],
    ) -> None:
        self.name = name
        self.generation = 0
        self._inbox = inbox
        self._cuts = cuts
        self._onward = onward
        self._outgoing = outgoing
        self._job = job
        self._obeyed = obeyed
        self._work = Work(name, abandoned=abandoned)

    async def run(self) -> None:
        """Pass on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._obey())
            group.create_task(self._pass_on())

    async def _obey(self) -> None:
        async for cut in self._cuts:
            self.generation = cut.generation
            self._inbox.discard()
            self._work.cut()
            self._obeyed()

    async def _pass_on(self) -> None:
        onward, outgoing, job = self._onward, self._outgoing, self._job
        async for item in self._inbox:
            if item.generation < self.generation:
                continue
            if job is not None:
                with contextlib.suppress(CutError):
                    waited = job()
                    if waited is not None:
                        await self._work.run(_finish(waited, onward, outgoing, item))
                        continue
            onward(outgoing(at=item.at, generation=item.generation))


async def _finish(
    waited: Awaitable[None], onward: Callable[[Message], None], outgoing: type[Item], item: Item
) -> None:
    await waited
    onward(outgoing(at=item.at, generation=item.generation))


class Chain:
    """`hops` hops to a sink that notes ages and cuts. A script drives it from another thread."""

    def __init__(self, hops: int, job: Job | None = None, inbox: Delivery = EVERY) -> None:
        """The stage in the middle does `job` and reads with the delivery `inbox`."""
        self.loop = asyncio.get_running_loop()
        self.bus, self.clock = Bus(), LoopClock(self.loop)
        self.ages: list[float] = []
        self.arrived = threading.Event()
        self.cut_at = 0.0
        self.cut = threading.Event()
        self.stale = 0
        self.abandoned_at = 0.0
        self._generation = self._sink_generation = 0
        self.bus.open_to_threads(self.loop)
        self._first, *kinds = [kind_of(hop) for hop in range(hops)]
        kinds.insert(0, self._first)
        middle = (hops - 1) // 2
        self.runtime = Runtime(bus=self.bus, clock=self.clock)
        policy = RestartPolicy(attempts=0)
        self.stages: list[Stage] = []
        for i in range(hops - 1):
            its_job, delivery = (job, inbox) if i == middle else (None, EVERY)
            stage = Stage(
                f"bench.{i}",
                self.bus.subscribe(kinds[i], delivery=delivery),
                self.bus.subscribe(Cut, delivery=EVERY),
                self.bus.publish,
                kinds[i + 1],
                its_job,
                self._obeyed,
                self._note_abandoned,
            )
            self.stages.append(stage)
            self.runtime.add(stage, policy)
        self._out = self.bus.subscribe(kinds[-1], delivery=EVERY)
        self._cuts = self.bus.subscribe(Cut, delivery=EVERY)

    def send(self) -> None:
        """Send an item, stamped here. From any thread."""
        item = self._first(at=self.clock.now(), generation=self._generation)
        self.bus.publish_from_thread(item)

    def interrupt(self) -> float:
        """Void all that was sent; return the stamp. From any thread."""
        self._generation += 1
        self.cut.clear()
        at = self.clock.now()
        self.bus.publish_from_thread(Cut(at=at, generation=self._generation))
        return at

    async def run(self, script: Callable[["Chain"], None]) -> None:
        """Run the stages while a foreign thread does the script."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self.runtime.run()),
                group.create_task(self._sink()),
                group.create_task(self._sink_cuts()),
            ]
            await asyncio.to_thread(script, self)
            for task in tasks:
                task.cancel()

    async def _sink(self) -> None:
        async for item in self._out:
            self.ages.append(self.clock.now() - item.at)
            self.stale += item.generation < self._sink_generation
            self.arrived.set()

    async def _sink_cuts(self) -> None:
        async for cut in self._cuts:
            self._out.discard()
            self._sink_generation = cut.generation
            self._obeyed()

    def _obeyed(self) -> None:
        """It has taken effect once every stage has obeyed, not when the sink has heard of it."""
        generation = self._sink_generation
        if generation == self._generation and all(
            stage.generation == generation for stage in self.stages
        ):
            self.cut_at = self.clock.now()
            self.cut.set()

    def _note_abandoned(self, name: str, after_s: float) -> None:
        self.abandoned_at = self.clock.now()
