"""Mouths for sound without phone times: learned, and loudness where that fails, without a break."""

import asyncio

import numpy as np
import pytest

from actuation.animation import track_of
from actuation.generators.rules_face import COLUMN, COLUMNS
from actuation.generators.rules_loudness import LoudnessMouth
from actuation.speech.mouths import BLEND_S, FilledMouth, SoundMouths
from actuation.speech.voice import Speech
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from tests.fakes.small_face import voice
from tests.fakes.voices import speech


class Made:
    """Frames as a worker delivers them."""

    def __init__(self, mouth):
        self.mouth = mouth


class FakeWorker:
    """Delivers `share` of the frames of a sound, then ends or fails."""

    def __init__(self, share=1.0, why=None):
        self.share, self.why, self.closed, self.opened = share, why, False, []

    def open(self, rate_hz, *, deliver, failed, ended, text=""):
        self.opened.append(text)
        return {"rate_hz": rate_hz, "deliver": deliver, "failed": failed, "ended": ended}

    def push(self, session, samples):
        count = int(len(samples) * 60 / session["rate_hz"] * self.share)
        if count:
            session["deliver"](Made(np.full((count, len(COLUMNS)), 0.5)))

    def finish(self, session):
        if self.why:
            session["failed"](self.why)
        elif self.share == 1.0:
            session["ended"]()

    def close(self):
        self.closed = True


def clause(samples, phones=()):
    return Speech(
        text="Come in.", voice="cloud", rate_hz=16_000, samples=samples, phones=phones, words=()
    )


def mouth_by(worker, spoken):
    told = []

    async def make():
        mouths = SoundMouths(
            clock=LoopClock(asyncio.get_running_loop()), publish=told.append, worker=worker
        )
        mouth = await mouths.mouth(spoken)
        await asyncio.sleep(0)
        mouths.close()
        return mouth

    return asyncio.run(make()), told


def test_a_clause_with_phone_times_keeps_the_rules():
    worker = FakeWorker()
    spoken = speech(["p", "aa", "m"])
    mouth, told = mouth_by(lambda: worker, spoken)
    times = np.linspace(0, 0.24, 30)
    np.testing.assert_array_equal(mouth.evaluate(times), track_of(spoken).evaluate(times))
    assert worker.opened == []
    assert told == []


def test_sound_without_phone_times_gets_a_learned_mouth_with_its_text():
    worker = FakeWorker()
    mouth, told = mouth_by(lambda: worker, clause(voice(1.0)))
    assert mouth.evaluate(np.array([0.3, 0.7])).min() == 0.5
    assert worker.opened == ["Come in."]
    assert worker.closed
    assert [(t.role, t.backend, t.fallback) for t in told] == [("face", "learned", False)]


def test_silence_without_phones_needs_no_network():
    worker = FakeWorker()
    mouth, _ = mouth_by(lambda: worker, clause(np.zeros(8_000, np.float32)))
    assert mouth.evaluate(np.array([0.2])).max() == 0
    assert worker.opened == []


def test_a_device_that_fails_mid_utterance_is_taken_over_from_without_a_visible_break():
    samples = voice(2.0)
    mouth, told = mouth_by(lambda: FakeWorker(0.5, "device lost"), clause(samples))
    times = np.arange(0, 2.0, 1 / 60)
    shown = mouth.evaluate(times)
    late = times > 1.2
    instead = LoudnessMouth(samples, 16_000).evaluate(times)
    np.testing.assert_allclose(shown[late], instead[late])
    assert np.abs(np.diff(shown, axis=0)).max() < 0.5 / (BLEND_S * 60) * 2.5
    assert [(t.backend, t.fallback, t.detail) for t in told] == [("loudness", True, "device lost")]


def test_no_network_at_all_is_a_jaw_by_loudness_and_says_so():
    def missing():
        raise BackendUnavailableError("face: learned needs torch")

    samples = voice(1.0)
    mouth, told = mouth_by(missing, clause(samples))
    times = np.linspace(0, 1, 50)
    np.testing.assert_allclose(
        mouth.evaluate(times), LoudnessMouth(samples, 16_000).evaluate(times)
    )
    assert told[0].fallback
    assert "torch" in told[0].detail


def test_lips_that_are_late_do_not_hold_the_clause_up():
    mouth, told = mouth_by(lambda: FakeWorker(0.4), clause(voice(1.0)))
    assert told == []
    assert mouth.evaluate(np.array([0.1]))[0, 0] == 0.5


def test_a_mouth_that_is_whole_goes_to_rest_behind_its_end():
    mouth = FilledMouth(LoudnessMouth(voice(1.0), 16_000), 0.0)
    mouth.add(np.full((30, len(COLUMNS)), 0.5))
    mouth.finish()
    assert mouth.made_s == pytest.approx(0.5)
    assert mouth.evaluate(np.array([0.9])).max() == 0


def test_a_jaw_by_loudness_follows_loudness_and_no_overall_level():
    samples = voice(2.0)
    times = np.arange(0, 2.0, 1 / 60)
    jaw = LoudnessMouth(samples, 16_000).evaluate(times)[:, COLUMN["jaw"]]
    softer = LoudnessMouth(samples * 0.1, 16_000).evaluate(times)[:, COLUMN["jaw"]]
    loud = np.array([np.sqrt(np.mean(samples[int(t * 16_000) :][:400] ** 2)) for t in times])
    assert np.corrcoef(jaw, loud)[0, 1] > 0.8
    np.testing.assert_allclose(softer, jaw, atol=0.03)
    assert LoudnessMouth(np.zeros(0, np.float32), 16_000).evaluate(times).max() == 0


async def test_a_live_sound_does_not_wait_for_ever_for_the_learned_face():
    told, ready, more = [], asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def building():
        asyncio.run_coroutine_threadsafe(ready.wait(), loop).result()
        return FakeWorker()

    mouths = SoundMouths(clock=LoopClock(loop), publish=told.append, worker=building)
    sound = voice(2.0)
    mouth = mouths.live(16_000, LoudnessMouth(sound, 16_000), more.set)
    mouth.push(sound[:16_000])
    assert mouth.made_s < 0
    mouth.push(sound[16_000:])
    assert mouth.made_s == np.inf
    await more.wait()
    assert (told[0].backend, told[0].fallback) == ("loudness", True)
    more.clear()
    ready.set()
    await more.wait()
    mouth.finish()
    while len(told) < 2:
        more.clear()
        await more.wait()
    assert mouth.made.made_s > 1.9
    assert told[1].backend == "learned"
    mouths.close()
