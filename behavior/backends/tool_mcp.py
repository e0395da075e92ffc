"""Keeps an MCP server up and asks its tools: pinned, bounded in time, in nobody else's way.

A server that dies, hangs, floods or sends nonsense is left, and started anew after a pause that
doubles. While it is away whoever asks for it gets a clear refusal at once.
"""

import asyncio
import importlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from agent.core.clock import Clock
from behavior.tools.contract import ToolError
from behavior.tools.outside import McpServerConfig, McpToolConfig, Value
from behavior.tools.outside_answers import changed

_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_WELL_AFTER_S: Final = 60.0
_LATE_IN_A_ROW: Final = 2
_AT_ONCE: Final = 8
_NOT_OFTENER_S: Final = 1.0
_LISTED_WITHIN_S: Final = 5.0
"""Before a call the tools are looked at again where that was longer ago."""


class Answer(Protocol):
    """What a tool answered."""

    @property
    def structured(self) -> object:
        """Its data."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Its texts."""

    @property
    def failed(self) -> bool:
        """The tool says that it failed."""


class Session(Protocol):
    """A server that is there."""

    async def offered(self) -> dict[str, str]:
        """Its tools: name -> pin."""
        ...

    async def call(self, tool: str, arguments: Mapping[str, Value]) -> Answer:
        """Have a tool do its work."""
        ...


class Connects(Protocol):
    """Connects to a server, for as long as the context lasts."""

    def __call__(
        self, config: McpServerConfig, *, ended: Callable[[str], None], changed: Callable[[], None]
    ) -> AbstractAsyncContextManager[Session]:
        """Raises what the transport raises."""
        ...


class McpServer:
    """One server: kept up by `run`, asked by `call`."""

    def __init__(
        self,
        config: McpServerConfig,
        *,
        health: Callable[[str], None],
        clock: Clock,
        connected: Connects | None = None,
    ) -> None:
        """`health` is told what is wrong, empty when all is well. `connected`: for tests."""
        self._config = config
        self._health = health
        self._clock = clock
        self._connected = connected
        self._session: Session | None = None
        self._offered: dict[str, str] = {}
        self._listed_at = float("-inf")
        self._look = asyncio.Event()
        self._ended = ""
        self._problem = "it is starting"
        self._told: str | None = None
        self._late = 0
        self._in_flight = 0

    async def run(self) -> None:
        """Keep it up until cancelled."""
        pause_s = _PAUSE_S
        while True:
            began = self._clock.now()
            try:
                await self._serve()
            except Exception as error:  # the back-end edge: a server's faults are told, not felt
                if _is_cancelled():  # a fault while closing must not make us stay
                    raise asyncio.CancelledError from None
                self._problem = self._why(error)
            finally:
                self._session, self._offered = None, {}
            if self._clock.now() - began >= _WELL_AFTER_S:
                pause_s = _PAUSE_S
            self._tell(f"{self._problem}; its tools are refused; it is tried again")
            await self._clock.sleep_until(self._clock.now() + pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def call(
        self, tool: McpToolConfig, arguments: Mapping[str, Value]
    ) -> tuple[object, tuple[str, ...]]:
        """Have a tool answer. Raises `ToolError`, never with the server's own words."""
        session = self._session
        if session is None:
            raise ToolError(f"{tool.called}: the server {self._config.name!r}: {self._problem}")
        if self._in_flight >= _AT_ONCE:
            raise ToolError(f"{tool.called}: {_AT_ONCE} calls are under way already")
        began = self._clock.now()
        self._in_flight += 1
        try:
            async with asyncio.timeout(tool.deadline_s):
                if began - self._listed_at > _LISTED_WITHIN_S:
                    await self._list(session)
                if why := changed(tool, self._offered):
                    raise ToolError(f"{tool.called}: {why}")
                answer = await session.call(tool.tool, arguments)
        except TimeoutError:
            self._is_late()
            raise ToolError(f"{tool.called}: nothing within {tool.deadline_s:g} s") from None
        except asyncio.CancelledError:
            if self._clock.now() - began >= 0.9 * tool.deadline_s:
                self._is_late()  # whoever asked has given up just before us
            raise
        except ToolError:
            raise
        except Exception as error:  # the back-end edge: a server's faults are told, not felt
            self._look.set()
            raise ToolError(f"{tool.called}: {self._why(error)}") from None
        finally:
            self._in_flight -= 1
        self._late = 0
        if answer.failed:
            raise ToolError(f"{tool.called}: the tool says that it failed")
        return answer.structured, answer.texts

    async def offered(self) -> dict[str, str]:
        """Connect once, only to see what it offers. Raises `ToolError`."""
        connect = self._connected or await _library()
        try:
            async with asyncio.timeout(self._config.start_s):
                async with connect(self._config, ended=self._end, changed=_ignore) as session:
                    return await session.offered()
        except Exception as error:  # the back-end edge: a server's faults are told, not felt
            raise ToolError(self._why(error)) from None

    # How it is kept up

    async def _serve(self) -> None:
        """One connection, from start to end. Raises what ends it."""
        self._ended, self._late = "", 0
        self._look.clear()
        connect = self._connected or await _library()
        async with asyncio.timeout(self._config.start_s) as limit:
            async with connect(self._config, ended=self._end, changed=self._look.set) as session:
                await self._list(session)
                limit.reschedule(None)
                self._session = session
                while True:
                    await self._watch()
                    async with asyncio.timeout(self._config.start_s):
                        await self._list(session)

    async def _watch(self) -> None:
        """Wait until it is time to look at it again. Raises `ToolError` once it is given up."""
        try:
            async with asyncio.timeout(self._config.check_s):
                await self._look.wait()
        except TimeoutError:
            return
        self._look.clear()
        if self._ended:
            raise ToolError(self._ended)
        if self._late >= _LATE_IN_A_ROW:
            raise ToolError("it hangs: no answer in time, more than once")
        await self._clock.sleep_until(self._clock.now() + _NOT_OFTENER_S)

    async def _list(self, session: Session) -> None:
        """Look at its tools again, and tell where one is not what it was."""
        self._offered = await session.offered()
        self._listed_at = self._clock.now()
        named = self._config.tools
        faults = [f"{t.called}: {why}" for t in named if (why := changed(t, self._offered))]
        self._tell("; ".join(faults))

    def _why(self, error: BaseException) -> str:
        """What ended it: our own decision, else what the transport told, else the fault."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return (
            str(error)
            if isinstance(error, ToolError)
            else self._ended or _said(error, self._config)
        )

    def _end(self, why: str) -> None:
        self._ended = why
        self._session = None
        self._problem = why
        self._look.set()

    def _is_late(self) -> None:
        self._late += 1
        if self._late >= _LATE_IN_A_ROW:
            self._look.set()

    def _tell(self, detail: str) -> None:
        if detail != self._told:
            self._told = detail
            self._health(detail)


def _ignore() -> None:
    """Once is enough."""


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _library() -> Connects:
    """The SDK, read in a thread: it is large."""
    try:
        module = await asyncio.to_thread(importlib.import_module, "behavior.backends.mcp_client")
    except ImportError as error:
        raise ToolError(f"{error.name} is not installed; pip install mcp") from None
    connected: Connects = module.connected
    return connected


def _said(error: BaseException, config: McpServerConfig) -> str:
    """What went wrong, without a word of the server's own or an address."""
    if isinstance(error, FileNotFoundError | PermissionError) and config.command:
        return f"{config.command}: cannot be started ({type(error).__name__})"
    if isinstance(error, TimeoutError):
        return f"no answer within {config.start_s:g} s"
    return f"it does not answer as it should ({type(error).__name__})"
