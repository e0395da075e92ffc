"""A dialogue that says what it was told to: for tests, rehearsals and demonstrations."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from agent.core.messages import Clause
from behavior.dialogue.conversation import Conversation, Effect, Heard, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One scripted reply, clause by clause."""

    clauses: tuple[str, ...]
    effects: tuple[Effect, ...] = ()
    after_s: float = 0.0
    """Pause before each clause."""


class ScriptedDialogue:
    """Gives its lines in order, whatever it hears; then the last one again and again."""

    name = "scripted"

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = tuple(lines) or (Line(clauses=("I have no script.",)),)
        self.heard: list[Heard] = []
        self.abandoned = 0
        """Replies that were closed before their end."""

    async def warm_up(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def answer(self, conversation: Conversation, heard: Heard) -> AsyncGenerator[Part, None]:
        """Yield the next line, one part a clause."""
        line = self._lines[min(conversation.turns, len(self._lines) - 1)]
        self.heard.append(heard)
        after = replace(conversation, turns=conversation.turns + 1)
        finished = False
        try:
            for i, text in enumerate(line.clauses):
                if line.after_s:
                    await asyncio.sleep(line.after_s)
                yield Part(
                    clauses=(Clause(text=text),),
                    last=i == len(line.clauses) - 1,
                    intent="scripted",
                    because="the script says so",
                    conversation=after if i == 0 else None,
                    effects=line.effects if i == 0 else (),
                )
            finished = True
        finally:
            self.abandoned += not finished
