"""A real MCP server of this machine, by stdio or HTTP, and what a site writes of it."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from agent.core.clock import LoopClock
from behavior.backends.tool_mcp import McpServer
from behavior.tools.outside import McpServerConfig, McpToolConfig
from tests.fakes.brokers import free_port, until

FAKES = Path(__file__).parents[1] / "fakes"
HOUSE, ROGUE = FAKES / "mcp_house.py", FAKES / "mcp_rogue.py"


def tool(name="lunch", **more):
    return {"name": name, "tool": name, "about": f"it is for {name}", **more}


def command(*tools, script=HOUSE, args=(), **more):
    named = [McpToolConfig(**one) for one in tools or (tool(),)]
    return McpServerConfig(
        name="house", command=sys.executable, args=(str(script), *args), tools=named, **more
    )


def told_by(folder, **state):
    """A file that the server reads when it starts."""
    path = folder / "state.json"
    path.write_text(json.dumps(state))
    return ("--state", str(path))


class Up:
    """A server that is kept up; what was told of its health."""

    def __init__(self, config):
        self.config = config
        self.told = []
        self.server = McpServer(
            config, health=self.told.append, clock=LoopClock(asyncio.get_running_loop())
        )

    async def __aenter__(self):
        self._task = asyncio.get_running_loop().create_task(self.server.run())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        done, _ = await asyncio.wait((self._task,), timeout=10)
        assert done, "it does not end when it is told to"

    async def ready(self):
        await until(lambda: self.server._session is not None, 20)
        return self

    async def call(self, name="lunch", **arguments):
        """Ask a tool as it is offered now."""
        await self.ready()
        known = next(one for one in self.config.tools if one.name == name)
        pin = self.server._offered[known.tool]
        return await self.server.call(known.model_copy(update={"pin": pin}), arguments)


@contextlib.asynccontextmanager
async def over_http(*args):
    """The server on a port of its own; gives its address."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HOUSE), "--http", str(port), *args,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await until(lambda: _open(port), 20)
        yield f"http://127.0.0.1:{port}/mcp", process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _open(port):
    import socket

    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False
