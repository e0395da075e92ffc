"""A voice that tells of a clause before it is done keeps its times, and sounds the same."""

import shutil
from contextlib import asynccontextmanager

import numpy as np
import pytest

from actuation.generators.voices.process import ProcessVoice
from actuation.speech.text import readable
from actuation.speech.voice import VoiceConfig
from tests.fakes.processes import busy_s

TEXTS = [
    "Would you mind waiting for a moment by the window, please, while I look?",
    "Room 3.12 is on the third floor; Bob's is room 204.",
    "Good morning!",
    "Hm?",
]


class Listener:
    """Keeps what it is told, and what the voice's process had computed by then."""

    def __init__(self, pid):
        self._pid = pid
        self.speech = None
        self.begun_s = self.first_s = None
        self.counts = []

    def begun(self, speech):
        self.speech, self.begun_s = speech, busy_s(self._pid)

    def more(self):
        self.first_s = self.first_s or busy_s(self._pid)
        self.counts.append(self.speech.there)


def spectra(samples):
    """(n, 32) log power in bands, 100 a second."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 400)[::160] * np.hanning(400)
    power = np.abs(np.fft.rfft(frames, 512)) ** 2
    bands = np.array_split(power[:, 1:], 32, axis=1)
    return np.log(np.stack([b.mean(axis=1) for b in bands], axis=1) + 1e-5)


@asynccontextmanager
async def talking():
    if shutil.which("flite") is None:
        pytest.skip("flite is not on this system: apt-get install flite")
    each = ProcessVoice(name="flite", config=VoiceConfig(deadline_s=20, start_deadline_s=30))
    await each.start()
    try:
        yield each
    finally:
        await each.close()


async def early(voice, text):
    listener = Listener(voice.pid)
    before = busy_s(voice.pid)
    speech = await voice.speak_early(text, readable(text), listener)
    done = busy_s(voice.pid)
    shares = [(at - before) / (done - before) for at in (listener.begun_s, listener.first_s)]
    return listener, speech, shares


@pytest.mark.real_time
async def test_a_clause_told_early_is_the_clause_said_whole():
    async with talking() as flite:
        await compare(flite)


async def compare(flite):
    for text in TEXTS:
        listener, speech, _ = await early(flite, text)
        whole = await flite.speak(text, readable(text))
        again = await flite.speak(text, readable(text))
        assert speech.coming is None
        assert [p.name for p in speech.phones] == [p.name for p in whole.phones]
        assert [p.word for p in speech.phones] == [p.word for p in whole.phones]
        ends = np.array(
            [[a.end_s, b.end_s] for a, b in zip(speech.phones, whole.phones, strict=True)]
        )
        assert np.abs(ends[:, 0] - ends[:, 1]).max() < 0.001
        assert len(speech.samples) == len(whole.samples)
        assert listener.counts == sorted(set(listener.counts))
        # Flite's breath is noise: it never says the same twice, so twice the same is the measure.
        level = [10 * np.log10(np.mean(s.samples.astype(float) ** 2)) for s in (speech, whole)]
        assert abs(level[0] - level[1]) < 4
        one, other, third = (
            spectra(s.samples / s.samples.std() * 0.1) for s in (speech, whole, again)
        )
        usual = np.abs(other - third).mean()
        assert np.abs(one - other).mean() < 1.15 * usual + 0.01


@pytest.mark.real_time
async def test_phones_are_known_long_before_the_sound_and_sound_long_before_its_end():
    async with talking() as flite:
        await early(flite, TEXTS[2])
        shares = np.median([(await early(flite, TEXTS[0]))[2] for _ in range(5)], axis=0)
    assert shares[0] < 0.2
    assert shares[1] < 0.5


@pytest.mark.real_time
async def test_a_voice_that_cannot_be_early_comes_whole():
    each = ProcessVoice(name="espeak", config=VoiceConfig(start_deadline_s=30, deadline_s=20))
    listener = Listener(0)
    speech = await each.speak_early(TEXTS[2], readable(TEXTS[2]), listener)
    assert listener.speech is None
    assert len(speech.samples)
    await each.close()
