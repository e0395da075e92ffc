"""Which faces and bodies of one picture are the same person. Pure."""

import math
from dataclasses import replace

from perception.eyes.camera import azimuth_rad
from perception.eyes.sightings import Body, Cue, Face, Look, Range
from perception.eyes.track import Sighting, could_bear, same_head

FACE_SPREAD = 0.05
"""Faces differ in size by about this much; the distance read from one does, too."""
BLUR_PX, JITTER_PX = 6.0, 2.5
"""Error of a face's width in the picture: lasting, and from one picture to the next."""


def pair_up(look: Look) -> list[Sighting]:
    """Which faces and bodies are the same person: the nearest face within a body's head."""
    offers = sorted(
        (math.dist(face.box.center, body.head.center), i, j)
        for i, face in enumerate(look.faces)
        for j, body in enumerate(look.bodies)
        if same_head(face, body) and could_bear(body, face)
    )
    body_of: dict[int, int] = {}
    for _, i, j in offers:
        if i not in body_of and j not in body_of.values():
            body_of[i] = j
    sightings = [
        _sighting(face, look.bodies[body_of[i]] if i in body_of else None)
        for i, face in enumerate(look.faces)
    ]
    for j, body in enumerate(look.bodies):
        # Where people stand close the network may draw one body through two of them.
        mixed = any(_holds(body, face) and could_bear(body, face) for face in look.faces)
        if j not in body_of.values() and not mixed:
            sightings.append(_sighting(None, body))
    return sightings


def only_bodies(sightings: list[Sighting]) -> list[Sighting]:
    """The same people without their faces; those of whom only a face was seen fall away."""
    return [
        replace(_sighting(None, sighting.body), whose=sighting.face)
        for sighting in sightings
        if sighting.body
    ]


def _holds(body: Body, face: Face) -> bool:
    x, y = face.box.center
    middle = (body.box.top + body.box.bottom) / 2
    return body.box.left <= x <= body.box.right and body.head.top <= y <= middle


def _sighting(face: Face | None, body: Body | None) -> Sighting:
    ranges: list[Range] = list(body.ranges) if body is not None else []
    if face is not None:
        distance = max(0.05, math.hypot(face.eyes[0], face.eyes[1]))
        width_px = max(face.width_px, 1.0)
        trust = (FACE_SPREAD + BLUR_PX / width_px) ** -2
        noise = 0.01 + JITTER_PX / width_px
        ranges.append(Range(cue=Cue.FACE, distance_m=distance, trust=trust, noise=noise))
        bearing = azimuth_rad(face.eyes)
    else:
        assert body is not None
        bearing = body.bearing_rad
    return Sighting(face=face, body=body, bearing_rad=bearing, ranges=tuple(ranges))
