"""Eyes against what is published about people's: blinks, saccades, leaving and following."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.animation import Animation, AnimationConfig
from actuation.embodiments.datagrams import with_looks
from actuation.faces.expressions import GazeHabit
from actuation.generators.rules_aversion import LISTENING, SPEAKING, THINKING
from actuation.generators.rules_blink import Blinks
from actuation.generators.rules_gaze import GazeConfig, GazeMode, GazeProcess
from actuation.gestures.contract import HeadGestures
from actuation.motion import FACE_INDEX

FPS = 60
MINUTES = 20


def lids(seed=1, minutes=MINUTES, speaking=False, per_minute=14.0, rate=1.0, hints=()):
    blinks = Blinks(seed=seed, per_minute=per_minute, start=0.0)
    for at, size in hints:
        if size is None:
            blinks.at_phrase_end(at)
        else:
            blinks.with_shift(at, size)
    times = np.arange(0, minutes * 60, 1 / FPS)
    parts = np.array_split(times, len(times) // 30)
    shut = [blinks.evaluate(t, speaking=speaking, rate=rate) for t in parts]
    return times, np.concatenate(shut)


def starts(times, shut, level=0.3):
    return times[1:][np.diff((shut > level).astype(int)) == 1]


def test_blinks_at_rest_and_in_speech_are_as_frequent_as_peoples():
    # Doughty 2001: 8.0-21.0 a minute at rest, 10.5-32.5 in conversation; Bentivoglio 1997: 26 / 17.
    rest = len(starts(*lids())) / MINUTES
    # Phrases of speech end every two seconds; the eyes leave and come back now and then.
    phrases = [(2.0 * k, None) for k in range(30 * MINUTES)]
    shifts = [(3.35 * k + 0.7, 0.2) for k in range(18 * MINUTES)]
    talk = len(starts(*lids(speaking=True, hints=phrases + shifts))) / MINUTES
    assert 8.0 < rest < 21.0
    assert 10.5 < talk < 32.5
    assert 1.3 < talk / rest < 1.8


def test_gaps_between_blinks_are_skewed_like_peoples():
    # Highly positively skewed; mean 5.2 s, SD 3.1 (iovs.arvojournals.org, article 2357231).
    gaps = np.diff(starts(*lids(minutes=60)))
    gaps = gaps[gaps > 0.6]  # double blinks are one event
    skew = np.mean((gaps - gaps.mean()) ** 3) / np.std(gaps) ** 3
    assert skew > 1.0
    assert 0.45 < np.std(gaps) / np.mean(gaps) < 0.8


def test_lids_close_faster_than_they_open():
    # VanderWerf 2003: about a third of a second in all, most of it opening.
    times, shut = lids(minutes=10)
    closing, opening = [], []
    for at in starts(times, shut, 0.02):
        i = np.searchsorted(times, at)
        part = shut[i : i + round(0.45 * FPS)]
        top = int(np.argmax(part))
        if part[top] < 0.95:
            continue
        closing.append(top / FPS)
        opening.append(np.count_nonzero(part[top:] > 0.02) / FPS)
    whole = np.median(closing) + np.median(opening)
    assert 1.8 < np.median(opening) / np.median(closing) < 4.0
    assert 0.25 < whole < 0.45


def test_large_shifts_of_gaze_come_with_a_blink_and_small_ones_seldom():
    # Evinger 1994: with 97 % of shifts beyond 33 degrees.
    shifts = [(5.0 * k, 0.62) for k in range(1, 200)]
    _, shut = lids(per_minute=2, minutes=18, hints=shifts)
    with_blink = [shut[round(at * FPS) : round((at + 0.2) * FPS)].max() > 0.3 for at, _ in shifts]
    assert np.mean(with_blink) > 0.9
    small = [(5.0 * k, 0.06) for k in range(1, 200)]
    _, shut = lids(per_minute=2, minutes=18, hints=small)
    with_blink = [shut[round(at * FPS) : round((at + 0.2) * FPS)].max() > 0.3 for at, _ in small]
    assert np.mean(with_blink) < 0.15


def test_blinks_planned_for_words_that_are_not_said_do_not_come():
    blinks = Blinks(seed=1, per_minute=2, start=0.0)
    blinks.hint(3.0, 1.0)
    blinks.give_up_after(2.0)
    shut = blinks.evaluate(np.arange(2.9, 3.4, 1 / 60))
    assert shut.max() == 0.0


def watched(
    seconds, *, speaking=(), seed=1, at=None, config=None, distance=None, glances=1.0, step_s=0.1
):
    """Line of sight over time, of somebody who looks at a target that may move."""
    gaze = GazeProcess(config=config or GazeConfig(), seed=seed, start=0.0)
    sight = []
    clauses = list(speaking)
    for k in range(round(seconds / step_s)):
        now = k * step_s
        while clauses and clauses[0][0] < now + step_s:
            gaze.begin_clause(*clauses.pop(0))
        gaze.look(GazeMode.AT, at(now) if at else (0.0, 0.0), now, distance)
        look = gaze.evaluate(now + np.arange(round(step_s * FPS)) / FPS, glances=glances)
        sight.append(np.stack([look.head_yaw + look.eye_yaw, look.head_pitch + look.eye_pitch], 1))
    return np.concatenate(sight)


def away(sight, from_rad=0.11):
    return np.linalg.norm(sight, axis=1) > from_rad


def runs(flags):
    """Lengths in seconds of the stretches where `flags` are true, whole ones only."""
    edges = np.flatnonzero(np.diff(flags.astype(int)))
    return np.diff(edges)[(0 if flags[edges[0] + 1] else 1) :: 2] / FPS


def test_eyes_leave_a_visitor_as_often_and_as_long_as_speakers_and_listeners_do():
    # Andrist 2013: speaking 1.96 s away, 4.75 s on; listening 1.14 s away, 7.21 s on.
    talk = [(k * 4.0, 3.9) for k in range(450)]
    for clauses, leaving in ((talk, SPEAKING), ((), LISTENING)):
        off = away(watched(1800, speaking=clauses, step_s=1.0))
        lasts, apart = runs(off), runs(~off)
        assert np.mean(lasts) == pytest.approx(leaving.lasts[0], rel=0.12)
        assert np.mean(apart) == pytest.approx(leaving.apart[0], rel=0.12)
        assert np.std(apart) > 0.5


def test_where_eyes_go_when_they_leave():
    # Andrist 2013: to the side 57.5 %, down 28.8 %, up 13.7 %; thinking up 39.3 %, down 29.4 %.
    for leaving, up, down in ((SPEAKING, 0.137, 0.288), (THINKING, 0.393, 0.294)):
        random = np.random.default_rng(3)
        pitch = np.array([leaving.direction(random)[1] for _ in range(3000)])
        assert np.mean(pitch > 0.06) == pytest.approx(up, abs=0.03)
        assert np.mean(pitch < -0.06) == pytest.approx(down, abs=0.03)


def test_eyes_may_be_told_never_to_leave_and_to_leave_more():
    assert not np.any(away(watched(300, config=GazeConfig(aversions=0), step_s=1.0))[30:])
    usual, twice = (np.mean(away(watched(900, glances=g, step_s=1.0))) for g in (1.0, 2.0))
    assert twice > 1.5 * usual


def test_saccades_follow_the_main_sequence():
    # Bahill 1975: 21 ms and 2.2 ms a degree; peak speed 300-500 degrees a second at 10-20 degrees.
    for degrees in (5, 10, 20, 30):
        gaze = GazeProcess(config=GazeConfig(aversions=0), seed=1, start=0.0)
        gaze.evaluate(np.array([0.0]))
        gaze.look(GazeMode.AT, (np.radians(degrees), 0.0), 0.1)
        times = np.arange(0.05, 0.3, 1 / 1000)
        look = gaze.evaluate(times)
        line = np.degrees(look.head_yaw + look.eye_yaw)
        speed = np.gradient(line, times)
        took = np.count_nonzero((line > 0.02 * degrees) & (line < 0.98 * degrees)) / 1000
        assert took == pytest.approx(0.021 + 0.0022 * degrees, rel=0.35)
        assert 130 < speed.max() < 700


def test_within_a_face_the_eyes_go_between_both_eyes_and_the_mouth():
    seen = watched(240, distance=1.0, config=GazeConfig(aversions=0))[60:]
    left = np.mean(seen[:, 0] > 0.015)
    right = np.mean(seen[:, 0] < -0.015)
    mouth = np.mean(seen[:, 1] < -0.02)
    assert min(left, right) > 0.2
    assert 0.2 < mouth < 0.5
    assert np.abs(seen).max() < 0.09
    far = watched(60, distance=4.0, config=GazeConfig(aversions=0))[60:]
    assert np.std(far[:, 0]) < 0.5 * np.std(seen[:, 0])
    still = watched(60, distance=1.0, config=GazeConfig(aversions=0, face_scan=0.0))[60:]
    assert np.std(still[:, 0]) < 0.01


def test_small_shifts_come_unevenly_about_once_a_second():
    seen = watched(240, distance=1.0, config=GazeConfig(aversions=0))[60:, 0]
    jumps = np.flatnonzero(np.abs(np.diff(seen)) > 0.004) / FPS
    gaps = np.diff(jumps)
    gaps = gaps[gaps > 0.1]
    assert 0.6 < np.mean(gaps) < 2.0
    assert np.std(gaps) > 0.3


def test_who_walks_by_is_followed_smoothly_without_lag():
    speed = 0.2
    random = np.random.default_rng(4)

    def walks(now):
        return (-0.4 + speed * now + random.normal(0, 0.004), 0.0)

    sight = watched(4.0, at=walks, config=GazeConfig(aversions=0, face_scan=0.0))[:, 0]
    times = np.arange(len(sight)) / FPS
    late = sight - (-0.4 + speed * times)
    assert np.abs(late[60:]).mean() < 0.035
    moving = np.diff(sight[60:]) * FPS
    assert np.quantile(moving, 0.9) < 0.5
    assert np.mean(moving > 0.05) > 0.7, "smooth, not a row of jumps"


def test_who_stands_and_trembles_is_not_trembled_after():
    random = np.random.default_rng(2)
    sight = watched(20, at=lambda _: (0.2 + random.normal(0, 0.008), 0.0),
                    distance=1.2, config=GazeConfig(aversions=0, face_scan=0.0))  # fmt: skip
    assert np.std(sight[120:, 0]) < 0.012


def test_a_jump_to_another_person_is_one_quick_shift():
    sight = watched(3.0, at=lambda now: (0.3 if now >= 1.5 else -0.3, 0.0),
                    config=GazeConfig(aversions=0, face_scan=0.0))[:, 0]  # fmt: skip
    between = np.count_nonzero((sight[80:] > -0.25) & (sight[80:] < 0.25))
    assert between < 10


@pytest.mark.parametrize("habit", [GazeHabit.DOWN_BRIEFLY, GazeHabit.ASIDE])
def test_a_face_may_take_the_eyes_down_or_aside_and_they_come_back(habit):
    gaze = GazeProcess(config=GazeConfig(aversions=0), seed=2, start=0.0)
    sight = []
    for k in range(120):
        if k == 20:
            gaze.take_habit(habit, 2.0)
        gaze.look(GazeMode.AT, (0.0, 0.0), k / 10)
        look = gaze.evaluate(k / 10 + np.arange(6) / FPS)
        sight.append(np.stack([look.head_yaw + look.eye_yaw, look.head_pitch + look.eye_pitch], 1))
    seen = np.concatenate(sight)
    during, after = seen[126:150], seen[-120:]
    assert away(during, 0.08).all()
    assert habit is not GazeHabit.DOWN_BRIEFLY or during[:, 1].max() < -0.15
    assert not away(after, 0.08).any()


@pytest.mark.parametrize("wild", [float("nan"), float("inf"), -1e9, 1e9])
def test_a_target_that_is_nowhere_turns_nobodys_head_off(wild):
    sight = watched(2.0, at=lambda _: (wild, wild))
    assert np.all(np.isfinite(sight))
    assert np.abs(sight).max() < 1.6


def test_eyes_meet_on_a_face_that_is_near_and_look_past_nobody():
    # Half of the 63 mm between pupils, at the distance of the face.
    gaze = GazeProcess(config=GazeConfig(aversions=0), seed=2, start=0.0)
    gaze.look(GazeMode.AT, (0.0, 0.0), 0.0, 1.0)
    near = gaze.evaluate(np.arange(0.5, 1.0, 1 / 60)).vergence
    assert near == pytest.approx(np.arctan(0.0315), rel=0.01)
    gaze.look(GazeMode.AMBIENT, (0.0, 0.0), 1.0)
    assert gaze.evaluate(np.arange(1.5, 2.0, 1 / 60)).vergence.max() < 0.01


def test_each_eye_turns_towards_the_nose():
    animation = Animation(config=AnimationConfig(), gestures=HeadGestures(), start=0.0)
    frame = animation.frames(0, 1, None)[0]
    left, right = replace(frame, gaze_yaw_rad=0.1, vergence_rad=0.02).eyes_yaw_rad
    assert (left, right) == pytest.approx((0.08, 0.12))
    looks = with_looks(replace(frame, gaze_yaw_rad=0.0, vergence_rad=0.02), 0.5, 0.5)
    inwards = [looks[FACE_INDEX[f"eyeLookIn{side}"]] for side in ("Left", "Right")]
    outwards = [looks[FACE_INDEX[f"eyeLookOut{side}"]] for side in ("Left", "Right")]
    assert inwards == pytest.approx([0.04, 0.04])
    assert outwards == [0.0, 0.0]
