"""The figures of the lab: what an operator wants to know of many simulated days."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from agent.lab.outcomes import DayResult, Visit
from agent.lab.parties import (
    idle,
    lead_s,
    missed,
    passes,
    served,
    spoken_to,
    wait_s,
    wanting,
)
from agent.lab.statistics import Estimate, median, quantile, share

PASSERS_BY_TARGET: Final = 1.0
MISSED_TARGET: Final = 2.0
LEAD_TARGET_S: Final = 1.0


Sample = tuple[int, float, float]
"""(day of the run, moment of that day, value)."""


class Figure(StrEnum):
    """How many values become one."""

    SHARE = "share"
    """Hundred times the mean of zeros and ones."""
    MEDIAN = "median"
    TENTH = "slowest tenth"
    COUNT = "count"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure, and the values it was made from."""

    key: str
    label: str
    about: str
    figure: Figure
    samples: tuple[Sample, ...]
    unit: str
    digits: int = 1
    better: str = "lower"
    """`lower`, `higher`, or empty: neither."""
    target: float | None = None
    failing: str = ""
    """What to say when the target is missed: `it misses visitors`."""

    @cached_property
    def estimate(self) -> Estimate:
        """The figure with its interval."""
        values = [value for _, _, value in self.samples]
        match self.figure:
            case Figure.SHARE:
                return share(round(sum(values)), len(values), 100)
            case Figure.MEDIAN:
                return median(values)
            case Figure.TENTH:
                return quantile(values, 0.9)
            case Figure.COUNT:
                total = sum(values)
                return Estimate(value=total, low=total, high=total, n=len(values))

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None: there is none, or nobody to judge it by."""
        value = self.estimate.value
        if self.target is None or math.isnan(value):
            return None
        return value <= self.target if self.better == "lower" else value >= self.target


def measures(days: Sequence[DayResult]) -> list[Measure]:
    """All figures of these days, the ones with targets first."""
    return [*_with_targets(days), *_of_service(days), *_of_annoyance(days)]


def _of_parties(
    days: Sequence[DayResult],
    value: Callable[[list[Visit]], float | None],
    among: Callable[[Iterable[DayResult]], list[list[Visit]]] = wanting,
) -> tuple[Sample, ...]:
    """A value for each party, of those that wanted help if not said otherwise; None: none."""
    return tuple(
        (number, party[0].entered_at, found)
        for number, day in enumerate(days)
        for party in among([day])
        if (found := value(party)) is not None
    )


def _of_people(
    days: Sequence[DayResult], value: Callable[[Visit], float | None]
) -> tuple[Sample, ...]:
    return tuple(
        (number, one.entered_at, found)
        for number, day in enumerate(days)
        for one in day.visits
        if (found := value(one)) is not None
    )


def _with_targets(days: Sequence[DayResult]) -> list[Measure]:
    broken_at = tuple(
        (number, breach.at, 1.0)
        for number, day in enumerate(days)
        for breach in day.breaches
        if breach.knowable
    )
    return [
        Measure(
            key="passers_by",
            label="Passers-by spoken to",
            about="of 100, alone or together, who wanted nothing and did not stop to look at it",
            figure=Figure.SHARE,
            samples=_of_parties(
                days, lambda party: float(spoken_to(party)) if passes(party) else None, idle
            ),
            unit="in 100",
            digits=2,
            target=PASSERS_BY_TARGET,
            failing="it speaks to people who walk by",
        ),
        Measure(
            key="missed",
            label="Visitors missed",
            about="of 100 who wanted help, alone or together, and left without a word from it",
            figure=Figure.SHARE,
            samples=_of_parties(days, lambda party: float(missed(party))),
            unit="in 100",
            digits=2,
            target=MISSED_TARGET,
            failing="it misses visitors",
        ),
        Measure(
            key="lead",
            label="First sign comes ahead",
            about="before a visitor stands or speaks, median",
            figure=Figure.MEDIAN,
            samples=_of_parties(days, lead_s),
            unit="s",
            digits=2,
            better="higher",
            target=LEAD_TARGET_S,
            failing="it notices people too late",
        ),
        Measure(
            key="breaches",
            label="Norms broken",
            about="times, judged by what was really so and could be seen",
            figure=Figure.COUNT,
            samples=broken_at,
            unit="times",
            digits=0,
            target=0.0,
            failing="it breaks norms",
        ),
    ]


def _of_service(days: Sequence[DayResult]) -> list[Measure]:
    replies = tuple((number, at, s) for number, day in enumerate(days) for at, s in day.replies_s)
    return [
        Measure(
            key="served",
            label="Visitors served",
            about="of 100 who wanted help, alone or together",
            figure=Figure.SHARE,
            samples=_of_parties(days, lambda party: float(served(party))),
            unit="in 100",
            better="higher",
        ),
        Measure(
            key="sign_after_entry",
            label="Door to first sign",
            about="a look, a nod, a wave; median",
            figure=Figure.MEDIAN,
            samples=_of_parties(days, lambda p: _after_entry(p, lambda one: one.sign_at)),
            unit="s",
        ),
        Measure(
            key="word_after_entry",
            label="Door to first word",
            about="median",
            figure=Figure.MEDIAN,
            samples=_of_parties(days, lambda p: _after_entry(p, lambda one: one.word_at)),
            unit="s",
        ),
        Measure(
            key="wait",
            label="Waiting for the first word",
            about="after standing or speaking, median",
            figure=Figure.MEDIAN,
            samples=_of_parties(days, wait_s),
            unit="s",
        ),
        Measure(
            key="wait_p90",
            label="The slowest tenth waits",
            about="at least so long for the first word",
            figure=Figure.TENTH,
            samples=_of_parties(days, wait_s),
            unit="s",
        ),
        Measure(
            key="reply",
            label="Answer after a line",
            about="from the end of a visitor's line to the first sound, median",
            figure=Figure.MEDIAN,
            samples=replies,
            unit="s",
            digits=2,
        ),
    ]


def _of_annoyance(days: Sequence[DayResult]) -> list[Measure]:
    return [
        Measure(
            key="interrupted",
            label="Visitors interrupted",
            about="of 100 who spoke",
            figure=Figure.SHARE,
            samples=_of_people(days, lambda one: float(one.interrupted > 0) if one.turns else None),
            unit="in 100",
        ),
        Measure(
            key="onlookers",
            label="Onlookers spoken to",
            about="of 100 who wanted nothing, and stood within 3 m looking at it before any word",
            figure=Figure.SHARE,
            samples=_of_parties(
                days, lambda party: None if passes(party) else float(spoken_to(party)), idle
            ),
            unit="in 100",
            better="",
        ),
        Measure(
            key="disturbed",
            label="People bothered",
            about="of 100 people, for whatever reason they had",
            figure=Figure.SHARE,
            samples=_of_people(days, lambda one: float(bool(one.disturbed))),
            unit="in 100",
        ),
    ]


def _after_entry(party: list[Visit], moment: Callable[[Visit], float | None]) -> float | None:
    moments = [at for one in party if (at := moment(one)) is not None]
    return min(moments) - min(one.entered_at for one in party) if moments else None
