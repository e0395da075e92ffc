import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from actuation.handshapes import SHAPES
from actuation.lexemes import load_lexicon, standard_lexicon
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from actuation.skeleton import SIDES, Reach, load_skeleton, solve_arm
from actuation.strokes import RETRACT_S, lay_over, make_stroke
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


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("hand", [(0.3, -0.3, 0.5), (0.42, 0.05, 0.38), (0.0, -0.3, 0.35)])
def test_a_hand_within_reach_arrives_with_its_palm_as_asked(side, hand):
    wanted = Reach(hand=hand, palm=(-0.2, 0.3, 1.0), fingers=(0.0, 1.0, -0.3))
    joints = rest(0.02)[1][0]
    for name, turn in solve_arm(SKELETON, side, wanted).items():
        joints[JOINT_INDEX[name]] = turn.quat
    turned = SKELETON.globals_of(joints)[f"{side}Hand"][0]

    assert wrist(joints[None], side)[0] == pytest.approx(hand, abs=1e-6)
    palm = turned.apply([0.0, -1.0, 0.0]) * [1.0 if side == "left" else -1.0, 1.0, 1.0]
    asked = np.array([-0.2, 0.3, 1.0]) / np.linalg.norm([-0.2, 0.3, 1.0])
    assert float(palm @ asked) > 0.99


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
    assert stroke.key_times_s[0] - stroke.start_s > 0.3


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
    found = [lexeme.name for _, lexeme in LEXICON.in_text("Hello. Please take a seat over there.")]
    assert found == ["wave", "offer_palm", "offer_palm", "point"]


def test_a_meaning_finds_a_gesture_and_nonsense_finds_none():
    assert LEXICON.like("please come closer").name == "beckon"
    assert LEXICON.like("xqz wvk") is None


def test_there_are_enough_gestures_with_a_meaning():
    assert sum(lexeme.kind != "beat" for lexeme in LEXICON) >= 24


def test_every_hand_shape_is_used_by_a_gesture_or_by_rest():
    used = {key.shape for lexeme in LEXICON for key in lexeme.keys} | {"relaxed"}
    assert set(SHAPES) - used <= {"four"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: {kind: emblem, meaning: hello there, hands: one}", "has no keys"),
        ("a: {kind: emblem, meaning: hello there, hands: three}", "hands"),
        ("a: [1, 2]", "a"),
        ("a: {kind: [", "not YAML"),
        ("", "no gestures"),
    ],
)
def test_a_broken_lexicon_says_what_and_where(tmp_path, text, says):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(BadInputError, match=says):
        load_lexicon(tmp_path)
