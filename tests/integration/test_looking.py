"""A visitor has the agent look, listen and read: on the demonstration site, on virtual time."""

import json

import pytest

from agent.core.messages import (
    PageChanged,
    Place,
    StageState,
    ToolFinished,
    ToolRefused,
    ToolStarted,
)
from behavior.tools.permission import ToolRule, ToolsConfig
from tests.integration.looking import Visit, direction, level, seen, site_with


async def test_somebody_behind_is_told_with_distance_and_nothing_else(tmp_path):
    async with Visit(tmp_path, seen("p2", 2.8, 0.2)) as visit:
        said = await visit.says("is somebody standing behind me")
        assert "Yes, behind you I see one person, about three metres in front of me" in said
        assert visit.desk.of(ToolStarted)[0].toward == Place(x_m=1.2, y_m=0.0)


async def test_who_stands_beside_is_not_behind(tmp_path):
    async with Visit(tmp_path, seen("p2", 1.2, 2.0), seen("p3", 0.7)) as visit:
        assert "nobody behind you" in await visit.says("is there anyone behind me")


async def test_people_are_counted_with_where_they_are_and_who_comes(tmp_path):
    others = (
        seen("p2", 4.0, 2.0),
        seen("p3", 4.4, 2.6),
        seen("p4", 5.0, -2.0, speed_m_s=1.0, approach_m_s=0.9),
    )
    async with Visit(tmp_path, *others) as visit:
        said = await visit.says("how many people are waiting here")
    assert "three people, two of them standing together, one of them coming this way" in said
    assert "the nearest about four metres to my left" in said


async def test_an_empty_hall_is_told_and_a_blind_eye_is_no_empty_hall(tmp_path):
    async with Visit(tmp_path) as visit:
        assert "nobody else" in await visit.says("is anybody else here")
    async with Visit(tmp_path, visitor=False) as visit:
        assert "cannot see" in await visit.says("is anybody else here")
        visit.desk.tell(PageChanged(at=0.0, connected=True, camera=True, microphone=True))
        assert "nobody else" in await visit.says("is anybody else here")


async def test_a_place_is_looked_at_only_where_the_site_says_it_can_be_seen(tmp_path):
    near = seen("p2", 5.2, -1.4)
    async with Visit(tmp_path, near, site=site_with(waiting_area=2.0)) as visit:
        assert "At the waiting area I see one person" in await visit.says(
            "is anybody in the waiting area"
        )
        assert "cannot see the lecture hall" in await visit.says(
            "can you see anybody in the lecture hall"
        )


async def test_outside_is_out_of_sight_and_what_is_in_sight_is_told(tmp_path):
    async with Visit(tmp_path, seen("p2", 3.0, -2.0)) as visit:
        said = await visit.says("is anybody waiting outside")
    assert said.index("cannot see as far") < said.index("one person")


async def test_a_room_out_of_sight_is_looked_up_in_the_calendar_and_that_is_said(tmp_path):
    async with Visit(tmp_path) as visit:
        said = await visit.says("is the lecture hall free right now can you see")
    assert "cannot see it from here" in said
    assert {one.tool for one in visit.desk.of(ToolStarted)} == {"room_free"}


@pytest.mark.parametrize(
    "line",
    ["can you see priya nair", "is wei chen waiting behind me", "tell me when claire dubois comes",
     "who is that man over there", "what is the woman behind me wearing", "how old is he",
     "do you recognise me"],
)  # fmt: skip
async def test_nobody_is_looked_for_or_described(tmp_path, line):
    async with Visit(tmp_path, seen("p2", 2.8)) as visit:
        said = await visit.says(line)
        assert "how many" in said
        assert visit.desk.of(ToolStarted) == []
        assert visit.desk.of(ToolRefused)[0].tool == "look"


async def test_what_others_talk_about_is_theirs(tmp_path):
    async with Visit(tmp_path, seen("p2", 2.8)) as visit:
        assert "theirs" in await visit.says("what are they talking about")
        assert visit.desk.of(ToolStarted) == []


async def test_a_voice_from_the_left_is_heard_louder_than_usual(tmp_path):
    async with Visit(tmp_path) as visit:
        visit.sounds = [level(-55.0)]
        await visit.passes(15)
        visit.sounds = [level(-30.0, speech=0.9), direction(1.0)]
        said = await visit.says("can you hear anything")
        assert "I am listening" in said
        assert "I hear a voice from my left. It is louder than usual here." in said


async def test_its_own_voice_is_not_what_it_hears(tmp_path):
    async with Visit(tmp_path) as visit:
        visit.sounds = [level(-50.0)]
        await visit.passes(15)
        visit.sounds = [StageState(at=0.0, speaking=True), level(-20.0, speech=1.0)]
        await visit.passes(20)
        visit.sounds = [StageState(at=0.0, speaking=False), level(-50.0)]
        said = await visit.says("can you hear anything")
    assert "no voice" in said
    assert "about as loud as usual" in said


async def test_without_a_microphone_it_says_so(tmp_path):
    async with Visit(tmp_path) as visit:
        assert "no microphone" in await visit.says("is it loud in here")


async def test_a_look_is_told_to_the_operator_as_geometry(tmp_path):
    async with Visit(tmp_path, seen("p2", 2.0, 1.0)) as visit:
        await visit.says("is anybody else here")
    (finished,) = visit.desk.of(ToolFinished)
    assert (
        finished.found
        == "look around: 1 besides the visitor: 2.2 m 27 deg left, stands, faces here"
    )


async def test_the_site_can_forbid_a_look_and_bound_how_often(tmp_path):
    async with Visit(tmp_path, rules=ToolsConfig(look=ToolRule(allowed=False))) as visit:
        assert (
            "may" in await visit.says("is anybody else here")
            or "not something" in visit.desk.said()
        )
        assert visit.desk.of(ToolStarted) == []
    async with Visit(tmp_path, rules=ToolsConfig(look=ToolRule(per_visit=1))) as visit:
        await visit.says("is anybody else here")
        await visit.says("is anybody else here")
        assert len(visit.desk.of(ToolStarted)) == 1


async def test_a_sensor_is_read_in_the_sites_own_words(tmp_path):
    file = tmp_path / "hall.json"
    file.write_text(json.dumps({"air": {"celsius": 22.6}}))
    sensor = {
        "key": "hall", "name": "the hall", "file": str(file), "value": "/air/celsius",
        "least": -10, "most": 50, "asks": ["how warm is it in here", "what is the temperature"],
        "say": "It is {value} degrees in the hall.", "max_age_s": 80_000,
    }  # fmt: skip
    async with Visit(tmp_path, sensors=[sensor]) as visit:
        assert "It is 23 degrees in the hall." in await visit.says("how warm is it in here")
        file.write_text(json.dumps({"air": {"celsius": 2260}}))
        assert "no reading" in await visit.says("please tell me what is the temperature")
    assert "absurd" in visit.desk.of(ToolFinished)[-1].detail
    assert "2260" not in repr(visit.desk.messages)
