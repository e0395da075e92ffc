"""The network side of the pages: routes, headers, and the loop of one WebSocket."""

import asyncio
import contextlib
import ipaddress
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from agent.core.errors import BadInputError, FoyerError
from agent.pages import puppet_site
from agent.pages.access import host_allowed, origin_allowed, same_token
from agent.pages.buttons import OPERATOR_BUTTONS, is_button
from agent.pages.config import ServerConfig
from agent.pages.lobby import Room, events
from agent.pages.page import Closed, Page
from agent.pages.puppet import Puppet
from agent.pages.wire import MAX_JSON_BYTES, MAX_MESSAGE_BYTES, Panel, encode

COOKIE = "foyer_token"
GOODBYE_S = 2.0
KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".map": "application/json",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' blob: data:; "
        "connect-src 'self' blob: {socket}; media-src 'self' blob:; worker-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Served(Protocol):
    """What is behind the pages: whom the network opens them for, and what it asks and tells."""

    config: ServerConfig
    web: Path
    """The folder of the built pages."""
    token: str
    room: Room | None
    puppet: Puppet

    def open(self, *, trusted: bool) -> Page:
        """A socket was opened."""
        ...

    def close(self, page: Page) -> None:
        """A socket has gone."""
        ...

    def receive(self, page: Page, message: str | bytes) -> None:
        """Take in one message. Raises `Closed` when the socket is to be closed for it."""
        ...

    def press(self, button: str) -> None:
        """An operator pressed something."""
        ...

    def panel(self) -> Panel:
        """What the panel shows now."""
        ...

    def health(self) -> dict[str, object]:
        """What `/health` says."""
        ...


@contextlib.asynccontextmanager
async def listening(server: Served) -> AsyncIterator[str]:
    """Serve until the block ends; gives the address browsers open."""
    config = server.config
    site = Site(server)
    runner = web.AppRunner(
        site.app, access_log=None, keepalive_timeout=15, shutdown_timeout=GOODBYE_S
    )
    await runner.setup()
    try:
        listener = web.TCPSite(
            runner, config.host, config.port, backlog=64, ssl_context=_tls(config)
        )
        try:
            await listener.start()
        except OSError as fault:
            raise _cannot_listen(config, fault) from None
        port = runner.addresses[0][1]
        scheme = "https" if config.certificate else "http"
        yield f"{scheme}://{_shown(config.host)}:{port}"
    finally:
        await runner.cleanup()


def try_to_listen(config: ServerConfig) -> None:
    """Raise `FoyerError` where another program has the port, before anything is started."""
    try:
        family = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((config.host, config.port), family=family).close()
    except OSError as fault:
        raise _cannot_listen(config, fault) from None


def _cannot_listen(config: ServerConfig, fault: OSError) -> FoyerError:
    why = fault.strerror if isinstance(fault, socket.gaierror) else os.strerror(fault.errno or 0)
    return FoyerError(
        f"server: cannot listen on {config.host}:{config.port}: {(why or str(fault)).lower()}; "
        "end what runs there, or set server.port to a free one"
    )


def _tls(config: ServerConfig) -> ssl.SSLContext | None:
    if config.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.certificate, config.certificate_key)
    except OSError as fault:
        raise BadInputError(f"server.certificate: {config.certificate}: {fault}") from None
    return context


def _shown(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "localhost"
    return f"[{host}]" if address.version == 6 else host


class Site:
    """The routes of one server."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self.app = web.Application(
            middlewares=[self._guard], client_max_size=MAX_JSON_BYTES, handler_args=None
        )
        self.app.router.add_get("/", self._kiosk_page)
        self.app.router.add_get("/console", self._console_page)
        self.app.router.add_get("/ws", self._socket)
        self.app.router.add_get("/health", self._health)
        self.app.router.add_post("/api/buttons/{button}", self._press)
        self.app.router.add_post("/api/face/{part}", self._hold_face)
        self.app.router.add_get("/api/talk", self._talk)
        self.app.router.add_get("/avatar.vrm", self._avatar)
        self.app.router.add_get("/desk.glb", self._desk)
        self.app.router.add_get("/static/{name}", self._static)
        if server.room is not None:
            self.app.router.add_get("/lobby", self._lobby_page)
            self.app.router.add_get("/lobby/stream", self._lobby_stream)
            self.app.router.add_post("/lobby/people/{intention}", self._send_in)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """Refuse strange hosts; put the headers on every answer."""
        if not host_allowed(request.headers.get("Host"), self._server.config.names):
            response: web.StreamResponse = web.Response(
                status=421,
                text="This server is not known by that name; add it to server.names.\n",
            )
        else:
            try:
                response = await handler(request)
            except web.HTTPException as refusal:
                response = refusal
        if not response.prepared:
            scheme = "wss" if request.secure else "ws"
            for name, value in HEADERS.items():
                filled = value.replace("{socket}", f"{scheme}://{request.host}")
                response.headers.setdefault(name, self._framed(name, filled))
        if isinstance(response, web.HTTPException):
            raise response
        return response

    def _framed(self, name: str, value: str) -> str:
        """The lobby page has the kiosk beside it, in a frame; nobody else may frame anything."""
        if self._server.room is None:
            return value
        if name == "X-Frame-Options":
            return "SAMEORIGIN"
        return value.replace("frame-ancestors 'none'", "frame-src 'self'; frame-ancestors 'self'")

    # Pages and files.

    async def _kiosk_page(self, request: web.Request) -> web.StreamResponse:
        return self._file(self._server.web / "kiosk.html")

    async def _console_page(self, request: web.Request) -> web.StreamResponse:
        self._take_token(request, "/console")
        return self._file(self._server.web / "console.html")

    def _take_token(self, request: web.Request, path: str) -> None:
        """Turn a token in the address into a cookie; without either, refuse."""
        given = request.query.get("token")
        if given is None:
            return self._need_token(request)
        if not same_token(given, self._server.token):
            raise web.HTTPForbidden(text="The token is not right.\n")
        moved = web.HTTPSeeOther(path)
        moved.set_cookie(
            self._cookie(request),
            self._server.token,
            httponly=True,
            samesite="Strict",
            secure=request.secure,
        )
        raise moved

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        path = self._server.web / name
        if path.parent != self._server.web or path.suffix not in KINDS or path.suffix == ".html":
            raise web.HTTPNotFound
        if name.startswith("console"):
            self._need_token(request)
        return self._file(path)

    async def _avatar(self, request: web.Request) -> web.StreamResponse:
        return self._model(self._server.config.avatar)

    async def _desk(self, request: web.Request) -> web.StreamResponse:
        return self._model(self._server.config.desk)

    def _model(self, path: Path) -> web.StreamResponse:
        if not path.is_file():
            raise web.HTTPNotFound(text=f"{path.name} is not there.\n")
        return web.FileResponse(path, headers={"Content-Type": "model/gltf-binary"})

    def _file(self, path: Path) -> web.StreamResponse:
        if not path.is_file():
            raise web.HTTPNotFound(text="The pages are not built: run `foyer pages build`.\n")
        kind = KINDS[path.suffix]
        charset = "" if kind == "application/json" else "; charset=utf-8"
        return web.FileResponse(path, headers={"Content-Type": kind + charset})

    # A simulated lobby, where there is one.

    async def _lobby_page(self, request: web.Request) -> web.StreamResponse:
        self._take_token(request, "/lobby")
        return self._file(self._server.web / "lobby.html")

    async def _lobby_stream(self, request: web.Request) -> web.StreamResponse:
        self._need_token(request)
        assert self._server.room is not None
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            async for event in events(self._server.room, lambda: encode(self._server.panel())):
                await response.write(event)
        return response

    async def _send_in(self, request: web.Request) -> web.StreamResponse:
        self._need_token(request)
        if not origin_allowed(request.headers.get("Origin"), request.host, ()):
            raise web.HTTPForbidden(text="People are sent in from our own pages.\n")
        room, wanted = self._server.room, request.match_info["intention"]
        assert room is not None
        if not room.send_in(wanted):
            raise web.HTTPNotFound(text=f"Nobody comes for that; there is {room.kinds()}.\n")
        return web.json_response({"sent in": wanted})

    # The operator's API.

    async def _health(self, request: web.Request) -> web.StreamResponse:
        self._need_token(request)
        return web.json_response(self._server.health())

    async def _press(self, request: web.Request) -> web.StreamResponse:
        self._need_token(request)
        if not origin_allowed(request.headers.get("Origin"), request.host, ()):
            raise web.HTTPForbidden(text="Buttons are pressed on our own pages.\n")
        button = request.match_info["button"]
        if not is_button(button):
            raise web.HTTPNotFound(text=f"The buttons are {', '.join(sorted(OPERATOR_BUTTONS))}.\n")
        self._server.press(button)
        return web.json_response({"pressed": button})

    async def _hold_face(self, request: web.Request) -> web.StreamResponse:
        self._need_operator(request)
        return await puppet_site.hold_face(self._server.puppet, request)

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        self._need_operator(request)
        return await puppet_site.talk(self._server.puppet, request)

    def _need_operator(self, request: web.Request) -> None:
        self._need_token(request)
        if not origin_allowed(request.headers.get("Origin"), request.host, ()):
            raise web.HTTPForbidden(text="This is done from our own pages, or without any.\n")

    def _cookie(self, request: web.Request) -> str:
        return f"{COOKIE}_{request.url.port}"  # cookies are shared between the ports of a host

    def _trusted(self, request: web.Request) -> bool:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and same_token(bearer.strip(), self._server.token):
            return True
        return same_token(request.cookies.get(self._cookie(request)), self._server.token)

    def _need_token(self, request: web.Request) -> None:
        if not self._trusted(request):
            raise web.HTTPUnauthorized(
                text="This needs the operator's token: open the console address that the agent "
                "printed at its start, or send `Authorization: Bearer TOKEN`.\n",
                headers={"WWW-Authenticate": "Bearer"},
            )

    # The socket.

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        origins = self._server.config.origins
        if not origin_allowed(request.headers.get("Origin"), request.host, origins):
            raise web.HTTPForbidden(text="Sockets are opened by our own pages.\n")
        # Pictures and sound are packed already; frames are small: compressing them costs time.
        socket = web.WebSocketResponse(
            max_msg_size=MAX_MESSAGE_BYTES, compress=False, timeout=GOODBYE_S
        )
        await socket.prepare(request)
        page = self._server.open(trusted=self._trusted(request))
        try:
            async with asyncio.TaskGroup() as group:
                ending = group.create_task(_end(request, page))
                group.create_task(_write(socket, page)).add_done_callback(lambda _: ending.cancel())
                await _read(self._server, socket, page)
        finally:
            self._server.close(page)
        return socket


async def _read(server: Served, socket: web.WebSocketResponse, page: Page) -> None:
    """Hand on what the page sends until it closes or is to be closed."""
    try:
        async for message in socket:
            if page.outbox.closed is not None:
                continue
            if message.type is WSMsgType.TEXT or message.type is WSMsgType.BINARY:
                server.receive(page, message.data)
    except Closed as outcome:
        page.outbox.close(outcome.code, outcome.text)
    else:
        page.outbox.close(WSCloseCode.GOING_AWAY, "")


async def _end(request: web.Request, page: Page) -> None:
    """Cut the line of a page that is to be closed and does not let us say so."""
    await page.outbox.closing.wait()
    await asyncio.sleep(GOODBYE_S)
    if request.transport is not None:
        request.transport.abort()


async def _write(socket: web.WebSocketResponse, page: Page) -> None:
    """Send what waits until there is a reason to close."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        try:
            while True:
                message = await page.outbox.next()
                page.sending_since = loop.time()
                if isinstance(message, str):
                    await socket.send_str(message)
                else:
                    await socket.send_bytes(message)
                page.sending_since = None
        except Closed as outcome:
            reason = outcome.text.encode()[:120].decode(errors="ignore").encode()
            await socket.close(code=outcome.code, message=reason)
