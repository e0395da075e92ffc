"""A whole agent as `agent.app` builds it, with stand-ins for its devices, on the running loop."""

import asyncio
import contextlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np

from agent.app import build
from agent.core.bus import Bus, Delivery
from agent.core.clock import LoopClock
from agent.core.messages import (
    Act,
    ActFinished,
    ComponentHealth,
    LineTyped,
    Message,
    Played,
    StreamQuiet,
)
from agent.core.tenure import TENURE
from agent.settings import read_settings
from agent.stand_ins import StandIns
from perception.audio import FRAME, FRAME_S
from perception.eyes.sightings import Look
from perception.senses import SoundChunk
from tests.fakes.people import FakeDetector, Inline, body_at, face_at, picture
from tests.fakes.sounds import FakeWords
from tests.fakes.voices import FakeVoice

CONFIGS = Path(__file__).parents[2] / "configs"
MORNING_S = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()
ALL = Delivery(capacity=1_000_000, lossy=False)


class Morning:
    """The calendar of a test: a Monday morning at the start of the loop's axis."""

    def unix_s(self, at):
        return MORNING_S + at

    def renew(self):
        pass


class HangingClock(LoopClock):
    """The loop's clock, on which the components named in `hung` wait for ever."""

    def __init__(self, loop):
        super().__init__(loop)
        self.hung = set()

    async def sleep_until(self, when):
        tenure = TENURE.get()
        if tenure is not None and tenure.holder in self.hung:
            await asyncio.Event().wait()
        await super().sleep_until(when)


class Plug:
    """A camera or a microphone that can be pulled out, hung, and put back."""

    def __init__(self, clock):
        self._clock = clock
        self.dead = self.hung = False
        self.opened = 0

    async def _due(self, at):
        if self.dead:
            raise ConnectionError("unplugged")
        if self.hung:
            await asyncio.Event().wait()
        await self._clock.sleep_until(at)


class PluggedCamera(Plug):
    async def pictures(self):
        self.opened += 1
        for i in count():
            at = self._clock.now() + 1 / 15
            await self._due(at)
            yield picture(at + i * 1e-6)


class PluggedMicrophone(Plug):
    async def sound(self):
        self.opened += 1
        hiss = (np.full(FRAME, 0.01) * (-1) ** np.arange(FRAME)).astype(np.float32)
        while True:
            at = self._clock.now()
            await self._due(at + FRAME_S)
            yield SoundChunk(at=at, samples=hiss)


class VoiceDuring:
    """A voice detector that hears a voice during the spans it is told, in the clock's time."""

    def __init__(self, clock):
        self._clock = clock
        self.spans = []

    def probability(self, frame):
        now = self._clock.now()
        return 0.9 if any(start <= now < end for start, end in self.spans) else 0.02

    def reset(self):
        pass


def visitor(comes_at, *, from_m=6.0, to_m=1.2, speed_m_s=1.2, leaves_at=float("inf")):
    """What a detector sees of one who walks up to the agent and looks at it."""

    def scene(at):
        if at < comes_at or at >= leaves_at:
            return Look()
        x_m = max(to_m, from_m - speed_m_s * (at - comes_at))
        faces = (face_at(x_m),) if x_m < 3.5 else ()
        return Look(faces=faces, bodies=(body_at(x_m),))

    return scene


class Whole:
    """A running agent, and what has passed on its bus."""

    def __init__(self, agent, bus, clock, folder, **parts):
        self.agent, self.bus, self.clock, self.folder = agent, bus, clock, folder
        self.runtime = agent.runtime
        self.passed = []
        for name, part in parts.items():
            setattr(self, name, part)

    def of(self, kind):
        return [message for _, message in self.passed if isinstance(message, kind)]

    def when(self, kind, match=lambda message: True):
        """When the messages that match passed."""
        return [at for at, m in self.passed if isinstance(m, kind) and match(m)]

    async def until(self, condition, within_s=20.0):
        """Let the agent live until `condition()`; fail after `within_s`."""
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.02)

    async def live(self, seconds):
        await asyncio.sleep(seconds)

    def types(self, text):
        self.bus.publish(LineTyped(at=self.clock.now(), text=text))

    def speaks(self, start, seconds):
        self.voice.spans.append((start, start + seconds))

    def acts(self):
        return {act.act: act for act in self.of(Act)}

    def heard(self, branch=""):
        """What was heard of the acts of a policy, in order."""
        acts = self.acts()
        return [
            done.heard
            for done in self.of(ActFinished)
            if done.heard and acts[done.act].reason.policy.startswith(branch)
        ]

    async def answers(self, question="where is the restroom", within_s=20.0):
        """Type a question and wait until its answer was heard; return the answer."""
        before = len(self.heard("reply"))
        self.types(question)
        await self.until(lambda: len(self.heard("reply")) > before, within_s)
        return self.heard("reply")[before]

    def health(self, component):
        """(health, detail) of a component, in order."""
        told = [m for m in self.of(ComponentHealth) if m.component == component]
        return [(m.health, m.detail) for m in told]

    def quiet(self, stream):
        """Whether each report said that the stream recovered."""
        return [m.recovered for m in self.of(StreamQuiet) if m.stream == stream]

    def first_sounds(self):
        return [m.at for m in self.of(Played) if m.first]


def house(folder, **changes):
    """The demonstration's settings, copied to `folder`, without models, devices or a network."""
    configs = folder / "configs"
    if not configs.exists():
        shutil.copytree(CONFIGS, configs)
    settings = read_settings(configs / "demo.yaml")
    config = settings.config
    update = {
        "dialogue": config.dialogue.model_copy(
            update={"encoder": "words", "visits": folder / "visits.sqlite", "cache": folder}
        ),
        "recorder": config.recorder.model_copy(update={"enabled": False}),
        "history": config.history.model_copy(update={"folder": folder / "history"}),
        "camera": config.camera.model_copy(update={"source": "device"}),
        "microphone": config.microphone.model_copy(update={"source": "device"}),
        "server": config.server.model_copy(update={"port": 0, "token_file": folder / "token"}),
    }
    for name, values in changes.items():
        update[name] = update.get(name, getattr(config, name)).model_copy(update=values)
    return replace(settings, config=config.model_copy(update=update))


@contextlib.asynccontextmanager
async def whole_agent(
    folder, *, scene=lambda at: Look(), texts=("",), settings=None, headless=True, **stand_ins
):
    """A headless agent that lives until the block ends. `stand_ins` replace the usual ones."""
    clock, bus = HangingClock(asyncio.get_running_loop()), Bus()
    parts = {
        "camera": PluggedCamera(clock),
        "microphone": PluggedMicrophone(clock),
        "voice": VoiceDuring(clock),
        "words": FakeWords(clock, texts),
        "detector": FakeDetector(scene),
    }
    usual = StandIns(
        camera=parts["camera"],
        open_detector=lambda: parts["detector"],
        off_loop=Inline(),
        microphone=parts["microphone"],
        voice_detector=lambda: parts["voice"],
        words=parts["words"],
        voices=[FakeVoice(), FakeVoice("last")],
        watch_loop=False,
    )
    inbox = bus.subscribe(Message, delivery=ALL)
    made = {
        name: stand_in(bus, clock) if name == "words" else stand_in
        for name, stand_in in stand_ins.items()
    }
    agent = build(
        settings or house(folder),
        bus=bus,
        clock=clock,
        wall=Morning(),
        headless=headless,
        stand_ins=replace(usual, **made),
    )
    whole = Whole(agent, bus, clock, folder, **(parts | made))

    async def listen():
        async for message in inbox:
            whole.passed.append((clock.now(), message))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(listen()), group.create_task(agent.runtime.run())]
        try:
            await agent.ready["dialogue"].wait()
            yield whole
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])
