"""The far side of bodies on the network, in a process of its own: notes when each jaw came.

`python -m agent.bench.bodies_listener ZMQ_ADDRESS MQTT_PORT` (empty, 0: none): prints one JSON
line with its ports, listens until its standard input ends, then prints another with (moment, jaw
opening) of every pose, and (moment, lateness) of what says itself when it was to come. Moments
are of the machine's monotonic clock, which all processes share. It decodes for itself.
"""

import asyncio
import importlib
import json
import struct
import sys
from collections.abc import Callable

from aiohttp import WSMsgType, web

PUPPETS = 20
_JAW = b"/VMC/Ext/Blend/Val\0\0,sf\0JawOpen\0"
_JAW_INDEX = 17
Samples = list[tuple[float, float]]


class Jaws(asyncio.DatagramProtocol):
    """One UDP port; `read` finds the jaw in a datagram, or nothing."""

    def __init__(self, read: Callable[[bytes], float | None]) -> None:
        self.samples: Samples = []
        self._read = read
        self._now = asyncio.get_running_loop().time

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Note the jaw, if it is in this datagram."""
        jaw = self._read(data)
        if jaw is not None:
            self.samples.append((self._now(), jaw))


def vmc_jaw(datagram: bytes) -> float | None:
    """The value after the shape's name, in the datagram of a bundle that has it."""
    at = datagram.find(_JAW)
    if at < 0:
        return None
    value: float = struct.unpack_from(">f", datagram, at + len(_JAW))[0]
    return value


def livelink_jaw(datagram: bytes) -> float | None:
    """The eighteenth of the 61 values that end the datagram."""
    value: float = struct.unpack_from(">f", datagram, len(datagram) - 4 * (61 - _JAW_INDEX))[0]
    return value


class Rosbridge:
    """As much of a rosbridge server as takes in what is published."""

    def __init__(self) -> None:
        self.samples: Samples = []

    async def serve(self) -> tuple[web.AppRunner, int]:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_get("/", self._socket)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port: int = runner.addresses[0][1]
        return runner, port

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        now = asyncio.get_running_loop().time
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            shapes = said.get("msg", {}).get("data") if said.get("op") == "publish" else None
            if isinstance(shapes, list) and len(shapes) > _JAW_INDEX:
                self.samples.append((now(), float(shapes[_JAW_INDEX])))
        return socket


async def zmq_jaws(address: str, jaws: Samples, late: Samples) -> None:
    """Subscribe to the frames at `address` until cancelled."""
    zmq, sockets, msgpack = map(importlib.import_module, ("zmq", "zmq.asyncio", "msgpack"))
    socket = sockets.Context.instance().socket(zmq.SUB)
    socket.connect(address)
    socket.subscribe(b"frame")
    now = asyncio.get_running_loop().time
    while True:
        parts = await socket.recv_multipart()
        came_at, frame = now(), msgpack.unpackb(parts[-1])
        jaws.append((came_at, float(frame["face"][_JAW_INDEX])))
        late.append((came_at, came_at - float(frame["at"])))


async def mqtt_acts(port: int, late: Samples, ready: asyncio.Event) -> None:
    """Read the acts at a broker until cancelled."""
    aiomqtt = importlib.import_module("aiomqtt")
    now = asyncio.get_running_loop().time
    async with aiomqtt.Client("127.0.0.1", port, identifier="bench-reader") as client:
        await client.subscribe("foyer/+/act", qos=1)
        ready.set()
        async for message in client.messages:
            came_at = now()
            late.append((came_at, came_at - float(json.loads(message.payload)["at"])))


async def listen(zmq_address: str, mqtt_port: int) -> None:
    """Open everything, say where, note what comes, and tell it in the end."""
    loop = asyncio.get_running_loop()
    ports: dict[str, int] = {}
    heard: dict[str, Samples] = {}
    names = [f"vmc {n + 1}" for n in range(PUPPETS)] + ["livelink"]
    for name in names:
        read = livelink_jaw if name == "livelink" else vmc_jaw
        transport, jaws = await loop.create_datagram_endpoint(
            lambda read=read: Jaws(read),  # type: ignore[misc]
            local_addr=("127.0.0.1", 0),
        )
        ports[name] = transport.get_extra_info("sockname")[1]
        heard[name] = jaws.samples
    bridge = Rosbridge()
    runner, ports["ros"] = await bridge.serve()
    heard |= {"ros": bridge.samples, "zmq": [], "zmq frames": [], "mqtt acts": []}
    async with asyncio.TaskGroup() as group:
        following: list[asyncio.Task[None]] = []
        if zmq_address:
            reading = zmq_jaws(zmq_address, heard["zmq"], heard["zmq frames"])
            following.append(group.create_task(reading))
        if mqtt_port:
            ready = asyncio.Event()
            reading = mqtt_acts(mqtt_port, heard["mqtt acts"], ready)
            following.append(group.create_task(reading))
            await ready.wait()
        print(json.dumps(ports), flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        for task in following:
            task.cancel()
    print(json.dumps({name: rows for name, rows in heard.items() if rows}), flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[1], int(sys.argv[2])))
