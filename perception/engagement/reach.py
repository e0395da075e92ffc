"""Where the hands of a body are in the room. Pure geometry."""

import math

import numpy as np

from perception.engagement.touch import Hand
from perception.eyes.bodies import (
    LEFT_SHOULDER,
    LEFT_WRIST,
    NOSE,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    SEEN,
)
from perception.eyes.camera import Lens
from perception.eyes.sightings import Body, Cue


def hands_of(body: Body, lens: Lens) -> tuple[Hand, ...]:
    """The hands that are seen, hung on the chest's place and the eyes' height."""
    if body.world is None or body.visible is None or body.eyes_height_m is None:
        return ()
    away_m = next((r.distance_m for r in body.ranges if r.cue is Cue.BODY), None)
    if away_m is None:
        return ()
    chest = body.world[[LEFT_SHOULDER, RIGHT_SHOULDER]].mean(axis=0)
    at = away_m * np.array([math.cos(body.bearing_rad), math.sin(body.bearing_rad)])
    hands = []
    for wrist in (LEFT_WRIST, RIGHT_WRIST):
        if body.visible[wrist] > SEEN:
            x, y = at + lens.direction(body.world[wrist] - chest)[:2]
            above = float(lens.direction(body.world[wrist] - body.world[NOSE])[2])
            hands.append(
                Hand(
                    bearing_rad=math.atan2(y, x),
                    distance_m=math.hypot(x, y),
                    height_m=body.eyes_height_m + above,
                )
            )
    return tuple(hands)
