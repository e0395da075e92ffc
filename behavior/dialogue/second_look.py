"""Observe, then answer: a language model is asked again with what its tool has found.

Bounded: so many rounds a turn, each within the model's own deadlines. The desk's own words for
what was found stand behind it, and are said where the model falls silent.
"""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Protocol

from agent.core.messages import ReplySource
from behavior.dialogue.conversation import Conversation, Heard, Part
from behavior.tools.contract import UseTool, WantedBy
from behavior.tools.proposing import ROUNDS


class Answers(Protocol):
    """Whoever answers turns."""

    def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield parts, the last one with `last=True`."""
        ...


@dataclass(slots=True)
class SecondLook:
    """The rounds of one turn."""

    backend: Answers
    heard: Heard
    uses: list[UseTool] = field(default_factory=list)
    """What the model wants looked at next."""

    def wants(self, use: UseTool, part: Part) -> bool:
        """Whether the model is to be asked with what this part tells."""
        return bool(part.observed) and use.wanted_by is WantedBy.MODEL and self.rounds < ROUNDS

    @property
    def rounds(self) -> int:
        """How many were had."""
        return len(self.heard.observed)

    async def words(self, found: Part, before: Conversation) -> AsyncGenerator[Part, None]:
        """Yield the model's words for what was found, or the desk's own. The last one is last."""
        self.uses = []
        self.heard = replace(self.heard, observed=(*self.heard.observed, found.observed))
        answers = self.backend.answer(before, self.heard)
        async with contextlib.aclosing(answers) as stream:
            async for part in stream:
                if part.source is not ReplySource.LANGUAGE_MODEL:
                    break  # the desk answers the line itself, and knows of no observation
                if self.rounds < ROUNDS:
                    self.uses += (e for e in part.effects if isinstance(e, UseTool))
                ends = part.last
                yield replace(part, effects=(), conversation=found.conversation if ends else None)
                if ends:
                    return
        yield found
