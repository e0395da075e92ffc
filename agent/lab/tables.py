"""Who came and how each kind fared; which rules had a say; which norms were broken."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.lab.audit import NORMS
from agent.lab.outcomes import DayResult, Visit
from agent.lab.parties import everybody, wait_s
from agent.lab.statistics import Estimate, median


@dataclass(frozen=True, slots=True, kw_only=True)
class ByIntention:
    """How one kind of people fared."""

    intention: str
    wants_help: bool
    people: int
    signed: int
    """Had a silent sign, and heard no word that they had not asked for."""
    spoken_to: int
    """Heard a word before they had said one."""
    answered: int
    """Heard a word at all."""
    served: int
    gave_up: dict[str, int]
    """Why they went without help, the most frequent reason first."""
    disturbed: dict[str, int]
    wait_s: Estimate


def by_intention(days: Sequence[DayResult]) -> list[ByIntention]:
    """Each kind of people, those who want help first, the most frequent first."""
    kinds: dict[str, list[Visit]] = {}
    for one in everybody(days):
        kinds.setdefault(one.intention, []).append(one)
    rows = [
        ByIntention(
            intention=name,
            wants_help=any(one.wants_help for one in people),
            people=len(people),
            signed=sum(one.sign_at is not None and not one.spoken_to_unasked for one in people),
            spoken_to=sum(one.spoken_to_unasked for one in people),
            answered=sum(one.word_at is not None for one in people),
            served=sum(one.served_at is not None for one in people),
            gave_up=_most_first(one.gave_up for one in people if one.gave_up),
            disturbed=_most_first(why for one in people for why in one.disturbed),
            wait_s=median([wait for one in people if (wait := wait_s([one])) is not None]),
        )
        for name, people in kinds.items()
    ]
    return sorted(rows, key=lambda row: (not row.wants_help, -row.people, row.intention))


def _most_first(reasons: Iterable[str]) -> dict[str, int]:
    return dict(Counter(reasons).most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class NormCount:
    """How often a norm of the configuration had a say."""

    norm: str
    shaped: int
    """Acts that it allowed, softened or completed."""
    vetoed: int
    """Wishes that it kept from becoming acts, each told once in ten seconds."""


def norm_counts(days: Iterable[DayResult]) -> list[NormCount]:
    """Norms that had a say, the busiest first."""
    shaped: Counter[str] = Counter()
    vetoed: Counter[str] = Counter()
    for day in days:
        for deed in day.deeds:
            if deed.kind == "Act":
                shaped.update(deed.norms)
            elif deed.by.startswith("norm:"):
                vetoed[deed.by.removeprefix("norm:")] += 1
    names = sorted(shaped.keys() | vetoed.keys(), key=lambda n: (-shaped[n] - vetoed[n], n))
    return [NormCount(norm=n, shaped=shaped[n], vetoed=vetoed[n]) for n in names]


def broken(days: Iterable[DayResult]) -> dict[str, tuple[int, int]]:
    """Each audited norm: times broken where it could be seen, and where it could not."""
    counts = {norm: [0, 0] for norm in NORMS}
    for day in days:
        for breach in day.breaches:
            counts[breach.norm][0 if breach.knowable else 1] += 1
    return {norm: (known, unknown) for norm, (known, unknown) in counts.items()}
