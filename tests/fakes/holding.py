"""People made of points who hold things made of boxes, and a detector that finds what is painted.

Points are as of somebody upright, 200 pixels a metre, in a picture of 640 x 480; fingers follow
wrists.
"""

from dataclasses import replace

import numpy as np

from agent.core.messages import PersonId
from perception.eyes.camera import Box
from perception.eyes.objects import Thing, ThingSeen
from perception.eyes.track import Sighting, Track
from tests.fakes.people import body_at
from tests.unit.perception.test_context import standing

SIZE_PX = (640, 480)
METRE_PX = 200.0
HIPS_PX = (320.0, 240.0)


def figure(*, hips_px=HIPS_PX, unseen=(), moved=(), size_px=SIZE_PX, metre_px=METRE_PX):
    """A body of 33 points. `moved`: point to place, metres about the hips."""
    points = standing()
    for point, (x, y) in dict(moved).items():
        points[point, :2] = x, y
    for wrist, fingers in ((15, (17, 19, 21)), (16, (18, 20, 22))):
        points[list(fingers)] = points[wrist] + (0.0, 0.05, 0.0)
    visible = np.ones(33)
    visible[list(unseen)] = 0.1
    outline = (points[:, :2] * metre_px + hips_px) / size_px
    low, high = outline.min(axis=0), outline.max(axis=0)
    return replace(
        body_at(2.0), world=points, visible=visible, outline=outline,
        box=Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
    )  # fmt: skip


def thing(what, middle_m, wide_m, high_m=None, *, sure=0.6, hips_px=HIPS_PX, size_px=SIZE_PX):
    """A box around `middle_m`, metres right and down of the hips."""
    middle = np.array(middle_m) * METRE_PX + hips_px
    half = np.array([wide_m, high_m or wide_m]) * METRE_PX / 2
    left, top = (middle - half) / size_px
    right, bottom = (middle + half) / size_px
    return ThingSeen(Thing(what), Box(float(left), float(top), float(right), float(bottom)), sure)


def followed(person="p1", *, at=0.0, body=None, x_m=2.0, body_at_s=None, confirmed=True):
    """A track of somebody whose body was measured at `body_at_s`, or now."""
    sighting = Sighting(face=None, body=body or figure(), bearing_rad=0.0, ranges=())
    one = Track(
        person=PersonId(person), state=np.array([x_m, 0.0, 0.0, 0.0]), spread=np.eye(4), at=at,
        first_at=0.0, seen_at=at, sighting=sighting,
    )  # fmt: skip
    one.confirmed, one.body = confirmed, sighting.body
    one.body_at = at if body_at_s is None else body_at_s
    return one


class FakeObjects:
    """Finds what it is told to; remembers where it was asked to look."""

    def __init__(self, things=()):
        self.things, self.looks, self.closed = tuple(things), [], False

    def find(self, pixels, around):
        self.looks.append(around)
        return self.things

    def close(self):
        self.closed = True
