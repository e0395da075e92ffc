"""Reads one face picture by picture: head, eyes, blendshapes, action units, movements. Pure.

Everything is measured against this person's own face at rest, which is learned while they are
watched: the middle of what was seen of them. Until enough was seen, and wherever the confidence is
low, a unit is unknown. No picture and no point is kept beyond the middle of some two dozen looks,
and that goes when the reader goes.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.brief import INNER_S, Brief
from perception.faces.evidence import SURE, Course, presence
from perception.faces.frame import head_angles, stabilised
from perception.faces.movements import Movement, MovementKind, Movements
from perception.faces.network import (
    Weights,
    blame,
    gaze_terms,
    inputs,
    shapes_of,
)
from perception.faces.points import MESH, READ_POINTS, REGIONS
from perception.faces.shaking import MOST_MM, Shaking
from perception.faces.units import UNITS, asymmetry, intensities

Floats = NDArray[np.float64]

REST_LOOKS: Final = 24
REST_EVERY_S: Final = 0.2
ENOUGH_LOOKS: Final = 6
LEAST_PART: Final = 0.1
"""A part that counts for less is not named."""
NAMED_POINTS: Final = 8
"""Points told as the cause of a unit."""
WIDEST_YAW_RAD: Final = 0.75
"""Beyond, half of the face is guessed, so nothing is told."""


class Told(StrEnum):
    """What is known of a unit."""

    THERE = "there"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class ShapesBy(StrEnum):
    """What told the blendshapes."""

    MEDIAPIPE = "mediapipe"
    OWN = "own network"
    """The fallback: MediaPipe's is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSeen:
    """One action unit in one picture."""

    number: int
    told: Told
    confidence: float
    """That it is there, 0..1, calibrated on drawn faces."""
    intensity: float
    """0..1 of what a face can do."""
    asymmetry: float
    """The person's left minus their right, -1..1."""
    points: tuple[int, ...] = ()
    """Of the 478, what the answer hung on most; empty unless it is there."""
    parts: tuple[tuple[str, float], ...] = ()
    """Parts of the face without whose movement less of it would be read, and which share of that
    is theirs, most first; empty unless it is there."""
    in_regions: float = 0.0
    """Of those shares, what lies where FACS sees the unit, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceReading:
    """One face at one moment."""

    at: float
    head: tuple[float, float, float]
    """Yaw left, pitch up, roll right against the picture, radians."""
    gaze: tuple[float, float] | None
    """Yaw and pitch of the eyes against the head; None: shut, or turned too far."""
    shapes: Floats
    """(52,) 0..1."""
    shapes_by: ShapesBy
    """Units are read by the own network's shapes in either case: their confidence was fitted so."""
    units: tuple[UnitSeen, ...]
    movements: tuple[Movement, ...]
    known: Floats
    """(inputs,) what the network was given: for `sensitivity.py`; it goes into no message."""
    face_m: Floats
    """(478, 3) metres, freed of the head; likewise."""
    own_rest: bool
    """Held against this person's own face at rest; else against the mean face, and less sure."""
    turned_far: bool
    """Half of the face is guessed."""
    shaking: bool
    """The picture is too poor: its points shake more than a face moves them."""


class FaceReader:
    """Of one person."""

    def __init__(self, weights: Weights, *, brief: bool = False) -> None:
        """`brief`: tell movements under half a second, too (see `brief.py`)."""
        self._weights = weights
        self._rest: deque[Floats] = deque(maxlen=REST_LOOKS)
        self._rest_at = -np.inf
        self._rest_m: Floats | None = None
        self._course = Course(weights.course)
        self._movements = Movements()
        self._shaking = Shaking(weights.frame.weights)
        self._brief = Brief(weights) if brief else None

    def take(self, at: float, points: Floats, official: Floats | None = None) -> FaceReading | None:
        """Read (478, 3) points, right, up, out, in pixels; None for what is no face.

        `official`: (52,) by MediaPipe's own network, told instead of ours, NaN where it has none.
        """
        if points.shape[0] < MESH or not np.isfinite(points).all() or np.ptp(points) < 1:
            return None
        weights, frame = self._weights, self._weights.frame
        standing, face = stabilised(points, frame, self._rest_m)
        self._learn(at, face)
        rest = self._rest_m if self._rest_m is not None else frame.face_m
        known = inputs(face - rest, standing.angles)
        shapes = shapes_of(weights, known)
        intensity, angles = intensities(shapes), standing.angles
        width = np.array(float(np.ptp(points[:MESH, 0])))
        sure = self._course.take(at, presence(weights, intensity, angles, width), intensity)
        lids = lid_opening(face) / max(lid_opening(rest), 1e-4)
        own_rest, turned_far = self._rest_m is not None, bool(abs(angles[0]) >= WIDEST_YAW_RAD)
        shaking = (self._shaking.take(face) or 0.0) > MOST_MM
        enough = own_rest and not turned_far and not shaking
        yaw, pitch, roll = head_angles(standing, frame)
        moved = self._movements.take(at, angles, lids) + self._briefly(at, face, angles, lids)
        eyes = gaze_terms(face, angles) @ weights.gaze
        return FaceReading(
            at=at,
            head=(float(yaw), float(pitch), float(roll)),
            gaze=(float(eyes[0]), float(eyes[1])) if enough and lids > 0.4 else None,
            shapes=shapes if official is None else np.where(np.isnan(official), shapes, official),
            shapes_by=ShapesBy.OWN if official is None else ShapesBy.MEDIAPIPE,
            units=tuple(
                self._unit(k, sure, intensity, asymmetry(shapes), known, enough=enough)
                for k in range(len(UNITS))
            ),
            movements=tuple(moved) if enough else (),
            known=known, face_m=face, own_rest=own_rest, turned_far=turned_far, shaking=shaking,
        )  # fmt: skip

    def _briefly(self, at: float, face: Floats, angles: Floats, lids: float) -> list[Movement]:
        """`face`: (478, 3) metres, freed of the head."""
        if self._brief is None:
            return []
        # Against a face that stays the same: the one at rest is still being learned.
        moved = inputs(face - self._weights.frame.face_m, angles)[: -angles.size]
        sign = self._brief.take(at, moved, angles, lids)
        if sign is None:
            return []
        return [
            Movement(
                kind=MovementKind.BRIEF, begin_s=sign.at - INNER_S, end_s=sign.at + INNER_S,
                unit=sign.unit, size=sign.sure,
            )
        ]  # fmt: skip

    def _learn(self, at: float, face: Floats) -> None:
        if at - self._rest_at < REST_EVERY_S:
            return
        self._rest_at = at
        self._rest.append(face)
        if len(self._rest) >= ENOUGH_LOOKS:
            self._rest_m = np.median(np.stack(self._rest), axis=0)

    def _unit(
        self, k: int, sure: Floats, intensity: Floats, uneven: Floats, known: Floats, *,
        enough: bool,
    ) -> UnitSeen:  # fmt: skip
        confidence = float(sure[k])
        if not enough or self._weights.told[k] < 0.5 or max(confidence, 1 - confidence) < SURE:
            told = Told.UNKNOWN
        else:
            told = Told.THERE if confidence >= SURE else Told.ABSENT
        there = told is Told.THERE
        parts = hidden_parts(self._weights, known, k) if there else ()
        return UnitSeen(
            number=UNITS[k].number, told=told, confidence=confidence,
            intensity=float(intensity[k]), asymmetry=float(uneven[k]),
            points=causes(self._weights, known, k) if there else (), parts=parts,
            in_regions=sum(share for part, share in parts if part in UNITS[k].regions),
        )  # fmt: skip


def causes(weights: Weights, known: Floats, unit: int) -> tuple[int, ...]:
    """The points that unit number `unit` of `UNITS` hung on most, most first."""
    order = np.argsort(-blame(weights, known, unit))[:NAMED_POINTS]
    return tuple(READ_POINTS[int(i)] for i in order)


def hidden_parts(weights: Weights, known: Floats, unit: int) -> tuple[tuple[str, float], ...]:
    """What `unit` of `UNITS` is read by: each part's share of what is lost when it keeps still.

    Occlusion (Zeiler and Fergus 2014): the part's points are put back to the face at rest, one
    part after another. Parts that hold the reading down count for nothing.
    """
    whole = float(intensities(shapes_of(weights, known))[unit])
    lost: dict[str, float] = {}
    for part, places in _PLACES.items():
        still = known.copy()
        still[places] = 0.0
        less = whole - float(intensities(shapes_of(weights, still))[unit])
        if less > 0:
            lost[part] = less
    total = sum(lost.values())
    shares = sorted(((less / total, part) for part, less in lost.items()), reverse=True)
    return tuple((part, share) for share, part in shares if share >= LEAST_PART)


_PLACES: Final = {
    part: np.array([3 * READ_POINTS.index(i) + axis for i in points for axis in range(3)])
    for part, points in REGIONS.items()
}
"""Of each part's points in the network's inputs."""


def share_in_regions(weights: Weights, known: Floats, unit: int) -> tuple[float, float]:
    """Of a unit's sensitivity, the share where FACS sees it; and the share of points there."""
    named = {i for region in UNITS[unit].regions for i in REGIONS[region]}
    inside = np.array([i in named for i in READ_POINTS])
    heat = blame(weights, known, unit)
    return float(heat[inside].sum() / max(heat.sum(), 1e-12)), float(inside.mean())


def lid_opening(face_m: Floats) -> float:
    """Metres between upper and lower lids, the mean of both eyes, (478, 3) points."""
    left, right = face_m[386] - face_m[374], face_m[159] - face_m[145]
    return float(left[1] + right[1]) / 2
