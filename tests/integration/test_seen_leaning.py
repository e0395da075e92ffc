"""A figure that leans, drawn, before the real networks: what is told of it, and what is done."""

import math

import numpy as np
import pytest

from actuation.embodiments.room_camera import Figure, RoomCamera
from actuation.embodiments.vrm_file import read_character
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import multiply, turned
from actuation.motion import JOINT_INDEX
from agent.bench.handover import CHARACTER, told_of
from agent.models import MODELS, is_whole, models_folder
from perception.senses import Picture

pytestmark = pytest.mark.skipif(
    not all(is_whole(model, models_folder()) for model in MODELS),
    reason="needs the perception models: foyer models pull",
)
HZ, SECONDS = 5, 2.4


def leant(forward_deg, left_deg):
    """The trunk over the hips leant so, hands as at rest."""
    joints = rest_pose()
    spine = JOINT_INDEX["spine"]
    lean = turned(0.0, math.radians(-forward_deg), math.radians(-left_deg))
    joints[spine] = multiply(lean, joints[spine])
    return np.asarray(joints, np.float32)


class Standing:
    """A drawn figure in one pose, three metres off."""

    def __init__(self, camera, joints):
        self._camera, self._joints = camera, joints

    async def pictures(self):
        rng = np.random.default_rng(4)
        for k in range(round(SECONDS * HZ)):
            figure = Figure(x_m=3.0, y_m=0.02 * math.sin(k), front_rad=math.pi, joints=self._joints)
            yield Picture(at=k / HZ, pixels=self._camera.picture([figure], rng))


def told(camera, forward_deg, left_deg):
    """Degrees forward and left, the middle of all sightings that tell them."""
    seen = [one.seen for one in told_of(Standing(camera, leant(forward_deg, left_deg)))]
    leans = [(s.lean_forward_rad, s.lean_left_rad) for s in seen if s.lean_forward_rad is not None]
    assert len(leans) > len(seen) / 2
    return np.degrees(np.median(leans, axis=0))


def test_a_drawn_lean_is_told_to_its_side_and_an_upright_figure_has_none():
    camera = RoomCamera(read_character(CHARACTER))
    upright, left, right = (told(camera, 0, deg) for deg in (0, 15, -15))
    assert abs(upright[1]) < 4
    assert 7 < left[1] - upright[1] < 22
    assert -22 < right[1] - upright[1] < -7
