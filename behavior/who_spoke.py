"""Who spoke: one judgement of the evidence, for the dialogue, the norms and the transcript. Pure.

What perception is sure of (lips that move with the sound, a direction) comes with the turn and
stands. Else everybody within reach is weighed, in logarithms of odds that add up: how much nearer
somebody stands, whether they look here while the voice is heard, whether their lips move and how
they stand to the direction of the voice, whether they attend, walk past or have turned to go, who
spoke last, who was spoken to. What was not seen adds nothing. A turn that has ended keeps its
answer, so whoever asks later is told the same.

The same messages give the same answer wherever this is fed with them. The weights were set on
simulated encounters and are judged on others: `foyer bench hearing --only addressee`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from agent.core.messages import (
    Act,
    Engagement,
    EngagementChanged,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    SoundDirection,
    SpeechStarted,
    TurnEnded,
    TurnId,
    TurnPaused,
)

REACH_M: Final = 3.5
"""Nobody farther away is taken for the one who spoke."""
_LOOKS_HERE_RAD: Final = math.radians(22.0)
_FRESH_S: Final = 4.0
_SIGHTING_S: Final = 0.2
"""The longest that one sighting counts for."""
_HABIT_S: Final = 0.7
"""Over so long a look is remembered into a voice that has just begun, worth `_BEFORE_S` of it."""
_BEFORE_S: Final = 0.3
_STANDS_M_S: Final = 0.35
_LIPS_MOVE: Final = 0.06
_LIPS_SEEN_S: Final = 0.3
_LIPS_CLEARLY: Final = 3.0
"""Whose lips moved so many times longer than anybody else's was seen to speak."""
_BESIDE_RAD: Final = 0.2
_KEPT: Final = 8

PER_METRE: Final = -2.0
LOOKS: Final = 1.75
ATTENTION: Final[Mapping[Engagement, float]] = {
    Engagement.ENGAGED: 1.0,
    Engagement.ATTENDING: 0.6,
    Engagement.PASSING: -1.0,
    Engagement.DISENGAGING: -1.0,
}
WALKS: Final = -0.7
SPOKE_LAST: Final = 0.8
SPOKE_WITHIN_S: Final = 30.0
SPOKEN_TO: Final = 0.4
SPOKEN_TO_WITHIN_S: Final = 12.0
CAME_UP: Final = 0.7
CAME_UP_WITHIN_S: Final = 6.0
LIPS: Final = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """Whose voice a turn was."""

    person: PersonId
    sure: float
    """0..1, against everybody else within reach."""
    seen: bool = False
    """Seen to speak: by perception, or their lips moved and nobody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Somebody as last seen."""

    at: float
    distance_m: float
    azimuth_rad: float | None = None
    looks: float | None = None
    """Share of the last moment in which they looked here."""
    mouth: float | None = None
    walks: bool = False
    state: Engagement | None = None
    came_up_at: float = -math.inf


@dataclass(frozen=True, slots=True)
class _During:
    """Somebody while a voice was heard, seconds."""

    known_s: float = 0.0
    looks_s: float = 0.0
    mouth_s: float = 0.0
    moves_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Voice:
    turn: TurnId
    lasts: bool = True
    during: Mapping[PersonId, _During] = field(default_factory=dict)
    azimuths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoSpoke:
    """Grows by messages: `take` returns the next one, or itself where nothing changes."""

    people: Mapping[PersonId, _Seen] = field(default_factory=dict)
    told: Mapping[TurnId, Spoke | None] = field(default_factory=dict)
    """Of the last turns that have ended."""
    _voice: _Voice | None = None
    _spoke: tuple[PersonId, float] | None = None
    _spoken_to: tuple[PersonId, float] | None = None

    def take(self, message: Message) -> "WhoSpoke":
        """After one message."""
        match message:
            case PersonSeen():
                return self._see(message)
            case EngagementChanged():
                return self._change(message)
            case PersonLost():
                return self._lose(message.person)
            case SpeechStarted():
                same = self._voice is not None and self._voice.turn == message.turn
                voice = self._voice if same and self._voice else _Voice(message.turn)
                return replace(self, _voice=replace(voice, lasts=True))
            case SoundDirection(speech=True) if self._voice is not None:
                heard = (*self._voice.azimuths, message.azimuth_rad)[-60:]
                return replace(self, _voice=replace(self._voice, azimuths=heard))
            case TurnPaused() if self._voice is not None:
                return replace(self, _voice=replace(self._voice, lasts=False))
            case TurnEnded():
                return self._end(message)
            case Act(to=to) if to is not None and any(one.text.strip() for one in message.clauses):
                return replace(self, _spoken_to=(to, message.at))
            case _:
                return self

    def of(self, turn: TurnEnded) -> Spoke | None:
        """Whose voice this turn was; None: nobody within reach was in view."""
        if turn.person is not None:
            return Spoke(person=turn.person, sure=turn.person_confidence, seen=True)
        return self.so_far(turn.turn, turn.at)

    def so_far(self, turn: TurnId, at: float) -> Spoke | None:
        """The same of a turn that goes on, or has just paused."""
        if turn in self.told:
            return self.told[turn]
        voice = self._voice if self._voice is not None and self._voice.turn == turn else None
        voice = voice or _Voice(turn)
        near = {
            who: one
            for who, one in self.people.items()
            if one.distance_m <= REACH_M and one.at >= at - _FRESH_S
        }
        if not near:
            last = self._spoke[0] if self._spoke is not None else None
            return Spoke(person=last, sure=0.5) if last in self.people and last else None
        odds = {who: math.exp(self._weigh(who, one, voice, at)) for who, one in near.items()}
        who = max(odds, key=lambda one: odds[one])
        sure = odds[who] / sum(odds.values())
        return Spoke(person=who, sure=round(sure, 2), seen=_by_lips(voice) == who)

    # What adds up

    def _weigh(self, who: PersonId, one: _Seen, voice: _Voice, at: float) -> float:
        during = voice.during.get(who, _During())
        total = PER_METRE * one.distance_m + (ATTENTION.get(one.state, 0.0) if one.state else 0.0)
        total += WALKS * one.walks + CAME_UP * (at - one.came_up_at <= CAME_UP_WITHIN_S)
        known_s, looks_s = during.known_s, during.looks_s
        if one.looks is not None:
            known_s, looks_s = known_s + _BEFORE_S, looks_s + _BEFORE_S * one.looks
        total += LOOKS * (looks_s / known_s - 0.5) if known_s else 0.0
        if during.mouth_s >= _LIPS_SEEN_S:
            total += LIPS * math.log((during.moves_s / during.mouth_s + 0.1) / 0.35)
        total += SPOKE_LAST * _lately(self._spoke, who, at, SPOKE_WITHIN_S)
        total += SPOKEN_TO * _lately(self._spoken_to, who, at, SPOKEN_TO_WITHIN_S)
        return total + _stands(one.azimuth_rad, voice.azimuths)

    # How it grows

    def _see(self, seen: PersonSeen) -> "WhoSpoke":
        old = self.people.get(seen.person)
        step_s = 0.0 if old is None else min(max(seen.at - old.at, 0.0), _SIGHTING_S)
        away = _away_rad(seen)
        looks = None if away is None else float(away <= _LOOKS_HERE_RAD)
        new = _Seen(
            at=seen.at,
            distance_m=seen.place.distance_m,
            azimuth_rad=math.atan2(seen.place.y_m, seen.place.x_m),
            looks=_smoothed(None if old is None else old.looks, looks, step_s),
            mouth=seen.mouth_open,
            walks=seen.speed_m_s >= _STANDS_M_S,
            state=None if old is None else old.state,
            came_up_at=-math.inf if old is None else old.came_up_at,
        )
        people = {**self.people, seen.person: new}
        voice = self._voice
        if voice is None or not voice.lasts or old is None:
            return replace(self, people=people)
        was = voice.during.get(seen.person, _During())
        watched = new.mouth is not None and old.mouth is not None
        moved = watched and abs((new.mouth or 0.0) - (old.mouth or 0.0)) >= _LIPS_MOVE
        now = _During(
            was.known_s + step_s * (looks is not None),
            was.looks_s + step_s * (looks or 0.0),
            was.mouth_s + step_s * watched,
            was.moves_s + step_s * moved,
        )
        during = {**voice.during, seen.person: now}
        return replace(self, people=people, _voice=replace(voice, during=during))

    def _change(self, change: EngagementChanged) -> "WhoSpoke":
        if change.state is Engagement.LEFT:
            return self._lose(change.person)
        one = self.people.get(change.person) or _Seen(at=change.at, distance_m=change.distance_m)
        came_up = change.state is Engagement.ENGAGED and one.state is not Engagement.ENGAGED
        at = change.at if came_up else one.came_up_at
        one = replace(one, state=change.state, came_up_at=at, at=max(one.at, change.at))
        return replace(self, people={**self.people, change.person: one})

    def _lose(self, person: PersonId) -> "WhoSpoke":
        if person not in self.people:
            return self
        return replace(self, people={w: one for w, one in self.people.items() if w != person})

    def _end(self, turn: TurnEnded) -> "WhoSpoke":
        spoke = self.of(turn)
        told = dict([*self.told.items(), (turn.turn, spoke)][-_KEPT:])
        last = (spoke.person, turn.at) if spoke is not None and turn.text.strip() else self._spoke
        voice = None if self._voice is None else replace(self._voice, lasts=False)
        return replace(self, told=told, _voice=voice, _spoke=last)


def _by_lips(voice: _Voice) -> PersonId | None:
    """Whose lips moved while the voice was heard, clearly more than anybody else's."""
    ranked = sorted(voice.during.items(), key=lambda one: -one[1].moves_s)
    if not ranked:
        return None
    next_s = ranked[1][1].moves_s if len(ranked) > 1 else 0.0
    clear = ranked[0][1].moves_s >= max(_LIPS_SEEN_S, _LIPS_CLEARLY * next_s)
    return ranked[0][0] if clear else None


def _stands(azimuth_rad: float | None, heard: tuple[float, ...]) -> float:
    """By the middle of the directions that microphones told."""
    if azimuth_rad is None or not heard:
        return 0.0
    off = math.remainder(azimuth_rad - sorted(heard)[len(heard) // 2], math.tau)
    return max(-3.0, 1.5 - 0.5 * (off / _BESIDE_RAD) ** 2)


def _lately(
    noted: tuple[PersonId, float] | None, who: PersonId, at: float, within_s: float
) -> bool:
    return noted is not None and noted[0] == who and at - noted[1] <= within_s


def _smoothed(old: float | None, new: float | None, step_s: float) -> float | None:
    if new is None or old is None:
        return new
    return old + (new - old) * min(1.0, step_s / _HABIT_S)


def _away_rad(seen: PersonSeen) -> float | None:
    """How far the person looks past the agent: by the eyes, else the head, else the front."""
    if seen.gaze_off_rad is not None:
        return seen.gaze_off_rad
    if seen.head_yaw_rad is not None:
        return math.hypot(seen.head_yaw_rad, seen.head_pitch_rad or 0.0)
    return seen.facing_rad
