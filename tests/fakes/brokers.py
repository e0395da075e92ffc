"""A real Mosquitto on a free port, and independent clients that read and write there."""

import asyncio
import contextlib
import json
import shutil
import signal
import socket
import subprocess
import time

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from actuation.bodies.configs import MqttConfig
from actuation.embodiments.mqtt import MqttBody
from actuation.embodiments.mqtt_link import leave_if_cancelled
from agent.core.bus import Bus, Delivery
from agent.core.clock import LoopClock
from agent.core.messages import Message

MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
needs_mosquitto = pytest.mark.skipif(
    MOSQUITTO is None, reason="no Mosquitto here; Debian, Ubuntu: apt install mosquitto"
)
ALL = Delivery(capacity=100_000, lossy=False)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """A Mosquitto process that can be killed, frozen and started again on its port."""

    def __init__(self, folder, *lines, anonymous=True):
        self.port = free_port()
        self.process = None
        self._file = folder / "mosquitto.conf"
        self._file.write_text(
            "\n".join(
                (
                    "user root",
                    f"listener {self.port} 127.0.0.1",
                    f"allow_anonymous {'true' if anonymous else 'false'}",
                    *lines,
                )
            )
        )

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            MOSQUITTO, "-c", str(self._file),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(10):
            while True:
                assert self.process.returncode is None, "mosquitto ended at once"
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.02)

    async def kill(self):
        self.process.kill()
        await self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)


@contextlib.asynccontextmanager
async def broker(folder, *lines, anonymous=True):
    made = Broker(folder, *lines, anonymous=anonymous)
    await made.start()
    try:
        yield made
    finally:
        if made.process.returncode is None:
            made.thaw()
            await made.kill()


class Reader:
    """Someone else's client: keeps what it reads, by topic, and comes back when thrown out."""

    def __init__(self, port, *, topic="#", **more):
        self.port, self.topic, self.more = port, topic, more
        self.read = []
        self.there = asyncio.Event()
        self.client = None

    async def run(self):
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 600
        while True:
            try:
                async with aiomqtt.Client(
                    "127.0.0.1", self.port, identifier="reader", clean_start=False,
                    protocol=aiomqtt.ProtocolVersion.V5, properties=properties, timeout=3,
                    **self.more,
                ) as self.client:  # fmt: skip
                    await self.client.subscribe(self.topic, qos=1)
                    leave_if_cancelled()
                    self.there.set()
                    async for message in self.client.messages:
                        self.read.append((time.perf_counter(), message))
            except aiomqtt.MqttError:
                self.there.clear()
                await asyncio.sleep(0.1)

    def of(self, topic):
        """Payloads under a topic that ends so, in the order in which they were read."""
        found = [m.payload for _, m in self.read if str(m.topic).endswith(f"/{topic}")]
        return [json.loads(p) if p.startswith(b"{") else p.decode() for p in found]

    def once(self, topic):
        """Likewise, events once each: what a reader that looks at `id` makes of them."""
        return list({event["id"]: event for event in self.of(topic)}.values())


@contextlib.asynccontextmanager
async def reader(port, **more):
    someone = Reader(port, **more)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(someone.run())
        async with asyncio.timeout(10):
            await someone.there.wait()
        try:
            yield someone
        finally:
            task.cancel()


class HeldClock(LoopClock):
    """The loop's clock, on which whoever pauses can be held."""

    def __init__(self, loop):
        super().__init__(loop)
        self.going = asyncio.Event()
        self.going.set()

    async def sleep_until(self, when):
        await super().sleep_until(when)
        await self.going.wait()


class Linked:
    """An MQTT body on a bus of its own."""

    def __init__(self, config, say=None):
        self.loop = asyncio.get_running_loop()
        self.clock = HeldClock(self.loop)
        self.bus = Bus()
        self.told = []
        self.config = config
        self.body = MqttBody(
            config=config,
            clock=self.clock,
            publish=say or self.bus.publish,
            traffic=self.bus.subscribe(Message, delivery=ALL),
        )
        self._inbox = self.bus.subscribe(Message, delivery=ALL)
        self.task = None

    async def listen(self):
        async for message in self._inbox:
            self.told.append((time.perf_counter(), message))

    def of(self, kind):
        return [m for _, m in self.told if isinstance(m, kind)]


@contextlib.asynccontextmanager
async def linked(port, *, say=None, **settings):
    config = {"port": port, "first_delay_s": 0.1, "longest_delay_s": 0.4, "answer_within_s": 1.0}
    made = Linked(MqttConfig(**(config | settings)), say)
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(made.listen())
        made.task = group.create_task(made.body.run())
        try:
            yield made
        finally:
            made.task.cancel()
            await asyncio.wait([made.task])
            listening.cancel()


async def until(condition, within_s=10.0):
    """Wait on the real clock until `condition()`; fail after `within_s`."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
