"""Clauses whose phones are known before their sound: made by hand, for the stage and its shell."""

from dataclasses import replace

import numpy as np

from actuation.speech.voice import Coming, VoiceFailedError
from tests.fakes.voices import FakeVoice, speech, spelled


def coming(text, **how):
    """A clause as planned, its sound yet to come, and the same clause whole."""
    whole = speech(spelled(text), text, **how)
    buffer = np.zeros_like(whole.samples)
    return replace(whole, samples=buffer, coming=Coming()), whole


def give(planned, whole, seconds):
    """Let `seconds` more of the sound arrive."""
    count = min(planned.there + round(seconds * planned.rate_hz), len(whole.samples))
    planned.samples[:count] = whole.samples[:count]
    planned.coming.count = count


class EarlyFakeVoice(FakeVoice):
    """Tells of a clause before it is whole; may fall over in its middle."""

    def __init__(self, name="early", *, falls=False):
        super().__init__(name)
        self.falls = falls

    async def speak_early(self, text, words, early):
        planned, whole = coming(text, voice=self.name)
        early.begun(planned)
        give(planned, whole, 0.2)
        early.more()
        if self.falls:
            raise VoiceFailedError(f"{self.name} fell over in the middle")
        give(planned, whole, whole.duration_s)
        early.more()
        self.said.append(text)
        return whole
