"""All gestures, both sides, all sizes, over each other and given up at any moment."""

from itertools import pairwise

import numpy as np
import pytest

from actuation.generators.rules_idle import IdleBody, lean_vector, rest_pose
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.strokes import lay_over, make_stroke
from actuation.joints.clearance import DESK_TOP_M, Clearance
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.rotations import inverse, minimum_jerk, multiply, to_vector
from actuation.joints.safety import SafetyLimits
from actuation.joints.skeleton import SIDES, load_skeleton
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX, JOINT_NAMES
from agent.core.messages import Posture

SKELETON = load_skeleton()
LEXICON = list(standard_lexicon())
CLEARANCE = Clearance(SKELETON)
SIZES = (0.4, 0.9, 1.3)


def idle(seconds, seed=1, posture=Posture.REST):
    times = np.arange(0.0, seconds, 1 / FRAME_RATE_HZ)
    still = np.zeros(len(times))
    lean = np.repeat(lean_vector(posture)[None], len(times), axis=0)
    body = IdleBody(seed=seed)
    return times, body.evaluate(times, lean=lean, head_yaw=still, head_pitch=still, head_roll=still)


def clamped(joints):
    limits = SafetyLimits(SKELETON)
    parts = [limits.clamp(joints[i : i + 18], i) for i in range(0, len(joints), 18)]
    return np.concatenate(parts), limits.held_back


def limits_of(joint):
    """Speed rad/s, acceleration rad/s^2, jerk rad/s^3 that no body is ever asked for."""
    if "Arm" in joint or joint.endswith("Hand") or joint.endswith("Shoulder"):
        return 14.0, 240.0, 14_000.0
    return (6.0, 110.0, 7_000.0) if joint in {"head", "neck"} else (18.0, 320.0, 18_000.0)


def too_sudden(joints, *, harder=1.0):
    """Joints that turn, or change their turning, more than anything may.

    `harder`: of acceleration and jerk, where something is touched otherwise.
    """
    found = set()
    change = to_vector(multiply(inverse(joints[:-1]), joints[1:])) * FRAME_RATE_HZ
    for order in range(3):
        size = np.linalg.norm(change, axis=-1).max(axis=0)
        for joint, most in zip(JOINT_NAMES, size, strict=True):
            if most > limits_of(joint)[order] * (harder if order else 1.0) * 1.001:
                found.add((joint, order))
        change = np.diff(change, axis=0) * FRAME_RATE_HZ
    return found


def in_the_way_m(joints):
    return float(CLEARANCE.depth_m(joints).max())


def posed(side, **reach):
    joints = rest_pose()
    for name, turn in solve_arm(SKELETON, side, Reach(**reach)).items():
        joints[JOINT_INDEX[name]] = turn.quat
    return joints


@pytest.mark.parametrize("posture", list(Posture))
def test_hands_at_rest_lie_on_the_desk_and_in_nothing(posture):
    _, joints = idle(60.0, posture=posture)
    assert in_the_way_m(joints[::20]) < 0
    tips = [CLEARANCE.place(joints[::20]).at[:, JOINT_INDEX[f"{s}LittleDistal"], 1] for s in SIDES]
    assert np.min(tips) > DESK_TOP_M
    assert np.max(tips) < DESK_TOP_M + 0.05


STILL = idle(4.2)


@pytest.mark.parametrize("lexeme", LEXICON, ids=lambda lexeme: lexeme.name)
def test_no_gesture_by_itself_needs_the_limits(lexeme):
    # The arms are each other's mirror image, so each size is tried on one side only.
    for side, size in zip(("left", "right", "left"), SIZES, strict=True):
        if size != SIZES[0] and (lexeme.fixed or lexeme.hands == "head"):
            continue
        stroke = make_stroke(lexeme, SKELETON, apex_s=1.2, earliest_s=0.0, side=side, size=size)
        assert stroke.end_s < 4.0
        first, last = np.searchsorted(STILL[0], (stroke.start_s - 0.1, stroke.end_s + 0.1))
        times, joints = STILL[0][first:last], STILL[1][first:last]
        laid = lay_over(joints, [stroke], times)
        safe, held_back = clamped(laid)
        assert held_back == 0, (side, size)
        assert np.allclose(safe, laid, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["wave", "show_way", "point", "cycle", "drink", "writing"])
def test_giving_up_a_gesture_at_any_moment_needs_no_limits(name):
    times, joints = idle(2.6)
    lexeme = standard_lexicon().named(name)
    whole = make_stroke(lexeme, SKELETON, apex_s=1.0, earliest_s=0.0)
    for at_s in np.arange(whole.start_s + 0.04, whole.end_s, 0.13):
        laid = lay_over(joints, [whole.interrupt(at_s)], times)
        assert clamped(laid)[1] == 0, at_s


@pytest.mark.parametrize("seed", range(5))
def test_nothing_that_can_be_asked_for_gets_past_the_limits(seed):
    random = np.random.default_rng(seed)
    times, joints = idle(12.0, seed=seed, posture=list(Posture)[seed % 4])
    strokes, at_s = [], 0.5
    while at_s < 10.5:
        lexeme = LEXICON[random.integers(len(LEXICON))]
        aim = random.normal(size=3) * [1.0, 0.2, 0.5] + [0.0, 0.0, 0.7]
        stroke = make_stroke(
            lexeme,
            SKELETON,
            apex_s=at_s,
            earliest_s=at_s - random.uniform(0, 0.6),
            side=SIDES[random.integers(2)],
            size=random.uniform(0.4, 1.3),
            aim=tuple(aim / np.linalg.norm(aim)) if lexeme.aimed else None,
        )
        if random.random() < 0.4:
            stroke = stroke.interrupt(random.uniform(stroke.start_s, stroke.end_s))
        strokes.append(stroke)
        at_s += random.uniform(0.1, 1.6)
    safe, _ = clamped(lay_over(joints, strokes, times))
    assert in_the_way_m(safe) < 0.002
    assert too_sudden(safe, harder=1.5) == set()
    # What is safe is left alone: angles were kept as well.
    assert SafetyLimits(SKELETON).clamp(safe[600:601]) == pytest.approx(safe[600:601], abs=1e-6)


ACROSS = {"palm": (0.0, 0.0, -1.0), "fingers": (-1.0, 0.2, 0.0)}


@pytest.mark.parametrize(
    ("what", "reach"),
    [
        ("chest", {"hand": (0.05, -0.25, 0.15), **ACROSS}),
        ("face", {"hand": (0.1, 0.35, 0.2), **ACROSS}),
        ("desk", {"hand": (0.35, -0.75, 0.75), "palm": (0, -1, 0), "fingers": (0, 0, 1)}),
    ],
)
@pytest.mark.parametrize("side", SIDES)
def test_a_hand_sent_into_something_stays_out_of_it(what, reach, side):
    start, end = np.array([0.4, -0.25, 0.6]), np.array(reach["hand"])
    way = start + (end - start) * minimum_jerk(np.linspace(0, 1, 72))[:, None]
    wanted = np.array([posed(side, **(reach | {"hand": tuple(hand)})) for hand in way])
    assert in_the_way_m(wanted[-1:]) > 0.02, "the pose is harmless and tests nothing"
    safe, held_back = clamped(wanted)
    assert held_back > 0
    assert in_the_way_m(safe) < 0.001
    assert too_sudden(safe) == set()


def test_hands_sent_into_each_other_stay_apart():
    joints = rest_pose()
    reach = Reach(hand=(-0.05, -0.3, 0.5), palm=(-1, 0, 0), fingers=(0, 0.3, 1))
    for side in SIDES:
        for name, turn in solve_arm(SKELETON, side, reach).items():
            joints[JOINT_INDEX[name]] = turn.quat
    assert in_the_way_m(joints[None]) > 0.01
    out, clear, touched = CLEARANCE.push_out(np.repeat(joints[None], 3, axis=0))
    assert touched == 3
    assert clear.min() > -0.001
    assert in_the_way_m(out) < 0.001


def test_a_hand_slows_down_before_it_meets_something():
    raised = posed("right", hand=(0.35, -0.3, 0.7), palm=(0, -1, 0), fingers=(0, 0.1, 1))
    low = posed("right", hand=(0.35, -0.75, 0.7), palm=(0, -1, 0), fingers=(0, 0.1, 1))
    way = np.linspace(0, 1, 9)[:, None, None]
    wanted = raised * (1 - way) + low * way
    wanted /= np.linalg.norm(wanted, axis=-1, keepdims=True)
    kept, clear, touched = CLEARANCE.approach(wanted, None)
    assert touched > 0
    speed = -np.diff(clear[:, 1]) * FRAME_RATE_HZ
    assert np.diff(speed)[2:].min() > -1.0, "it stopped dead"
    assert in_the_way_m(kept) < 0.001


def test_being_pushed_out_is_as_smooth_as_the_way_in():
    heights = np.linspace(-0.45, -0.75, 60)
    wanted = np.array([
        posed("right", hand=(0.35, h, 0.7), palm=(0, -1, 0), fingers=(0, 0.1, 1)) for h in heights
    ])  # fmt: skip
    out, _, _ = CLEARANCE.push_out(wanted)
    wrists = CLEARANCE.place(out).at[:, JOINT_INDEX["rightHand"]]
    steps = [float(np.linalg.norm(b - a)) for a, b in pairwise(wrists)]
    assert max(steps) < 0.02
