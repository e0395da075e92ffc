"""The deciding half of the agent, stepped by hand: engagement, planner, dialogue, stage.

Every decision is made by the code that the real agent runs; only time, sound and limbs are not
real. Messages go round in the order in which they come up, at one moment, until nobody has more
to say; what takes time waits until it is due.
"""

import heapq
import itertools
from array import array
from collections import deque
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Final
from zoneinfo import ZoneInfo

from agent.core.clock import WallTime
from agent.core.messages import (
    Act,
    ActFinished,
    ActRefused,
    ActStarted,
    ButtonPressed,
    ClauseSpoken,
    ComponentHealth,
    Duck,
    EngagementChanged,
    Health,
    HelpCalled,
    HostNotified,
    Message,
    PersonLost,
    PersonSeen,
    PrepareSpeech,
    SpeechStarted,
    Stop,
    TurnEnded,
    TurnPaused,
)
from agent.lab.stage import TimedStage
from agent.lab.talk import TIDY_EVERY_S, SimulatedTime, Talk
from agent.settings import Settings
from behavior.dialogue.draft import Desk
from behavior.planner import Planner
from behavior.policies.catalogue import build_policies
from behavior.policies.proactive import COMPONENT as SUGGESTING
from behavior.proactive.suggesting import hour_of, suggesting
from behavior.wishes import Woke
from perception.engagement.groups import Groups
from perception.engagement.states import EngagementCore

_DECIDED: Final = (Act, Stop, Duck, PrepareSpeech, ActRefused)
_ENGAGING: Final = (PersonSeen, PersonLost, SpeechStarted, TurnEnded)
_TALKING: Final = (
    PersonSeen,
    SpeechStarted,
    ActStarted,
    ClauseSpoken,
    HelpCalled,
    HostNotified,
    TurnPaused,
    TurnEnded,
    EngagementChanged,
    PersonLost,
    ActFinished,
    ButtonPressed,
)


class Mind:
    """One agent without senses and body."""

    def __init__(
        self,
        settings: Settings,
        desk: Desk,
        *,
        start: datetime,
        tell: Callable[[float, Message], None],
    ) -> None:
        """`start`: the calendar's time of moment 0. `tell` gets every message, in order."""
        self.took_s = array("d")
        """Of every decision, seconds."""
        self.now = 0.0
        self._tell = tell
        self._time = SimulatedTime()
        wall = WallTime(self._time, start.timestamp())
        zone = ZoneInfo(settings.site.timezone)
        self.planner = Planner(
            inputs=(),
            publish=self._post,
            clock=self._time,
            local_time=lambda at: datetime.fromtimestamp(wall.unix_s(at), zone),
            policies=build_policies(settings.policies),
            norms=settings.norms,
            config=settings.config.planner,
        )
        self.stage = TimedStage(publish=self._post, pace=settings.config.voice.pace)
        self._engagement = EngagementCore(settings.config.seeing.engagement)
        self._groups = Groups(settings.config.seeing.groups)
        self._suggesting = suggesting(
            settings.policies.proactive,
            lambda at: hour_of(datetime.fromtimestamp(wall.unix_s(at), zone)),
        )
        self._talk = Talk(
            desk=desk,
            config=settings.config.dialogue,
            clock=self._time,
            wall=wall,
            later=self._later,
            rules=settings.policies.tools,
        )
        self._queue: deque[Message] = deque()
        self._due: list[tuple[float, int, Message]] = []
        self._order = itertools.count()
        self._tidy_at = TIDY_EVERY_S
        if self._suggesting is not None:
            at_work = ComponentHealth(at=0.0, component=SUGGESTING, health=Health.RUNNING)
            self.planner.decide(at_work, 0.0)

    @property
    def next_at(self) -> float:
        """When it has something to do by itself; infinite: not before it hears of something."""
        due = self._due[0][0] if self._due else float("inf")
        wake = self.planner.wake_at
        return min(due, self.stage.next_at, float("inf") if wake is None else wake)

    def take(self, message: Message, now: float) -> None:
        """Take in one fact from outside."""
        self._move_to(now)
        self._post(message)
        self._go_round()

    def advance(self, now: float) -> None:
        """Do what is due by `now`."""
        self._move_to(now)
        while self._due and self._due[0][0] <= now:
            self._post(heapq.heappop(self._due)[2])
            self._go_round()
        self.stage.advance(now)
        self._go_round()
        wake = self.planner.wake_at
        if wake is not None and wake <= now:
            self._decide(Woke(at=now))
            self._go_round()
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY_S
            self._talk.tidy(now)

    def _move_to(self, now: float) -> None:
        self.now = self._time.at = max(self.now, now)

    def _post(self, message: Message) -> None:
        self._queue.append(message)

    def _later(self, after_s: float, message: Message) -> None:
        heapq.heappush(self._due, (self.now + after_s, next(self._order), message))

    def _go_round(self) -> None:
        while self._queue:
            self._handle(self._queue.popleft())

    def _handle(self, message: Message) -> None:
        self._tell(self.now, message)
        if isinstance(message, _DECIDED):
            if self._suggesting is not None:
                self._suggesting.take(message)
            self._perform(message)
            return
        self._decide(message)
        if isinstance(message, _ENGAGING):
            change = self._engagement.take(message)
            if change is not None:
                self._queue.append(change)
        if isinstance(message, PersonSeen | PersonLost):
            self._queue.extend(self._groups.take(message))
        if isinstance(message, _TALKING):
            self._talk.take(message)

    def _decide(self, message: Message) -> None:
        began = perf_counter()
        decided = self.planner.decide(message, self.now)
        suggested = None if self._suggesting is None else self._suggesting.take(message)
        self.took_s.append(perf_counter() - began)
        self._queue.extend(decided)
        if suggested is not None:
            self._queue.append(suggested)

    def _perform(self, message: Message) -> None:
        match message:
            case Act():
                self.stage.act(message, self.now)
            case Stop():
                self.stage.stop(message, self.now)
            case Duck():
                self.stage.duck(message, self.now)
            case _:
                pass
