"""The measures: known answers for known verdicts."""

import numpy as np
import pytest

from behavior.proactive.evaluation import (
    Score,
    Timing,
    Visitor,
    among_first,
    bothered,
    false_acts,
    median_lead_s,
    missed,
    reciprocal_rank,
    share_of,
    whom_right,
)
from behavior.proactive.labels import UNKNOWN


def timed(now, right):
    return Score(now=list(now), right=list(right), at=[i / 10 for i in range(len(now))])


def precision(score, tolerance=0):
    return Timing([score], tolerance).average_precision([0])


RIGHT = [0, 0, 0, 1, 1, 0, 0, 0]


def test_a_perfect_order_has_precision_one_and_area_one():
    score = timed([0.1, 0.1, 0.2, 0.9, 0.8, 0.2, 0.1, 0.1], RIGHT)
    assert precision(score) == pytest.approx(1.0)
    assert Timing([score], 0).area([0]) == pytest.approx(1.0)


def test_always_saying_yes_has_the_precision_of_chance():
    score = timed([1.0] * 8, RIGHT)
    assert precision(score) == pytest.approx(0.25)
    assert Timing([score], 0).area([0]) == pytest.approx(0.5)


def test_the_wrong_order_has_no_area():
    score = timed([1 - value for value in RIGHT], RIGHT)
    assert Timing([score], 0).area([0]) == pytest.approx(0.0)


def test_a_call_one_frame_early_is_forgiven_by_a_tolerance_of_one():
    early = timed([0, 0, 1, 1, 0, 0, 0, 0], RIGHT)
    assert precision(early, 0) < 0.7
    assert precision(early, 1) == pytest.approx(1.0)


def test_two_frames_early_is_forgiven_by_two_and_not_by_one():
    early = timed([0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0])
    assert precision(early, 1) < 0.5
    assert precision(early, 2) == pytest.approx(1.0)


def test_a_gap_in_time_is_no_neighbour():
    score = timed([0, 0, 1, 0, 0, 0, 0, 0], RIGHT)
    score.at = [0.0, 0.1, 0.2, 9.3, 9.4, 9.5, 9.6, 9.7]
    assert precision(score, 2) == pytest.approx(0.5)  # that of saying yes to everything
    assert precision(timed(score.now, RIGHT), 2) == pytest.approx(1.0)


def test_frames_of_unknown_truth_do_not_count():
    with_unknown = timed([0.9, 0.1, 0.2, 0.9, 0.8], [UNKNOWN, 0, 0, 1, 1])
    assert precision(with_unknown) == pytest.approx(1.0)


def test_ranks_and_persons():
    score = Score(ranks=[1, 2, 10], whom=[(True, False), (True, True), (False, True)])
    assert among_first(score, 1) == (1, 3)
    assert among_first(score, 5) == (2, 3)
    assert reciprocal_rank(score) == (pytest.approx(1 + 0.5 + 0.1), 3)
    assert whom_right(score) == (2, 3)
    assert whom_right(score, crowded=True) == (1, 2)


def test_what_people_would_notice():
    score = Score(hours=0.5)
    score.visitors = {
        1: Visitor(wants=True, comes_at=10.0, due_at=6.0, fired_at=7.5),
        2: Visitor(wants=True, comes_at=20.0, due_at=16.0, fired_at=21.0),
        3: Visitor(wants=True, comes_at=30.0, due_at=26.0),
        4: Visitor(wants=True, comes_at=None),  # was never near: nobody's fault
        5: Visitor(wants=False, fired_at=40.0),
        6: Visitor(wants=False),
    }
    assert median_lead_s([score]) == pytest.approx((2.5 - 1.0) / 2)
    assert missed(score) == (2, 3)
    assert false_acts(score) == (1, 0.5)
    assert bothered(score) == (1, 2)


def test_an_interval_holds_the_value_and_narrows_with_more_episodes():
    rng = np.random.default_rng(0)

    def some(count):
        return [Score(ranks=[int(rng.integers(1, 3))]) for _ in range(count)]

    few, many = (share_of(some(n), lambda s: among_first(s, 1)) for n in (10, 200))
    for one in (few, many):
        assert one.low <= one.value <= one.high
    assert many.high - many.low < few.high - few.low
