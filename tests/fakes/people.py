"""People made of numbers: sightings of walkers, and a camera, detector and thread to see them.

`approach`, `pass_by`, `stand` give the PersonSeen messages that perception would publish.
`FakeCamera` and `FakeDetector` stand in for devices and networks one step earlier.
"""

import math

import numpy as np

from agent.core.messages import PersonId, PersonLost, PersonSeen, Place
from perception.eyes.camera import Box
from perception.eyes.sightings import Body, Cue, Face, Look, Range
from perception.senses import Picture

HZ = 10


def seen(at, x_m, y_m=0.0, *, person="p1", vx=0.0, vy=0.0, gaze_deg=None, facing_deg=None):
    """One sighting of somebody at (x, y) who moves at (vx, vy) metres a second."""
    place = Place(x_m=x_m, y_m=y_m)
    return PersonSeen(
        at=at,
        person=PersonId(person),
        place=place,
        approach_m_s=-(x_m * vx + y_m * vy) / max(place.distance_m, 1e-6),
        speed_m_s=math.hypot(vx, vy),
        gaze_off_rad=None if gaze_deg is None else math.radians(gaze_deg),
        facing_rad=None if facing_deg is None else math.radians(facing_deg),
    )


def walk(start, end, *, at=0.0, speed_m_s=1.2, person="p1", gaze_deg=None, facing_deg=None, hz=HZ):
    """Sightings of somebody who walks straight from `start` to `end`, both (x, y) in metres."""
    (x0, y0), (x1, y1) = start, end
    length = math.dist(start, end)
    steps = max(1, round(length / speed_m_s * hz))
    vx, vy = (x1 - x0) / length * speed_m_s, (y1 - y0) / length * speed_m_s
    return [
        seen(
            at + i / hz,
            x0 + (x1 - x0) * i / steps,
            y0 + (y1 - y0) * i / steps,
            person=person,
            vx=vx,
            vy=vy,
            gaze_deg=gaze_deg,
            facing_deg=facing_deg,
        )
        for i in range(steps)
    ]


def approach(*, at=0.0, start_m=5.0, end_m=1.2, person="p1", gaze_deg=5.0, **kwargs):
    """Somebody who comes straight up to the agent."""
    return walk((start_m, 0.0), (end_m, 0.0), at=at, person=person, gaze_deg=gaze_deg, **kwargs)


def pass_by(*, at=0.0, distance_m=2.0, person="p1", gaze_deg=None, **kwargs):
    """Somebody who crosses in front of the agent from right to left."""
    path = ((distance_m, -3.0), (distance_m, 3.0))
    return walk(*path, at=at, person=person, gaze_deg=gaze_deg, **kwargs)


def leave(*, at=0.0, start_m=1.2, end_m=5.0, person="p1", gaze_deg=170.0, **kwargs):
    """Somebody who turns round and walks off."""
    return walk((start_m, 0.0), (end_m, 0.0), at=at, person=person, gaze_deg=gaze_deg, **kwargs)


def stand(*, at=0.0, seconds=3.0, x_m=1.2, y_m=0.0, hz=HZ, **kwargs):
    """Somebody who stands."""
    return [seen(at + i / hz, x_m, y_m, **kwargs) for i in range(round(seconds * hz))]


def lost(at, person="p1"):
    """They have gone."""
    return PersonLost(at=at, person=PersonId(person))


def picture(at, size=(64, 64), fill=None):
    """A small picture; without `fill` it has light and dark, and differs from the last."""
    shade = int(at * 1000) % 200 + 30 if fill is None else fill
    pixels = np.full((*size, 3), shade, np.uint8)
    if fill is None:
        pixels[: size[0] // 2] -= 30
    return Picture(at=at, pixels=pixels)


def body_at(x_m, y_m=0.0, *, height=0.6, raised=None, front_rad=math.pi):
    """The body of somebody standing at (x, y), as a detector reports it."""
    distance = math.hypot(x_m, y_m)
    middle = 0.5 - 0.77 * y_m / max(x_m, 0.1)
    half = 0.12 / distance
    return Body(
        box=Box(middle - half, 0.2, middle + half, 0.2 + height),
        head=Box(middle - half / 2, 0.2, middle + half / 2, 0.2 + half),
        bearing_rad=math.atan2(y_m, x_m),
        ranges=(Range(cue=Cue.BODY, distance_m=distance, trust=100.0, noise=0.05),),
        front_rad=front_rad,
        hand_raised=raised,
        eyes_height_m=1.6,
        outline=np.linspace((middle - half, 0.2), (middle + half, 0.2 + height), 33),
    )


def face_at(x_m, y_m=0.0, *, yaw_rad=0.0, pitch_rad=0.0, height_m=1.35):
    """A face at (x, y) that looks past the agent by these angles."""
    distance = math.hypot(x_m, y_m)
    middle = 0.5 - 0.77 * y_m / max(x_m, 0.1)
    half = 0.06 / distance
    heading = math.atan2(-y_m, -x_m) + yaw_rad
    forward = np.array([math.cos(heading), math.sin(heading), math.tan(pitch_rad)])
    return Face(
        box=Box(middle - half, 0.2 + half / 2, middle + half, 0.2 + 2 * half),
        eyes=np.array([x_m, y_m, height_m]),
        forward=forward / np.linalg.norm(forward),
        eyes_yaw_rad=0.0,
        eyes_pitch_rad=0.0,
        mouth_open=0.05,
    )


class FakeCamera:
    """Yields the pictures it is given; `clock` makes it wait for each one's moment."""

    def __init__(self, pictures, clock=None):
        self._pictures = pictures
        self._clock = clock

    async def pictures(self):
        for one in self._pictures:
            if self._clock is not None:
                await self._clock.sleep_until(one.at)
            yield one


class FakeDetector:
    """Reports what `scene(at)` says is there, as a Look, or raises it."""

    def __init__(self, scene):
        self._scene = scene
        self.closed = False
        self.looked_at = []

    def look(self, picture, focus):
        self.looked_at.append((picture.at, focus))
        found = self._scene(picture.at)
        if isinstance(found, Exception):
            raise found
        look = found if isinstance(found, Look) else Look(bodies=tuple(found))
        return Look(
            faces=look.faces if focus.faces or focus.heads else (),
            bodies=look.bodies if focus.scan or focus.bodies else (),
        )

    def close(self):
        self.closed = True


class Inline:
    """Runs work at once, on the loop: virtual time knows no threads."""

    async def call(self, work, timeout_s):
        return work()

    def close(self, last=None):
        if last is not None:
            last()
