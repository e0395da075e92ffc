"""Whisper at work in its own process: at once, after a kill, and after a download beside the work.

The model is tiny and random, the hub is on this machine; everything between them is real.
"""

import asyncio
import contextlib

import numpy as np
import psutil
import pytest

from agent.core.clock import LoopClock
from agent.core.messages import BackendChosen, ComponentHealth, Health, TurnId
from perception.words import process as recogniser_process
from perception.words.process import RecogniserProcess
from perception.words.recognition import RecognitionConfig, WhisperConfig, whisper_model
from perception.words.site_language import SiteLanguage
from tests.fakes.small_hub import small_hub
from tests.fakes.tiny_whisper import tiny_whisper

pytestmark = pytest.mark.real_time
HUM = (0.1 * np.sin(np.arange(16_000) * 0.1)).astype(np.float32)
CLOSED_HUB = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def whisper_folder(tmp_path_factory, request):
    return tiny_whisper(request, tmp_path_factory)


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Whisper is wanted and is not there; the hub refuses connections."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_ENDPOINT", CLOSED_HUB)
    whisper = WhisperConfig(model="base.en", folder=str(tmp_path / "models"), download=True)
    return RecognitionConfig(whisper=whisper)


class Ears:
    """A recogniser process, what it publishes, and turns said to it."""

    def __init__(self, config, **more):
        self.said = []
        self.words = RecogniserProcess(
            config=config,
            site=SiteLanguage(phrases=("lift",)),
            publish=self.said.append,
            clock=LoopClock(asyncio.get_running_loop()),
            **more,
        )

    @contextlib.asynccontextmanager
    async def at_work(self):
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(self.words.run())
            await asyncio.wait_for(self.words.ready.wait(), 60.0)
            yield
            keeper.cancel()

    def begin(self, number):
        self.words.begin(TurnId(number))
        for i in range(0, HUM.size, 512):
            self.words.feed(HUM[i : i + 512])

    async def settled(self, number, revision):
        self.words.settle(TurnId(number), revision)
        async with asyncio.timeout(60.0):
            async for heard in self.words.heard():
                if (heard.turn, heard.revision) == (number, revision):
                    return heard

    def chosen(self):
        return [(m.role, m.backend, m.fallback) for m in self.said if isinstance(m, BackendChosen)]

    def details(self):
        return [m.detail for m in self.said if isinstance(m, BackendChosen)]


async def until(condition):
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


def recognisers():
    """Recognisers that run now."""
    own = psutil.Process().children()
    return [p for p in own if {"faster_whisper", "pocketsphinx"} & set(p.cmdline())]


@pytest.fixture(autouse=True)
def no_other_model(tmp_path, monkeypatch):
    """Beside Whisper there is only what needs no model."""
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path / "none"))


EMBEDDED = ("recogniser", "pocketsphinx", True)
WHISPER = ("recogniser", "faster_whisper", False)


async def test_whisper_answers_turns_and_a_killed_one_is_replaced(whisper_folder):
    ears = Ears(RecognitionConfig(whisper=WhisperConfig(model=str(whisper_folder))))
    async with ears.at_work():
        assert ears.chosen() == [WHISPER]
        ears.begin(1)
        first = await ears.settled(1, 3)
        again = await ears.settled(1, 4)
        ears.words.drop(TurnId(1), late=False)

        recognisers()[0].kill()
        await until(lambda: not ears.words.ready.is_set())
        await asyncio.wait_for(ears.words.ready.wait(), 60.0)
        ears.begin(2)
        after = await ears.settled(2, 0)

    assert first.confidence > 0.0  # it was read, and not answered by nobody
    assert again.text == after.text == first.text
    assert ears.chosen() == [WHISPER, WHISPER]


async def test_a_model_that_is_fetched_while_others_listen_takes_over(
    whisper_folder, config, monkeypatch
):
    with small_hub("Systran/faster-whisper-base.en", whisper_folder) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        ears = Ears(config)
        async with ears.at_work():
            assert ears.chosen() == [EMBEDDED]
            assert "fetched meanwhile" in ears.details()[0]
            await until(lambda: len(ears.chosen()) > 1)
            ears.begin(1)
            heard = await ears.settled(1, 0)

    assert ears.chosen() == [EMBEDDED, WHISPER]
    assert heard.confidence > 0.0
    assert "fetched" not in ears.details()[1]
    healths = [m.health for m in ears.said if isinstance(m, ComponentHealth)]
    assert healths == [Health.STARTING, Health.RUNNING, Health.RUNNING]


async def test_a_turn_is_heard_to_its_end_by_the_recogniser_that_heard_its_beginning(
    whisper_folder, config, monkeypatch
):
    with small_hub("Systran/faster-whisper-base.en", whisper_folder) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        ears = Ears(config, module="tests.fakes.recogniser_child")
        async with ears.at_work():
            ears.begin(1)
            await until(lambda: len(recognisers()) == 2)
            await asyncio.sleep(1.5)  # time enough to take over, were it allowed
            assert ears.chosen() == [EMBEDDED]
            assert (await ears.settled(1, 0)).text == "word word"

            ears.words.drop(TurnId(1), late=False)
            await until(lambda: len(ears.chosen()) > 1)
            assert ears.words.ready.is_set()
            assert len(recognisers()) == 1

    assert ears.chosen() == [EMBEDDED, WHISPER]
    assert recognisers() == []


async def test_without_a_network_it_is_said_once_and_the_embedded_one_goes_on(config, monkeypatch):
    monkeypatch.setattr(recogniser_process, "_FETCH_AGAIN_S", 0.05)
    ears = Ears(config)
    async with ears.at_work():
        ready_at = asyncio.get_running_loop().time()
        assert ears.chosen() == [EMBEDDED]  # the attempt did not keep it waiting
        await until(lambda: len(ears.chosen()) > 1)
        assert asyncio.get_running_loop().time() - ready_at < 15.0
        await asyncio.sleep(2.0)  # some more attempts
        ears.begin(1)
        await ears.settled(1, 0)

    assert ears.chosen() == [EMBEDDED, EMBEDDED]
    assert "base.en" in ears.details()[1]
    assert "cannot be reached" in ears.details()[1]
    assert "Traceback" not in ears.details()[1]
    assert Health.DEGRADED not in [m.health for m in ears.said if isinstance(m, ComponentHealth)]


async def test_a_network_that_comes_later_is_found(whisper_folder, config, monkeypatch):
    monkeypatch.setattr(recogniser_process, "_FETCH_AGAIN_S", 0.05)
    ears = Ears(config, module="tests.fakes.recogniser_child")
    async with ears.at_work():
        await until(lambda: len(ears.chosen()) > 1)
        with small_hub("Systran/faster-whisper-base.en", whisper_folder) as address:
            monkeypatch.setenv("HF_ENDPOINT", address)
            await until(lambda: ears.chosen()[-1] == WHISPER)


async def test_a_fetched_model_that_is_damaged_changes_nothing(
    whisper_folder, config, tmp_path, monkeypatch
):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in whisper_folder.iterdir():
        half = path.name == "model.bin"
        data = path.read_bytes()
        (damaged / path.name).write_bytes(data[: len(data) // 2] if half else data)
    with small_hub("Systran/faster-whisper-base.en", damaged) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        ears = Ears(config)
        async with ears.at_work():
            await until(lambda: len(ears.chosen()) > 1)
            ears.begin(1)
            await ears.settled(1, 0)

    assert whisper_model(config.whisper) is not None
    assert [backend for _, backend, _ in ears.chosen()] == ["pocketsphinx", "pocketsphinx"]
    assert "does not load" in ears.details()[1]
    assert str(tmp_path / "models") in ears.details()[1]  # what to remove


async def late_three_times(ears):
    for number in range(1, 4):
        await asyncio.wait_for(ears.words.ready.wait(), 60.0)
        ears.begin(number)
        ears.words.drop(TurnId(number), late=True)
        await until(lambda n=number: len(ears.chosen()) > n)


async def test_a_whisper_too_slow_for_its_machine_gives_way_to_the_embedded_one(whisper_folder):
    config = RecognitionConfig(whisper=WhisperConfig(model=str(whisper_folder)))
    ears = Ears(config, module="tests.fakes.recogniser_child")
    async with ears.at_work():
        await late_three_times(ears)

    assert [backend for _, backend, _ in ears.chosen()] == [*["faster_whisper"] * 3, "pocketsphinx"]
    assert "faster_whisper: it did not answer in time" in ears.details()[-1]


async def test_slow_words_are_better_than_none():
    ears = Ears(RecognitionConfig(backend="pocketsphinx"), module="tests.fakes.recogniser_child")
    async with ears.at_work():
        await late_three_times(ears)

    assert {backend for _, backend, _ in ears.chosen()} == {"pocketsphinx"}
