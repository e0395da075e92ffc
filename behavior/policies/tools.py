"""What the agent may do besides talking; and the call of the next number, said aloud.

The rules themselves are judged in `behavior.tools.permission`, for every use of every tool.
"""

from typing import ClassVar

from agent.core.messages import (
    Act,
    Clause,
    Gaze,
    GazeTarget,
    Message,
    Priority,
    TicketCalled,
)
from behavior.situation import Situation
from behavior.tools.permission import ToolsConfig
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

__all__ = ["ToolsConfig", "ToolsPolicy"]


class ToolsPolicy:
    """Pure: says whose turn it is when a number is called."""

    name: ClassVar[str] = "tools"
    hears: ClassVar[tuple[type[Message], ...]] = (TicketCalled,)

    def __init__(self, config: ToolsConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the call. It waits its turn: nobody who speaks is interrupted for it."""
        if not isinstance(message, TicketCalled):
            return NOTHING
        texts = [f"Number {message.number}.", self._config.call_line, message.place]
        texts = [text for text in texts if text]
        screen = f"Number {message.number}"
        clauses = tuple(
            Clause(text=text, screen=screen if i == 0 else None) for i, text in enumerate(texts)
        )
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because("tools.called", f"number {message.number} is called"),
            clauses=clauses,
            gaze=Gaze(target=GazeTarget.AMBIENT),
            priority=Priority.REPLY,
        )
        return Wishes(acts=(Wish(act=act),))
