"""Pages that are broken, hostile, slow or gone, while the server goes on."""

import asyncio
import json
import struct

import aiohttp
import numpy as np
import pytest

from actuation.motion import Cut, VoiceChunk
from agent.core.messages import Health, LineTyped, UtteranceId
from agent.pages.wire import MAX_JSON_BYTES, MAX_PICTURE_BYTES
from tests.fakes.pages import kiosk, page, serving

pytestmark = pytest.mark.real_time


async def still_serves(served):
    """Another page is welcomed and heard."""
    async with page(served, page="page-9999") as other:
        await other.hello(take_over=True)
        await other.hear("welcome")
        before = len(served.of(LineTyped))
        await other.say(kind="line", text="hello")
        await served.until(lambda: len(served.of(LineTyped)) == before + 1)


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "null",
        '{"kind":"dance"}',
        '{"kind":"hello","protocol":1,"role":"kiosk","page":"page-0001"}',
        '{"kind":"line","text":"' + "x" * MAX_JSON_BYTES + '"}',
        '{"kind":"button","button":"launch"}',
        b"",
        b"\x00\x01\x02",
        bytes(range(256)) * 40,
        struct.pack("<BBHId", 1, 9, 0, 1, 1.0) + b"\xff\xd8",
        struct.pack("<BBHId", 2, 1, 0, 1, float("nan")) + bytes(640),
    ],
    ids=range(11),
)
async def test_malformed_messages_close_the_socket_with_a_code_and_a_reason(tmp_path, message):
    async with serving(tmp_path) as served:
        async with kiosk(served) as opened:
            send = opened.socket.send_str if isinstance(message, str) else opened.socket.send_bytes
            await send(message)
            code, reason = await opened.closing()
            assert code == 4000
            assert len(reason) > 10
        await still_serves(served)


async def test_the_first_message_must_be_a_hello(tmp_path):
    async with serving(tmp_path) as served:
        for message in ('{"kind":"line","text":"x"}', b"\x01\x01" + bytes(20)):
            async with page(served) as opened:
                send = (
                    opened.socket.send_bytes if message[:1] == b"\x01" else opened.socket.send_str
                )
                await send(message)
                assert (await opened.closing())[0] == 4000


async def test_a_page_of_another_age_is_told_to_reload(tmp_path):
    async with serving(tmp_path) as served, page(served) as opened:
        await opened.say(kind="hello", protocol=99, role="kiosk", page="page-0001")
        code, reason = await opened.closing()
        assert code == 4000
        assert "reload" in reason


async def test_a_picture_that_is_too_large_closes_the_socket(tmp_path):
    async with serving(tmp_path) as served:
        async with kiosk(served) as opened:
            header = struct.pack("<BBHId", 1, 1, 0, 1, 1.0)
            await opened.socket.send_bytes(header + bytes(MAX_PICTURE_BYTES + 100))
            assert (await opened.closing())[0] == 1009
        await still_serves(served)


async def test_sound_that_is_too_large_closes_the_socket(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        await opened.hear("ping")
        await opened.hear("ping")
        header = struct.pack("<BBHId", 2, 1, 0, 1, served.clock.now() - 100)
        await opened.socket.send_bytes(header + bytes(16_002))
        assert (await opened.closing())[0] == 4000


async def test_a_flood_of_lines_closes_the_socket(tmp_path):
    async with serving(tmp_path) as served:
        async with kiosk(served) as opened:
            for _ in range(50):
                await opened.say(kind="line", text="again")
            assert (await opened.closing())[0] == 4006
        assert len(served.of(LineTyped)) < 10
        await still_serves(served)


async def test_half_a_message_and_then_nothing_does_not_stay_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.pages.page.SILENT_S", 0.8)
    async with serving(tmp_path) as served:
        port = int(served.server.address.rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        hello = json.dumps(
            {"kind": "hello", "protocol": 1, "role": "kiosk", "page": "page-half"}
        ).encode()
        writer.write(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
        writer.write(b"\x82\xfe\xff\xff")  # a binary message is announced and never comes
        await served.until(lambda: len(served.server.pages) == 1)
        await still_serves(served)
        await served.until(lambda: not served.server.pages)
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()


async def test_half_a_request_holds_up_nobody(tmp_path):
    async with serving(tmp_path) as served:
        port = int(served.server.address.rsplit(":", 1)[1])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: loc")
        await still_serves(served)
        writer.close()


async def test_a_socket_without_a_hello_is_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.pages.page.HELLO_WITHIN_S", 0.2)
    async with serving(tmp_path) as served, page(served) as opened:
        assert (await opened.closing())[0] == 4007


async def test_a_slow_reader_is_fed_no_old_voice_and_is_let_go_at_last(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.pages.page.KEEPS_UP_S", 0.3)
    monkeypatch.setattr("agent.pages.page.SILENT_S", 1.0)
    monkeypatch.setattr("agent.pages.site.GOODBYE_S", 0.3)
    async with serving(tmp_path) as served:
        async with kiosk(served):  # reads nothing from here on, so echoes nothing
            await served.until(lambda: bool(served.server.pages))
            (slow,) = served.server.pages
            generation = 0

            def speak():
                at = served.clock.now() + 0.3
                samples = np.zeros(48_000, np.float32)
                served.body.apply(
                    VoiceChunk(
                        generation=generation,
                        at=at,
                        utterance=UtteranceId(1),
                        score_s=0.0,
                        rate_hz=48_000,
                        samples=samples,
                    )
                )

            for _ in range(120):
                speak()
                await asyncio.sleep(0.005)
            assert slow.dropped["voice"] > 10
            await served.until(lambda: not served.server.pages)
        await still_serves(served)


async def test_a_page_that_goes_and_comes_back_goes_on_with_the_current_generation(tmp_path):
    async with serving(tmp_path) as served:
        async with kiosk(served):
            assert served.body.health() is Health.RUNNING
        await served.until(lambda: served.body.health() is Health.DEGRADED)
        served.body.apply(Cut(generation=5, at=served.clock.now()))
        async with kiosk(served) as back:
            assert back.said[0]["generation"] == 5
            assert (await back.hear("cut"))["generation"] == 5
            assert served.body.health() is Health.RUNNING


async def test_a_page_that_vanishes_without_a_word_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.pages.page.SILENT_S", 0.6)
    async with serving(tmp_path) as served, kiosk(served):
        await served.until(lambda: served.body.health() is Health.DEGRADED)


async def test_a_dead_kiosk_gives_its_place_to_a_new_one(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.pages.page.KEEPS_UP_S", 0.2)
    async with serving(tmp_path) as served, kiosk(served):
        await asyncio.sleep(0.4)
        async with page(served, page="page-0002") as second:
            await second.hello()
            await second.hear("welcome")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Host": "evil.example"}, 421),
    ],
)
async def test_sockets_from_other_sites_and_names_are_refused(tmp_path, headers, status):
    async with serving(tmp_path) as served:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            async with page(served, headers=headers):
                pass
        assert refusal.value.status == status


async def test_a_strange_host_is_not_even_given_the_page(tmp_path):
    async with (
        serving(tmp_path) as served,
        aiohttp.ClientSession() as session,
        session.get(served.server.address + "/", headers={"Host": "evil.example"}) as answer,
    ):
        assert answer.status == 421


@pytest.mark.parametrize("token", [None, "", "wrong", "x" * 200])
async def test_a_console_without_the_right_token_is_closed(tmp_path, token):
    async with serving(tmp_path) as served, page(served) as opened:
        await opened.hello("console", token=token)
        assert (await opened.closing())[0] == 4001


async def test_a_visitor_cannot_press_the_operators_buttons(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        await opened.say(kind="button", button="stop")
        assert (await opened.closing())[0] == 4001
        assert not [m for m in served.published if getattr(m, "button", "") == "stop"]


async def test_there_is_an_end_to_open_pages(tmp_path):
    async with serving(tmp_path, pages_at_once=2) as served:
        async with page(served), page(served), page(served) as third:
            assert (await third.closing())[0] == 4005
        await still_serves(served)


async def test_a_console_does_not_send_what_only_a_kiosk_may(tmp_path):
    async with serving(tmp_path) as served, page(served) as opened:
        await opened.hello("console", token=served.server.token)
        await opened.hear("welcome")
        await opened.say(kind="line", text="hello")
        assert (await opened.closing())[0] == 4000
        assert not served.of(LineTyped)


async def test_pages_are_told_when_the_server_stops(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as opened:
        served.stop()
        assert (await opened.closing())[0] == 4008


async def test_a_page_is_told_which_build_it_should_be_of_also_after_an_update(tmp_path):
    """It loads itself anew where it was welcomed under another: nobody reloads a kiosk's page."""
    async with serving(tmp_path) as served:

        async def build():
            async with page(served) as opened:
                await opened.hello(take_over=True)
                return (await opened.hear("welcome"))["build"]

        assert await build() == ""
        (tmp_path / "dist" / ".built-from").write_text("b1" * 32)
        assert await build() == "b1" * 8
        (tmp_path / "dist" / ".built-from").write_text("b2" * 32)
        assert await build() == "b2" * 8
