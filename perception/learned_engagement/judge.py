"""From the model's momentary estimate to a judgement that holds: hysteresis, one person each.

The level gains what the model says, second by second, and leaks; a judgement changes when the
level has gone through a band around zero. A glance changes nothing; a clear turn changes it soon.
"""

import math
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import PersonId, PersonSeen
from perception.learned_engagement.cues import Cue, PersonCues, stands_beside
from perception.learned_engagement.model import Weights

HEARD_S, HEARD_M = 2.0, 2.5
"""A voice belongs to somebody seen within this time and this near."""


class JudgeConfig(BaseModel):
    """How firmly a judgement is held."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gain_s: float = Field(
        0.7, gt=0, le=10, description="Log-odds of one, held for this long, move the level by one."
    )
    leak_s: float = Field(4.0, gt=0, le=60, description="Time in which the level forgets.")
    most: float = Field(4.0, gt=0, le=20, description="The level goes no farther either way.")
    band: float = Field(1.0, ge=0, le=10, description="Level beyond which a judgement is made.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is held of one person."""

    engaged: bool
    since: float
    """When it was made."""
    level: float
    """The level now; above zero speaks for being engaged."""
    shares: dict[Cue, float]
    """What each known cue adds now, in log-odds."""
    known: dict[Cue, float | None]

    @property
    def probability(self) -> float:
        """The level as a number from 0 to 1."""
        return chance(self.level)

    def reasons(self, most: int = 5) -> tuple[str, ...]:
        """The cues that speak most for or against, strongest first: `gaze_off_deg 12: +0.8`."""
        ranked = sorted(self.shares.items(), key=lambda pair: -abs(pair[1]))
        return tuple(
            f"{cue.value} {self.known[cue]:.3g}: {share:+.2f}"
            for cue, share in ranked[:most]
            if abs(share) >= 0.005
        )


@dataclass(slots=True)
class _Judged:
    cues: PersonCues = field(default_factory=PersonCues)
    level: float = 0.0
    alone: float = 0.0
    """The level without what comes from company, so that two cannot hold each other up."""
    engaged: bool | None = None
    since: float = 0.0


class Judge:
    """Everybody in view. Pure: time comes with what is seen and heard."""

    def __init__(self, weights: Weights, config: JudgeConfig) -> None:
        self._weights = weights
        self._config = config
        self._people: dict[PersonId, _Judged] = {}

    def see(self, seen: PersonSeen) -> Judgement | None:
        """Take in a sighting; returns what is held of that person, None while undecided."""
        one = self._people.setdefault(seen.person, _Judged())
        elapsed = one.cues.take(seen)
        one.cues.beside = self._company(seen)
        known = one.cues.known()
        shares = self._weights.shares(known)
        now = self._weights.constant + sum(shares.values())
        one.level = self._moved(one.level, elapsed, now)
        one.alone = self._moved(one.alone, elapsed, now - shares.get(Cue.COMPANY, 0.0))
        self._decide(one, seen.at)
        if one.engaged is None:
            return None
        return Judgement(
            engaged=one.engaged, since=one.since, level=one.level, shares=shares, known=known
        )

    def hear(self, at: float, person: PersonId | None = None) -> None:
        """A voice is taken to be this person's; unnamed, that of the most engaged who is near."""
        speaker = self._people.get(person) if person is not None else self._nearest(at)
        if speaker is not None:
            speaker.cues.speak(at)

    def _nearest(self, at: float) -> "_Judged | None":
        near = [
            one
            for one in self._people.values()
            if one.cues.seen is not None
            and abs(at - one.cues.seen.at) <= HEARD_S
            and one.cues.seen.place.distance_m <= HEARD_M
        ]
        return max(near, key=lambda one: one.level, default=None)

    def lose(self, person: PersonId) -> None:
        """The person has gone."""
        self._people.pop(person, None)

    def level_of(self, person: PersonId) -> float:
        """The level as it is now. KeyError: never seen."""
        return self._people[person].level

    def held_of(self, person: PersonId) -> bool | None:
        """What is held of this person. KeyError: never seen."""
        return self._people[person].engaged

    def cues_of(self, person: PersonId) -> dict[Cue, float | None]:
        """The cues as they are now. KeyError: never seen."""
        return self._people[person].cues.known()

    def _company(self, seen: PersonSeen) -> float | None:
        levels = [
            other.alone
            for who, other in self._people.items()
            if who != seen.person and other.cues.seen and stands_beside(seen, other.cues.seen)
        ]
        return chance(max(levels)) if levels else None

    def _moved(self, level: float, elapsed: float, log_odds: float) -> float:
        config = self._config
        level = level * math.exp(-elapsed / config.leak_s) + log_odds * elapsed / config.gain_s
        return max(-config.most, min(config.most, level))

    def _decide(self, one: _Judged, at: float) -> None:
        band = self._config.band
        if abs(one.level) >= band and one.engaged is not (one.level > 0):
            one.engaged, one.since = one.level > 0, at


def chance(log_odds: float) -> float:
    """Probability of log-odds."""
    return 1 / (1 + math.exp(-log_odds))
