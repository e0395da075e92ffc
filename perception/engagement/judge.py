"""From the model's momentary estimate to a judgement that holds: hysteresis, one person each.

The level gains what the model says, second by second, and leaks. A first judgement is made soon, a
judgement changes only when the level is clearly on the other side: a glance changes nothing, a
turn for good does in a few seconds. The numbers were chosen on made people: accuracy against flips.
"""

import math
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import PersonId, PersonSeen
from perception.engagement.cues import Cue, PersonCues, stands_beside
from perception.engagement.model import Weights

HEARD_S, HEARD_M = 2.0, 2.5
"""A voice belongs to somebody seen within this time and this near."""


class JudgeConfig(BaseModel):
    """How firmly a judgement is held."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gain_s: float = Field(
        0.7, gt=0, le=10, description="Log-odds of one, held for this long, move the level by one."
    )
    leak_s: float = Field(4.0, gt=0, le=60, description="Time in which the level forgets.")
    most: float = Field(3.0, gt=0, le=20, description="The level goes no farther either way.")
    first: float = Field(
        0.3, ge=0, le=10, description="Level at which a person is first judged, either way."
    )
    change: float = Field(
        1.0, ge=0, le=10, description="Level on the other side at which that is given up."
    )


@dataclass(slots=True)
class _Judged:
    cues: PersonCues = field(default_factory=PersonCues)
    now: float = 0.0
    """Momentary log-odds."""
    level: float = 0.0
    alone: float = 0.0
    """The level without what comes from company, so that two cannot hold each other up."""
    engaged: bool | None = None


class Judge:
    """Everybody in view. Pure: time comes with what is seen and heard."""

    def __init__(self, weights: Weights, config: JudgeConfig) -> None:
        self._weights = weights
        self._config = config
        self._people: dict[PersonId, _Judged] = {}

    def see(self, seen: PersonSeen) -> bool | None:
        """Take in a sighting; returns what is held of that person, None while undecided."""
        one = self._people.setdefault(seen.person, _Judged())
        counted_s, passed_s = one.cues.take(seen)
        one.cues.beside = self._company(seen)
        shares = self._weights.shares(one.cues.known())
        now = self._weights.constant + sum(shares.values())
        one.now = now
        alone = now - shares.get(Cue.COMPANY, 0.0)
        one.level = self._moved(one.level, counted_s, passed_s, now)
        one.alone = self._moved(one.alone, counted_s, passed_s, alone)
        limit = self._config.first if one.engaged is None else self._config.change
        if abs(one.level) >= limit and one.engaged is not (one.level > 0):
            one.engaged = one.level > 0
        return one.engaged

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

    def leans(self, person: PersonId) -> bool:
        """Whether the newest sighting by itself speaks for it. KeyError: never seen."""
        return self._people[person].now > 0

    def held_of(self, person: PersonId) -> bool | None:
        """What is held of this person. KeyError: never seen."""
        return self._people[person].engaged

    def forget_before(self, at: float) -> None:
        """Forget whoever was last seen before then: to come back later is to come anew."""
        gone = [w for w, one in self._people.items() if one.cues.seen and one.cues.seen.at < at]
        for who in gone:
            del self._people[who]

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

    def _moved(self, level: float, counted_s: float, passed_s: float, log_odds: float) -> float:
        config = self._config
        level *= math.exp(-passed_s / config.leak_s)
        level += log_odds * counted_s / config.gain_s
        return max(-config.most, min(config.most, level))


def chance(log_odds: float) -> float:
    """Probability of log-odds."""
    return 1 / (1 + math.exp(-log_odds))
