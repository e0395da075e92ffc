"""Whose visits go on, and with whom is spoken now. One is spoken with, several are remembered."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from agent.core.messages import PersonId
from behavior.dialogue.config import DialogueConfig
from behavior.dialogue.memory import Encounter
from behavior.transcript.encounter import Transcript


class Encounters:
    """The visits that are not over. Who belongs to which is asked of the transcript."""

    def __init__(self, config: DialogueConfig) -> None:
        self._config = config
        self._all: list[Encounter] = []
        self.current: Encounter | None = None

    def __iter__(self) -> Iterator[Encounter]:
        return iter(tuple(self._all))

    def of(self, person: PersonId | None) -> Encounter | None:
        """The visit of this person, alone or as company."""
        return next((one for one in self._all if one.is_of(person)), None)

    def meet(self, person: PersonId | None, at: float, seen: Transcript) -> Encounter:
        """The visit of this person, which is spoken with from now on; a new one if need be.

        `person` None: somebody who is heard or types, and is not seen.
        """
        current = self.current
        if person is not None:
            if (known := self.of(person) or self._company_of(person, seen)) is not None:
                self.current = known
                return known
            if current is not None and current.person is None and self._fresh(current, at):
                current.person = person  # spoke first, was seen later
                seen.claim(person)
                return current
        elif current is not None and self._fresh(current, at):
            return current
        encounter = Encounter(began_at=at, last_at=at, person=person)
        encounter.conversation = replace(encounter.conversation, salt=len(self._all) * 7)
        self._all.append(encounter)
        self.current = encounter
        return encounter

    def _company_of(self, person: PersonId, seen: Transcript) -> Encounter | None:
        """The visit of whom this person was before a tracker lost them, or has walked in with."""
        if (found := self.of(seen.before(person))) is not None:
            found.person, found.left_at = person, None
            return found
        for encounter in self._all:
            first = encounter.person
            if first is not None and seen.together(first, person):
                encounter.company.add(person)
                return encounter
        return None

    def _fresh(self, encounter: Encounter, at: float) -> bool:
        return encounter in self._all and at - encounter.last_at <= self._config.idle_s

    def over(self, now: float, touched_at: Callable[[Encounter], float]) -> list[Encounter]:
        """Those whose time is over. `touched_at`: when a hand was last at their form."""
        return [one for one in self._all if self._is_over(one, now, touched_at(one))]

    def _is_over(self, encounter: Encounter, now: float, touched_at: float) -> bool:
        gone = encounter.left_at is not None or encounter.person is None
        last = max(encounter.last_at, encounter.left_at or 0.0, touched_at)
        limit = self._config.grace_s if encounter.left_at else self._config.idle_s
        return gone and now - last > limit

    def end(self, encounter: Encounter) -> bool:
        """Forget a visit; whether it was the one spoken with."""
        self._all.remove(encounter)
        if self.current is not encounter:
            return False
        self.current = None
        return True
