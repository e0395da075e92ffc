"""Reads the YAML an operator edits, and says exactly where it is wrong.

Everything that is wrong is said at once, each as `file:line: field: what; did you mean`, in words
for a person who edits the file and has never seen this code. See `agent.configuration.faults` for
the words, `agent.configuration.text` for the way back: models as commented YAML.
"""

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agent.configuration.broken_yaml import broken
from agent.configuration.faults import Fault, alike, explain, numbers_that_are_words
from agent.configuration.slips import Slip, slips, text_keys
from agent.core.errors import FoyerError
from agent.quick_yaml import QUICK, TooDeepError, refuse_depth

C = TypeVar("C", bound=BaseModel)
_Tree = tuple[yaml.Node | None, Any, tuple[tuple[int, str], ...]]
"""The nodes with their lines, their plain values, and what is set twice: line and field."""

MAX_BYTES = 1_000_000
MAX_NODES = 200_000
"""Values in a file, repeated `*aliases` counted: a short file can stand for an endless one."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right in a file."""

    path: str
    line: int
    """Counted from 1; 0: the file as a whole."""
    field: str
    what: str

    def __str__(self) -> str:
        path = from_here(self.path)
        where = f"{path}:{self.line}" if self.line else path
        return ": ".join(part for part in (where, self.field, self.what) if part)


def from_here(path: str) -> str:
    """A path as one would type it where one is, when it lies below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


class ConfigError(FoyerError):
    """Files an operator can put right. Each line of the text is one `Problem`."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def load(path: Path, model: type[C]) -> C:
    """Read the file as `model`, or raise `ConfigError`."""
    return load_text(read_text(path), model, str(path))


def load_text(text: str, model: type[C], name: str) -> C:
    """Read YAML as `model`, or raise `ConfigError` in which the file is called `name`."""
    node, data, problems = _parse(text, name)
    faults = list(numbers_that_are_words(data, model))
    try:
        value = model.model_validate(data)
    except ValidationError as error:
        if node is None:
            what = "is empty; was it cut off? `foyer rollback` has the last good"
            raise ConfigError([Problem(name, 0, "", what)]) from None
        faults += [fault for fault in explain(error, model) if fault[0] not in dict(faults)]
    found = [Problem(name, *_place(node, loc), what) for loc, what in faults]
    odd = slips(node, text) if node is not None else ()
    problems += _with_slips(found, odd, name)
    if problems:
        raise ConfigError(problems)
    return value


def _with_slips(found: list[Problem], odd: Iterable[Slip], name: str) -> Iterator[Problem]:
    """What the model found, and what YAML read otherwise than it looks: each place once."""
    told = {(problem.line, problem.field) for problem in found}
    odd = [slip for slip in odd if slip.outranks or (slip.line, slip.field) not in told]
    taken = {(slip.line, slip.field) for slip in odd}
    yield from (problem for problem in found if (problem.line, problem.field) not in taken)
    yield from (Problem(name, slip.line, slip.field, slip.what) for slip in odd)


def load_folder(folder: Path, table: Mapping[str, type[BaseModel]]) -> dict[str, BaseModel]:
    """Read `NAME.yaml` for each name of the table; a file that is not there means the defaults.

    Raises one `ConfigError` with the problems of all files, among them files with unknown names.
    """
    if not folder.is_dir():
        raise ConfigError([Problem(str(folder), 0, "", _no_such(folder, "folder"))])
    files = {path.stem: path for path in yaml_files(folder)}
    models: dict[str, BaseModel] = {}
    problems: list[Problem] = []
    for path in yaml_files(folder, "*.yml"):
        problems.append(Problem(str(path), 0, "", f"is not read; call it {path.stem}.yaml"))
    for name, path in files.items():
        if name not in table:
            what = f"nothing is called {name}" + alike(name, table)
            problems.append(Problem(str(path), 0, "", what))
    for name, model in table.items():
        try:
            text = read_text(files[name]) if name in files else ""
            models[name] = load_text(text, model, str(folder / f"{name}.yaml"))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return models


def yaml_files(folder: Path, pattern: str = "*.yaml") -> list[Path]:
    """The files of a folder, without those that editors hide there."""
    return sorted(path for path in folder.glob(pattern) if path.name[0] not in ".#~")


def beside(config: Path, reference: str | Path) -> Path:
    """The file or folder that a configuration file names, relative to itself."""
    path = config.parent / reference
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link that leads in a circle: whoever reads it says so
        return Path(os.path.abspath(path))


def place_of(path: Path, field: Fault) -> tuple[int, str]:
    """Line and dotted name of a setting of a file; line 0 where the file does not name it."""
    try:
        node = _parse(read_text(path), str(path))[0]
    except ConfigError:
        return 0, ".".join(map(str, field))
    there = isinstance(node, yaml.MappingNode) and field[0] in [key.value for key, _ in node.value]
    line, name = _place(node, field)
    return (line if there else 0), name


def read_text(path: Path) -> str:
    """The text of the file, or a `ConfigError` that says why there is none."""

    def refuse(what: str, line: int = 0) -> ConfigError:
        return ConfigError([Problem(str(path), line, "", what)])

    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise refuse("is no plain file")  # a pipe would keep us waiting
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse(_no_such(path, "file")) from None
    except IsADirectoryError:
        raise refuse("is a folder; name a file in it") from None
    except PermissionError:
        raise refuse("may not be read by this user; change its permissions") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise refuse("is a link that leads in a circle; put the file itself there") from None
        raise refuse(f"cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise refuse(f"is larger than {MAX_BYTES // 1_000_000} MB; this is no configuration")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refuse("is not UTF-8 text; save it in your editor as UTF-8", line) from None


def _no_such(path: Path, what: str) -> str:
    if "\\" in path.name:
        return f"there is no such {what}; write / between folders, also on Windows"
    if not path.parent.is_dir() and path.parent.name:
        return f"there is no such {what}: {path.parent.name}: {_no_such(path.parent, 'folder')}"
    near = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    return f"there is no such {what}" + alike(path.name, near)


def _parse(text: str, name: str) -> tuple[yaml.Node | None, Any, list[Problem]]:
    """The tree with its line numbers, its plain values, and what is wrong with it as YAML."""
    try:
        node, data, twice = _tree(text)
    except yaml.MarkedYAMLError as error:
        line, what = broken(error, text)
        raise ConfigError([Problem(name, line, "", what)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"holds a character that is not text (code {error.character}); delete it"
        raise ConfigError([Problem(name, line, "", what)]) from None
    except RecursionError:
        raise ConfigError([Problem(name, 0, "", "is nested too deeply")]) from None
    except ValueError as error:  # a date such as 2026-13-45
        line = _impossible_day(text)
        raise ConfigError(
            [Problem(name, line, "", f"holds an impossible value: {error}")]
        ) from None
    except _EndlessError:
        what = "stands for too many values: `*` repeats too much"
        raise ConfigError([Problem(name, 0, "", what)]) from None
    said = "is set twice; keep one of them"
    return node, data, [Problem(name, line, field, said) for line, field in twice]


def _impossible_day(text: str) -> int:
    """The line of the first date that the calendar does not have; 0: none is found."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in re.finditer(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", line):
            try:
                date(*map(int, found.groups()))
            except ValueError:
                return number
    return 0


@lru_cache(maxsize=64)
def _tree(text: str) -> _Tree:
    """The tree of a text, its values, and what is set twice: line and field.

    Kept, because one changed file has all others of a configuration read again with it.
    """
    try:
        refuse_depth(text)
        return _tree_by(QUICK, text)
    except TooDeepError:
        raise RecursionError from None
    except yaml.YAMLError:
        return _tree_by(yaml.SafeLoader, text)  # says more closely what is wrong


def _tree_by(reader: Callable[[str], Any], text: str) -> _Tree:
    loader = reader("")
    try:
        loader = reader(text)
        node = loader.get_single_node()
        if node is None:
            return None, {}, ()
        _count(node, {}, set())
        twice = tuple(_twice(node, ()))
        text_keys(node, set())
        data = loader.construct_document(node)
        return node, {} if data is None else data, twice
    finally:
        loader.dispose()


class _EndlessError(Exception):
    """Aliases make the document larger than memory, or contain themselves."""


def _count(node: yaml.Node, known: dict[int, int], within: set[int]) -> int:
    """Values that the node stands for, aliases expanded."""
    if id(node) in known:
        return known[id(node)]
    if id(node) in within:
        raise _EndlessError
    within.add(id(node))
    total = 1 + sum(_count(child, known, within) for child in _children(node))
    within.discard(id(node))
    if total > MAX_NODES:
        raise _EndlessError
    known[id(node)] = total
    return total


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _twice(node: yaml.Node, path: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Keys that stand twice in one mapping: the line of the later one, and its name."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _twice(item, (*path, str(index)))
    if not isinstance(node, yaml.MappingNode):
        return
    seen = set()
    for key, value in node.value:
        here = (*path, str(key.value))
        if str(key.value) in seen and key.value != "<<":
            yield key.start_mark.line + 1, ".".join(here)
        seen.add(str(key.value))
        yield from _twice(value, here)


def _place(node: yaml.Node | None, loc: Fault) -> tuple[int, str]:
    """Line and dotted name of a fault. Steps that are no key or index name a union's member."""
    line, names = (node.start_mark.line + 1 if node is not None else 0), []
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if str(key.value) == str(step):
                    line, node = key.start_mark.line + 1, value
                    names.append(str(step))
                    break
            else:
                if step is loc[-1]:
                    names.append(str(step))
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            names.append(str(step))
    return line, ".".join(names) or (str(loc[-1]) if loc else "")
