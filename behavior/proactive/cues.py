"""What one token says of one person at one moment, and which cue of plain speech each number is.

A token is the values of all cues followed by one presence bit for each. A cue that is not known
has value 0 and presence 0, so that a missing gaze is never taken for a gaze straight ahead.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.core.messages import Engagement, PersonId, PersonSeen
from behavior.situation.people import Mark, Person, apart_m
from behavior.situation.state import Situation

Vector = NDArray[np.float32]
_TOGETHER_M = 1.5
_STANDS_M_S = 0.3
_WALKS_M_S = 0.25
_LOOKS_RAD = math.radians(25.0)
_LONG_AGO_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """All that a person's cues are read from."""

    seen: PersonSeen
    person: Person
    situation: Situation
    still_s: float
    """For how long the person has stood."""
    nearest_m: float | None
    """Distance to the nearest other person; None: alone."""
    company: int
    """How many others are together with the person."""
    company_attends: bool


@dataclass(frozen=True, slots=True)
class Cue:
    """One number of a token."""

    name: str
    group: str
    """Which cue of plain speech it belongs to; see `GROUPS`."""
    read: Callable[[Sighting], float | None]
    """About -1..1; None: not known."""


def _lately(since_s: float) -> float:
    """1 just now, 0.5 after ten seconds, towards 0 long ago."""
    return 10.0 / (10.0 + max(since_s, 0.0))


def _over(value: float | None, scale: float) -> float | None:
    return None if value is None else value / scale


def _flag(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _heading(one: Sighting) -> float | None:
    """1 walking straight here, -1 straight away; unknown of someone who stands."""
    seen = one.seen
    if seen.speed_m_s < _WALKS_M_S:
        return None
    return max(-1.0, min(1.0, seen.approach_m_s / seen.speed_m_s))


def _looks_here(one: Sighting) -> float | None:
    off = one.seen.gaze_off_rad
    return None if off is None else float(off <= _LOOKS_RAD)


def _state(state: Engagement) -> Callable[[Sighting], float | None]:
    return lambda one: float(one.person.engagement is state)


_PASSED: tuple[Mark, ...] = (
    Mark.NOTICED,
    Mark.SIGNED,
    Mark.GREETED,
    Mark.OFFERED,
    Mark.QUEUED,
    Mark.SPOKE,
    Mark.SERVED,
    Mark.WAITING,
    Mark.REASSURED,
    Mark.REFUSED,
    Mark.FAREWELLED,
)
"""What has passed between us, as the model was trained on it; another asks for new training."""


def _mark(mark: Mark) -> Callable[[Sighting], float | None]:
    def read(one: Sighting) -> float | None:
        at = one.person.marks.get(mark)
        # Never a faint number for something that has happened: half of it does not fade.
        return 0.0 if at is None else 0.5 + 0.5 * _lately(one.situation.now - at)

    return read


def _addressee(one: Sighting) -> float | None:
    meeting = one.situation.encounter
    return float(meeting is not None and meeting.addressee == one.person.id)


def _other_served(one: Sighting) -> float | None:
    first = one.situation.addressee
    return float(first is not None and first.id != one.person.id and first.attends)


def _speaks(one: Sighting) -> float | None:
    """Whether the voice now heard is likely this person's; unknown where nobody speaks."""
    situation = one.situation
    if not situation.visitor_speaks:
        return 0.0
    near = [p for p in situation.people.values() if p.attends] or list(situation.people.values())
    return float(min(near, key=lambda p: p.distance_m).id == one.person.id)


CUES: tuple[Cue, ...] = (
    Cue("x", "place", lambda s: s.seen.place.x_m / 5.0),
    Cue("y", "place", lambda s: s.seen.place.y_m / 5.0),
    Cue("distance", "place", lambda s: s.seen.place.distance_m / 5.0),
    Cue("near", "place", lambda s: math.exp(-s.seen.place.distance_m / 1.5)),
    Cue("approach", "coming", lambda s: s.seen.approach_m_s),
    Cue("heading", "coming", _heading),
    Cue("speed", "pace", lambda s: s.seen.speed_m_s),
    Cue("still", "pace", lambda s: math.tanh(s.still_s / 5.0)),
    Cue("facing", "facing", lambda s: _over(s.seen.facing_rad, math.pi)),
    Cue("front", "facing", lambda s: None if (f := s.seen.facing_rad) is None else math.cos(f)),
    Cue("yaw", "looking", lambda s: s.seen.head_yaw_rad),
    Cue("pitch", "looking", lambda s: s.seen.head_pitch_rad),
    Cue("gaze", "looking", lambda s: _over(s.seen.gaze_off_rad, math.pi)),
    Cue("looks", "looking", _looks_here),
    Cue("hand", "hand", lambda s: _flag(s.seen.hand_raised)),
    Cue("mouth", "speaking", lambda s: s.seen.mouth_open),
    Cue("speaks", "speaking", _speaks),
    Cue("height", "height", lambda s: s.seen.face_height_m - 1.5),
    Cue("confidence", "trust", lambda s: s.seen.confidence),
    Cue("in_view", "stay", lambda s: math.tanh((s.seen.at - s.person.first_seen_at) / 10.0)),
    Cue("company", "company", lambda s: min(s.company, 4) / 4.0),
    Cue("nearest", "company", lambda s: None if s.nearest_m is None else math.exp(-s.nearest_m)),
    Cue("company_attends", "company", lambda s: float(s.company_attends)),
    *(Cue(f"is_{s.value}", "engagement", _state(s)) for s in tuple(Engagement)[:6]),
    Cue(
        "state_since",
        "engagement",
        lambda s: _lately(s.situation.now - s.person.engagement_since),
    ),
    *(Cue(f"was_{m.value}", "history", _mark(m)) for m in _PASSED),
    Cue("returned", "history", lambda s: float(s.person.returned)),
    Cue("addressee", "history", _addressee),
    Cue("other_served", "others", _other_served),
)
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(cue.group for cue in CUES))
"""Every cue of plain speech, in order."""
COLUMNS: Mapping[str, tuple[int, ...]] = {
    group: tuple(i for i, cue in enumerate(CUES) if cue.group == group) for group in GROUPS
}
WIDTH = 2 * len(CUES)
"""Numbers in a person's token, without a detector's crop."""


def person_token(one: Sighting, crop: Vector | None = None, crop_dim: int = 0) -> Vector:
    """The (WIDTH + crop_dim + 1 if any,) token of one person. `crop`: None: not known."""
    read = [cue.read(one) for cue in CUES]
    count = len(CUES)
    extra = crop_dim + 1 if crop_dim else 0
    token = np.zeros(2 * count + extra, np.float32)
    for i, value in enumerate(read):
        if value is not None and math.isfinite(value):
            token[i] = max(-4.0, min(4.0, value))
            token[count + i] = 1.0
    if crop_dim and crop is not None:
        token[2 * count : -1] = crop
        token[-1] = 1.0
    return token


# The room: one token a frame, from which "act now?" is read.


def _since_unasked(situation: Situation) -> float | None:
    at = situation.spoke_unasked_at
    return None if at is None else _lately(situation.now - at)


def _page_used(situation: Situation) -> float | None:
    at = situation.devices.page_used_at
    return 0.0 if at is None or situation.now - at > _LONG_AGO_S else _lately(situation.now - at)


ROOM: tuple[tuple[str, Callable[[Situation], float | None]], ...] = (
    ("people", lambda s: min(len(s.people), 8) / 8.0),
    ("agent_speaks", lambda s: float(s.floor.agent_speaks)),
    ("visitor_speaks", lambda s: float(s.visitor_speaks)),
    ("in_turn", lambda s: float(s.in_turn)),
    ("encounter", lambda s: float(s.encounter is not None)),
    ("unasked", _since_unasked),
    ("hour_sin", lambda s: math.sin(2 * math.pi * s.hour / 24.0)),
    ("hour_cos", lambda s: math.cos(2 * math.pi * s.hour / 24.0)),
    ("page_used", _page_used),
    ("alarm", lambda s: float(s.alarm)),
)
ROOM_WIDTH = 2 * len(ROOM)


def room_token(situation: Situation) -> Vector:
    """The (ROOM_WIDTH,) token of the room."""
    token = np.zeros(ROOM_WIDTH, np.float32)
    for i, (_, read) in enumerate(ROOM):
        value = read(situation)
        if value is not None:
            token[i], token[len(ROOM) + i] = value, 1.0
    return token


def company_of(situation: Situation, who: PersonId) -> tuple[float | None, int, bool]:
    """Distance to the nearest other, how many are near enough to belong, whether one attends."""
    person = situation.people[who]
    apart = [(apart_m(person.place, o.place), o) for o in situation.others(person)]
    near = [other for metres, other in apart if metres <= _TOGETHER_M]
    nearest = min((metres for metres, _ in apart), default=None)
    return nearest, len(near), any(other.attends for other in near)


def stands(seen: PersonSeen) -> bool:
    """Slow enough to count as standing."""
    return seen.speed_m_s <= _STANDS_M_S


def without(tokens: Vector, group: str) -> Vector:
    """The same tokens (..., width) with everything about one cue unknown."""
    blind = tokens.copy()
    for i in COLUMNS[group]:
        blind[..., i] = 0.0
        blind[..., len(CUES) + i] = 0.0
    return blind
