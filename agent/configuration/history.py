"""Editions of a configuration that were good: kept by the running agent, to go back to.

An edition is a folder with all files as they were (the configuration, site, policies, norms,
knowledge) and a `manifest.json`. The agent keeps one when it starts and one for each change that
it takes on. Going back writes the files of an edition in place; a running agent takes them on like
any other change. What stood there is set aside as an edition of its own: nothing is ever lost.
"""

import contextlib
import difflib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agent.config import read_text, yaml_files
from agent.core.errors import BadInputError, FoyerError

_MANIFEST = "manifest.json"
_FILES = "files"
_PATTERNS = ("*.yaml", "*.md")


class HistoryConfig(BaseModel):
    """What is kept of earlier configurations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(Path("var/history"), description="Where good editions are kept.")
    keep: int = Field(
        40, ge=0, le=1000, description="So many are kept, the oldest go first; 0: none."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The files of a configuration as they lie: what an edition is made of."""

    config: Path
    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    """Folders of which every file belongs to it: policies, norms, knowledge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One kept edition."""

    number: int
    kept_at: str
    """Local time, `2026-11-21 13:12:04`."""
    why: str
    root: Path
    """The folder that its paths count from."""
    config: str
    files: Mapping[str, str]
    """Path under `root` -> hash of what it held."""
    folders: tuple[str, ...]
    set_aside: bool
    """It was never taken on: it stood there when somebody went back."""
    folder: Path

    def stored(self, name: str) -> Path:
        """Where the file is kept."""
        return self.folder / _FILES / name

    @property
    def stored_config(self) -> Path:
        """The kept configuration; what it refers to lies beside it as it did."""
        return self.stored(self.config)


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that differs between an edition and the files as they lie."""

    path: Path
    now: str | None
    """What it holds; None: it is not there."""
    then: str | None

    def lines(self) -> Iterator[str]:
        """What going back would change, as a diff."""
        then, now = (self.then or "").splitlines(), (self.now or "").splitlines()
        yield from difflib.unified_diff(now, then, "now", "then", n=0, lineterm="")


class History:
    """The editions in one folder, of one configuration."""

    def __init__(self, config: HistoryConfig, of: Path) -> None:
        """`of`: the configuration."""
        self._folder = config.folder
        self._keep = config.keep
        self._of = str(of.resolve())

    def editions(self) -> list[Edition]:
        """Those of this configuration, oldest first. One that cannot be read is left out."""
        found = []
        for path in sorted(self._folder.glob(f"*/{_MANIFEST}")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                edition = _read(path)
                if str(edition.root / edition.config) == self._of:
                    found.append(edition)
        return sorted(found, key=lambda one: one.number)

    def good(self) -> list[Edition]:
        """Those that the agent ran by."""
        return [edition for edition in self.editions() if not edition.set_aside]

    def edition(self, number: int) -> Edition:
        """The edition of that number, or `BadInputError`."""
        for edition in self.editions():
            if edition.number == number:
                return edition
        raise BadInputError(f"there is no edition {number}; `foyer history` lists them")

    def last_other(self) -> Edition | None:
        """The newest good edition that is not as the files lie now."""
        return next((one for one in reversed(self.good()) if self.differences(one)), None)

    def keep(self, source: Source, why: str, now: datetime, *, set_aside: bool = False) -> None:
        """Keep the files as they lie, unless the newest good edition is as they are."""
        if self._keep == 0:
            return
        root = Path(os.path.commonpath([path.resolve().parent for path in source.files]))
        files = {
            str(path.resolve().relative_to(root)): _hash(path)
            for path in source.files
            if path.is_file()
        }
        known = self.editions() if set_aside else self.good()[-1:]
        if any(edition.files == files for edition in known):
            return
        numbers = (int(p.name) for p in self._folder.glob("[0-9]*") if p.name.isdecimal())
        number = 1 + max(numbers, default=0)
        manifest = {
            "number": number,
            "kept_at": now.strftime("%Y-%m-%d %H:%M:%S"),
            "why": why,
            "root": str(root),
            "config": str(source.config.resolve().relative_to(root)),
            "files": files,
            "folders": [_under(folder, root) for folder in source.folders],
            "set_aside": set_aside,
        }
        self._write(number, manifest, root)
        for edition in self.editions()[: -self._keep]:
            shutil.rmtree(edition.folder, ignore_errors=True)

    def _write(self, number: int, manifest: Mapping[str, object], root: Path) -> None:
        """Whole or not at all: a folder becomes an edition when it gets its name."""
        half = self._folder / f".{number:04d}.half"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True, exist_ok=True)  # a read-only disk keeps the last one
        files = manifest["files"]
        assert isinstance(files, dict)
        for name in files:
            target = half / _FILES / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target)
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (half / _MANIFEST).write_text(text + "\n", encoding="utf-8")
        half.replace(self._folder / f"{number:04d}")

    def differences(self, edition: Edition) -> list[Difference]:
        """What going back to it would change."""
        names = {*edition.files, *(_under(path, edition.root) for path in _lying(edition))}
        found = []
        for name in sorted(names):
            now = _text(edition.root / name)
            then = _text(edition.stored(name)) if name in edition.files else None
            if now != then:
                found.append(Difference(edition.root / name, now, then))
        return found

    def go_back(self, edition: Edition, now: datetime) -> list[Difference]:
        """Write the edition's files in place, one by one and each whole; return what changed."""
        found = self.differences(edition)
        lying = tuple(_lying(edition))
        present = Source(
            config=edition.root / edition.config,
            files=tuple(dict.fromkeys([*(edition.root / n for n in edition.files), *lying])),
            folders=tuple(edition.root / name for name in edition.folders),
        )
        self.keep(present, f"set aside to go back to {edition.number}", now, set_aside=True)
        for one in found:
            if one.then is None:
                one.path.unlink()
            else:
                source = edition.stored(_under(one.path, edition.root))
                _replace(one.path, source)
        return found


def _read(path: Path) -> Edition:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Edition(
        number=int(data["number"]),
        kept_at=str(data["kept_at"]),
        why=str(data["why"]),
        root=Path(data["root"]),
        config=str(data["config"]),
        files=dict(data["files"]),
        folders=tuple(data["folders"]),
        set_aside=bool(data["set_aside"]),
        folder=path.parent,
    )


def _lying(edition: Edition) -> Iterator[Path]:
    """The files that lie in the edition's folders now."""
    for name in edition.folders:
        for pattern in _PATTERNS:
            yield from yaml_files(edition.root / name, pattern)


def _replace(path: Path, source: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    try:
        shutil.copyfile(source, half)
        if path.exists():
            shutil.copymode(path, half)
        half.replace(path)
    except OSError as fault:
        raise FoyerError(f"{path}: cannot be written: {fault.strerror}") from None


def _hash(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _text(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        return read_text(path)
    except FoyerError:
        return path.read_bytes()[:1000].decode("latin-1")


def _under(path: Path, root: Path) -> str:
    return os.path.relpath(path.resolve(), root)
