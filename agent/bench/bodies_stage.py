"""One performance for `bench bodies`: a real performer, a speech, any bodies; what was planned."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import psutil
from numpy.typing import NDArray

from actuation.embodiments.null import NullBody
from actuation.gestures.gesticulation import Gesticulation
from actuation.motion import (
    FACE_INDEX,
    BodyDescription,
    Embodiment,
    Frame,
    FrameChunk,
    StageItem,
    VoiceChunk,
)
from actuation.performer import Performer
from actuation.speech.voice import VoiceConfig, Voices
from agent.bench.lag import Plan
from agent.core.bus import EVERY, RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActId,
    Clause,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    Health,
    PersonLost,
    PersonSeen,
    Played,
    PrepareSpeech,
    Reason,
    Stop,
)

Floats = NDArray[np.float64]
Job = Callable[[], Awaitable[None]]
GREETING: Final = ("Good morning.",)
SPEECH: Final = (
    "Welcome to our house, it is good to see you this morning.",
    "The restroom is down the corridor, on your left, the second door.",
    "You can take the lift over there to the third floor, and then turn right.",
    "Somebody will come and meet you in about five minutes, please have a seat.",
)
SETTLES_S: Final = 1.0
GREETING_S: Final = 3.0
SPEECH_S: Final = 14.0
CUT_OFF_S: Final = 2.0
"""Into the last speech: then comes the emergency."""
JAW: Final = FACE_INDEX["jawOpen"]


class Planned:
    """What is to be shown and heard, and when: the items of one body, kept."""

    def __init__(self) -> None:
        self.frames: dict[int, Frame] = {}
        self.voice: dict[tuple[int, float], VoiceChunk] = {}

    def take(self, item: StageItem) -> None:
        """Keep it; frames take the place of what was to be shown from the first of them on."""
        match item:
            case FrameChunk() if item.frames:
                first = round(item.frames[0].at * 1000)
                while self.frames and next(reversed(self.frames)) >= first:
                    self.frames.popitem()
                self.frames |= {round(frame.at * 1000): frame for frame in item.frames}
            case VoiceChunk():
                self.voice[item.utterance, round(item.score_s, 3)] = item

    def in_order(self) -> list[Frame]:
        """All frames, as they are to be seen."""
        return sorted(self.frames.values(), key=lambda frame: frame.at)

    def jaw(self) -> Plan:
        """Moments and openings, in order."""
        rows = [(frame.at, float(frame.face[JAW])) for frame in self.in_order()]
        return np.array([at for at, _ in rows]), np.array([jaw for _, jaw in rows])


class Noted:
    """A body, and the plan as that body gets it."""

    def __init__(self, body: Embodiment, run: Job | None = None) -> None:
        """`run`: its loop, where the performance is to run it."""
        self.planned = Planned()
        self._body = body
        self._run = run

    def describe(self) -> BodyDescription:
        """Of the body."""
        return self._body.describe()

    def on_stage(self, at: Floats, stage: Planned) -> Floats:
        """Stage time of what this body was to show at `at`: later words make all bodies later."""
        planned = {(f.utterance, f.score_s): f.at for f in stage.in_order() if f.utterance}
        given = [
            (frame.at, planned[words])
            for frame in self.planned.in_order()
            if (words := (frame.utterance, frame.score_s)) in planned
        ]
        times, stage_times = np.array(given or [(0.0, 0.0)]).T
        on_stage: Floats = at + np.interp(at, times, stage_times - times)
        return on_stage

    async def connect(self) -> None:
        """Of the body."""
        await self._body.connect()

    def apply(self, item: StageItem) -> None:
        """Note it, and hand it on."""
        self.planned.take(item)
        self._body.apply(item)

    async def rest(self) -> None:
        """Of the body."""
        await self._body.rest()

    def health(self) -> Health:
        """Of the body."""
        return self._body.health()

    async def run(self) -> None:
        """Of the body, unless it runs already."""
        if self._run is not None:
            await self._run()


class OnArrival:
    """The control: a body that shows each frame as soon as it comes."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.shown: list[tuple[float, float]] = []
        self._now = now

    def describe(self) -> BodyDescription:
        """It has a mouth and nothing else."""
        return BodyDescription(name="on arrival", blendshapes=("jawOpen",), lead_s=0.05)

    async def connect(self) -> None:
        """Nothing to wait for."""

    def apply(self, item: StageItem) -> None:
        """Show it now."""
        if isinstance(item, FrameChunk):
            self.shown += [(self._now(), float(frame.face[JAW])) for frame in item.frames]

    async def rest(self) -> None:
        """Nothing to let go of."""

    def health(self) -> Health:
        """Nothing can break."""
        return Health.RUNNING


@dataclass(slots=True)
class Performance:
    """What one stretch of performing gave."""

    planned: Planned
    """As the voice has it: when it is late, the others follow."""
    began_at: float = 0.0
    """When the speech that counts was asked for; the greeting lies before it."""
    cpu_share: float = 0.0
    """Processor time of this process in one second of it."""
    emergency_at: float = float("inf")
    played: list[Played] = field(default_factory=list)
    """What the mouthpiece told."""

    def late_s(self) -> list[float]:
        """For each utterance, by how much its first sample was heard after its planned moment."""
        firsts = [p for p in self.played if p.first]
        plans = [self.planned.voice.get((p.utterance, round(p.score_s, 3))) for p in firsts]
        pairs = zip(firsts, plans, strict=True)
        return [played.at - plan.at for played, plan in pairs if plan is not None]


async def perform(
    bodies: Sequence[Embodiment],
    *,
    jobs: Sequence[Job] = (),
    emergency: bool = False,
    bus: Bus | None = None,
) -> Performance:
    """Greet and speak with these bodies. The first that speaks has the voice, else a perfect one.

    `jobs` run as long as it lasts, as do the bodies that have a loop of their own. `bus`: where
    bodies tell what they played. `emergency`: at the end comes a stop in mid-sentence.
    """
    loop, bus = asyncio.get_running_loop(), bus or Bus()
    null = NullBody(clock=LoopClock(loop), report=bus.publish)
    runs = [job for body in bodies if (job := getattr(body, "run", None)) is not None]
    speaker = next((body for body in bodies if body.describe().speaks), null)
    voice = Noted(speaker)
    performer = _performer(bus, [voice, *(body for body in (*bodies, null) if body is not speaker)])
    told = bus.subscribe(Played, delivery=EVERY)
    shown = Performance(voice.planned)

    async def note() -> None:
        async for played in told:
            if played.body == voice.describe().name:
                shown.played.append(played)

    async with asyncio.TaskGroup() as group:
        everyone = (null.run, performer.run, note, *runs, *jobs)
        tasks = [group.create_task(_awaited(job)) for job in everyone]
        await asyncio.sleep(SETTLES_S)
        bus.publish(_act(GREETING, loop.time()))
        await asyncio.sleep(GREETING_S)
        await _speech(shown, bus)
        if emergency:
            bus.publish(_act(SPEECH, loop.time()))
            await asyncio.sleep(CUT_OFF_S)
            shown.emergency_at = loop.time()
            bus.publish(EmergencyStop(at=shown.emergency_at, source="bench"))
            await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
    return shown


async def _speech(shown: Performance, bus: Bus) -> None:
    """The stretch that is looked at, and what it costs."""
    loop, process = asyncio.get_running_loop(), psutil.Process()
    shown.began_at, before = loop.time(), process.cpu_times()
    bus.publish(_act(SPEECH, shown.began_at))
    await asyncio.sleep(SPEECH_S)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    shown.cpu_share = used / (loop.time() - shown.began_at)


def _performer(bus: Bus, bodies: Sequence[Embodiment]) -> Performer:
    clock = LoopClock(asyncio.get_running_loop())
    return Performer(
        commands=bus.subscribe(Act, Stop, Duck, PrepareSpeech, delivery=EVERY),
        sightings=bus.subscribe(PersonSeen, PersonLost, delivery=RECENT),
        reports=bus.subscribe(Played, delivery=RECENT),
        emergencies=bus.subscribe(EmergencyStop, EmergencyRelease, delivery=EVERY),
        publish=bus.publish,
        voices=Voices(config=VoiceConfig(), clock=clock, publish=bus.publish),
        bodies=bodies,
        clock=clock,
        gestures=Gesticulation,
    )


def _act(texts: Sequence[str], now: float) -> Act:
    return Act(
        at=now,
        act=ActId(round(now * 1000)),
        reason=Reason(policy="bench", because="to be measured"),
        clauses=tuple(Clause(text=text) for text in texts),
    )


async def _awaited(job: Job) -> None:
    await job()
