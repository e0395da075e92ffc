"""Who stands with whom, and who waits in line: F-formations and queues. Facts, no decisions. Pure.

People who talk keep a space between them to which all have equal access, the o-space (Kendon 1990).
Each standing person proposes its middle a short step before the chest; whose proposals meet stand
together (after Cristani et al. 2011). In a queue each faces the back of the next, up to the agent.
Where only how far a chest is turned is known, and not to which side, the side is taken that fits.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Arrangement,
    FormationChanged,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
)


class GroupConfig(BaseModel):
    """What counts as standing together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    still_m_s: float = Field(0.4, gt=0, le=2, description="Who walks faster stands with nobody.")
    step_m: float = Field(
        0.6, gt=0, le=2, description="How far before a chest the middle of a talk is looked for."
    )
    meet_m: float = Field(
        0.75, gt=0, le=2, description="Two such middles nearer than this are the same."
    )
    beside_m: float = Field(
        0.95,
        ge=0,
        le=2,
        description="Turned the same way, side by side, nobody farther apart stands together:"
        " strangers leave more room.",
    )
    apart_m: float = Field(1.8, gt=0, le=4, description="Nobody farther apart stands together.")
    behind_m: float = Field(1.6, gt=0, le=4, description="Longest step in a queue.")
    head_m: float = Field(2.2, gt=0, le=5, description="A queue begins this near the agent.")
    forms_s: float = Field(1.0, ge=0, le=10, description="How long it must hold to be told.")
    parts_s: float = Field(1.5, ge=0, le=10, description="How long it must not, for its end.")
    memory_s: float = Field(1.0, gt=0, le=10, description="How long a sighting counts.")


_EVERY_S = 0.25
_TOWARDS_RAD = math.radians(40)
_SAME_WAY_RAD = math.radians(50)
_BESIDE_RAD = math.radians(40)
"""Chests of people side by side differ by less, as well as single looks tell them."""
_BEFORE_M = 0.45
"""Who stands farther before or behind another is not at their side."""
Formation = tuple[Arrangement, frozenset[PersonId]]


@dataclass(slots=True)
class _Standing:
    since: float
    held_at: float
    center: Place
    told: bool = False


class Groups:
    """Everybody's formations. Time comes with what is seen."""

    def __init__(self, config: GroupConfig) -> None:
        self._config = config
        self._seen: dict[PersonId, PersonSeen] = {}
        self._known: dict[Formation, _Standing] = {}
        self._judged_at = -math.inf

    def take(self, event: PersonSeen | PersonLost) -> list[FormationChanged]:
        """Take in a sighting or a loss; returns what has formed or come apart by it."""
        if isinstance(event, PersonLost):
            self._seen.pop(event.person, None)
            return []
        self._seen[event.person] = event
        if event.at - self._judged_at < _EVERY_S:
            return []
        self._judged_at = event.at
        return [*self._formed(event.at), *self._parted(event.at)]

    def _formed(self, at: float) -> Iterator[FormationChanged]:
        config = self._config
        still = [
            one
            for one in self._seen.values()
            if at - one.at <= config.memory_s and one.speed_m_s <= config.still_m_s
        ]
        for (arrangement, people), center in formations(still, config):
            standing = self._known.setdefault((arrangement, people), _Standing(at, at, center))
            standing.held_at, standing.center = at, center
            if not standing.told and at - standing.since >= config.forms_s:
                standing.told = True
                yield _change(standing.since, (arrangement, people), standing, together=True)

    def _parted(self, at: float) -> Iterator[FormationChanged]:
        for formation, standing in list(self._known.items()):
            if at - standing.held_at > self._config.parts_s:
                del self._known[formation]
                if standing.told:
                    yield _change(standing.held_at, formation, standing, together=False)


def formations(people: list[PersonSeen], config: GroupConfig) -> Iterator[tuple[Formation, Place]]:
    """Who of these people, all standing, stands together now, and around which point."""
    queue = _queue(people, config)
    if len(queue) > 1:
        yield (Arrangement.QUEUE, frozenset(one.person for one in queue)), queue[0].place
    in_line = {one.person for one in queue} if len(queue) > 1 else set()
    left = [one for one in people if one.person not in in_line]
    for group in _groups(left, config):
        middles = [_middle(one, group, config) for one in group]
        center = Place(
            x_m=sum(p.x_m for p in middles) / len(middles),
            y_m=sum(p.y_m for p in middles) / len(middles),
        )
        yield (_arrangement(group, config), frozenset(one.person for one in group)), center


def _groups(people: list[PersonSeen], config: GroupConfig) -> Iterator[list[PersonSeen]]:
    """Connected by shared middles, two or more each."""
    group = {one.person: {one.person} for one in people}
    for one, other in combinations(people, 2):
        if _together(one, other, config):
            merged = group[one.person] | group[other.person]
            for who in merged:
                group[who] = merged
    told: set[PersonId] = set()
    for one in people:
        if one.person not in told and len(group[one.person]) > 1:
            told |= group[one.person]
            yield [two for two in people if two.person in group[one.person]]


def _together(one: PersonSeen, other: PersonSeen, config: GroupConfig) -> bool:
    apart_m = _apart_m(one.place, other.place)
    if apart_m > config.apart_m:
        return False
    if apart_m <= config.beside_m and _side_by_side(one, other):
        return True
    return any(
        _apart_m(_before(one, a, config), _before(other, b, config)) <= config.meet_m
        for a in _headings(one)
        for b in _headings(other)
    )


def _side_by_side(one: PersonSeen, other: PersonSeen) -> bool:
    """Turned the same way, neither before the other: shoulder to shoulder."""
    x_m, y_m = other.place.x_m - one.place.x_m, other.place.y_m - one.place.y_m
    return any(
        abs(math.remainder(a - b, math.tau)) <= _BESIDE_RAD
        and max(abs(x_m * math.cos(h) + y_m * math.sin(h)) for h in (a, b)) <= _BEFORE_M
        for a in _headings(one)
        for b in _headings(other)
    )


def _queue(people: list[PersonSeen], config: GroupConfig) -> list[PersonSeen]:
    """From whoever stands before the agent backwards, each facing the back of the next."""
    near = sorted(people, key=lambda one: one.place.distance_m)
    line: list[PersonSeen] = []
    for one in near:
        if not line:
            towards = math.atan2(-one.place.y_m, -one.place.x_m)
            if one.place.distance_m <= config.head_m and _faces(one, towards):
                line.append(one)
        elif _is_behind(one, line[-1], config):
            line.append(one)
    return line


def _is_behind(one: PersonSeen, next_one: PersonSeen, config: GroupConfig) -> bool:
    if not 0.3 < _apart_m(one.place, next_one.place) <= config.behind_m:
        return False
    ahead = _bearing(one.place, next_one.place)
    return any(
        abs(math.remainder(a - ahead, math.tau)) <= _TOWARDS_RAD
        and abs(math.remainder(a - b, math.tau)) <= _SAME_WAY_RAD
        for a in _headings(one)
        for b in _headings(next_one)
    )


def _faces(one: PersonSeen, bearing: float) -> bool:
    return any(abs(math.remainder(a - bearing, math.tau)) <= _TOWARDS_RAD for a in _headings(one))


def _arrangement(group: list[PersonSeen], config: GroupConfig) -> Arrangement:
    if len(group) > 2:
        row = all(_side_by_side(*two) for two in pairwise(sorted(group, key=_bearing_of)))
        return Arrangement.BESIDE if row else Arrangement.CIRCLE
    one, other = group
    _, a, b = min(
        (_apart_m(_before(one, a, config), _before(other, b, config)), a, b)
        for a in _headings(one)
        for b in _headings(other)
    )
    between = abs(math.remainder(a - b, math.tau))
    if between > math.radians(125):
        return Arrangement.FACING
    return Arrangement.CORNER if between > math.radians(50) else Arrangement.BESIDE


def _middle(one: PersonSeen, group: list[PersonSeen], config: GroupConfig) -> Place:
    """Of the middles that this person may mean, the one nearest to the others."""
    return min(
        (_before(one, a, config) for a in _headings(one)),
        key=lambda middle: sum(_apart_m(middle, other.place) for other in group),
    )


def _headings(one: PersonSeen) -> tuple[float, ...]:
    """Where the chest may point; none where its turning is unknown."""
    if one.front_rad is not None:
        return (one.front_rad,)
    if one.facing_rad is None:
        return ()
    to_agent = math.atan2(-one.place.y_m, -one.place.x_m)
    return (to_agent + one.facing_rad, to_agent - one.facing_rad)


def _before(one: PersonSeen, heading: float, config: GroupConfig) -> Place:
    step = config.step_m
    return Place(
        x_m=one.place.x_m + step * math.cos(heading), y_m=one.place.y_m + step * math.sin(heading)
    )


def _bearing_of(one: PersonSeen) -> float:
    """From the agent: in this order people in a row stand."""
    return math.atan2(one.place.y_m, one.place.x_m)


def _bearing(one: Place, other: Place) -> float:
    return math.atan2(other.y_m - one.y_m, other.x_m - one.x_m)


def _apart_m(one: Place, other: Place) -> float:
    return math.hypot(one.x_m - other.x_m, one.y_m - other.y_m)


def _change(
    at: float, formation: Formation, standing: _Standing, *, together: bool
) -> FormationChanged:
    arrangement, people = formation
    return FormationChanged(
        at=at,
        people=tuple(sorted(people)),
        arrangement=arrangement,
        together=together,
        center=standing.center,
    )
