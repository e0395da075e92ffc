"""Movements under half a second, told by what a face did before and after."""

import numpy as np
import pytest

from perception.faces.brief import BRIEF_UNITS, COLUMNS, Brief, area_of, around
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
