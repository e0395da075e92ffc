"""A multilingual Whisper tells which of the site's languages it heard, from model to turn.

The library's answer is stood in for: the tiny random model of the other tests knows English only.
What a real model understands is not known from this.
"""

import asyncio

import numpy as np
import pytest

from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen, TurnEnded, TurnId, TurnPaused
from perception.backends.whisper import WhisperRecogniser
from perception.turns.over import Pause
from perception.turns.patience import PatienceConfig
from perception.turns.taking import Heard, SettleWords, TurnsConfig, TurnTaker
from perception.words.process import RecogniserProcess, understood
from perception.words.recognition import RecognitionConfig, WhisperConfig
from perception.words.site_language import SiteLanguage
from tests.fakes.tiny_whisper import tiny_whisper

pytestmark = pytest.mark.real_time
HUM = (0.1 * np.sin(np.arange(16_000) * 0.1)).astype(np.float32)
SPOKEN = ("en", "de", "zh")


@pytest.fixture(scope="session")
def whisper_folder(tmp_path_factory, request):
    return tiny_whisper(request, tmp_path_factory)


async def heard(folder, languages, **whisper):
    config = RecognitionConfig(
        backend="faster_whisper", whisper=WhisperConfig(model=str(folder), **whisper)
    )
    said = []
    words = RecogniserProcess(
        config=config,
        site=SiteLanguage(languages=languages),
        publish=said.append,
        clock=LoopClock(asyncio.get_running_loop()),
    )
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(words.run())
        await asyncio.wait_for(words.ready.wait(), 60.0)
        words.begin(TurnId(1))
        words.feed(HUM)
        words.settle(TurnId(1), 0)
        async with asyncio.timeout(60.0):
            async for one in words.heard():
                if one.revision == 0:
                    break
        keeper.cancel()
    return one, [m for m in said if isinstance(m, BackendChosen)]


class Library:
    """Stands in for a multilingual model of the library: it has heard what it is told."""

    def __init__(self, likely):
        self.model = type("Model", (), {"is_multilingual": True})()
        self.likely, self.read_as, self.told = likely, [], []

    def detect_language(self, sound):
        return self.likely[0][0], self.likely[0][1], self.likely

    def transcribe(self, sound, *, language, hotwords, **_):
        self.read_as.append(language)
        self.told.append((sound, hotwords))
        segment = {"text": " Guten Tag, Müller", "avg_logprob": -0.1, "no_speech_prob": 0.0}
        return iter([type("Segment", (), segment)()]), None


def recogniser(folder, library, names=(), **whisper):
    config = RecognitionConfig(whisper=WhisperConfig(model=str(folder), **whisper))
    one = WhisperRecogniser(config, SiteLanguage(languages=SPOKEN, names=names))
    one._model = library
    one._spoken = one._languages(SiteLanguage(languages=SPOKEN))
    one.start()
    one.feed(HUM)
    return one


def test_the_likeliest_of_the_sites_languages_is_read_and_passed_up(whisper_folder):
    library = Library([("nl", 0.6), ("de", 0.3), ("en", 0.1)])
    reading = recogniser(whisper_folder, library).finish()
    assert (reading.language, library.read_as) == ("de", ["de"])
    assert reading.text == "guten tag, müller"


def test_the_sites_names_are_told_with_every_reading(whisper_folder):
    library = Library([("en", 0.9)])
    one = recogniser(whisper_folder, library, names=("Anna Keller", "Chidi Okafor"))
    one.partial()
    one.finish()
    assert [names for _, names in library.told] == ["Anna Keller, Chidi Okafor"] * 2


def test_of_a_long_turn_the_last_half_minute_is_read(whisper_folder):
    library = Library([("en", 0.9)])
    one = recogniser(whisper_folder, library)
    one.feed(np.ones(30 * 16_000, np.float32))
    one.finish()
    ((sound, _),) = library.told
    assert sound.size == 30 * 16_000
    assert (sound == 1.0).all()


def test_the_language_is_judged_once_for_words_so_far_and_anew_for_the_whole_turn(whisper_folder):
    library = Library([("en", 0.9), ("de", 0.1)])
    one = recogniser(whisper_folder, library)
    one.partial()
    library.likely = [("de", 0.9), ("en", 0.1)]
    one.feed(HUM)
    one.partial()
    one.finish()
    assert library.read_as == ["en", "en", "de"]


def test_a_language_that_the_operator_has_set_is_not_guessed(whisper_folder):
    library = Library([("de", 0.9)])
    reading = recogniser(whisper_folder, library, language="zh").finish()
    assert (reading.language, library.read_as) == ("", ["zh"])


def test_a_model_of_english_alone_is_read_as_english_whatever_the_site_speaks(whisper_folder):
    one, _ = asyncio.run(heard(whisper_folder, SPOKEN))
    assert one.language == ""


def test_who_understands_what_is_said_honestly():
    english = RecognitionConfig(whisper=WhisperConfig(model="base.en"))
    several = RecognitionConfig(whisper=WhisperConfig(model="base"))
    assert understood("pocketsphinx", several, SPOKEN) == ("en",)
    assert understood("faster_whisper", english, SPOKEN) == ("en",)
    assert understood("faster_whisper", several, SPOKEN) == SPOKEN
    assert understood("none", several, SPOKEN) == ()


def test_the_language_of_a_reading_goes_with_its_turn_and_with_no_other():
    turns = TurnTaker(TurnsConfig())
    out, at = [], 0.0
    for probability in [0.0] * 10 + [1.0] * 30 + [0.0] * 20:
        out += turns.hear(at, probability)
        at += 0.032
    settle = next(one for one in out if isinstance(one, SettleWords))
    out = turns.read(
        Heard(turn=settle.turn, revision=settle.revision, text="guten tag", language="de")
    )
    out += turns.finish()
    told = [m.language for m in out if isinstance(m, TurnPaused | TurnEnded)]
    assert told == ["de", "de"]


def test_how_finished_words_look_is_judged_in_their_own_language():
    patience = PatienceConfig(judge="rule")
    waits = {
        "ich habe einen termin mit": ("de", patience.dangling_s),
        "ich habe einen termin mit anna keller": ("de", patience.open_s),
        "je viens voir madame": ("fr", patience.open_s),
        "je viens avec": ("fr", patience.dangling_s),
        "我来找": ("zh", patience.dangling_s),
        "洗手间在哪里？": ("zh", patience.open_s),
        "i have an appointment with": ("en", patience.dangling_s),
        "where is the restroom": ("", patience.closed_s),
    }
    for text, (language, seconds) in waits.items():
        pause = Pause(text=text, trust=0.9, language=language)
        assert patience.silence_s(pause) == seconds, text
