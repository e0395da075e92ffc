"""Who is told when those who should be told cannot be."""

import logging

from agent.core.messages import ButtonPressed, ComponentHealth, HelpCalled
from behavior.house.site import SiteConfig
from tests.fakes.desk import Reception, demo_site


async def pressed(folder, button):
    tree = demo_site().model_dump()
    tree["emergency"]["notify"] = {"channel": "no_such_channel", "address": "duty"}
    async with Reception(folder, site=SiteConfig.model_validate(tree)) as desk:
        desk.tell(ButtonPressed(at=1.0, button=button))
        await desk.settle(5)
    assert desk.of(HelpCalled)
    return [one.detail for one in desk.of(ComponentHealth)]


async def test_where_the_people_on_duty_cannot_be_told_staff_are(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    told = await pressed(tmp_path, "help")
    assert any("on duty could not be told" in one for one in told)
    sent = [one for one in caplog.records if one.getMessage() == "notification"]
    assert [one.pii_to for one in sent] == ["front office"]


async def test_an_ordinary_wish_for_a_person_is_no_emergency(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    assert await pressed(tmp_path, "staff") == []
    sent = [one for one in caplog.records if one.getMessage() == "notification"]
    assert [one.subject for one in sent] == ["a person is wanted"]
