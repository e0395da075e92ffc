"""A listener's body goes along with the visitor's: slowly, a little, and only where it is kind.

People who deal well with each other lean alike, seconds later and by less (Chartrand and Bargh
1999). It goes along with what changes: how somebody usually stands is theirs. Never with children
or from a wheelchair, where it would look like mockery, and not while it speaks.
"""

import math
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    Context,
    Engagement,
    Lean,
    Message,
    PersonLost,
    PersonSeen,
    Priority,
    StageState,
)
from behavior.situation.people import Person
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_STEP_RAD = math.radians(0.8)
"""Less is not worth an act."""
_UPRIGHT = Lean()
_NEVER = (Context.CHILD, Context.WHEELCHAIR)


class MirroringConfig(BaseModel):
    """How far the body goes along with how a visitor leans."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="Whether it goes along at all.")
    share: float = Field(0.3, ge=0, le=1, description="Of the visitor's lean, so much.")
    most_deg: float = Field(3.0, ge=0, le=3.4, description="And never more than this.")
    from_deg: float = Field(5.0, ge=0, le=30, description="Leans smaller than this are none.")
    every_s: float = Field(3.0, ge=1, le=60, description="At least this long between changes.")
    within_m: float = Field(2.5, gt=0, le=10, description="Only of somebody so near.")
    eyes_above_m: float = Field(
        1.35, ge=0, le=2, description="Only of whoever's eyes are higher: grown up, and standing."
    )


class MirroringPolicy:
    """Pure: how the body leans while somebody else has the word."""

    name: ClassVar[str] = "mirroring"
    hears: ClassVar[tuple[type[Message], ...]] = (PersonSeen, PersonLost, StageState)

    def __init__(self, config: MirroringConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return a change of the lean where one is due."""
        held, wanted = situation.bearing.lean, self._wanted(situation)
        if _apart_rad(held, wanted) < _STEP_RAD and (wanted != _UPRIGHT or held == _UPRIGHT):
            return NOTHING
        due = situation.acted.get("mirroring.lean", -math.inf) + self._config.every_s
        if situation.now < due:
            return Wishes(wake_at=due)
        return Wishes(acts=(_leaning(message, wanted),))

    def _wanted(self, situation: Situation) -> Lean:
        config, partner = self._config, situation.addressee
        if not config.enabled or situation.floor.agent_speaks or partner is None:
            return _UPRIGHT
        if not self._may_be_mirrored(partner):
            return _UPRIGHT
        forward, left = partner.leans_forward_rad, partner.leans_left_rad
        if forward is None or left is None:
            return _UPRIGHT
        size = math.hypot(forward, left)
        if size < math.radians(config.from_deg):
            return _UPRIGHT
        by = min(config.share * size, math.radians(config.most_deg)) / size
        # As in a mirror: their left is the agent's right.
        return Lean(forward_rad=by * forward, left_rad=-by * left)

    def _may_be_mirrored(self, person: Person) -> bool:
        config = self._config
        return (
            person.engagement in (Engagement.ATTENDING, Engagement.ENGAGED)
            and person.place.distance_m <= config.within_m
            and person.eyes_m >= config.eyes_above_m
            and not any(context in person.contexts for context in _NEVER)
        )


def _apart_rad(one: Lean, other: Lean) -> float:
    return math.hypot(one.forward_rad - other.forward_rad, one.left_rad - other.left_rad)


def _leaning(message: Message, lean: Lean) -> Wish:
    upright = lean == _UPRIGHT
    why = "nobody is leant along with" if upright else "the visitor leans, and it goes along"
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because("mirroring.lean", why),
            lean=lean,
            priority=Priority.IDLE,
        )
    )
