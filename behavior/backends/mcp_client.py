"""One connection to an MCP server through the protocol's own SDK: its tools as pins, and calls.

Nothing else of the protocol is offered to the server: it can neither ask a language model, nor the
visitor, nor for files. Slow to import; see `behavior.backends.tool_mcp`.
"""

import contextlib
import importlib
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation, TextContent, ToolListChangedNotification

from behavior.backends.mcp_pipe import pipe
from behavior.tools.contract import ToolError
from behavior.tools.outside import McpServerConfig, Value
from behavior.tools.outside_answers import pin_of

importlib.import_module("jsonschema")  # the SDK's first call wants it: read here, in the thread
_PAGES = 10
_TOOLS = 500
_TEXTS = 4
_LONGEST = 4_000
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool answered."""

    structured: object
    texts: tuple[str, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A server that is there."""

    client: Client

    async def offered(self) -> dict[str, str]:
        """Its tools: name -> pin. Raises `ToolError` where there is no end to them."""
        pins: dict[str, str] = {}
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await self.client.list_tools(cursor=cursor)
            for tool in page.tools:
                pins[tool.name] = pin_of(
                    tool.name, tool.description or "", tool.input_schema, tool.output_schema
                )
            cursor = page.next_cursor
            if not cursor:
                return pins
            if len(pins) > _TOOLS:
                break
        raise ToolError("it offers tools without end")

    async def call(self, tool: str, arguments: Mapping[str, Value]) -> Answer:
        """Have a tool do its work; how long it may take is the caller's."""
        result = await self.client.call_tool(tool, dict(arguments))
        texts = [part.text[:_LONGEST] for part in result.content if isinstance(part, TextContent)]
        return Answer(result.structured_content, tuple(texts[:_TEXTS]), result.is_error)


@contextlib.asynccontextmanager
async def connected(
    config: McpServerConfig, *, ended: Callable[[str], None], changed: Callable[[], None]
) -> AsyncGenerator[Session]:
    """Connect and shake hands. `ended`: it is gone, with why; `changed`: its tools are others."""

    async def notice(message: object) -> None:
        if isinstance(message, ToolListChangedNotification):
            changed()

    async with contextlib.AsyncExitStack() as stack:
        transport: contextlib.AbstractAsyncContextManager[Any]
        if config.command:
            transport = pipe(config.command, config.args, environment(config), ended)
        else:
            http = httpx2.AsyncClient(
                headers=_headers(config), timeout=config.start_s, transport=_Bounded()
            )
            await stack.enter_async_context(http)
            transport = streamable_http_client(config.url, http_client=http)
        client = Client(
            transport,
            cache=None,
            client_info=Implementation(name="foyer", version="1"),
            message_handler=notice,
        )
        yield Session(await stack.enter_async_context(client))


def environment(config: McpServerConfig) -> dict[str, str]:
    """The variables it is given. Raises `ToolError` with the name of one that is not set."""
    for name in config.env:
        if name not in os.environ:
            raise ToolError(f"the environment variable {name} is not set")
    return {name: os.environ[name] for name in config.env}


def _headers(config: McpServerConfig) -> dict[str, str]:
    if not config.token_env:
        return {}
    token = os.environ.get(config.token_env, "")
    if not token:
        raise ToolError(f"the environment variable {config.token_env} is not set")
    return {"Authorization": f"Bearer {token}"}


class _Bounded(httpx2.AsyncHTTPTransport):
    """Ends an answer that is larger than any tool's should be."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await super().handle_async_request(request)
        streams = "event-stream" in answer.headers.get("content-type", "")
        if not streams and isinstance(answer.stream, httpx2.AsyncByteStream):
            answer.stream = _Counted(answer.stream)  # events have a bound of their own
        return answer


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > _MAX_BYTES:
                raise httpx2.ReadError("more than any tool has to say")
            yield piece

    async def aclose(self) -> None:
        """As the stream it counts."""
        await self._stream.aclose()
