"""Which step comes next on a form, and whether the last one did what it was to do. Pure.

There is no list of steps made in advance: after each one the page says what is really there, and
the next step follows from that. So a page that was turned, scrolled or filled by hand meanwhile
needs no case of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from behavior.forms.config import FieldConfig, FormConfig
from behavior.forms.screen import BACK, NEXT, Seen, SeenField, Step

TAPPED = frozenset({"choice", "yes_no", "agree"})
"""Kinds that are filled by a tap on what is meant."""


class Wrong(StrEnum):
    """What a step met instead of what was meant."""

    CHANGED = "changed"
    """The form on the page is not the one the site describes."""
    RELOADED = "reloaded"
    """The page shows no form, or another showing of it."""
    BY_HAND = "by_hand"
    """Something was filled in or changed by a hand."""
    NOT_DONE = "not_done"
    """The step had no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """How the form is to stand in the end."""

    values: Mapping[str, str]
    """Key -> value; an empty one empties the field."""
    at: str = ""
    """The field to stop at, for the visitor to go on with."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A step that went otherwise."""

    wrong: Wrong
    fields: tuple[str, ...] = ()


def next_step(form: FormConfig, seen: Seen, goal: Goal) -> Step | None:
    """Return the next step towards `goal`, or None when the form stands as it should."""
    for field in form.fields:
        wanted = goal.values.get(field.key)
        there = seen.field(field.key)
        if wanted is None or there is None or there.value == wanted:
            continue
        return _reach(field, there, seen) or _put(field, wanted)
    last, there = form.field(goal.at), seen.field(goal.at)
    return _reach(last, there, seen) if last is not None and there is not None else None


def _reach(field: FieldConfig, there: SeenField, seen: Seen) -> Step | None:
    """Get to a field: its page, into view, onto it."""
    if seen.page != field.page:
        return Step(do="tap", target=NEXT if seen.page < field.page else BACK)
    if not there.visible:
        return Step(do="scroll", target=field.key)
    if seen.at != field.key:
        return Step(do="tap", target=field.key)
    return None


def _put(field: FieldConfig, value: str) -> Step:
    if field.kind in TAPPED and value:
        return Step(do="tap", target=field.key, text=value)
    return Step(do="type", target=field.key, text=value)


def mismatch(
    form: FormConfig, sheet: str, step: Step, before: Seen, after: Seen
) -> Mismatch | None:
    """Compare what is there after a step with what was meant; None: it is as meant."""
    if after.sheet != sheet:
        return Mismatch(Wrong.RELOADED)
    if not as_described(form, after):
        return Mismatch(Wrong.CHANGED)
    target = step.target if step.do == "type" or (step.do == "tap" and step.text) else ""
    touched = tuple(
        field.key
        for field in form.fields
        if field.key != target and after.values.get(field.key) != before.values.get(field.key)
    )
    if touched or after.by_hand:
        return Mismatch(Wrong.BY_HAND, touched or ((target,) if target else ()))
    return None if _done(step, before, after) else Mismatch(Wrong.NOT_DONE, (step.target,))


def _done(step: Step, before: Seen, after: Seen) -> bool:
    there = after.field(step.target)
    match step.do:
        case "read":
            return True
        case "tap" if step.target in (NEXT, BACK):
            return after.page == before.page + (1 if step.target == NEXT else -1)
        case "tap" if not step.text:
            return after.at == step.target
        case "scroll":
            return there is not None and there.visible
        case _:
            return there is not None and there.value == step.text


def as_described(form: FormConfig, seen: Seen) -> bool:
    """Whether the page shows the form of the site: the same fields, words and options."""
    described = [(f.key, f.label, f.kind, f.required, f.options, f.page) for f in form.fields]
    shown = [(f.key, f.label, f.kind, f.required, f.options, f.page) for f in seen.fields]
    return described == shown


def open_fields(
    form: FormConfig, values: Mapping[str, str], skipped: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The fields that are still to be asked for, in order."""
    return tuple(
        field.key
        for field in form.fields
        if not values.get(field.key) and not (field.key in skipped and not field.required)
    )
