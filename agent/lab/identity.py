"""Under which ids the senses told of whom, and whether anybody could have known that they are one.

A tracker loses people and finds them under another id, and two who pass each other may change
theirs over. Who stands still, alone, and goes on under a new id within two seconds can be followed.
Who cannot be followed is somebody else to the agent, whatever its manners.
"""

from dataclasses import dataclass
from typing import Final

from agent.core.messages import PersonId, PersonSeen, Place
from behavior.situation.people import apart_m

_GAP_S: Final = 2.0
_STEP_M: Final = 0.6
_ALONE_M: Final = 0.8
_ABOUT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Told:
    """The last that was told of somebody."""

    person: PersonId
    at: float
    place: Place


class Identities:
    """What can be known of who is who. Numbers are the people as they are, ids what is told."""

    def __init__(self) -> None:
        self._told: dict[int, _Told] = {}
        self._owner: dict[PersonId, int] = {}
        self._changed_over: set[PersonId] = set()
        self._lost_at: dict[int, float] = {}
        """When somebody last went on under an id that could not be followed."""

    def take(self, seen: PersonSeen, number: int) -> None:
        """The senses told of `number` under the id in `seen`."""
        before = self._told.get(number)
        owner = self._owner.setdefault(seen.person, number)
        if owner != number:
            self._owner[seen.person] = number
            self._changed_over.add(seen.person)
        new = before is not None and before.person != seen.person
        if owner != number or (new and not self._follows(before, seen, number)):
            self._lost_at[number] = seen.at
        self._told[number] = _Told(seen.person, seen.at, seen.place)

    def _follows(self, before: _Told | None, seen: PersonSeen, number: int) -> bool:
        if before is None or seen.at - before.at > _GAP_S:
            return False
        others = (
            one
            for other, one in self._told.items()
            if other != number and seen.at - one.at <= _ABOUT_S
        )
        alone = all(apart_m(one.place, seen.place) > _ALONE_M for one in others)
        return alone and apart_m(before.place, seen.place) <= _STEP_M

    def followed_since(self, number: int, at: float) -> bool:
        """Whether this person could be followed from `at` on, through all changes of id."""
        return self._lost_at.get(number, float("-inf")) <= at

    def was_another(self, person: PersonId | None) -> bool:
        """Whether this id was somebody else's before."""
        return person in self._changed_over

    def told_lately(self, at: float, within_s: float) -> set[int]:
        """Of whom the agent has been told within so many seconds."""
        return {number for number, one in self._told.items() if at - one.at <= within_s}
