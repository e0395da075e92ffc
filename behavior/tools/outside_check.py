"""What `foyer check` finds in sensors and MCP servers: what is not there, not offered, not pinned.

Servers are started and asked what they offer, which is what the agent does when it starts.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator

from agent.core.backend import pick
from agent.core.clock import LoopClock
from agent.core.errors import FoyerError
from behavior.house.site import SiteConfig
from behavior.policy_review import Finding
from behavior.tools.outside import McpServerConfig
from behavior.tools.outside_answers import changed
from behavior.tools.permission import ToolsConfig
from behavior.tools.reach import SERVERS, Server


def review_sensors(site: SiteConfig) -> Iterator[Finding]:
    """Sensors that cannot be read, or that nobody can ask for."""
    for index, sensor in enumerate(site.sensors):
        where = ("sensors", index)
        for name in _variables(sensor.model_dump()):
            if name not in os.environ:
                what = f"the environment variable {name} is not set, so it cannot be read"
                yield Finding("site", where, what)
        if not sensor.asks:
            what = f"{sensor.key}: only a language model can ask for it; add phrases to `asks`"
            yield Finding("site", where, what)


def _variables(source: object) -> Iterator[str]:
    if isinstance(source, dict):
        for name, value in source.items():
            if name in {"password_env", "token_env"} and isinstance(value, str) and value:
                yield value
            else:
                yield from _variables(value)


def review_servers(rules: ToolsConfig) -> Iterator[Finding]:
    """All that keeps a tool of a server from being used. Starts the servers; takes seconds."""
    for index, server in enumerate(rules.mcp):
        plain = list(_plainly(server, index))
        yield from plain
        if not plain:
            yield from asyncio.run(_asked(server, index))


def _plainly(server: McpServerConfig, index: int) -> Iterator[Finding]:
    """What can be seen without starting it."""
    where: tuple[str | int, ...] = ("mcp", index)
    if server.command and shutil.which(server.command) is None:
        what = f"there is no program {server.command!r}; install it, or write its whole path"
        yield Finding("tools", (*where, "command"), what)
    for name in (*server.env, *filter(None, (server.token_env,))):
        if name not in os.environ:
            field = "env" if name in server.env else "token_env"
            what = f"the environment variable {name} is not set; set it where the agent starts"
            yield Finding("tools", (*where, field), what)
    if not server.tools:
        what = "none of its tools is named, so it is started for nothing; add `tools`"
        yield Finding("tools", where, what)


def _nobody(detail: str) -> None:
    """What goes wrong comes back as an error here."""


async def _asked(server: McpServerConfig, index: int) -> list[Finding]:
    """What it offers, compared with what is named."""
    where: tuple[str | int, ...] = ("mcp", index)
    try:
        clock = LoopClock(asyncio.get_running_loop())
        made: Server = pick("mcp", SERVERS, "mcp")(server, health=_nobody, clock=clock)
        offered = await made.offered()
    except FoyerError as fault:
        return [Finding("tools", where, str(fault))]
    faults = []
    for number, tool in enumerate(server.tools):
        if why := changed(tool, offered):
            if tool.tool not in offered and offered:
                why += f"; it offers {', '.join(sorted(offered)[:12])}"
            field = "tool" if tool.tool not in offered else "pin" if tool.pin else "name"
            faults.append(Finding("tools", (*where, "tools", number, field), why))
    return faults
