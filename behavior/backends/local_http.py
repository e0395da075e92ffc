"""Fetches small documents from the local network: bounded, in private ranges only, never astray."""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from behavior.tools.contract import ToolError


async def fetched(
    url: str, what: str, *, max_bytes: int, headers: Mapping[str, str] | None = None
) -> bytes:
    """What is at the address. Raises `ToolError` that begins with `what` and the host's name."""
    host = urlsplit(url).hostname or ""
    try:
        if not is_local(host):
            raise ToolError(f"{what} {host}: not on the local network; it is not asked")
    except ValueError:
        pass  # a name: its addresses are looked at when it is resolved
    connector = aiohttp.TCPConnector(resolver=_LocalResolver())
    try:
        async with (
            aiohttp.ClientSession(connector=connector, trust_env=False) as session,
            session.get(url, allow_redirects=False, headers=headers) as answer,
        ):
            if answer.status != 200:
                raise ToolError(f"{what} {host}: the server answered {answer.status}")
            data = b""
            async for piece in answer.content.iter_chunked(65_536):
                data += piece
                if len(data) > max_bytes:
                    raise ToolError(f"{what} {host}: larger than {_size(max_bytes)}")
            return data
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise ToolError(f"{what} {host}: {type(error).__name__}") from None


def is_local(address: str) -> bool:
    """Whether an address is one of a local network. Raises ValueError for a name."""
    found = ipaddress.ip_address(address)
    return found.is_private and not found.is_unspecified


def _size(count: int) -> str:
    return f"{count // 1_000_000} MB" if count >= 1_000_000 else f"{count // 1024} KiB"


class _LocalResolver(AbstractResolver):
    """Names resolve to local addresses only."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        local = [row for row in found if is_local(row["host"].split("%")[0])]
        if not local:
            raise OSError("not on the local network")
        return local

    async def close(self) -> None:
        await self._resolver.close()
