"""What the agent may do besides talking; the call of the next number; where a look goes.

The rules themselves are judged in `behavior.tools.permission`, for every use of every tool. A
number that is called is said aloud. While the tool `look` is at work the eyes go where it looks:
to a place, or to one side and the other.
"""

from typing import ClassVar

from agent.core.messages import (
    Act,
    Clause,
    Gaze,
    GazeTarget,
    Message,
    Place,
    Priority,
    TicketCalled,
    ToolFinished,
    ToolStarted,
)
from behavior.situation.state import Situation
from behavior.tools.permission import ToolsConfig
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

__all__ = ["LOOKING", "ToolsConfig", "ToolsPolicy"]

LOOKING = "tools.look"
"""The branch under which the eyes go where a tool looks."""
_OTHER_SIDE = "tools.look_other_side"
_LEFT, _RIGHT = Place(x_m=2.5, y_m=2.0), Place(x_m=2.5, y_m=-2.0)
_A_SIDE_S = 0.9
_LOOKS_AT_MOST_S = 4.0


class ToolsPolicy:
    """Pure: says whose turn it is when a number is called, and turns the eyes for a look."""

    name: ClassVar[str] = "tools"
    hears: ClassVar[tuple[type[Message], ...]] = (TicketCalled, ToolStarted, ToolFinished)

    def __init__(self, config: ToolsConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the call, which waits its turn; or where the eyes go now."""
        match message:
            case TicketCalled():
                return self._call(message)
            case ToolStarted(tool="look", toward=None):
                wish = _eyes(message, LOOKING, _LEFT, "looks around")
                return Wishes(acts=(wish,), wake_at=situation.now + _A_SIDE_S)
            case ToolStarted(tool="look", toward=place):
                assert place is not None
                return Wishes(acts=(_eyes(message, LOOKING, place, "looks there"),))
            case ToolFinished(tool="look"):
                return _back(situation, message)
            case _:
                return self._go_on(situation, message)

    def _go_on(self, situation: Situation, message: Message) -> Wishes:
        """Look to the other side, where the look around has come to that."""
        since, other = situation.since(LOOKING), situation.since(_OTHER_SIDE)
        if not 0.9 * _A_SIDE_S <= since <= _LOOKS_AT_MOST_S or other < since:
            return NOTHING
        if situation.bearing.gaze is not GazeTarget.PLACE:
            return NOTHING
        return Wishes(acts=(_eyes(message, _OTHER_SIDE, _RIGHT, "looks around"),))

    def _call(self, message: TicketCalled) -> Wishes:
        """Nobody who speaks is interrupted for it."""
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


def _eyes(message: Message, branch: str, place: Place, sentence: str) -> Wish:
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(branch, sentence),
            gaze=Gaze(target=GazeTarget.PLACE, place=place),
            priority=Priority.REPLY,
        )
    )


def _back(situation: Situation, message: Message) -> Wishes:
    """The look is over: back to whoever asked."""
    who = situation.addressee
    if who is None or situation.since(LOOKING) > _LOOKS_AT_MOST_S:
        return NOTHING
    act = Act(
        at=message.at,
        act=UNNUMBERED,
        reason=because("tools.looked", "has looked"),
        to=who.id,
        gaze=Gaze(target=GazeTarget.PERSON, person=who.id),
        priority=Priority.REPLY,
    )
    return Wishes(acts=(Wish(act=act),))
