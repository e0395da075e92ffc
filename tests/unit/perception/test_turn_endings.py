"""Whatever hears that somebody has finished: slow, missing or broken, it costs no turn."""

import asyncio
from pathlib import Path

import numpy as np

from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen, ComponentHealth, TurnId
from perception.off_loop import GivenUpError
from perception.turns.turn_end import JudgeEnd, TurnEndConfig, TurnEndings

SOUND = np.zeros(16_000, np.float32)


class Answers:
    """Says these, one after another; an exception is raised."""

    def __init__(self, *answers, warm=0.5):
        self._left = [warm, *answers]
        self.voices = []

    def finished(self, sound):
        answer = self._left.pop(0)
        if answer is None:
            raise GivenUpError("end of turn: no answer within 0.6 s; it was given up")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def heard(self, sound, voice_s=None):
        self.voices.append(voice_s)
        return self.finished(sound), None if voice_s is None else 0.5


class OnLoop:
    """Does it at once."""

    def __init__(self):
        self.closed = False

    async def call(self, work, timeout_s):
        await asyncio.sleep(0)
        return work()

    def close(self, last=None):
        self.closed = True


class NoTime:
    def now(self):
        return 0.0


def question(revision):
    return JudgeEnd(turn=TurnId(1), revision=revision, since=0.0)


def endings(load, told, thread=None):
    return TurnEndings(
        config=TurnEndConfig(), models=Path("nowhere"), publish=told.append, clock=NoTime(),
        load=load, off_loop=thread or OnLoop(),
    )  # fmt: skip


async def judged(ending, questions):
    """Answers to questions that are asked one after another."""
    out, stream = [], ending.judged()
    for revision in range(questions):
        ending.judge(question(revision), SOUND)
        try:
            out.append(await anext(stream))
        except StopAsyncIteration:
            break
    await stream.aclose()
    return out


async def test_each_pause_is_answered_with_its_own_turn_and_revision():
    told = []
    out = await judged(endings(lambda: Answers(0.9, 0.1), told), 2)
    assert [(one.revision, one.finished) for one in out] == [(0, 0.9), (1, 0.1)]
    assert [(m.role, m.fallback) for m in told] == [("end of turn", False)]


async def test_a_missing_model_is_told_with_its_cure_and_words_and_silence_decide():
    def missing():
        raise BackendUnavailableError("end of turn: x is missing; run `foyer models pull`")

    told = []
    assert await judged(endings(missing, told), 1) == []
    (chosen,) = told
    assert isinstance(chosen, BackendChosen)
    assert chosen.fallback
    assert "foyer models pull" in chosen.detail


async def test_before_the_first_question_a_murmur_is_judged_once():
    answers = Answers(0.9)
    await judged(endings(lambda: answers, []), 1)
    assert [voice_s is not None for voice_s in answers.voices] == [True]


async def test_damaged_weights_are_told_and_words_and_silence_decide():
    told = []
    damaged = Answers(warm=ValueError("weights: lacks claims; run foyer train murmurs"))
    assert await judged(endings(lambda: damaged, told), 1) == []
    assert told[0].fallback
    assert "foyer train murmurs" in told[0].detail


async def test_what_hangs_or_fails_again_and_again_is_told_and_left_alone():
    told, thread = [], OnLoop()
    ending = endings(lambda: Answers(None, ValueError("bad"), float("nan")), told, thread)

    async def ask():
        for revision in range(3):
            ending.judge(question(revision), SOUND)
            for _ in range(20):
                await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(ask())
        assert [one async for one in ending.judged()] == []
    assert thread.closed
    health = [m.detail for m in told if isinstance(m, ComponentHealth)]
    assert "left alone" in health[-1]
    assert any("given up" in one for one in health)


async def test_only_the_newest_question_is_kept_while_one_is_judged():
    ending = endings(lambda: Answers(0.7), [])
    for revision in range(50):
        ending.judge(question(revision), SOUND)
    stream = ending.judged()
    assert (await anext(stream)).revision == 49
    await stream.aclose()
