"""An MCP server as a child process: JSON-RPC, a line a message, with bounds on what it may send.

A line that is too long, more lines or bytes a second than any tool needs, or text that is no
JSON-RPC ends the connection with the reason. What it writes to its error output is thrown away:
it may hold anything. It runs in a process group of its own, which ends with the connection.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError

MAX_LINE = 1_000_000
_LINES_A_SECOND = 200
_BYTES_A_SECOND = 4_000_000
_NONSENSE = 20
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_GOES_WITHIN_S = 1.0

_Send = anyio.abc.ObjectSendStream[SessionMessage | Exception]


@dataclass(slots=True)
class FloodError(Exception):
    """A server sends more, or other things, than it should."""

    what: str

    def __str__(self) -> str:
        return self.what


@contextlib.asynccontextmanager
async def pipe(
    command: str, args: tuple[str, ...], env: dict[str, str], ended: Callable[[str], None]
) -> AsyncGenerator[
    tuple[
        anyio.abc.ObjectReceiveStream[SessionMessage | Exception],
        anyio.abc.ObjectSendStream[SessionMessage],
    ]
]:
    """Start it and speak with it. `ended` is told once when and why it sends no more.

    Raises OSError where it cannot be started.
    """
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        command,
        *args,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=inherited | env,
        limit=MAX_LINE,
        start_new_session=True,
    )
    to_session, from_server = anyio.create_memory_object_stream[SessionMessage | Exception](16)
    to_server, from_session = anyio.create_memory_object_stream[SessionMessage](16)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_read, process, to_session, ended)
            group.start_soon(_write, process, from_session)
            try:
                yield from_server, to_server
            finally:
                group.cancel_scope.cancel()
    finally:
        for stream in (to_session, from_server, to_server, from_session):
            stream.close()
        with anyio.CancelScope(shield=True):
            await _whole(asyncio.get_running_loop().create_task(_end(process)))


async def _read(
    process: asyncio.subprocess.Process, to_session: _Send, ended: Callable[[str], None]
) -> None:
    why = "it has ended"
    try:
        await _forward(process, to_session)
    except FloodError as flood:
        why = flood.what
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        pass
    finally:
        ended(why)
        await to_session.aclose()


async def _forward(process: asyncio.subprocess.Process, to_session: _Send) -> None:
    assert process.stdout is not None
    loop = asyncio.get_running_loop()
    began, lines, size, nonsense = loop.time(), 0, 0, 0
    while line := await _line(process.stdout):
        if loop.time() - began > 1.0:
            began, lines, size = loop.time(), 0, 0
        lines, size = lines + 1, size + len(line)
        if lines > _LINES_A_SECOND or size > _BYTES_A_SECOND:
            raise FloodError("it floods: more than any tool has to say")
        if not line.strip():
            continue
        try:
            message = jsonrpc_message_adapter.validate_json(line, by_name=False)
        except (ValidationError, ValueError, RecursionError):
            nonsense += 1
            if nonsense > _NONSENSE:
                raise FloodError("it sends what is no JSON-RPC") from None
            continue
        await to_session.send(SessionMessage(message))


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # the reader's word for a line beyond its limit
        raise FloodError(f"it sends a line of more than {MAX_LINE // 1_000_000} MB") from None


async def _write(
    process: asyncio.subprocess.Process,
    from_session: anyio.abc.ObjectReceiveStream[SessionMessage],
) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for sent in from_session:
            text = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(text.encode() + b"\n")
            await process.stdin.drain()


async def _whole(ending: asyncio.Task[None]) -> None:
    """Wait for the end, which is bounded: who is told twice to stop leaves no process behind."""
    again: asyncio.CancelledError | None = None
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError as told:
            again = told
    if again is not None:
        raise again


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its input and let it go; else end it and whatever it has started."""
    try:
        if process.stdin is not None:
            process.stdin.close()
        for sent in (None, signal.SIGTERM, signal.SIGKILL):
            if sent is not None:
                _tell_group(process, sent)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOES_WITHIN_S):
                    await process.wait()
                    break
    finally:
        _tell_group(process, signal.SIGKILL)  # what it has left behind
        transport = getattr(process, "_transport", None)
        if transport is not None:
            transport.close()  # its pipes, which a child of its own may hold


def _tell_group(process: asyncio.subprocess.Process, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, what)
