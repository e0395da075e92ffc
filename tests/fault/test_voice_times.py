"""A voice that answers with times that are no numbers does not get as far as a face."""

import sys

import pytest

from actuation.generators.voices.process import ProcessVoice
from actuation.speech.text import readable
from actuation.speech.voice import VoiceConfig, VoiceFailedError


@pytest.mark.real_time
async def test_a_phone_without_a_time_fails_the_clause_and_says_why():
    voice = ProcessVoice(
        name="flite",
        config=VoiceConfig(),
        command=[sys.executable, "-m", "tests.fakes.voice_child", "timeless"],
    )
    try:
        with pytest.raises(VoiceFailedError, match="the time of a phone is no number"):
            await voice.speak("Good morning.", readable("Good morning."))
    finally:
        await voice.close()
