"""Holds itself: upright when somebody comes, at rest when nobody is there."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    Engagement,
    EngagementChanged,
    Expression,
    Message,
    PersonLost,
    Posture,
    Priority,
    StageState,
    TurnEnded,
)
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_COMING = (Engagement.APPROACHING, Engagement.ATTENDING, Engagement.ENGAGED)


class IdleConfig(BaseModel):
    """How soon the agent relaxes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rest_after_s: float = Field(
        6.0, ge=0, le=600, description="How long after the last person it goes to rest."
    )


class IdlePolicy:
    """Pure: the posture between the acts of others."""

    name: ClassVar[str] = "idle"
    hears: ClassVar[tuple[type[Message], ...]] = (
        EngagementChanged,
        PersonLost,
        TurnEnded,
        ActFinished,
        StageState,
    )

    def __init__(self, config: IdleConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return a change of posture where one is due."""
        if not situation.quiet:
            return NOTHING
        posture = situation.bearing.posture
        someone = situation.encounter is not None or any(
            person.engagement in _COMING for person in situation.people.values()
        )
        if someone:
            if posture is Posture.ATTENTIVE:
                return Wishes(wake_at=situation.now + self._config.rest_after_s)
            return Wishes(acts=(_hold(message, "idle.attentive", Posture.ATTENTIVE),))
        if posture is Posture.REST:
            return NOTHING
        due = max(situation.acted.values(), default=float("-inf")) + self._config.rest_after_s
        if situation.now < due:
            return Wishes(wake_at=due)
        return Wishes(acts=(_hold(message, "idle.rest", Posture.REST),))


def _hold(message: Message, branch: str, posture: Posture) -> Wish:
    rests = posture is Posture.REST
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(branch, "nobody is coming" if rests else "someone is there"),
            expression=Expression.NEUTRAL if rests else Expression.ATTENTIVE,
            intensity=0.4,
            posture=posture,
            priority=Priority.IDLE,
        )
    )
