"""The simulated lobby's page: who may see it, and what it is told."""

import json

import aiohttp
import pytest

from agent.core.messages import PageChanged
from behavior.lobby.library import floor_plan
from behavior.lobby.view import LobbyView
from tests.fakes.pages import kiosk, serving

pytestmark = pytest.mark.real_time

PLAN = floor_plan("entrance_hall")


class Room:
    plan = PLAN

    def __init__(self):
        self.came = []

    def kinds(self):
        return ("visit", "passing")

    def send_in(self, intention):
        self.came.append(intention)
        return intention in self.kinds()

    def view(self):
        return LobbyView(at=3.0, plan="hall", hour=9.5, people=(), agent_says="Hello.")


async def get(served, path, **headers):
    async with (
        aiohttp.ClientSession() as session,
        session.get(served.server.address + path, headers=headers) as answer,
    ):
        return answer.status, answer.headers, await answer.text()


async def test_without_a_lobby_there_is_no_such_page_and_nobody_frames_the_kiosk(tmp_path):
    async with serving(tmp_path) as served:
        token = {"Authorization": f"Bearer {served.server.token}"}
        assert (await get(served, "/lobby", **token))[0] == 404
        headers = (await get(served, "/"))[1]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_the_lobby_wants_the_operators_token_and_has_the_kiosk_in_a_frame(tmp_path):
    async with serving(tmp_path, room=Room()) as served:
        assert (await get(served, "/lobby"))[0] == 401
        assert (await get(served, "/lobby/stream"))[0] == 401
        token = {"Authorization": f"Bearer {served.server.token}"}
        assert (await get(served, "/lobby", **token))[0] == 200
        headers = (await get(served, "/"))[1]
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "SAMEORIGIN"


async def test_it_is_told_the_room_once_and_its_people_again_and_again(tmp_path):
    async with (
        serving(tmp_path, room=Room()) as served,
        aiohttp.ClientSession() as session,
        session.get(
            served.server.address + "/lobby/stream",
            headers={"Authorization": f"Bearer {served.server.token}"},
        ) as answer,
    ):
        heard = b""
        while heard.count(b"event: people") < 4:
            heard += await answer.content.readany()
        events = [part.split("\n") for part in heard.decode().split("\n\n") if part]
        names = [lines[0] for lines in events]
        assert names.count("event: plan") == 1
        assert "event: panel" in names
        said = json.loads(events[names.index("event: people")][1].removeprefix("data: "))
        assert said == {"hour": 9.5, "people": [], "agent_says": "Hello."}


async def test_an_operator_sends_somebody_in_and_nobody_else_does(tmp_path):
    room = Room()
    async with serving(tmp_path, room=room) as served, aiohttp.ClientSession() as session:
        address = served.server.address + "/lobby/people/"
        token = {"Authorization": f"Bearer {served.server.token}"}
        for headers, kind, status in (
            ({}, "visit", 401),
            ({**token, "Origin": "http://elsewhere.example"}, "visit", 403),
            (token, "visit", 200),
            (token, "dragon", 404),
        ):
            async with session.post(address + kind, headers=headers) as answer:
                assert answer.status == status
        assert room.came == ["visit", "dragon"]


async def test_senses_that_are_not_the_pages_are_neither_asked_for_nor_called_off(tmp_path):
    both = ("camera", "microphone")
    async with serving(tmp_path, elsewhere=both) as served, kiosk(served) as opened:
        assert opened.said[0]["asks"] is False
        await opened.say(
            kind="devices", camera=False, microphone=False, muted=False, sound="on", detail=""
        )
        await served.until(lambda: len(served.of(PageChanged)) == 2)
        assert all(told.camera and told.microphone for told in served.of(PageChanged))
    async with serving(tmp_path, elsewhere=("camera",)) as served, kiosk(served) as opened:
        assert opened.said[0]["asks"] is True
        assert served.of(PageChanged)[0].camera
        assert not served.of(PageChanged)[0].microphone
