"""The face by hand and a person's voice over the server's own sockets."""

import asyncio
import contextlib
from types import SimpleNamespace

import aiohttp
import numpy as np
import pytest

from actuation.stage.live_talk import LiveTalks
from agent.core.clock import LoopClock
from agent.core.messages import Act, HoldFace, Priority
from agent.pages.config import ServerConfig
from agent.pages.puppet import Puppet
from agent.pages.site import listening

TOKEN = {"Authorization": "Bearer secret"}


class Mouth:
    """Made as soon as it is heard."""

    def __init__(self):
        self.made, self.heard = self, 0
        self.finished = asyncio.Event()

    @property
    def made_s(self):
        return np.inf

    def push(self, samples):
        self.heard += len(samples)

    def finish(self):
        self.finished.set()


@contextlib.asynccontextmanager
async def served(tmp_path):
    told, mouths = [], []
    clock = LoopClock(asyncio.get_running_loop())
    talks = LiveTalks(clock=clock, publish=told.append)

    def mouth(*_):
        mouths.append(Mouth())
        return mouths[-1]

    talks.serve(mouth)
    server = SimpleNamespace(
        config=ServerConfig(port=0, token_file=tmp_path / "token"),
        web=tmp_path,
        token="secret",
        room=None,
        puppet=Puppet(clock=clock, publish=told.append, talks=talks),
    )
    async with listening(server) as address, aiohttp.ClientSession() as browser:
        yield browser, address, told, mouths


@pytest.mark.real_time
async def test_a_face_is_held_by_whoever_has_the_token_and_wrong_asks_are_told_the_cure(tmp_path):
    async with served(tmp_path) as (browser, address, told, _):

        async def ask(part, what, headers=TOKEN):
            url = f"{address}/api/face/{part}"
            async with browser.post(url, data=what, headers=headers) as answer:
                return answer.status, await answer.text()

        assert (await ask("head", '{"values": {"yaw_rad": 0.2}}', {}))[0] == 401
        assert (await ask("head", '{"values": {"yaw_rad": 0.2}}'))[0] == 200
        assert (await ask("head", "{}"))[0] == 200
        status, text = await ask("expression", '{"values": {"smile": 1}}')
        assert (status, "mouthSmileLeft" in text) == (400, True)
        status, text = await ask("ears", '{"values": {}}')
        assert (status, "mouth, expression" in text) == (400, True)
        status, text = await ask("head", '{"values": {"yaw_rad": "far"}}')
        assert (status, "values.yaw_rad" in text) == (400, True)
        assert (await ask("head", "no json"))[0] == 400
    assert [(m.columns, m.values) for m in told if isinstance(m, HoldFace)] == [
        (("yaw_rad",), (0.2,)),
        ((), ()),
    ]


@pytest.mark.real_time
async def test_an_operator_speaks_over_a_socket_and_ends_with_it(tmp_path):
    async with served(tmp_path) as (browser, address, told, mouths):
        url = f"{address}/api/talk?rate_hz=16000"
        with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
            await browser.ws_connect(url)
        async with browser.ws_connect(url, headers=TOKEN) as talk:
            with pytest.raises(aiohttp.WSServerHandshakeError, match="409"):
                await browser.ws_connect(url, headers=TOKEN)
            for _ in range(5):
                await talk.send_bytes(np.full(1600, 8000, "<i2").tobytes())
        await asyncio.wait_for(mouths[0].finished.wait(), 10)
        assert mouths[0].heard == 8000
        async with browser.ws_connect(url, headers=TOKEN) as talk:
            await talk.send_str("hello")
            assert (await talk.receive()).type is aiohttp.WSMsgType.CLOSE
        await asyncio.wait_for(mouths[1].finished.wait(), 10)
    acts = [m for m in told if isinstance(m, Act)]
    assert [a.priority for a in acts] == [Priority.OPERATOR] * 2
