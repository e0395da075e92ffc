"""Decides where the agent looks: at whom it talks with, briefly at newcomers, away at times.

It never stares: each look at a person ends after a while, by the shares below. The small movements
of the eyes are made on stage; here is only what they rest on.
"""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    Engagement,
    EngagementChanged,
    Gaze,
    GazeTarget,
    Message,
    PageChanged,
    PersonLost,
    Place,
    Posture,
    Priority,
    SpeechStarted,
    StageState,
    TurnEnded,
)
from behavior.policies.tools import LOOKING
from behavior.situation.people import Mark, Person
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_COMING = (Engagement.APPROACHING, Engagement.ATTENDING, Engagement.ENGAGED)
_BEFORE_THE_PAGE = Place(x_m=1.0, y_m=0.0)
_GOLDEN = 0.618
_LOOK_LASTS_S = 4.0


class AttentionConfig(BaseModel):
    """How long the agent looks at whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    within_m: float = Field(
        5.0, ge=1, le=10, description="People farther away are not looked at, metres."
    )
    share_listening: float = Field(
        0.8, ge=0.1, le=0.95, description="Share of the time it looks at a visitor who speaks."
    )
    share_speaking: float = Field(
        0.6, ge=0.1, le=0.95, description="Share of the time it looks at the visitor it speaks to."
    )
    share_silent: float = Field(
        0.55, ge=0.1, le=0.95, description="Share of the time it looks at someone in silence."
    )
    away_s: float = Field(
        1.0, ge=0.3, le=5, description="How long the eyes rest elsewhere in between, about."
    )
    longest_look_s: float = Field(
        5.0, ge=1, le=15, description="No look at a person is longer than this."
    )
    glance_s: float = Field(
        0.9, ge=0.2, le=3, description="A glance at a newcomer while talking with someone else."
    )


class AttentionPolicy:
    """Pure: where to look now, and when to look elsewhere."""

    name: ClassVar[str] = "attention"
    hears: ClassVar[tuple[type[Message], ...]] = (
        EngagementChanged,
        PersonLost,
        SpeechStarted,
        TurnEnded,
        ActStarted,
        ActFinished,
        StageState,
        PageChanged,
    )

    def __init__(self, config: AttentionConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return a shift of gaze where one is due."""
        if situation.bearing.posture is Posture.THINKING and situation.open_turn is not None:
            return NOTHING  # looks away until the answer is there
        if situation.bearing.gaze is GazeTarget.PLACE and situation.since(LOOKING) < _LOOK_LASTS_S:
            return NOTHING  # a tool looks somewhere, as a visitor has asked
        focus = self._focus(situation)
        if focus is None:
            return self._alone(situation, message)
        newcomer = self._newcomer(situation, focus)
        if newcomer is not None:
            sentence = f"{newcomer.id} is {newcomer.engagement}"
            gaze = Gaze(target=GazeTarget.PERSON, person=newcomer.id)
            wish = _shift(message, "attention.glance", sentence, gaze)
            wish = Wish(act=wish.act, marks=((newcomer.id, Mark.NOTICED),))
            return Wishes(acts=(wish,), wake_at=situation.now + self._config.glance_s)
        return self._look(situation, message, focus)

    def _focus(self, situation: Situation) -> Person | None:
        if situation.addressee is not None:
            return situation.addressee
        near = [
            person
            for person in situation.people.values()
            if person.engagement in _COMING and person.distance_m <= self._config.within_m
        ]
        return min(near, key=lambda one: (not one.attends, one.distance_m), default=None)

    def _newcomer(self, situation: Situation, focus: Person) -> Person | None:
        for person in situation.others(focus):
            near = person.distance_m <= self._config.within_m
            if near and person.engagement in _COMING and not person.has(Mark.NOTICED):
                return person
        return None

    def _alone(self, situation: Situation, message: Message) -> Wishes:
        if situation.encounter is not None:  # heard or typing, not seen
            gaze = Gaze(target=GazeTarget.PLACE, place=_BEFORE_THE_PAGE)
            sentence = "a visitor who is not seen is most likely in front of the page"
        else:
            gaze, sentence = Gaze(target=GazeTarget.AMBIENT), "nobody is coming"
        if situation.bearing.gaze is gaze.target:
            return NOTHING
        return Wishes(acts=(_shift(message, "attention.ambient", sentence, gaze),))

    def _look(self, situation: Situation, message: Message, focus: Person) -> Wishes:
        bearing, now = situation.bearing, situation.now
        at_someone = bearing.gaze is GazeTarget.PERSON
        look = Gaze(target=GazeTarget.PERSON, person=focus.id)
        if at_someone and bearing.gaze_person == focus.id:
            until = bearing.gaze_since + self._look_s(situation)
            if now < until:
                return Wishes(wake_at=until)
            away = Gaze(target=GazeTarget.AWAY)
            wish = _shift(message, "attention.away", f"long enough at {focus.id}", away)
            return Wishes(acts=(wish,), wake_at=now + self._config.away_s)
        rest_s = self._config.glance_s if at_someone else self._config.away_s
        until = bearing.gaze_since + rest_s
        resting = bearing.gaze in (GazeTarget.PERSON, GazeTarget.AWAY) and now < until
        if resting and not isinstance(message, SpeechStarted):
            return Wishes(wake_at=until)
        wish = _shift(message, "attention.look", f"{focus.id} is being attended to", look)
        return Wishes(acts=(wish,), wake_at=now + self._look_s(situation))

    def _look_s(self, situation: Situation) -> float:
        """Length of a look so that looks and rests make the wanted share; never twice the same."""
        config = self._config
        share = config.share_silent
        if situation.floor.agent_speaks:
            share = config.share_speaking
        elif situation.in_turn:
            share = config.share_listening
        vary = 0.8 + 0.4 * ((situation.bearing.gaze_since * _GOLDEN) % 1.0)
        return min(config.away_s * share / (1.0 - share) * vary, config.longest_look_s)


def _shift(message: Message, branch: str, sentence: str, gaze: Gaze) -> Wish:
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(branch, sentence),
            to=gaze.person,
            gaze=gaze,
            priority=Priority.IDLE,
        )
    )
