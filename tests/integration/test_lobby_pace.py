"""The lab's reckoning of how long speech takes, against the voice itself."""

import asyncio
import statistics

import pytest

from actuation.speech.voice import VoiceConfig, Voices
from agent.core.clock import LoopClock
from agent.lab.pace import clause_s, timed

SAID = (
    "Good morning, and welcome.",
    "I am an AI receptionist.",
    "How can I help you?",
    "The lift is to my right, past the glass doors.",
    "Please have a seat for a moment.",
    "You can leave it on the parcel shelf, on my right, under the blue sign.",
    "Sorry, I did not understand that.",
    "May I have your name, please?",
    "Your host knows that you are here. It should not be long.",
    "Goodbye, and have a good day.",
)


@pytest.mark.real_time
def test_clauses_take_about_as_long_as_the_voice_takes_to_say_them():
    async def lengths():
        clock = LoopClock(asyncio.get_running_loop())
        chosen = []
        voices = Voices(config=VoiceConfig(voice="flite"), clock=clock, publish=chosen.append)
        await voices.start()
        try:
            return voices.chosen, [(await voices.speak(text)).duration_s for text in SAID]
        finally:
            await voices.close()

    voice, real = asyncio.run(lengths())
    if voice != "flite":
        pytest.skip("the fit is of flite, which this machine does not have")
    errors = [abs(clause_s(text) - s) / s for text, s in zip(SAID, real, strict=True)]
    assert statistics.median(errors) < 0.12
    assert max(errors) < 0.35


def test_words_and_pauses_fill_the_clause_in_order():
    speech = timed("Your host knows that you are here. It should not be long.")
    times = [moment for word in speech.words for moment in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert speech.words[-1].end_s <= speech.duration_s + 1e-6
    assert [phone.name for phone in speech.phones] == ["pau"]


def test_a_faster_voice_takes_less():
    assert timed("Hello there.", 1.5).duration_s < timed("Hello there.").duration_s
