"""A streamed reply of a language model server: events, pieces of text, figures.

Whatever a server sends is bounded in size and never quoted.
"""

import asyncio
import contextlib
import json
import re
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import aiohttp

from agent.core.errors import FoyerError

FAULTS = (aiohttp.ClientError, OSError, ValueError, LookupError, FoyerError)
"""What asking a server may raise, besides running out of time."""
_REPLY_BYTES = 2_000_000
_LINE_BYTES = 200_000
_USAGE_S = 0.15
"""So long the figures of a reply are waited for after its words."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What the server counted for a reply."""

    prompt_tokens: int
    reply_tokens: int


class ReplyStream:
    """A reply as it comes in."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self._held = b""
        """The beginning of a line that is not whole yet."""
        self._lines: deque[bytes] = deque()
        self._length = 0
        self.usage: Usage | None = None
        """What the server counted; known at the end, if at all."""

    async def text(self) -> AsyncGenerator[str, None]:
        """Yield the reply piece by piece. Raises one of `FAULTS` where it is none."""
        while (event := await self._event()) is not None:
            for piece in self._pieces(event):
                yield piece

    async def finish(self) -> None:
        """Read on for the figures, for a moment; more words are not wanted."""
        with contextlib.suppress(TimeoutError, *FAULTS):
            async with asyncio.timeout(_USAGE_S):
                while self.usage is None and (event := await self._event()) is not None:
                    self._pieces(event)

    async def _event(self) -> dict[str, object] | None:
        """The next event; None: the reply is over."""
        while (raw := await self._line()) is not None:
            line = raw.decode("utf-8", "replace").strip()
            if line.startswith("data:"):
                data = line.removeprefix("data:").strip()
                return None if data == "[DONE]" else _object(data)
        return None

    async def _line(self) -> bytes | None:
        """The next line, or what is left at the end; None: there is no more."""
        while not self._lines:
            if len(self._held) > _LINE_BYTES:
                raise ValueError("a line without an end")
            piece = await self._answer.content.readany()
            if not piece:
                left, self._held = self._held, b""
                return left or None
            self._length += len(piece)
            if self._length > _REPLY_BYTES:
                raise ValueError("the reply does not end")
            *whole, self._held = (self._held + piece).split(b"\n")
            self._lines.extend(whole)
        return self._lines.popleft()

    def _pieces(self, event: Mapping[str, object]) -> list[str]:
        if (error := event.get("error")) is not None:
            raise ValueError(f"the server reports an error{_kind(error)}")
        self.usage = _usage(event.get("usage")) or self.usage
        choices = event.get("choices")
        pieces = []
        for choice in choices if isinstance(choices, list) else ():
            delta = choice.get("delta") if isinstance(choice, dict) else None
            content = delta.get("content") if isinstance(delta, dict) else None
            if isinstance(content, str) and content:
                pieces.append(content)
        return pieces


async def read_json(answer: aiohttp.ClientResponse) -> dict[str, object]:
    """The JSON object of a whole answer. Raises `ValueError` where it is none."""
    raw = bytearray()
    async for piece in answer.content.iter_any():
        raw += piece
        if len(raw) > _REPLY_BYTES:
            raise ValueError("the answer does not end")
    return _object(raw.decode("utf-8", "replace"))


def _object(text: str) -> dict[str, object]:
    try:
        read = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(read, dict):
        raise ValueError("not the protocol that was expected")
    return read


def _kind(error: object) -> str:
    """The kind of an error, never its text, which may hold anything."""
    kind = error.get("type") or error.get("code") if isinstance(error, dict) else ""
    return f" ({kind})" if isinstance(kind, str) and re.fullmatch(r"[\w.\- ]{1,40}", kind) else ""


def _usage(told: object) -> Usage | None:
    if not isinstance(told, dict):
        return None
    prompt, reply = told.get("prompt_tokens"), told.get("completion_tokens")
    if isinstance(prompt, int) and isinstance(reply, int) and prompt >= 0 and reply >= 0:
        return Usage(prompt, reply)
    return None
