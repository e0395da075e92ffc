"""One answer while it is being made: to which words, how far it is, and whether it counts."""

import asyncio
from dataclasses import dataclass, field, replace

from agent.core.messages import Clause, ReplyReady, TurnId
from behavior.dialogue.conversation import Asked, Conversation, Heard, Part
from behavior.dialogue.memory import Encounter


@dataclass(slots=True)
class Answer:
    """The answer to one revision of one turn, while it is being made."""

    turn: TurnId
    revision: int
    encounter: Encounter
    heard: Heard
    task: asyncio.Task[None] | None = None
    said: tuple[Clause, ...] = ()
    parts: list[Part] = field(default_factory=list)
    committed: bool = False
    counts: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with `committed`, for tools that wait for it."""
    applied: bool = False
    withdrawn: bool = False
    """Its words turned out to be half of what was said: it does not count any more."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while nobody goes on with its words."""
    before: Conversation | None = None
    """The conversation before it, while it can be gone back to."""
    after: Conversation | None = None

    def message(self, part: Part) -> ReplyReady:
        """A part of it, as the planner is told of it."""
        return ReplyReady(
            at=self.heard.at,
            turn=self.turn,
            revision=self.revision,
            clauses=part.clauses,
            part=len(self.parts) - 1,
            last=part.last,
            source=part.source,
            intent=part.intent,
            because=part.because,
            closes=part.closes,
            to=self.heard.person,
        )

    def cancel(self) -> None:
        """Let nobody wait for it. What counts and is not done yet is owed: that runs on, mutely."""
        if self.task is not None and (self.applied or not self.committed):
            self.task.cancel()

    def remember_nothing(self) -> None:
        """Its visitor wants to be forgotten while it is being made."""
        self.heard = replace(self.heard, history=(), memory=None)
        self.before = self.after = None


def with_question(part: Part, before: Conversation, question: tuple[Clause, ...]) -> Part:
    """Ask at the end what the desk still has to ask, unless the tool's answer asks already."""
    after = part.conversation
    if after is None or after.asked is not Asked.NOTHING or not question:
        return part
    after = replace(after, asked=before.asked, asked_about=before.asked_about)
    return replace(part, clauses=(*part.clauses, *question), conversation=after)
