"""The simulated lobby as a school and as an examination of engagement: who is seen, and the truth.

Truth is what people do: who stands or talks before the agent is engaged, who passes, looks round,
sits or chats is not. Who is on the way to the agent, queues or goes along with somebody is neither
for sure, and is left out. Nobody answers them, so what they do does not depend on who judges.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.core.messages import Message, PersonId, PersonSeen
from agent.lessons.practice import Stretch, lobby_of, stretches
from behavior.lobby.somebody import Phase

STEP_S = 0.1
WITHIN_M = 4.0
ENGAGED = frozenset({Phase.STAND.value, Phase.TALK.value})
UNSURE = frozenset(
    phase.value for phase in (Phase.COME, Phase.HESITATE, Phase.QUEUE, Phase.FOLLOW, Phase.ENTER)
)


@dataclass(frozen=True, slots=True)
class Instant:
    """A tenth of a second: what perception says, and what is true of whom it sees."""

    at: float
    messages: list[Message]
    truth: dict[PersonId, bool] = field(default_factory=dict)
    """Only of those about whom it is sure, within four metres."""
    numbers: dict[PersonId, int] = field(default_factory=dict)
    """Who they really are."""


def live(one: Stretch, *, judging: bool) -> Iterator[Instant]:
    """One stretch of a lobby's day."""
    lobby = lobby_of(one, judging=judging)
    now = lobby.now
    while now < one.seconds:
        now = min(max(now + STEP_S, lobby.next_event_at()), one.seconds)
        messages = lobby.advance(now)
        instant = Instant(now, messages)
        seen = {m.person for m in messages if isinstance(m, PersonSeen)}
        if seen:
            for person in lobby.view().people:
                ids = [who for who in person.ids if who in seen]
                if ids and person.doing not in UNSURE and person.place.distance_m <= WITHIN_M:
                    instant.truth[ids[-1]] = person.doing in ENGAGED
                    instant.numbers[ids[-1]] = person.person
        yield instant


def school(count: int, seed: int) -> list[Stretch]:
    """Stretches to learn from; no plan, people or noise that is held out."""
    return stretches(count, seed, judging=False, seconds=600.0)


def examination(count: int, seed: int) -> list[Stretch]:
    """Stretches on plans that are held out, with everybody and every noise."""
    return stretches(count, seed, judging=True, seconds=600.0)
