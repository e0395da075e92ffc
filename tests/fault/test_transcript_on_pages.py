"""Who may read the transcript: an operator at the console, and nobody at the kiosk."""

import pytest

from agent.core.messages import ButtonPressed, PersonId, TurnEnded, TurnId
from tests.fakes.pages import page, serving

pytestmark = pytest.mark.real_time
SAID = TurnEnded(at=1.0, turn=TurnId(1), revision=0, text="my name is robin", person=PersonId("p1"))


async def test_the_console_reads_what_was_said_and_an_open_panel_at_the_kiosk_does_not(tmp_path):
    async with (
        serving(tmp_path, panel="open") as served,
        page(served) as kiosk,
        page(served, page="page-0002") as console,
    ):
        await kiosk.hello()
        await console.hello("console", token=served.server.token)
        served.bus.publish(SAID)
        panels = [await console.hear("panel") for _ in range(3)]
        assert any("my name is robin" in line for p in panels for line in p["transcript"])
        shown = [await kiosk.hear("panel") for _ in range(3)]
        assert all(p["transcript"] == [] for p in shown)


async def test_forget_me_empties_what_the_console_shows(tmp_path):
    async with serving(tmp_path) as served, page(served, page="page-0002") as console:
        await console.hello("console", token=served.server.token)
        served.bus.publish(SAID)
        while not (await console.hear("panel"))["transcript"]:
            pass
        served.bus.publish(ButtonPressed(at=2.0, button="forget", person=PersonId("p1")))
        await console.hear("panel")
        assert (await console.hear("panel"))["transcript"] == []
