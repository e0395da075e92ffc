"""The agent's own planner, run twice on the same facts, decides the same."""

import asyncio
from pathlib import Path

import pytest

from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    Engagement,
    EngagementChanged,
    Message,
    PersonId,
    PersonSeen,
    Place,
    ReplyReady,
    StageState,
    TurnEnded,
    TurnId,
)
from agent.deciding import decisions
from agent.recording import Recorded
from agent.replay import DECISIONS, replay
from agent.virtual_time import VirtualTimeLoop

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "configs" / "demo.yaml"
P1 = PersonId("p1")


def visit():
    """What perception says of one visitor who comes, asks and goes: (when, fact)."""
    for step in range(60):
        at = 100.0 + step * 0.2
        distance = max(1.2, 4.0 - step * 0.1)
        yield PersonSeen(
            at=at,
            person=P1,
            place=Place(x_m=distance, y_m=0.0),
            approach_m_s=0.5 if distance > 1.2 else 0.0,
            speed_m_s=0.5 if distance > 1.2 else 0.0,
            facing_rad=0.1,
            gaze_off_rad=0.1,
        )
    states = [Engagement.APPROACHING, Engagement.ATTENDING, Engagement.ENGAGED]
    previous = None
    for at, state in zip((101.0, 106.0, 107.5), states, strict=True):
        yield EngagementChanged(
            at=at, person=P1, state=state, previous=previous, distance_m=1.2, cues=("gaze",)
        )
        previous = state
    text = "where is the restroom"
    yield TurnEnded(at=111.0, turn=TurnId(1), revision=0, text=text, person=P1)


async def lived(build):
    """Run the deciding components and a stage on the visit; return all that was published."""
    loop = asyncio.get_running_loop()
    bus, clock = Bus(), LoopClock(loop)
    everything = bus.subscribe(Message, delivery=EVERY)
    acts = bus.subscribe(Act, delivery=EVERY)
    recorded = []

    async def note():
        async for message in everything:
            recorded.append(Recorded(clock.now(), message))

    async def stage():
        async for act in acts:
            text = " ".join(clause.text for clause in act.clauses)
            bus.publish(ActStarted(at=clock.now(), act=act.act, text=text))
            if text:
                bus.publish(StageState(at=clock.now(), speaking=True))
                await asyncio.sleep(0.06 * len(text))
                bus.publish(StageState(at=clock.now(), speaking=False))
            bus.publish(ActFinished(at=clock.now(), act=act.act, heard=text))

    async with asyncio.TaskGroup() as group:
        jobs = [note(), stage(), *(part.run() for part in build(bus, clock))]
        tasks = [group.create_task(job) for job in jobs]
        for fact in sorted(visit(), key=lambda f: f.at):
            await clock.sleep_until(fact.at + 0.05)
            bus.publish(fact)
        await asyncio.sleep(20)
        for task in tasks:
            task.cancel()
    return recorded


@pytest.mark.skipif(not DEMO.exists(), reason="configs/demo.yaml is not there yet")
def test_what_the_agent_decided_it_decides_again():
    build = decisions(DEMO, replies=False)
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(start_s=100.0)) as runner:
        recorded = runner.run(lived(build))
    said = [r.message for r in recorded if isinstance(r.message, Act) and r.message.clauses]
    assert said, "the visitor was not greeted"

    made = tuple(kind for kind in DECISIONS if kind is not ReplyReady)
    comparisons = replay(recorded, build, made=made)
    assert comparisons
    assert {str(c.verdict) for c in comparisons} == {"same"}
