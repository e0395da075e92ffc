"""Nonverbal interaction as triplets: who, with whom, and what passes between them. Pure.

Five types: gaze, touch, facial expression, gesture, posture (the scheme of Wei et al. 2024). Gaze
and posture are read off places, heads and chests; touch off hands; expressions and gestures are
told from outside, and to whom they go is read off the gaze. The agent may be one of the group. All
is geometry over half a second; what was not seen is not told.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.core.messages import (
    Arrangement,
    Channel,
    ContextChanged,
    FormationChanged,
    Interaction,
    PersonId,
    PersonSeen,
    Place,
)
from perception.engagement.touch import Hand, is_on, meet, same_way

AGENT: Final = PersonId("agent")

LOOK_RAD: Final = math.radians(20)
"""A head within this of the way to somebody looks at them; heads are read to some five degrees."""
AGENT_LOOK_RAD: Final = math.radians(25)
FACES_STILL_RAD: Final = math.radians(35)
"""Chests are read to some fifteen degrees: who faces the agent does so until farther off."""
BACK_RAD: Final = math.radians(120)
NEAR_M: Final = 4.0
"""Nobody is looked at, or given signs, from farther off, as far as can be told."""
REACH_M: Final = 1.2
HOLDS_S, ENDS_S = 0.4, 0.6
FRESH_S: Final = 0.6
WALKS_M_S: Final = 0.5
AHEAD_RAD: Final = math.radians(25)
"""Who walks looks ahead: at whoever is there no more than at the wall behind."""
LOOKS, MUTUAL = "looks at", "mutual gaze"
GESTURES: Final = frozenset(
    ("wave", "point", "beckon", "raise hand", "hand over", "shrug", "thumb up", "nod", "shake")
)


@dataclass(frozen=True, slots=True)
class Triplet:
    """One individual, those it concerns, and what passes."""

    individual: PersonId
    group: tuple[PersonId, ...]
    """Without the individual, in the order of their ids; `agent` is the receptionist."""
    kind: Channel
    what: str
    """`looks at`, `mutual gaze`, `touches`, `shakes hands`, `smiles`, `wave`, `faces`, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A triplet that has begun, or is over."""

    at: float
    """When it began; of one that is over, when it was last seen."""
    triplet: Triplet
    confidence: float
    """0..1: how well it was seen, on average."""
    over: bool = False

    @property
    def fact(self) -> ContextChanged:
        """As it goes to others."""
        triplet = self.triplet
        return ContextChanged(
            at=self.at,
            person=triplet.individual,
            interaction=Interaction(group=triplet.group, channel=triplet.kind, what=triplet.what),
            holds=not self.over,
            confidence=round(self.confidence, 2),
        )


@dataclass(slots=True)
class _Somebody:
    seen: PersonSeen
    hands: tuple[Hand, ...] = ()
    hands_at: float = -math.inf
    faced: bool = False
    """Was turned to the agent before: only who was can turn away."""
    smiles: float | None = None
    sign: tuple[str, float, float] | None = None
    """Gesture, how well it fits, when it was last told."""


@dataclass(slots=True)
class _Course:
    since: float
    seen_at: float
    looks: int = 0
    sum: float = 0.0
    told: bool = False


@dataclass(slots=True)
class Nonverbal:
    """Everybody in view. Time comes with what is seen."""

    _people: dict[PersonId, _Somebody] = field(default_factory=dict)
    _formations: dict[tuple[tuple[PersonId, ...], Arrangement], None] = field(default_factory=dict)
    _courses: dict[Triplet, _Course] = field(default_factory=dict)

    def see(self, seen: PersonSeen) -> None:
        """Take in a sighting."""
        one = self._people.get(seen.person)
        if one is None:
            self._people[seen.person] = _Somebody(seen)
        else:
            one.seen = seen

    def lose(self, person: PersonId) -> None:
        """The person has gone, and all that was kept of them."""
        self._people.pop(person, None)

    def form(self, change: FormationChanged) -> None:
        """Some stand together from now on, or no longer."""
        key = (change.people, change.arrangement)
        self._formations.pop(key, None)
        if change.together:
            self._formations[key] = None

    def reach(self, person: PersonId, at: float, hands: tuple[Hand, ...]) -> None:
        """Where the person's hands are."""
        if (one := self._people.get(person)) is not None:
            one.hands, one.hands_at = hands, at

    def smile(self, person: PersonId, confidence: float | None) -> None:
        """The corners of the mouth are pulled up from now on; None: no longer, or unknown."""
        if (one := self._people.get(person)) is not None:
            one.smiles = confidence

    def sign(self, person: PersonId, at: float, gesture: str, fits: float) -> None:
        """The person makes a gesture; actions that are no gestures are passed over."""
        if gesture in GESTURES and (one := self._people.get(person)) is not None:
            one.sign = (gesture, fits, at)

    def judge(self, at: float) -> list[Passed]:
        """What has begun, and what is over, as of now. Once a look."""
        here = {who: one for who, one in self._people.items() if at - one.seen.at <= FRESH_S}
        out = []
        for triplet, how_well in self._triplets(at, here):
            if self._is_returned(at, triplet):
                continue
            course = self._courses.setdefault(triplet, _Course(at, at))
            course.looks += 1
            course.sum += how_well
            course.seen_at = at
            if not course.told and at - course.since >= HOLDS_S:
                course.told = True
                out.append(_told(triplet, course))
        for triplet, course in list(self._courses.items()):
            if at - course.seen_at > ENDS_S:
                del self._courses[triplet]
                if course.told:
                    out.append(_told(triplet, course, over=True))
        return out

    def _is_returned(self, at: float, triplet: Triplet) -> bool:
        """A look that was met a moment ago is met still: a head is not read in every picture."""
        if triplet.what != LOOKS:
            return False
        course = self._courses.get(Triplet(triplet.individual, triplet.group, Channel.GAZE, MUTUAL))
        return course is not None and at - course.seen_at <= ENDS_S

    def _triplets(
        self, at: float, here: Mapping[PersonId, _Somebody]
    ) -> Iterator[tuple[Triplet, float]]:
        targets = {who: _target(one.seen, here) for who, one in here.items()}
        for who, one in here.items():
            target = targets[who]
            if target is not None:
                back = target[0] != AGENT and (targets[target[0]] or ("", 0))[0] == who
                what = MUTUAL if back else LOOKS
                yield Triplet(who, (target[0],), Channel.GAZE, what), target[1]
            yield from self._signs(at, one, target)
            yield from self._touches(at, one, here)
        yield from self._postures(here)

    def _signs(
        self, at: float, one: _Somebody, target: tuple[PersonId, float] | None
    ) -> Iterator[tuple[Triplet, float]]:
        group = (target[0],) if target else self._company(one.seen.person)
        if not group:
            return
        if one.smiles is not None:
            yield Triplet(one.seen.person, group, Channel.EXPRESSION, "smiles"), one.smiles
        if one.sign is not None and at - one.sign[2] <= FRESH_S + HOLDS_S:
            yield Triplet(one.seen.person, group, Channel.GESTURE, one.sign[0]), one.sign[1]

    def _touches(
        self, at: float, one: _Somebody, here: Mapping[PersonId, _Somebody]
    ) -> Iterator[tuple[Triplet, float]]:
        if at - one.hands_at > FRESH_S:
            return
        for who, other in here.items():
            if who == one.seen.person or _apart_m(one.seen.place, other.seen.place) > REACH_M:
                continue
            met = at - other.hands_at <= FRESH_S and any(
                meet(mine, theirs) for mine in one.hands for theirs in other.hands
            )
            if met:
                what = "holds hands" if same_way(one.seen, other.seen) else "shakes hands"
                yield Triplet(one.seen.person, (who,), Channel.TOUCH, what), 0.7
            elif any(is_on(hand, other.seen) for hand in one.hands):
                yield Triplet(one.seen.person, (who,), Channel.TOUCH, "touches"), 0.6

    def _postures(self, here: Mapping[PersonId, _Somebody]) -> Iterator[tuple[Triplet, float]]:
        names = {
            Arrangement.BESIDE: "stands beside", Arrangement.QUEUE: "queues with",
        }  # fmt: skip
        for people, arrangement in self._formations:
            for who in people:
                group = tuple(sorted(other for other in people if other != who))
                if who in here:
                    what = names.get(arrangement, "faces")
                    yield Triplet(who, group, Channel.POSTURE, what), here[who].seen.confidence
        for who, one in here.items():
            facing = one.seen.facing_rad
            if facing is not None and one.seen.place.distance_m <= NEAR_M / 2:
                faces = Triplet(who, (AGENT,), Channel.POSTURE, "faces")
                if facing <= (FACES_STILL_RAD if faces in self._courses else LOOK_RAD):
                    one.faced = True
                    yield faces, one.seen.confidence
                elif facing >= BACK_RAD and one.faced:
                    yield Triplet(who, (AGENT,), Channel.POSTURE, "turns away"), one.seen.confidence

    def _company(self, person: PersonId) -> tuple[PersonId, ...]:
        for people, arrangement in self._formations:
            if person in people and arrangement is not Arrangement.QUEUE:
                return tuple(sorted(other for other in people if other != person))
        return ()


def _target(seen: PersonSeen, here: Mapping[PersonId, _Somebody]) -> tuple[PersonId, float] | None:
    """Whom somebody looks at, and how well that is seen: the nearest to the line of sight."""
    if seen.head_yaw_rad is None:
        off = seen.gaze_off_rad if seen.gaze_off_rad is not None else math.pi
        return (AGENT, 1 - off / (2 * AGENT_LOOK_RAD)) if off <= AGENT_LOOK_RAD else None
    to_agent = math.atan2(-seen.place.y_m, -seen.place.x_m)
    heading = to_agent + seen.head_yaw_rad
    if seen.speed_m_s > WALKS_M_S and _looks_ahead(seen, heading):
        return None
    offers = []
    off = seen.gaze_off_rad if seen.gaze_off_rad is not None else abs(seen.head_yaw_rad)
    if off <= AGENT_LOOK_RAD and seen.place.distance_m <= NEAR_M:
        offers.append((off, AGENT))
    for who, other in here.items():
        if who == seen.person or _apart_m(seen.place, other.seen.place) > NEAR_M:
            continue
        off = abs(math.remainder(heading - _bearing(seen.place, other.seen.place), math.tau))
        if off <= LOOK_RAD:
            offers.append((off, who))
    if not offers:
        return None
    off, who = min(offers)
    return who, 1 - off / (2 * AGENT_LOOK_RAD)


def _looks_ahead(seen: PersonSeen, heading: float) -> bool:
    if seen.front_rad is None:
        return True
    return abs(math.remainder(heading - seen.front_rad, math.tau)) <= AHEAD_RAD


def _bearing(one: Place, other: Place) -> float:
    return math.atan2(other.y_m - one.y_m, other.x_m - one.x_m)


def _apart_m(one: Place, other: Place) -> float:
    return math.hypot(one.x_m - other.x_m, one.y_m - other.y_m)


def _told(triplet: Triplet, course: _Course, *, over: bool = False) -> Passed:
    return Passed(
        at=course.seen_at if over else course.since,
        triplet=triplet,
        confidence=course.sum / course.looks,
        over=over,
    )
