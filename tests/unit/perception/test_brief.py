"""Movements under half a second, told by what a face did before and after."""

import numpy as np
import pytest

from perception.faces.brief import BRIEF_UNITS, COLUMNS, Brief, area_of, around
from perception.faces.leaning import Leaning
from perception.faces.network import load

WEIGHTS = load()
STILL = np.zeros(3)


def told(course, *, rate_hz=30, head=None, lids=None):
    """Of a face that does unit 12 as far as `course(at)` says, in times of noise, for 5 s."""
    brief, column = Brief(WEIGHTS), BRIEF_UNITS.index(12)
    plane = np.linalg.lstsq(WEIGHTS.brief_planes.T, np.eye(len(COLUMNS))[column], rcond=None)[0]
    way, said = plane * WEIGHTS.brief_noise[column], []
    for k in range(5 * rate_hz):
        at = k / rate_hz
        angles = STILL if head is None else head(at)
        said.append(
            brief.take(at, course(at) * way + 3.0, angles, 1.0 if lids is None else lids(at))
        )
    return [one for one in said if one is not None]


def pulse(lasts_s, begin_s=2.0, size=25.0):
    return lambda at: size * (begin_s <= at < begin_s + lasts_s)


def test_what_comes_and_goes_within_half_a_second_is_told_once_with_its_unit_and_time():
    (short,) = told(pulse(0.2))

    assert short.unit == 12
    assert short.at == pytest.approx(2.1, abs=0.07)
    assert short.sure > 0.9


@pytest.mark.parametrize("course", [lambda at: 0.0, pulse(9.0), lambda at: 8.0 * at])
def test_what_stays_drifts_or_is_nothing_is_not_told(course):
    assert told(course) == []


def test_two_movements_are_two():
    first, second = pulse(0.2), pulse(0.2, begin_s=3.2)

    assert len(told(lambda at: first(at) + second(at))) == 2


def test_a_head_on_its_way_makes_it_less_sure():
    def nods(at):
        return np.array([0.0, 0.2 * np.sin(2 * np.pi * 2 * at), 0.0])

    still, nodding = told(pulse(0.2, size=6.0)), told(pulse(0.2, size=6.0), head=nods)

    assert len(still) == 1
    assert not nodding or nodding[0].sure < still[0].sure - 0.05


def test_what_a_nodding_face_does_with_its_head_is_taken_away():
    leaning = Leaning(3)
    for k in range(90):
        rise = 0.1 * np.sin(2 * np.pi * 2 * k / 30)
        leaning.take(k / 30, np.array([0.0, rise, 0.0]), np.array([rise, 0.0, -2 * rise]))

    assert leaning.slopes[1] == pytest.approx([1.0, 0.0, -2.0], rel=0.25)
    assert np.abs(leaning.slopes[[0, 2]]).max() < 1e-9


def test_a_face_that_goes_with_its_own_nods_is_told_to_move_less_often():
    def nod(at):
        return 0.2 * np.sin(2 * np.pi * 2 * (at - 1)) * (at > 1)

    with_head = told(lambda at: 300 * nod(at), head=lambda at: np.array([0.0, nod(at), 0.0]))
    by_itself = told(lambda at: 300 * nod(at))

    assert len(with_head) <= 1  # the first way, of which nothing was known
    assert len(by_itself) >= 5


def test_a_head_that_hardly_moves_teaches_nothing_of_what_its_face_does_with_it():
    leaning = Leaning(3)
    for k in range(90):
        rise = 0.003 * np.sin(2 * np.pi * 2 * k / 30)
        leaning.take(k / 30, np.array([0.0, rise, 0.0]), np.array([rise, 0.0, 0.0]))

    assert np.abs(leaning.slopes).max() < 0.02


def test_what_a_face_did_with_its_head_long_ago_is_forgotten():
    leaning = Leaning(1)
    for k in range(60):
        leaning.take(k / 30, np.array([0.0, 0.1, 0.0]), np.array([0.1]))
    before = leaning.slopes[1, 0]
    leaning.take(60.0, np.zeros(3), np.zeros(1))

    assert before > 0.8
    assert leaning.slopes[1, 0] < 0.05


def test_a_blink_makes_it_less_sure():
    still, blinks = told(pulse(0.2, size=6.0)), told(
        pulse(0.2, size=6.0), lids=lambda at: 0.1 if 2.0 <= at < 2.2 else 1.0
    )  # fmt: skip

    assert len(still) == 1
    assert not blinks or blinks[0].sure < still[0].sure


def test_with_few_pictures_a_second_nothing_is_told():
    assert told(pulse(0.3), rate_hz=10) == []


def test_a_film_that_stops_for_a_while_begins_anew():
    brief = Brief(WEIGHTS)
    for at in (*np.arange(30) / 30, *(3.0 + np.arange(12) / 30)):
        brief.take(float(at), np.zeros(WEIGHTS.brief_planes.shape[0]), STILL, 1.0)

    assert not brief._signs


def test_a_moment_is_held_against_both_sides():
    at = np.arange(31) / 30
    bump = np.where(np.abs(at - 0.5) < 0.06, 1.0, 0.0)[:, None]
    step = (at > 0.5).astype(float)[:, None]
    ramp = at[:, None]

    assert around(at, bump, 0.5).rise[0] > 0.5
    assert around(at, ramp, 0.5).rise[0] == pytest.approx(0.0, abs=1e-9)
    assert around(at, step, 0.5).step[0] == pytest.approx(1.0)
    assert around(at, bump, 0.1) is None


def test_units_lie_in_four_areas():
    assert {area_of(unit) for unit in (1, 5, 9, 12)} == {
        "brows",
        "eyes",
        "nose and cheeks",
        "mouth",
    }
