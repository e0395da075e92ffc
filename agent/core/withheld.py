"""What is kept of words that are said while a form is filled in: that something was said.

A form holds names, numbers and addresses, and so do the words with which it is filled. Whoever
writes messages down for longer than a moment passes them through here. Turns and acts that begin
while a form is on the screen are withheld to their end, also past the form's.
"""

from dataclasses import replace
from typing import Any

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    Clause,
    ClauseSpoken,
    FormShown,
    LineTyped,
    Message,
    PrepareSpeech,
    ReplyReady,
    TurnEnded,
    TurnId,
    TurnPaused,
    WordsHeard,
)

WITHHELD = "(about a form)"
_KEPT = 64


class Withheld:
    """Messages in, the same out without words that may hold what is in a form. Pure."""

    def __init__(self) -> None:
        self._shown = False
        self._turns: dict[TurnId, None] = {}
        self._acts: dict[ActId, None] = {}

    def kept(self, message: Message) -> Message:  # noqa: C901 - one case a kind of message
        """The message as it may be written down."""
        match message:
            case FormShown(shown=shown):
                self._shown = shown
            case WordsHeard() if self._is_ours(message.turn):
                return replace(message, text=WITHHELD if message.text else "", stable=None)
            case TurnPaused() | TurnEnded() if self._is_ours(message.turn):
                return replace(message, text=WITHHELD if message.text else "")
            case LineTyped() if self._shown:
                return replace(message, text=WITHHELD)
            case ReplyReady() if self._is_ours(message.turn):
                return replace(message, clauses=_wordless(message.clauses))
            case PrepareSpeech() if self._shown:
                return replace(message, clauses=_wordless(message.clauses))
            case Act() if self._shown or message.in_reply_to in self._turns:
                _note(self._acts, message.act)
                return replace(message, clauses=_wordless(message.clauses))
            case ActStarted() | ClauseSpoken() if message.act in self._acts:
                return replace(message, text=WITHHELD if message.text else "")
            case ActFinished() if message.act in self._acts:
                return replace(message, heard=WITHHELD if message.heard else "")
        return message

    def _is_ours(self, turn: TurnId) -> bool:
        if self._shown:
            _note(self._turns, turn)
        return turn in self._turns


def _note(known: dict[Any, None], key: object) -> None:
    known[key] = None
    while len(known) > _KEPT:
        del known[next(iter(known))]


def _wordless(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    return tuple(
        replace(
            clause, text=WITHHELD, discreet=None, screen=None if clause.screen is None else WITHHELD
        )
        for clause in clauses
    )
