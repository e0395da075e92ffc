"""The embedded recogniser with its real network: people, names, ends of turns, its own process."""

import asyncio
import contextlib

import numpy as np
import pytest

from agent.bench.hearing import in_noise, word_errors
from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen, TurnId
from perception.audio import SOUND_RATE_HZ
from perception.backends.recorded_sound import read_sound
from perception.words.process import RecogniserProcess
from perception.words.recognition import MOONSHINE_FILES, RecognitionConfig, moonshine_folder
from perception.words.site_language import SiteLanguage
from tests.fakes.moonshine import moonshine
from tests.fakes.sounds import quiet, visitor_says
from tests.media import media

SITE = SiteLanguage(
    names=("Priya Raman", "Chidi Okafor", "Kenji Tanaka", "Anna Keller"),
    rooms=("Room Aurora", "2.14"),
    company=("Foyer House",),
)
READINGS = ("0870", "0880", "0890", "0920", "0930")


class Watched:
    """A recogniser, the words of its search alone, and what its network was asked."""

    def __init__(self, site):
        if moonshine_folder() is None:
            pytest.skip("needs the Moonshine model: foyer models pull")
        from perception.backends import moonshine as module

        self.found = []
        self.written = self.judged = 0
        watched = self

        class Search(module.PocketsphinxRecogniser):
            def found(self, others=None):
                words, trust = super().found(others)
                watched.found.append(" ".join(words))
                return words, trust

        class Network(module.Moonshine):
            def write(self, heard, **more):
                watched.written += 1
                return super().write(heard, **more)

            def likelihood(self, heard, texts):
                watched.judged += 1
                return super().likelihood(heard, texts)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "PocketsphinxRecogniser", Search)
            patch.setattr(module, "Moonshine", Network)
            self.recogniser = moonshine(site)

    def hear(self, *sounds):
        """More of a turn, as it comes."""
        whole = np.concatenate(sounds)
        for i in range(0, whole.size, 512):
            self.recogniser.feed(whole[i : i + 512])

    def read(self, sound):
        """One turn, and nothing read meanwhile."""
        self.recogniser.start()
        self.hear(quiet(0.3), sound, quiet(0.2))
        return self.recogniser.finish()


@pytest.fixture(scope="module")
def ears():
    return Watched(SITE)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """A sentence in a made voice, made once."""
    made = {}

    def sound(text):
        if text not in made:
            made[text] = visitor_says(text, tmp_path_factory.mktemp("said"))
        return made[text]

    return sound


def readings():
    """Five sentences of a person who reads, and their words."""
    for number in READINGS:
        path = media(f"audio/librivox/sense_and_sensibility_01_austen_64kb-{number}.wav")
        yield read_sound(path), " ".join(path.with_suffix(".txt").read_text().split())


@pytest.mark.long
@pytest.mark.parametrize("noise_db", [None, 20.0])
def test_a_person_is_read_where_the_search_alone_is_lost(ears, noise_db):
    """In noise each sentence by itself; else two of them, as one turn of ten seconds."""
    told = list(readings())
    if noise_db is None:
        one, other = told[-2:]
        told = [(np.concatenate([one[0], quiet(0.3), other[0]]), f"{one[1]} {other[1]}")]
    wrong = alone = words = 0
    for sound, text in told:
        heard = ears.read(sound if noise_db is None else in_noise(sound, noise_db)).text
        wrong += word_errors(text, heard)[0]
        alone += word_errors(text, ears.found[-1])[0]
        words += len(text.split())

    assert words == (27 if noise_db is None else 71)
    assert wrong <= 0.08 * words
    assert alone > 0.2 * words


@pytest.mark.parametrize(
    "text",
    [
        "i have a meeting with chidi okafor today",  # the search finds it
        "the red bicycle of kenji tanaka is broken",  # the network's own words sound like it
    ],
)
def test_a_name_of_the_site_is_read_where_it_is_known_and_nowhere_else(ears, strange, said, text):
    assert ears.read(said(text)).text == text
    assert strange.read(said(text)).text != text


@pytest.fixture(scope="module")
def strange():
    """Ears of a site that names nobody."""
    return Watched(SiteLanguage())


LOUD = "where is the meeting room"


def heard_to_the_quiet(ears, said):
    """The loud part of a turn, and the quiet at which it was read; what was read there."""
    ears.recogniser.start()
    ears.hear(quiet(0.3), said(LOUD))
    text = ears.recogniser.partial()
    for _ in range(10):
        ears.hear(quiet(0.032))
        text = ears.recogniser.partial() or text
    return text


def test_a_quiet_is_read_whole_once_and_the_end_costs_nothing_more(ears, said):
    text = heard_to_the_quiet(ears, said)
    judged = ears.judged
    first = ears.recogniser.finish()
    ears.hear(quiet(0.3))
    ears.recogniser.partial()
    again = ears.recogniser.finish()

    assert text == first.text == LOUD
    assert first.confidence > 0.8
    assert (again.text, again.confidence) == (first.text, first.confidence)
    assert ears.judged == judged


@pytest.mark.parametrize("loudness", [1.0, 0.06])
def test_a_last_word_after_a_quiet_is_not_lost_however_soft(ears, said, loudness):
    heard_to_the_quiet(ears, said)
    judged = ears.judged
    ears.hear(loudness * said("please"), quiet(0.2))

    assert ears.recogniser.finish().text == f"{LOUD} please"
    assert ears.judged == judged + 1


def test_what_was_read_in_one_turn_is_not_the_answer_in_the_next(ears, said):
    heard_to_the_quiet(ears, said)
    ears.recogniser.start()
    assert ears.recogniser.finish().text == ""
    assert ears.read(said("thank you")).text == "thank you"


def test_words_so_far_come_while_somebody_speaks_and_not_at_every_breath(ears, said):
    sound = said("the flowers have come")
    ears.recogniser.start()
    written = ears.written
    told = []
    for i in range(0, sound.size, 512):
        ears.hear(sound[i : i + 512])
        told.append(ears.recogniser.partial())
    texts = [text for text in told if text]
    meanwhile = ears.written - written

    assert 2 <= meanwhile <= sound.size / SOUND_RATE_HZ / 0.2
    assert len(texts) >= 2
    assert texts[-1] == "the flowers have come"
    assert all(text == text.lower().strip(" .,?!") for text in texts)


def test_noise_is_not_trusted(ears):
    noise = 0.1 * np.random.default_rng(0).standard_normal(SOUND_RATE_HZ // 2).astype(np.float32)
    assert ears.read(noise).confidence < 0.4


class Ears:
    """A recogniser process, what it publishes, and turns said to it."""

    def __init__(self):
        self.said = []
        self.words = RecogniserProcess(
            config=RecognitionConfig(backend="moonshine"),
            site=SITE,
            publish=self.said.append,
            clock=LoopClock(asyncio.get_running_loop()),
        )

    @contextlib.asynccontextmanager
    async def at_work(self):
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(self.words.run())
            await asyncio.wait_for(self.words.ready.wait(), 60.0)
            yield
            keeper.cancel()

    async def settled(self, sound):
        """What is heard of a turn, and what was told meanwhile."""
        self.words.begin(TurnId(1))
        for i in range(0, sound.size, 512):
            self.words.feed(sound[i : i + 512])
        self.words.settle(TurnId(1), 3)
        async with asyncio.timeout(60.0):
            async for heard in self.words.heard():
                if heard.revision == 3:
                    return heard

    def chosen(self):
        return [m for m in self.said if isinstance(m, BackendChosen)]


@pytest.mark.real_time
@pytest.mark.parametrize("damage", [None, "encoder_model.ort"])
async def test_it_works_in_its_process_and_gives_way_to_the_search_where_it_is_damaged(
    said, damage, tmp_path, monkeypatch
):
    whole = moonshine_folder()
    if whole is None:
        pytest.skip("needs the Moonshine model: foyer models pull")
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path))
    folder = tmp_path / whole.name
    folder.mkdir()
    for name in MOONSHINE_FILES:
        if name == damage:
            (folder / name).write_bytes((whole / name).read_bytes()[:-4000])
        else:
            (folder / name).symlink_to(whole / name)
    ears = Ears()
    async with ears.at_work():
        heard = await ears.settled(np.concatenate([quiet(0.3), said(LOUD), quiet(0.2)]))

    assert heard.text == LOUD
    [chosen] = ears.chosen()
    assert chosen.backend == ("moonshine" if damage is None else "pocketsphinx")
    assert chosen.fallback == (damage is not None)
    for told in ("does not load", "foyer models pull"):
        assert (told in chosen.detail) == (damage is not None)
