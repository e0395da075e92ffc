"""Random but valid messages of every kind, for tests that must hold for all of them."""

import random
import string
from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import NewType, Union, get_args, get_origin, get_type_hints

ALPHABET = string.ascii_letters + " '\"\\\n{}[]:,é漢🙂\u2028"


def invent(hint, rng):
    """A random value of an annotation that the vocabulary uses."""
    if isinstance(hint, NewType):
        return invent(hint.__supertype__, rng)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = [a for a in arguments if a is not NoneType]
        return None if rng.random() < 0.3 else invent(inner[0], rng)
    if origin is tuple:
        return tuple(invent(arguments[0], rng) for _ in range(rng.randrange(3)))
    if origin is dict:
        return {text(rng): invent(arguments[1], rng) for _ in range(rng.randrange(3))}
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{f.name: invent(hints[f.name], rng) for f in fields(hint)})
    if issubclass(hint, StrEnum):
        return rng.choice(list(hint))
    simple = {
        str: lambda: text(rng),
        int: lambda: rng.randrange(-(2**40), 2**40),
        float: lambda: rng.choice([0.0, -1.5, 1e-9, 12345.678901234567, rng.uniform(-1e6, 1e6)]),
        bool: lambda: rng.random() < 0.5,
    }
    return simple[hint]()


def text(rng):
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(12)))


def rng_of(name):
    return random.Random(name)
