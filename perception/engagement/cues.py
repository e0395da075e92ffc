"""What one person does, as the few named quantities that engagement is judged by. Pure.

Every cue is None while it is unknown, and an unknown cue says nothing in either direction. All
are means over time, not over sightings, so the camera's rate makes no difference.
"""

import math
from collections.abc import Mapping
from enum import StrEnum

from agent.core.messages import PersonSeen, Place
from perception.engagement.fading import FadingMean
from perception.engagement.resting import RestingDirection


class Cue(StrEnum):
    """The features, each with its unit."""

    GAZE_OFF = "gaze_off_deg"
    """Angle between the line of sight and the agent, last second."""
    GAZE_LONG = "gaze_off_long_deg"
    """The same over about four seconds."""
    UNSTEADY = "unsteady_deg"
    """How far the head strays from its own mean direction, last three seconds."""
    REST_OFF = "rest_off_deg"
    """Angle between the agent and the direction in which this person's head rests."""
    AT_REST = "at_rest"
    """Part of the last seconds in which the head was in that direction, 0..1."""
    CLOSING = "closing_m_s"
    """Speed toward the agent."""
    SPEED = "speed_m_s"
    COURSE = "course_m"
    """How near the agent the way of somebody who walks will yet lead; unknown of who stands."""
    DISTANCE = "distance_m"
    FACING = "facing_deg"
    """Angle between the chest and the agent."""
    WAVE = "wave"
    """1: a hand is raised; fades over two seconds."""
    SPEECH = "speech"
    """1: speaks to the agent; fades over four seconds."""
    COMPANY = "company"
    """How engaged somebody is who stands beside this person, 0..1."""


Known = Mapping[Cue, float | None]

MOST_STEP_S = 0.5
"""A longer gap in the sightings counts as so much; what was before it fades by all of it."""
FIRST_STEP_S = 0.05
COARSE = 0.5
"""A head direction read from the body says half as much as a face."""
WAVE_S, SPEECH_S = 2.0, 4.0
WALKING_M_S = 0.5
"""Slower than this nobody is on a way that leads anywhere."""
BESIDE_M, LEVEL_M, STANDING_M_S = 1.2, 0.8, 0.4
FARTHEST_RAD = math.radians(45.0)
"""In a mean, farther off counts as so much: or one look over the shoulder would weigh as much as
seconds of looking a little aside."""


class PersonCues:
    """The cues of one person, from sightings and what is heard of them."""

    def __init__(self) -> None:
        self.seen: PersonSeen | None = None
        self.beside: float | None = None
        """How engaged who stands beside is, 0..1; told from outside, None: nobody is there."""
        self._gaze, self._gaze_long = FadingMean(0.8), FadingMean(4.0)
        self._yaw, self._pitch, self._strays = FadingMean(3.0), FadingMean(3.0), FadingMean(3.0)
        self._closing, self._speed, self._facing = FadingMean(0.7), FadingMean(0.7), FadingMean(0.8)
        self._rest = RestingDirection()
        self._waved_at: float | None = None
        self._spoke_at: float | None = None
        self._hands_seen = False

    def take(self, seen: PersonSeen) -> tuple[float, float]:
        """Take in the next sighting; returns the seconds it stands for, and those passed."""
        passed = FIRST_STEP_S if self.seen is None else max(0.0, seen.at - self.seen.at)
        elapsed = min(passed, MOST_STEP_S)
        if passed > elapsed:
            self._look(passed - elapsed, None, None, 1.0)
            self._move(passed - elapsed, None)
        self.seen = seen
        off, direction, trust = _looks(seen)
        off = None if off is None else min(off, FARTHEST_RAD)
        self._look(elapsed, off, direction, trust)
        self._move(elapsed, seen)
        if seen.hand_raised is not None:
            self._hands_seen = True
        if seen.hand_raised:
            self._waved_at = seen.at
        return elapsed, passed

    def speak(self, at: float) -> None:
        """This person said something to the agent."""
        self._spoke_at = at if self._spoke_at is None else max(at, self._spoke_at)

    def _look(
        self,
        elapsed: float,
        off: float | None,
        direction: tuple[float, float] | None,
        trust: float,
    ) -> None:
        self._gaze.take(elapsed, off, trust)
        self._gaze_long.take(elapsed, off, trust)
        self._rest.take(elapsed, direction)
        yaw, pitch = direction or (None, None)
        middle_yaw, middle_pitch = self._yaw.value, self._pitch.value
        stray = None
        if yaw is not None and pitch is not None and middle_yaw is not None:
            aside = math.remainder(yaw - middle_yaw, math.tau) * math.cos(pitch)
            stray = min(math.hypot(aside, pitch - (middle_pitch or 0.0)), FARTHEST_RAD)
        self._strays.take(elapsed, stray)
        self._yaw.take(elapsed, yaw)
        self._pitch.take(elapsed, pitch)

    def _move(self, elapsed: float, seen: PersonSeen | None) -> None:
        self._closing.take(elapsed, seen.approach_m_s if seen else None)
        self._speed.take(elapsed, seen.speed_m_s if seen else None)
        self._facing.take(elapsed, seen.facing_rad if seen else None)

    def known(self) -> dict[Cue, float | None]:
        """All cues as they are at the newest sighting."""
        seen = self.seen
        at = seen.at if seen else 0.0
        return {
            Cue.GAZE_OFF: _degrees(self._gaze.value),
            Cue.GAZE_LONG: _degrees(self._gaze_long.value),
            Cue.UNSTEADY: _degrees(self._strays.value),
            Cue.REST_OFF: _degrees(self._rest.off_rad),
            Cue.AT_REST: self._rest.share,
            Cue.CLOSING: self._closing.value,
            Cue.SPEED: self._speed.value,
            Cue.COURSE: self._course(seen),
            Cue.DISTANCE: seen.place.distance_m if seen else None,
            Cue.FACING: _degrees(self._facing.value),
            Cue.WAVE: _fades(at, self._waved_at, WAVE_S) if self._hands_seen else None,
            Cue.SPEECH: None if self._spoke_at is None else _fades(at, self._spoke_at, SPEECH_S),
            Cue.COMPANY: self.beside,
        }

    def _course(self, seen: PersonSeen | None) -> float | None:
        """Distance at which a straight way on comes nearest to the agent."""
        speed, closing = self._speed.value, self._closing.value
        if seen is None or speed is None or closing is None or speed < WALKING_M_S:
            return None
        away = seen.place.distance_m
        if closing <= 0:
            return away
        return away * math.sqrt(max(0.0, 1 - (closing / speed) ** 2))


def stands_beside(one: PersonSeen, other: PersonSeen) -> bool:
    """Whether two stand side by side before the agent, near enough to have come together."""
    if max(one.speed_m_s, other.speed_m_s) > STANDING_M_S or abs(one.at - other.at) > 1.0:
        return False
    if abs(one.place.distance_m - other.place.distance_m) > LEVEL_M:
        return False
    return _apart_m(one.place, other.place) <= BESIDE_M


def _apart_m(one: Place, other: Place) -> float:
    return math.hypot(one.x_m - other.x_m, one.y_m - other.y_m)


def _looks(seen: PersonSeen) -> tuple[float | None, tuple[float, float] | None, float]:
    """Angle off the agent, direction of the head where a face shows it, and trust in them."""
    yaw, pitch, off = seen.head_yaw_rad, seen.head_pitch_rad, seen.gaze_off_rad
    if off is not None:
        return off, (yaw, pitch) if yaw is not None and pitch is not None else (off, 0.0), 1.0
    if yaw is None:
        return None, None, 1.0
    if pitch is None:
        return abs(yaw), None, COARSE
    return math.acos(max(-1.0, min(1.0, math.cos(yaw) * math.cos(pitch)))), (yaw, pitch), 1.0


def _degrees(radians: float | None) -> float | None:
    return None if radians is None else math.degrees(radians)


def _fades(at: float, since: float | None, tau_s: float) -> float:
    return 0.0 if since is None else math.exp(-max(0.0, at - since) / tau_s)
