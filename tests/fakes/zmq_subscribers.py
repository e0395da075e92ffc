"""Subscribers and commanders of the ZeroMQ stream that know only its published schema."""

import asyncio
import base64
import contextlib
import json
from pathlib import Path

import jsonschema
import msgpack
import numpy as np
import zmq
import zmq.asyncio

from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.zmq_ import ZmqBody
from actuation.motion import Frame, FrameChunk
from agent.core.clock import LoopClock

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "actuation/embodiments/zmq_schema.json").read_text("utf-8")
)
CHECKED = {
    name: jsonschema.Draft202012Validator(SCHEMA | {"$ref": f"#/$defs/{name}"})
    for name in SCHEMA["$defs"]
}
LOCAL = {"address": "tcp://127.0.0.1:*", "commands": "tcp://127.0.0.1:*"}


def as_json(value):
    """What msgpack said, as the JSON that the schema speaks of."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items()}
    return [as_json(v) for v in value] if isinstance(value, list) else value


def conforms(definition, payload):
    CHECKED[definition].validate(as_json(payload))


class Traffic:
    """The agent's messages, as a test says them."""

    def __init__(self):
        self._queue = asyncio.Queue()

    def say(self, message):
        self._queue.put_nowait(message)

    def __aiter__(self):
        return self

    async def __anext__(self):
        return await self._queue.get()


def chunk(start, count, *, generation=0, jaw=0.0, apart_s=1 / 60):
    """Frames from `start` on; the eyes turn by 0.01 rad a frame."""
    face = np.zeros(52, np.float32)
    face[17] = jaw
    joints = np.tile(np.array([0, 0, 0, 1], np.float32), (44, 1))
    joints[5] = (0.0, 0.6, 0.0, 0.8)
    return FrameChunk(
        generation=generation,
        frames=tuple(
            Frame(
                at=start + k * apart_s, utterance=None, score_s=0.0, joints=joints, face=face,
                gaze_yaw_rad=0.01 * k, gaze_pitch_rad=0.0,
            )
            for k in range(count)
        ),
    )  # fmt: skip


class Stream:
    """A running body, what it told, and those who listen to it."""

    def __init__(self, body, clock, told, traffic):
        self.body, self.clock, self.told, self.traffic = body, clock, told, traffic
        self.context = zmq.asyncio.Context()

    def of(self, kind):
        return [m for m in self.told if isinstance(m, kind)]

    def socket(self, kind, keys=None, server=None):
        socket = self.context.socket(kind)
        socket.linger = 0
        if keys is not None:
            socket.curve_publickey, socket.curve_secretkey = keys
            socket.curve_serverkey = server
        return socket

    async def subscriber(self, *topics, keys=None, server=None):
        socket = self.socket(zmq.SUB, keys, server)
        for topic in topics:
            socket.subscribe(topic)
        socket.connect(self.body.endpoint)
        await asyncio.sleep(0.15)
        return socket

    def commander(self, keys=None, server=None):
        socket = self.socket(zmq.REQ, keys, server)
        socket.connect(self.body.commands_endpoint)
        return socket

    async def ask(self, socket, command, within_s=2.0, **more):
        await socket.send(msgpack.packb({"v": 1, "command": command} | more))
        async with asyncio.timeout(within_s):
            said = msgpack.unpackb(await socket.recv())
        conforms("answer", said)
        return said


async def heard(socket, count=None, within_s=2.0, topic=None):
    """(topic, payload, when) of `count` messages, or of all that come `within_s`."""
    found = []
    now = asyncio.get_running_loop().time
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while count is None or len(found) < count:
                name, payload = await socket.recv_multipart()
                said = msgpack.unpackb(payload)
                conforms(name.decode(), said)
                if topic in (None, name.decode()):
                    found.append((name.decode(), said, now()))
    assert count is None or len(found) == count, f"only {len(found)} of {count} came"
    return found


@contextlib.asynccontextmanager
async def streaming(**config):
    """A `Stream` whose body runs until the block ends."""
    clock, told, traffic = LoopClock(asyncio.get_running_loop()), [], Traffic()
    body = ZmqBody(
        config=ZmqConfig(**LOCAL | config), clock=clock, publish=told.append, traffic=traffic
    )
    task = asyncio.get_running_loop().create_task(body.run())
    stream = Stream(body, clock, told, traffic)
    try:
        async with asyncio.timeout(2):
            while body.health() != "running" and not task.done():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        if task.done():
            await task
        yield stream
    finally:
        stream.context.destroy(linger=0)
        task.cancel()
        await asyncio.wait([task])
