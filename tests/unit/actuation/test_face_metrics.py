"""Judges of faces, each against numbers worked out by hand, and each trap of its formula."""

import numpy as np
import pytest

from actuation.generators.metrics.blinks import blink_statistics
from actuation.generators.metrics.coupling import coupling, loudness_db
from actuation.generators.metrics.gaze import saccade_statistics, saccades, turning_speed
from actuation.generators.metrics.lips import TimedPhone
from actuation.generators.metrics.steadiness import (
    drift,
    fastest_jerk,
    longest_freeze_s,
    mouth_speed,
    silent_frames,
    twitches_per_minute,
)
from actuation.generators.metrics.vertices import (
    FacePoints,
    landmark_difference_published,
    landmark_velocity_difference,
    lip_vertex_error,
    upper_face_dynamics,
)
from actuation.generators.metrics.visemes import (
    VISEME_INDEX,
    labels_at,
    timing_errors_s,
    visemes_of,
)
from actuation.joints.rotations import minimum_jerk, turned
from actuation.motion import FACE_INDEX

FPS = 60


def phones(*named):
    """(name, seconds) in a row from time 0."""
    made, at = [], 0.0
    for name, length in named:
        made.append(TimedPhone(name=name, start_s=at, end_s=at + length))
        at += length
    return made


def jump(times, at, size, duration_s):
    return size * minimum_jerk((times - at) / duration_s)


# Vertices


def two_points(*frames):
    """(n, 2, 3) of two vertices that move along x only."""
    return np.array([[[x, 0.0, 0.0] for x in frame] for frame in frames])


def test_lve_is_the_worst_vertex_squared_and_no_root_is_taken():
    truth = two_points((0, 0), (0, 0))
    made = two_points((3, 1), (0, 2))
    # Worst of each frame: 9 and 4. A mean over vertices would give 3.5, a root 2.5.
    assert lip_vertex_error(made, truth) == pytest.approx(6.5)


def test_lve_takes_all_three_directions_of_one_vertex_together():
    made = np.array([[[1.0, 2.0, 2.0], [2.9, 0.0, 0.0]]])
    assert lip_vertex_error(made, np.zeros((1, 2, 3))) == pytest.approx(9.0)


def test_fdd_says_by_its_sign_who_is_livelier():
    neutral = np.zeros((1, 3))
    truth = np.array([[[0.0, 0, 0]], [[2.0, 0, 0]]])  # squares 0 and 4: deviation 2
    made = np.array([[[0.0, 0, 0]], [[1.0, 0, 0]]])  # squares 0 and 1: deviation 0.5
    assert upper_face_dynamics(made, truth, neutral) == pytest.approx(1.5)
    assert upper_face_dynamics(truth, made, neutral) == pytest.approx(-1.5)


def test_fdd_is_the_mean_over_vertices_of_deviations_over_time():
    neutral = np.zeros((2, 3))
    truth = two_points((0, 5), (2, 5))  # deviations 2 and 0
    still = two_points((0, 0), (0, 0))
    assert upper_face_dynamics(still, truth, neutral) == pytest.approx(1.0)


def test_lvd_as_published_is_an_error_of_position():
    truth = two_points((0, 0), (1, 1), (3, 3))
    made = truth.copy()
    made[..., 0] += 0.6  # off by the same all the time: its velocity is right
    assert landmark_difference_published(made, truth) == pytest.approx(0.2)  # 0.6 of 3 numbers
    assert landmark_velocity_difference(made, truth) == pytest.approx(0.0)
    by_position = np.mean(np.abs(made[1:] - truth[1:]))
    assert landmark_difference_published(made, truth) == pytest.approx(by_position)


def test_lvd_as_meant_is_an_error_of_velocity():
    truth = two_points((0, 0), (1, 1), (3, 3))
    made = two_points((0, 0), (2, 1), (3, 3))  # steps 2 and 1 instead of 1 and 2 at one vertex
    assert landmark_velocity_difference(made, truth) == pytest.approx(2 / 12)
    assert landmark_difference_published(made, truth) == pytest.approx(1 / 12)


def test_points_are_chosen_by_what_moves_them_and_posed_by_shapes():
    points = np.array([[0, 0, 0], [0, 1, 0], [0, 2, 0]], np.float32)
    morphs = np.zeros((52, 3, 3), np.float32)
    morphs[FACE_INDEX["mouthPucker"], 0, 2] = 0.01
    morphs[FACE_INDEX["jawOpen"], :2, 1] = -0.02
    morphs[FACE_INDEX["browInnerUp"], 1:, 1] = 0.005
    face = FacePoints.of(points, morphs)
    assert face.lips.tolist() == [[0, 0, 0]]
    assert face.upper.tolist() == [[0, 2, 0]]  # the second moves with the jaw as well
    shapes = np.zeros((1, 52))
    shapes[0, FACE_INDEX["jawOpen"]] = 0.5
    shapes[0, FACE_INDEX["browInnerUp"]] = 1.0
    assert face.posed_lips(shapes)[0, 0] == pytest.approx([0, -0.01, 0])
    assert face.posed_upper(shapes)[0, 0] == pytest.approx([0, 2.005, 0])


# Visemes


def test_a_diphthong_is_two_visemes_and_every_phone_has_one():
    seen = visemes_of(phones(("b", 0.1), ("ay", 0.2)))
    assert [v.name for v in seen] == ["PP", "aa", "I"]
    assert seen[1].end_s == pytest.approx(0.1 + 0.6 * 0.2)
    labels = labels_at(np.array([-0.05, 0.05, 0.15, 0.25, 0.35]), phones(("b", 0.1), ("ay", 0.2)))
    assert labels.tolist() == [VISEME_INDEX[n] for n in ("sil", "PP", "aa", "I", "sil")]


@pytest.mark.parametrize("late_s", [-0.05, 0.0, 0.04])
def test_viseme_timing_is_the_peak_of_the_right_channel_against_the_middle(late_s):
    said = phones(("k", 0.3), ("w", 0.1), ("k", 0.3))
    times = np.arange(0, 0.7, 1 / FPS)
    faces = np.zeros((len(times), 52))
    peak = np.exp(-(((times - 0.35 - late_s) / 0.05) ** 2))
    faces[:, FACE_INDEX["mouthPucker"]] = 0.8 * peak
    (error,) = timing_errors_s(times, faces, said)
    assert error == pytest.approx(late_s, abs=0.6 / FPS)


def test_viseme_timing_of_a_closure_is_the_middle_of_the_closed_stretch():
    said = phones(("aa", 0.3), ("m", 0.1), ("aa", 0.3))
    times = np.arange(0, 0.7, 1 / FPS)
    faces = np.zeros((len(times), 52))
    faces[:, FACE_INDEX["jawOpen"]] = np.where(np.abs(times - 0.37) < 0.06, 0.0, 0.5)
    closure = timing_errors_s(times, faces, [TimedPhone(name="k", start_s=0, end_s=0.3), said[1]])
    assert closure == pytest.approx([0.02], abs=0.6 / FPS)


def test_lips_that_are_all_but_flat_while_closed_are_timed_by_their_middle():
    times = np.arange(0, 0.7, 1 / FPS)
    faces = np.zeros((len(times), 52))
    # Shut from 0.29 to 0.41 s, a hair tighter at the end.
    shut = np.where((times > 0.29) & (times < 0.41), 0.01 - 0.02 * (times - 0.29), 0.5)
    faces[:, FACE_INDEX["jawOpen"]] = shut
    (error,) = timing_errors_s(times, faces, [TimedPhone(name="m", start_s=0.3, end_s=0.4)])
    assert error == pytest.approx(0.0, abs=0.6 / FPS)


def test_viseme_timing_does_not_take_a_neighbours_peak_for_its_own():
    times = np.arange(0, 0.7, 1 / FPS)
    faces = np.zeros((len(times), 52))
    faces[:, FACE_INDEX["mouthPucker"]] = np.exp(-(((times - 0.15) / 0.04) ** 2))
    faces[:, FACE_INDEX["mouthPucker"]] += 0.5 * np.exp(-(((times - 0.27) / 0.03) ** 2))
    said = phones(("k", 0.1), ("w", 0.1), ("k", 0.02), ("w", 0.1), ("k", 0.38))
    errors = timing_errors_s(times, faces, said)
    assert errors == pytest.approx([0.0, 0.0], abs=1.1 / FPS)


def test_lips_that_do_not_move_have_no_timing():
    times = np.arange(0, 0.7, 1 / FPS)
    assert len(timing_errors_s(times, np.zeros((len(times), 52)), phones(("w", 0.7)))) == 0


# Sound


def test_a_jaw_that_follows_late_is_late_by_that_much_and_chance_is_far_below():
    random = np.random.default_rng(4)
    sound = np.convolve(random.normal(size=60 * FPS), np.ones(9) / 9, "same")
    late = np.roll(sound, 6)
    found = coupling(late, sound, FPS)
    assert found.lag_s == pytest.approx(0.1)
    assert found.correlation > 0.99
    assert found.z > 20
    assert coupling(np.roll(sound, -6), sound, FPS).lag_s == pytest.approx(-0.1)


def test_a_jaw_that_has_nothing_to_do_with_the_sound_is_found_out():
    random = np.random.default_rng(5)
    smooth = [np.convolve(random.normal(size=60 * FPS), np.ones(9) / 9, "same") for _ in range(2)]
    assert abs(coupling(smooth[0], smooth[1], FPS).z) < 3


def test_no_coupling_without_movement_or_in_two_seconds():
    sound = np.sin(np.arange(600.0))
    assert np.isnan(coupling(np.zeros(600), sound, FPS).z)
    assert np.isnan(coupling(sound[:120], sound[:120], FPS).correlation)


def test_loudness_is_in_decibels_under_the_loudest():
    samples = np.concatenate([np.full(1600, 1.0), np.full(1600, 0.1), np.zeros(1600)])
    levels = loudness_db(samples.astype(np.float32), 16_000, np.array([0.05, 0.15, 0.25]))
    assert levels == pytest.approx([0.0, -20.0, -45.0])


# Steadiness


def test_silence_leaves_the_mouth_time_to_come_to_rest():
    said = phones(("pau", 1.0), ("aa", 0.5), ("pau", 1.0))
    times = np.array([0.5, 0.69, 0.71, 1.2, 1.79, 1.81, 2.4])
    assert silent_frames(times, said).tolist() == [True, True, False, False, False, True, True]


def test_mouth_speed_is_that_of_its_fastest_shape_and_lids_do_not_count():
    times = np.array([0.0, 0.5, 1.0])
    faces = np.zeros((3, 52))
    faces[:, FACE_INDEX["jawOpen"]] = [0.0, 0.1, 0.1]
    faces[:, FACE_INDEX["mouthPucker"]] = [0.0, 0.05, 0.0]
    faces[:, FACE_INDEX["eyeBlinkLeft"]] = [0.0, 1.0, 0.0]
    assert mouth_speed(times, faces, np.ones(3, bool)) == pytest.approx((0.2 + 0.1) / 2)
    assert np.isnan(mouth_speed(times, faces, np.array([True, False, True])))


def test_jerk_beyond_the_fastest_move_that_was_meant_is_a_twitch():
    times = np.arange(0, 60, 1 / FPS)
    meant = fastest_jerk(0.3, 0.5, FPS)
    assert meant == pytest.approx(60 * 0.3 / 30**3)
    values = np.stack([jump(times, 20.0, 0.3, 0.5), 0.2 * np.sin(times)], axis=1)
    assert twitches_per_minute(times, values, most_jerk=1.05 * meant) == 0
    values[600, 0] += 0.002  # one frame off: jerk of three times that
    values[1800:, 1] += 0.002  # a step: jerk of twice that
    found = twitches_per_minute(times, values, most_jerk=1.05 * meant)
    assert found == pytest.approx(2, rel=0.01)


def test_a_freeze_is_when_nothing_at_all_moves():
    times = np.arange(0, 10, 0.5)
    values = np.stack([np.minimum(times, 4.0), np.where(times < 7, 0.0, times)], axis=1)
    assert longest_freeze_s(times, values) == pytest.approx(2.5)  # from 4.0 to 6.5


def test_drift_is_a_slope_with_its_error():
    minutes = np.arange(8.0)
    found = drift(minutes, 3 + 0.5 * minutes)
    assert found.per_minute == pytest.approx(0.5)
    assert found.error == pytest.approx(0.0, abs=1e-9)
    assert (found.first, found.last) == pytest.approx((3.25, 6.25))
    noisy = drift(np.arange(4.0), np.array([0.0, 1.0, 0.0, 1.0]))
    # By hand: slope 0.2; residuals -0.2, 0.6, -0.6, 0.2 -> sqrt(0.8 / 2) / sqrt(5).
    assert noisy.per_minute == pytest.approx(0.2)
    assert noisy.error == pytest.approx(np.sqrt(0.4) / np.sqrt(5))
    with pytest.raises(ValueError, match="too few"):
        drift(np.arange(3.0), np.arange(3.0))


# Blinks


def blinking(starts, *, until_s=60.0, close_s=0.1, shut_s=0.05, open_s=0.2, fps=240):
    """Lids that close and open along straight lines."""
    times = np.arange(0, until_s, 1 / fps)
    lids = np.zeros(len(times))
    for at in starts:
        since = times - at
        over = close_s + shut_s + open_s
        lids = np.maximum(lids, np.minimum(since / close_s, (over - since) / open_s).clip(0, 1))
    return times, lids


def test_blinks_are_counted_timed_and_told_from_double_ones():
    times, lids = blinking([5, 10, 10.4, 20, 30])
    found = blink_statistics(times, lids)
    assert found.count == 5
    assert found.per_minute == pytest.approx(5.0, rel=0.01)
    assert found.double == pytest.approx(1 / 4)
    assert found.gap_mean_s == pytest.approx((5 + 10 + 10) / 3, abs=0.01)
    assert found.gap_variation == pytest.approx(np.std([5, 10, 10]) / (25 / 3), abs=0.01)
    # From a tenth of the way to a tenth of the way: 0.35 s less 0.01 and 0.02.
    assert found.duration_s == pytest.approx(0.32, abs=0.005)
    assert found.opening_over_closing == pytest.approx(2.0, rel=0.05)


def test_a_lid_that_follows_a_lowered_gaze_is_no_blink():
    times, lids = blinking([], until_s=20)
    lids[(times > 5) & (times < 10)] = 0.45
    assert blink_statistics(times, lids).count == 0


def test_a_blink_over_lowered_lids_is_one():
    times, lids = blinking([7.0], until_s=20)
    lids = np.maximum(lids, np.where((times > 5) & (times < 10), 0.3, 0.0))
    assert blink_statistics(times, lids).count == 1


def test_a_metronome_has_no_variation():
    times, lids = blinking(range(2, 58, 4))
    assert blink_statistics(times, lids).gap_variation == pytest.approx(0.0, abs=0.01)


# Eyes and head


def test_saccades_are_found_with_their_size_and_the_main_sequence_with_its_slope():
    times = np.arange(0, 30, 1 / 2000)
    degrees = np.array([2.0, 4.0, 8.0, 12.0, 16.0])
    yaw = np.zeros(len(times))
    for i, size in enumerate(degrees):  # at even speed, 30 ms and 2 ms a degree
        lasts_s = 0.030 + 0.002 * size
        yaw += np.radians(size) * np.clip((times - 5.0 * i - 2) / lasts_s, 0, 1)
    found = saccades(times, yaw, np.zeros(len(times)))
    assert [s.amplitude_rad for s in found] == pytest.approx(np.radians(degrees), rel=0.001)
    statistics = saccade_statistics(found, 0.5)
    assert statistics.per_minute == pytest.approx(10)
    assert statistics.interval_median_s == pytest.approx(5.0, abs=0.001)
    assert statistics.amplitude_median_rad == pytest.approx(np.radians(8), rel=0.001)
    assert statistics.ms_per_degree == pytest.approx(2.0, abs=0.05)
    assert statistics.ms_at_zero == pytest.approx(30, abs=1)


def test_a_saccade_with_soft_ends_keeps_its_whole_size_and_its_peak():
    times = np.arange(0, 1, 1 / 2000)
    (found,) = saccades(times, jump(times, 0.5, 0.1, 0.05), np.zeros(len(times)))
    assert found.amplitude_rad == pytest.approx(0.1, rel=0.01)
    assert found.peak_rad_s == pytest.approx(1.875 * 0.1 / 0.05, rel=0.01)


def test_eyes_that_make_up_for_a_turning_head_do_not_jump():
    times = np.arange(0, 5, 1 / 500)
    assert saccades(times, 0.5 * np.sin(times), np.zeros(len(times))) == []


def test_turning_speed_is_the_angle_between_neighbours_whatever_the_sign():
    times = np.arange(4) / FPS
    turns = turned(np.array([0.0, 0.001, 0.003, 1.003]), np.zeros(4), np.zeros(4))
    turns[1] *= -1
    speed = turning_speed(times, turns)
    assert speed == pytest.approx([0.001 * FPS, 0.002 * FPS, 1.0 * FPS], rel=1e-3)
