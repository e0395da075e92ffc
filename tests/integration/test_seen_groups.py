"""Three who talk and three who wait are seen as such by the real networks, through all the eyes."""

import math

import numpy as np
import pytest

from actuation.embodiments.room_camera import Figure, RoomCamera
from actuation.embodiments.vrm_file import read_character
from agent.bench.handover import CHARACTER
from agent.core.messages import Arrangement, PersonLost, PersonSeen
from agent.models import MODELS, is_whole, models_folder
from perception.engagement.groups import GroupConfig, Groups
from perception.senses import Picture
from tests.fakes.eyes import look_at_all

pytestmark = pytest.mark.skipif(
    not all(is_whole(model, models_folder()) for model in MODELS),
    reason="needs the perception models: foyer models pull",
)
HZ, SECONDS = 8, 5.0
CIRCLE = [(2.5, -0.5, math.pi / 2 - 0.3), (2.5, 0.5, -math.pi / 2 + 0.3), (3.2, 0.0, math.pi)]
BEHIND_A_BACK = [(3.62, -0.06, 3.4), (2.60, 0.08, -0.33), (3.21, -0.78, 1.83)]
"""From behind one looks over the other's shoulder: a face right beside the back of a head."""
QUEUE = [(1.3, -0.3, math.pi), (2.3, 0.0, math.pi), (3.3, 0.35, math.pi)]


class Room:
    """Drawn figures that stand, each in two poses a centimetre apart; only the noise goes on."""

    def __init__(self, places):
        self._places = places

    async def pictures(self):
        camera, rng = RoomCamera(read_character(CHARACTER)), np.random.default_rng(11)
        drawn = [
            camera.picture(
                [
                    Figure(x_m=x, y_m=y + sway, front_rad=front, who=i, size=1 - 0.03 * i)
                    for i, (x, y, front) in enumerate(self._places)
                ],
                rng,
            )
            for sway in (0.0, 0.01)
        ]
        for k in range(round(SECONDS * HZ)):
            noise = rng.integers(-3, 4, drawn[0].shape, dtype=np.int16)
            pixels = np.clip(drawn[k // 3 % 2] + noise, 0, 255).astype(np.uint8)
            yield Picture(at=k / HZ, pixels=pixels)


def told_of(places):
    """Who was seen, and which formations were told to have come about."""
    people, told, groups = set(), [], Groups(GroupConfig())

    def take(message):
        if isinstance(message, PersonSeen):
            people.add(message.person)
        if isinstance(message, PersonSeen | PersonLost):
            told.extend(one for one in groups.take(message) if one.together)

    look_at_all(Room(places), take)
    return people, {(one.arrangement, len(one.people)) for one in told}


@pytest.mark.parametrize(
    ("places", "arrangement"),
    [
        (CIRCLE, Arrangement.CIRCLE),
        (BEHIND_A_BACK, Arrangement.CIRCLE),
        (QUEUE, Arrangement.QUEUE),
    ],
)
def test_three_are_seen_as_three_and_as_what_they_make_together(places, arrangement):
    people, told = told_of(places)
    assert len(people) == 3
    assert (arrangement, 3) in told
