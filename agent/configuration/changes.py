"""What differs between two editions of a configuration, said in a few words for an operator."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from agent.configuration.faults import shown
from agent.configuration.kinds import FileKind, TakesEffect

SAME = "says the same as before"
_MOST_TOLD = 6
_LONG = 40
_NAMES = ("id", "key", "name")
"""Fields by which the items of a list are known."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that is not as it was."""

    path: tuple[str, ...]
    what: str
    """`3.0 -> 2.0`, `added`, `removed`, `changed`."""

    def __str__(self) -> str:
        return f"{'.'.join(self.path)} {self.what}"


def changes(before: BaseModel, now: BaseModel, path: tuple[str, ...] = ()) -> Iterator[Change]:
    """Each setting that differs, in the order of the file."""
    for name in type(now).model_fields:
        old: Any = getattr(before, name, None)
        new: Any = getattr(now, name)
        here = (*path, name)
        if old == new:
            continue
        if isinstance(new, BaseModel) and type(old) is type(new):
            yield from changes(old, new, here)
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from _items(here, {str(k): v for k, v in old.items()}, _by_key(new))
        elif (olds := _named(old)) is not None and (news := _named(new)) is not None:
            yield from _items(here, olds, news)
        elif _alike(old, new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from changes(one, other, (*here, str(index)))
        else:
            yield Change(here, _replaced(old, new))


def told(found: Iterable[Change], kind: FileKind) -> str:
    """When the changes take effect, for one file: `takes effect now: x 3.0 -> 2.0`."""
    by_effect: dict[TakesEffect, list[Change]] = {}
    for change in found:
        by_effect.setdefault(kind.effect_of(change.path), []).append(change)
    known = [effect for effect in TakesEffect if effect in by_effect]
    parts = [f"{effect}: {_listed(by_effect[effect])}" for effect in known]
    return f"takes effect {'; '.join(parts)}" if parts else SAME


def _listed(found: Sequence[Change]) -> str:
    more = len(found) - _MOST_TOLD
    said = [str(change) for change in found[:_MOST_TOLD]]
    return ", ".join([*said, f"and {more} more"] if more > 0 else said)


def _items(path: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in (*new, *(gone for gone in old if gone not in new)):
        here = (*path, name)
        if name not in old:
            yield Change(here, "added")
        elif name not in new:
            yield Change(here, "removed")
        elif old[name] != new[name]:
            yield Change(here, _replaced(old[name], new[name]))


def _alike(old: object, new: object) -> bool:
    """Whether they are lists of groups that can be told one by one."""
    if not isinstance(old, list | tuple) or not isinstance(new, list | tuple):
        return False
    groups = all(isinstance(item, BaseModel) for item in (*old, *new))
    return groups and len(old) == len(new)


def _by_key(group: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in group.items()}


def _named(value: object) -> dict[str, Any] | None:
    """The items of a list by their names; None where they have none, or share one."""
    if not isinstance(value, list | tuple):
        return None
    named: dict[str, Any] = {}
    for item in value:
        name = next((getattr(item, n) for n in _NAMES if getattr(item, n, None)), None)
        if not isinstance(item, BaseModel) or name is None or str(name) in named:
            return None
        named[str(name)] = item
    return named


def _replaced(old: object, new: object) -> str:
    before, now = shown(old), shown(new)
    short = len(before) <= _LONG and len(now) <= _LONG and before != now
    return f"{before} -> {now}" if short else "changed"
