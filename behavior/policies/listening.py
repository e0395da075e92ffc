"""Shows that it listens: a turned, attentive posture, and nods at pauses in long turns."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    Expression,
    Gaze,
    GazeTarget,
    GestureCue,
    Meeting,
    Message,
    PersonId,
    Posture,
    Priority,
    SpeechContinues,
    SpeechStarted,
    TurnPaused,
)
from behavior.situation import Situation, Turn
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_TALKING_DISTANCE_M = 3.0


class ListeningConfig(BaseModel):
    """How it shows that it listens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nods: bool = Field(True, description="Whether it nods while a visitor speaks.")
    nod_after_s: float = Field(
        0.3, ge=0.1, le=2, description="A pause at least this long may be nodded at."
    )
    long_turn_s: float = Field(
        3.0, ge=0.5, le=30, description="Only in turns with at least this much voice."
    )
    nod_every_s: float = Field(2.5, ge=0.5, le=30, description="At least this long between nods.")
    gesture: str = Field("nod", description="The nod, by its name in the lexicon.")


class ListeningPolicy:
    """Pure: posture and nods of a listener."""

    name: ClassVar[str] = "listening"
    hears: ClassVar[tuple[type[Message], ...]] = (SpeechStarted, SpeechContinues, TurnPaused)

    def __init__(self, config: ListeningConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return the posture or the nod that is due."""
        if situation.floor.agent_speaks or situation.open_turn is not None:
            return NOTHING
        if isinstance(message, SpeechStarted | SpeechContinues):
            if situation.bearing.posture is Posture.LISTENING:
                return NOTHING
            return Wishes(acts=(_listen(situation, message),))
        return self._nod(situation, message)

    def _nod(self, situation: Situation, message: Message) -> Wishes:
        config, turn = self._config, situation.current_turn
        if turn is None or not self._may_nod(situation, turn):
            return NOTHING
        due = turn.voice_at + config.nod_after_s
        if situation.now < due:
            return Wishes(wake_at=due)
        if situation.now - due > 1.0:
            return NOTHING
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because("listening.nod", f"a pause after {turn.total_voiced_s:.1f} s of voice"),
            gestures=(GestureCue(lexeme=config.gesture),),
            intensity=0.4,
            priority=Priority.IDLE,
            gesture_meets=Meeting.SKIP,
        )
        return Wishes(acts=(Wish(act=act),))

    def _may_nod(self, situation: Situation, turn: Turn) -> bool:
        config = self._config
        waiting = config.nods and turn.paused and turn.ended is None
        long = turn.total_voiced_s >= config.long_turn_s
        return waiting and long and situation.since("listening.nod") >= config.nod_every_s


def _listen(situation: Situation, message: Message) -> Wish:
    who = _speaker(situation)
    gaze = Gaze(target=GazeTarget.PERSON, person=who) if who is not None else None
    return Wish(
        act=Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because("listening.posture", "a visitor speaks"),
            to=who,
            expression=Expression.ATTENTIVE,
            intensity=0.5,
            gaze=gaze,
            posture=Posture.LISTENING,
        )
    )


def _speaker(situation: Situation) -> PersonId | None:
    if situation.addressee is not None:
        return situation.addressee.id
    near = [
        person
        for person in situation.people.values()
        if person.attends and person.distance_m <= _TALKING_DISTANCE_M
    ]
    return min(near, key=lambda one: one.distance_m).id if near else None
