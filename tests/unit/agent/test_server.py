"""The page server: what a page is told, what becomes of what it sends, who may ask what."""

import struct

import aiohttp
import pytest

from actuation.motion import Cut
from agent.core.errors import FoyerError
from agent.core.messages import (
    ButtonPressed,
    ComponentHealth,
    EmergencyRelease,
    EmergencyStop,
    Health,
    LineTyped,
    PageChanged,
    PersonId,
    PersonSeen,
    Place,
)
from tests.fakes.pages import kiosk, page, serving

pytestmark = pytest.mark.real_time

JPEG = b"\xff\xd8\xff\xe0 not looked at by the server"


def sense(kind, client_s, payload):
    return struct.pack("<BBHId", kind, 1, 0, 1, client_s) + payload


def seen(at):
    return PersonSeen(
        at=at, person=PersonId("p1"), place=Place(x_m=1, y_m=0), approach_m_s=0, speed_m_s=0
    )


async def get(served, path, *, method="GET", **options):
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, served.server.address + path, allow_redirects=False, **options
        ) as answer,
    ):
        return answer.status, answer.headers, await answer.text()


async def test_a_kiosk_is_welcomed_and_announced(tmp_path):
    async with serving(tmp_path, agent_name="Ada") as served, kiosk(served) as opened:
        assert opened.said[0]["name"] == "Ada"
        assert opened.said[0]["panel"] is False
        assert served.of(PageChanged)[0].connected
        assert served.body.health() is Health.RUNNING


async def test_moments_of_the_page_are_put_on_the_agents_axis(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        await opened.hear("ping")
        await opened.hear("ping")  # the first echo has arrived by now
        now = served.clock.now()
        await opened.socket.send_bytes(sense(1, now - 100 - 0.04, JPEG))
        await opened.socket.send_bytes(sense(2, now - 100 - 0.02, bytes(640)))
        await served.until(lambda: served.pictures and served.sounds)
        assert served.pictures[0][0] == pytest.approx(now - 0.04, abs=0.01)
        assert served.pictures[0][1] == JPEG
        assert served.sounds[0][0] == pytest.approx(now - 0.02, abs=0.01)


async def test_pictures_before_the_clocks_are_known_are_left_out(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        await opened.socket.send_bytes(sense(1, 5.0, JPEG))
        await opened.say(kind="button", button="help")
        await served.until(lambda: served.of(ButtonPressed))
        assert served.pictures == []


async def test_lines_buttons_and_devices_become_messages(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        await opened.say(kind="line", text="  where is\n the lift ")
        await opened.say(kind="button", button="help")
        await opened.say(
            kind="devices", camera=True, microphone=True, muted=True, sound="on", detail=""
        )
        await served.until(lambda: len(served.of(PageChanged)) == 2)
        assert [line.text for line in served.of(LineTyped)] == ["where is the lift"]
        assert [press.button for press in served.of(ButtonPressed)] == ["help"]
        changed = served.of(PageChanged)[-1]
        assert (changed.camera, changed.microphone, changed.muted) == (True, False, True)


async def test_what_was_played_is_reported_on_the_agents_axis(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        await opened.hear("ping")
        await opened.hear("ping")
        now = served.clock.now()
        await opened.say(
            kind="played", generation=0, utterance=7, score_s=0.5, client_s=now - 100, first=True
        )
        await served.until(lambda: served.played)
        assert served.played[0].at == pytest.approx(now, abs=0.01)
        assert (served.played[0].utterance, served.played[0].first) == (7, True)


async def test_only_one_kiosk_is_active_and_the_other_is_told(tmp_path):
    async with serving(tmp_path) as served, kiosk(served), page(served, page="page-0002") as second:
        await second.hello()
        assert await second.closing() == (
            4002,
            "the receptionist is already shown on another page",
        )


async def test_a_second_page_may_take_over(tmp_path):
    async with (
        serving(tmp_path) as served,
        kiosk(served) as first,
        page(served, page="page-0002") as second,
    ):
        await second.hello(take_over=True)
        await second.hear("welcome")
        assert (await first.closing())[0] == 4003
        await second.say(kind="line", text="hello")
        await served.until(lambda: served.of(LineTyped))
        assert served.body.health() is Health.RUNNING


async def test_the_same_page_has_its_place_again_without_asking(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as old, page(served) as again:
        await again.hello()
        await again.hear("welcome")
        assert (await old.closing())[0] == 4003


async def test_facts_about_people_go_to_token_holders_only(tmp_path):
    async with (
        serving(tmp_path) as served,
        kiosk(served) as visitor,
        page(served, page="console-1") as operator,
    ):
        await operator.hello("console", token=served.server.token)
        served.bus.publish(seen(served.clock.now()))
        panel = await operator.hear("panel")
        while not panel["people"]:
            panel = await operator.hear("panel")
        await visitor.hear("pace")
        with pytest.raises(TimeoutError):
            await visitor.hear("panel", within_s=0.6)


async def test_an_open_panel_shows_them_to_anyone_at_the_kiosk(tmp_path):
    async with serving(tmp_path, panel="open") as served, kiosk(served) as visitor:
        assert (await visitor.hear("panel"))["people"] == []


async def test_more_pictures_are_wanted_while_somebody_is_there(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        assert (await opened.hear("pace"))["pictures_hz"] == 6
        served.bus.publish(seen(served.clock.now()))
        assert (await opened.hear("pace"))["pictures_hz"] == 12


async def test_a_cut_reaches_the_page(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        served.body.apply(Cut(generation=3, at=served.clock.now()))
        while (await opened.hear("cut"))["generation"] != 3:
            pass


async def test_a_page_that_goes_leaves_the_body_degraded(tmp_path):
    async with serving(tmp_path) as served:
        async with kiosk(served):
            pass
        await served.until(lambda: served.body.health() is Health.DEGRADED)
        assert not served.of(PageChanged)[-1].connected
        assert served.of(ComponentHealth)[-1].health is Health.DEGRADED


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/console"),
        ("GET", "/static/console.js"),
        ("GET", "/health"),
        ("POST", "/api/buttons/stop"),
    ],
)
async def test_a_token_is_needed_for_anything_but_the_kiosk(tmp_path, method, path):
    async with serving(tmp_path) as served:
        assert (await get(served, path, method=method))[0] == 401
        wrong = {"Authorization": "Bearer wrong"}
        assert (await get(served, path, method=method, headers=wrong))[0] == 401
        right = {"Authorization": f"Bearer {served.server.token}"}
        assert (await get(served, path, method=method, headers=right))[0] == 200
        for free in ("/", "/static/kiosk.js"):
            assert (await get(served, free))[0] == 200


async def test_the_console_address_gives_a_cookie_and_hides_the_token(tmp_path):
    async with serving(tmp_path) as served:
        path = served.server.console_address.removeprefix(served.server.address)
        status, headers, _ = await get(served, path)
        assert (status, headers["Location"]) == (303, "/console")
        cookie = headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        bearer = cookie.split(";")[0]
        assert (await get(served, "/console", headers={"Cookie": bearer}))[0] == 200
        assert (await get(served, "/console?token=wrong"))[0] == 403


async def test_buttons_of_the_operator_are_published(tmp_path):
    async with serving(tmp_path) as served:
        right = {"Authorization": f"Bearer {served.server.token}"}
        assert (await get(served, "/api/buttons/stop", method="POST", headers=right))[0] == 200
        assert [press.button for press in served.of(ButtonPressed)] == ["stop"]
        assert (await get(served, "/api/buttons/fly", method="POST", headers=right))[0] == 404


async def test_an_emergency_stop_is_for_everybody_and_its_release_for_the_operator(tmp_path):
    async with serving(tmp_path) as served:
        async with kiosk(served) as opened:
            await opened.say(kind="button", button="emergency")
            await served.until(lambda: served.of(EmergencyStop))
            assert [m.source for m in served.of(EmergencyStop)] == ["page"]
            await opened.say(kind="button", button="release")
            assert (await opened.closing())[0] == 4001
        assert not served.of(EmergencyRelease)
        right = {"Authorization": f"Bearer {served.server.token}"}
        await get(served, "/api/buttons/release", method="POST", headers=right)
        assert [m.source for m in served.of(EmergencyRelease)] == ["console"]


async def test_every_answer_has_the_headers_that_keep_strangers_out(tmp_path):
    async with serving(tmp_path) as served:
        for path in ("/", "/static/kiosk.js", "/nowhere", "/health"):
            headers = (await get(served, path))[1]
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "'unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["../token", "..%2Ftoken", "%2e%2e/token", "kiosk.html", ".x"])
async def test_nothing_outside_the_pages_is_served(tmp_path, name):
    async with serving(tmp_path) as served:
        from yarl import URL

        async with (
            aiohttp.ClientSession() as session,
            session.get(URL(f"{served.server.address}/static/{name}", encoded=True)) as answer,
        ):
            assert answer.status == 404


async def test_a_missing_character_is_said_to_be_missing(tmp_path):
    async with serving(tmp_path, avatar=tmp_path / "none.vrm") as served:
        assert (await get(served, "/avatar.vrm"))[0] == 404


async def test_a_port_that_is_taken_is_an_error_with_a_cure(tmp_path):
    async with serving(tmp_path) as served:
        port = int(served.server.address.rsplit(":", 1)[1])
        with pytest.raises(ExceptionGroup) as refusal:
            async with serving(tmp_path, port=port):
                pass
        (fault,) = refusal.value.exceptions
        assert isinstance(fault, FoyerError)
        assert "server.port" in str(fault)


async def test_it_listens_on_this_machine_only_unless_told_otherwise(tmp_path):
    async with serving(tmp_path) as served:
        assert served.server.address.startswith("http://127.0.0.1:")
