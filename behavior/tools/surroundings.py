"""What is to be seen and heard just now, for a look or a moment of listening. Pure.

Geometry and loudness only: how many people, where, which way they face and walk, who stands
together; whether there is a voice, from where, and how loud it is against the usual. Nothing here
can tell one person from another, and no words of anybody are kept.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

from agent.core.messages import (
    Act,
    ActFinished,
    ActId,
    ActStarted,
    ClauseSpoken,
    Engagement,
    EngagementChanged,
    Message,
    MicrophoneLevel,
    PageChanged,
    PersonId,
    PersonLost,
    PersonSeen,
    Place,
    SoundDirection,
    StageState,
    StreamQuiet,
)
from behavior.tools.contract import Look
from behavior.tools.observations import SeenOne, Sight, Sounds

READS: tuple[type[Message], ...] = (
    PersonSeen,
    PersonLost,
    EngagementChanged,
    MicrophoneLevel,
    SoundDirection,
    StageState,
    PageChanged,
    StreamQuiet,
    Act,
    ActStarted,
    ClauseSpoken,
    ActFinished,
)
"""The kinds that make a difference to it."""
_FRESH_S = 1.5
_FACES_RAD = 0.5
_STANDS_M_S = 0.35
_MOVES_M_S = 0.25
_TOGETHER_M = 1.2
_BEHIND_M = 3.5
_BESIDE_M = 0.8
_SIDE_RAD = 0.35
_USUAL_KEPT = 600
_USUAL_AFTER = 20
_USUAL_EVERY_S = 0.5
_HEARD_KEPT = 80
_VOICE_SHARE = 0.2
_CAMERA = "camera"
_ACTS_KEPT = 20


@dataclass(frozen=True, slots=True)
class _Level:
    at: float
    db: float
    speech: float


class Surroundings:
    """Takes in what the senses report; tells what a look or an ear would find."""

    def __init__(self, *, own_camera: bool = False) -> None:
        """`own_camera`: pictures come from this machine or a robot, not from the page."""
        self._own_camera = own_camera
        self._page_camera = False
        self._quiet = False
        self._seen: dict[PersonId, PersonSeen] = {}
        self._levels: deque[_Level] = deque(maxlen=_HEARD_KEPT)
        self._usual: deque[float] = deque(maxlen=_USUAL_KEPT)
        self._usual_at = float("-inf")
        self._directions: deque[SoundDirection] = deque(maxlen=_HEARD_KEPT)
        self._clauses: dict[ActId, int] = {}
        self.agent_speaks = False
        """Its own voice is heard, as the stage reports it."""

    def take(self, message: Message) -> None:
        """Take in one message; other kinds make no difference."""
        match message:
            case PersonSeen():
                self._seen[message.person] = message
            case PersonLost() | EngagementChanged(state=Engagement.LEFT):
                self._seen.pop(message.person, None)
            case MicrophoneLevel():
                self._hear(message)
            case SoundDirection():
                self._directions.append(message)
            case StageState():
                self.agent_speaks = message.speaking
            case Act() | ActStarted() | ClauseSpoken() | ActFinished():
                self._stage(message)
            case PageChanged():
                self._page_camera = message.connected and message.camera
            case StreamQuiet(stream=stream) if stream == _CAMERA:
                self._quiet = not message.recovered
            case _:
                pass

    def _stage(self, message: Act | ActStarted | ClauseSpoken | ActFinished) -> None:
        """An answer that is to go on keeps the floor; between its parts all is still."""
        match message:
            case Act():
                kept = [*self._clauses.items(), (message.act, len(message.clauses))]
                self._clauses = dict(kept[-_ACTS_KEPT:])
            case ActStarted():
                self.agent_speaks = self.agent_speaks or bool(message.text)
            case ClauseSpoken() if message.index + 1 < self._clauses.get(message.act, 0):
                pass
            case ClauseSpoken() | ActFinished():
                self.agent_speaks = False

    # Eyes

    def sees(self, now: float) -> bool:
        """Whether there are eyes just now."""
        if any(now - one.at <= _FRESH_S for one in self._seen.values()):
            return True
        return not self._quiet and (self._own_camera or self._page_camera)

    def where(self, look: Look, visitor: PersonId | None, place: Place | None) -> Place | None:
        """Where to turn the eyes; None: all around, or nowhere in particular."""
        asks = self._seen.get(visitor) if visitor is not None else None
        match look.at:
            case "place":
                return place
            case "visitor" | "behind_visitor":
                return asks.place if asks is not None else None
            case "nearest":
                others = [one for who, one in self._seen.items() if who != visitor]
                near = min(others, key=lambda one: one.place.distance_m, default=None)
                return near.place if near is not None else None
            case _:
                return None

    def sight(
        self,
        look: Look,
        *,
        now: float,
        visitor: PersonId | None,
        place: Place | None = None,
        within_m: float = 0.0,
        name: str = "",
    ) -> Sight:
        """What is found there now. `within_m`: how far around `place` counts; 0: out of sight."""
        here = {who: one for who, one in self._seen.items() if now - one.at <= _FRESH_S}
        asks = here.get(visitor) if visitor is not None else None
        blind = Sight(at=look.at, place=name, sees=False)
        if not self.sees(now):
            return blind
        others = [one for who, one in here.items() if who != visitor]
        match look.at:
            case "place":
                if place is None or within_m <= 0:
                    return blind
                others = [one for one in others if _apart_m(one.place, place) <= within_m]
            case "visitor":
                if asks is None:
                    return blind
                others = [asks]
            case "behind_visitor":
                if asks is None:
                    return blind
                others = [one for one in others if _is_behind(one.place, asks.place)]
            case _:
                pass
        others.sort(key=lambda one: one.place.distance_m)
        if look.at == "nearest":
            others = others[:1]
        groups = _together(here)
        return Sight(
            at=look.at,
            place=name,
            people=tuple(_one(one, groups, visitor) for one in others),
        )

    # Ears

    def sounds(self, began: float, ended: float, *, said_last: str = "") -> Sounds:
        """What was to be heard between two moments."""
        levels = [one for one in self._levels if began <= one.at <= ended]
        if not levels:
            return Sounds(hears=False, seconds=ended - began, said_last=said_last)
        voiced = sum(one.speech >= 0.5 for one in levels)
        louder = None
        if len(self._usual) >= _USUAL_AFTER:
            louder = median(one.db for one in levels) - median(self._usual)
        voice = voiced >= max(2.0, _VOICE_SHARE * len(levels))
        return Sounds(
            seconds=ended - began,
            voice=voice,
            side=self._side(began, ended) if voice else "",
            louder_db=louder,
            said_last=said_last,
        )

    def _hear(self, level: MicrophoneLevel) -> None:
        if self.agent_speaks:
            return  # its own voice tells nothing of the room
        self._levels.append(_Level(level.at, level.level_db, level.speech))
        if level.at - self._usual_at >= _USUAL_EVERY_S:
            self._usual_at = level.at
            self._usual.append(level.level_db)

    def _side(self, began: float, ended: float) -> Literal["", "left", "ahead", "right"]:
        heard = [d for d in self._directions if d.speech and began <= d.at <= ended]
        if not heard:
            return ""
        x = sum(math.cos(d.azimuth_rad) for d in heard)
        y = sum(math.sin(d.azimuth_rad) for d in heard)
        azimuth = math.atan2(y, x)
        if abs(azimuth) <= _SIDE_RAD:
            return "ahead"
        return "left" if azimuth > 0 else "right"


def _one(
    seen: PersonSeen, groups: Mapping[PersonId, frozenset[PersonId]], visitor: PersonId | None
) -> SeenOne:
    with_whom = groups.get(seen.person, frozenset())
    return SeenOne(
        distance_m=seen.place.distance_m,
        bearing_rad=math.atan2(seen.place.y_m, seen.place.x_m),
        faces_here=_faces_here(seen),
        moves=_moves(seen),
        company=len(with_whom),
        with_visitor=visitor in with_whom,
    )


def _faces_here(seen: PersonSeen) -> bool | None:
    away = seen.gaze_off_rad
    if away is None and seen.head_yaw_rad is not None:
        away = math.hypot(seen.head_yaw_rad, seen.head_pitch_rad or 0.0)
    if away is None:
        away = seen.facing_rad
    return None if away is None else away <= _FACES_RAD


def _moves(seen: PersonSeen) -> Literal["stands", "comes", "goes", "walks"]:
    if seen.speed_m_s < _STANDS_M_S:
        return "stands"
    if seen.approach_m_s > _MOVES_M_S:
        return "comes"
    return "goes" if seen.approach_m_s < -_MOVES_M_S else "walks"


def _together(here: Mapping[PersonId, PersonSeen]) -> dict[PersonId, frozenset[PersonId]]:
    """Who stands with whom: chains of people at most an arm's length or so apart, at rest."""
    still = {who: one for who, one in here.items() if one.speed_m_s < _STANDS_M_S}
    groups: list[set[PersonId]] = []
    for who, one in still.items():
        near = [g for g in groups if _near_any(one, (still[other] for other in g))]
        merged = {who}.union(*near)
        groups = [g for g in groups if g not in near] + [merged]
    return {who: frozenset(group - {who}) for group in groups for who in group}


def _near_any(one: PersonSeen, others: Iterable[PersonSeen]) -> bool:
    return any(_apart_m(one.place, other.place) <= _TOGETHER_M for other in others)


def _is_behind(other: Place, visitor: Place) -> bool:
    """Whether `other` is at the back of a visitor who stands facing the agent."""
    reach = max(visitor.distance_m, 1e-6)
    ahead_x, ahead_y = visitor.x_m / reach, visitor.y_m / reach
    dx, dy = other.x_m - visitor.x_m, other.y_m - visitor.y_m
    along, aside = dx * ahead_x + dy * ahead_y, abs(dx * ahead_y - dy * ahead_x)
    return 0.2 < along <= _BEHIND_M and aside <= max(_BESIDE_M, 0.6 * along)


def _apart_m(one: Place, other: Place) -> float:
    return math.hypot(one.x_m - other.x_m, one.y_m - other.y_m)
