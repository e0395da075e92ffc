import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from actuation.generators.rules_idle import rest_pose
from actuation.gestures.handshapes import SHAPES, solve_hand
from actuation.gestures.lexemes import load_lexicon, standard_lexicon
from actuation.gestures.strokes import RETRACT_S, lay_over, make_stroke
from actuation.joints.path import elbow_angles
from actuation.joints.reach import Reach, solve_arm
from actuation.joints.rotations import about, multiply, to_vector
from actuation.joints.skeleton import SIDES, load_skeleton
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError

SKELETON = load_skeleton()
LEXICON = standard_lexicon()
HZ = 60.0


def rest(seconds):
    times = np.arange(0.0, seconds, 1 / HZ)
    joints = np.zeros((len(times), len(JOINT_NAMES), 4))
    joints[..., 3] = 1.0
    return times, joints


def wrist(joints, side):
    """Wrist positions in gesture space (out, up, forward), arm lengths, a row a frame."""
    sign = 1.0 if side == "left" else -1.0
    rows = [SKELETON.globals_of(frame)[f"{side}Hand"][1] for frame in joints]
    away = (np.array(rows) - SKELETON.shoulder_centre) / SKELETON.arm_length_m(side)
    return away * [sign, 1.0, 1.0]


def posed(side, reach):
    joints = rest(0.02)[1][0]
    for name, turn in solve_arm(SKELETON, side, reach).items():
        joints[JOINT_INDEX[name]] = turn.quat
    return joints


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("hand", [(0.3, -0.3, 0.5), (0.42, 0.05, 0.38), (0.1, -0.3, 0.45)])
def test_a_hand_within_reach_arrives_with_its_palm_as_asked(side, hand):
    joints = posed(side, Reach(hand=hand, palm=(-1.0, 0.0, 0.1), fingers=(0.0, 0.5, 1.0)))
    turned = SKELETON.globals_of(joints)[f"{side}Hand"][0]

    assert wrist(joints[None], side)[0] == pytest.approx(hand, abs=1e-6)
    palm = turned.apply([0.0, -1.0, 0.0]) * [1.0 if side == "left" else -1.0, 1.0, 1.0]
    assert palm[0] < -0.97


def bends(joints, side):
    """Degrees: forearm and hand twist together, wrist flexion, wrist deviation."""
    sign = 1.0 if side == "left" else -1.0
    twist = elbow_angles(joints[JOINT_INDEX[f"{side}LowerArm"]])[0]
    x, y, z, w = joints[JOINT_INDEX[f"{side}Hand"]]
    own = 2 * np.arctan2(x, w)
    swing = to_vector(multiply(about("x", -own), np.array([x, y, z, w])))
    return np.degrees([sign * (twist + own), -sign * swing[2], sign * swing[1]])


@pytest.mark.parametrize("side", SIDES)
def test_no_hand_is_asked_for_that_breaks_a_wrist(side):
    random = np.random.default_rng(4)
    for _ in range(150):
        palm, fingers, elbow = random.normal(size=(3, 3))
        hand = random.uniform([-0.2, -0.6, 0.1], [0.9, 0.4, 0.9])
        reach = Reach(
            hand=tuple(hand), palm=tuple(palm), fingers=tuple(fingers), elbow=tuple(elbow)
        )
        twist, flexion, deviation = bends(posed(side, reach), side)
        assert -92 < twist < 87
        assert abs(flexion) < 70
        assert -24 < deviation < 37


@pytest.mark.parametrize("lexeme", [x for x in LEXICON if x.hands != "head"], ids=lambda x: x.name)
def test_gestures_keep_wrists_and_elbows_at_ease(lexeme):
    stroke = make_stroke(lexeme, SKELETON, apex_s=2.0, earliest_s=0.0)
    frames = lay_over(rest(len(stroke.key_times_s) / HZ)[1], [stroke], stroke.key_times_s)
    for frame in frames:
        for side in stroke.hands:
            twist, flexion, deviation = bends(frame, side)
            assert abs(twist) <= 92
            assert abs(flexion) < 60
            assert abs(deviation) < 40
            elbow = SKELETON.globals_of(frame)[f"{side}LowerArm"][1]
            assert elbow[1] < SKELETON.shoulder_centre[1] - 0.01, "an elbow above the shoulder"
            assert abs(elbow[0]) > 0.15, "an elbow in the ribs"


def test_a_hand_out_of_reach_stretches_toward_it_and_no_further():
    far = Reach(hand=(0.5, 0.0, 3.0), palm=(0, -1, 0), fingers=(0, 0, 1))
    turned = solve_arm(SKELETON, "right", far)
    assert all(np.isfinite(each.quat).all() for each in turned.values())


@pytest.mark.parametrize("lexeme", list(LEXICON), ids=lambda lexeme: lexeme.name)
def test_every_gesture_has_its_apex_where_asked_and_returns_to_rest(lexeme):
    times, joints = rest(6.0)
    stroke = make_stroke(lexeme, SKELETON, apex_s=2.0, earliest_s=0.0)
    laid = lay_over(joints, [stroke], times)

    assert stroke.apex_s == 2.0
    assert np.allclose(np.linalg.norm(laid, axis=-1), 1.0)
    assert np.allclose(laid[times < stroke.start_s], joints[times < stroke.start_s])
    assert np.allclose(laid[times > stroke.end_s], joints[times > stroke.end_s])
    moved = np.abs(laid[round(2.0 * HZ)] - joints[0]).max()
    assert moved > 0.02, "nothing moved at the apex"


def test_a_gesture_asked_for_too_late_keeps_its_preparation_and_comes_late():
    stroke = make_stroke(LEXICON.named("wave"), SKELETON, apex_s=0.1, earliest_s=0.0)
    assert stroke.start_s >= 0.0
    assert stroke.key_times_s[0] - stroke.start_s > 0.25, "hasty"
    assert 0.1 < stroke.apex_s < 1.0


def test_a_gesture_with_little_time_is_prepared_faster_before_it_is_late():
    lexeme = LEXICON.named("offer_palm")
    calm = make_stroke(lexeme, SKELETON, apex_s=2.0, earliest_s=0.0)
    lead_s = 2.0 - calm.start_s
    hurried = make_stroke(lexeme, SKELETON, apex_s=2.0, earliest_s=2.0 - 0.85 * lead_s)
    assert hurried.apex_s == 2.0
    assert hurried.start_s == pytest.approx(2.0 - 0.85 * lead_s)


def speed_rad_s(laid):
    before, after = laid[:-1].reshape(-1, 4), laid[1:].reshape(-1, 4)
    turn = Rotation.from_quat(before).inv() * Rotation.from_quat(after)
    return turn.magnitude().reshape(len(laid) - 1, -1) * HZ


def test_an_interrupted_gesture_retracts_without_a_jump_and_in_time():
    times, joints = rest(3.0)
    whole = make_stroke(LEXICON.named("wave"), SKELETON, apex_s=1.0, earliest_s=0.0)
    cut = whole.interrupt(1.05)
    laid = lay_over(joints, [cut], times)

    assert speed_rad_s(laid).max() < 15.0
    assert np.allclose(laid[times > 1.05 + RETRACT_S + 0.02], joints[0])
    assert not np.allclose(laid[round(1.1 * HZ)], joints[0], atol=0.05), "it snapped to rest"


def test_a_new_gesture_grows_out_of_the_one_before():
    times, joints = rest(4.0)
    strokes = [
        make_stroke(LEXICON.named("wave"), SKELETON, apex_s=1.0, earliest_s=0.0),
        make_stroke(LEXICON.named("offer_palm"), SKELETON, apex_s=2.0, earliest_s=1.2),
    ]
    assert speed_rad_s(lay_over(joints, strokes, times)).max() < 15.0


@pytest.mark.parametrize(("aim", "side"), [((0.5, 0.0, 0.87), "left"), ((-0.8, 0.1, 0.6), "right")])
def test_a_pointing_finger_points_at_the_true_place(aim, side):
    aim = np.array(aim) / np.linalg.norm(aim)
    stroke = make_stroke(
        LEXICON.named("point"),
        SKELETON,
        apex_s=1.0,
        earliest_s=0.0,
        side=side,
        aim=tuple(aim.tolist()),
    )
    times, joints = rest(2.0)
    frame = lay_over(joints, [stroke], times)[round(1.0 * HZ)]
    placed = SKELETON.globals_of(frame)
    tip = placed[f"{side}IndexDistal"][1] - placed[f"{side}IndexProximal"][1]
    angle = np.degrees(np.arccos(np.clip(float(tip @ aim) / np.linalg.norm(tip), -1, 1)))
    assert angle < 5.0


def test_words_call_for_gestures_and_longer_words_win():
    found = [
        called.lexeme.name for called in LEXICON.in_text("Hello. Please take a seat over there.")
    ]
    assert found == ["wave", "offer_palm", "point"]


def test_a_meaning_finds_a_gesture_and_nonsense_finds_none():
    assert LEXICON.like("please come closer").name == "beckon"
    assert LEXICON.like("xqz wvk") is None


def test_there_are_enough_gestures_with_a_meaning():
    assert sum(lexeme.kind != "beat" for lexeme in LEXICON) >= 24


def test_every_hand_shape_is_used_by_a_gesture_or_by_rest():
    used = {key.shape for lexeme in LEXICON for key in (*lexeme.keys, *lexeme.other)}
    assert set(SHAPES) - used <= {"relaxed", "resting", "fist"}


@pytest.mark.parametrize("side", SIDES)
def test_thumb_and_index_meet_in_a_ring(side):
    joints = rest(0.02)[1][0]
    for name, turn in solve_hand(side, SHAPES["ok"]).items():
        joints[JOINT_INDEX[name]] = turn.quat
    placed = SKELETON.globals_of(joints)

    def tip(finger, before, last):
        bone = SKELETON.positions[side + finger + last] - SKELETON.positions[side + finger + before]
        turned, at = placed[f"{side}{finger}{last}"]
        return at + turned.apply(0.85 * bone)

    apart = tip("Thumb", "Proximal", "Distal") - tip("Index", "Intermediate", "Distal")
    assert np.linalg.norm(apart) < 0.025


def test_the_other_hand_does_its_own_part():
    stroke = make_stroke(
        LEXICON.named("writing"), SKELETON, apex_s=2.0, earliest_s=0.0, side="left"
    )
    times, joints = rest(4.0)
    frame = lay_over(joints, [stroke], times)[round(2.0 * HZ)]
    writes, lies = wrist(frame[None], "left")[0], wrist(frame[None], "right")[0]
    assert writes[1] > lies[1] + 0.05


def test_a_circle_is_drawn_without_stopping_on_the_way():
    lexeme = LEXICON.named("cycle")
    times, joints = rest(4.0)
    stroke = make_stroke(lexeme, SKELETON, apex_s=2.0, earliest_s=0.0)
    path = wrist(lay_over(joints, [stroke], times), "right")
    speed = np.linalg.norm(np.diff(path, axis=0), axis=1) * HZ
    inner = [round(t * HZ) for t in stroke.key_times_s[1:-1]]
    assert min(speed[i] for i in inner) > 0.25


def test_hands_come_back_to_the_desk_from_above():
    times = np.arange(0.0, 4.0, 1 / HZ)
    idle = np.repeat(rest_pose()[None], len(times), axis=0)
    stroke = make_stroke(LEXICON.named("offer_palm"), SKELETON, apex_s=2.0, earliest_s=0.0)
    heights = wrist(lay_over(idle, [stroke], times), "right")[:, 1]
    resting = heights[0]
    assert heights.min() > resting - 0.01
    near_end = round((stroke.end_s - 0.12) * HZ)
    assert heights[near_end] > resting + 0.005


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: {kind: emblem, meaning: hello there, hands: one}", "has no keys"),
        ("a: {kind: emblem, meaning: hello there, hands: three}", "hands"),
        ("a: [1, 2]", "a"),
        ("a: {kind: [", "not YAML"),
        ("", "no gestures"),
        (
            "a: {kind: emblem, meaning: hello there, hands: one, keys: [{t: 0, hand: [0, 0, 0.5],"
            " palm: [0, -1, 0], fingers: [0, 0, 1]}], other: [{t: 0, hand: [0, 0, 0.5],"
            " palm: [0, -1, 0], fingers: [0, 0, 1]}]}",
            "hands: both",
        ),
        (
            "a: {kind: emblem, meaning: hello there, hands: head, head: [{t: 0.2}, {t: 0.0}]}",
            "rise in time",
        ),
    ],
)
def test_a_broken_lexicon_says_what_and_where(tmp_path, text, says):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(BadInputError, match=says):
        load_lexicon(tmp_path)


@pytest.mark.parametrize("distance_m", [0.6, 0.8, 1.2, 2.5, 10.0])
def test_a_finger_points_at_the_place_itself_however_near(distance_m):
    widest = 60 if distance_m < 0.8 else 100
    for yaw in np.radians(np.linspace(-widest, widest, 9)):
        place = np.array([distance_m * np.sin(yaw), 1.2, distance_m * np.cos(yaw)])
        side = "left" if yaw > 0 else "right"
        stroke = make_stroke(
            LEXICON.named("point"), SKELETON, apex_s=1.0, earliest_s=0.0, side=side,
            place=tuple(place.tolist()), size=0.9,
        )  # fmt: skip
        times, joints = rest(2.0)
        frame = lay_over(joints, [stroke], times)[round(1.0 * HZ)]
        placed = SKELETON.globals_of(frame)
        knuckle = placed[f"{side}IndexProximal"][1]
        finger, way = placed[f"{side}IndexDistal"][1] - knuckle, place - knuckle
        cosine = float(finger @ way) / np.linalg.norm(finger) / np.linalg.norm(way)
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))) < 5.0, (distance_m, np.degrees(yaw))
