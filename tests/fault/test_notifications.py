"""Telling people through a webhook that works, fails, hangs and comes back."""

import asyncio

import pytest
from aiohttp import web

from agent.core.clock import LoopClock
from behavior.backends.webhook import WebhookChannel
from behavior.notifications import NotifyConfig, send_with_retry

pytestmark = pytest.mark.real_time


class Hook:
    """Answers with each of `answers` in turn; None hangs."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.received = []

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _take(self, request):
        self.received.append(await request.json())
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.sleep(30)
        return web.Response(status=answer or 200)


async def send(url, address="front desk"):
    config = NotifyConfig(webhook_url=url, deadline_s=0.4, tries=3, pause_s=0.01)
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
