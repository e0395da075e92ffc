"""Two policies on the same days: what differs, how surely, and which line made it.

The same seeds bring the same people. Where one setting alone makes or unmakes an act, the act is
put down to its line; where only several together do, that is said. Whatever follows from a changed
act, later in the day, counts as changed by it.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lab.manners import Change
from agent.lab.measures import Figure, Measure, measures
from agent.lab.outcomes import DayResult, Deed
from agent.lab.statistics import Estimate, paired

_BLOCK_S: Final = 3600.0
_MOVED_S: Final = 0.5
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure, with the old policies and with the new."""

    old: Measure
    new: Measure
    change: Estimate


def differences(old: Sequence[DayResult], new: Sequence[DayResult]) -> list[Difference]:
    """Every figure of both, and what it changes by."""
    pairs = zip(measures(old), measures(new), strict=True)
    return [Difference(old=a, new=b, change=_change(a, b)) for a, b in pairs]


def _change(old: Measure, new: Measure) -> Estimate:
    keys = {_block(sample) for sample in (*old.samples, *new.samples)}
    if not keys:
        return Estimate(value=0.0, low=0.0, high=0.0, n=0)
    blocks = [(_values(old, key), _values(new, key)) for key in sorted(keys)]
    return paired(blocks, _FIGURES[old.figure])


def _block(sample: tuple[int, float, float]) -> tuple[int, int]:
    return sample[0], int(sample[1] // _BLOCK_S)


def _values(measure: Measure, block: tuple[int, int]) -> NDArray[np.float64]:
    found = [sample[2] for sample in measure.samples if _block(sample) == block]
    return np.asarray(found, np.float64)


def _middle(values: NDArray[np.float64], q: float) -> float:
    if not len(values):
        return math.nan
    return float(np.sort(values)[min(len(values) - 1, int(q * len(values)))])


_FIGURES: Mapping[Figure, Callable[[NDArray[np.float64]], float]] = {
    Figure.SHARE: lambda values: 100.0 * float(np.mean(values)) if len(values) else math.nan,
    Figure.MEDIAN: lambda values: _middle(values, 0.5),
    Figure.TENTH: lambda values: _middle(values, 0.9),
    Figure.COUNT: lambda values: float(np.sum(values)),
}


# Acts, and where their changes come from

ActKey = tuple[int, str, str]
"""(day of the run, who, policy branch): one thing done to one person.

Who: kind and moment of entering, which the seed decides; numbers depend on who else came.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActChange:
    """One act that is there only once, or came otherwise."""

    key: ActKey
    how: str
    """`gone`, `new`, `reworded`, `earlier`, `later`."""
    old: Deed | None
    new: Deed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one changed setting does by itself."""

    change: Change
    acts: Mapping[tuple[str, str], int]
    """(policy branch, how) -> acts of the comparison that this change alone brings about."""
    differences: tuple[Difference, ...]
    """Of the figures, this change alone against the old."""
    alone: bool
    """It was tried alone; False: it does not go without the others."""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Old and new, side by side."""

    old_name: str
    new_name: str
    old: tuple[DayResult, ...]
    new: tuple[DayResult, ...]
    differences: tuple[Difference, ...]
    acts: tuple[ActChange, ...]
    effects: tuple[Effect, ...]
    joint: Mapping[tuple[str, str], int]
    """(policy branch, how) -> acts that no single change brings about."""


def act_changes(old: Sequence[DayResult], new: Sequence[DayResult]) -> list[ActChange]:
    """Acts that were seen or heard and that differ between two runs of the same days."""
    before, after = _acts(old), _acts(new)
    found: list[ActChange] = []
    for key in sorted(before.keys() | after.keys()):
        mine, theirs = before.get(key), after.get(key)
        how = _how(mine, theirs)
        if how:
            found.append(ActChange(key=key, how=how, old=mine, new=theirs))
    return found


def _acts(days: Sequence[DayResult]) -> dict[ActKey, Deed]:
    """The first act of each branch toward each person."""
    found: dict[ActKey, Deed] = {}
    for number, day in enumerate(days):
        who = {one.person: f"{one.intention} {one.entered_at:.1f}" for one in day.visits}
        for deed in day.deeds:
            if deed.kind == "Act" and deed.text and deed.person in who:
                found.setdefault((number, who[deed.person], deed.policy), deed)
    return found


def _how(old: Deed | None, new: Deed | None) -> str:
    if old is None or new is None:
        return "gone" if new is None else "new"
    if old.text != new.text:
        return "reworded"
    if abs(old.at - new.at) > _MOVED_S:
        return "later" if new.at > old.at else "earlier"
    return ""


def credited(changed: Sequence[ActChange], alone: Sequence[DayResult]) -> list[ActChange]:
    """Those changes that a run with one changed setting brings about as well."""
    acts = _acts(alone)
    return [one for one in changed if _agrees(acts.get(one.key), one)]


def _agrees(deed: Deed | None, one: ActChange) -> bool:
    if deed is None or one.new is None:
        return deed is None and one.new is None
    if one.old is None:
        return True
    if one.how == "reworded":  # to whatever: phrases are said in turn, and the turn moves on
        return deed.text != one.old.text
    return deed.text == one.new.text and abs(deed.at - one.new.at) <= _MOVED_S


def tally(acts: Iterable[ActChange]) -> Counter[tuple[str, str]]:
    """How many of each branch, and how they changed."""
    return Counter((one.key[2], one.how) for one in acts)


def examples(acts: Sequence[ActChange], branch: str, how: str) -> list[ActChange]:
    """A few of a kind."""
    alike = [one for one in acts if (one.key[2], one.how) == (branch, how)]
    return alike[:_EXAMPLES]
