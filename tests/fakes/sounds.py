"""Sound and words for tests: scripted voices, scripted recognisers, and a made visitor."""

import asyncio
import shutil
import subprocess

import numpy as np
import pytest

from agent.core.messages import Message
from perception.audio import FRAME, FRAME_S
from perception.backends.recorded_sound import read_sound
from perception.listening import Listening
from perception.senses import SoundChunk
from perception.turns.taking import Heard, TurnsConfig
from perception.words.recognition import Reading


def script(*parts):
    """Frame probabilities for (seconds, probability) parts."""
    return [p for seconds, p in parts for _ in range(round(seconds / FRAME_S))]


def visitor_says(text, tmp_path_factory_or_path):
    """A sentence in the voice of flite slt, as samples; skips the test where flite is missing."""
    flite = shutil.which("flite")
    if flite is None:
        pytest.skip("the made visitor needs flite: apt install flite")
    path = tmp_path_factory_or_path / "said.wav"
    subprocess.run([flite, "-voice", "slt", "-t", text, "-o", str(path)], check=True)
    return read_sound(path)


def quiet(seconds):
    """Almost silence."""
    noise = np.random.default_rng(0).standard_normal(round(16_000 * seconds))
    return (noise * 1e-4).astype(np.float32)


class ScriptedDetector:
    """Says the probabilities it was given, then silence."""

    def __init__(self, probabilities):
        self._left = list(probabilities)

    def probability(self, frame):
        return self._left.pop(0) if self._left else 0.0

    def reset(self):
        pass


class FakeMicrophone:
    """Frames of hiss in the clock's time; then ends, fails or hangs as told."""

    def __init__(self, clock, seconds, *, then="end", samples=None):
        self._clock = clock
        self._frames = round(seconds / FRAME_S)
        self._then = then
        self._samples = samples

    async def sound(self):
        start = self._clock.now()
        for i in range(self._frames):
            at = start + i * FRAME_S
            await self._clock.sleep_until(at + FRAME_S)
            hiss = np.full(FRAME, 0.01, np.float32) * (-1) ** np.arange(FRAME)
            samples = hiss if self._samples is None else self._samples
            yield SoundChunk(at=at, samples=samples.astype(np.float32, copy=False))
        if self._then == "fail":
            raise ConnectionError("microphone unplugged")
        if self._then == "hang":
            await asyncio.Event().wait()


class FakeRecogniser:
    """The Protocol in a few lines: one word for every half second of sound."""

    def __init__(self):
        self._size = 0

    def start(self):
        self._size = 0

    def feed(self, samples):
        self._size += samples.size

    def partial(self):
        return " ".join(["word"] * (self._size // 8000))

    def finish(self):
        text = self.partial()
        return Reading(text=text, confidence=0.9 if text else 0.0)


class FakeWords:
    """A `WordSource` that answers from a script after `delay_s`, or never when that is None."""

    def __init__(self, clock, texts=("where is the restroom",), *, delay_s=0.02):
        self._clock = clock
        self._texts = list(texts)
        self._delay_s = delay_s
        self._asked = asyncio.Queue()
        self.fed = 0
        self.began = []
        self.dropped = []

    def begin(self, turn):
        self.began.append(turn)

    def feed(self, samples):
        self.fed += samples.size

    def settle(self, turn, revision):
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        self._asked.put_nowait(Heard(turn=turn, revision=revision, text=text, confidence=0.9))

    def drop(self, turn, *, late):
        self.dropped.append((turn, late))

    async def heard(self):
        while True:
            heard = await self._asked.get()
            if self._delay_s is None:
                continue
            await self._clock.sleep_until(self._clock.now() + self._delay_s)
            yield heard


async def nothing():
    """An input on which nothing ever comes."""
    await asyncio.Event().wait()
    yield


def listening(clock, microphone, words, published, probabilities, *, config=None, lines=None,
              stage=None, **more):  # fmt: skip
    """The component with fakes around it; what it publishes is appended as (now, message)."""

    def publish(message: Message):
        published.append((clock.now(), message))

    return Listening(
        microphone=microphone,
        words=words,
        lines=lines or nothing(),
        stage=stage or nothing(),
        publish=publish,
        clock=clock,
        config=config or TurnsConfig(),
        detector=lambda: ScriptedDetector(probabilities),
        **more,
    )
