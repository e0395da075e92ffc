"""What every recogniser must do, whoever made it: the fake, the embedded one, the real Whisper."""

import json

import numpy as np
import pytest

from agent.core.messages import TurnId, WordsHeard
from perception.words.recognition import Reading, RecognitionConfig, WhisperConfig
from perception.words.site_language import SiteLanguage
from perception.words.stable import StableWords
from tests.fakes.moonshine import moonshine
from tests.fakes.sounds import FakeRecogniser, quiet, visitor_says
from tests.fakes.tiny_whisper import tiny_whisper

SITE = SiteLanguage(
    names=("Anna Keller", "Chidi Okafor"), rooms=("Room Aurora", "2.14"), company=("Foyer House",)
)


@pytest.fixture(scope="session")
def whisper_folder(tmp_path_factory, request):
    return tiny_whisper(request, tmp_path_factory)


@pytest.fixture(params=["fake", "pocketsphinx", "moonshine", "whisper"], scope="module")
def recogniser(request):
    if request.param == "fake":
        return FakeRecogniser()
    if request.param == "pocketsphinx":
        from perception.backends.pocketsphinx import PocketsphinxRecogniser

        return PocketsphinxRecogniser(RecognitionConfig(), SITE)
    if request.param == "moonshine":
        return moonshine(SITE)
    from perception.backends.whisper import WhisperRecogniser

    folder = request.getfixturevalue("whisper_folder")
    return WhisperRecogniser(RecognitionConfig(whisper=WhisperConfig(model=str(folder))), SITE)


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    said = visitor_says("where is the meeting room please", tmp_path_factory.mktemp("said"))
    return np.concatenate([quiet(0.3), said, quiet(0.2)])


def feed(recogniser, sound, size=512):
    for i in range(0, sound.size, size):
        recogniser.feed(sound[i : i + size])


def assert_is_reading(reading):
    assert isinstance(reading, Reading)
    assert isinstance(reading.text, str)
    assert 0.0 <= reading.confidence <= 1.0
    assert reading.text == reading.text.strip().lower()
    assert reading.text or reading.confidence == 0.0


def test_speech_gives_a_reading(recogniser, speech):
    recogniser.start()
    feed(recogniser, speech)
    assert_is_reading(recogniser.finish())


def test_no_sound_at_all_gives_no_words(recogniser):
    recogniser.start()
    assert recogniser.finish() == Reading(text="", confidence=0.0)


def test_a_sliver_of_sound_in_odd_sizes_is_no_fault(recogniser):
    recogniser.start()
    feed(recogniser, quiet(0.05), size=7)
    assert_is_reading(recogniser.finish())


def test_the_same_turn_said_twice_is_read_alike_and_nothing_of_the_first_remains(
    recogniser, speech
):
    recogniser.start()
    feed(recogniser, speech)
    first = recogniser.finish().text
    recogniser.start()
    feed(recogniser, speech)
    assert len(recogniser.finish().text.split()) <= len(first.split()) + 1


def test_a_turn_may_go_on_after_it_was_read(recogniser, speech):
    recogniser.start()
    feed(recogniser, speech[: speech.size // 2])
    recogniser.finish()
    feed(recogniser, speech[speech.size // 2 :])
    assert_is_reading(recogniser.finish())


def test_words_so_far_are_text_and_never_a_fault(recogniser, speech):
    recogniser.start()
    heard = []
    for i in range(0, speech.size, 1600):
        recogniser.feed(speech[i : i + 1600])
        heard.append(recogniser.partial())
    assert all(isinstance(text, str) for text in heard)


def test_what_is_shown_of_words_so_far_only_grows(recogniser, speech):
    recogniser.start()
    judge, shown = StableWords(), [""]
    for i in range(0, speech.size, 1600):
        recogniser.feed(speech[i : i + 1600])
        if text := recogniser.partial():
            told = judge.complete(WordsHeard(at=0.0, turn=TurnId(1), revision=0, text=text))
            assert told.stable.startswith(shown[-1])
            shown.append(told.stable)


def test_a_turn_given_up_in_the_middle_leaves_the_next_unharmed(recogniser, speech):
    recogniser.start()
    feed(recogniser, speech[:4000])
    recogniser.start()
    feed(recogniser, speech)
    assert_is_reading(recogniser.finish())


def test_whisper_is_told_whole_names_only():
    from perception.backends.whisper import _bias

    names = tuple(f"Somebody Number{i}" for i in range(100))
    told = _bias(names)
    assert 500 < len(told) <= 600
    assert set(told.split(", ")) < set(names)
    assert _bias(()) == ""


def test_whisper_without_a_model_says_what_to_do(tmp_path):
    from agent.core.errors import BackendUnavailableError
    from perception.backends.whisper import WhisperRecogniser

    config = RecognitionConfig(whisper=WhisperConfig(model="absent", folder=str(tmp_path)))
    with pytest.raises(BackendUnavailableError, match=r"absent.*whisper\.download"):
        WhisperRecogniser(config, SITE)


def test_the_settings_travel_to_the_process_as_json():
    config = RecognitionConfig(mixture=0.7)
    assert RecognitionConfig.model_validate(json.loads(json.dumps(config.model_dump()))) == config
