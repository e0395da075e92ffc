"""What a language model is told of the body's gestures: the lexicon's names, through the roof."""

import numpy as np
import pytest

from actuation.body_formats.bvh import write_bvh
from actuation.body_formats.clip import MotionClip
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.lexemes import standard_lexicon
from behavior.model.server import ModelServerConfig
from tests.fakes.agents import house, whole_agent
from tests.fakes.model_server import ModelServer


def asked_of(request):
    """The names that one request to a server allows, and the text of its first message."""
    schema = request["response_format"]["json_schema"]["schema"]
    clause = schema["properties"]["clauses"]["items"]["properties"]
    names = clause["gestures"]["items"]["properties"]["name"]["enum"]
    return names, request["messages"][0]["content"]


@pytest.mark.real_time
async def test_every_gesture_that_the_lexicon_offers_or_the_site_recorded_reaches_the_model(
    tmp_path,
):
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    still = np.repeat(rest_pose()[None].astype(np.float32), 4, axis=0)
    write_bvh(recorded / "curtsy.bvh", MotionClip(joints=still, rate_hz=30.0))
    async with ModelServer() as server:
        model = ModelServerConfig(url=server.url, first_clause_s=5.0, whole_s=8.0)
        settings = house(
            tmp_path, dialogue={"model": model}, body_motion={"recordings": recorded}
        )  # fmt: skip
        async with whole_agent(tmp_path, settings=settings) as agent:
            await agent.answers("where is the restroom")
    names, told = asked_of(server.requests[-1])
    lexicon = standard_lexicon()
    assert names == [*(each.name for each in lexicon if each.offered), "curtsy"]
    assert f"one of {', '.join(names)};" in told
