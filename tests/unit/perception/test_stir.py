"""Something tall that moves where nobody is known is felt; far screens and the light are not."""

import numpy as np

from perception.eyes.camera import Box
from perception.eyes.focus import STIR_LOOKS, FocusConfig, FocusPolicy
from perception.eyes.stir import Stir
from perception.senses import Picture


def picture(at, *boxes, light=0):
    pixels = np.full((240, 320, 3), 90 + light, np.uint8)
    for left, top, right, bottom in boxes:
        pixels[int(240 * top) : int(240 * bottom), int(320 * left) : int(320 * right)] = 220
    return Picture(at=at, pixels=pixels)


def felt(*pictures, known=()):
    stir = Stir()
    return [stir.feel(one, known) for one in pictures]


MAN, FAR = (0.85, 0.35, 1.0, 1.0), (0.5, 0.45, 0.55, 0.65)


def test_somebody_tall_who_comes_in_is_felt():
    assert felt(picture(0), picture(0.2, MAN)) == [False, True]


def test_somebody_far_off_is_not():
    assert felt(picture(0), picture(0.2, FAR)) == [False, False]


def test_who_is_known_may_move():
    known = [Box(0.8, 0.3, 1.0, 1.0)]
    assert felt(picture(0), picture(0.2, MAN), known=known) == [False, False]


def test_the_light_and_a_shaken_camera_are_not_somebody():
    assert felt(picture(0), picture(0.2, light=60)) == [False, False]
    assert felt(picture(0), picture(0.2, MAN, light=60)) == [False, True]
    rng = np.random.default_rng(1)
    noise = [
        Picture(at=i / 5, pixels=rng.integers(0, 255, (240, 320, 3), np.uint8)) for i in range(3)
    ]
    assert felt(*noise) == [False] * 3


def test_after_a_gap_or_another_size_nothing_is_compared():
    small = Picture(at=0.2, pixels=np.zeros((20, 30, 3), np.uint8))
    assert felt(picture(0), picture(5, MAN)) == [False, False]
    assert felt(picture(0), small) == [False, False]


def test_what_stirs_is_looked_at_before_its_turn():
    calm, stirred = FocusPolicy(FocusConfig()), FocusPolicy(FocusConfig())
    calm.choose(0.0, [])
    stirred.choose(0.0, [])
    assert calm.choose(0.1, []) is None
    assert stirred.choose(0.1, [], stir=True) is not None


def test_what_stirs_for_ever_and_is_nobody_costs_little():
    policy, looks = FocusPolicy(FocusConfig(idle_hz=0.1)), 0
    for i in range(300):
        looks += policy.choose(i / 15, [], stir=True) is not None
    assert looks <= STIR_LOOKS + 20 / 2 + 3
