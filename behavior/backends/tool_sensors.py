"""Sensors by MQTT, HTTP and file: raw bytes and their age. What they mean is judged elsewhere."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt

from behavior.backends.local_http import fetched
from behavior.tools.contract import ToolError
from behavior.tools.reach import Spawn
from behavior.tools.sensors import MAX_BYTES, SensorConfig, TopicSource, fault

Health = Callable[[str, str], None]
_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_FIRST_WITHIN_S = 2.0


class FileSensors:
    """A file that something else writes; its age is that of the file."""

    def __init__(self, *, health: Health) -> None:
        del health  # told to whoever asks

    def keep(self, sensors: tuple[SensorConfig, ...], spawn: Spawn) -> None:
        """Nothing to keep up."""

    async def read(self, config: SensorConfig, unix_s: float) -> tuple[bytes, float | None]:
        """The file's bytes and age. Raises `ToolError`."""
        return await asyncio.to_thread(_file, config, Path(config.file), unix_s)


def _file(config: SensorConfig, path: Path, unix_s: float) -> tuple[bytes, float | None]:
    try:
        if not path.is_file():
            raise fault(config, "there is no such file")
        with path.open("rb") as stream:
            age_s = unix_s - os.fstat(stream.fileno()).st_mtime
            return stream.read(MAX_BYTES + 1), age_s
    except OSError as error:
        raise fault(config, f"cannot be read: {error.strerror}") from None


class HttpSensors:
    """An address that is asked each time; what it answers is new."""

    def __init__(self, *, health: Health) -> None:
        del health  # told to whoever asks

    def keep(self, sensors: tuple[SensorConfig, ...], spawn: Spawn) -> None:
        """Nothing to keep up."""

    async def read(self, config: SensorConfig, unix_s: float) -> tuple[bytes, float | None]:
        """The answer's bytes. Raises `ToolError`."""
        if config.http is None:
            raise fault(config, "has no address")
        token = os.environ.get(config.http.token_env, "") if config.http.token_env else ""
        if config.http.token_env and not token:
            raise fault(config, f"the environment variable {config.http.token_env} is not set")
        headers = {"Authorization": f"Bearer {token}"} if token else None
        what = f"sensor {config.key}"
        return await fetched(config.http.url, what, max_bytes=MAX_BYTES, headers=headers), 0.0


@dataclass(slots=True)
class _Newest:
    raw: bytes
    at: float
    kept: bool
    """The broker had it already, who knows for how long."""


@dataclass(slots=True)
class _Broker:
    source: TopicSource
    topics: frozenset[str]
    task: asyncio.Task[None] | None = None
    newest: dict[str, _Newest] = field(default_factory=dict)
    problem: str = "not connected yet"
    came: asyncio.Event = field(default_factory=asyncio.Event)


class TopicSensors:
    """Keeps the newest message of each topic; one connection a broker, renewed when it breaks."""

    def __init__(self, *, health: Health) -> None:
        self._health = health
        self._brokers: dict[tuple[str, int, bool, str, str], _Broker] = {}

    def keep(self, sensors: tuple[SensorConfig, ...], spawn: Spawn) -> None:
        """Listen to the topics of these, and no other."""
        sources: dict[tuple[str, int, bool, str, str], list[TopicSource]] = {}
        for sensor in sensors:
            if sensor.mqtt is not None:
                sources.setdefault(sensor.mqtt.broker, []).append(sensor.mqtt)
        for key, broker in tuple(self._brokers.items()):
            if {one.topic for one in sources.get(key, ())} != broker.topics:
                if broker.task is not None:
                    broker.task.cancel()
                del self._brokers[key]
        for key, topics in sources.items():
            if key not in self._brokers:
                made = _Broker(topics[0], frozenset(one.topic for one in topics))
                made.task = spawn(self._listen(made))
                self._brokers[key] = made

    async def read(self, config: SensorConfig, unix_s: float) -> tuple[bytes, float | None]:
        """The newest message of its topic. Raises `ToolError`."""
        broker = self._brokers.get(config.mqtt.broker) if config.mqtt is not None else None
        if broker is None or config.mqtt is None:
            raise fault(config, "is not listened to")
        loop = asyncio.get_running_loop()
        until = loop.time() + _FIRST_WITHIN_S
        while (newest := broker.newest.get(config.mqtt.topic)) is None:
            broker.came.clear()
            try:
                async with asyncio.timeout_at(until):
                    await broker.came.wait()
            except TimeoutError:
                what = broker.problem or "nothing was sent yet"
                raise fault(config, what) from None
        age_s = loop.time() - newest.at
        unknown = newest.kept and not config.mqtt.retained
        return newest.raw, None if unknown else age_s

    async def _listen(self, broker: _Broker) -> None:
        name, pause_s = f"sensors.mqtt.{broker.source.host}", _PAUSE_S
        while True:
            try:
                async with _client(broker.source) as client:
                    listen_to = client.subscribe
                    for topic in broker.topics:
                        await listen_to(topic)
                    if broker.problem:
                        broker.problem = ""
                        self._health(name, "")
                    pause_s = _PAUSE_S
                    await self._take(client, broker)
            except (aiomqtt.MqttError, ToolError, OSError, ValueError) as error:
                why = str(error) if isinstance(error, ToolError) else type(error).__name__
                said = f"{why} at {broker.source.host}:{broker.source.port}"
                if said != broker.problem:
                    broker.problem = said
                    self._health(name, f"{said}; its sensors are not told; check the broker")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _take(self, client: aiomqtt.Client, broker: _Broker) -> None:
        loop = asyncio.get_running_loop()
        async for message in client.messages:
            raw = message.payload if isinstance(message.payload, bytes | bytearray) else b""
            newest = _Newest(bytes(raw[: MAX_BYTES + 1]), loop.time(), bool(message.retain))
            broker.newest[str(message.topic)] = newest
            broker.came.set()


def _client(source: TopicSource) -> aiomqtt.Client:
    password = os.environ.get(source.password_env) if source.password_env else None
    if source.password_env and password is None:
        raise ToolError(f"the environment variable {source.password_env} is not set")
    return aiomqtt.Client(
        source.host,
        source.port,
        username=source.user or None,
        password=password,
        tls_params=aiomqtt.TLSParameters() if source.tls else None,
        timeout=4.0,
        max_queued_incoming_messages=64,
    )
