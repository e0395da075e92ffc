"""How people coming, going and turning change the situation. Used by `behavior.situation.update`.

Who is taken for whom when ids change is in `behavior.situation.same_person`.
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
from behavior.situation.people import Departure, Mark, Person, apart_m
from behavior.situation.same_person import enter, found_again
from behavior.situation.state import Situation

_UNSEEN_S = 0.25
_WALKS_M_S = 0.4
_BESIDE_M = 1.3
_SIGHTING_S = 0.2
"""The longest that one sighting counts for, in the time two are seen to walk side by side."""
_CONFUSED_M = 0.6
_BODY_S = 0.5
_LEAN_S = 2.0
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
    weight = _NEW_EYES
    if known is None:
        situation, known = enter(situation, seen.person, seen.place, seen.at)
        weight = 1.0
    if len(situation.people) > (seen.person in situation.people):
        situation, known = found_again(situation, known, seen)
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
            leans_forward_rad=_leans(known, seen, known.leans_forward_rad, seen.lean_forward_rad),
            leans_left_rad=_leans(known, seen, known.leans_left_rad, seen.lean_left_rad),
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


def _leans(
    known: Person, seen: PersonSeen, before: float | None, now: float | None
) -> float | None:
    """Over some two seconds: one look at a trunk is a guess, and a fidget is no posture."""
    if now is None:
        return before
    share = min(1.0, max(0.0, seen.at - known.seen_at) / _LEAN_S)
    return (before or 0.0) + share * (now - (before or 0.0))


def _leaves_m_s(known: Person, seen: PersonSeen) -> float:
    """How fast they go away, over about half a second: who only stands seems to sway."""
    return known.leaves_m_s + _share(known, seen) * (-seen.approach_m_s - known.leaves_m_s)


def _share(known: Person, seen: PersonSeen) -> float:
    return min(1.0, max(0.0, seen.at - known.seen_at) / _BODY_S)


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


def _engagement(situation: Situation, change: EngagementChanged) -> Situation:
    if change.state is Engagement.LEFT:
        return leave(situation, change.person)
    person = situation.people.get(change.person)
    if person is None:
        place = Place(x_m=change.distance_m, y_m=0.0)
        situation, person = enter(situation, change.person, place, change.at)
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
