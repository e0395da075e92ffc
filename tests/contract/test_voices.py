"""One contract for every voice. Real engines run as their real processes, in real time."""

import asyncio
import shutil
from dataclasses import replace

import numpy as np
import pytest

from actuation.generators.voices.process import ProcessVoice
from actuation.generators.voices.silent import SilentVoice
from actuation.speech.phones import PHONES, VOWELS, from_ipa, from_timed_signs
from actuation.speech.text import readable
from actuation.speech.voice import VOICES, VoiceConfig, Voices
from agent.core.backend import pick
from agent.core.clock import LoopClock
from agent.core.errors import BackendUnavailableError
from tests.fakes.voices import FakeVoice

TEXTS = [
    "Good morning, welcome to Foyer.",
    "Room 3.12 is on the third floor, at 10:30.",
    "Pam met Bob; five very brave men.",
    "Hm?",
    "I.",
]
CONFIG = VoiceConfig(deadline_s=20, start_deadline_s=30)


def voice(name):
    match name:
        case "fake":
            return FakeVoice()
        case "silent":
            return SilentVoice()
        case "flite" if shutil.which("flite") is None:
            pytest.skip("flite is not on this system: apt-get install flite")
    return ProcessVoice(name=name, config=CONFIG)


async def spoken(name, texts):
    each = voice(name)
    await each.start()
    try:
        return [await each.speak(text, readable(text)) for text in texts]
    finally:
        await each.close()


@pytest.mark.real_time
@pytest.mark.parametrize("name", ["fake", "silent", "flite", "espeak"])
async def test_every_voice_keeps_the_contract(name):
    for text, speech in zip(TEXTS, await spoken(name, TEXTS), strict=True):
        assert speech.text == text
        assert speech.voice == name
        assert 8_000 <= speech.rate_hz <= 48_000
        assert speech.samples.dtype == np.float32
        assert np.abs(speech.samples).max(initial=0) <= 1.0
        assert 0.05 < speech.duration_s < 10
        assert [w.text for w in speech.words] == text.split()
        ends = [w.end_s for w in speech.words]
        assert ends == sorted(ends)
        assert ends[-1] <= speech.duration_s + 0.3
        at = 0.0
        for phone in speech.phones:
            assert phone.name in PHONES
            assert phone.start_s == pytest.approx(at, abs=0.02)
            assert phone.end_s > phone.start_s
            at = phone.end_s


@pytest.mark.real_time
@pytest.mark.parametrize("name", ["flite", "espeak"])
async def test_a_voice_with_sound_is_of_stated_loudness_and_starts_early(name):
    for speech in await spoken(name, TEXTS[:3]):
        sounding = [p for p in speech.phones if p.name != "pau"]
        assert sounding[0].start_s < 0.03
        frames = speech.samples[: len(speech.samples) // 320 * 320].reshape(-1, 320)
        power = (frames.astype(float) ** 2).mean(axis=1)
        level = 10 * np.log10(power[power > power.max() * 1e-3].mean())
        assert -24 < level < -18


@pytest.mark.real_time
@pytest.mark.parametrize("name", ["flite", "espeak"])
async def test_phone_times_fit_the_sound(name):
    """Vowels are louder than pauses and stop closures where the voice says they are."""
    for speech in await spoken(name, ["Could you take a paper cup, please?"]):

        def loud(phone, speech=speech):
            a, b = (round(t * speech.rate_hz) for t in (phone.start_s, phone.end_s))
            return float(np.sqrt((speech.samples[a:b].astype(float) ** 2).mean()))

        vowels = [loud(p) for p in speech.phones if p.name in VOWELS]
        stops = [loud(p) for p in speech.phones if p.name in ("p", "t", "k")]
        assert len(stops) >= 4
        assert np.median(vowels) > 2.5 * np.median(stops)


@pytest.mark.real_time
@pytest.mark.parametrize("name", ["flite", "espeak"])
async def test_stress_and_words_come_with_the_phones(name):
    (speech,) = await spoken(name, ["A photograph of the receptionist."])
    stressed = {p.word for p in speech.phones if p.stress == 1}
    assert {1, 4} <= stressed
    first = next(p for p in speech.phones if p.word == 4)
    assert first.start_s == pytest.approx(speech.words[4].start_s, abs=0.01)


@pytest.mark.real_time
@pytest.mark.parametrize("name", ["flite", "espeak"])
async def test_pace_changes_the_length(name):
    lengths = []
    for pace in (0.8, 1.0, 1.4):
        if name == "flite":
            voice("flite")
        each = ProcessVoice(name=name, config=CONFIG.model_copy(update={"pace": pace}))
        await each.start()
        speech = await each.speak(TEXTS[0], readable(TEXTS[0]))
        lengths.append(speech.duration_s)
        await each.close()
    assert lengths[0] > lengths[1] > lengths[2]


@pytest.mark.real_time
@pytest.mark.parametrize("name", ["piper", "kokoro"])
async def test_a_voice_without_its_model_says_what_cures_it(name):
    with pytest.raises(BackendUnavailableError, match=f"{name}"):
        await ProcessVoice(name=name, config=CONFIG).start()


@pytest.mark.parametrize("name", VOICES)
def test_every_row_says_what_it_is(name):
    assert VOICES[name].about
    if not VOICES[name].missing():
        assert pick("voice", VOICES, name)(name=name, config=CONFIG).name == name


@pytest.mark.real_time
async def test_auto_always_finds_a_voice():
    chosen = []
    clock = LoopClock(asyncio.get_running_loop())
    voices = Voices(config=CONFIG, clock=clock, publish=chosen.append)
    await voices.start()
    speech = await voices.speak("Good morning.")
    await voices.close()
    assert speech.phones
    assert chosen[-1].backend == ("flite" if shutil.which("flite") else "espeak")
    assert not chosen[-1].fallback or not shutil.which("flite")


async def test_what_was_prepared_is_there_at_once():
    slow = FakeVoice(delay_s=2.0)
    loop = asyncio.get_running_loop()
    voices = Voices(
        config=VoiceConfig(), clock=LoopClock(loop), publish=lambda _: None, rows=[slow, slow]
    )
    await voices.speak("Good morning.")
    begun = loop.time()
    await voices.speak("Good morning.")
    assert loop.time() == begun
    assert slow.said == ["Good morning."]


async def test_only_so_much_is_remembered():
    fake = FakeVoice()
    loop = asyncio.get_running_loop()
    voices = Voices(
        config=VoiceConfig(remembered=2),
        clock=LoopClock(loop),
        publish=lambda _: None,
        rows=[fake, fake],
    )
    for text in ("one", "two", "three", "one"):
        await voices.speak(text)
    assert fake.said == ["one", "two", "three", "one"]


@pytest.mark.parametrize(
    ("ipa", "phones", "stress"),
    [("ˈɔːɹ", ("ao", "r"), 1), ("tʃ", ("ch",), 0), ("ˌaɪ", ("ay",), 2), ("", (), 0), ("漢", (), 0)],
)
def test_phonetic_signs_become_phones(ipa, phones, stress):
    assert from_ipa(ipa) == (phones, stress)


def test_single_signs_of_neural_voices_become_phones_with_words():
    signs = [(c, i * 0.1, (i + 1) * 0.1) for i, c in enumerate("həlˈoʊ wˈɜːld.")]
    made = from_timed_signs(signs)
    assert [p[0] for p in made] == ["hh", "ax", "l", "ow", "pau", "w", "er", "l", "d", "pau"]
    assert [p[4] for p in made] == [0, 0, 0, 0, -1, 1, 1, 1, 1, -1]
    assert [p[3] for p in made if p[0] in ("ow", "er")] == [1, 1]
    for a, b in zip(made, made[1:], strict=False):
        assert b[1] == pytest.approx(a[2])


def test_a_speech_knows_its_length():
    speech = asyncio.run(SilentVoice().speak("hi you", readable("hi you")))
    assert replace(speech, samples=np.zeros(16_000, np.float32)).duration_s == 1.0
