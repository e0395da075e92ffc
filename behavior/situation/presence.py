"""How people coming, going and turning change the situation. Used by `behavior.situation.update`.

Ids expire when somebody leaves. Whoever then appears where another has just left is taken for the
same person, so that nobody is greeted twice; only place and time are compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agent.core.messages import (
    Engagement,
    EngagementChanged,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
)
from behavior.situation.overheard import note_talk
from behavior.situation.state import Departure, Mark, Person, Situation, apart_m

_WALK_M_S = 1.0
_UNSEEN_S = 0.25
_SAME_PLACE_M = 0.5
_SETS_OFF_M_S = 0.8
_GIVEN_BACK_S = 3.0
_WALKS_M_S = 0.4
_BESIDE_M = 1.3
_SIGHTING_S = 0.2
"""The longest that one sighting counts for, in the time two are seen to walk side by side."""
_CONFUSED_M = 0.6
_LIPS_MOVE = 0.06
_BODY_S = 0.5
_NEW_EYES = 0.2
"""Weight of one sighting in the smoothed height of the eyes."""
_ATTENTIVE = (Engagement.ATTENDING, Engagement.ENGAGED)


def mark(situation: Situation, who: PersonId | None, what: Mark) -> Situation:
    """Return the situation in which `what` has just happened with `who`."""
    person = situation.person(who)
    if person is None:
        return situation
    marks = {**person.marks, what: situation.now}
    return _put(situation, replace(person, marks=marks))


def _put(situation: Situation, person: Person) -> Situation:
    return replace(situation, people={**situation.people, person.id: person})


def _seen(situation: Situation, seen: PersonSeen) -> Situation:
    known = situation.people.get(seen.person)
    situation = _with_lips(situation, known, seen)
    weight = _NEW_EYES
    if known is None:
        situation, known = _enter(situation, seen.person, seen.place, seen.at)
        weight = 1.0
    if len(situation.people) > (seen.person in situation.people):
        situation, known = _found_again(situation, known, seen)
    situation = _put(
        situation,
        replace(
            known,
            marks=_confused_with(situation, known, seen),
            place=seen.place,
            seen_at=max(seen.at, known.seen_at),
            approach_m_s=seen.approach_m_s,
            leaves_m_s=_leaves_m_s(known, seen),
            speed_m_s=seen.speed_m_s,
            facing_rad=seen.facing_rad,
            body_rad=_body(known, seen),
            gaze_off_rad=seen.gaze_off_rad,
            eyes_m=known.eyes_m + weight * (seen.face_height_m - known.eyes_m),
            mouth_open=seen.mouth_open,
            hand_up_since=_hand_up_since(known, seen),
            walked_with_s=_walked_with_s(situation, known, seen),
        ),
    )
    return note_talk(situation, known.id) if len(situation.people) > 1 else situation


def _body(known: Person, seen: PersonSeen) -> float | None:
    """How far the body is turned, over about half a second: single pictures are a guess."""
    if seen.facing_rad is None or known.body_rad is None:
        return seen.facing_rad
    return known.body_rad + _share(known, seen) * (seen.facing_rad - known.body_rad)


def _leaves_m_s(known: Person, seen: PersonSeen) -> float:
    """How fast they go away, over about half a second: who only stands seems to sway."""
    return known.leaves_m_s + _share(known, seen) * (-seen.approach_m_s - known.leaves_m_s)


def _share(known: Person, seen: PersonSeen) -> float:
    return min(1.0, max(0.0, seen.at - known.seen_at) / _BODY_S)


def _with_lips(situation: Situation, known: Person | None, seen: PersonSeen) -> Situation:
    """Note whose lips move while a voice is heard."""
    turn = situation.current_turn
    if turn is None or not situation.visitor_speaks or known is None:
        return situation
    if seen.mouth_open is None or known.mouth_open is None:
        return situation
    if abs(seen.mouth_open - known.mouth_open) < _LIPS_MOVE:
        return situation
    since_s = min(max(seen.at - known.seen_at, 0.0), _SIGHTING_S)
    lips_s = {**turn.lips_s, known.id: turn.lips_s.get(known.id, 0.0) + since_s}
    turns = {**situation.turns, turn.id: replace(turn, lips_s=lips_s)}
    return replace(situation, turns=turns)


def _confused_with(situation: Situation, known: Person, seen: PersonSeen) -> Mapping[Mark, float]:
    """Where two pass so close that their ids may change over, a refusal holds for both."""
    if seen.speed_m_s < _WALKS_M_S or situation.refused(known):
        return known.marks
    for other in situation.others(known):
        if apart_m(other.place, seen.place) <= _CONFUSED_M and situation.refused(other):
            return {**known.marks, Mark.REFUSED: other.marks[Mark.REFUSED]}
    return known.marks


def _walked_with_s(
    situation: Situation, known: Person, seen: PersonSeen
) -> Mapping[PersonId, float]:
    """Add up how long this person walks beside whom; both must be walking."""
    walked_s = known.walked_with_s
    if seen.speed_m_s < _WALKS_M_S or len(situation.people) < 2:
        return walked_s
    since_s = min(max(seen.at - known.seen_at, 0.0), _SIGHTING_S)
    beside = [
        other.id
        for other in situation.others(known)
        if other.speed_m_s >= _WALKS_M_S
        and seen.at - other.seen_at <= _UNSEEN_S
        and apart_m(other.place, seen.place) <= _BESIDE_M
    ]
    return {**walked_s, **{who: walked_s.get(who, 0.0) + since_s for who in beside}}


def _hand_up_since(known: Person, seen: PersonSeen) -> float | None:
    if seen.hand_raised is None:  # not seen just now
        return known.hand_up_since
    return (known.hand_up_since or seen.at) if seen.hand_raised else None


def _enter(
    situation: Situation, who: PersonId, place: Place, at: float
) -> tuple[Situation, Person]:
    """Someone new, unless someone just like that has left where this one appears."""
    person = Person(
        id=who, place=place, first_seen_at=at, id_since=at, seen_at=at, engagement_since=at
    )
    situation = _given_back(situation, place, at)
    left = _departure_for(situation, who, place, at)
    if left is None:
        return situation, person
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


def _found_again(
    situation: Situation, person: Person, seen: PersonSeen
) -> tuple[Situation, Person]:
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


def _engagement(situation: Situation, change: EngagementChanged) -> Situation:
    if change.state is Engagement.LEFT:
        return leave(situation, change.person)
    person = situation.people.get(change.person)
    if person is None:
        place = Place(x_m=change.distance_m, y_m=0.0)
        situation, person = _enter(situation, change.person, place, change.at)
    attends = change.state in _ATTENTIVE
    since = (person.attending_since or change.at) if attends else None
    marks = person.marks
    greeted_here = marks.get(Mark.GREETED, float("-inf")) >= person.first_seen_at
    if _walks_away(change.state) and greeted_here and Mark.SPOKE not in marks:
        marks = {**marks, Mark.REFUSED: change.at}
    return _put(
        situation,
        replace(
            person,
            engagement=change.state,
            engagement_since=change.at,
            attending_since=since,
            marks=marks,
        ),
    )


def _walks_away(state: Engagement) -> bool:
    return state in (Engagement.DISENGAGING, Engagement.PASSING)


def _lost(situation: Situation, lost: PersonLost) -> Situation:
    return leave(situation, lost.person)


def leave(situation: Situation, who: PersonId) -> Situation:
    """Return the situation in which `who` has gone; where and when is kept for a while."""
    person = situation.people.get(who)
    if person is None:
        return situation
    people = {other: one for other, one in situation.people.items() if other != who}
    left = Departure(
        id=who,
        place=person.place,
        at=person.seen_at,
        marks=person.marks,
        speed_m_s=person.speed_m_s,
    )
    situation = replace(situation, people=people, departures=(*situation.departures, left))
    meeting = situation.encounter
    if meeting is None or meeting.addressee != who:
        return situation
    company = [one for one in people.values() if one.attends and one.has(Mark.GREETED)]
    if company:
        nearest = min(company, key=lambda one: one.distance_m)
        return replace(situation, encounter=replace(meeting, addressee=nearest.id))
    if situation.devices.camera is False or situation.in_turn or situation.open_turn is not None:
        return replace(situation, encounter=replace(meeting, addressee=None))
    return replace(situation, encounter=None)


PRESENCE: Mapping[type[Message], Callable[[Situation, Any], Situation]] = {
    PersonSeen: _seen,
    EngagementChanged: _engagement,
    PersonLost: _lost,
}
