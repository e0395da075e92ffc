"""How late sightings are, how many there are a second, and what a whole agent costs.

One real agent with its page's server, recogniser and voice; a page in another process sends made
pictures and sound as a browser does, in real time, and types questions. First nobody is there,
then somebody who talks. A sighting's age runs from the picture's capture on the page's clock to
its publishing. The controls are agents that are made wrong: one whose detector looks everywhere
in every picture must come out late, one whose detector works on the loop's own thread must hold
everybody up, and one without a detector shows what an agent costs that does not look.
"""

import asyncio
import contextlib
import logging
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil

from agent.app import Agent, build
from agent.bench.figure import Figure
from agent.bench.made_page import PageProcess, made_page
from agent.core.bus import EVERY, Bus
from agent.core.clock import LoopClock, WallTime
from agent.core.errors import FoyerError
from agent.core.messages import ActFinished, PersonId, PersonSeen
from agent.models import models_folder
from agent.settings import Settings, apart, read_settings
from agent.stand_ins import REAL, StandIns
from perception.eyes.camera import WHOLE
from perception.eyes.detectors import NoPeople, detector_opener
from perception.eyes.focus import TILES
from perception.eyes.sightings import Focus, Look, PeopleDetector
from perception.senses import Picture

T = TypeVar("T")
Job = Callable[[], Coroutine[None, None, None]]

CONFIG = Path("configs/demo.yaml")
READY_S, SETTLE_S = 60.0, 4.0
IDLE_S, TALK_S, CONTROL_S = 8.0, 14.0, 6.0
ASK_EVERY_S = 3.5
QUESTIONS = ("where is the restroom", "when are you open", "is there a wifi", "where can i wait")
BEAT_S = 0.005


async def measure(clip: Path | None = None) -> list[Figure]:
    """Four agents, one after the other, in about a minute and a half. `clip`: a video instead."""
    # The controls are agents made wrong, and say so all the time.
    logging.getLogger("agent").setLevel(logging.CRITICAL)
    settings = read_settings(CONFIG)
    whole = await run_agent(settings, clip, REAL, idle_s=IDLE_S, talk_s=TALK_S)
    everywhere = StandIns(open_detector=looks_everywhere(settings))
    late = await run_agent(settings, clip, everywhere, talk_s=CONTROL_S)
    held = await run_agent(settings, clip, StandIns(off_loop=_OnTheLoop()), talk_s=CONTROL_S)
    blind = await run_agent(settings, clip, StandIns(open_detector=NoPeople), idle_s=CONTROL_S)
    return [
        Figure(
            name="camera to PersonSeen, p95",
            value=whole.talk.age_ms(95),
            unit="ms",
            target=80,
            baseline=whole.talk.age_ms(50),
            baseline_of="p50",
            control=late.talk.age_ms(95),
            control_of="looking everywhere",
            note=f"while it talks; {whole.answers} answers were heard",
        ),
        Figure(
            name="sightings a second",
            value=whole.talk.rate_hz,
            unit="Hz",
            target=10,
            at_most=False,
            baseline=settings.config.server.pictures_hz,
            baseline_of="pictures the page sends",
            control=late.talk.rate_hz,
            control_of="looking everywhere",
        ),
        Figure(
            name="loop held, p99",
            value=whole.talk.held_ms(99),
            unit="ms",
            baseline=whole.idle.held_ms(99),
            baseline_of="nobody there",
            control=held.talk.held_ms(99),
            control_of="detector on the loop",
        ),
        Figure(
            name="one core used, nobody there",
            value=100 * whole.idle.core_share,
            unit="%",
            target=40,
            baseline=100 * whole.talk.core_share,
            baseline_of="somebody talks",
            control=100 * blind.idle.core_share,
            control_of="no detector",
            note="agent, recogniser and voice; a page is connected",
        ),
        Figure(
            name="resident memory",
            value=whole.memory_mb,
            unit="MB",
            target=1200,
            baseline=whole.own_memory_mb,
            baseline_of="without recogniser and voice",
            note="after the conversation",
        ),
    ]


@dataclass(slots=True)
class _Phase:
    """What was measured while one thing went on."""

    ages_s: list[float] = field(default_factory=list)
    moments: set[float] = field(default_factory=set)
    people: Counter[PersonId] = field(default_factory=Counter)
    late_s: list[float] = field(default_factory=list)
    seconds: float = 0.0
    core_share: float = float("nan")

    def age_ms(self, percent: float) -> float:
        return _percentile_ms(self.ages_s, percent)

    def held_ms(self, percent: float) -> float:
        return _percentile_ms(self.late_s, percent)

    @property
    def rate_hz(self) -> float:
        return len(self.moments) / self.seconds if self.seconds else float("nan")


@dataclass(slots=True)
class Found:
    """Of one agent."""

    idle: _Phase
    talk: _Phase
    answers: int = 0
    memory_mb: float = 0.0
    own_memory_mb: float = 0.0


def looks_everywhere(settings: Settings) -> Callable[[], PeopleDetector]:
    """Opens the site's detector, made to look at everything in every picture."""
    seeing = settings.config.seeing
    opener = detector_opener(seeing.detector, camera=seeing.people.camera, models=models_folder())
    return lambda: _Everywhere(opener())


class _Everywhere:
    """Looks at the whole picture and all its parts, whatever is asked."""

    def __init__(self, detector: PeopleDetector) -> None:
        self._detector = detector
        self.close = detector.close

    def look(self, picture: Picture, focus: Focus) -> Look:
        everything = replace(focus, scan=WHOLE, bodies=TILES[:3], faces=TILES)
        return self._detector.look(picture, everything)


class _OnTheLoop:
    """Not beside the loop at all."""

    async def call(self, work: Callable[[], T], timeout_s: float) -> T:
        return work()

    def close(self, last: Callable[[], None] | None = None) -> None:
        if last is not None:
            last()


async def run_agent(
    settings: Settings,
    clip: Path | None,
    stand_ins: StandIns,
    *,
    idle_s: float = 0.0,
    talk_s: float = 0.0,
) -> Found:
    """One agent from its start to its end: nobody there for a while, then somebody who asks."""
    clock, bus = LoopClock(asyncio.get_running_loop()), Bus()
    seen = bus.subscribe(PersonSeen, delivery=EVERY)
    done = bus.subscribe(ActFinished, delivery=EVERY)
    phase, found = _Phase(), Found(_Phase(), _Phase())

    async def count_sightings() -> None:
        async for sighting in seen:
            phase.ages_s.append(clock.now() - sighting.at)
            phase.moments.add(sighting.at)
            phase.people[sighting.person] += 1

    async def count_answers() -> None:
        async for act in done:
            found.answers += bool(act.heard)

    async def beat() -> None:
        while True:
            due = clock.now() + BEAT_S
            await clock.sleep_until(due)
            phase.late_s.append(clock.now() - due)

    with tempfile.TemporaryDirectory() as folder:
        agent = build(
            apart(settings, Path(folder)),
            bus=bus,
            clock=clock,
            wall=WallTime(clock),
            stand_ins=stand_ins,
        )
        async with _running(agent, count_sightings, count_answers, beat):
            assert agent.server is not None
            async with made_page(agent.server.address, clip) as page:
                await clock.sleep_until(clock.now() + SETTLE_S)
                if idle_s:
                    phase = found.idle
                    await _watch(phase, clock, page, idle_s)
                if talk_s:
                    phase = _Phase()
                    page.tell("person")
                    await clock.sleep_until(clock.now() + SETTLE_S)
                    phase = found.talk
                    async with asyncio.TaskGroup() as group:
                        asking = group.create_task(_ask(page, clock))
                        await _watch(phase, clock, page, talk_s)
                        asking.cancel()
                own = psutil.Process()
                found.own_memory_mb = own.memory_info().rss / 1e6
                family = (own, *_children(page))
                found.memory_mb = sum(one.memory_info().rss for one in family) / 1e6
    return found


async def _watch(phase: _Phase, clock: LoopClock, page: PageProcess, seconds: float) -> None:
    """Let it go on for so long, and count what the agent's processes use meanwhile."""

    def used_s() -> float:
        times = [one.cpu_times() for one in (psutil.Process(), *_children(page))]
        return float(sum(each.user + each.system for each in times))

    begin, used = clock.now(), used_s()
    await clock.sleep_until(begin + seconds)
    phase.seconds = clock.now() - begin
    phase.core_share = (used_s() - used) / phase.seconds


def _children(page: PageProcess) -> list[psutil.Process]:
    """Recogniser and voice: all our children but the page."""
    return [one for one in psutil.Process().children(recursive=True) if one.pid != page.pid]


async def _ask(page: PageProcess, clock: LoopClock) -> None:
    while True:
        for question in QUESTIONS:
            page.tell(f"say {question}")
            await clock.sleep_until(clock.now() + ASK_EVERY_S)


@contextlib.asynccontextmanager
async def _running(agent: Agent, *others: Job) -> AsyncIterator[None]:
    jobs: tuple[Job, ...] = (agent.runtime.run, *others)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job()) for job in jobs]
        try:
            async with asyncio.timeout(READY_S):
                for event in agent.ready.values():
                    await event.wait()
            yield
        except TimeoutError:
            missing = [name for name, event in agent.ready.items() if not event.is_set()]
            raise FoyerError(f"the agent was not ready in time: {', '.join(missing)}") from None
        finally:
            for task in tasks:
                task.cancel()


def _percentile_ms(values_s: list[float], percent: float) -> float:
    return float(np.percentile(values_s, percent) * 1000) if values_s else float("nan")
