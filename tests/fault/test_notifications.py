"""Telling people through a webhook that works, fails, hangs and comes back."""

import asyncio

import pytest
from aiohttp import web

from agent.core.clock import LoopClock
from behavior.backends.webhook import WebhookChannel
from behavior.dialogue.notifications import NotifyConfig, send_with_retry

pytestmark = pytest.mark.real_time


class Hook:
    """Answers with each of `answers` in turn; None hangs."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.received = []
        self.headers = []

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/", self._take)
        app.router.add_get("/login", self._login)
        app.router.add_post("/login", self._login)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _login(self, request):
        return web.Response(text="please log in")

    async def _take(self, request):
        self.received.append(await request.json())
        self.headers.append(request.headers)
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.sleep(30)
        elsewhere = {"Location": "/login"} if answer in {301, 302, 303, 307, 308} else None
        return web.Response(status=answer or 200, headers=elsewhere)


async def send(url, address="front desk", **more):
    config = NotifyConfig(webhook_url=url, deadline_s=0.4, tries=3, pause_s=0.01, **more)
    clock = LoopClock(asyncio.get_running_loop())
    return await send_with_retry(
        WebhookChannel(config), address, "visitor", "somebody is here", config=config, clock=clock
    )


async def test_a_webhook_gets_who_and_what():
    async with Hook(200) as hook:
        assert await send(hook.url) == ""
        assert hook.received == [
            {"to": "front desk", "subject": "visitor", "text": "somebody is here"}
        ]


async def test_a_failing_and_a_hanging_try_are_followed_by_another():
    async with Hook(500, None, 204) as hook:
        assert await send(hook.url) == ""
        assert len(hook.received) == 3


async def test_who_cannot_be_reached_is_said_with_the_reason():
    async with Hook(500, 500, 500) as hook:
        assert "500" in await send(hook.url)
    assert "webhook" in await send("http://127.0.0.1:9/")
    assert "no URL" in await send("")


async def test_an_address_that_is_a_url_is_used_itself():
    async with Hook(200) as hook:
        assert await send("http://127.0.0.1:9/", address=hook.url) == ""


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_page_to_log_in_is_not_taken_for_a_delivery(status):
    async with Hook(status) as hook:
        assert str(status) in await send(hook.url)
        assert len(hook.received) == 1


async def test_what_another_try_cannot_cure_is_not_tried_again():
    async with Hook(404, 200) as hook:
        assert "404" in await send(hook.url)
        assert len(hook.received) == 1
    async with Hook(429, 200) as hook:
        assert await send(hook.url) == ""


async def test_all_tries_of_a_message_bear_one_key_and_two_messages_two():
    async with Hook(500, 200, 200) as hook:
        await send(hook.url)
        await send(hook.url)
    first, second, other = (one["Idempotency-Key"] for one in hook.headers)
    assert first == second != other


async def test_a_token_goes_with_it_and_secrets_of_an_address_are_told_to_nobody(monkeypatch):
    monkeypatch.setenv("HOOK_TOKEN", "canary-token")
    async with Hook(200) as hook:
        assert await send(hook.url, webhook_token_env="HOOK_TOKEN") == ""
        assert hook.headers[0]["Authorization"] == "Bearer canary-token"
    for url in (
        "http://127.0.0.1:9/canary-token",
        "http://[canary-token",
        "http://x.invalid/canary",
    ):
        said = await send("", address=url)
        assert said
        assert "canary" not in said
    monkeypatch.delenv("HOOK_TOKEN")
    said = await send("http://127.0.0.1:9/", webhook_token_env="HOOK_TOKEN")
    assert said == "webhook: the environment variable HOOK_TOKEN is not set"
