"""By what a unit was read: maps of a face, where FACS sees the unit, and what chance would give."""

from dataclasses import replace

import numpy as np
import pytest

from perception.faces.network import blame, inputs, load
from perception.faces.points import READ_POINTS, REGIONS
from perception.faces.reader import hidden_parts, share_in_regions
from perception.faces.sensitivity import Share, dealt_anew, explained, parts_inside
from perception.faces.units import NUMBERS, SHAPE, UNITS

WEIGHTS = load()
COUNT = 3 * len(READ_POINTS)
JAW, SMILE = NUMBERS.index(26), NUMBERS.index(12)
LOWER = [14, 17, 152, 148, 377, 176, 400, 199, 175, 200, 18, 87, 317, 178, 402]


def dropped():
    """What the network is given of a face whose jaw has dropped, and which shakes a little."""
    moved = np.random.default_rng(3).normal(0, 0.0005, WEIGHTS.face_m.shape)
    moved[LOWER, 1] -= 0.02
    return inputs(moved, np.zeros(3))


def reading_only(*regions):
    """A reader of a dropped jaw that looks at the height of these regions' points alone."""
    first = np.zeros_like(WEIGHTS.first)
    for region in regions:
        for i in REGIONS[region]:
            first[3 * READ_POINTS.index(i) + 1, 0] = -0.01
    second = np.zeros_like(WEIGHTS.second)
    second[0, SHAPE["jawOpen"]] = 1.0
    nothing = np.zeros_like
    return replace(
        WEIGHTS, first=first, second=second, first_bias=nothing(WEIGHTS.first_bias),
        second_bias=nothing(WEIGHTS.second_bias),
    )  # fmt: skip


def test_a_map_gives_each_point_that_is_read_its_share_and_nothing_to_the_others():
    found = explained(WEIGHTS, dropped(), JAW)
    unread = np.setdiff1d(np.arange(478), READ_POINTS)
    heat = blame(WEIGHTS, dropped(), JAW)

    assert found.sensitivity.shape == (478,)
    assert found.sensitivity.sum() == pytest.approx(1)
    assert not found.sensitivity[unread].any()
    assert found.sensitivity[READ_POINTS[5]] == pytest.approx(heat[5] / heat.sum())
    assert sum(share for _, share in found.regions) == pytest.approx(1)


def test_what_is_told_of_a_map_is_what_is_in_it():
    found = explained(WEIGHTS, dropped(), JAW)
    lips = found.sensitivity[list(REGIONS["lips"])].sum()
    shares = [share for _, _, share in found.landmarks]

    assert dict(found.regions)["lips"] == pytest.approx(lips)
    assert shares[0] == pytest.approx(found.sensitivity.max())
    assert shares == sorted(shares, reverse=True)
    for point, region, share in found.landmarks:
        assert point in REGIONS[region]
        assert share == pytest.approx(found.sensitivity[point])


def test_a_reader_that_looks_where_facs_looks_lies_inside_and_beyond_chance():
    found = explained(reading_only("chin", "lips"), dropped(), JAW)

    assert UNITS[JAW].regions == ("chin", "lips")
    assert found.sensitive.inside == pytest.approx(1)
    assert found.sensitive.beyond_chance
    assert {region for _, region, _ in found.landmarks} <= {"chin", "lips"}
    assert found.sensitive.dealt == pytest.approx(found.points_inside, abs=0.03)


def test_a_reader_that_looks_elsewhere_lies_outside():
    found = explained(reading_only("left brow", "nose"), dropped(), JAW)

    assert found.sensitive.inside == pytest.approx(0)
    assert not found.sensitive.beyond_chance


@pytest.mark.parametrize(("inside", "beyond"), [(0.2, False), (0.4, False), (0.5, True)])
def test_beyond_chance_is_more_than_nineteen_in_twenty_of_the_readers_dealt_anew(inside, beyond):
    share = Share(inside=inside, dealt=0.3, dealt_low=0.15, dealt_high=0.45)

    assert share.beyond_chance is beyond


def test_what_dealing_anew_gives_mostly_lies_between_its_bounds():
    known, rng = dropped(), np.random.default_rng(5)
    chance = explained(WEIGHTS, known, JAW).sensitive
    shares = [share_in_regions(dealt_anew(WEIGHTS, rng), known, JAW)[0] for _ in range(100)]
    between = np.mean([chance.dealt_low <= share <= chance.dealt_high for share in shares])

    assert 0.75 < between < 0.99


@pytest.mark.parametrize("unit", range(len(UNITS)))
def test_with_landmarks_dealt_anew_the_share_inside_is_the_share_of_points(unit):
    """The control: what such readers look at has nothing to do with the face."""
    rng, known = np.random.default_rng(11), dropped()
    shares = [share_in_regions(dealt_anew(WEIGHTS, rng), known, unit) for _ in range(60)]
    inside, points = np.mean(shares, axis=0)

    assert inside == pytest.approx(points, abs=0.02)


def test_landmarks_are_dealt_whole_and_the_head_stays():
    other = dealt_anew(WEIGHTS, np.random.default_rng(2))
    before = WEIGHTS.first[:COUNT].reshape(len(READ_POINTS), -1)
    after = other.first[:COUNT].reshape(len(READ_POINTS), -1)

    assert np.array_equal(np.sort(before[:, 0]), np.sort(after[:, 0]))
    places = [int(np.flatnonzero((before == row).all(axis=1))[0]) for row in after]
    assert sorted(places) == list(range(len(READ_POINTS)))
    assert np.mean(np.array(places) == np.arange(len(READ_POINTS))) < 0.1
    assert np.array_equal(other.first[COUNT:], WEIGHTS.first[COUNT:])


def test_what_it_is_read_by_is_told_with_the_same_control():
    known = dropped()
    found = explained(WEIGHTS, known, JAW)
    rng, shares = np.random.default_rng(JAW), []
    for _ in range(60):
        if parts := hidden_parts(dealt_anew(WEIGHTS, rng), known, JAW):
            shares.append(parts_inside(parts, JAW))

    assert found.parts == hidden_parts(WEIGHTS, known, JAW)
    assert found.read_by.inside == pytest.approx(sum(dict(found.parts)[p] for p in ("lips",)))
    assert found.read_by.dealt == pytest.approx(np.mean(shares))
    assert found.read_by.dealt_low < found.read_by.dealt < found.read_by.dealt_high
    assert found.read_by_points[17] == pytest.approx(dict(found.parts)["lips"])
    assert not found.read_by_points[list(REGIONS["left brow"])].any()


def test_a_face_that_does_nothing_is_read_by_nothing():
    found = explained(reading_only("lips"), inputs(np.zeros((478, 3)), np.zeros(3)), JAW)

    assert found.parts == ()
    assert found.read_by is None
    assert not found.read_by_points.any()


def test_two_runs_say_the_same():
    one, two = explained(WEIGHTS, dropped(), SMILE), explained(WEIGHTS, dropped(), SMILE)

    assert one.sensitive == two.sensitive
    assert one.read_by == two.read_by
