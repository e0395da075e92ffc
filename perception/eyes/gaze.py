"""Where a person looks, measured from the line between their eyes and the agent's face.

People who talk with a screen or a robot rest their eyes steadily 17 to 22 degrees off the camera:
on the mouth, the screen's middle, the person behind it. So the zero is learnt, for the site and
for each person, from steady looking while near and still, and it is bounded: somebody reading a
telephone is never taken for somebody looking here. What cannot be seen stays unknown.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import PersonId
from perception.eyes.camera import Vector, azimuth_rad, elevation_rad, wrapped_rad
from perception.eyes.sightings import Face


class GazeConfig(BaseModel):
    """How the zero of the gaze is learnt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidate_deg: float = Field(
        22.0, ge=0, le=45, description="Looks farther off than this never move the zero."
    )
    bound_deg: float = Field(15.0, ge=0, le=45, description="The zero moves no farther than this.")
    steady_deg: float = Field(
        4.0, gt=0, le=20, description="Spread (median deviation) up to which a look is steady."
    )
    steady_s: float = Field(1.5, gt=0, le=30, description="How long a look must be steady.")
    near_m: float = Field(1.8, gt=0, le=5, description="The zero is learnt nearer than this only.")
    still_m_s: float = Field(0.3, gt=0, le=2, description="Faster people do not move the zero.")
    adopt_s: float = Field(
        3.0, gt=0, le=60, description="Time in which a person's zero goes most of the way."
    )
    site_share: float = Field(
        0.1, ge=0, le=1, description="How much each person who leaves moves the site's zero."
    )


@dataclass(frozen=True, slots=True)
class Angles:
    """A direction against the line to the agent: yaw left positive, pitch up positive."""

    yaw_rad: float
    pitch_rad: float

    @property
    def off_rad(self) -> float:
        """Angle between the two lines, 0..pi."""
        return math.acos(max(-1.0, min(1.0, math.cos(self.yaw_rad) * math.cos(self.pitch_rad))))

    def minus(self, zero: "Angles") -> "Angles":
        """The same direction measured from `zero`."""
        return Angles(wrapped_rad(self.yaw_rad - zero.yaw_rad), self.pitch_rad - zero.pitch_rad)


STRAIGHT = Angles(0.0, 0.0)


def head_angles(face: Face, agent_face: Vector) -> Angles:
    """How the head is turned."""
    to_agent = agent_face - face.eyes
    return Angles(
        wrapped_rad(azimuth_rad(face.forward) - azimuth_rad(to_agent)),
        elevation_rad(face.forward) - elevation_rad(to_agent),
    )


def gaze_angles(face: Face, agent_face: Vector) -> Angles:
    """Where the eyes look; the head's direction where the eyes cannot be resolved."""
    head = head_angles(face, agent_face)
    return Angles(
        wrapped_rad(head.yaw_rad + (face.eyes_yaw_rad or 0.0)),
        head.pitch_rad + (face.eyes_pitch_rad or 0.0),
    )


class GazeZero:
    """The learnt zero of the site and of each person. Pure: time comes with the samples."""

    def __init__(self, config: GazeConfig) -> None:
        self._config = config
        self._site = STRAIGHT
        self._people: dict[PersonId, _PersonalZero] = {}

    def of(self, person: PersonId) -> Angles:
        """What to subtract from this person's angles."""
        known = self._people.get(person)
        return known.zero if known else self._site

    def learn(
        self, person: PersonId, at: float, seen: Angles, *, distance_m: float, speed_m_s: float
    ) -> None:
        """Take in one raw look; it moves the zero only when near, still and steady."""
        here = self._people.setdefault(person, _PersonalZero(self._site))
        near = distance_m <= self._config.near_m and speed_m_s <= self._config.still_m_s
        if near and seen.off_rad <= math.radians(self._config.candidate_deg):
            here.take(at, seen, self._config)
        else:
            here.interrupt()

    def forget(self, person: PersonId) -> None:
        """The person has gone; what was learnt moves the site's zero a little."""
        known = self._people.pop(person, None)
        if known is not None and known.learnt:
            self._site = _between(self._site, known.zero, self._config.site_share)


class _PersonalZero:
    def __init__(self, start: Angles) -> None:
        self.zero = start
        self.learnt = False
        self._recent: deque[tuple[float, Angles]] = deque()

    def interrupt(self) -> None:
        self._recent.clear()

    def take(self, at: float, seen: Angles, config: GazeConfig) -> None:
        last = self._recent[-1][0] if self._recent else at
        if at - last > config.steady_s / 2:
            self._recent.clear()
        self._recent.append((at, seen))
        while at - self._recent[1][0] >= config.steady_s if len(self._recent) > 1 else False:
            self._recent.popleft()
        if at - self._recent[0][0] < config.steady_s or len(self._recent) < 4:
            return
        looks = np.array([(look.yaw_rad, look.pitch_rad) for _, look in self._recent])
        middle = np.median(looks, axis=0)
        spread = float(np.median(np.linalg.norm(looks - middle, axis=1)))
        if spread > math.radians(config.steady_deg):
            return
        share = 1 - math.exp(-(at - last) / config.adopt_s)
        target = _bounded(Angles(float(middle[0]), float(middle[1])), config.bound_deg)
        self.zero, self.learnt = _between(self.zero, target, share), True


def _between(a: Angles, b: Angles, share: float) -> Angles:
    return Angles(
        a.yaw_rad + share * (b.yaw_rad - a.yaw_rad),
        a.pitch_rad + share * (b.pitch_rad - a.pitch_rad),
    )


def _bounded(angles: Angles, bound_deg: float) -> Angles:
    size = math.hypot(angles.yaw_rad, angles.pitch_rad)
    limit = math.radians(bound_deg)
    if size <= limit:
        return angles
    return Angles(angles.yaw_rad * limit / size, angles.pitch_rad * limit / size)
