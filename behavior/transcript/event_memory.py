"""What one visitor may be told of the time that has passed. Pure.

A `Memory` holds the visitor's own words, what the agent said to them and did for them, and of
other people only when they came and went: nobody's words, name or id. So no question, however it
is put, can bring out what somebody else said. How it is looked up is in `behavior.past.recall`.
"""

from dataclasses import dataclass

from agent.core.messages import PersonId
from behavior.transcript.lines import Line, What, text_of, tokens_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Somebody was there. Nothing else is known of them."""

    came_at: float
    left_at: float | None = None
    """None: is there still."""
    stopped: bool = False
    """Came to the agent, and did not only pass by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The past as far as one visitor may be told of it."""

    now: float
    person: PersonId | None = None
    came_at: float | None = None
    """When the visitor came into view, or began to speak."""
    lines: tuple[Line, ...] = ()
    """About the visitor, oldest first."""
    others: tuple[Passage, ...] = ()
    """Who else was there, by their coming."""

    def said(self, by_agent: bool) -> tuple[Line, ...]:
        """What the visitor, or the agent to the visitor, has said."""
        what = What.AGENT_SAID if by_agent else What.SAID
        return tuple(one for one in self.lines if one.what is what)

    def of(self, *kinds: What) -> tuple[Line, ...]:
        """The lines of some kinds."""
        return tuple(one for one in self.lines if one.what in kinds)

    def text(self, tokens: int) -> str:
        """The newest of it in about so many tokens, in seconds before now; empty: nothing fits."""
        here = sum(one.left_at is None for one in self.others)
        others = f"others in view: {here}" if self.others else ""
        lines = text_of(
            self.lines, self.now, tokens=tokens - tokens_of(others) if others else tokens
        )
        return "\n".join(one for one in (lines, others) if one) if lines else ""


def memory_of(
    lines: tuple[Line, ...],
    person: PersonId | None,
    at: float,
    came_at: float | None,
    others: tuple[Passage, ...],
) -> Memory:
    """The part of a transcript that is this visitor's, without the question that is being asked."""
    mine = tuple(
        one
        for one in lines
        if one.person == person
        and one.what is not What.EARLIER
        and not (one.what is What.SAID and one.ended >= at - 1e-6)
    )
    if came_at is None and mine:
        came_at = mine[0].began
    return Memory(now=at, person=person, came_at=came_at, lines=mine, others=others)
