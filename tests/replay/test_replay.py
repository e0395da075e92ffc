"""Decisions made again on recorded facts: the same policies decide the same, others are shown."""

import asyncio
import math
import time

import pytest

from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    Clause,
    Duck,
    Engagement,
    EngagementChanged,
    Message,
    PersonId,
    Reason,
)
from agent.explaining.comparison import Verdict, compare, told
from agent.recording import Recorded
from agent.replay import Player, replay
from agent.virtual_time import VirtualTimeLoop


class Greeter:
    """Greets who attends, and offers help once its own greeting was heard. Counts from `first`."""

    name = "fake.planner"

    def __init__(self, bus, text="Hello.", first=1, delay_s=0.0, helps=True):
        self._inbox = bus.subscribe(EngagementChanged, ActFinished, delivery=EVERY)
        self._publish = bus.publish
        self._text, self._next, self._delay_s, self._helps = text, first, delay_s, helps
        self._greetings = set()

    def act(self, at, policy, text):
        act = Act(
            at=at,
            act=ActId(self._next),
            reason=Reason(policy=policy, because=f"it is {at:.3f}"),
            clauses=(Clause(text=text),),
        )
        self._next += 1
        self._publish(act)
        return act

    async def run(self):
        async for message in self._inbox:
            if isinstance(message, EngagementChanged):
                await asyncio.sleep(self._delay_s)
                greeting = self.act(message.at, "greeting.words", self._text)
                self._greetings.add(greeting.act)
            elif message.act in self._greetings and self._helps:
                self.act(message.at, "offer", "Can I help you?")


class Stage:
    """Performs every act within a second."""

    name = "fake.stage"

    def __init__(self, bus, clock):
        self._inbox = bus.subscribe(Act, delivery=EVERY)
        self._bus, self._clock = bus, clock

    async def run(self):
        async for act in self._inbox:
            self._bus.publish(ActStarted(at=self._clock.now(), act=act.act))
            await asyncio.sleep(1)
            self._bus.publish(ActFinished(at=self._clock.now(), act=act.act, heard="all"))


def lived(build_planner):
    """Record forty seconds in which a person comes to the desk three times."""

    async def live():
        loop = asyncio.get_running_loop()
        bus, clock = Bus(), LoopClock(loop)
        inbox, recorded = bus.subscribe(Message, delivery=EVERY), []
        planner, stage = build_planner(bus), Stage(bus, clock)

        async def note():
            async for message in inbox:
                recorded.append(Recorded(clock.now(), message))

        for at in (105.0, 115.0, 125.0):
            change = EngagementChanged(
                at=at - 0.05,
                person=PersonId("p1"),
                state=Engagement.ATTENDING,
                previous=None,
                distance_m=1.2,
            )
            loop.call_at(at, bus.publish, change)
        tasks = [loop.create_task(job) for job in (note(), planner.run(), stage.run())]
        await asyncio.sleep(40)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return recorded

    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(start_s=100.0)) as runner:
        return runner.run(live())


def verdicts(comparisons):
    return [str(c.verdict) for c in comparisons]


def test_the_same_policies_decide_the_same():
    recorded = lived(Greeter)
    assert verdicts(replay(recorded, lambda bus, clock: [Greeter(bus)])) == ["same"] * 6


def test_the_feedback_of_an_act_reaches_the_act_that_corresponds_to_it():
    """The ids of now are others than those of then; the offer waits for the greeting's end."""
    recorded = lived(Greeter)
    comparisons = replay(recorded, lambda bus, clock: [Greeter(bus, first=900)])
    assert verdicts(comparisons) == ["same"] * 6


def test_another_wording_is_a_change_with_both_texts_and_reasons():
    recorded = lived(Greeter)
    comparisons = replay(recorded, lambda bus, clock: [Greeter(bus, text="Welcome.")])
    assert verdicts(comparisons) == ["changed", "same"] * 3
    text = told(comparisons, start=recorded[0].seen_at)
    assert "clauses.0.text: 'Hello.' -> 'Welcome.'" in text
    assert "because, then: it is 104.950" in text
    assert text.endswith("3 same, 3 changed, 0 missing, 0 new")


def test_what_is_no_longer_decided_is_missing_and_what_was_not_is_new():
    recorded = lived(Greeter)
    comparisons = replay(recorded, lambda bus, clock: [Greeter(bus, helps=False)])
    assert verdicts(comparisons) == ["same", "missing"] * 3

    recorded = lived(lambda bus: Greeter(bus, helps=False))
    comparisons = replay(recorded, lambda bus, clock: [Greeter(bus)])
    assert verdicts(comparisons) == ["same", "new"] * 3


def test_a_decision_that_comes_later_is_the_same_with_its_delay():
    recorded = lived(Greeter)
    comparisons = replay(recorded, lambda bus, clock: [Greeter(bus, delay_s=0.5)])
    assert comparisons[0].verdict is Verdict.SAME
    assert "0.50 s later now" in told(comparisons, start=100.0, everything=True)


def test_two_runs_are_equal_to_the_last_message():
    recorded = lived(Greeter)
    first, second = (replay(recorded, lambda bus, clock: [Greeter(bus)]) for _ in range(2))
    assert first == second


def test_a_component_that_computes_in_a_thread_decides_the_same():
    class Thinks(Greeter):
        async def run(self):
            async for message in self._inbox:
                if isinstance(message, EngagementChanged):
                    await asyncio.to_thread(time.perf_counter)
                    self._greetings.add(self.act(message.at, "greeting.words", "Hello.").act)
                elif message.act in self._greetings:
                    self.act(message.at, "offer", "Can I help you?")

    comparisons = replay(lived(Greeter), lambda bus, clock: [Thinks(bus)])
    assert verdicts(comparisons) == ["same"] * 6


def test_a_fault_of_a_deciding_component_is_not_hidden():
    class Fails:
        name = "fake.fails"

        async def run(self):
            raise ConnectionError("no")

    with pytest.raises(ExceptionGroup):
        replay(lived(Greeter), lambda bus, clock: [Fails()])


def test_an_empty_recording_has_no_differences():
    assert replay([], lambda bus, clock: []) == []


def test_equal_decisions_are_paired_nearest_first():
    def duck(at):
        message = Duck(at=at, gain=0.25, reason=Reason(policy="interruption", because="a voice"))
        return Recorded(at, message)

    then, now = [duck(1.0), duck(2.0)], [duck(2.05), duck(9.0)]
    found = [(str(c.verdict), c.at) for c in compare(then, now)]
    assert found == [("missing", 1.0), ("same", 2.0), ("new", 9.0)]


@pytest.mark.parametrize(("speed", "takes_s"), [(1.0, 20.0), (10.0, 2.0), (math.inf, 0.0)])
async def test_a_recording_plays_in_its_own_time_or_faster(speed, takes_s):
    recorded = lived_facts()
    loop, bus = asyncio.get_running_loop(), Bus()
    inbox = bus.subscribe(Message, delivery=EVERY)
    await asyncio.sleep(7)
    began = loop.time()
    player = Player(recorded=recorded, publish=bus.publish, clock=LoopClock(loop), speed=speed)
    await player.run()
    assert loop.time() - began == pytest.approx(takes_s)
    played = inbox.waiting()
    assert len(played) == len(recorded)
    # what was 50 ms old when it was published then is 50 ms old when it is published now
    assert played[-1].at == pytest.approx(loop.time() - 0.05)


def lived_facts():
    return [
        Recorded(
            at,
            EngagementChanged(
                at=at - 0.05,
                person=PersonId("p1"),
                state=Engagement.ATTENDING,
                previous=None,
                distance_m=1.0,
            ),
        )
        for at in (1000.0, 1010.0, 1020.0)
    ]
