"""What pydantic finds wrong with a configuration, said to a person who edits YAML."""

import difflib
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Fault = tuple[int | str, ...]
"""Where a fault lies: names and indices from the top."""

_KEY = "[key]"
_SENTENCES = ("value_error", "assertion_error")
"""Said by a model's own check, after all single settings were right: these stand for themselves."""


def explain(error: ValidationError, model: type[BaseModel]) -> list[tuple[Fault, str]]:
    """Where and what, for each fault. Members of a union that do not fit are told as one."""
    singles: list[tuple[Fault, str]] = []
    choices: dict[Fault, dict[str, list[ErrorDetails]]] = {}
    for fault in error.errors():
        at_union = _union_on_the_way(model, fault["loc"])
        if at_union is None:
            where = getattr(fault.get("ctx", {}).get("error"), "field", ())
            singles.append((_clean((*fault["loc"], *where)), _say(fault, model)))
        else:
            member = str(fault["loc"][at_union])
            choices.setdefault(fault["loc"][:at_union], {}).setdefault(member, []).append(fault)
    for place, members in choices.items():
        singles.extend(_say_choice(place, members, model))
    return singles


def numbers_that_are_words(data: object, model: type[BaseModel]) -> Iterator[tuple[Fault, str]]:
    """Where YAML found true or false and a number is meant; pydantic takes them for 1 and 0."""
    for loc, value in _truths(data, ()):
        annotation, at_union = _walk(model, loc)
        members = _members(annotation)
        if at_union is None and bool not in members and {int, float} & {*members}:
            said = shown(value)
            yield loc, f"must be a number, and is {said}; YAML takes yes, no, on and off for that"


def _truths(data: object, loc: Fault) -> Iterator[tuple[Fault, bool]]:
    if isinstance(data, bool):
        yield loc, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _truths(value, (*loc, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _truths(value, (*loc, index))


def alike(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` when something known is spelled like `word`, else nothing."""
    lowered = {name.lower(): name for name in known}
    plain = word.lower().replace("-", "_")
    near = difflib.get_close_matches(plain, lowered, n=1, cutoff=0.6)
    return f"; did you mean {lowered[near[0]]}?" if near else ""


def shown(value: object) -> str:
    """A value as the operator wrote it, shortened."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a group of settings"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, date):
        return str(value)
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _say_choice(
    place: Fault, members: dict[str, list[ErrorDetails]], model: type[BaseModel]
) -> Iterator[tuple[Fault, str]]:
    """A value that fits no member of a union: tell of the member that it comes nearest to."""

    def misfit(faults: list[ErrorDetails]) -> tuple[bool, int, int]:
        of_the_whole = any(
            len(f["loc"]) == len(place) + 1 and f["type"] not in _SENTENCES for f in faults
        )
        unknown = sum(f["type"] == "extra_forbidden" for f in faults)
        return of_the_whole, unknown, len(faults)

    nearest = min(members.values(), key=misfit)
    if not misfit(nearest)[0]:
        for fault in nearest:
            yield _clean((*place, *fault["loc"][len(place) + 1 :])), _say(fault, model)
        return
    wants = list(dict.fromkeys(_want(fault) for faults in members.values() for fault in faults))
    value = nearest[0]["input"]
    yield _clean(place), f"must be {' or '.join(wants)}, and is {shown(value)}"


def _clean(loc: Fault) -> Fault:
    return tuple(step for step in loc if step != _KEY)


def _say(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """One fault in plain words."""
    kind, loc, value = fault["type"], fault["loc"], fault["input"]
    context: dict[str, Any] = fault.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields_at(model, loc[:-1])
        near = alike(str(loc[-1]), known)
        listed = f"; there is {', '.join(known)}" if known and len(known) <= 12 else ""
        return "unknown setting" + (near or listed)
    if kind == "missing":
        return "is needed and not there"
    if kind in _SENTENCES:
        return str(context.get("error", fault["msg"]))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tag = str(context.get("discriminator", "")).strip("'")
        if kind == "union_tag_not_found":
            return f"needs `{tag}:`, one of {', '.join(_tags(model, loc, tag))}"
        tags = [t.strip(" '") for t in str(context.get("expected_tags", "")).split(",")]
        given = str(context.get("tag", ""))
        return f"{tag} must be one of {', '.join(tags)}; is {given!r}" + alike(given, tags)
    if kind == "string_pattern_mismatch" and (likely := _likely(fault, model)):
        return f"has the wrong form, and is {shown(value)}; {likely}"
    return f"must be {_want(fault)}, and is {shown(value)}{_hint(fault)}"


def _want(fault: ErrorDetails) -> str:
    """What was expected, to follow `must be`."""
    context: dict[str, Any] = fault.get("ctx", {})
    kind = fault["type"]
    if kind in _BOUNDS:
        phrase, key = _BOUNDS[kind]
        bound = context.get(key)
        return phrase.format(f"{bound:g}" if isinstance(bound, float) else bound)
    if kind in ("literal_error", "enum"):
        return "one of " + ", ".join(_expected(context))
    for start, phrase in _TYPES:
        if kind.startswith(start):
            return phrase
    message = fault["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


_BOUNDS = {
    "greater_than": ("more than {}", "gt"),
    "greater_than_equal": ("at least {}", "ge"),
    "less_than": ("less than {}", "lt"),
    "less_than_equal": ("at most {}", "le"),
    "string_too_short": ("text of at least {} characters", "min_length"),
    "string_too_long": ("text of at most {} characters", "max_length"),
    "too_short": ("a list of at least {}", "min_length"),
    "too_long": ("a list of at most {}", "max_length"),
    "string_pattern_mismatch": ("text of the form {}", "pattern"),
    "multiple_of": ("a multiple of {}", "multiple_of"),
}
_TYPES = (
    ("int_from_float", "a whole number"),
    ("int", "a whole number"),
    ("float", "a number"),
    ("finite_number", "a number that is not infinite"),
    ("bool", "true or false"),
    ("string", "text"),
    ("list", "a list (lines that begin with `- `)"),
    ("tuple", "a list (lines that begin with `- `)"),
    ("set", "a list (lines that begin with `- `)"),
    ("frozen_set", "a list (lines that begin with `- `)"),
    ("dict", "a group of settings (`name: value` lines)"),
    ("model", "a group of settings (`name: value` lines)"),
    ("dataclass", "a group of settings (`name: value` lines)"),
    ("none_required", "empty"),
    ("path", "the name of a file or folder"),
    ("url", "an address such as http://localhost:8000"),
    ("time", "a time such as '08:30', in quotes"),
)


def _hint(fault: ErrorDetails) -> str:
    """What a beginner most likely meant."""
    kind, value = fault["type"], fault["input"]
    if kind == "string_type" and isinstance(value, bool):
        return "; YAML takes yes, no, on and off for true and false: put it in quotes"
    if kind == "string_type" and isinstance(value, int | float | date):
        return "; put it in quotes"
    if kind.startswith(("int", "float")) and isinstance(value, str) and "," in value:
        return "; write decimals with a point"
    if kind.startswith(("int", "float")) and isinstance(value, str) and _WITH_UNIT.match(value):
        return "; write the number alone: the name ends in its unit" + _unit_of(fault["loc"])
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    if name.endswith("_hour") and isinstance(value, int) and value >= 60:
        whole = f"{value / 60:g}"  # YAML reads 21:00 as 21 times sixty
        return f"; YAML reads {value // 60}:{value % 60:02d} so: write {whole}"
    if kind == "less_than_equal" and value > _OTHER_UNIT * fault["ctx"]["le"]:
        unit = _unit_of(fault["loc"])
        return f"; the name ends in its unit{unit}" if unit else ""
    if kind.startswith("date"):
        return "; write days as 2026-12-24, the year first"
    if kind in ("literal_error", "enum"):
        return alike(str(value), _expected(fault.get("ctx", {})))
    if kind in ("list_type", "tuple_type") and isinstance(value, str):
        return f"; write `[{value}]`" if "," not in value else ""
    return ""


def _unit_of(loc: Fault) -> str:
    name = next((str(step) for step in reversed(loc) if isinstance(step, str)), "")
    unit = next((said for end, said in _UNITS.items() if name.endswith(end)), "")
    return f", {unit}" if unit else ""


_OTHER_UNIT = 20
"""So many times too large, a number was meant in another unit."""
_WITH_UNIT = re.compile(r"\s*-?\d+(?:\.\d+)?\s*[a-zA-Z%°]+\s*$")
_UNITS = {"_m_s": "metres a second", "_ms": "milliseconds", "_s": "seconds", "_m": "metres",
          "_rad": "radians", "_hz": "times a second", "_db": "decibels", "_hour": "hours",
          "_percent": "percent"}  # fmt: skip


def _expected(context: dict[str, Any]) -> list[str]:
    text = str(context.get("expected", ""))
    return [part.strip(" '") for part in text.replace(" or ", ", ").split(",") if part.strip()]


def _members(annotation: Any) -> list[Any]:  # noqa: ANN401 - any annotation of a model
    """The members of an annotation that is a union; itself otherwise. None is no member."""
    if get_origin(annotation) is None and not isinstance(annotation, type):
        return [annotation]
    arguments = get_args(annotation)
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        return [m for a in arguments if a is not type(None) for m in _members(a)]
    if hasattr(annotation, "__metadata__"):  # Annotated
        return _members(arguments[0])
    return [annotation]


def _step(annotation: Any, step: int | str) -> list[Any]:  # noqa: ANN401
    """What a step into a value of this annotation may lead to."""
    found: list[Any] = []
    for member in _members(annotation):
        origin, arguments = get_origin(member), get_args(member)
        if isinstance(member, type) and issubclass(member, BaseModel):
            field = _field_named(member, str(step))
            if field is not None:
                found.append(field)
        elif origin in (list, tuple, set, frozenset) and isinstance(step, int) and arguments:
            found.append(arguments[0])
        elif origin is not None and len(arguments) == 2 and origin is not Literal:  # a mapping
            found.append(arguments[1])
    return found


def _field_named(model: type[BaseModel], name: str) -> Any:  # noqa: ANN401
    for field_name, field in model.model_fields.items():
        if name in (field_name, field.alias):
            return field.annotation
    return None


def _walk(model: type[BaseModel], loc: Fault) -> tuple[Any, int | None]:
    """The annotation at `loc`, and the first step that names a union's member, if any."""
    here: Any = model
    for index, step in enumerate(loc):
        if step == _KEY:
            continue
        into = _step(here, step)
        if into:
            here = into[0] if len(into) == 1 else Union[tuple(into)]  # noqa: UP007
            continue
        named = [m for m in _members(here) if _label(m) == str(step) or _tagged(m, step)]
        if len(_members(here)) > 1 and index < len(loc):
            return (named[0] if named else here), index
        return here, None
    return here, None


def _union_on_the_way(model: type[BaseModel], loc: Fault) -> int | None:
    _, index = _walk(model, loc)
    return index


def _label(member: Any) -> str:  # noqa: ANN401
    return getattr(member, "__name__", str(member))


def _tagged(member: Any, tag: int | str) -> bool:  # noqa: ANN401
    """Whether this member of a union is told from the others by a field of that value."""
    if not (isinstance(member, type) and issubclass(member, BaseModel)):
        return False
    fields = member.model_fields.values()
    return any(f.default == tag and tag in get_args(f.annotation) for f in fields)


def _tags(model: type[BaseModel], loc: Fault, name: str) -> list[str]:
    """The values of `name` by which the members of a union at this place are told apart."""
    annotation, _ = _walk(model, loc)
    fields = [
        _field_named(member, name)
        for member in _members(annotation)
        if isinstance(member, type) and issubclass(member, BaseModel)
    ]
    return [str(tag) for field in fields for tag in get_args(field)]


def _fields_at(model: type[BaseModel], loc: Fault) -> list[str]:
    """The settings that exist at this place."""
    names: list[str] = []
    for member in _models_at(model, loc):
        names += [field.alias or name for name, field in member.model_fields.items()]
    return list(dict.fromkeys(names))


def _likely(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """How the setting of this fault may look: its default, or what is said about it."""
    for member in _models_at(model, fault["loc"][:-1]):
        field = member.model_fields.get(str(fault["loc"][-1]))
        if field is not None and isinstance(field.default, str) and field.default:
            return f"write it like this: {field.default}"
        if field is not None and field.description:
            return f"what it means: {field.description.rstrip('.')}"
    return ""


def _models_at(model: type[BaseModel], loc: Fault) -> list[type[BaseModel]]:
    """The models whose settings exist at this place."""
    rest, here = loc, model
    while True:
        annotation, index = _walk(here, rest)
        if index is None:
            break
        rest = rest[index + 1 :]
        here = annotation
        if not (isinstance(here, type) and issubclass(here, BaseModel)):
            break
    found = _members(annotation)
    return [m for m in found if isinstance(m, type) and issubclass(m, BaseModel)]
