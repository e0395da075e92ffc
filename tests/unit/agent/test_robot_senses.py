"""A robot's senses and loudspeaker find their way between perception and its body."""

import pytest
from pydantic import ValidationError

from actuation.bodies.configs import ReachyConfig
from actuation.embodiments.catalogue import build_body
from agent.local_sound import LocalSound
from agent.robot_senses import RobotSenses
from agent.settings import AgentConfig


async def nothing():
    return
    yield


def put_together(**config):
    config = AgentConfig.model_validate(config)
    clock = type("Still", (), {"now": lambda self: 0.0})()
    bodies = [
        build_body(body, clock=clock, publish=lambda _: None, traffic=nothing())
        for body in config.bodies
    ]
    senses = RobotSenses(config, clock=clock, publish=lambda _: None)
    speakers, others = LocalSound(config).in_order(bodies)
    return senses, speakers, others, [p.name for p in senses.parts([*speakers, *others])]


def test_a_robot_that_only_moves_is_asked_for_nothing_more():
    senses, speakers, others, parts = put_together(bodies=[ReachyConfig()])
    assert (len(speakers), len(others), parts) == (0, 1, [])
    assert not senses.speaks
    assert senses.camera_or("page") == "page"
    assert senses.microphone_or("page") == "page"


def test_a_robot_that_speaks_is_the_mouthpiece_and_its_voice_reaches_the_session():
    senses, speakers, _, parts = put_together(bodies=[ReachyConfig(voice=True)])
    assert senses.speaks
    assert [body.name for body in speakers] == ["actuation.body.reachy"]
    assert parts == ["perception.reachy_media"]
    assert senses._media._voice == speakers[0].voice.fill
    assert senses.microphone_or("page") == "page"


def test_what_is_configured_is_the_robots_the_rest_stays_the_pages():
    senses, _, _, parts = put_together(microphone={"source": "reachy"}, bodies=[ReachyConfig()])
    assert parts == ["perception.reachy_media", "perception.reachy_direction"]
    assert senses.microphone_or("page") != "page"
    assert senses.camera_or("page") == "page"


@pytest.mark.parametrize("sense", ["camera", "microphone"])
def test_a_sense_of_a_robot_that_is_not_there_is_told(sense):
    with pytest.raises(ValidationError, match=f"{sense}.source is reachy: add"):
        AgentConfig.model_validate({sense: {"source": "reachy"}})
