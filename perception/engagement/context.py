"""What changes how a person is to be read: on the phone, carrying, in company, a child ... Pure.

Geometric facts with a confidence, told only where what they rest on was seen. Where things are
looked for (`handling.py`), what is in a hand or at an ear is a second witness beside the posture:
it can only add to it.

A child is told by the height of the eyes over a floor that the feet are seen on, standing; a
wheelchair by sitting while moving. Neither is ever for the visitor's ears: they only say how near
to stand, where to look, and what not to ask.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Arrangement,
    Context,
    ContextChanged,
    Engagement,
    EngagementChanged,
    FormationChanged,
    PersonId,
    PersonSeen,
)
from perception.engagement.handling import Handled
from perception.eyes.bodies import (
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    SEEN,
    TILT_ERROR_RAD,
)
from perception.eyes.camera import Lens
from perception.eyes.sightings import Body, Cue

Points = NDArray[Any]
LEFT_EAR, RIGHT_EAR, LEFT_ELBOW, RIGHT_ELBOW, LEFT_KNEE, RIGHT_KNEE = 7, 8, 13, 14, 25, 26
AT_EAR_M, AT_EAR_DEPTH_M = 0.2, 0.55
"""A wrist whose hand holds something to the ear, across the line of sight and along it: how far
off a hand beside the head is, the network hardly knows."""
BENT_RAD = (math.radians(50), math.radians(135))
"""Elbow of an arm that holds something before the trunk; a hanging one is straight."""
LEVEL = 0.45
"""Fall of a thigh against its length, below which one sits; a standing one falls by all of it."""
FEWEST, LEAST = 6, 0.6
"""Looks that are needed, and the part of the window over which they have to lie."""
LOOKS_AT_THINGS, FEWEST_AT_THINGS, FEWEST_WITH, OLDEST_S = 5, 3, 2, 10.0
"""Such looks are rare: the newest so many count, from so many on, of which so many show it; none
that is older."""
MOST_BY_THINGS = 0.95
SURE, SURE_CHILD = 0.6, 0.85
HEIGHT_DOUBT_M = 0.04
"""Beside what an installer's tilt may be off, which grows with the distance."""


class ContextConfig(BaseModel):
    """When it is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_s: float = Field(2.5, gt=0, le=20, description="Over so long it is judged.")
    waiting_s: float = Field(90.0, gt=0, le=3600, description="Who stands longer waits long.")
    waiting_m: float = Field(5.0, gt=0, le=20, description="Nobody farther off waits for us.")
    still_m_s: float = Field(0.3, gt=0, le=2, description="Slower than this is standing.")
    moving_m_s: float = Field(0.35, gt=0, le=2, description="Faster than this is moving.")
    child_m: float = Field(1.2, gt=0.3, le=2, description="Eyes lower than this, standing.")


@dataclass(frozen=True, slots=True)
class Limbs:
    """What one look at a body says; None: not seen."""

    at: float
    sits: bool | None
    at_ear: bool | None
    holds: bool | None
    """Both hands before the trunk, elbows bent."""
    on_feet_m: float | None
    """Height of the eyes, where the feet say how far off the person is."""


@dataclass(slots=True)
class _Somebody:
    seen: deque[PersonSeen] = field(default_factory=deque)
    limbs: deque[Limbs] = field(default_factory=deque)
    handled: deque[Handled] = field(default_factory=lambda: deque(maxlen=LOOKS_AT_THINGS))
    heights: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=60))
    """Of the eyes, and from how far, metres."""
    stands_since: float | None = None
    served: bool = False
    """Engaged with the agent: whoever is served does not wait."""
    told: dict[Context, float] = field(default_factory=dict)


class Contexts:
    """Everybody in view. Time comes with what is seen."""

    def __init__(self, config: ContextConfig) -> None:
        self._config = config
        self._people: dict[PersonId, _Somebody] = {}
        self._company: set[tuple[tuple[PersonId, ...], Arrangement]] = set()

    def see(self, seen: PersonSeen, limbs: Limbs | None = None) -> list[ContextChanged]:
        """Take in a sighting, and what its body says, if one was looked at."""
        one = self._people.setdefault(seen.person, _Somebody())
        one.seen.append(seen)
        if limbs is not None:
            one.limbs.append(limbs)
            if limbs.on_feet_m is not None and limbs.sits is False:
                one.heights.append((limbs.on_feet_m, seen.place.distance_m))
        for kept in (one.seen, one.limbs):
            while kept and seen.at - kept[0].at > self._config.window_s:
                kept.popleft()
        while one.handled and seen.at - one.handled[0].at > OLDEST_S:
            one.handled.popleft()
        walks = seen.speed_m_s > 2 * self._config.still_m_s
        if walks or one.served or one.stands_since is None:
            one.stands_since = seen.at
        return list(self._changes(seen, one))

    def handle(self, person: PersonId, look: Handled) -> None:
        """What a look at things says of somebody in view; it counts from their next sighting on."""
        if (one := self._people.get(person)) is not None:
            one.handled.append(look)

    def form(self, change: FormationChanged) -> None:
        """Some stand together from now on, or no longer. Who queues is not in company."""
        if change.arrangement is not Arrangement.QUEUE:
            # Who turn a little make another formation before the old one is over.
            key = (change.people, change.arrangement)
            (self._company.add if change.together else self._company.discard)(key)

    def serve(self, change: EngagementChanged) -> None:
        """Somebody is dealt with, or no longer: their waiting begins anew."""
        if (one := self._people.get(change.person)) is not None:
            one.served = change.state is Engagement.ENGAGED

    def lose(self, person: PersonId) -> None:
        """The person has gone, and all that was kept of them."""
        self._people.pop(person, None)
        self._company = {key for key in self._company if person not in key[0]}

    def _changes(self, seen: PersonSeen, one: _Somebody) -> Iterable[ContextChanged]:
        now = {what: (sure, why) for what, sure, why in self._held(seen, one)}
        for what in Context:
            sure, why = now.get(what, (0.0, ""))
            if sure >= SURE and what not in one.told:
                one.told[what] = seen.at
                yield ContextChanged(
                    at=seen.at, person=seen.person, context=what, holds=True,
                    confidence=round(sure, 2), because=why,
                )  # fmt: skip
            # Who is a child, or came in a wheelchair, still is when the feet leave the picture.
            elif sure < SURE / 2 and what in one.told and what not in _LASTING:
                del one.told[what]
                yield ContextChanged(
                    at=seen.at, person=seen.person, context=what, holds=False,
                    confidence=round(1 - sure, 2), because="no longer seen so",
                )  # fmt: skip

    def _held(self, seen: PersonSeen, one: _Somebody) -> Iterable[tuple[Context, float, str]]:
        config = self._config
        moves = sum(s.speed_m_s > config.moving_m_s for s in one.seen) / len(one.seen)
        least_s = LEAST * config.window_s
        ear = _known([(limbs.at, limbs.at_ear) for limbs in one.limbs], least_s)
        at_ear = ear, f"a hand at the ear in {ear:.0%} of looks"
        yield Context.PHONE, *_either(at_ear, _things(look.phones for look in one.handled))
        holds = _known([(limbs.at, limbs.holds) for limbs in one.limbs], least_s) * (moves >= 0.5)
        held = holds, f"both hands held before the trunk, walking: {holds:.0%}"
        yield Context.CARRYING, *_either(held, _things(look.carries for look in one.handled))
        if any(seen.person in people for people, _ in self._company):
            yield Context.COMPANY, 0.8, "stands with others"
        stood_s = seen.at - (one.stands_since if one.stands_since is not None else seen.at)
        if stood_s >= config.waiting_s and seen.place.distance_m <= config.waiting_m:
            yield Context.WAITING, 0.9, f"stands here for {stood_s:.0f} s"
        sits = _known([(limbs.at, limbs.sits) for limbs in one.limbs], least_s)
        yield Context.WHEELCHAIR, sits * moves, f"sits in {sits:.0%} of looks, moves in {moves:.0%}"
        if len(one.heights) >= FEWEST:
            middle, away_m = (float(v) for v in np.median(np.array(one.heights), axis=0))
            doubt_m = HEIGHT_DOUBT_M + TILT_ERROR_RAD * away_m
            low = NormalDist(middle, doubt_m).cdf(config.child_m) - SURE_CHILD + SURE
            yield Context.CHILD, low, f"eyes {middle:.2f} m over the floor, +- {doubt_m:.2f}"


_LASTING = frozenset((Context.CHILD, Context.WHEELCHAIR))


def limbs_of(at: float, body: Body, lens: Lens) -> Limbs:
    """What a body's 33 points say, in the room's axes."""
    points, seen = body.world, body.visible
    if points is None or seen is None:
        return Limbs(at, None, None, None, None)
    room = np.array([lens.direction(point) for point in points])
    there = seen > SEEN
    return Limbs(
        at, _sits(room, there), _ear(points, room, there), _holds(room, there), _on_feet(body, lens)
    )


def _sits(room: Points, there: Points) -> bool | None:
    thighs = [(h, k) for h, k in ((LEFT_HIP, LEFT_KNEE), (RIGHT_HIP, RIGHT_KNEE))]
    shown = [room[h] - room[k] for h, k in thighs if there[h] and there[k]]
    if not shown:
        return None
    falls = [float(thigh[2]) / max(float(np.linalg.norm(thigh)), 0.05) for thigh in shown]
    return max(falls) < LEVEL


def _ear(points: Points, room: Points, there: Points) -> bool | None:
    arms = ((LEFT_WRIST, LEFT_EAR, LEFT_SHOULDER), (RIGHT_WRIST, RIGHT_EAR, RIGHT_SHOULDER))
    shown = [(w, e, s) for w, e, s in arms if there[w] and there[s]]
    if not shown:
        return None
    return any(
        math.dist(points[w, :2], points[e, :2]) <= AT_EAR_M
        and abs(points[w, 2] - points[e, 2]) <= AT_EAR_DEPTH_M
        and room[w, 2] > room[s, 2] - AT_EAR_M / 4
        for w, e, s in shown
    )


def _holds(room: Points, there: Points) -> bool | None:
    arms = (
        (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST, LEFT_HIP),
        (RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, RIGHT_HIP),
    )
    if not all(there[list(arm)].all() for arm in arms):
        return None
    low, high = BENT_RAD
    return all(
        low <= _angle(room[s] - room[e], room[w] - room[e]) <= high
        and room[h, 2] - 0.1 <= room[w, 2] <= room[s, 2]
        for s, e, w, h in arms
    )


def _on_feet(body: Body, lens: Lens) -> float | None:
    metres = {reading.cue: reading.distance_m for reading in body.ranges}
    if Cue.FEET not in metres or body.eyes_height_m is None:
        return None
    above = body.eyes_height_m - lens.config.height_m
    return lens.config.height_m + above * metres[Cue.FEET] / max(metres[Cue.BODY], 0.1)


def _angle(one: Points, other: Points) -> float:
    long = max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-6)
    return math.acos(max(-1.0, min(1.0, float(one @ other) / long)))


def _things(looks: Iterable[str]) -> tuple[float, str]:
    """Share of the looks at things that show one, and what they show most often."""
    said = list(looks)
    shown = Counter(one for one in said if one)
    if len(said) < FEWEST_AT_THINGS or shown.total() < FEWEST_WITH:
        return 0.0, ""
    what, _ = shown.most_common(1)[0]
    share = min(shown.total() / len(said), MOST_BY_THINGS)
    return share, f"{what} in {shown.total()} of {len(said)} looks"


def _either(posture: tuple[float, str], thing: tuple[float, str]) -> tuple[float, str]:
    """Two witnesses of one fact: together surer than either, and never less sure than posture."""
    sure = 1 - (1 - posture[0]) * (1 - thing[0])
    return sure, "; ".join(why for share, why in (thing, posture) if share > 0)


def _known(values: Iterable[tuple[float, bool | None]], least_s: float) -> float:
    """Share of the looks that show it; none where they are too few, or all of one moment."""
    known = [(at, value) for at, value in values if value is not None]
    if len(known) < FEWEST or known[-1][0] - known[0][0] < least_s:
        return 0.0
    return sum(value for _, value in known) / len(known)
