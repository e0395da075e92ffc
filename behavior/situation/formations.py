"""Who stands with whom, and who waits in line, as perception tells it. Pure.

Perception knows to which side a chest is turned, where a person here is only known to be turned by
so much; and a formation has held for a second before it is told. So it counts beside what the
sightings of this moment say, and where nobody tells of formations nothing changes. Who stands in
line behind another may have come with them; only where a name is at stake are they taken for not.
"""

from dataclasses import replace

from agent.core.messages import Arrangement, FormationChanged
from behavior.situation.people import Person
from behavior.situation.state import Formation, Situation

_TALKS = (Arrangement.FACING, Arrangement.CORNER, Arrangement.CIRCLE)
"""Who only stands beside another, both turned the same way, need not be talking."""
_TURNED_RAD = 0.9
_MOST = 12


def form(situation: Situation, change: FormationChanged) -> Situation:
    """Return the situation in which these people have come to stand together, or no longer do."""
    told = (change.people, change.arrangement)
    kept = tuple(one for one in situation.formations if (one.people, one.arrangement) != told)
    if change.together:
        made = Formation(people=change.people, arrangement=change.arrangement, since=change.at)
        kept = (*kept, made)[-_MOST:]
    return replace(situation, formations=kept)


def talks_with(situation: Situation, person: Person) -> bool:
    """The person stands with others around one space, and one of these is turned from the agent.

    Three who stand before the agent and face it make a circle with it, and are no conversation.
    """
    return any(
        one.arrangement in _TALKS
        and any((other.body_rad or 0.0) >= _TURNED_RAD for other in _others(situation, one, person))
        for one in _of(situation, person)
    )


def in_line(situation: Situation, person: Person, other: Person) -> bool:
    """One of the two waits behind the other."""
    return any(
        one.arrangement is Arrangement.QUEUE and other.id in one.people
        for one in _of(situation, person)
    )


def _of(situation: Situation, person: Person) -> list[Formation]:
    return [one for one in situation.formations if person.id in one.people]


def _others(situation: Situation, formation: Formation, person: Person) -> list[Person]:
    people = (situation.people.get(who) for who in formation.people if who != person.id)
    return [one for one in people if one is not None]
