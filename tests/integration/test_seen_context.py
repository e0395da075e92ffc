"""What norms ask of a telephone and of low eyes, the real networks tell of who is drawn."""

import math

import numpy as np
import pytest

from actuation.embodiments.room_camera import EYES_M, Figure, RoomCamera
from actuation.embodiments.vrm_file import read_character
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import about, multiply
from actuation.motion import JOINT_INDEX
from agent.bench.handover import CHARACTER, told_of
from agent.core.messages import Act
from agent.models import MODELS, is_whole, models_folder
from behavior.norms.facts import Facts
from behavior.situation.state import Situation
from behavior.situation.update import update
from behavior.wishes import UNNUMBERED, Wish, because
from perception.senses import Picture

pytestmark = pytest.mark.skipif(
    not all(is_whole(model, models_folder()) for model in MODELS),
    reason="needs the perception models: foyer models pull",
)
HZ = 5


def on_the_phone():
    """The right hand at the ear."""
    joints = rest_pose()
    upper = multiply(multiply(about("y", -1.157), about("z", -1.031)), about("x", -1.531))
    joints[JOINT_INDEX["rightUpperArm"]] = upper
    joints[JOINT_INDEX["rightLowerArm"]] = about("y", 2.366)
    return np.asarray(joints, np.float32)


class Standing:
    """A figure that sways a little, in three poses; the camera's noise goes on."""

    def __init__(self, camera, *, seconds, **figure):
        self._camera, self._seconds, self._figure = camera, seconds, figure

    async def pictures(self):
        rng = np.random.default_rng(4)
        poses = [Figure(y_m=sway, **self._figure) for sway in (0.0, 0.02, -0.01)]
        drawn = [self._camera.picture([figure], rng) for figure in poses]
        for k in range(round(self._seconds * HZ)):
            noise = rng.integers(-3, 4, drawn[0].shape, dtype=np.int16)
            pixels = np.clip(drawn[k % 3] + noise, 0, 255).astype(np.uint8)
            yield Picture(at=k / HZ, pixels=pixels)


@pytest.fixture(scope="module")
def camera():
    return RoomCamera(read_character(CHARACTER))


def fact(camera, name, **figure):
    """What a norm learns of the one in view, after all was seen."""
    situation, told = Situation(), told_of(Standing(camera, **figure))
    for one in told:
        situation = update(situation, one.seen)
    (who,) = {one.seen.person for one in told}
    act = Act(at=situation.now, act=UNNUMBERED, reason=because("greeting.words", ""), to=who)
    return Facts(situation, Wish(act=act))[name]


def test_a_hand_held_at_the_ear_is_up_for_as_long_as_it_is(camera):
    there = {"x_m": 1.8, "front_rad": math.pi - 0.3}
    calling = {"seconds": 3.4, "joints": on_the_phone()} | there
    assert fact(camera, "addressee.hand_up_s", **calling) > 2.0
    assert fact(camera, "addressee.hand_up_s", seconds=2.6, **there) is None


def test_eyes_of_a_small_one_are_as_high_as_where_the_feet_stand_says(camera):
    eyes_m = fact(camera, "addressee.eyes_m", seconds=6.0, x_m=3.6, size=0.65)
    assert eyes_m == pytest.approx(0.65 * EYES_M, abs=0.12)
