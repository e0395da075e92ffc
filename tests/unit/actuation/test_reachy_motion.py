"""From the score's frames to a Reachy Mini: mapping, reach, speed, antennas, deadlines."""

from collections import deque

import numpy as np
import pytest

from actuation.bodies.configs import ReachyConfig
from actuation.embodiments.reachy_antennas import UPRIGHT_RAD, Antennas
from actuation.embodiments.reachy_follow import Follow, OneGaze, Reading
from actuation.embodiments.reachy_limits import JerkLimiter
from actuation.embodiments.reachy_motion import (
    AHEAD,
    AXES,
    HIGH,
    LOW,
    TWIST_RAD,
    ReachyMotion,
    head_and_look,
    to_daemon,
)
from actuation.embodiments.reachy_sway import Sway
from actuation.generators.rules_idle import rest_pose
from actuation.joints.rotations import turned
from actuation.motion import (
    JOINT_INDEX,
    Cut,
    Frame,
    FrameChunk,
    GestureLaid,
    Halt,
    MoodLaid,
    Release,
    VoiceChunk,
)
from agent.core.messages import Expression, Posture, UtteranceId

PERIOD_S = 0.02
REST = rest_pose()
ROLL, PITCH, YAW, BODY = (AXES.index(a) for a in ("roll", "pitch", "yaw", "body_yaw"))


def frame(at, yaw=0.0, pitch=0.0, roll=0.0, eyes=0.0, chest=0.0, lean=0.0, look_up=0.0):
    joints = REST.copy()
    for name, turn in (
        ("chest", turned(chest, -lean)),
        ("head", turned(yaw, pitch + lean, roll)),
    ):
        joints[JOINT_INDEX[name]] = turn
    return Frame(
        at=at, utterance=None, score_s=0.0, joints=joints.astype(np.float32),
        face=np.zeros(52, np.float32), gaze_yaw_rad=eyes, gaze_pitch_rad=look_up,
    )  # fmt: skip


def played(seconds, pose_at, config=None, motion=None, begin=0.0):
    """Told poses (n, 9) of a score `pose_at(t) -> keywords of frame`."""
    motion = motion or ReachyMotion(config or ReachyConfig())
    told = []
    for k in range(round(seconds / PERIOD_S)):
        now = begin + k * PERIOD_S
        frames = tuple(frame(now + 0.2 + i / 60, **pose_at(now + 0.2 + i / 60)) for i in range(6))
        motion.take(FrameChunk(generation=0, frames=frames), now)
        told.append(motion.step(now).copy())
    return np.array(told)


def test_a_turned_and_nodding_head_is_mapped_axis_by_axis():
    pose, look = head_and_look(frame(0.0, yaw=0.4, pitch=0.2, roll=0.1))
    assert look == pytest.approx([0.0, 0.0], abs=1e-6)
    assert pose[3:] == pytest.approx([0.1, 0.2, 0.4], abs=1e-6)


def test_eyes_are_told_apart_from_the_head_they_are_in():
    pose, look = head_and_look(frame(0.0, yaw=0.2, pitch=0.1, eyes=0.3))
    assert pose[4:] == pytest.approx([0.1, 0.2], abs=1e-6)
    assert look[1] == pytest.approx(0.3, abs=0.01)


def test_a_look_of_the_eyes_that_lasts_turns_the_head_by_its_share():
    told = played(3.0, lambda t: {"yaw": 0.1, "eyes": 0.2 if t > 1 else 0.0})
    share = ReachyConfig().eyes_share
    assert told[-1, YAW] == pytest.approx(0.1 + share * 0.2, abs=0.01)


def test_a_dart_of_the_eyes_is_hardly_the_heads_business():
    told = played(3.0, lambda t: {"eyes": 0.03 if 1.0 < t < 1.2 else 0.0})
    assert np.abs(told[:, YAW]).max() < 0.03 / 2


def test_where_head_and_eyes_trade_places_the_robot_keeps_looking_there():
    def traded(t):
        share = float(np.clip((t - 1.0) / 0.4, 0, 1))
        return {"yaw": 0.4 - 0.2 * share, "eyes": 0.2 * share}

    told = played(3.0, traded, ReachyConfig(eyes_share=1.0))[45:, YAW]
    assert np.abs(told - 0.4).max() < 0.04


def test_a_nod_that_the_eyes_make_up_for_is_still_a_nod():
    def nodding(t):
        depth = -0.1 * np.exp(-(((t - 2.0) / 0.15) ** 2))
        return {"pitch": float(depth), "look_up": float(-depth)}

    assert played(3.0, nodding)[:, PITCH].min() < -0.05


def test_a_torso_that_leans_forward_moves_the_head_forward():
    pose, _ = head_and_look(frame(0.0, lean=0.15))
    assert pose[0] > 0.003
    assert pose[4] == pytest.approx(0.0, abs=1e-6)


def test_the_daemon_hears_pitch_down_and_antennas_by_its_own_sense():
    target = to_daemon(np.array([0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))
    assert target["target_head_pose"]["pitch"] == -0.2
    assert target["target_head_pose"]["yaw"] == 0.3
    assert target["target_antennas"] == [-0.5, 0.6]
    assert target["target_body_yaw"] == 0.4


def test_a_look_far_aside_turns_the_body_and_the_head_stays_within_reach_of_it():
    told = played(3.0, lambda t: {"yaw": 0.9, "chest": 0.6})
    assert told[-1, YAW] == pytest.approx(1.5, abs=0.02)
    assert told[-1, BODY] == pytest.approx(1.15, abs=0.05)
    assert np.abs(told[:, YAW] - told[:, BODY]).max() <= TWIST_RAD + 1e-9


def test_a_look_a_little_aside_leaves_the_body_alone():
    told = played(2.0, lambda t: {"yaw": 0.3})
    assert told[-1, YAW] == pytest.approx(0.3, abs=0.01)
    assert np.abs(told[:, BODY]).max() == 0


def test_roll_and_pitch_share_one_reach():
    told = played(3.0, lambda t: {"pitch": 0.5, "roll": 0.5})
    assert np.hypot(told[-1, ROLL] / HIGH[ROLL], told[-1, PITCH] / HIGH[PITCH]) <= 1.001
    assert told[-1, ROLL] > 0.15


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_score_asks_limits_of_place_and_speed_are_kept(seed):
    random = np.random.default_rng(seed)
    spots = random.uniform(-3, 3, (200, 3))
    config = ReachyConfig()
    told = played(
        6.0,
        lambda t: dict(zip(("yaw", "pitch", "roll"), spots[int(t / 0.15) % 200], strict=True)),
        config,
    )
    assert np.all(told >= LOW - 1e-9)
    assert np.all(told <= HIGH + 1e-9)
    head = told[:, [ROLL, PITCH]]
    speed = np.diff(head, axis=0) / PERIOD_S
    push = np.diff(speed, axis=0) / PERIOD_S
    jerk = np.diff(push, axis=0) / PERIOD_S
    assert np.abs(speed).max() <= config.speed_rad_s
    assert np.abs(push).max() <= config.acceleration_rad_s2
    assert np.abs(jerk).max() <= config.jerk_rad_s3 * 1.001


def test_what_is_slow_enough_is_followed_without_delay():
    def yaw(t):
        return 0.2 * np.sin(2 * np.pi * 0.5 * t)

    config = ReachyConfig(delay_s=0.0)
    told = played(6.0, lambda t: {"yaw": float(yaw(t))}, config)[100:]
    times = (100 + np.arange(len(told))) * PERIOD_S
    assert np.sqrt(np.mean((told[:, YAW] - yaw(times)) ** 2)) < 0.015


def test_it_is_told_as_much_earlier_as_its_motors_take():
    config = ReachyConfig(delay_s=0.1)
    told = played(6.0, lambda t: {"yaw": 0.2 * np.sin(np.pi * t)}, config)[100:]
    times = (100 + np.arange(len(told))) * PERIOD_S
    lags = np.arange(-0.2, 0.2, 0.01)
    error = [np.mean((told[:, YAW] - 0.2 * np.sin(np.pi * (times + lag))) ** 2) for lag in lags]
    assert lags[int(np.argmin(error))] == pytest.approx(0.1, abs=0.021)


def followed(targets, **most):
    limits = {"speed": 2.0, "acceleration": 12.0, "jerk": 150.0} | most
    follow = Follow(period_s=PERIOD_S, **{k: v * np.ones(1) for k, v in limits.items()})
    follow.reset(np.array([targets[0]]))
    return follow, np.array([follow.step(np.array([t]))[0] for t in targets])


def test_a_jump_becomes_a_turn_that_every_limit_allows_and_arrives_without_swinging_over():
    _, path = followed(np.repeat([0.0, 1.2], [10, 90]))
    speed = np.diff(path) / PERIOD_S
    push = np.diff(speed) / PERIOD_S
    assert speed.max() > 1.2
    assert speed.max() <= 2.0
    assert np.abs(push).max() <= 12.0
    assert np.abs(np.diff(push)).max() / PERIOD_S <= 150.0
    assert np.all(speed > -1e-9)
    assert path[-1] == pytest.approx(1.2)


def test_when_the_score_is_made_anew_it_is_caught_up_with():
    """A turn that nobody knew of before it began is on its way as soon as it is known."""
    config = ReachyConfig(delay_s=0.15)

    def turning(t):
        return {"yaw": 0.6 * float(np.clip((t - 2.0) / 0.5, 0, 1))}

    known = played(4.0, turning, config)
    motion = ReachyMotion(config)
    told = played(2.0, lambda t: {}, config, motion)
    motion.take(Cut(generation=0, at=2.0), 2.0)
    frames = tuple(frame(2.0 + i / 60, **turning(2.0 + i / 60)) for i in range(20))
    motion.take(FrameChunk(generation=0, frames=frames), 2.0)
    told = np.concatenate([told, played(2.0, turning, config, motion, begin=2.0)])
    behind = known[:, YAW] - told[:, YAW]
    assert behind.max() > 0.02, "it could not know"
    assert np.abs(behind[125:]).max() < 0.02, "half a second later it has caught up"


def test_asked_so_much_ahead_it_is_not_late():
    times = PERIOD_S * np.arange(300)
    follow, path = followed(0.4 * np.sin(np.pi * times))
    ahead = round(follow.ahead_s / PERIOD_S)
    meant = 0.4 * np.sin(np.pi * (times - follow.ahead_s))
    assert ahead >= 4
    assert np.abs(path - meant)[50:].max() < 0.02
    assert np.abs(path - 0.4 * np.sin(np.pi * times))[50:].max() > 0.08


def test_asked_at_uneven_times_it_tells_what_lies_between_its_ticks():
    follow, _ = followed([0.0])
    reading = Reading(follow, OneGaze(share=1.0, settle_s=0.0), PERIOD_S)
    random = np.random.default_rng(5)
    times = np.cumsum(random.uniform(0.005, 0.035, 150))
    told = [reading.to(at, lambda due: np.array([0.5 * due]), np.zeros(1))[0] for at in times]
    meant = 0.5 * (times - follow.ahead_s)
    assert np.abs(told - meant)[50:].max() < 1e-6


def test_a_step_is_not_overshot():
    ones = np.ones(1)
    limiter = JerkLimiter(
        low=-3 * ones, high=3 * ones, speed=2.5 * ones, acceleration=25 * ones, jerk=500 * ones
    )
    places = [limiter.follow(np.array([1.0]), PERIOD_S)[0] for _ in range(150)]
    assert max(places) < 1.001
    assert places[-1] == pytest.approx(1.0, abs=0.005)


def test_one_that_begins_outside_its_reach_comes_back_without_a_jump():
    motion = ReachyMotion(ReachyConfig())
    asleep = AHEAD.copy()
    asleep[[0, 2, PITCH]] = -0.021, -0.044, -0.42
    motion.start_from(asleep)
    told = played(3.0, lambda t: {}, motion=motion)
    assert told[0] == pytest.approx(asleep, abs=0.01)
    assert np.all(np.abs(told[-1, :6]) < 0.003)


def test_without_frames_it_brakes_then_goes_calmly_to_look_ahead():
    motion = ReachyMotion(ReachyConfig())
    told = played(1.0, lambda t: {"yaw": 0.8 * t}, motion=motion)
    late = np.array([motion.step(1.0 + k * PERIOD_S).copy() for k in range(300)])
    held = late[35:60, YAW]
    assert held == pytest.approx(held[0], abs=1e-3)
    assert held[0] > told[-1, YAW]
    assert late[-1, YAW] == pytest.approx(0.0, abs=0.01)
    assert np.abs(np.diff(late[60:, YAW])).max() / PERIOD_S < 0.31 * 2.5


def test_an_emergency_stops_it_at_once_and_a_release_lets_it_go_on():
    motion = ReachyMotion(ReachyConfig())
    told = played(0.5, lambda t: {"yaw": 0.4}, motion=motion)
    motion.take(Halt(at=0.5, because="test"), 0.5)
    held = played(0.5, lambda t: {"yaw": 0.4}, motion=motion, begin=0.5)
    assert np.all(held == told[-1])
    motion.take(Release(at=1.0), 1.0)
    after = played(1.5, lambda t: {"yaw": 0.4}, motion=motion, begin=1.0)
    assert after[-1, YAW] == pytest.approx(0.4, abs=0.01)


def test_frames_of_an_older_generation_move_nothing():
    motion = ReachyMotion(ReachyConfig())
    motion.take(Cut(generation=3, at=0.0), 0.0)
    played(1.0, lambda t: {"yaw": 0.4}, motion=motion)
    assert np.all(motion.pose == AHEAD)
    assert motion.dropped > 0


def mood(at, expression=None, posture=None):
    return MoodLaid(generation=0, at=at, expression=expression, intensity=1.0, posture=posture)


def test_each_mood_is_seen_in_the_antennas():
    seen = {}
    for name, item in {
        "listening": mood(0.0, posture=Posture.LISTENING),
        "thinking": mood(0.0, posture=Posture.THINKING),
        "joy": mood(0.0, Expression.HAPPY),
        "apology": mood(0.0, Expression.APOLOGETIC),
        "attentive": mood(0.0, posture=Posture.ATTENTIVE),
        "nothing": mood(0.0, Expression.NEUTRAL),
    }.items():
        antennas = Antennas()
        antennas.mood(item)
        seen[name] = np.array([antennas.at(0.5 + 0.05 * k) for k in range(60)])
    assert seen["nothing"] == pytest.approx(UPRIGHT_RAD)
    assert seen["listening"][-1, 1] - seen["listening"][-1, 0] > 0.5, "one cocked"
    assert np.all(seen["apology"] > 1.5), "both hang"
    assert np.ptp(seen["joy"][:20, 0]) > 0.3, "they wag"
    assert np.ptp(seen["joy"][40:, 0]) < 0.15, "and come to rest"
    right, left = seen["thinking"].T
    assert np.corrcoef(right, left)[0, 1] < -0.9, "they go round"
    assert np.all(seen["attentive"] < UPRIGHT_RAD)


def test_moods_change_without_a_jump_and_a_cut_takes_back_what_had_not_begun():
    antennas = Antennas()
    antennas.mood(mood(1.0, Expression.APOLOGETIC))
    path = np.array([antennas.at(0.9 + 0.01 * k)[0] for k in range(60)])
    assert np.abs(np.diff(path)).max() < 0.1
    antennas.cut(Cut(generation=1, at=0.5))
    assert antennas.at(2.0) == (UPRIGHT_RAD, UPRIGHT_RAD)


def test_a_stroke_lifts_both_and_a_wave_waves_one():
    antennas = Antennas()
    laid = {"generation": 0, "at": 0.0, "apex_at": 0.5, "end_at": 1.5, "hands": True}
    antennas.gesture(GestureLaid(lexeme="offer_palm", **laid))
    assert antennas.at(0.5)[0] < UPRIGHT_RAD - 0.1
    waving = Antennas()
    waving.gesture(GestureLaid(lexeme="wave", **laid))
    right, left = np.array([waving.at(0.02 * k) for k in range(75)]).T
    assert np.ptp(right) > 0.4
    assert np.ptp(left) == 0


def test_antennas_can_be_kept_still():
    antennas = Antennas(strength=0.0)
    antennas.mood(mood(0.0, Expression.HAPPY))
    assert deque(antennas.at(0.1 * k) for k in range(20)) == deque([(UPRIGHT_RAD,) * 2] * 20)


def swelling(at, seconds=2.0, hz=1.0, generation=0):
    t = np.arange(round(16_000 * seconds)) / 16_000
    samples = 0.2 * np.sin(2 * np.pi * 200 * t) * (0.5 - 0.5 * np.cos(2 * np.pi * hz * t))
    return VoiceChunk(
        generation=generation, at=at, utterance=UtteranceId(1), score_s=0.0, rate_hz=16_000,
        samples=samples.astype(np.float32),
    )  # fmt: skip


def test_the_head_dips_with_the_loudness_of_the_voice_and_in_time_with_it():
    sway = Sway(0.05)
    sway.voice(swelling(10.0))
    pitch = {at: sway.at(at)[1] for at in (9.5, 10.5, 11.0, 11.5, 12.5)}
    assert pitch[9.5] == pytest.approx(0.0, abs=1e-6)
    assert pitch[10.5] == pytest.approx(-0.05, abs=0.01), "loudest"
    assert pitch[11.0] > -0.015, "softest"
    assert pitch[11.5] == pytest.approx(-0.05, abs=0.01)
    assert pitch[12.5] == pytest.approx(0.0, abs=1e-6)


def test_a_voice_that_was_cut_is_not_swayed_to():
    motion = ReachyMotion(ReachyConfig())
    motion.take(swelling(0.0, seconds=4.0), 0.0)
    told = played(1.4, lambda t: {}, motion=motion)
    assert told[:, PITCH].min() < -0.03
    motion.take(Cut(generation=0, at=1.4), 1.4)
    after = played(2.0, lambda t: {}, motion=motion, begin=1.4)
    assert np.abs(after[50:, PITCH]).max() < 0.003


def test_voice_sent_again_takes_the_place_of_what_was_sent():
    sway = Sway(0.05)
    sway.voice(swelling(0.0))
    sway.voice(swelling(0.5))
    assert sway.at(1.0)[1] == pytest.approx(-0.05, abs=0.01)
