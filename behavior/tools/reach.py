"""What lies outside the agent: sensors of the house and MCP servers. Kept up, read, asked.

A sensor or server that is away, hangs or sends nonsense is a `ToolError` for whoever asks, and is
told to the operator once; all others go on.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from agent.core.backend import Row, Table, pick
from agent.core.clock import Clock
from agent.core.errors import FoyerError
from agent.core.messages import ComponentHealth, Health, Message
from behavior.house.site import SiteConfig
from behavior.tools.contract import OutsideArguments, ToolError
from behavior.tools.observations import Reading, Told
from behavior.tools.outside import McpServerConfig, McpToolConfig, Value
from behavior.tools.outside_answers import told
from behavior.tools.permission import ToolsConfig
from behavior.tools.sensors import SensorConfig, fault, reading_of

SENSORS: Table = {
    "mqtt": Row(
        path="behavior.backends.tool_sensors:TopicSensors",
        about="the newest message of a broker's topic",
        packages=("aiomqtt",),
    ),
    "http": Row(
        path="behavior.backends.tool_sensors:HttpSensors",
        about="an address on the local network, asked each time",
        packages=("aiohttp",),
    ),
    "file": Row(
        path="behavior.backends.tool_sensors:FileSensors",
        about="a file that something else writes; needs nothing",
    ),
}
SERVERS: Table = {
    "mcp": Row(
        path="behavior.backends.tool_mcp:McpServer",
        about="tools of a Model Context Protocol server, by stdio or streamable HTTP",
        packages=("mcp",),
    ),
}

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class Sensors(Protocol):
    """One way to read sensors."""

    async def read(self, config: SensorConfig, unix_s: float) -> tuple[bytes, float | None]:
        """What it sent, and how long ago; None: nobody knows. Raises `ToolError`."""
        ...

    def keep(self, sensors: tuple[SensorConfig, ...], spawn: Spawn) -> None:
        """Keep up what has to be kept up for these, and no other."""
        ...


class Server(Protocol):
    """One MCP server."""

    async def run(self) -> None:
        """Keep it up until cancelled."""
        ...

    async def call(
        self, tool: McpToolConfig, arguments: Mapping[str, Value]
    ) -> tuple[object, tuple[str, ...]]:
        """Its structured answer and its texts. Raises `ToolError`."""
        ...

    async def offered(self) -> dict[str, str]:
        """Connect once, only to see what it offers: name -> pin. Raises `ToolError`."""
        ...


class Reach:
    """Reads the sensors of the site, and asks the MCP servers of the rules."""

    def __init__(self, *, publish: Callable[[Message], None], clock: Clock) -> None:
        self._publish = publish
        self._clock = clock
        self._sensors: dict[str, Sensors] = {}
        self._servers: dict[str, tuple[McpServerConfig, Server, asyncio.Task[None]]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._wanted: tuple[SiteConfig, ToolsConfig] | None = None

    async def run(self, site: SiteConfig, rules: ToolsConfig) -> None:
        """Keep up what the site and the rules name, until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._group:
                self.adopt(site, rules)
                await asyncio.get_running_loop().create_future()
        finally:
            self._group = None
            self._servers.clear()
            self._sensors.clear()

    def adopt(self, site: SiteConfig, rules: ToolsConfig) -> None:
        """Change over to these; what is named in both goes on."""
        if self._group is None:
            return
        for kind in ("mqtt", "http", "file"):
            mine = tuple(one for one in site.sensors if _kind(one) == kind)
            if mine or kind in self._sensors:
                self._keep(kind, mine)
        named = {server.name: server for server in rules.mcp}
        for name, (config, _, task) in tuple(self._servers.items()):
            if named.get(name) != config:
                task.cancel()
                del self._servers[name]
        for name, config in named.items():
            if name not in self._servers:
                self._start(config, self._group)

    async def read(self, config: SensorConfig, unix_s: float) -> Reading:
        """A sensor's value. Raises `ToolError`."""
        shelf = self._sensors.get(_kind(config))
        if shelf is None:
            raise fault(config, "is not read here")
        raw, age_s = await shelf.read(config, unix_s)
        return reading_of(config, raw, age_s, unix_s)

    async def ask(self, rules: ToolsConfig, tool: str, arguments: OutsideArguments) -> Told:
        """Have an MCP server's tool answer. Raises `ToolError`."""
        named = rules.outside(tool)
        server = next((s for s in rules.mcp if any(one is named for one in s.tools)), None)
        if named is None or server is None:
            raise ToolError(f"{tool}: no such tool")
        kept = self._servers.get(server.name)
        if kept is None:
            raise ToolError(f"{tool}: the server {server.name!r} is not asked here")
        sent = named.sent(arguments)
        structured, texts = await kept[1].call(named, sent)
        return told(named, sent, structured, texts)

    # How it is kept up

    def _keep(self, kind: str, sensors: tuple[SensorConfig, ...]) -> None:
        assert self._group is not None
        try:
            if kind not in self._sensors:
                made = pick("sensor", SENSORS, kind)(health=self._health)
                self._sensors[kind] = made
        except FoyerError as error:
            return self._health(f"sensors.{kind}", str(error))
        self._sensors[kind].keep(sensors, self._group.create_task)

    def _start(self, config: McpServerConfig, group: asyncio.TaskGroup) -> None:
        name = f"mcp.{config.name}"

        def health(detail: str) -> None:
            self._health(name, detail)

        try:
            server: Server = pick("mcp", SERVERS, "mcp")(config, health=health, clock=self._clock)
        except FoyerError as error:
            return self._health(name, str(error))
        task = group.create_task(server.run(), name=name)
        self._servers[config.name] = config, server, task

    def _health(self, name: str, detail: str) -> None:
        """Tell the operator; an empty detail: it is well."""
        self._publish(
            ComponentHealth(
                at=self._clock.now(),
                component=f"behavior.tools.{name}",
                health=Health.DEGRADED if detail else Health.RUNNING,
                detail=detail,
            )
        )


def _kind(config: SensorConfig) -> str:
    return "mqtt" if config.mqtt is not None else "http" if config.http is not None else "file"
