"""Voices for tests: exact and instant, or broken in one way each."""

import asyncio

import numpy as np

from actuation.speech.voice import Phone, Speech, SpokenWord, VoiceFailedError
from agent.core.errors import BackendUnavailableError

PHONE_S = 0.08
RATE_HZ = 16_000


def speech(phones, text="Pam met Bob.", *, phone_s=PHONE_S, voice="fake"):
    """A clause of `phones`, each `phone_s` long or as given as (name, seconds)."""
    named = [p if isinstance(p, tuple) else (p, phone_s) for p in phones]
    words = text.split()
    made, at = [], 0.0
    for i, (name, length) in enumerate(named):
        word = min(i * len(words) // max(len(named), 1), len(words) - 1)
        vowel = name[0] in "aeiou"
        made.append(
            Phone(
                name=name,
                start_s=at,
                end_s=at + length,
                stress=1 if vowel else 0,
                word=-1 if name == "pau" else word,
            )
        )
        at += length
    t = np.arange(round(at * RATE_HZ)) / RATE_HZ
    return Speech(
        text=text,
        voice=voice,
        rate_hz=RATE_HZ,
        samples=(0.2 * np.sin(2 * np.pi * 140 * t)).astype(np.float32),
        phones=tuple(made),
        words=tuple(
            SpokenWord(text=w, start_s=at * i / len(words), end_s=at * (i + 1) / len(words))
            for i, w in enumerate(words)
        ),
    )


def spelled(text):
    """One phone a letter; good enough to have words, closures and vowels at known times."""
    letters = {"c": "k", "q": "k", "x": "s", "h": "hh", "j": "jh", "a": "aa", "e": "eh",
               "i": "ih", "o": "ow", "u": "uw"}  # fmt: skip
    return [letters.get(c, c) for c in text.lower() if c.isalpha() and c.isascii()] or ["ax"]


class FakeVoice:
    """Says anything after `delay_s`, five letters in 0.4 s."""

    def __init__(self, name="fake", delay_s=0.0):
        self.name = name
        self.delay_s = delay_s
        self.said = []
        self.closed = False

    async def start(self):
        pass

    async def speak(self, text, words):
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        self.said.append(text)
        return speech(spelled(text), text, voice=self.name)

    async def close(self):
        self.closed = True


class QuickVoice(FakeVoice):
    """Says anything in a sixteenth of the time, for tests on the real clock."""

    async def speak(self, text, words):
        self.said.append(text)
        return speech(spelled(text), text, voice=self.name, phone_s=PHONE_S / 16)


class DeadVoice(FakeVoice):
    """Cannot start."""

    async def start(self):
        raise BackendUnavailableError("voice: dead; buy a new one")


class FailingVoice(FakeVoice):
    """Starts, and fails at the clauses it is told to."""

    def __init__(self, name="failing", fails=lambda text: True):
        super().__init__(name)
        self.fails = fails

    async def speak(self, text, words):
        if self.fails(text):
            raise VoiceFailedError(f"{self.name} fell over")
        return await super().speak(text, words)
