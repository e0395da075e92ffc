"""Who may talk to the server: the token, and the names under which a page may come.

A browser on another site can be made to send requests here, and a name on the internet can be
made to point here (DNS rebinding). Both are caught by names: the `Host` must be one of ours or a
bare address, and a socket's `Origin` must be that same host.
"""

import contextlib
import hmac
import ipaddress
import logging
import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from agent.core.errors import BadInputError

try:
    import fcntl
except ImportError:  # Windows: there an open file cannot be replaced at all
    fcntl = None  # type: ignore[assignment]

TOKEN_BYTES = 24
SHORTEST = 16

_log = logging.getLogger(__name__)


def token_from(path: Path) -> str:
    """The token kept in `path`; made there at first start, readable by its owner only.

    Where it can be neither read nor kept, as on a full or read-only disk, visitors are served all
    the same: then the token is one of this run, and the log says so. Raises `BadInputError` where
    somebody has written another text into the file.
    """
    try:
        return _kept(path) or _made(path)
    except OSError as fault:
        where = {"file": str(path), "fault": fault.strerror}
        _log.warning(
            "the operator's token cannot be kept, so each start has another; make its folder"
            " writable, or name another file in server.token_file",
            extra=where,
        )
        return secrets.token_urlsafe(TOKEN_BYTES)


def _kept(path: Path) -> str:
    """What the file holds; empty where there is none, or a start was killed while it was made."""
    try:
        kept = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        kept = "?"
    if kept:
        if len(kept) < SHORTEST:
            raise BadInputError(
                f"{path}: no usable token in it (at least {SHORTEST} plain characters); delete the"
                " file and start again"
            )
        with contextlib.suppress(OSError):  # a read-only disk, or another owner's file
            path.chmod(0o600)
    return kept


def _made(path: Path) -> str:
    """A new token, in the file whole or not at all; another start's where that came first."""
    path = Path(os.path.realpath(path))  # a link may lead to where there is nothing yet
    path.parent.mkdir(parents=True, exist_ok=True)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    handle, half = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # owner only
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token + "\n")
            file.flush()
            os.fsync(file.fileno())
        while not (_linked(half, path) or _replaced(half, path)):
            if kept := _kept(path):
                return kept
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(half)
    return token


def _linked(half: str, path: Path) -> bool:
    """Whether the file got its name; not where one of that name was there first."""
    try:
        os.link(half, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links, as of a memory stick: an empty one to replace
        path.touch(mode=0o600)
        return False
    return True


def _replaced(half: str, path: Path) -> bool:
    """Whether the file took the place of an empty one; not where that is another's by now.

    Whoever replaces an empty file holds its lock meanwhile, so of two starts one does.
    """
    try:
        with path.open("rb") as found:
            if fcntl is not None:
                fcntl.flock(found, fcntl.LOCK_EX)
            if path.stat().st_size:
                return False
            os.replace(half, path)
    except FileNotFoundError:
        return False
    return True


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
