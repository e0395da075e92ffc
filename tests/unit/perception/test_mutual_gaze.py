"""The published rule says what its authors' formula says, its weaknesses included."""

import math

import numpy as np
import pytest

from perception.engagement.mutual_gaze import Bond, MutualGaze, visual_bond


def bond(away_m, off_deg=0.0):
    off = math.radians(off_deg)
    gaze = np.array([-math.cos(off), math.sin(off), 0.0])
    return visual_bond(np.array([away_m, 0.0, 0.0]), gaze)


def test_beyond_2_76_m_even_perfect_mutual_gaze_is_no_vote():
    assert bond(2.75) > 0.5 > bond(2.77)


def test_within_arm_s_reach_25_degrees_aside_still_counts():
    assert bond(0.8, 25) > 0.5


def test_nothing_is_bound_behind_the_agent_or_with_the_back_turned():
    assert visual_bond(np.array([-1.0, 0, 0]), np.array([1.0, 0, 0])) == 0.0
    assert bond(1.0, 170) == 0.0
    assert bond(4.5) == 0.0


def test_two_who_are_each_outside_of_the_other_s_field_are_not_bound_by_it():
    aside = np.array([0.5, 1.9, 0.0])
    past = np.array([-0.9, 0.1, 0.0]) / math.hypot(0.9, 0.1)
    assert visual_bond(aside, past) == 0.0


def test_a_gaze_straight_along_the_line_between_them_has_an_angle():
    head = np.array([0.1, 1.0, 0.0])
    assert visual_bond(head, -head / np.linalg.norm(head)) == 0.0


def test_half_a_window_passes_before_anything_is_said():
    rule = MutualGaze(2.0)
    states = [rule.see(i / 10, 1.0) for i in range(12)]
    assert states[:9] == [Bond.UNKNOWN] * 9
    assert states[9:] == [Bond.DISENGAGED, Bond.ENGAGING, Bond.ENGAGED]


def test_a_bond_of_less_than_a_half_is_a_vote_against():
    rule = MutualGaze(2.0)
    assert [rule.see(i / 10, 0.4) for i in range(30)][-1] is Bond.DISENGAGED


def test_as_its_authors_configure_it_half_of_ten_seconds_pass():
    rule = MutualGaze()
    spoke = [i / 10 for i in range(100) if rule.see(i / 10, 1.0) is not Bond.UNKNOWN]
    assert spoke[0] == pytest.approx(4.9, abs=0.15)


@pytest.mark.parametrize("hz", [10, 15, 20, 25, 30, 60])
def test_one_vote_a_tenth_of_a_second_whatever_the_rate(hz):
    rule = MutualGaze(2.0)
    engaged = [i / hz for i in range(3 * hz) if rule.see(i / hz, 1.0) is Bond.ENGAGED]
    assert engaged[0] == pytest.approx(1.1, abs=0.1)
    assert len(engaged) == round((3 - engaged[0]) * hz)


@pytest.mark.parametrize(
    ("votes", "then"),
    [("+" * 40, Bond.ENGAGED), ("+" * 40 + "-" * 7, Bond.DISENGAGING)]
    + [("+" * 40 + "-" * 17, Bond.DISENGAGED), ("+" * 40 + "-" * 8 + "+" * 30, Bond.ENGAGED)],
)
def test_the_state_follows_the_mean_of_the_votes(votes, then):
    rule = MutualGaze(2.0)
    for i, vote in enumerate(votes):
        rule.see(i / 10, 1.0 if vote == "+" else 0.0)
    assert rule.state is then


@pytest.mark.parametrize(
    ("state", "for_it", "then"),
    [
        (Bond.DISENGAGED, 5, Bond.DISENGAGED),
        (Bond.DISENGAGED, 7, Bond.ENGAGING),
        (Bond.ENGAGING, 3, Bond.DISENGAGED),
        (Bond.ENGAGING, 5, Bond.ENGAGING),
        (Bond.ENGAGING, 14, Bond.ENGAGING),
        (Bond.ENGAGING, 16, Bond.ENGAGED),
        (Bond.ENGAGED, 13, Bond.DISENGAGING),
        (Bond.ENGAGED, 15, Bond.ENGAGED),
        (Bond.DISENGAGING, 4, Bond.DISENGAGED),
        (Bond.DISENGAGING, 6, Bond.DISENGAGING),
        (Bond.DISENGAGING, 15, Bond.DISENGAGING),
        (Bond.DISENGAGING, 17, Bond.ENGAGED),
    ],
)
def test_of_twenty_votes_so_many_carry_one_state_into_the_next(state, for_it, then):
    rule = MutualGaze(2.0)
    for i in range(19):
        rule.see(i / 10, 1.0 if i < for_it else 0.0)
    rule.state = state
    assert rule.see(1.9, 0.0) is then
