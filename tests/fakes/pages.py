"""The page server on a free port of this machine, and a page that is a few lines of Python."""

import asyncio
import contextlib
import json

import aiohttp

from actuation.embodiments.page import AvatarBody
from agent.core.bus import RECENT, Bus
from agent.core.clock import LoopClock
from agent.pages.config import ServerConfig
from agent.pages.panel import SHOWN
from agent.pages.server import PageServer, Senses

WITHIN_S = 5.0


class Served:
    """A running server and everything it hands on."""

    def __init__(self, server, bus, body, clock):
        self.server = server
        self.bus = bus
        self.body = body
        self.clock = clock
        self.published = []
        self.pictures = []
        self.sounds = []
        self.played = []

    def of(self, kind):
        return [message for message in self.published if isinstance(message, kind)]

    async def until(self, condition, within_s=WITHIN_S):
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.01)


class FakePage:
    """A page at the other end of the socket."""

    def __init__(self, socket, *, page="page-0001"):
        self.socket = socket
        self.page = page
        self.said = []
        self.binary = []

    async def hello(self, role="kiosk", **more):
        await self.say(
            kind="hello",
            protocol=1,
            role=role,
            page=self.page,
            **{"token": None, "take_over": False} | more,
        )
        return self

    async def say(self, **message):
        await self.socket.send_str(json.dumps(message))

    async def hear(self, kind, within_s=WITHIN_S):
        """The next message of `kind`; pings are echoed meanwhile."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.binary.append(message.data)
                    if kind == "binary":
                        return message.data
                    continue
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionError(f"closed with {self.socket.close_code}")
                word = json.loads(message.data)
                self.said.append(word)
                if word["kind"] == "ping":
                    await self.echo(word)
                if word["kind"] == kind:
                    return word

    async def echo(self, ping, client_s=None):
        now = asyncio.get_running_loop().time()
        # This page's clock runs 100 s behind the agent's.
        await self.say(kind="pong", at=ping["at"], client_s=now - 100 if client_s is None else 0)

    async def closing(self, within_s=WITHIN_S):
        """Wait for the end; (code, reason)."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.CLOSE:
                    return message.data, message.extra
                if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                    return self.socket.close_code, ""
                if message.type is aiohttp.WSMsgType.ERROR:
                    raise message.data


@contextlib.asynccontextmanager
async def serving(tmp_path, *, room=None, elsewhere=(), **config):
    """A server with the given configuration, listening on a free port."""
    clock = LoopClock(asyncio.get_running_loop())
    bus = Bus()
    body = AvatarBody(clock=clock, report=lambda message: served.played.append(message))
    web = tmp_path / "dist"
    web.mkdir(exist_ok=True)
    for name in ("kiosk.html", "console.html", "lobby.html", "kiosk.js", "console.js"):
        (web / name).write_text(f"<!-- {name} -->")
    server = PageServer(
        config=ServerConfig(**{"port": 0, "token_file": tmp_path / "token"} | config),
        clock=clock,
        facts=bus.subscribe(*SHOWN, delivery=RECENT),
        publish=lambda message: served.published.append(message),
        senses=Senses(
            picture=lambda at, data: served.pictures.append((at, data)),
            sound=lambda at, data: served.sounds.append((at, data)),
        ),
        body=body,
        web=web,
        room=room,
        elsewhere=frozenset(elsewhere),
    )
    served = Served(server, bus, body, clock)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.run())
        served.stop = running.cancel
        try:
            async with asyncio.timeout(WITHIN_S):
                await server.started.wait()
            yield served
        finally:
            running.cancel()


@contextlib.asynccontextmanager
async def page(served, *, headers=None, page="page-0001", **options):
    """A page that has opened its socket and said nothing yet."""
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(
            served.server.address + "/ws", autoclose=False, max_msg_size=0, **options
        ) as socket,
    ):
        yield FakePage(socket, page=page)


@contextlib.asynccontextmanager
async def kiosk(served, **options):
    """A page that is the active kiosk."""
    async with page(served) as opened:
        await opened.hello(**options)
        await opened.hear("welcome")
        yield opened
