"""One person being followed: a constant-velocity Kalman filter on the floor. Pure."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agent.core.messages import PersonId, Place
from perception.eyes.camera import Box, azimuth_rad, wrapped_rad
from perception.eyes.sightings import Body, Cue, Face, Range

LOWERED_LOOKS = 2
BEARING_NOISE_RAD = 0.012
FAIR = 1.345
"""Deviations within which a reading counts in full."""
LATELY_S = 0.5
"""A head seen so lately is not elsewhere in the picture by now."""
HEADS_OFF, STRAYS_S = 1.5, 0.4
"""It may be so many of its widths off, and so much of the picture's width a second besides."""
NECK_RAD = math.radians(110)
"""Farther than this no head turns from its chest, errors of both included."""
LASTING_LIMIT = 0.35
"""Largest logarithm of a lasting disagreement between cues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One person in one picture: a face, a body, or both."""

    face: Face | None
    body: Body | None
    bearing_rad: float
    ranges: tuple[Range, ...]
    whose: Face | None = field(default=None, compare=False, repr=False)
    """Of a body alone: the face of the same person, taken in before from the same picture."""


@dataclass(slots=True)
class Track:
    """One person being followed."""

    person: PersonId
    state: NDArray[np.float64]
    """x, y, velocity x, velocity y."""
    spread: NDArray[np.float64]
    """Its covariance."""
    at: float
    """Of the state."""
    first_at: float
    seen_at: float
    sighting: Sighting
    """The newest."""
    hits: int = 1
    missed_updates: int = 0
    face_hits: int = 0
    body_hits: int = 0
    face_seeks: int = 0
    """How often the face was looked for; `focus.py` counts."""
    body_seeks: int = 0
    hand_raised: bool | None = None
    """As of late: one look that shows it lowered may be wrong, two are not."""
    hand_lowered_looks: int = 0
    body_misses: int = 0
    """Body looks in a row that found nothing."""
    confirmed: bool = False
    confirmed_at: float = math.inf
    middle: float = 0.5
    """Where the person is across the picture, 0..1, and how fast that changes, 1/s."""
    middle_at: float = -math.inf
    drift: float = 0.0
    face: Face | None = None
    face_at: float = -math.inf
    body: Body | None = None
    body_at: float = -math.inf
    face_sought_at: float = -math.inf
    body_sought_at: float = -math.inf
    lasting: dict[Cue, float] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where the person stands."""
        return Place(x_m=float(self.state[0]), y_m=float(self.state[1]))

    @property
    def speed_m_s(self) -> float:
        """Over the floor."""
        return math.hypot(self.state[2], self.state[3])

    @property
    def approach_m_s(self) -> float:
        """Closing speed."""
        distance = max(self.place.distance_m, 1e-6)
        return float(-(self.state[:2] @ self.state[2:]) / distance)

    def shifted(self, box: Box, seen_at: float, at: float) -> Box:
        """Where `box` will have moved to at the moment `at`."""
        shift = self.shift(seen_at, at)
        return Box(box.left + shift, box.top, box.right + shift, box.bottom)

    def shift(self, seen_at: float, at: float) -> float:
        """How far to the picture's right what was there will be, as a fraction of its width."""
        return max(-0.3, min(0.3, self.drift * (at - seen_at)))

    def head_at(self, at: float) -> Box | None:
        """Where the head should be in the picture at the moment `at`."""
        if self.face is not None and self.face_at >= self.body_at:
            return self.shifted(self.face.box.grown(1.3), self.face_at, at)
        return self.shifted(self.body.head, self.body_at, at) if self.body is not None else None


def same_head(face: Face, body: Body) -> bool:
    """Whether a face lies where a body of the same picture has its head."""
    x, y = face.box.center
    head = body.head.grown(1.4)
    return head.left <= x <= head.right and head.top <= y <= head.bottom


def could_bear(body: Body, face: Face) -> bool:
    """Whether a neck turns so far: nobody shows a face over their own back."""
    if body.front_rad is None:
        return True
    return abs(wrapped_rad(azimuth_rad(face.forward) - body.front_rad)) <= NECK_RAD


def elsewhere(track: Track, sighting: Sighting) -> bool:
    """Whether this is somebody beside: the track's head was lately seen in another part of it.

    Where people stand close, places on the floor hardly tell them apart. A body belongs to nobody
    whose face is in the same picture, beside its head, nor to whose face was just seen over its
    back. Among people who talk one often stands so before another.
    """
    face, body = track.face, sighting.body
    if sighting.face is None and body is not None and face is not None:
        if track.face_at == track.at and not same_head(face, body):
            return True
        if track.at - track.face_at <= LATELY_S and not could_bear(body, face):
            return True
    found = sighting.face.box if sighting.face is not None else None
    if found is None and sighting.body is not None:
        found = sighting.body.head
    head, ago_s = track.head_at(track.at), track.at - max(track.face_at, track.body_at)
    if found is None or head is None or ago_s > LATELY_S:
        return False
    reach = HEADS_OFF * max(head.width, found.width) + STRAYS_S * ago_s
    return abs(found.center[0] - head.center[0]) > reach


def note_hand(track: Track, raised: bool | None) -> None:
    """Take in what a look at the body says of the hands; None: they were not seen."""
    if raised is None:
        return
    track.hand_lowered_looks = 0 if raised else track.hand_lowered_looks + 1
    if raised or track.hand_raised is None or track.hand_lowered_looks >= LOWERED_LOOKS:
        track.hand_raised = raised


def predict(track: Track, at: float, agility_m_s2: float) -> None:
    """Let the track walk on to the moment `at`."""
    dt = max(at - track.at, 0.0)
    step = np.eye(4)
    step[0, 2] = step[1, 3] = dt
    q = agility_m_s2**2
    block = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    track.state = step @ track.state
    track.spread = step @ track.spread @ step.T
    for axis in (0, 1):
        track.spread[np.ix_([axis, axis + 2], [axis, axis + 2])] += block
    track.at = max(at, track.at)


def correct(track: Track, distance: float, bearing_rad: float, noise: float) -> None:
    """Take in where the person was seen; `noise` is the distance's relative deviation."""
    seen = np.array(on_floor(distance, bearing_rad))
    surprise = track.spread[:2, :2] + floor_noise(distance, bearing_rad, noise)
    gain = track.spread[:, :2] @ np.linalg.inv(surprise)
    track.state = track.state + gain @ (seen - track.state[:2])
    track.spread = track.spread - gain @ track.spread[:2, :]


def doubtful(track: Track, distance: float, noise: float) -> float:
    """By how much a distance's deviation is to be taken larger, 1 or more (Huber 1964).

    A small or turned face is now and then read a third too near. What lies within `FAIR`
    deviations of where the person should be counts in full, what lies farther ever less.
    """
    expected = max(track.place.distance_m, 0.1)
    along = track.state[:2] / max(float(np.linalg.norm(track.state[:2])), 1e-6)
    unsure = float(along @ track.spread[:2, :2] @ along) / expected**2
    off = abs(math.log(max(distance, 0.05) / expected)) / math.sqrt(unsure + noise**2)
    return max(1.0, off / FAIR)


def note_middle(track: Track, at: float, sighting: Sighting) -> None:
    """Note where in the picture the person is and whither they move."""
    box = sighting.face.box if sighting.face is not None else None
    if box is None and sighting.body is not None:
        box = sighting.body.head
    if box is None:
        return
    middle, elapsed = box.center[0], at - track.middle_at
    if 0 < elapsed < 1:
        track.drift += 0.5 * ((middle - track.middle) / elapsed - track.drift)
    track.middle, track.middle_at = middle, at


def limited(offset: float) -> float:
    """A lasting disagreement, within reason."""
    return max(-LASTING_LIMIT, min(LASTING_LIMIT, offset))


def fused_distance(sighting: Sighting, lasting: dict[Cue, float]) -> tuple[float, float]:
    """Distance by all cues in view together, and its relative deviation."""
    trust = np.array([reading.trust for reading in sighting.ranges])
    logs = [math.log(r.distance_m) + lasting.get(r.cue, 0.0) for r in sighting.ranges]
    distance = math.exp(float(trust @ np.array(logs) / trust.sum()))
    return distance, min(reading.noise for reading in sighting.ranges)


def on_floor(distance: float, bearing_rad: float) -> tuple[float, float]:
    """The place at a distance and bearing, metres."""
    return distance * math.cos(bearing_rad), distance * math.sin(bearing_rad)


def floor_noise(distance: float, bearing_rad: float, relative: float) -> NDArray[np.float64]:
    """Covariance on the floor: long towards the agent, short across."""
    along = np.array([math.cos(bearing_rad), math.sin(bearing_rad)])
    across = np.array([-along[1], along[0]])
    deep, wide = relative * distance + 0.005, BEARING_NOISE_RAD * distance + 0.01
    return np.outer(along, along) * deep**2 + np.outer(across, across) * wide**2
