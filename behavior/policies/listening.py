"""Shows that it listens: a turned, attentive posture; nods, now and then "mm-hm", in long turns.

Both come where listeners give them: in a pause, after words that are whole so far. Not where
somebody searches for a word (that would hurry them), not over a question (it wants an answer).
"""

import re
from typing import ClassVar

from pydantic import ConfigDict, Field

from agent.core.messages import (
    Act,
    Clause,
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
from behavior.policies.spoken import Spoken
from behavior.situation.floor import Turn
from behavior.situation.hearing import MURMUR, plain
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because

_TALKING_DISTANCE_M = 3.0
_SEARCHES_IN = (
    "a an and the but or so because to of with for in at on from by my your his her our their is "
    "are was were i um uh er that if as than then into about"
)
_SEARCHES = frozenset(_SEARCHES_IN.split())
"""Whoever pauses after one of these searches for the next word."""
_ASKS = re.compile(
    r"\b(where|what|when|who|which|how|why|can you|could you|can i|could i|may i|do you|did you|"
    r"is there|are there|is it|have you|would you|will you)\b"
)
_LAST_WORDS = 9
"""A question that is so far back has been followed by something else."""


class ListeningConfig(Spoken):
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
    murmurs: tuple[str, ...] = Field(
        ("Mm-hm.",), description="Said with a nod, now and then, in turn; an empty list: never."
    )
    murmur_long_turn_s: float = Field(
        6.0, ge=1, le=60, description="Only in turns with at least this much voice."
    )
    murmur_every_s: float = Field(
        8.0, ge=2, le=120, description="At least this long between two of them."
    )
    murmurs_from_hour: float = Field(
        6.0, ge=0, le=24, description="From this hour on; before it, it only nods."
    )
    murmurs_until_hour: float = Field(
        21.0, ge=0, le=24, description="Until this hour; after it, it only nods."
    )


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
        line = self._murmur(situation, turn)
        why = f"a pause after {turn.total_voiced_s:.1f} s of voice"
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because(MURMUR if line else "listening.nod", why),
            to=_speaker(situation) if line else None,
            clauses=(Clause(text=line),) if line else (),
            gestures=(GestureCue(lexeme=config.gesture),),
            intensity=0.4,
            priority=Priority.IDLE,
            interruptible=not line,
            speech_meets=Meeting.SKIP,
            gesture_meets=Meeting.SKIP,
        )
        return Wishes(acts=(Wish(act=act),))

    def _murmur(self, situation: Situation, turn: Turn) -> str:
        """What to murmur here, if anything."""
        config, meeting = self._config, situation.encounter
        if not config.murmurs or meeting is None or not meeting.disclosed:
            return ""  # the first that anybody hears of it is what it is
        if not config.murmurs_from_hour <= situation.hour < config.murmurs_until_hour:
            return ""
        if turn.total_voiced_s < config.murmur_long_turn_s or _speaker(situation) is None:
            return ""
        if situation.since(MURMUR) < config.murmur_every_s:
            return ""
        said = situation.lines
        return min(config.murmurs, key=lambda one: said.index(one) + 1 if one in said else 0)

    def _may_nod(self, situation: Situation, turn: Turn) -> bool:
        config = self._config
        waiting = config.nods and turn.paused and turn.ended is None
        long = turn.total_voiced_s >= config.long_turn_s
        last_s = min(situation.since("listening.nod"), situation.since(MURMUR))
        return waiting and long and last_s >= config.nod_every_s and _is_whole(turn.words)


def _is_whole(text: str) -> bool:
    """Neither in search of a word nor a question, as far as the words tell. Nothing: unknown."""
    words = plain(text).split()
    if words and words[-1] in _SEARCHES:
        return False
    return _ASKS.search(" ".join(words[-_LAST_WORDS:])) is None


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
