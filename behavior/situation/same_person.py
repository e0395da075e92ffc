"""Who is taken for whom, by place and time alone: ids expire, people do not.

Whoever appears where another has just left is taken for the same person, so that nobody is greeted
twice. Where neither can be said, the doubt is kept with the person: see `perhaps_met`.
"""

from collections.abc import Iterator
from dataclasses import replace

from agent.core.messages import PersonId, PersonSeen, Place
from behavior.situation.people import Departure, Mark, Person, apart_m
from behavior.situation.state import Situation

_WALK_M_S = 1.0
_WALKS_M_S = 0.4
_UNSEEN_S = 0.25
_SAME_PLACE_M = 0.5
_SETS_OFF_M_S = 0.8
_GIVEN_BACK_S = 3.0
_AMONG_M = 2.0
"""Others this near are the people in the middle of whom somebody appears."""
_STILL_HERE_S = 2.0
"""Who was seen so lately is one of them."""
_MET = (Mark.GREETED, Mark.SPOKE)


def enter(situation: Situation, who: PersonId, place: Place, at: float) -> tuple[Situation, Person]:
    """Someone new, unless someone just like that has left where this one appears."""
    person = Person(
        id=who, place=place, first_seen_at=at, id_since=at, seen_at=at, engagement_since=at
    )
    situation = _given_back(situation, place, at)
    left = _departure_for(situation, who, place, at)
    if left is None:
        return situation, replace(person, perhaps_met=perhaps_met(situation, place, at))
    elapsed_s = at - left.at
    bridged = elapsed_s <= situation.config.bridge_s
    person = replace(
        person,
        marks=left.kept_marks(elapsed_s, situation.config.bridge_s),
        returned=not bridged,
        taken_for=left,
    )
    rest = tuple(one for one in situation.departures if one is not left)
    situation = replace(situation, departures=rest)
    meeting = situation.encounter
    if bridged and meeting is not None and meeting.addressee in (None, left.id):
        situation = replace(situation, encounter=replace(meeting, addressee=who))
    return situation, person


def perhaps_met(situation: Situation, place: Place, at: float) -> str:
    """Why whoever first appears here may be somebody met under another id; empty: nothing says so.

    Visitors come in at a door and are seen to walk up. Who is first seen close to the agent was
    hidden, or was lost: in the middle of people of whom one was met it may be another of them, and
    so it may be where somebody met was lost a moment ago and can have walked from.
    """
    config = situation.config
    if place.distance_m > config.sudden_within_m:
        return ""
    appeared = f"was first seen at {place.distance_m:.1f} m"
    around = [
        one
        for one in situation.people.values()
        if at - one.seen_at <= _STILL_HERE_S and apart_m(one.place, place) <= _AMONG_M
    ]
    met = any(any(one.has(mark) for mark in _MET) for one in around)
    lost = [
        (lost_at, far_m)
        for lost_at, where in _met_and_lost(situation, at)
        if (far_m := apart_m(where, place)) <= _AMONG_M
    ]
    if len(around) >= config.sudden_among and (met or lost):
        return f"{appeared}, in the middle of {len(around)} others"
    for lost_at, far_m in lost:
        elapsed_s = at - lost_at
        if elapsed_s <= config.bridge_s and far_m <= _SAME_PLACE_M + _WALK_M_S * elapsed_s:
            return f"{appeared}, {elapsed_s:.1f} s after somebody was lost {far_m:.1f} m from there"
    return ""


def _met_and_lost(situation: Situation, at: float) -> Iterator[tuple[float, Place]]:
    """When and where those were lost, not long ago, with whom words have passed."""
    for left in situation.departures:
        lately = at - left.at <= situation.config.return_within_s
        if lately and any(mark in left.marks for mark in _MET):
            yield left.at, left.place
    for one in situation.people.values():
        if at - one.seen_at > _UNSEEN_S and any(one.has(mark) for mark in _MET):
            yield one.seen_at, one.place


def _given_back(situation: Situation, place: Place, at: float) -> Situation:
    """Whoever appears just where somebody was lost is rather them than who appeared elsewhere.

    So a departure that somebody farther off was taken for a moment ago is there again, and with
    that one only stays what has passed since.
    """
    for other in situation.people.values():
        left = other.taken_for
        if left is None or at - other.id_since > _GIVEN_BACK_S:
            continue
        if apart_m(left.place, place) > _SAME_PLACE_M / 2 or _stands_there(other, left):
            continue
        own = {mark: when for mark, when in other.marks.items() if left.marks.get(mark) != when}
        other = replace(other, marks=own, taken_for=None)
        people = {**situation.people, other.id: other}
        meeting = situation.encounter
        if meeting is not None and meeting.addressee == other.id:
            meeting = replace(meeting, addressee=left.id)
        departures = (*situation.departures, left)
        return replace(situation, people=people, departures=departures, encounter=meeting)
    return situation


def _stands_there(other: Person, left: Departure) -> bool:
    """This one stands where that one was lost."""
    return apart_m(other.place, left.place) <= _SAME_PLACE_M


def found_again(situation: Situation, person: Person, seen: PersonSeen) -> tuple[Situation, Person]:
    """Whether this is somebody we know, found again under another id.

    A tracker that loses somebody who stands still may find them under a new id before it gives up
    the old one: the old one is not seen any more, and the new one began there and then. It may do
    so several times within a second or two.
    """
    for old in tuple(situation.people.values()):
        if old.id == person.id or seen.at - old.seen_at <= _UNSEEN_S:
            continue
        if goes_on_as(old, person, seen.place):
            person = replace(
                person,
                marks={**old.marks, **person.marks},
                first_seen_at=min(old.first_seen_at, person.first_seen_at),
                walked_with_s={**old.walked_with_s, **person.walked_with_s},
            )
            situation = _renamed(situation, old, person.id)
    return situation, person


def goes_on_as(old: Person, new: Person, place: Place) -> bool:
    """`new` began where `old` had been seen last, and not before: they may be one and the same."""
    return new.id_since >= old.seen_at and apart_m(old.place, place) <= _SAME_PLACE_M


def _renamed(situation: Situation, old: Person, who: PersonId) -> Situation:
    """The situation in which `old` goes on under another id, in conversation and on stage."""
    people = {
        name: _knows_as(one, old.id, who)
        for name, one in situation.people.items()
        if name != old.id
    }
    on_stage = tuple(
        replace(act, to=who) if act.to == old.id else act for act in situation.floor.on_stage
    )
    meeting = situation.encounter
    if meeting is not None and meeting.addressee == old.id:
        meeting = replace(meeting, addressee=who)
    floor = replace(situation.floor, on_stage=on_stage)
    return replace(situation, people=people, floor=floor, encounter=meeting)


def _knows_as(person: Person, old: PersonId, new: PersonId) -> Person:
    walked_s = person.walked_with_s
    if old not in walked_s:
        return person
    return replace(person, walked_with_s={**walked_s, new: walked_s[old]})


def _departure_for(
    situation: Situation, who: PersonId, place: Place, at: float
) -> Departure | None:
    """Who of those that left, and not long ago, was nearest to where somebody appears.

    Where one person was lost under several ids, it is the id with which most has passed.
    """
    config = situation.config
    near: list[tuple[float, Departure]] = []
    for left in situation.departures:
        elapsed_s = at - left.at
        if left.id == who:
            return left
        reach_m = config.return_radius_m
        if elapsed_s <= config.bridge_s and left.speed_m_s >= _WALKS_M_S:  # they walked on unseen
            reach_m += _WALK_M_S * min(elapsed_s, 2.0)
        elif elapsed_s <= config.bridge_s:  # they stood, and take a while to get anywhere
            reach_m = min(reach_m, _SAME_PLACE_M + _SETS_OFF_M_S * elapsed_s)
        far_m = apart_m(left.place, place)
        lately = elapsed_s <= max(config.return_within_s, config.bridge_s)
        if lately and far_m <= reach_m:
            near.append((far_m, left))
    if not near:
        return None
    nearest_m = min(far_m for far_m, _ in near)
    there = [left for far_m, left in near if far_m <= nearest_m + _SAME_PLACE_M]
    return max(there, key=lambda left: len(left.marks))  # the one we know most of
