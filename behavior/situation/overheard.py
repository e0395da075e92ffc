"""What may be told from who stands how: whether words were meant for the agent. Pure geometry.

Words that people say to each other are neither answered nor asked again,
and a no that one of them says holds for all who stand with them.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from agent.core.messages import PersonId
from behavior.situation.people import Person, apart_m
from behavior.situation.state import Situation

_TALKING_APART_M = 1.6
_STANDS_M_S = 0.3
_TURNED_RAD = 0.8
"""Words of someone turned away this far may be for somebody else."""
_FACES_OTHERS_RAD = 0.9
_TOWARDS_RAD = 0.7


def faces(one: Person, other: Person) -> bool:
    """`one` stands turned from the agent, with the body towards `other`.

    Which side a body is turned to is not known, only how far: so the angle between the ways to
    the agent and to the other has to be about that.
    """
    turned = one.facing_rad
    if turned is None or turned < _FACES_OTHERS_RAD or one.speed_m_s > _STANDS_M_S:
        return False
    if not 0.0 < apart_m(one.place, other.place) <= _TALKING_APART_M:
        return False
    to_other = math.atan2(other.place.y_m - one.place.y_m, other.place.x_m - one.place.x_m)
    to_agent = math.atan2(-one.place.y_m, -one.place.x_m)
    between = abs(math.remainder(to_other - to_agent, math.tau))
    return abs(between - turned) <= _TOWARDS_RAD


def note_talk(situation: Situation, who: PersonId) -> Situation:
    """Return the situation in which it is known with whom this person talks just now, if at all.

    One picture of a turned body is a guess: the body has to have been turned for half a second.
    """
    person = situation.people[who]
    talking = [
        other
        for other in situation.others(person)
        if _surely_faces(person, other) or _surely_faces(other, person)
    ]
    if not talking:
        return situation
    noted = {one.id: replace(one, in_talk_at=situation.now) for one in (person, *talking)}
    return replace(situation, people={**situation.people, **noted})


def _surely_faces(one: Person, other: Person) -> bool:
    turned = one.body_rad is not None and one.body_rad >= _FACES_OTHERS_RAD
    return turned and faces(one, other)


def beside(situation: Situation, person: Person) -> Iterator[Person]:
    """Those who stand near enough to talk with this person."""
    return (
        other
        for other in situation.others(person)
        if apart_m(other.place, person.place) <= _TALKING_APART_M and other.speed_m_s <= _STANDS_M_S
    )


def turned_away(person: Person) -> bool:
    """Known to be turned away from the agent, with eyes or body."""
    return (person.away_rad() or 0.0) >= _TURNED_RAD


def is_overheard(situation: Situation, person: Person | None) -> bool:
    """Whoever speaks stands with somebody else, turned to them and not to the agent."""
    if person is None or not turned_away(person):
        return False
    return any(turned_away(other) or faces(other, person) for other in beside(situation, person))


def circle(situation: Situation, person: Person) -> list[Person]:
    """Those who talk with this person or came with them: what one declines, all decline."""
    return [
        other
        for other in situation.others(person)
        if person.came_with(other)
        or (
            apart_m(other.place, person.place) <= _TALKING_APART_M
            and (turned_away(other) or faces(other, person))
        )
    ]
