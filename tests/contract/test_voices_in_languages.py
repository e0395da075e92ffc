"""The voice in each language: true phoneme times, every sound with a mouth, nothing left out."""

import asyncio
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from actuation.generators.rules_face import CLOSURES, COLUMN, apex_s, mouth_track
from actuation.generators.voices.espeak import VOICES, EspeakEngine
from actuation.generators.voices.process import ProcessVoice
from actuation.speech import phones as alphabet
from actuation.speech.languages import SPOKEN
from actuation.speech.text import readable
from actuation.speech.voice import VoiceConfig, Voices
from agent.core.clock import LoopClock
from behavior.languages.tongue import LANGUAGES, tongue
from tests.fakes.voices import FakeVoice

pytest.importorskip("espeakng_loader")
pytestmark = pytest.mark.real_time
OTHERS = LANGUAGES[1:]
TABLES = {"de": "de", "fr": "fr", "es": "es", "zh": "cmn"}
SAYS = {
    "de": ("Wir haben bis 18 Uhr geöffnet, um 14:30 kommt Frau Müller.", "b m uw hh"),
    "fr": ("Un œuf brun, huit peurs, la vigne : bonjour madame Dupont !", "b p m g er"),
    "es": ("Mañana por la tarde, cigüeña, guerra, también un buen año.", "b p m dx th"),
    "zh": ("您好，请问有什么可以帮您？女儿绿色，不怕明天。", "p m ch sh uw"),
}
_VOWEL_TO_NASAL = range(2, 9)
_PHONEMES_IN_BRACKETS = 0x100
_UTF8 = 1


@lru_cache
def sounds():
    """All espeak-ng phonemes of a voice, by the table that its data holds."""
    import espeakng_loader

    data = (Path(espeakng_loader.get_data_path()) / "phontab").read_bytes()
    tables, at = [], 4
    for _ in range(data[0]):
        count, base = data[at], data[at + 1]
        name = data[at + 4 : at + 36].split(b"\0")[0].decode()
        at += 36
        rows = {}
        for _ in range(count):
            mnemonic, _, _, code, kind = struct.unpack_from("<IIHBB", data, at)
            rows[code] = (mnemonic.to_bytes(4, "little").rstrip(b"\0").decode("latin-1"), kind)
            at += 16
        tables.append((name, base, rows))
    return tables


def inventory(language):
    """Mnemonics of the vowels and consonants that a voice may use."""
    tables = sounds()
    table = next(one for one in tables if one[0] == TABLES[language])
    found = {}
    while True:
        found = {**table[2], **found}
        if table[1] == 0:
            break
        table = tables[table[1] - 1]
    return sorted(name for name, kind in found.values() if kind in _VOWEL_TO_NASAL)


def heard_as(engine, language, mnemonic):
    """The signs by which the engine reports one phoneme, sounded by itself."""
    engine.speak("a", 1.0, language)
    engine._events = []
    text = f"[[a{mnemonic}a]]".encode()
    flags = _UTF8 | _PHONEMES_IN_BRACKETS
    engine._espeak.espeak_Synth(text, len(text) + 1, 0, 0, 0, flags, None, None)
    engine._espeak.espeak_Synchronize()
    return [sign for _, _, sign in engine._events if sign]


@pytest.mark.parametrize("language", OTHERS)
def test_every_phoneme_that_the_voice_can_emit_has_a_mouth(language):
    engine = EspeakEngine()
    unseen = {}
    for mnemonic in inventory(language):
        for sign in heard_as(engine, language, mnemonic):
            names, _ = alphabet.from_ipa(sign, language)
            if not names and any(c.isalpha() for c in sign):
                unseen[sign] = mnemonic
            assert set(names) <= alphabet.PHONES
    assert unseen == {}


async def said(language):
    voice = ProcessVoice(name="espeak", config=VoiceConfig())
    try:
        text = SAYS[language][0]
        return await voice.speak(text, readable(text, language))
    finally:
        await voice.close()


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_is_said_whole_with_closed_lips_where_they_close(language):
    speech = asyncio.run(said(language))
    spoken = {phone.word for phone in speech.phones}
    for i, word in enumerate(speech.words):
        beside = {i, i - 1} if language == "zh" else {i}  # two characters may be one word
        assert beside & spoken or not any(c.isalnum() for c in word.text), word.text
    names = [phone.name for phone in speech.phones]
    for sound in SAYS[language][1].split():
        assert sound in names
    track = mouth_track(speech.phones, [1.0] * len(speech.phones), speech.duration_s)
    closed = [phone for phone in speech.phones if phone.name in CLOSURES]
    apexes = np.array([apex_s(phone) for phone in closed])
    assert len(closed) >= 2
    assert (track.evaluate(apexes)[:, COLUMN["close"]] > 0.95).all()
    starts = [phone.start_s for phone in speech.phones]
    assert starts == sorted(starts)
    assert speech.phones[-1].end_s <= speech.duration_s + 0.05


def test_a_foreign_name_among_chinese_words_has_its_own_sounds_and_no_others():
    spoken = EspeakEngine().speak("我通知 Anna.", 1.0, "zh")
    last = max(token for _, _, _, _, token in spoken.phones)
    assert [name for name, _, _, _, token in spoken.phones if token == last] == ["aa", "n", "ax"]


def test_the_languages_of_the_words_the_voice_and_the_text_are_the_same():
    assert set(LANGUAGES) == set(VOICES) == set(SPOKEN)
    assert all(tongue(code).code == code for code in LANGUAGES)


class Named(FakeVoice):
    def __init__(self, name):
        super().__init__(name)
        self.languages = []

    async def speak(self, text, words):
        self.languages.append(words.language)
        return await super().speak(text, words)


async def test_a_voice_is_asked_only_for_languages_it_speaks_and_which_one_is_told():
    chosen = []
    flite, espeak, silent = Named("flite"), Named("espeak"), Named("silent")
    voices = Voices(
        config=VoiceConfig(),
        clock=LoopClock(asyncio.get_running_loop()),
        publish=chosen.append,
        rows=(flite, espeak, silent),
    )
    await voices.start()
    await voices.speak("Good morning.")
    await voices.speak("Guten Morgen.", "de")
    await voices.speak("Good morning again.", "en")
    await voices.speak("Guten Morgen.", "de")
    assert (flite.languages, espeak.languages) == (["en", "en"], ["de"])
    assert [(m.backend, m.languages, m.fallback) for m in chosen] == [
        ("flite", ("en",), False),
        ("espeak", ("de",), False),
        ("flite", ("en",), False),
    ]
    assert "de" in chosen[1].detail


async def test_the_same_words_in_two_languages_are_two_sounds():
    espeak = Named("espeak")
    voices = Voices(
        config=VoiceConfig(),
        clock=LoopClock(asyncio.get_running_loop()),
        publish=lambda _: None,
        rows=(espeak, Named("silent")),
        language="fr",
    )
    await voices.speak("Information")
    await voices.speak("Information", "de")
    await voices.speak("Information", "fr")
    assert espeak.languages == ["fr", "de"]
