"""Who may talk to the server: the token, and the names under which a page may come.

A browser on another site can be made to send requests here, and a name on the internet can be
made to point here (DNS rebinding). Both are caught by names: the `Host` must be one of ours or a
bare address, and a socket's `Origin` must be that same host.
"""

import hmac
import ipaddress
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from agent.core.errors import BadInputError

TOKEN_BYTES = 24


def token_from(path: Path) -> str:
    """The token kept in `path`; made there at first start, readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="ascii").strip()
        if len(kept) < 16:
            raise BadInputError(
                f"{path}: no usable token in it; delete the file and start again"
            ) from None
        path.chmod(0o600)
        return kept
    except OSError as fault:
        raise BadInputError(f"{path}: the token cannot be written: {fault.strerror}") from None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token


def same_token(given: str | None, token: str) -> bool:
    """Compare in constant time."""
    return given is not None and hmac.compare_digest(given.encode(), token.encode())


def host_allowed(host: str | None, names: Iterable[str]) -> bool:
    """Whether a `Host` header names this server: localhost, any bare address, or one of `names`.

    A bare address cannot be rebound, so it needs no list.
    """
    name = _name_of(f"//{host}") if host else None
    if name is None:
        return False
    if name == "localhost" or name in {n.lower() for n in names}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def origin_allowed(origin: str | None, host: str, origins: Iterable[str]) -> bool:
    """Whether a page of `origin` may open a socket here: our own pages, or one of `origins`.

    None is a program, not a page: browsers always say where a socket comes from.
    """
    if origin is None or origin in set(origins):
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _name_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
