"""A Reachy Mini's daemon as far as it is used: the same endpoints, a robot that obeys at once."""

import asyncio
import contextlib
import itertools
import json

from aiohttp import WSMsgType, web

ASLEEP = {"x": -0.021, "y": 0.001, "z": -0.044, "roll": 0.0, "pitch": 0.42, "yaw": 0.0}
UP = {"x": 0.0, "y": 0.0, "z": 0.0, "roll": 0.0, "pitch": 0.0, "yaw": 0.0}


class FakeReachy:
    """Serves on a free port, or on `port`. Its robot is where it was last told to be."""

    def __init__(self, move_s=0.3, port=0):
        self.move_s, self.port = move_s, port
        self.state, self.mode = "running", "disabled"
        self.lock = {"state": "free", "holder_name": None}
        self.head, self.antennas, self.body_yaw = dict(ASLEEP), [-3.05, 3.05], 0.0
        self.targets, self.ignored, self.asked = [], [], []
        self.moves, self.sockets, self.listeners = {}, set(), set()
        self.follows, self.hung, self.garbage, self.released = True, False, False, False
        self.silent, self.doa, self.hushed = False, None, []
        self._uuids = (f"00000000-0000-4000-8000-{n:012d}" for n in itertools.count(1))

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    async def start(self):
        app = web.Application()
        app.middlewares.append(self._note)
        app.add_routes(
            [
                web.get("/api/daemon/status", self._status),
                web.get("/api/daemon/robot-app-lock-status", self._lock),
                web.get("/api/move/running", self._running),
                web.get("/api/state/full", self._full),
                web.post("/api/motors/set_mode/{mode}", self._mode),
                web.post("/api/media/release", self._release),
                web.post("/api/media/clear_incoming_audio", self._hush),
                web.post("/api/move/play/{what}", self._play),
                web.post("/api/move/stop", self._stop),
                web.get("/api/move/ws/set_target", self._targets),
                web.get("/api/move/ws/updates", self._updates),
                web.get("/api/state/ws/full", self._states),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def kill(self):
        """Gone at once, as a process that was killed."""
        for task in self.moves.values():
            task.cancel()
        for socket in set(self.sockets):
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()
        await self._runner.cleanup()

    def begin(self, what="dance"):
        """A primary move begins, asked for by somebody else or by `play`."""
        uuid = next(self._uuids)
        loop = asyncio.get_running_loop()
        self.moves[uuid] = loop.create_task(self._move(uuid, what))
        return uuid

    async def _move(self, uuid, what):
        await self._tell("move_started", uuid)
        ended = "move_cancelled"
        try:
            await asyncio.sleep(self.move_s)
            ended = "move_completed"
            if what == "wake_up":
                self.head, self.antennas = dict(UP), [-0.1745, 0.1745]
            if what == "goto_sleep":
                self.head, self.antennas, self.mode = dict(ASLEEP), [-3.05, 3.05], "disabled"
        finally:
            self.moves.pop(uuid, None)
            await self._tell(ended, uuid)

    async def _tell(self, kind, uuid):
        for socket in set(self.listeners):
            with contextlib.suppress(ConnectionError, RuntimeError):
                await socket.send_json({"type": kind, "uuid": uuid, "details": ""})

    @web.middleware
    async def _note(self, request, handler):
        self.asked.append((asyncio.get_running_loop().time(), request.path.removeprefix("/api/")))
        while self.hung:  # noqa: ASYNC110 - it hangs
            await asyncio.sleep(0.02)
        if self.garbage:
            return web.Response(text="<html>Welcome to nginx!</html>")
        return await handler(request)

    async def _status(self, request):
        return web.json_response({"state": self.state, "version": "1.12.0", "error": None})

    async def _lock(self, request):
        return web.json_response(self.lock)

    async def _running(self, request):
        return web.json_response([{"uuid": uuid} for uuid in self.moves])

    def _now(self):
        return {
            "control_mode": self.mode,
            "head_pose": self.head,
            "body_yaw": self.body_yaw,
            "antennas_position": self.antennas,
            "doa": self.doa,
        }

    async def _full(self, request):
        return web.json_response(self._now())

    async def _mode(self, request):
        self.mode = request.match_info["mode"]
        return web.json_response({"status": "ok"})

    async def _release(self, request):
        self.released = True
        return web.json_response({"status": "ok"})

    async def _hush(self, request):
        self.hushed.append(asyncio.get_running_loop().time())
        return web.json_response({"status": "ok"})

    async def _play(self, request):
        return web.json_response({"uuid": self.begin(request.match_info["what"])})

    async def _stop(self, request):
        task = self.moves.get((await request.json())["uuid"])
        if task is None:
            return web.json_response({"detail": "not found"}, status=500)
        task.cancel()
        return web.json_response({"message": "stopped"})

    @contextlib.asynccontextmanager
    async def _socket(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        try:
            yield socket
        finally:
            self.sockets.discard(socket)

    async def _targets(self, request):
        async with self._socket(request) as socket:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                try:
                    target = json.loads(message.data)
                    head, antennas = target["target_head_pose"], target["target_antennas"]
                    self._take(head, antennas, target["target_body_yaw"])
                except (ValueError, KeyError) as problem:
                    await socket.send_json({"status": "error", "detail": repr(problem)})
        return socket

    def _take(self, head, antennas, body_yaw):
        now = asyncio.get_running_loop().time()
        if self.moves:
            self.ignored.append(now)
            return
        self.targets.append((now, head, antennas, body_yaw))
        if self.follows:
            self.head, self.antennas, self.body_yaw = head, antennas, body_yaw

    async def _updates(self, request):
        async with self._socket(request) as socket:
            self.listeners.add(socket)
            async for _ in socket:
                pass
            self.listeners.discard(socket)
        return socket

    async def _states(self, request):
        period = 1 / float(request.query["frequency"])
        async with self._socket(request) as socket:
            with contextlib.suppress(ConnectionError):
                while not socket.closed:
                    while self.hung or self.silent:  # noqa: ASYNC110 - it hangs
                        await asyncio.sleep(0.02)
                    await socket.send_json(self._now())
                    await asyncio.sleep(period)
        return socket
