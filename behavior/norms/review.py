"""Looks for norms that cannot be meant: nothing triggers them, or their examples end otherwise.

A norm asks several facts, each alone. So it can be triggered when, fact by fact, some value passes
what is asked in `when` and nothing of that fact in `unless`. A few facts hang together; those few
are named here.
"""

import difflib
from collections.abc import Iterable, Iterator

from agent.core.messages import Engagement, Expression, Priority
from behavior.norms.facts import FACTS, FactKind
from behavior.norms.norm import Check, Norm, Norms
from behavior.norms.people import FactValue
from behavior.norms.words import spoken
from behavior.policies.catalogue import CATALOGUE

_WORDS: dict[str, tuple[str, ...]] = {
    "act.policy": tuple(CATALOGUE),
    "act.priority": tuple(Priority),
    "act.face": tuple(Expression),
    "addressee.engagement": tuple(each for each in Engagement if each is not Engagement.LEFT),
}
"""All values of the facts that are words."""
_LEAST = 0.0
"""No number that a norm can ask for is below it: distances, counts, hours, durations."""
_MOST = {"room.hour": 24.0}
_WHOLE = {"room.people"}
"""Numbers that are counts."""
_NEXT = 1e-6
_NEEDS: dict[str, tuple[str, bool]] = {
    "act.text": ("act.speaks", True),
    "act.greets": ("act.speaks", True),
    "act.names_somebody": ("act.speaks", True),
    "room.page_in_use": ("room.page_connected", True),
    **{name: ("addressee.seen", True) for name in FACTS if name.startswith("addressee.")},
}
"""Facts that say something, or are true, only where another is."""
_LINKED_WHEN_TRUE = {"act.greets", "act.names_somebody", "room.page_in_use"}
"""Of these, the ones whose being false says nothing about the other."""


def why_never(norm: Norm) -> str:
    """Why nothing can trigger the norm; empty when something can."""
    for name, check in norm.when.items():
        if wrong := _no_such_word(name, check):
            return wrong
        if not any(check.holds(value) for value in values(name, (check,))):
            return f"no value of {name} passes what is asked of it"
        unless = norm.unless.get(name)
        asked = (check,) if unless is None else (check, unless)
        if unless and not any(
            check.holds(value) and not unless.holds(value) for value in values(name, asked)
        ):
            return f"`unless` takes away every {name} that `when` asks for"
    for name, (other, truth) in _NEEDS.items():
        asks, of_other = norm.when.get(name), norm.when.get(other)
        if asks is None or of_other is None or name == other or of_other.holds(truth):
            continue
        if name not in _LINKED_WHEN_TRUE or not asks.holds(False):
            return f"{name} cannot be so while {other} is {str(not truth).lower()}"
    return ""


def untriggerable(norms: Iterable[Norm]) -> Iterator[tuple[Norm, str]]:
    """The norms that nothing can trigger, and why."""
    for norm in norms:
        if why := why_never(norm):
            yield norm, why


def failing_examples(norms: Norms) -> Iterator[tuple[Norm, str, str]]:
    """Each example that ends otherwise than its norm says: the norm, which one, and how."""
    for norm in norms.all:
        for index, scene in enumerate(norm.examples.fires):
            fired = norms.judge(scene.situation(), scene.wish()).fired
            if norm.id not in fired:
                told = f"; what fires: {', '.join(fired)}" if fired else ""
                yield norm, f"examples.fires.{index}", f"it does not fire here{told}"
        for index, scene in enumerate(norm.examples.silent):
            if norm.id in norms.judge(scene.situation(), scene.wish()).fired:
                yield norm, f"examples.silent.{index}", "it fires here"


def _no_such_word(name: str, check: Check) -> str:
    known = _WORDS.get(name)
    if known is None:
        return ""
    named = check.one_of or ((str(check.equals),) if check.equals is not None else ())
    unknown = [word for word in named if word not in known]
    if not unknown or any(word in known for word in named):
        return ""
    near = difflib.get_close_matches(unknown[0], known, n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; there is {', '.join(known)}"
    return f"{name} is never {unknown[0]}{hint}"


def values(name: str, checks: tuple[Check, ...]) -> list[FactValue]:
    """Return enough values of the fact to tell: all of them, or both sides of every limit."""
    match FACTS[name].kind:
        case FactKind.FLAG:
            return [True, False]
        case FactKind.WORD:
            return list(_WORDS.get(name, ()))
        case FactKind.TEXT:
            return [spoken(""), *(spoken(one) for check in checks for one in check.mentions)]
        case FactKind.NUMBER:
            limits = {_LEAST, _MOST.get(name, 1e6) - _NEXT}
            for check in checks:
                given = (check.equals, check.above, check.below, check.from_hour, check.until_hour)
                limits |= {float(limit) for limit in given if isinstance(limit, int | float)}
            if name in _WHOLE:
                near = {float(round(limit) + step) for limit in limits for step in (-1, 0, 1)}
            else:
                near = {limit + step for limit in limits for step in (-_NEXT, 0.0, _NEXT)}
            return [value for value in sorted(near) if _LEAST <= value < _MOST.get(name, 1e9)]
