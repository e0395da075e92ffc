"""A language model is told the norms that fit the moment, over the real protocol."""

import asyncio
from types import SimpleNamespace

import pytest

from agent.core.clock import LoopClock
from behavior.backends.openai_compatible import OpenAiCompatibleDialogue
from behavior.dialogue.conversation import Conversation, Heard
from behavior.model.server import ModelServerConfig
from behavior.norms.norm import Norms
from behavior.norms.retrieval import NormAdvice
from behavior.norms.scenes import Scene
from tests.fakes.desk import embedded
from tests.fakes.encounters import house_norms
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.real_time


async def answered(server, text, *, advised):
    situation = Scene.model_validate({"people": [{}], "act": {}}).situation()
    house = SimpleNamespace(situation=situation, norms=Norms(house_norms()), cases=())
    dialogue = OpenAiCompatibleDialogue(
        embedded=embedded(),
        config=ModelServerConfig(url=server.url, first_clause_s=2.0, whole_s=4.0),
        publish=lambda message: None,
        clock=LoopClock(asyncio.get_running_loop()),
        advice=NormAdvice(house, encoder="words") if advised else None,
    )
    await dialogue.warm_up()
    parts = [part async for part in dialogue.answer(Conversation(), Heard(text=text))]
    await dialogue.close()
    return parts


@pytest.mark.parametrize("advised", [True, False])
def test_the_prompt_holds_the_house_rules_nearest_to_the_moment(advised):
    async def scene():
        async with ModelServer() as server:
            await answered(server, "will you keep pictures of visitors", advised=advised)
            return server.requests[0]["messages"][-1]["content"]

    told = asyncio.run(scene())
    assert ("Pictures of visitors are neither taken nor kept." in told) is advised


def test_a_name_in_the_models_words_has_the_desks_discreet_ones_beside_it():
    async def scene():
        words = ["I am letting Daniel Okafor know that you are here.", "Please take a seat."]
        async with ModelServer(clauses=[{"say": one} for one in words]) as server:
            line = "my name is robin hill and i have an appointment with daniel okafor"
            return await answered(server, line, advised=False)

    clauses = [clause for part in asyncio.run(scene()) for clause in part.clauses]
    assert clauses[0].text == "I am letting Daniel Okafor know that you are here."
    assert clauses[0].discreet is not None
    assert "Okafor" not in clauses[0].discreet
    assert clauses[1].discreet is None
