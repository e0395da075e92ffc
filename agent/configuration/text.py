"""Configuration models as commented YAML and as JSON Schema: the reference writes itself."""

import json
import textwrap
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

_WIDTH = 92


def as_yaml(model: type[BaseModel] | BaseModel, heading: str = "") -> str:
    """Every setting with its meaning, its range and its value, as a file that reads back.

    Given a class, the values are the defaults, and a setting without one stands as a comment.
    Given an instance, the values are the instance's.
    """
    lines = [f"# {line}" for line in textwrap.wrap(heading, _WIDTH - 2)]
    if lines:
        lines.append("")
    if isinstance(model, BaseModel):
        lines += _settings(type(model), model, "")
    else:
        lines += _settings(model, None, "")
    return "\n".join(lines).rstrip() + "\n"


def as_json_schema(model: type[BaseModel]) -> str:
    """JSON Schema of the model, for editors that complete and check YAML."""
    return json.dumps(model.model_json_schema(), indent=2) + "\n"


def _settings(model: type[BaseModel], instance: BaseModel | None, indent: str) -> Iterator[str]:
    """The lines of one model's settings."""
    for name, field in model.model_fields.items():
        shown = field.alias or name
        yield from _about(field, indent)
        value = getattr(instance, name) if instance is not None else default_of(field)
        if value is PydanticUndefined:
            yield f"{indent}# {shown}:   (has no default: set it)"
        elif isinstance(value, BaseModel):
            inner = list(_settings(type(value), value, indent + "  "))
            yield f"{indent}{shown}:" + ("" if inner else " {}")
            yield from inner
            if not indent:
                yield ""
        else:
            yield from _dumped(shown, value, indent)


def default_of(field: FieldInfo) -> Any:  # noqa: ANN401 - any default
    """The default of a field; `PydanticUndefined` when it has none."""
    return field.get_default(call_default_factory=True, validated_data={})


def _about(field: FieldInfo, indent: str) -> Iterator[str]:
    """The field's description, its range and its choices as comment lines."""
    parts = [field.description.strip().rstrip(".") + "." if field.description else ""]
    parts += [choices(field.annotation), bounds(field)]
    text = " ".join(part for part in parts if part)
    for line in textwrap.wrap(text, _WIDTH - 2 - len(indent), break_long_words=False):
        yield f"{indent}# {line}"


def bounds(field: FieldInfo) -> str:
    """Say the range of a field: `From 0 to 10.`, from the constraints of the field."""
    limits: dict[str, Any] = {}
    for constraint in field.metadata:
        for key in ("gt", "ge", "lt", "le", "min_length", "max_length"):
            value = getattr(constraint, key, None)
            if value is not None:
                limits[key] = value
    words = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}
    said = [text.format(f"{limits[key]:g}") for key, text in words.items() if key in limits]
    if len(said) == 1 and "le" in limits:
        said = [f"at most {limits['le']:g}"]
    for key, text in (("min_length", "at least {} long"), ("max_length", "at most {} long")):
        if key in limits:
            said.append(text.format(limits[key]))
    joined = " ".join(said) if len(said) < 3 else ", ".join(said)
    return joined[:1].upper() + joined[1:] + "." if joined else ""


def choices(annotation: Any) -> str:  # noqa: ANN401
    """`One of a, b.`, for enumerations and literals."""
    values: list[str] = []
    for member in (annotation, *get_args(annotation)):
        if isinstance(member, type) and issubclass(member, Enum):
            values += [str(item.value) for item in member]
        elif get_origin(member) is Literal:
            values += [str(item) for item in get_args(member)]
    if get_origin(annotation) is Literal:
        values = [str(item) for item in get_args(annotation)]
    return f"One of {', '.join(values)}." if len(values) > 1 else ""


def _dumped(name: str, value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401
    """`name: value` as YAML lines."""
    text = yaml.safe_dump(
        {name: _plain(value)},
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH - len(indent),
        default_flow_style=_flows(value),
    )
    if _flows(value):
        text = text.strip()[1:-1]
        text = " ".join(text.split())
    for line in text.rstrip().splitlines():
        yield indent + line


def _flows(value: Any) -> bool:  # noqa: ANN401
    """Whether the value is a short list of plain things, shown on one line."""
    if not isinstance(value, list | tuple | set | frozenset):
        return False
    plain = all(isinstance(item, int | float) for item in value)
    return plain and len(value) <= 8


def _plain(value: Any) -> Any:  # noqa: ANN401
    """A value as YAML knows it."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="json", by_alias=True))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)  # a path, a time, a date
