"""Several people before the whole behaviour: policies, norms, dialogue and a stage, on a bus."""

import asyncio
import contextlib
import math
from dataclasses import replace

from agent.core.bus import EVERY, RECENT, Bus
from agent.core.clock import LoopClock, WallTime
from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ButtonPressed,
    ClauseSpoken,
    Duck,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    ReplyReady,
    SpeechStarted,
    Stop,
    TurnEnded,
    TurnPaused,
)
from agent.runtime import Runtime
from behavior.dialogue.config import DialogueConfig
from behavior.reception import set_up_dialogue
from tests.fakes.desk import GESTURES, KNOWLEDGE, demo_site
from tests.fakes.encounters import planner, seen
from tests.fakes.played import FACTS, PAGE, Stage, state, voice

_TOLD = (TurnPaused, TurnEnded, EngagementChanged, PersonLost, Act, ActStarted, ActFinished,
         ButtonPressed, ClauseSpoken, HelpCalled, HostNotified, SpeechStarted)  # fmt: skip


class Met:
    """What a meeting led to."""

    def __init__(self, log, planner, dialogue, config):
        self.log, self.planner, self.dialogue, self.config = log, planner, dialogue, config

    def acts(self, *, to=None, policy=""):
        return [
            (at, one)
            for at, one in self.log
            if isinstance(one, Act) and one.clauses and one.reason.policy.startswith(policy)
            and to in {None, one.to}
        ]  # fmt: skip

    def said(self, *, to=None, policy="", since=0.0):
        acts = self.acts(to=to, policy=policy)
        return [" ".join(c.text for c in a.clauses) for at, a in acts if at >= since]

    def looks(self, since, until):
        """At whom the eyes went, in order."""
        return [
            one.gaze.person
            for at, one in self.log
            if isinstance(one, Act) and one.gaze and one.gaze.person and since <= at <= until
        ]

    def of(self, kind):
        return [one for _, one in self.log if isinstance(one, kind)]


async def meet(tmp_path, *scripts, until, inspect=None, meanwhile=None, **config):
    """Play scripts of `(when, fact)` to the whole behaviour; `inspect(met)` sees it at the end."""
    bus, clock = Bus(), LoopClock(asyncio.get_running_loop())
    stage = Stage(bus, clock)
    everything = bus.subscribe(Message, delivery=EVERY)
    decider = planner(
        inputs=(bus.subscribe(PersonSeen, delivery=RECENT), bus.subscribe(*FACTS, delivery=EVERY)),
        publish=bus.publish,
        clock=clock,
    )
    settings = DialogueConfig(
        encoder="words", backend="embedded", knowledge=KNOWLEDGE, visits=tmp_path / "visits.sqlite",
        tickets=tmp_path / "tickets.sqlite", **config,
    )  # fmt: skip
    dialogue = set_up_dialogue(
        inputs=bus.subscribe(*_TOLD, delivery=EVERY),
        sightings=bus.subscribe(PersonSeen, delivery=RECENT),
        publish=bus.publish,
        site=demo_site(),
        config=settings,
        clock=clock,
        wall=WallTime(clock),
        gestures=GESTURES,
    )
    runtime = Runtime(bus=bus, clock=clock)
    runtime.add_all([decider, stage, dialogue])
    met = Met([], decider, dialogue, settings)

    async def listen():
        async for one in everything:
            met.log.append((clock.now(), one))

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(until), asyncio.TaskGroup() as group:
            group.create_task(runtime.run())
            group.create_task(listen())
            if meanwhile is not None:
                group.create_task(meanwhile(met))
            facts = [PAGE, *(fact for script in scripts for fact in script)]
            for at, fact in sorted((f for f in facts if f[0] < until - 0.1), key=lambda f: f[0]):
                await clock.sleep_until(at)
                bus.publish(fact)
            if inspect is not None:
                await clock.sleep_until(until - 0.01)
                inspect(met)
    return met


# People


def person(who, *, comes, leaves, y=0.0, lips=(), gaze=(), from_y=None):
    """Walks up from 5 m within 3 s, stands at 1.4 m, and walks off at `leaves`.

    `lips`: stretches in which the mouth moves. `gaze`: [from, to, off_rad], else looks here.
    """
    facts = []
    steps = int((leaves + 3.0 - comes) * 10)
    for i in range(steps):
        at = comes + i / 10
        walks_up, walks_off = at < comes + 3, at >= leaves
        x = 5.0 - 1.2 * (at - comes) if walks_up else 1.4
        x = 1.4 + 1.2 * (at - leaves) if walks_off else x
        pace = 1.2 if walks_up else -1.2 if walks_off else 0.0
        off = next((o for a, b, o in gaze if a <= at <= b), 0.05)
        speaks = any(a <= at <= b for a, b in lips)
        mouth = 0.05 + (0.3 * (i % 2) if speaks else 0.0)
        fact = seen(who, at, x=x, y=y, approach=pace, speed=abs(pace), facing=0.1)
        facts.append(
            (at, replace(fact, gaze_off_rad=off if pace >= 0 else math.pi, mouth_open=mouth))
        )
    at = comes
    return [
        *facts,
        state(at + 0.5, who, "approaching", "present", x=4.4),
        state(at + 3.5, who, "attending", "approaching", x=1.4),
        state(at + 5.0, who, "engaged", "attending", x=1.4),
        state(leaves + 0.3, who, "disengaging", "engaged"),
        state(leaves + 3.0, who, "left", "disengaging", x=5.0),
        (leaves + 3.0, PersonLost(at=leaves + 3.0, person=PersonId(who))),
    ]


def says(at, text, turn, seconds=2.0):
    return voice(at, seconds, text, turn=turn)


def replies(met):
    return [one for one in met.of(ReplyReady) if one.clauses]


__all__ = ["Duck", "Met", "Stop", "meet", "person", "replies", "says"]
