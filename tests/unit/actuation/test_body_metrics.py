"""Judges of bodies, each against numbers worked out by hand, and each trap of its formula."""

import math

import numpy as np
import pytest

from actuation.generators.metrics.body_beats import beat_consistency, beat_worth, onsets
from actuation.generators.metrics.body_contacts import violations
from actuation.generators.metrics.body_frechet import frechet_distance, frechet_interval
from actuation.generators.metrics.body_manner import (
    abruptness,
    elbow_swivel_rad,
    half_way_s,
    main_movement,
    stroke_size,
)
from actuation.generators.metrics.body_motion import (
    angular_speed,
    jerk_at_joins,
    mean_acceleration,
    mean_jerk,
)
from actuation.generators.metrics.body_slots import (
    Slot,
    matched_less_mismatched,
    movement_ends_s,
    slot_met,
    stress_alignment,
    within,
)
from actuation.generators.metrics.body_variety import l1_diversity, spread_over_seeds, srgr
from actuation.generators.rules_idle import rest_pose
from actuation.joints.clearance import Clearance
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.rotations import about, minimum_jerk
from actuation.joints.safety import SafetyLimits
from actuation.joints.skeleton import load_skeleton
from actuation.motion import JOINT_INDEX, JOINT_NAMES

HZ = 60.0


def still(seconds, rate_hz=HZ):
    joints = np.zeros((round(seconds * rate_hz), len(JOINT_NAMES), 4))
    joints[..., 3] = 1.0
    return joints


def turning(name, angles):
    """Everything at rest but one joint, which turns about Z by `angles`."""
    joints = still(len(angles) / HZ)
    joints[:, JOINT_INDEX[name]] = about("z", np.asarray(angles, float))
    return joints


# Motion


def test_a_joint_that_turns_a_tenth_of_a_radian_a_frame_turns_six_a_second():
    speed = angular_speed(turning("head", 0.1 * np.arange(5)), HZ)
    assert speed[:, JOINT_INDEX["head"]] == pytest.approx(6.0)
    assert speed[:, JOINT_INDEX["neck"]] == pytest.approx(0.0)


def test_acceleration_and_jerk_are_second_and_third_differences_of_positions():
    t = np.arange(6) / 10.0
    positions = np.zeros((6, 2, 3))
    positions[:, 0, 1] = t**3  # second difference 6 t, third 6; the other joint stands still
    assert mean_jerk(positions, 10.0) == pytest.approx(6.0 / 2)
    assert mean_acceleration(positions, 10.0) == pytest.approx(6.0 * np.mean(t[1:-1]) / 2)


def test_a_jump_of_speed_at_a_join_is_found_there_and_only_there():
    smooth = minimum_jerk(np.linspace(0, 1, 61)) * 2.0
    broken = smooth.copy()
    broken[31:] += 0.02
    at, inside = jerk_at_joins(turning("head", smooth), HZ, np.array([31]))
    assert at == pytest.approx(60.0, rel=0.05)  # 60 times the way, in the middle half of that
    at, inside = jerk_at_joins(turning("head", broken), HZ, np.array([31]))
    assert at > 20 * inside


def test_what_stands_still_flatters_neither_side_of_a_join():
    long_rest = np.concatenate([np.zeros(600), minimum_jerk(np.linspace(0, 1, 61))])
    short = jerk_at_joins(turning("head", long_rest[590:]), HZ, np.array([40]))
    long = jerk_at_joins(turning("head", long_rest), HZ, np.array([630]))
    assert long == pytest.approx(short)


# Beats


def swinging(count, period, column=0):
    """Speed 1.5 - cos, so a minimum every `period` frames from the first; 30 frames a second."""
    t = np.arange(count)
    positions = np.zeros((count, 1, 3))
    turn = 2 * np.pi / period
    positions[:, 0, column] = (1.5 * t - np.sin(turn * t) / turn) / 30.0
    return positions


def test_beats_on_onsets_score_one_and_beats_half_a_period_off_score_by_hand():
    positions = swinging(360, 30)
    lows = np.arange(3, 9) * 1.0
    found = beat_consistency(positions, lows, 30.0)
    shifted = beat_consistency(positions, lows + 0.5, 30.0)
    by_hand = math.exp(-(0.5**2) / (2 * 0.3**2))
    assert found == pytest.approx(1.0)
    assert shifted == pytest.approx(by_hand)


def test_a_joint_without_a_beat_counts_nothing():
    positions = np.concatenate([swinging(360, 30), np.zeros((360, 1, 3))], axis=1)
    lows = np.arange(3, 9) * 1.0
    whole = beat_consistency(positions[:, :1], lows, 30.0)
    assert beat_consistency(positions, lows, 30.0) == pytest.approx(whole / 2)


def test_the_published_threshold_is_looked_up_sixty_frames_off():
    # Fast at first and slow later: where the published code looks, the joint is still fast.
    t = np.arange(420)
    speed = np.where(t < 180, 4.0, 0.2) * (1 + 0.3 * np.cos(2 * np.pi * t / 30))
    positions = np.zeros((420, 1, 3))
    positions[:, 0, 0] = np.cumsum(speed) / 30.0
    onsets_s = np.arange(5, 11) + 0.5
    repaired = beat_consistency(positions, onsets_s, 30.0, mean_speed=np.array([1.0]))
    published = beat_consistency(
        positions, onsets_s, 30.0, mean_speed=np.array([1.0]), published=True
    )
    assert published > repaired


def test_the_published_positions_are_folded_about_their_mean():
    # There and back through the mean: folding makes the crossing a stop, and so a beat.
    positions = np.zeros((300, 1, 3))
    positions[:, 0, 0] = np.sin(2 * np.pi * np.arange(300) / 50)
    crossings = 25 * np.arange(4, 8) / 30.0
    mean = np.array([0.1])
    # It really stops 12.5 frames away from there.
    by_hand = math.exp(-((12 / 30) ** 2) / (2 * 0.3**2))
    found = beat_consistency(positions, crossings, 30.0, mean_speed=mean)
    assert found == pytest.approx(by_hand, abs=0.03)
    folded = beat_consistency(positions, crossings, 30.0, mean_speed=mean, published=True)
    assert folded == pytest.approx(1.0)


def test_consistency_is_worth_nothing_for_a_motion_that_does_not_know_the_sound():
    random = np.random.default_rng(3)
    positions = swinging(3600, 33)
    with_sound, z = beat_worth(swinging(900, 30), np.arange(1, 29) * 1.0, 30.0)
    without, no_z = beat_worth(positions, np.sort(random.uniform(0, 120, 118)), 30.0)
    assert with_sound > 0.2
    assert z > 0.5
    assert abs(without) < 0.1
    assert abs(no_z) < 2.5


def test_onsets_are_where_sound_sets_in():
    rate = 16_000
    t = np.arange(2 * rate) / rate
    sound = np.where((t % 0.5) < 0.2, np.sin(2 * np.pi * 200 * t), 0.0).astype(np.float32)
    found = onsets(sound, rate)
    for at in (0.5, 1.0, 1.5):
        assert np.abs(found - at).min() < 0.03
    assert len(onsets(np.zeros(rate, np.float32), rate)) == 0


# Variety


def test_l1_diversity_is_the_sum_over_coordinates_of_the_distance_from_the_mean():
    positions = np.zeros((4, 2, 3))
    positions[:, 0, 0] = [0, 2, 0, 2]  # mean 1, each 1 off
    positions[:, 1, 2] = [0, 0, 4, 4]  # mean 2, each 2 off
    before = positions.copy()
    assert l1_diversity(positions) == pytest.approx(3.0)
    assert np.array_equal(positions, before), "the published code overwrites what it is given"


def test_recall_counts_joints_within_a_tenth_by_the_sum_of_axes():
    real = np.zeros((2, 2, 3))
    made = real.copy()
    made[0, 0] = [0.04, 0.04, 0.04]  # 0.12 in sum, though 0.07 away
    made[1, 1] = [0.09, 0.0, 0.0]
    assert srgr(made, real) == pytest.approx(3 / 4)
    weighed = srgr(made, real, np.array([1.0, 0.0]))
    assert weighed == pytest.approx((1 / 4) / 0.165)
    with pytest.raises(ValueError, match="same times"):
        srgr(made[:1], real)


def test_spread_over_seeds_is_the_mean_angle_of_all_pairs():
    a, b, c = (turning("head", np.full(3, angle)) for angle in (0.0, 0.2, 0.6))
    by_hand = (0.2 + 0.6 + 0.4) / 3 / len(JOINT_NAMES)
    assert spread_over_seeds([a, b, c]) == pytest.approx(by_hand)
    assert math.isnan(spread_over_seeds([a]))


def test_the_frechet_distance_of_two_normal_distributions_is_by_hand():
    random = np.random.default_rng(1)
    a = random.normal(size=(20_000, 2)) * [1.0, 2.0]
    b = random.normal(size=(20_000, 2)) * [3.0, 2.0] + [4.0, 0.0]
    # |m|^2 + (1 - 3)^2 + (2 - 2)^2 for covariances that share their axes.
    assert frechet_distance(a, b) == pytest.approx(16 + 4, rel=0.03)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)
    low, high = frechet_interval(a[:200], b[:200], draws=40)
    assert low < 20 < high


# Slots


def arriving(apex_s, hold_s=0.5, seconds=3.0):
    """An elbow that bends by 1.2 within half a second, ends at `apex_s`, holds and returns."""
    at = np.arange(0, seconds, 1 / HZ)
    rise = minimum_jerk((at - apex_s + 0.5) / 0.5)
    fall = minimum_jerk((at - apex_s - hold_s) / 0.5)
    return at, turning("rightLowerArm", 1.2 * rise * (1 - fall))


def slot(at_s):
    pose = about("z", np.array([1.2]))
    return Slot("x", at_s, np.array([JOINT_INDEX["rightLowerArm"]]), pose)


@pytest.mark.parametrize("late_s", [-0.08, 0.0, 0.05, 0.2])
def test_a_slot_is_late_by_as_much_as_its_apex(late_s):
    at, joints = arriving(1.5 + late_s)
    found = slot_met(joints, at, slot(1.5))
    # A held pose is reached, to a thousandth, 23 ms before its end by minimum jerk over 0.5 s.
    assert found.late_s == pytest.approx(late_s - 0.023, abs=0.02)
    assert found.pose_error_rad == pytest.approx(0.0, abs=1e-4)


def test_a_pose_that_is_passed_is_timed_between_frames():
    at, joints = arriving(1.5071, hold_s=0.0)
    assert slot_met(joints, at, slot(1.5)).late_s == pytest.approx(0.0071, abs=0.02)


def test_a_pose_that_never_comes_shows_in_its_error():
    at = np.arange(0, 3, 1 / HZ)
    found = slot_met(turning("rightLowerArm", np.zeros(len(at))), at, slot(1.5))
    assert found.pose_error_rad == pytest.approx(1.2)


def test_the_share_within_a_limit_counts_both_sides():
    at, early = arriving(1.40)
    found = [slot_met(arriving(1.5)[1], at, slot(1.5)), slot_met(early, at, slot(1.5))]
    assert within(found, 0.05) == pytest.approx(0.5)


def test_movements_end_where_the_hand_comes_to_rest():
    at = np.arange(0, 4, 1 / HZ)
    speed = np.zeros(len(at))
    for start in (0.5, 2.0):
        s = np.clip((at - start) / 0.5, 0, 1)
        speed += 30 * (s * (1 - s)) ** 2
    ends = movement_ends_s(speed, at)
    assert ends == pytest.approx([1.0, 2.5], abs=0.06)
    assert stress_alignment(speed, at, ends) == pytest.approx(1.0)
    off = stress_alignment(speed, at, ends + 0.2)
    assert off == pytest.approx(math.exp(-(0.2**2) / (2 * 0.1**2)))


def test_matched_less_mismatched_is_the_diagonal_less_the_rest():
    scores = np.array([[0.9, 0.5, 0.3], [0.4, 0.8, 0.4], [0.1, 0.3, 0.7]])
    apart, error = matched_less_mismatched(scores)
    assert apart == pytest.approx(np.mean([0.9 - 0.4, 0.8 - 0.4, 0.7 - 0.2]))
    assert error == pytest.approx(np.std([0.5, 0.4, 0.5], ddof=1) / math.sqrt(3))


# Contacts


def test_a_hand_in_the_chest_a_bent_back_elbow_and_a_snap_are_each_found():
    skeleton = load_skeleton()
    clearance, limits = Clearance(skeleton), SafetyLimits(skeleton)
    rest = np.repeat(rest_pose(skeleton)[None], 30, axis=0)
    calm = violations(rest, clearance, limits)
    assert (calm.collisions, calm.bent, calm.hasty) == (0, 0, 0)

    inside = rest.copy()
    chest = Reach(hand=(0.05, -0.25, 0.15), palm=(0, 0, -1), fingers=(-1, 0.2, 0))
    for name, turn in solve_arm(skeleton, "left", chest).items():
        inside[:, JOINT_INDEX[name]] = turn.quat
    touching = violations(inside, clearance, limits)
    assert touching.collisions == 30
    assert touching.deepest_m > 0.02

    broken = rest.copy()
    broken[10:, JOINT_INDEX["rightIndexProximal"]] = about("z", np.array(-1.2))
    found = violations(broken, clearance, limits)
    assert found.bent == 20
    assert found.hasty > 0


# Manner


def reaching(size, seconds):
    s = minimum_jerk(np.linspace(0, 1, round(seconds * HZ)))
    back = s[::-1]
    there = np.concatenate([s, back])[:, None]
    return np.array([0.33, -0.40, 0.5]) + there * [size, 0.0, 0.0]


def test_size_is_of_the_way_and_duration_of_the_time_alone():
    assert stroke_size(reaching(0.3, 0.5)) == pytest.approx(0.3)
    # More than half way from the middle of the way there to the middle of the way back.
    assert half_way_s(reaching(0.3, 0.5), HZ) == pytest.approx(0.5, abs=0.04)
    assert half_way_s(reaching(0.6, 0.5), HZ) == half_way_s(reaching(0.3, 0.5), HZ)
    assert half_way_s(reaching(0.3, 1.0), HZ) == pytest.approx(1.0, abs=0.04)


def test_abruptness_of_minimum_jerk_is_known_and_knows_no_size_or_length():
    for size, seconds in ((0.2, 0.6), (0.7, 0.6), (0.2, 2.0)):
        s = minimum_jerk(np.linspace(0, 1, round(seconds * 600)))[:, None]
        # 256 (1 - 2a)^3 times the integral of (2 - 12 s + 12 s^2)^2 from a to 1 - a, a = 0.0253.
        assert abruptness(s * [size, 0, 0]) == pytest.approx(math.log(137.2), abs=0.1)
    hard = minimum_jerk(minimum_jerk(np.linspace(0, 1, 600)))[:, None]
    assert abruptness(hard * [0.2, 0, 0]) > math.log(137.2) + 0.4


def test_an_elbow_turned_a_quarter_out_has_that_swivel():
    positions = np.zeros((1, len(JOINT_NAMES), 3))
    positions[:, JOINT_INDEX["leftHand"]] = [0, 0, 0.5]
    for angle in (0.0, 0.6, -0.4):
        elbow = [0.2 * math.sin(angle), -0.2 * math.cos(angle), 0.25]
        positions[:, JOINT_INDEX["leftLowerArm"]] = elbow
        assert elbow_swivel_rad(positions, "left")[0] == pytest.approx(angle, abs=1e-6)


def test_of_two_hits_that_look_alike_the_one_on_the_stress_counts():
    """A hammer falls twice: the second fall, nearer by a rounding error, is not this one's apex."""
    at = np.arange(0, 3, 1 / HZ)
    falls = np.exp(-(((at - 1.5) / 0.08) ** 2)) + np.exp(-(((at - 1.97) / 0.08) ** 2))
    found = slot_met(turning("rightLowerArm", 1.2 * falls * (1 + 1e-6 * at)), at, slot(1.5))
    assert found.late_s == pytest.approx(0.0, abs=0.02)
    weaker = np.where(at < 1.7, 0.9, 1.0) * falls
    found = slot_met(turning("rightLowerArm", 1.2 * weaker), at, slot(1.5))
    assert found.late_s == pytest.approx(0.47, abs=0.02)


def test_the_main_movement_is_found_between_stirring_and_standing_still():
    s = minimum_jerk(np.linspace(0, 1, 61))[:, None]
    still = np.zeros((30, 1))
    stirs = 0.02 * minimum_jerk(np.linspace(0, 1, 31))[:, None]
    way = np.concatenate([still, stirs, still + stirs[-1], stirs[-1] + s, still + 1.02])
    found = main_movement(way)
    assert 40 < len(found) < 61
    assert abruptness(found) == pytest.approx(abruptness(main_movement(s)), abs=1e-9)
    assert main_movement(s[:30])[-1] == s[29]  # cut off in its middle: as far as it is seen
