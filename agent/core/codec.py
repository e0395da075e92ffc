"""Messages as JSON and back: for recordings, JSON lines of the commands, and the console.

An object carries `kind` (the class name), `at`, and the fields. Reading is typed and strict about
what is there, and lenient about what is not: a field that this version does not know is ignored,
and one that an older recording lacks takes its default.
"""

import json
import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, Union, cast, get_args, get_origin, get_type_hints

from agent.core import messages
from agent.core.errors import BadInputError
from agent.core.messages import Message

KINDS: Mapping[str, type[Message]] = {
    name: kind
    for name in messages.__all__
    if isinstance(kind := getattr(messages, name), type)
    and issubclass(kind, Message)
    and kind is not Message
}
"""Every message type by its name on the wire."""


def encode(message: Message) -> dict[str, Any]:
    """A message as a JSON object."""
    return {"kind": type(message).__name__, **_plain(message)}


def to_line(message: Message) -> str:
    """A message as one line of JSON. Readers outside Python see no NaN."""
    return json.dumps(encode(message), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decode(data: object) -> Message:
    """Return the message that a JSON object says, or raise `BadInputError` naming the field."""
    if not isinstance(data, dict):
        raise BadInputError(f"a message must be a JSON object, and is {_short(data)}")
    kind = KINDS.get(str(data.get("kind")))
    if kind is None:
        raise BadInputError(f"there is no message kind {_short(data.get('kind'))}")
    read: _Read = _reader(cast(Hashable, kind))
    message: Message = read(data, kind.__name__)
    return message


def from_line(line: str | bytes) -> Message:
    """Return the message of one line of JSON, or raise `BadInputError`."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"a line that is not JSON: {error}") from None
    return decode(data)


def schema(kind: type[Message]) -> dict[str, Any]:
    """JSON Schema of a message type, as Foxglove and other tools read it."""
    body = _schema(kind)
    body["properties"] = {"kind": {"type": "string", "const": kind.__name__}, **body["properties"]}
    body["required"] = ["kind", *body["required"]]
    about = (kind.__doc__ or "").strip().splitlines()
    return {"title": kind.__name__, "description": about[0] if about else "", **body}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field's value
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in _names(cast(Hashable, type(value)))}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # "inf", "nan": JSON has no number for them
    return value


@cache
def _names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a dataclass
    return tuple(f.name for f in fields(kind))


_Read = Callable[[Any, str], Any]
"""Turns a JSON value into a field's value; the second argument says where, for errors."""


@cache
def _reader(hint: Any) -> _Read:  # noqa: ANN401 - any annotation of the vocabulary
    if isinstance(hint, NewType):
        return _reader(hint.__supertype__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _optional_reader(arguments)
    if origin is tuple:
        return _tuple_reader(_reader(arguments[0]))
    if origin is dict:
        return _dict_reader(_reader(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum_reader(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _object_reader(hint)
    if hint in (str, int, float, bool):
        return _scalar_reader(hint)
    raise TypeError(f"the codec has no rule for {hint}")


def _optional_reader(arguments: tuple[Any, ...]) -> _Read:
    (inner,) = (a for a in arguments if a is not NoneType)
    read_inner = _reader(inner)
    return lambda value, where: None if value is None else read_inner(value, where)


def _tuple_reader(read_item: _Read) -> _Read:
    def read(value: Any, where: str) -> Any:  # noqa: ANN401
        if not isinstance(value, list):
            raise BadInputError(f"{where} must be a list, and is {_short(value)}")
        return tuple(read_item(item, f"{where}.{i}") for i, item in enumerate(value))

    return read


def _dict_reader(read_item: _Read) -> _Read:
    def read(value: Any, where: str) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            raise BadInputError(f"{where} must be an object, and is {_short(value)}")
        return {str(key): read_item(item, f"{where}.{key}") for key, item in value.items()}

    return read


def _enum_reader(hint: type[StrEnum]) -> _Read:
    def read(value: Any, where: str) -> Any:  # noqa: ANN401
        try:
            return hint(value)
        except ValueError:
            known = ", ".join(hint)
            raise BadInputError(f"{where} must be one of {known}; is {_short(value)}") from None

    return read


def _scalar_reader(hint: type[Any]) -> _Read:
    accepted = (int, float) if hint is float else (hint,)

    def read(value: Any, where: str) -> Any:  # noqa: ANN401
        if hint is float and value in ("inf", "-inf", "nan"):
            return float(value)
        if not isinstance(value, accepted) or (isinstance(value, bool) and hint is not bool):
            raise BadInputError(f"{where} must be {hint.__name__}, and is {_short(value)}")
        try:
            return hint(value)
        except OverflowError:
            raise BadInputError(f"{where} is too large") from None

    return read


def _object_reader(hint: type[Any]) -> _Read:
    hints = get_type_hints(hint)
    readers = {f.name: _reader(hints[f.name]) for f in fields(hint)}
    needed = {f.name for f in fields(hint) if f.default is MISSING and f.default_factory is MISSING}

    def read(value: Any, where: str) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            raise BadInputError(f"{where} must be an object, and is {_short(value)}")
        if missing := needed - value.keys():
            raise BadInputError(f"{where} lacks {', '.join(sorted(missing))}")
        return hint(
            **{
                name: read_field(value[name], f"{where}.{name}")
                for name, read_field in readers.items()
                if name in value
            }
        )

    return read


def _schema(hint: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(hint, NewType):
        return _schema(hint.__supertype__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return {"oneOf": [_schema(a) for a in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return {
            "type": "object",
            "properties": {f.name: _schema(hints[f.name]) for f in fields(hint)},
            "required": [
                f.name
                for f in fields(hint)
                if f.default is MISSING and f.default_factory is MISSING
            ],
        }
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [str(member) for member in hint]}
    names = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
    return {"type": names[hint]}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
