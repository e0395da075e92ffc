"""Whatever comes from a microphone, the ears go on: a sane result, or a message with the cure."""

import asyncio
import sys

import numpy as np
import pytest

from agent.bench.hearing_voice import sounds_of_no_voice
from agent.core.clock import LoopClock
from agent.core.messages import ComponentHealth, MicrophoneLevel, SpeechStarted, TurnEnded
from perception.audio import resample
from perception.backends.recorded_sound import read_sound
from perception.backends.silero import SileroDetector
from perception.listening import Listening
from perception.microphone.trouble import DeviceTrouble, TroubleConfig, WatchedMicrophone
from perception.senses import SOUND_RATE_HZ, SoundChunk
from perception.turns.taking import TurnsConfig
from perception.voices.active_speaker import ActiveSpeaker
from perception.voices.overlap import OverlapJudge
from perception.words.stable import StableWords
from tests.fakes.sounds import FakeWords, ScriptedDetector, nothing
from tests.media import media


class Given:
    """A microphone that brings `sound` as it is, in its own time."""

    def __init__(self, clock, sound, chunk=1600):
        self.clock, self.whole, self.chunk = clock, sound, chunk

    async def sound(self):
        start = self.clock.now()
        for k in range(0, len(self.whole), self.chunk):
            at = start + k / SOUND_RATE_HZ
            part = self.whole[k : k + self.chunk]
            await self.clock.sleep_until(at + len(part) / SOUND_RATE_HZ)
            yield SoundChunk(at=at, samples=part)


async def told_of(sound, *, detector=SileroDetector, chunk=1600, publish=None):
    """Everything the ears and their judges say of a sound."""
    clock, told = LoopClock(asyncio.get_running_loop()), []
    trouble = DeviceTrouble(TroubleConfig())
    publish = publish or told.append
    await Listening(
        microphone=WatchedMicrophone(Given(clock, sound, chunk), trouble, publish),
        words=FakeWords(clock),
        lines=nothing(),
        stage=nothing(),
        publish=publish,
        clock=clock,
        config=TurnsConfig(),
        detector=detector,
        judges=[OverlapJudge(), ActiveSpeaker(), trouble.frames, StableWords()],
    ).run()
    return told


def kinds(told, kind):
    return [one for one in told if isinstance(one, kind)]


def voice():
    sound = read_sound(media("audio/librivox/sense_and_sensibility_01_austen_64kb-0930.wav"))
    quiet = np.zeros(SOUND_RATE_HZ, np.float32)
    return np.concatenate([quiet, sound, quiet])


def with_holes(sound):
    out = sound.copy()
    out[::5000] = np.nan
    return out


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: s, id="as it is"),
        pytest.param(lambda s: np.clip(s * 30, -1, 1), id="clipped"),
        pytest.param(lambda s: np.clip(s + np.float32(0.4), -1, 1), id="off its middle"),
        pytest.param(with_holes, id="not numbers"),
        pytest.param(lambda s: resample(s[::2], 8000), id="a telephone"),
        pytest.param(lambda s: s * 100, id="beyond full scale"),
    ],
)
async def test_a_voice_is_one_turn_whatever_was_done_to_it(change):
    told = await told_of(np.asarray(change(voice()), np.float32))
    ended = kinds(told, TurnEnded)
    assert len(kinds(told, SpeechStarted)) >= 1
    assert 1 <= len(ended) <= 2
    assert sum(one.voiced_s for one in ended) == pytest.approx(2.8, abs=0.9)
    assert all(-120 <= one.level_db <= 0 for one in kinds(told, MicrophoneLevel))


@pytest.mark.parametrize("name", ["hiss", "mains hum", "clicks", "chords"])
async def test_what_is_no_voice_opens_no_turn(name):
    told = await told_of(sounds_of_no_voice()[name][: 6 * SOUND_RATE_HZ])
    assert kinds(told, SpeechStarted) == []
    assert kinds(told, ComponentHealth) == []


async def test_a_shout_in_silence_is_one_turn_and_no_trouble():
    sound = np.zeros(6 * SOUND_RATE_HZ, np.float32)
    shout = np.clip(voice()[SOUND_RATE_HZ + 4000 : 2 * SOUND_RATE_HZ] * 15, -1, 1)
    sound[2 * SOUND_RATE_HZ : 2 * SOUND_RATE_HZ + len(shout)] = shout
    told = await told_of(sound)
    assert len(kinds(told, TurnEnded)) == 1
    assert kinds(told, ComponentHealth) == []


async def test_minutes_without_a_word_keep_nothing():
    rng = np.random.default_rng(1)
    minute = (5e-4 * rng.standard_normal(60 * SOUND_RATE_HZ)).astype(np.float32)
    levels = 0

    def count(_):
        nonlocal levels
        levels += 1

    def quiet():
        return ScriptedDetector([])

    await told_of(minute, detector=quiet, chunk=8000, publish=count)
    before = sys.getallocatedblocks()
    await told_of(np.tile(minute, 4), detector=quiet, chunk=8000, publish=count)
    assert levels > 3000
    assert sys.getallocatedblocks() - before < 1000  # of 7,500 frames
