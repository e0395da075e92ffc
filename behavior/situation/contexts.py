"""What changes how a person is to be read, and what passes between people, as perception tells it.

Pure. Where nobody tells of it, nothing changes: a context that is not told is unknown, not absent.
"""

from dataclasses import replace

from agent.core.messages import Context, ContextChanged
from behavior.situation.people import Person
from behavior.situation.state import Situation

_MOST = 24
_MEETINGS = frozenset(("mutual gaze", "shakes hands"))


def hold(situation: Situation, change: ContextChanged) -> Situation:
    """Return the situation in which a context has come to hold of somebody, or no longer does."""
    person = situation.person(change.person)
    if person is None:
        return situation
    if change.interaction is not None:
        told = (person.id, change.interaction)
        kept = tuple(one for one in situation.interactions if one != told)
        kept = tuple(one for one in kept if one[0] in situation.people)
        return replace(situation, interactions=(*kept, told)[-_MOST:] if change.holds else kept)
    contexts = {what: at for what, at in person.contexts.items() if what is not change.context}
    if change.holds and change.context is not None:
        contexts[change.context] = change.at
    people = {**situation.people, person.id: replace(person, contexts=contexts)}
    return replace(situation, people=people)


def is_told(person: Person, context: Context) -> bool | None:
    """True where it was told; else unknown."""
    return True if context in person.contexts else None


def meets_another(situation: Situation, person: Person) -> bool | None:
    """Eyes meet somebody else's, or hands do: the two have to do with each other now."""
    met = any(
        one.what in _MEETINGS
        and person.id in (who, *one.group)
        and all(other in situation.people for other in (who, *one.group))
        for who, one in situation.interactions
    )
    return True if met else None
