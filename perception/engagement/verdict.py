"""What is held of everybody in a recording at their last sighting, since when, and why. Pure."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from agent.core.messages import PersonId, PersonSeen
from perception.engagement.cues import Cue
from perception.engagement.judge import Judge, JudgeConfig, chance
from perception.engagement.model import Weights

PLAIN = JudgeConfig()
ABSENT_S = 60.0
"""Whoever comes back after a longer absence is judged anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """About one person."""

    person: PersonId
    engaged: bool
    at: float
    """When this was first held without a change until the end, seconds of the recording."""
    probability: float
    """How firmly, at the end, 0..1."""
    reasons: tuple[str, ...]
    """Cues with their mean value since then and what they added in log-odds beyond what they
    usually do: what speaks for it first, then against, weightiest first."""
    decided: bool = True
    """False: too little was seen, or never where they look; `engaged` says what it leans to."""


@dataclass(slots=True)
class _Sum:
    """Means since the judgement was made."""

    since: float | None = None
    held: bool | None = None
    seen: float = 0.0
    level: float = 0.0
    times: dict[Cue, int] = field(default_factory=dict)
    values: dict[Cue, float] = field(default_factory=dict)
    shares: dict[Cue, float] = field(default_factory=dict)
    looked: bool = False
    """Where the head or the gaze points was seen at least once."""

    def add(self, at: float, held: bool | None, level: float) -> None:
        if self.since is None or held is not self.held:
            self.since, self.held = at, held
            self.times, self.values, self.shares = {}, {}, {}
        self.seen, self.level = at, level

    def count(self, cue: Cue, value: float, share: float) -> None:
        self.times[cue] = self.times.get(cue, 0) + 1
        self.values[cue] = self.values.get(cue, 0.0) + value
        self.shares[cue] = self.shares.get(cue, 0.0) + share

    def reasons(self, most: int) -> tuple[str, ...]:
        total = max(self.times.values(), default=1)
        for_it = self.level > 0 if self.held is None else self.held
        side = 1 if for_it else -1
        ranked = sorted(
            self.shares, key=lambda c: (side * self.shares[c] < 0, -abs(self.shares[c]))
        )
        return tuple(
            f"{cue.value} {self.values[cue] / self.times[cue]:.3g}: {self.shares[cue] / total:+.2f}"
            for cue in ranked[:most]
            if abs(self.shares[cue] / total) >= 0.005
        )


def verdicts(
    sightings: Iterable[PersonSeen],
    weights: Weights,
    config: JudgeConfig = PLAIN,
    *,
    most_reasons: int = 6,
) -> Iterator[Verdict]:
    """One for each person, in the order in which they came. Sightings in the order of time."""
    judge, sums = Judge(weights, config), dict[PersonId, _Sum]()
    tidied_at = -math.inf
    for seen in sightings:
        if seen.at - tidied_at > ABSENT_S / 4:
            tidied_at = seen.at
            judge.forget_before(seen.at - ABSENT_S)
        who, held = seen.person, judge.see(seen)
        one = sums.setdefault(who, _Sum())
        one.add(seen.at, held, judge.level_of(who))
        known = judge.cues_of(who)
        one.looked = one.looked or known[Cue.GAZE_OFF] is not None
        for cue, share in weights.reasons(known).items():
            one.count(cue, known[cue] or 0.0, share)
    for who, one in sums.items():
        leans = one.level > 0 if one.held is None else one.held
        yield Verdict(
            person=who,
            engaged=leans,
            at=one.seen if one.held is None or one.since is None else one.since,
            probability=chance(one.level),
            reasons=one.reasons(most_reasons),
            decided=one.held is not None and one.looked,
        )
