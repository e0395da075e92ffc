"""How scripted facts are played to the house's own policies and norms, on virtual time."""

import asyncio
import contextlib
from datetime import datetime

from agent.core.bus import EVERY, RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActFinished,
    ActRefused,
    ActStarted,
    ButtonPressed,
    ClauseSpoken,
    ComponentHealth,
    Duck,
    Engagement,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    LanguageFollowed,
    LineTyped,
    PageChanged,
    PersonId,
    PersonLost,
    PersonSeen,
    PrepareSpeech,
    ReplyReady,
    SpeechContinues,
    SpeechStarted,
    StageState,
    Stop,
    TurnEnded,
    TurnId,
    TurnPaused,
    WordsHeard,
)
from agent.core.messages.acts import Clause
from agent.runtime import Runtime
from behavior.planner import Planner
from tests.fakes.encounters import MORNING, planner, seen

FACTS = (
    EngagementChanged,
    PersonLost,
    SpeechStarted,
    SpeechContinues,
    WordsHeard,
    TurnPaused,
    TurnEnded,
    LineTyped,
    ReplyReady,
    ButtonPressed,
    HelpCalled,
    HostNotified,
    LanguageFollowed,
    PageChanged,
    StageState,
    ActStarted,
    ClauseSpoken,
    ActFinished,
    ComponentHealth,
)


SECONDS_A_WORD = 0.25


class Stage:
    """Performs acts as a body would: 0.2 s until the first sound, then a word at a time."""

    name = "fake.stage"

    def __init__(self, bus, clock):
        self._bus, self._clock = bus, clock
        self._orders = bus.subscribe(Act, Stop, Duck, delivery=EVERY)
        self._acts = asyncio.Queue()
        self._gain, self._stopped, self._changed = 1.0, False, asyncio.Event()
        self.heard = []

    async def run(self):
        async with asyncio.TaskGroup() as group:
            group.create_task(self._obey())
            while True:
                await self._perform(await self._acts.get())

    async def _obey(self):
        async for order in self._orders:
            if isinstance(order, Act):
                self._acts.put_nowait(order)
            elif isinstance(order, Duck):
                self._gain = order.gain
            else:
                self._stopped, self._gain = True, 1.0
                while not self._acts.empty():
                    dropped = self._acts.get_nowait()
                    self._finish(dropped, "", interrupted=True)

    async def _perform(self, act):
        self._stopped = False
        words = " ".join(clause.text for clause in act.clauses).split()
        if words:
            await self._clock.sleep_until(self._clock.now() + 0.2)
            self._bus.publish(StageState(at=self._clock.now(), speaking=True))
        self._bus.publish(ActStarted(at=self._clock.now(), act=act.act, text=" ".join(words)))
        spoken = []
        while words and not self._stopped:
            await self._clock.sleep_until(self._clock.now() + SECONDS_A_WORD)
            if self._gain > 0.0 and not self._stopped:
                spoken.append(words.pop(0))
                self.heard.append((self._clock.now(), spoken[-1]))
        self._finish(act, " ".join(spoken), interrupted=bool(words))
        if act.clauses:
            self._bus.publish(StageState(at=self._clock.now(), speaking=False))

    def _finish(self, act, heard, interrupted):
        self._bus.publish(
            ActFinished(at=self._clock.now(), act=act.act, heard=heard, interrupted=interrupted)
        )


class Encounter:
    """What a played script led to."""

    def __init__(self, sent, heard, planner):
        self.sent, self.heard, self.planner = sent, heard, planner

    def said(self):
        return [
            (at, act.reason.policy, " ".join(clause.text for clause in act.clauses))
            for at, act in self.sent
            if isinstance(act, Act) and act.clauses
        ]

    def branches(self):
        return [branch for _, branch, _ in self.said()]

    def signs(self):
        return [at for at, act in self.sent if getattr(act, "gestures", ()) and not act.clauses]

    def of(self, kind):
        return [(at, one) for at, one in self.sent if isinstance(one, kind)]


async def play(script, until, *, start: datetime = MORNING, dialogue=None, **changes):
    """Publish each fact at its own time before a planner with a stage; return what followed."""
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    stage = Stage(bus, clock)
    decisions = bus.subscribe(Act, Stop, Duck, PrepareSpeech, ActRefused, delivery=EVERY)
    decider: Planner = planner(
        inputs=(
            bus.subscribe(PersonSeen, delivery=RECENT),
            bus.subscribe(*FACTS, delivery=EVERY),
        ),
        publish=bus.publish,
        clock=clock,
        start=start,
        **changes,
    )
    runtime = Runtime(bus=bus, clock=clock)
    runtime.add_all([decider, stage])
    sent = []

    async def listen():
        async for decision in decisions:
            sent.append((clock.now(), decision))

    async def answer(turns):
        async for turn in turns:
            if turn.text and dialogue:
                delay, reply = dialogue(turn)
                await clock.sleep_until(clock.now() + delay)
                bus.publish(reply)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(until), asyncio.TaskGroup() as group:
            group.create_task(runtime.run())
            group.create_task(listen())
            group.create_task(answer(bus.subscribe(TurnEnded, delivery=EVERY)))
            for at, fact in sorted(script, key=lambda one: one[0]):
                await clock.sleep_until(at)
                bus.publish(fact)
    return Encounter(sent, stage.heard, decider)


# Scripts


def state(at, person, now, before=None, x=1.5):
    """`(when published, fact)`."""
    change = EngagementChanged(
        at=at,
        person=PersonId(person),
        state=Engagement(now),
        previous=Engagement(before) if before else None,
        distance_m=x,
    )
    return at, change


def walks(person, start, stop, *, x0, x1, y0=0.0, y1=0.0, hz=10, facing=0.1):
    steps = max(1, round((stop - start) * hz))
    speed = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / (stop - start)
    facts = []
    for i in range(steps + 1):
        share, at = i / steps, start + i / hz
        fact = seen(
            person,
            at,
            x=x0 + (x1 - x0) * share,
            y=y0 + (y1 - y0) * share,
            approach=(x0 - x1) / (stop - start),
            speed=speed,
            facing=facing,
        )
        facts.append((at, fact))
    return facts


def comes(person, at, *, stays=30.0, y=0.0):
    """Approaches from 5 m within 3 s, attends 0.5 s later at 1.4 m, stays."""
    return [
        *walks(person, at, at + 3, x0=5.0, x1=1.4, y0=y, y1=y),
        state(at + 0.5, person, "approaching", "present", x=4.4),
        *walks(person, at + 3.1, at + stays, x0=1.4, x1=1.4, y0=y, y1=y),
        state(at + 3.5, person, "attending", "approaching", x=1.4),
        state(at + 5.0, person, "engaged", "attending", x=1.4),
    ]


def leaves(person, at, *, y=0.0):
    return [
        *walks(person, at, at + 3, x0=1.4, x1=4.5, y0=y, y1=y, facing=3.0),
        state(at + 0.3, person, "disengaging", "engaged"),
        state(at + 4.5, person, "left", "disengaging", x=4.5),
        (at + 4.5, PersonLost(at=at + 3, person=PersonId(person))),
    ]


def voice(start, voiced_s, text, *, turn=1, heard=True):
    """A spoken turn as perception reports it."""
    facts, turn = [], TurnId(turn)
    facts.append((start + 0.07, SpeechStarted(at=start, turn=turn)))  # a sure voice
    for i in range(1, int(voiced_s / 0.1)):
        at = start + 0.1 * i + 0.05
        more = SpeechContinues(at=at, turn=turn, revision=0, voiced_s=at - start)
        facts.append((at + 0.05, more))
    end = start + voiced_s
    if heard and voiced_s > 0.8:
        facts.append((end - 0.2, WordsHeard(at=end - 0.3, turn=turn, revision=0, text=text)))
    facts.append((end + 0.2, TurnPaused(at=end, turn=turn, revision=0, text=text)))
    ended = TurnEnded(at=end, turn=turn, revision=0, text=text, voiced_s=voiced_s)
    facts.append((end + 0.4, ended))
    return facts


LONG = "The restroom is down the hall, the second door on your left, just past the lift."


def answers(*lines, delay=0.05):
    def reply(turn):
        clauses = tuple(Clause(text=line) for line in lines)
        return delay, ReplyReady(
            at=turn.at, turn=turn.turn, revision=turn.revision, clauses=clauses
        )

    return reply


PAGE = (0.1, PageChanged(at=0.1, connected=True, camera=True, microphone=True))
