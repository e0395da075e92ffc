"""Tells a visitor that a person is coming, when one was called and nothing else has said so."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    ButtonPressed,
    Clause,
    Expression,
    Gaze,
    GazeTarget,
    HelpCalled,
    Meeting,
    Message,
    PersonId,
    Priority,
    ReplyReady,
)
from behavior.policies.spoken import Spoken
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because


class HandoverConfig(Spoken):
    """What is said when a person takes over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    buttons: tuple[str, ...] = Field(
        ("help", "staff"), description="Buttons of the page that call a person."
    )
    button_line: str = Field(
        "One moment, I am calling a person for you.",
        min_length=2,
        description="Said as soon as such a button is pressed.",
    )
    called_line: str = Field(
        "A person is on the way to you.", min_length=2, description="Said when one was called."
    )
    urgent_line: str = Field(
        "I have called for help. Someone is coming to you now.",
        min_length=2,
        description="Said when one was called urgently.",
    )
    reply_wait_s: float = Field(
        2.0, ge=0, le=10, description="How long to wait for the reply to say it instead."
    )
    once_in_s: float = Field(15.0, ge=0, le=300, description="It is not said again within this.")


class HandoverPolicy:
    """Pure: whether the visitor still has to be told that a person comes."""

    name: ClassVar[str] = "handover"
    hears: ClassVar[tuple[type[Message], ...]] = (
        ButtonPressed,
        HelpCalled,
        ReplyReady,
        ActFinished,
    )

    def __init__(self, config: HandoverConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the line that tells it, unless a reply does."""
        config = self._config
        told_lately = situation.since("handover.called") < config.once_in_s
        if isinstance(message, ButtonPressed):
            again = situation.since("handover.button") < config.once_in_s
            if message.button not in config.buttons or told_lately or again:
                return NOTHING
            sentence = f"the button {message.button} was pressed"
            return Wishes(acts=(_tell(situation, message, "button", config.button_line, sentence),))
        called_at = situation.help_at
        if called_at is None or told_lately or self._said_since(situation, called_at):
            return NOTHING
        due = called_at + (config.reply_wait_s if self._reply_may_say_it(situation) else 0.0)
        if situation.now < due:
            return Wishes(wake_at=due)
        if situation.now - due > config.once_in_s:
            return NOTHING
        urgent = situation.alarm_at is not None and situation.alarm_at >= called_at
        line = config.urgent_line if urgent else config.called_line
        wish = _tell(situation, message, "called", line, "a person was called", urgent=urgent)
        return Wishes(acts=(wish,))

    def _said_since(self, situation: Situation, called_at: float) -> bool:
        before = called_at - 1.0  # the reply may be a moment earlier than the call
        button = situation.acted.get("handover.button", float("-inf"))
        reply = situation.acted.get("reply.answer", float("-inf"))
        urgent = situation.alarm_at is not None and situation.alarm_at >= called_at
        return reply >= before or (button >= called_at - self._config.once_in_s and not urgent)

    def _reply_may_say_it(self, situation: Situation) -> bool:
        return situation.open_turn is not None


def _tell(
    situation: Situation,
    message: Message,
    branch: str,
    line: str,
    sentence: str,
    *,
    urgent: bool = False,
) -> Wish:
    who = _whom(situation, message)
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(f"handover.{branch}", sentence),
            to=who,
            clauses=(Clause(text=line),),
            expression=Expression.CONCERNED if urgent else Expression.ATTENTIVE,
            intensity=0.4,
            gaze=Gaze(target=GazeTarget.PERSON, person=who) if who is not None else None,
            priority=Priority.SAFETY if urgent else Priority.OPERATOR,
            speech_meets=Meeting.REPLACE,
            interruptible=not urgent,
        )
    )


def _whom(situation: Situation, message: Message) -> PersonId | None:
    named = message.person if isinstance(message, ButtonPressed | HelpCalled) else None
    if named is not None:
        return named
    return situation.addressee.id if situation.addressee is not None else None
