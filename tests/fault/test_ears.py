"""Ears in trouble: whatever fails, an open turn is closed, once, and listening can begin anew."""

import asyncio
import contextlib
import re

import numpy as np
import psutil
import pytest

from agent.core.clock import LoopClock
from agent.core.messages import (
    BackendChosen,
    ComponentHealth,
    Health,
    LineTyped,
    MicrophoneLevel,
    SpeechStarted,
    StageState,
    TurnEnded,
    TurnId,
    TurnPaused,
)
from perception.senses import SoundChunk
from perception.turns.taking import TurnsConfig
from perception.words.process import RecogniserProcess
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import SiteLanguage
from tests.fakes.sounds import FakeMicrophone, FakeWords, listening, script

SPEECH = script((0.5, 0.0), (1.0, 0.9), (30.0, 0.0))
ENDLESS = script((0.5, 0.0), (60.0, 0.9))


def of(kind, published):
    return [(now, m) for now, m in published if isinstance(m, kind)]


def started_and_ended(published):
    started = [m.turn for _, m in of(SpeechStarted, published) if m.revision == 0]
    return started, [m.turn for _, m in of(TurnEnded, published)]


async def hears(microphone, *, words=None, probabilities=SPEECH, for_s=20.0, **more):
    """What is published until the component ends, fails, or `for_s` passes."""
    clock = LoopClock(asyncio.get_running_loop())
    published = []
    words = words or FakeWords(clock)
    ears = listening(clock, microphone(clock), words, published, probabilities, **more)
    with contextlib.suppress(TimeoutError, ExceptionGroup):
        async with asyncio.timeout(for_s):
            await ears.run()
    return published, ears


async def test_a_healthy_turn_for_comparison():
    published, _ = await hears(lambda c: FakeMicrophone(c, 4.0))
    ((ended_at, end),) = of(TurnEnded, published)

    assert end.text == "where is the restroom"
    assert 0.3 < ended_at - end.at < 0.5


@pytest.mark.parametrize("then", ["fail", "end"])
async def test_a_microphone_that_is_unplugged_in_mid_turn_closes_the_turn(then):
    published, _ = await hears(lambda c: FakeMicrophone(c, 2.0, then=then), probabilities=ENDLESS)
    assert started_and_ended(published) == ([1], [1])


async def test_the_failure_of_a_microphone_is_told_to_the_supervisor():
    clock = LoopClock(asyncio.get_running_loop())
    microphone = FakeMicrophone(clock, 1.0, then="fail")
    with pytest.raises(ExceptionGroup):
        await listening(clock, microphone, FakeWords(clock), [], SPEECH).run()


async def test_a_microphone_that_hangs_in_mid_turn_closes_the_turn_within_the_deadline():
    published, _ = await hears(lambda c: FakeMicrophone(c, 2.0, then="hang"), probabilities=ENDLESS)
    started, ended = started_and_ended(published)

    assert started == ended == [1]
    assert of(TurnEnded, published)[0][0] < 2.0 + 2 * TurnsConfig().sound_within_s + 0.1


async def test_a_restart_goes_on_with_new_turn_numbers():
    clock = LoopClock(asyncio.get_running_loop())
    published = []
    microphone = FakeMicrophone(clock, 2.0, then="fail")
    ears = listening(clock, microphone, FakeWords(clock), published, ENDLESS)
    for _ in range(2):
        with contextlib.suppress(ExceptionGroup):
            await ears.run()

    assert started_and_ended(published) == ([1, 2], [1, 2])


async def test_a_silent_microphone_opens_no_turn_and_its_level_says_so():
    published, _ = await hears(
        lambda c: FakeMicrophone(c, 3.0, samples=np.zeros(512)), probabilities=ENDLESS
    )
    levels = [m for _, m in of(MicrophoneLevel, published)]

    assert started_and_ended(published) == ([], [])
    assert len(levels) >= 25
    assert all(m.level_db == -120.0 and m.speech == 0.0 for m in levels)


@pytest.mark.parametrize(
    "samples",
    [np.full(512, np.nan), np.full(512, np.inf), np.full(512, 40.0), np.zeros((512, 2)),
     np.full(511, 0.1), np.zeros(0), np.full(512, 9000, np.int16)],
)  # fmt: skip
async def test_broken_sound_is_survived(samples):
    class Broken(FakeMicrophone):
        async def sound(self):
            async for chunk in FakeMicrophone.sound(self):
                yield SoundChunk(at=chunk.at, samples=samples)

    published, _ = await hears(lambda c: Broken(c, 4.0))
    started, ended = started_and_ended(published)

    assert started == ended
    assert all(-120.0 <= m.level_db <= 0.0 for _, m in of(MicrophoneLevel, published))


async def test_a_recogniser_that_never_answers_costs_the_words_and_not_the_turn():
    clock = LoopClock(asyncio.get_running_loop())
    words = FakeWords(clock, delay_s=None)
    published, _ = await hears(lambda c: FakeMicrophone(c, 6.0), words=words)
    ((ended_at, end),) = of(TurnEnded, published)

    assert end.text == ""
    assert ended_at - end.at < TurnsConfig().words_within_s + 0.1
    assert words.dropped == [(1, True)]


async def test_a_slow_recogniser_ends_the_turn_as_soon_as_it_has_answered():
    clock = LoopClock(asyncio.get_running_loop())
    published, _ = await hears(
        lambda c: FakeMicrophone(c, 6.0), words=FakeWords(clock, delay_s=0.8)
    )
    ((paused_at, _),) = of(TurnPaused, published)
    ((ended_at, end),) = of(TurnEnded, published)

    assert end.text == "where is the restroom"
    assert ended_at == paused_at


async def test_typing_works_without_any_sound():
    clock = LoopClock(asyncio.get_running_loop())
    published = []

    async def lines():
        for i in range(3):
            yield LineTyped(at=float(i), text=f"line {i}")

    microphone = FakeMicrophone(clock, 0.0, then="hang")
    ears = listening(clock, microphone, FakeWords(clock), published, [], lines=lines())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            await ears.run()

    assert [(m.turn, m.text, m.typed) for _, m in of(TurnEnded, published)] == [
        (1, "line 0", True), (2, "line 1", True), (3, "line 2", True),
    ]  # fmt: skip


async def test_while_the_agent_speaks_its_echo_opens_no_turn():
    async def stage():
        yield StageState(at=0.0, speaking=True)
        await asyncio.Event().wait()

    echo = script((0.5, 0.0), (2.0, 0.6), (2.0, 0.0))
    loud, _ = await hears(lambda c: FakeMicrophone(c, 4.0), probabilities=echo)
    speaking, _ = await hears(lambda c: FakeMicrophone(c, 4.0), probabilities=echo, stage=stage())

    assert started_and_ended(loud) == ([1], [1])
    assert started_and_ended(speaking) == ([], [])


class Kept:
    """A real recogniser process with a trick, and what it publishes."""

    def __init__(self, phrase, *, names=(), module="tests.fakes.recogniser_child", **config):
        self.said = []
        self._restarted = asyncio.Event()
        self.words = RecogniserProcess(
            config=RecognitionConfig(backend="pocketsphinx", **config),
            site=SiteLanguage(phrases=(phrase,), names=names),
            publish=self._publish,
            clock=LoopClock(asyncio.get_running_loop()),
            module=module,
        )

    def _publish(self, message):
        self.said.append(message)
        if isinstance(message, ComponentHealth) and message.health is Health.RESTARTING:
            self._restarted.set()

    async def restarted(self):
        """Return once it has been started anew."""
        await asyncio.wait_for(self._restarted.wait(), 60.0)

    async def turn(self, number, *, within_s=60.0):
        """Say a second of sound; return what was read."""
        await asyncio.wait_for(self.words.ready.wait(), 60.0)
        self.words.begin(TurnId(number))
        self.words.feed(np.zeros(16_000, np.float32))
        self.words.settle(TurnId(number), 0)
        async with asyncio.timeout(within_s):
            while True:
                heard = await anext(self.words.heard())
                if heard.revision is not None and heard.turn == number:
                    return heard.text

    def health(self):
        return [m.health for m in self.said if isinstance(m, ComponentHealth)]


@pytest.mark.real_time
@pytest.mark.parametrize("trick", ["hang", "crash"])
async def test_a_recogniser_that_hangs_or_dies_is_started_anew(trick, tmp_path):
    kept = Kept(f"{trick} {tmp_path / 'happened'}")
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(kept.words.run())
        with contextlib.suppress(TimeoutError):
            await kept.turn(1, within_s=0.5)
        kept.words.drop(TurnId(1), late=True)
        await kept.restarted()
        assert await kept.turn(2) == "word word"
        keeper.cancel()

    assert kept.health()[-1] is Health.RUNNING


@pytest.mark.real_time
async def test_a_recogniser_that_cannot_load_gives_way_to_the_next_and_says_why():
    kept = Kept("refuse")
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(kept.words.run())
        await asyncio.wait_for(kept.words.ready.wait(), 60.0)
        keeper.cancel()
    chosen = [m for m in kept.said if isinstance(m, BackendChosen)]

    assert [(m.role, m.backend, m.fallback) for m in chosen] == [("recogniser", "none", True)]
    assert "no model here" in chosen[0].detail


@pytest.mark.real_time
async def test_a_recogniser_that_its_author_got_wrong_says_what_and_where():
    kept = Kept("", module="tests.fakes.recogniser_slip")
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(kept.words.run())
        await kept.restarted()
        keeper.cancel()
    (why,) = [m.detail for m in kept.said if getattr(m, "health", "") is Health.RESTARTING]
    assert re.search(r"pocketsphinx: NameError: .*a slip.* at fakes/recogniser_slip.py:\d+$", why)


@pytest.mark.real_time
async def test_a_house_of_a_thousand_names_has_a_recogniser_and_shows_them_to_no_one():
    kept = Kept("works", names=tuple(f"Somebody Number{i} {'x' * 200}" for i in range(1000)))
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(kept.words.run())
        assert await kept.turn(1) == "word word"
        (child,) = psutil.Process().children(recursive=True)
        assert "Somebody" not in " ".join(child.cmdline())
        keeper.cancel()


@pytest.mark.real_time
async def test_a_recogniser_that_is_never_ready_is_given_up():
    kept = Kept("never", ready_within_s=1.0)
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(kept.words.run())
        await kept.restarted()
        kept.words.settle(TurnId(1), 0)
        assert (await anext(kept.words.heard())).text == ""
        keeper.cancel()
