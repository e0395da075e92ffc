"""Finds words in everything that hangs on some objects: whatever is kept is found, by any name."""

import asyncio
import functools
import types
from collections import deque

from pydantic import BaseModel

_LEFT_OUT = (types.ModuleType, type, asyncio.AbstractEventLoop, asyncio.Future, int, float)


def places_of(word, **roots):
    """Where `word` is kept, as paths; tests of forgetting expect none."""
    found, seen = [], set()
    todo = deque(roots.items())
    while todo:
        path, one = todo.popleft()
        if isinstance(one, str | bytes):
            text = one if isinstance(one, str) else one.decode("utf-8", "ignore")
            if word.lower() in text.lower():
                found.append(f"{path}: {text[:60]!r}")
            continue
        if id(one) in seen or one is None or isinstance(one, _LEFT_OUT):
            continue
        seen.add(id(one))
        todo.extend((f"{path}{step}", part) for step, part in _parts(one))
    return found


def _parts(one):
    if isinstance(one, dict):
        for key, value in one.items():
            yield f"[{key!r}]", value
            yield f" key {key!r}", key
    elif isinstance(one, list | tuple | set | frozenset | deque):
        yield from ((f"[{i}]", part) for i, part in enumerate(one))
    elif isinstance(one, functools.partial):
        yield from (("(args)", one.args), ("(keywords)", one.keywords), ("(func)", one.func))
    elif isinstance(one, types.MethodType):
        yield "(self)", one.__self__
    elif isinstance(one, types.FunctionType):
        yield from (
            ("(cell)", cell.cell_contents) for cell in one.__closure__ or () if _is_full(cell)
        )
    elif isinstance(one, BaseModel):
        yield from ((f".{name}", getattr(one, name)) for name in type(one).model_fields)
    elif isinstance(one, asyncio.Queue):
        yield "(queue)", list(one._queue)
    else:
        names = [*getattr(one, "__dict__", ())]
        names += [n for kind in type(one).__mro__ for n in getattr(kind, "__slots__", ())]
        for name in names:
            if hasattr(one, name):
                yield f".{name}", getattr(one, name)


def _is_full(cell):
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
