"""What policies hand to the planner: wishes, not yet acts.

A wish becomes an act when no norm forbids it and the arbiter finds room for it. A policy is pure:
it remembers nothing between calls, because all that it needs is in the situation. It never polls;
it says when it wants to be asked again.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from agent.core.messages import (
    Act,
    ActId,
    Duck,
    Message,
    PersonId,
    PrepareSpeech,
    Reason,
    Stop,
    TurnId,
)
from behavior.situation.people import Mark
from behavior.situation.state import Situation

UNNUMBERED = ActId(0)
"""Of a wish; the arbiter numbers what it grants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Woke(Message):
    """A moment some policy asked for has come. Stays inside behavior."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An act a policy would like, and what is true of someone once it is done."""

    act: Act
    proactive: bool = False
    """Nobody asked for it. Norms are stricter with these."""
    marks: tuple[tuple[PersonId, Mark], ...] = ()
    discloses: bool = False
    """It says that this is an AI."""

    @property
    def speaks(self) -> bool:
        """It has words."""
        return any(clause.text.strip() for clause in self.act.clauses)

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(clause.text for clause in self.act.clauses if clause.text.strip())

    @property
    def greets(self) -> bool:
        """It greets somebody in words."""
        return self.speaks and any(mark is Mark.GREETED for _, mark in self.marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All that a policy wants at one moment."""

    acts: tuple[Wish, ...] = ()
    stop: Stop | None = None
    duck: Duck | None = None
    prepare: PrepareSpeech | None = None
    dismiss: TurnId | None = None
    """This turn asks for no answer: a backchannel or an echo."""
    wake_at: float | None = None
    """Ask again at this moment, even if nothing happens. Replaces the policy's last one."""


NOTHING = Wishes()


class Policy(Protocol):
    """Decides one matter. Pure and quick."""

    name: ClassVar[str]
    """As in the reasons it gives: `greeting`."""
    hears: ClassVar[tuple[type[Message], ...]]
    """The messages it wants to be asked about; `Woke` comes by itself."""

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return what it wants, now that `message` has happened (and is in `situation`)."""
        ...


def because(policy: str, sentence: str) -> Reason:
    """A reason, for policies."""
    return Reason(policy=policy, because=sentence)
