"""What was to be seen of one person over a stretch of time, in a few numbers. Pure.

Geometry only: where they stood, whether they looked here, a raised hand, a nod. Each number may
be unknown. A change is told against the person's own last minute, not against other people.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from agent.core.messages import PersonSeen, Place

_LOOKS_HERE_RAD = math.radians(22.0)
"""Steady listeners look up to so far past a camera beside the face they look at."""
_THINNED_S = 0.09
_KEPT = 600
_MOVES_M_S = 0.2
_STANDS_M_S = 0.35
_USUAL_AFTER_S = 5.0
"""A person has habits here after so long of standing."""
_NEARER_M = 0.3
_GAZE_CHANGE = 0.35
_WALKS_M_S = 0.3
_BESIDE_M = 1.4
_LIPS_LEAST = 4
_NOD_DOWN_RAD = math.radians(6.0)
_NOD_WITHIN_S = 0.8


class Trend(StrEnum):
    """Whether the distance to the agent shrinks or grows."""

    CLOSING = "closing"
    STEADY = "steady"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One person over one stretch of time."""

    gaze: float | None = None
    """Share of the sightings that looked at the agent, 0..1; None: no gaze or front was seen."""
    distance_m: float | None = None
    """At the end of the stretch."""
    trend: Trend | None = None
    stands: bool = False
    hand_raised: bool = False
    nods: int = 0
    nearer_m: float | None = None
    """Nearer than this person usually stands here; negative: farther. None: no habit, no change."""
    looks_more: float | None = None
    """Looks here more than this person usually does, in shares; None as above."""
    lips: float | None = None
    """How much the opening of the mouth changes from sighting to sighting; None: not seen."""
    mouth_open: float | None = None
    """Its mean opening, and `head_down_rad`: how far the head is lowered, as a mean."""
    head_down_rad: float | None = None
    usual_mouth: float | None = None
    """The same in this person's last minute; None: no habit yet."""
    usual_head_down_rad: float | None = None
    sightings: int = 0


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    distance_m: float
    approach_m_s: float
    speed_m_s: float
    looks: bool | None
    hand: bool
    pitch_rad: float | None
    mouth: float | None
    place: Place


class Watched:
    """The sightings of one person in the last minute."""

    def __init__(self) -> None:
        self._samples: deque[_Sample] = deque(maxlen=_KEPT)

    @property
    def seen_at(self) -> float | None:
        """The newest sighting."""
        return self._samples[-1].at if self._samples else None

    @property
    def distance_m(self) -> float | None:
        """How far away, at the newest sighting."""
        return self._samples[-1].distance_m if self._samples else None

    @property
    def place(self) -> Place | None:
        """Where, at the newest sighting."""
        return self._samples[-1].place if self._samples else None

    def stood_lately(self, now: float, within_s: float) -> bool:
        """Whether the newest sighting is that recent, and of somebody who stood."""
        last = self._samples[-1] if self._samples else None
        return last is not None and now - last.at <= within_s and last.speed_m_s < _STANDS_M_S

    def walked_beside(self, other: "Watched") -> float:
        """For how long the two walked side by side, seconds."""
        steps = ((s.at, s.place) for s in self._samples if s.speed_m_s >= _WALKS_M_S)
        return _THINNED_S * sum(other._walks_near(at, place) for at, place in steps)

    def _walks_near(self, at: float, place: Place) -> bool:
        near = (s for s in self._samples if abs(s.at - at) <= 2 * _THINNED_S)
        return any(
            s.speed_m_s >= _WALKS_M_S
            and math.dist((s.place.x_m, s.place.y_m), (place.x_m, place.y_m)) <= _BESIDE_M
            for s in near
        )

    def add(self, seen: PersonSeen) -> None:
        """Take in one sighting; ten a second are enough."""
        if self._samples and seen.at - self._samples[-1].at < _THINNED_S:
            return
        away = _away_rad(seen)
        self._samples.append(
            _Sample(
                seen.at,
                seen.place.distance_m,
                seen.approach_m_s,
                seen.speed_m_s,
                None if away is None else away <= _LOOKS_HERE_RAD,
                bool(seen.hand_raised),
                seen.head_pitch_rad,
                seen.mouth_open,
                seen.place,
            )
        )

    def over(self, began: float, ended: float) -> Glance:
        """The stretch in numbers; of a moment: the second around it."""
        if ended - began < 1.0:
            began = ended - 1.0
        some = [s for s in self._samples if began - 0.05 <= s.at <= ended + 0.05]
        if not some:
            return Glance()
        gaze, last = _share(some), some[-1]
        usual = [s for s in self._samples if s.at < began and s.speed_m_s < _STANDS_M_S]
        nearer = more = None
        if len(usual) * _THINNED_S >= _USUAL_AFTER_S:
            by = fmean(s.distance_m for s in usual) - last.distance_m
            nearer = by if abs(by) >= _NEARER_M else None
            before = _share(usual)
            if gaze is not None and before is not None and abs(gaze - before) >= _GAZE_CHANGE:
                more = gaze - before
        habit = usual if len(usual) * _THINNED_S >= _USUAL_AFTER_S else []
        return Glance(
            lips=_lips(some),
            mouth_open=_mean(s.mouth for s in some),
            head_down_rad=_mean(None if s.pitch_rad is None else -s.pitch_rad for s in some),
            usual_mouth=_mean(s.mouth for s in habit),
            usual_head_down_rad=_mean(None if s.pitch_rad is None else -s.pitch_rad for s in habit),
            gaze=gaze,
            distance_m=last.distance_m,
            trend=_trend(some),
            stands=fmean(s.speed_m_s for s in some) < _STANDS_M_S,
            hand_raised=sum(s.hand for s in some) * 2 > len(some),
            nods=_nods(some),
            nearer_m=nearer,
            looks_more=more,
            sightings=len(some),
        )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _lips(samples: Sequence[_Sample]) -> float | None:
    """Mean change of the mouth between one sighting and the next; None: too little was seen."""
    seen = [s.mouth for s in samples if s.mouth is not None]
    if len(seen) < _LIPS_LEAST:
        return None
    return fmean(abs(b - a) for a, b in zip(seen, seen[1:], strict=False))


def _away_rad(seen: PersonSeen) -> float | None:
    """How far the person looks past the agent: by the eyes, else the head, else the front."""
    if seen.gaze_off_rad is not None:
        return seen.gaze_off_rad
    if seen.head_yaw_rad is not None:
        return math.hypot(seen.head_yaw_rad, seen.head_pitch_rad or 0.0)
    return seen.facing_rad


def _share(samples: Iterable[_Sample]) -> float | None:
    known = [s.looks for s in samples if s.looks is not None]
    return sum(known) / len(known) if known else None


def _trend(samples: Sequence[_Sample]) -> Trend:
    pace = fmean(s.approach_m_s for s in samples)
    if pace > _MOVES_M_S:
        return Trend.CLOSING
    return Trend.LEAVING if pace < -_MOVES_M_S else Trend.STEADY


def _nods(samples: Sequence[_Sample]) -> int:
    """Count the times the head went down and came up again shortly after."""
    pitches = [(s.at, s.pitch_rad) for s in samples if s.pitch_rad is not None]
    count, high, low = 0, None, None
    for at, pitch in pitches:
        begins = high is None or pitch >= high[1] or at - high[0] > _NOD_WITHIN_S
        if begins and (low is None or at - low[0] > _NOD_WITHIN_S):
            high, low = (at, pitch), None
            continue
        if (
            high is not None
            and high[1] - pitch >= _NOD_DOWN_RAD
            and (low is None or pitch < low[1])
        ):
            low = (at, pitch)
        if low is not None and pitch - low[1] >= 0.7 * _NOD_DOWN_RAD:
            count, high, low = count + 1, (at, pitch), None
    return count
