"""Who is known is painted out, who is spared stays, and the picture that came in is not touched."""

import numpy as np
import pytest

from perception.eyes.sightings import Known
from tests.fakes.people import body_at

pytest.importorskip("cv2")
painting = pytest.importorskip("perception.backends.painting")

GREY, SHIRT = 120, 250
HEIGHT_PX, WIDTH_PX = 240, 320


def standing(middle):
    """An outline in fractions: head at the top, feet at the bottom."""
    points = np.full((33, 2), (middle, 0.5))
    points[:11, 1] = 0.2
    for left, right, at in ((11, 12, 0.3), (13, 14, 0.42), (23, 24, 0.55), (27, 28, 0.9)):
        points[[left, right]] = [[middle + 0.03, at], [middle - 0.03, at]]
    return points


def room(*middles):
    pixels = np.full((HEIGHT_PX, WIDTH_PX, 3), GREY, np.uint8)
    for middle in middles:
        column = round(middle * WIDTH_PX)
        pixels[50:200, column - 8 : column + 8] = SHIRT
    return pixels


def bright(pixels, middle):
    column = round(middle * WIDTH_PX)
    return float((pixels[60:190, column - 6 : column + 6] > 200).mean())


def test_a_known_body_is_gone_and_another_is_there():
    pixels = room(0.3, 0.7)
    bare = painting.painted_out(pixels, [Known(outline=standing(0.3))])
    assert bright(bare, 0.3) < 0.1
    assert bright(bare, 0.7) == 1.0
    assert bright(pixels, 0.3) == 1.0


def test_what_it_is_painted_with_is_what_lies_round_it():
    bare = painting.painted_out(room(0.3), [Known(outline=standing(0.3))])
    assert abs(bare[100:180, 90:102].astype(int) - GREY).max() < 25


def test_who_is_spared_stays_before_whoever_is_behind():
    behind, front = Known(outline=standing(0.5)), Known(outline=standing(0.52), spared=True)
    assert bright(painting.painted_out(room(0.52), [behind, front]), 0.52) > 0.9
    assert bright(painting.painted_out(room(0.52), [front, behind]), 0.52) < 0.6


def test_with_nobody_to_paint_it_is_the_same_picture():
    pixels = room(0.3)
    assert painting.painted_out(pixels, [Known(outline=standing(0.3), spared=True)]) is pixels


def test_a_picture_full_of_people_is_still_a_picture():
    crowd = [Known(outline=standing(x)) for x in np.linspace(0, 1, 12)]
    bare = painting.painted_out(room(0.5), crowd)
    assert bare.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert bare.dtype == np.uint8


def test_what_is_left_of_who_was_painted_out_is_nobody():
    left = body_at(2.0)
    outline = np.tile(left.head.center, (33, 1))
    assert painting.is_left_of(left, [Known(outline=outline)])
    assert not painting.is_left_of(left, [Known(outline=outline, spared=True)])
    assert not painting.is_left_of(body_at(2.0, 0.5), [Known(outline=outline)])
