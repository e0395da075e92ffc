"""What norms can know of people: distances, heights, who stands with whom, what has passed.

Geometry only. None means unknown.
"""

from collections.abc import Callable

from agent.core.messages import PersonId
from behavior.situation.formations import in_line, talks_with
from behavior.situation.hearing import surely_said
from behavior.situation.overheard import faces
from behavior.situation.people import Departure, Mark, Person, apart_m
from behavior.situation.same_person import goes_on_as
from behavior.situation.state import Situation
from behavior.wishes import Wish

FactValue = bool | float | str | None

_LOOKS_AWAY_RAD = 0.6
_TALKING_APART_M = 1.6
_STANDS_M_S = 0.3
_TALK_LASTS_S = 2.0
_WORDS_LAST_S = 2.0
_LOST_S = 2.0
"""Whoever was lost so lately may be there still, unseen."""
_TOGETHER_M = 1.5
_GROUP_GREETED_S = 20.0
_IN_FRONT_M = 0.6
_POINTS_AT_RAD = 0.15
_AS_NEAR_M = 0.5
_COMES_S = 0.5


def addressee_of(situation: Situation, wish: Wish) -> Person | None:
    """The person a wish is meant for, if in view."""
    return situation.person(wish.act.to)


def of_addressee(
    read: Callable[[Situation, Person], FactValue],
) -> Callable[[Situation, Wish], FactValue]:
    """A fact about the person addressed; unknown where nobody is in view."""

    def reader(situation: Situation, wish: Wish) -> FactValue:
        person = addressee_of(situation, wish)
        return None if person is None else read(situation, person)

    return reader


def in_conversation(situation: Situation, person: Person) -> FactValue:
    """Stands close to another, and neither is turned to the agent."""
    away = person.away_rad()
    if away is None:
        return talks_with(situation, person) or None
    if away < _LOOKS_AWAY_RAD or person.speed_m_s > _STANDS_M_S:
        return False
    return talks_with(situation, person) or any(
        apart_m(person.place, other.place) <= _TALKING_APART_M
        and (other.away_rad() or 0.0) >= _LOOKS_AWAY_RAD
        and other.speed_m_s <= _STANDS_M_S
        for other in situation.others(person)
    )


def faced_by_another(situation: Situation, person: Person) -> FactValue:
    """Somebody who stands close, turned from the agent, has their body towards this person.

    Whoever was seen in such a talk a moment ago is in it still: it ends neither with a glance at
    the agent nor with the first step away.
    """
    if situation.now - person.in_talk_at <= _TALK_LASTS_S:
        return True
    stands = person.speed_m_s <= _STANDS_M_S
    if stands and talks_with(situation, person):
        return True
    return stands and any(faces(other, person) for other in situation.others(person))


def joined(situation: Situation, person: Person) -> FactValue:
    """Stands, and somebody is just coming up to stand beside."""
    if person.speed_m_s > _STANDS_M_S:
        return False
    return any(
        other.speed_m_s > _STANDS_M_S
        and situation.now - other.seen_at <= _COMES_S
        and apart_m(person.place, other.place) <= _TALKING_APART_M
        for other in situation.others(person)
    )


def unclear_s(situation: Situation, person: Person) -> FactValue:
    """How long ago the person's last words were not understood; unknown: they were."""
    at = person.marks.get(Mark.UNCLEAR)
    return None if at is None else situation.now - at


def perhaps_another(situation: Situation, wish: Wish) -> FactValue:
    """Another stands as near and attends, and nothing shows which of them said what it answers."""
    asked = wish.act.in_reply_to
    turn = situation.turns.get(asked) if asked is not None else None
    person = addressee_of(situation, wish)
    if turn is None or turn.ended is None or person is None:
        return None
    if turn.typed or surely_said(situation, turn.ended, person):
        return False
    return any(
        other.attends and other.distance_m <= person.distance_m + _AS_NEAR_M
        for other in situation.others(person)
    )


def looks_away(_: Situation, person: Person) -> FactValue:
    """Turned from the agent."""
    away = person.away_rad()
    return None if away is None else away >= _LOOKS_AWAY_RAD


def farewelled(_: Situation, person: Person) -> FactValue:
    """Said goodbye to, and has neither spoken nor turned to the agent since."""
    goodbye = person.marks.get(Mark.FAREWELLED)
    if goodbye is None:
        return False
    again = max(person.marks.get(Mark.SPOKE, goodbye), person.attending_since or goodbye)
    return again <= goodbye


def attends_s(situation: Situation, person: Person) -> FactValue:
    """How long the person has attended; unknown of someone who does not."""
    since = person.attending_since
    return None if since is None else situation.now - since


def hand_up_s(situation: Situation, person: Person) -> FactValue:
    """How long a hand has been held up, as with a telephone at the ear."""
    since = person.hand_up_since
    return None if since is None else situation.now - since


def group_greeted(situation: Situation, person: Person) -> FactValue:
    """Someone who stands with this person was greeted just now, even if lost from view since."""
    gone = [left for left in situation.departures if left.at >= person.first_seen_at]
    beside: list[Person | Departure] = [*situation.others(person), *gone]
    return any(
        apart_m(other.place, person.place) <= _TOGETHER_M
        and situation.now - other.marks.get(Mark.GREETED, float("-inf")) <= _GROUP_GREETED_S
        for other in beside
    )


def behind_another(situation: Situation, person: Person) -> FactValue:
    """Somebody who attends stands between this person and the agent."""
    far_m = person.distance_m
    if far_m <= 0:
        return False
    along_x, along_y = person.place.x_m / far_m, person.place.y_m / far_m
    for other in situation.others(person):
        on_the_way_m = other.place.x_m * along_x + other.place.y_m * along_y
        aside_m = abs(other.place.y_m * along_x - other.place.x_m * along_y)
        between = 0 < on_the_way_m < far_m - _IN_FRONT_M
        if between and aside_m <= _IN_FRONT_M and other.attends:
            return True
    return False


def looked_at_s(situation: Situation, person: Person) -> FactValue:
    """How long the eyes have been on this person without a rest."""
    bearing = situation.bearing
    return situation.now - bearing.gaze_since if bearing.gaze_person == person.id else 0.0


def waited_s(situation: Situation, person: Person) -> FactValue:
    """How long since the host was told."""
    since = person.marks.get(Mark.WAITING)
    return None if since is None else situation.now - since


def company(situation: Situation, wish: Wish) -> set[PersonId]:
    """Those the words are meant for, and those who came and were greeted together with them.

    Two who came in at the same time and wait in line need not know each other.
    """
    meant = {who for who, _ in wish.marks}
    person = addressee_of(situation, wish)
    if person is None:
        return meant
    greeted = person.marks.get(Mark.GREETED)
    together = {
        other.id
        for other in situation.others(person)
        if greeted is not None
        and other.marks.get(Mark.GREETED) == greeted
        and person.came_with(other)
        and not in_line(situation, person, other)
    }
    return meant | together | {person.id}


def stranger_m(situation: Situation, wish: Wish) -> FactValue:
    """Distance of the nearest person who does not belong, to the addressee or to the agent."""
    person, ours = addressee_of(situation, wish), company(situation, wish)
    distances = [
        min(_soon_m(other), apart_m(other.place, person.place) if person else 99.0)
        for other in situation.people.values()
        if other.id not in ours and not (person and goes_on_as(person, other, other.place))
    ]
    distances += [
        left.place.distance_m
        for left in situation.departures
        if left.id not in ours and situation.now - left.at <= _LOST_S
    ]
    if person is None and distances:  # whoever speaks unseen may be any one of those in view
        distances.remove(min(distances))
    return min(distances, default=None)


def _soon_m(other: Person) -> float:
    """How near somebody is, or will be while the words are said."""
    return max(0.0, other.distance_m - _WORDS_LAST_S * max(0.0, other.approach_m_s))


def nearest_m(situation: Situation, _: Wish) -> FactValue:
    """Distance of whoever is nearest to the agent."""
    return min((person.distance_m for person in situation.people.values()), default=None)


def points_at_person(situation: Situation, wish: Wish) -> FactValue:
    """A finger would go towards somebody: nearer than the place that is meant, in its line."""
    act = wish.act
    cues = [*act.gestures, *(cue for clause in act.clauses for cue in clause.gestures)]
    for cue in cues:
        aim = cue.toward
        if cue.lexeme != "point" or aim is None or aim.distance_m == 0:
            continue
        for person in situation.people.values():
            at = person.place
            cross = at.x_m * aim.y_m - at.y_m * aim.x_m
            ahead = at.x_m * aim.x_m + at.y_m * aim.y_m
            near = person.distance_m <= aim.distance_m + _IN_FRONT_M
            if near and ahead > 0 and abs(cross) <= _POINTS_AT_RAD * ahead:
                return True
    return False


def with_another(situation: Situation, wish: Wish) -> FactValue:
    """A conversation goes on with somebody else, who is still there."""
    first = situation.addressee
    return first is not None and first.attends and first.id != wish.act.to
