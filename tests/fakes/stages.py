"""A stage with a fake voice and a body that keeps all it gets, moved by hand or by a loop."""

import asyncio
import itertools
from contextlib import asynccontextmanager

import numpy as np

from actuation.gestures.contract import HeadGestures
from actuation.motion import (
    JOINT_NAMES,
    BodyDescription,
    Cut,
    FrameChunk,
    VoiceChunk,
    Volume,
)
from actuation.performer import Performer
from actuation.speech.voice import VoiceConfig, Voices
from actuation.stage.config import PerformerConfig
from actuation.stage.stage import Stage
from agent.core.bus import EVERY, RECENT, Bus
from agent.core.clock import LoopClock
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import (
    Act,
    ActId,
    Clause,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    Health,
    HoldFace,
    Message,
    PersonLost,
    PersonSeen,
    Played,
    PrepareSpeech,
    Reason,
    Stop,
)
from tests.fakes.voices import FakeVoice, speech, spelled

WHY = Reason(policy="test", because="a test wants it")
_ids = itertools.count(1)


def act(*texts, at=0.0, **more):
    return Act(
        at=at,
        act=ActId(next(_ids)),
        reason=WHY,
        clauses=tuple(Clause(text=t) for t in texts),
        **more,
    )


def duck(gain, at=0.0):
    return Duck(at=at, gain=gain, reason=WHY)


def stop(at=0.0, **more):
    return Stop(at=at, reason=WHY, **more)


class KeepingBody:
    """Keeps what it is sent, and knows what a person would have seen and heard."""

    def __init__(self, name="keeping", lead_s=0.25, speaks=True):
        self.name, self.lead_s, self.speaks = name, lead_s, speaks
        self.items = []
        self.frames = []
        self.sound = []
        self.volumes = []
        self.rested = False
        self.generation = 0

    def describe(self):
        return BodyDescription(
            name=self.name,
            joints=JOINT_NAMES,
            blendshapes=ARKIT_NAMES,
            speaks=self.speaks,
            lead_s=self.lead_s,
        )

    async def connect(self):
        pass

    def apply(self, item):
        self.items.append(item)
        match item:
            case Cut():
                assert item.generation > self.generation
                self.generation = item.generation
                self.frames = [f for f in self.frames if f.at < item.at - 1e-6]
                self.sound = [part for c in self.sound for part in _before(c, item.at)]
            case FrameChunk():
                assert item.generation == self.generation
                self.frames += item.frames
            case VoiceChunk():
                assert item.generation == self.generation
                self.sound.append(item)
            case Volume():
                self.volumes.append((item.at, item.gain))

    async def rest(self):
        self.rested = True

    def health(self):
        return Health.RUNNING

    @property
    def faces(self):
        return np.stack([f.face for f in self.frames])

    def heard_until(self):
        return max((c.at + len(c.samples) / c.rate_hz for c in self.sound), default=None)


def _before(chunk, at):
    length = round((at - chunk.at) * chunk.rate_hz)
    if length <= 0:
        return []
    if length >= len(chunk.samples):
        return [chunk]
    return [
        VoiceChunk(
            generation=chunk.generation,
            at=chunk.at,
            utterance=chunk.utterance,
            score_s=chunk.score_s,
            rate_hz=chunk.rate_hz,
            samples=chunk.samples[:length],
        )
    ]


class HandMoved:
    """A `Stage` whose time and sound a test moves by hand."""

    def __init__(self, *, config=None, start=100.0, gestures=None):
        self.now = start
        self.told = []
        self.body = KeepingBody()
        self.wanted = []
        self.stage = Stage(
            config=config or PerformerConfig(),
            gestures=gestures or HeadGestures(),
            lead_s=0.25,
            start=start,
            publish=self.told.append,
            send=self.body.apply,
            want=lambda on_stage, index, text: self.wanted.append((on_stage, index, text)),
        )

    def act(self, an_act, *, sound=True):
        self.stage.act(an_act, self.now)
        if sound:
            self.give_sound()

    def give_sound(self, count=None):
        for _ in range(count if count is not None else len(self.wanted)):
            on_stage, index, text = self.wanted.pop(0)
            self.stage.have_sound(on_stage, index, speech(spelled(text), text), self.now)
            self.stage.advance(self.now)

    def run(self, seconds, step=0.1):
        until = self.now + seconds
        while self.now < until - 1e-9:
            self.now = min(self.now + step, until)
            self.stage.advance(self.now)

    def of(self, kind):
        return [m for m in self.told if isinstance(m, kind)]


@asynccontextmanager
async def performing(*voices, bodies=None, config=None, voice_config=None):
    """A whole performer on the running loop. Yields (publish, messages, bodies, restart)."""
    loop = asyncio.get_running_loop()
    clock, bus, told = LoopClock(loop), Bus(), []
    inbox = bus.subscribe(Message, delivery=EVERY)
    bodies = bodies if bodies is not None else [KeepingBody()]
    performer = Performer(
        commands=bus.subscribe(Act, Stop, Duck, PrepareSpeech, HoldFace, delivery=EVERY),
        sightings=bus.subscribe(PersonSeen, PersonLost, delivery=RECENT),
        reports=bus.subscribe(Played, delivery=EVERY),
        emergencies=bus.subscribe(EmergencyStop, EmergencyRelease, delivery=EVERY),
        publish=bus.publish,
        voices=Voices(
            config=voice_config or VoiceConfig(),
            clock=clock,
            publish=bus.publish,
            rows=list(voices) or [FakeVoice(), FakeVoice("last")],
        ),
        bodies=bodies,
        clock=clock,
        config=config,
    )

    async def keep():
        async for message in inbox:
            told.append(message)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(keep()), group.create_task(performer.run())]

        async def restart():
            ended = tasks.pop()
            ended.cancel()
            await asyncio.wait([ended])
            tasks.append(group.create_task(performer.run()))

        try:
            yield bus.publish, told, bodies, restart
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])
                await asyncio.sleep(0.001)
