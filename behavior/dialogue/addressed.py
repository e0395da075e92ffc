"""To which encounter the agent's words went, so that what was heard is remembered there. Pure.

An act is for whoever asked what it answers, else for whom it names. Of an encounter that was
forgotten or is over nothing more is remembered, though its last words may still be on stage.
"""

from collections import OrderedDict
from typing import TypeVar

from agent.core.messages import Act, ActId, TurnId
from behavior.dialogue.memory import Encounter

Key = TypeVar("Key")
_KEPT = 64


class Addressed:
    """Acts on stage, and turns that were answered, with their encounters."""

    def __init__(self) -> None:
        self._turns: OrderedDict[TurnId, Encounter | None] = OrderedDict()
        self._acts: OrderedDict[ActId, Encounter | None] = OrderedDict()

    def answer(self, turn: TurnId, encounter: Encounter) -> None:
        """A turn of this encounter is being answered."""
        self._turns[turn] = encounter
        while len(self._turns) > _KEPT:
            self._turns.popitem(last=False)

    def plan(self, act: Act, encounter: Encounter | None) -> None:
        """An act was decided; `encounter`: of the person it names."""
        if not act.clauses:
            return
        if act.in_reply_to is not None and act.in_reply_to in self._turns:
            encounter = self._turns[act.in_reply_to]
        self._acts[act.act] = encounter
        while len(self._acts) > _KEPT:
            self._acts.popitem(last=False)

    def heard(self, act: ActId, otherwise: Encounter | None) -> Encounter | None:
        """Where the words of an act that has ended belong; None: they are not remembered."""
        return self._acts.pop(act) if act in self._acts else otherwise

    def forget(self, encounter: Encounter) -> None:
        """Remember nothing more of this encounter."""
        _let_go(self._acts, encounter)
        _let_go(self._turns, encounter)


def _let_go(known: OrderedDict[Key, Encounter | None], encounter: Encounter) -> None:
    for key, one in known.items():
        if one is encounter:
            known[key] = None
