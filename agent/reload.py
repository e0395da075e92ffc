"""Policies reload while the agent runs: all files valid, then all are swapped; else all kept.

The folder is looked at off the loop. A change counts once it has stood still for one look, so a
file that an editor is in the middle of replacing is neither missing nor half there.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel

from agent.config import ConfigError, load_folder
from agent.core.clock import Clock
from agent.core.messages import PolicyReloaded

Fingerprints = Mapping[str, str]


class PolicyWatcher:
    """Watches a folder of policy files. Publishes `PolicyReloaded` for each file that changed."""

    def __init__(
        self,
        *,
        folder: Path,
        table: Mapping[str, type[BaseModel]],
        apply: Callable[[dict[str, BaseModel]], None],
        publish: Callable[[PolicyReloaded], None],
        clock: Clock,
        every_s: float = 0.5,
        name: str = "agent.reload",
    ) -> None:
        """`apply` gets the models of all files at once; it swaps them between two turns."""
        self.name = name
        self._folder = folder
        self._table = table
        self._apply = apply
        self._publish = publish
        self._clock = clock
        self._every_s = every_s
        self._judged = fingerprints(folder)

    async def run(self) -> None:
        """Look, judge what has changed and come to rest, until cancelled."""
        previous = self._judged
        while True:
            await self._clock.sleep_until(self._clock.now() + self._every_s)
            current = await asyncio.to_thread(fingerprints, self._folder)
            if current == previous and current != self._judged:
                await self._judge(current)
            previous = current

    async def _judge(self, current: Fingerprints) -> None:
        before, self._judged = self._judged, current
        changed = sorted(
            path for path in before.keys() | current.keys() if before.get(path) != current.get(path)
        )
        at = self._clock.now()
        try:
            models = await asyncio.to_thread(load_folder, self._folder, self._table)
        except ConfigError as error:
            for path in sorted({problem.path for problem in error.problems}):
                said = "\n".join(str(p) for p in error.problems if p.path == path)
                self._publish(PolicyReloaded(at=at, path=path, accepted=False, detail=said))
            return
        self._apply(models)
        for path in changed:
            detail = "" if path in current else "the file is gone: its defaults hold"
            self._publish(PolicyReloaded(at=at, path=path, accepted=True, detail=detail))


def fingerprints(folder: Path) -> Fingerprints:
    """A hash of each YAML file's contents. A file that cannot be read just now has none."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.y*ml")):
        try:
            found[str(path)] = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        except OSError:
            found[str(path)] = ""
    return found
