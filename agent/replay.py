"""A recording back onto a bus, and the decisions of a recording made again.

Re-running takes the facts of a recording (who was seen, what was said, what the stage reported) in
their order and at their times, runs today's deciding components on them in virtual time, and
compares what they decide with what was decided then. The feedback of an act is given to the act
that corresponds to it now. What follows a difference may differ because of it.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from agent.core.bus import Bus, Delivery
from agent.core.clock import Clock, LoopClock
from agent.core.component import Component
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActRefused,
    ActStarted,
    BackendChosen,
    ClauseSpoken,
    ComponentHealth,
    Duck,
    HelpCalled,
    HostNotified,
    Message,
    ModelAnswered,
    PrepareSpeech,
    ReplyReady,
    Stop,
    VisitRecorded,
)
from agent.core.tenure import Tenure, start_under
from agent.explaining.comparison import Comparison, about, compare, essence, is_near
from agent.recording import Recorded
from agent.virtual_time import VirtualTimeLoop

Build = Callable[[Bus, Clock], Iterable[Component]]
"""Wires the deciding components (planner, dialogue) to a bus. Given by the roof."""

DECISIONS: tuple[type[Message], ...] = (
    Act,
    Stop,
    Duck,
    PrepareSpeech,
    ActRefused,
    ReplyReady,
    HostNotified,
    VisitRecorded,
    HelpCalled,
)
"""What the deciding components make: left out of the facts, to be made again."""
COMPARED: tuple[type[Message], ...] = (Act, Stop, Duck, ActRefused, HostNotified, HelpCalled)

_TOLD: tuple[type[Message], ...] = (ModelAnswered, BackendChosen)

_TAP = Delivery(capacity=1_000_000, lossy=False)
_AFTERWARDS_S = 5.0
_PATIENCE_S = 120.0
"""A dialogue may take so long to load; it takes no time in the replay."""


class Player:
    """Puts the messages of a recording on a bus, in their own time or another.

    Their times are moved to the time of playing, all by the same amount.
    """

    name = "agent.player"

    def __init__(
        self,
        *,
        recorded: Iterable[Recorded],
        publish: Callable[[Message], None],
        clock: Clock,
        speed: float = 1.0,
    ) -> None:
        """`speed`: 2 is twice as fast; infinity is flat out."""
        self._recorded = recorded
        self._publish = publish
        self._clock = clock
        self._speed = speed

    async def run(self) -> None:
        """Play to the end."""
        began_at, first_at = self._clock.now(), None
        for recorded in self._recorded:
            if first_at is None:
                first_at = recorded.seen_at
            due = began_at + (recorded.seen_at - first_at) / self._speed
            await self._clock.sleep_until(due)
            age_s = recorded.seen_at - recorded.message.at
            self._publish(replace(recorded.message, at=self._clock.now() - age_s))


@dataclass(frozen=True, slots=True)
class Rerun:
    """The decisions of a recording, then and now."""

    comparisons: list[Comparison]
    now: list[Recorded]
    """All that was decided now, and what the dialogue told of itself."""


def replay(
    recorded: Sequence[Recorded], build: Build, *, made: tuple[type[Message], ...] = DECISIONS
) -> list[Comparison]:
    """Decide again on the facts of a recording; compare with what was decided then.

    `made`: the kinds that the built components make. Leave `ReplyReady` out of it to keep the
    recorded replies, where the dialogue that made them is not at hand.
    """
    return rerun(recorded, build, made=made).comparisons


def rerun(
    recorded: Sequence[Recorded], build: Build, *, made: tuple[type[Message], ...] = DECISIONS
) -> Rerun:
    """As `replay`, with all that was decided now."""
    if not recorded:
        return Rerun([], [])
    loop = VirtualTimeLoop(start_s=recorded[0].seen_at, patience_s=_PATIENCE_S)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        now = runner.run(_decide_again(recorded, build, made))
    compared = tuple(kind for kind in COMPARED if kind in made)
    then = [r for r in recorded if isinstance(r.message, compared)]
    return Rerun(compare(then, [r for r in now if isinstance(r.message, compared)]), now)


def _of_the_dialogue(message: Message) -> bool:
    """What a dialogue tells of itself: of then, it would be taken for that of now."""
    match message:
        case ModelAnswered():
            return True
        case BackendChosen(role=role):
            return role == "dialogue"
        case ComponentHealth(component=component):
            return component == "behavior.dialogue"
    return False


async def _decide_again(
    recorded: Sequence[Recorded], build: Build, made: tuple[type[Message], ...]
) -> list[Recorded]:
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    bus.open_to_threads(asyncio.get_running_loop())
    decided: list[Recorded] = []
    tap = bus.subscribe(*made, *_TOLD, delivery=_TAP)
    acts = _Acts(decided, [r for r in recorded if isinstance(r.message, Act)])

    async def note() -> None:
        async for message in tap:
            decided.append(Recorded(clock.now(), message))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(note())]
        for part in build(bus, clock):
            tasks.append(start_under(Tenure(part.name), part.run(), part.name, group))
        for fact in recorded:
            if isinstance(fact.message, made):
                continue
            if ReplyReady in made and _of_the_dialogue(fact.message):
                continue
            await clock.sleep_until(fact.seen_at)
            message = acts.renamed(fact.message)
            if message is not None:
                bus.publish(message)
        await clock.sleep_until(clock.now() + _AFTERWARDS_S)
        for task in tasks:
            task.cancel()
    return decided


class _Acts:
    """Which act of now an act of then is, so that its feedback reaches the right one."""

    def __init__(self, now: Sequence[Recorded], then: Sequence[Recorded]) -> None:
        self._now = now
        self._then = {r.message.act: r for r in then if isinstance(r.message, Act)}
        self._known: dict[ActId, ActId] = {}

    def renamed(self, message: Message) -> Message | None:
        """The feedback for the act of now; None when there is no such act now."""
        if not isinstance(message, ActStarted | ClauseSpoken | ActFinished):
            return message
        then = self._then.get(message.act)
        if then is None:
            return message  # the recording began after the act
        if message.act not in self._known:
            now = self._counterpart(then)
            if now is None:
                return None
            self._known[message.act] = now
        return replace(message, act=self._known[message.act])

    def _counterpart(self, then: Recorded) -> ActId | None:
        """The same act now, or at least one about the same thing."""
        taken = set(self._known.values())
        for likeness in (essence, about):
            wanted = likeness(then.message)
            for one in self._now:
                act = one.message
                if (
                    isinstance(act, Act)
                    and act.act not in taken
                    and is_near(one, then)
                    and likeness(act) == wanted
                ):
                    return act.act
        return None
