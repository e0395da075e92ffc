"""One contract for all dialogues: embedded, scripted, and a language model server."""

import asyncio
import contextlib

import pytest

from agent.core.clock import LoopClock
from behavior.backends.openai_compatible import OpenAiCompatibleDialogue
from behavior.backends.scripted import Line, ScriptedDialogue
from behavior.dialogue.conversation import Conversation, Heard
from behavior.model.server import ModelServerConfig
from tests.fakes.desk import GESTURES, embedded
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.real_time


@contextlib.asynccontextmanager
async def dialogue(name):
    if name == "openai_compatible":
        async with ModelServer() as server:
            made = OpenAiCompatibleDialogue(
                embedded=embedded(),
                config=ModelServerConfig(url=server.url, first_clause_s=5, whole_s=9),
                publish=lambda message: None,
                clock=LoopClock(asyncio.get_running_loop()),
                gestures=GESTURES,
            )
            await made.warm_up()
            yield made
            await made.close()
    else:
        script = [Line(clauses=("Hello.", "Who are you here to see?"))]
        made = embedded() if name == "embedded" else ScriptedDialogue(script)
        await made.warm_up()
        yield made
        await made.close()


NAMES = ("embedded", "scripted", "openai_compatible")


@pytest.mark.parametrize("name", NAMES)
async def test_an_answer_has_words_a_last_part_and_one_next_state(name):
    async with dialogue(name) as made:
        before = Conversation()
        parts = [p async for p in made.answer(before, Heard(text="i have an appointment"))]
        assert any(c.text for p in parts for c in p.clauses)
        assert [p.last for p in parts] == [False] * (len(parts) - 1) + [True]
        assert parts[0].conversation is not None
        assert all(p.conversation is None for p in parts[1:])
        assert parts[0].conversation.turns == before.turns + 1 == 1
        assert all(p.intent for p in parts)
        assert all(p.because for p in parts)


@pytest.mark.parametrize("name", NAMES)
async def test_effects_come_with_the_first_part_only(name):
    async with dialogue(name) as made:
        line = Heard(text="my name is tom baker and i am here to see daniel okafor")
        parts = [p async for p in made.answer(Conversation(), line)]
        assert all(p.effects == () for p in parts[1:])


@pytest.mark.parametrize("name", NAMES)
async def test_an_answer_can_be_given_up_and_the_next_one_made(name):
    async with dialogue(name) as made:
        stream = made.answer(Conversation(), Heard(text="where is the lift"))
        await anext(stream)
        await stream.aclose()
        parts = [p async for p in made.answer(Conversation(), Heard(text="hello"))]
        assert parts[-1].last


@pytest.mark.parametrize("name", NAMES)
async def test_closing_twice_is_harmless(name):
    async with dialogue(name) as made:
        await made.close()
        await made.close()
