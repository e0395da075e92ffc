"""Configuration changes while the agent runs: all files valid, then all are taken; else all kept.

Files are looked at off the loop, and only what can matter of them: never more than a configuration
may have, and never a pipe or a device. A change counts once it has stood still for one look, so a
file that an editor is in the middle of replacing is neither missing nor half there. Editors' own
files beside it (hidden ones, backups) are none of ours.
"""

import asyncio
import hashlib
import logging
import stat
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from agent.config import MAX_BYTES, ConfigError
from agent.core.clock import Clock
from agent.core.messages import PolicyReloaded

S = TypeVar("S")

Fingerprints = Mapping[str, str]
"""Path -> what it holds. A path that is not there is not in it."""

_log = logging.getLogger(__name__)
_NOT_ALONE = "waits: another file has a fault"


class ConfigWatcher(Generic[S]):
    """Watches the files of a configuration. Publishes `PolicyReloaded` for each that changed."""

    def __init__(
        self,
        *,
        files: Callable[[], Iterable[Path]],
        read: Callable[[], S],
        take: Callable[[S], Awaitable[Mapping[str, str]]],
        publish: Callable[[PolicyReloaded], None],
        clock: Clock,
        begin: Callable[[], Awaitable[None]] | None = None,
        every_s: float = 0.5,
        name: str = "agent.reload",
    ) -> None:
        """`files`: what to watch now. `read`: everything anew, off the loop, or `ConfigError`.

        `take`: run by it from now on; returns what to tell of each changed path. `begin`: done
        before the first look.
        """
        self.name = name
        self._files = files
        self._read = read
        self._take = take
        self._publish = publish
        self._clock = clock
        self._begin = begin
        self._every_s = every_s
        self._blamed: set[Path] = set()
        """Files that were named as faulty: one that was missing may come."""
        self._judged = self._look()

    async def run(self) -> None:
        """Look, judge what has changed and come to rest, until cancelled."""
        if self._begin is not None:
            await self._begin()
        previous = self._judged
        while True:
            await self._clock.sleep_until(self._clock.now() + self._every_s)
            current = await asyncio.to_thread(self._look)
            if current == previous and current != self._judged:
                await self._judge(current)
                current = await asyncio.to_thread(self._newly_watched, current)
                self._judged = current
            previous = current

    async def _judge(self, current: Fingerprints) -> None:
        changed = _differences(self._judged, current)
        at = self._clock.now()
        try:
            settings = await asyncio.to_thread(self._read)
            mended, self._blamed = self._blamed, set()
            told = await self._take(settings)
        except ConfigError as error:
            self._blamed = {Path(problem.path) for problem in error.problems}
            self._refuse(at, changed, _by_path(error))
            return
        except Exception as fault:  # the edge of what may be written: the last stays
            _log.exception("a changed configuration could not be taken")
            self._refuse(at, changed, dict.fromkeys(changed, f"{type(fault).__name__}: {fault}"))
            return
        for path in changed:
            detail = told.get(path, "")
            news = "the file is gone" if path not in current else ""
            news = "is good again" if Path(path) in mended else news
            detail = "; ".join(part for part in (news, detail) if part)
            self._publish(PolicyReloaded(at=at, path=path, accepted=True, detail=detail))

    def _refuse(self, at: float, changed: list[str], faults: Mapping[str, str]) -> None:
        untold = [path for path in changed if path not in faults]
        for path, detail in (*faults.items(), *((path, _NOT_ALONE) for path in untold)):
            self._publish(PolicyReloaded(at=at, path=path, accepted=False, detail=detail))

    def _look(self) -> Fingerprints:
        return fingerprints((*self._files(), *self._blamed))

    def _newly_watched(self, judged: Fingerprints) -> Fingerprints:
        """What was judged, with the files that are watched only since then as they are now."""
        now = self._look()
        return {path: judged.get(path, content) for path, content in now.items()}


def fingerprints(paths: Iterable[Path]) -> Fingerprints:
    """A hash of what each path holds; of a folder, the names in it."""
    found: dict[str, str] = {}
    for path in paths:
        if str(path) not in found and (content := _fingerprint(path)) is not None:
            found[str(path)] = content
    return found


def _fingerprint(path: Path) -> str | None:
    """None: it is not there. A path that cannot be read just now has an empty one."""
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            return " ".join(sorted(one.name for one in path.iterdir()))
        if not stat.S_ISREG(kind.st_mode):
            return ""
        with path.open("rb") as stream:
            begin = stream.read(MAX_BYTES + 1)
        size = kind.st_size if len(begin) > MAX_BYTES else len(begin)
        return f"{size} {hashlib.blake2b(begin, digest_size=16).hexdigest()}"
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _differences(before: Fingerprints, now: Fingerprints) -> list[str]:
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def _by_path(error: ConfigError) -> dict[str, str]:
    """The problems of each file, in its lines."""
    told: dict[str, list[str]] = {}
    for problem in error.problems:
        told.setdefault(problem.path, []).append(str(problem))
    return {path: "\n".join(lines) for path, lines in sorted(told.items())}
