"""The lexicon: every gesture can be held as it is written, is free of the body, and is found."""

import numpy as np
import pytest

from actuation.generators.rules_idle import rest_pose
from actuation.gestures.aiming import reach_of
from actuation.gestures.image_schemas import standard_schemas
from actuation.gestures.lexemes import Lexeme, load_lexicon, standard_lexicon
from actuation.gestures.strokes import lay_over, make_stroke
from actuation.joints.clearance import Clearance
from actuation.joints.skeleton import load_skeleton
from actuation.motion import JOINT_INDEX
from agent.core.errors import BadInputError

LEXICON, SKELETON = standard_lexicon(), load_skeleton()
CLEARANCE, REST = Clearance(SKELETON), rest_pose()
MEANT = [lexeme for lexeme in LEXICON if lexeme.kind != "beat"]
WITH_HANDS = [lexeme for lexeme in LEXICON if lexeme.hands != "head"]


def angle_deg(a, b):
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def held(lexeme):
    """Poses of the body at the gesture's keys, and where everything is then."""
    stroke = make_stroke(lexeme, SKELETON, apex_s=2.0, earliest_s=0.0)
    still = np.repeat(REST[None], len(stroke.key_times_s), axis=0)
    joints = lay_over(still, [stroke], stroke.key_times_s)
    return joints, CLEARANCE.place(joints)


def off_by(lexeme, key, side, placed, frame):
    """Centimetres of the wrist, degrees of the fingers, from what the entry asks for."""
    mirror = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    reach = reach_of(key, 1.0)
    wanted = SKELETON.shoulder_centre + mirror * reach.hand * SKELETON.arm_length_m(side)
    hand = JOINT_INDEX[f"{side}Hand"]
    rest = SKELETON.positions
    straight = rest[f"{side}IndexDistal"] - rest[f"{side}IndexProximal"]
    fingers = placed.turns[frame, hand] @ straight
    wrist_cm = 100 * float(np.linalg.norm(placed.at[frame, hand] - wanted))
    return wrist_cm, angle_deg(fingers, mirror * reach.fingers)


def test_there_are_gestures_for_more_than_two_hundred_meanings():
    assert len(MEANT) >= 208
    assert len({lexeme.meaning for lexeme in MEANT}) == len(MEANT)


def test_every_image_schema_has_gestures_that_draw_it():
    drawn = [lexeme.schema_ for lexeme in LEXICON]
    schemas = {row for row in drawn if row is not None}
    assert len(schemas) == 15
    assert min(drawn.count(schema) for schema in schemas) >= 2


def test_no_two_gestures_look_the_same():
    forms = [(lexeme.hands, lexeme.keys, lexeme.other, lexeme.head) for lexeme in LEXICON]
    assert len(set(forms)) == len(forms)


def test_every_gesture_has_words_that_call_for_it_and_a_moment_that_is_its_apex():
    for lexeme in MEANT:
        keys = lexeme.head if lexeme.hands == "head" else lexeme.keys
        assert lexeme.words, lexeme.name
        assert any(key.t == 0 for key in keys), lexeme.name


def test_every_gesture_is_held_as_it_is_written_and_touches_nothing():
    for lexeme in WITH_HANDS:
        joints, placed = held(lexeme)
        assert CLEARANCE.depth_m(joints).max() < 0, lexeme.name
        for side in ("left", "right") if lexeme.hands == "both" else ("right",):
            keys = lexeme.other if side == "left" and lexeme.other else lexeme.keys
            for frame, key in enumerate(keys):
                wrist_cm, fingers_deg = off_by(lexeme, key, side, placed, frame)
                assert wrist_cm < 2, (lexeme.name, key.t)
                assert fingers_deg < 36, (lexeme.name, key.t)


def test_image_schemas_name_only_gestures_that_there_are():
    assert standard_schemas().gestures <= {lexeme.name for lexeme in LEXICON}


def test_hands_with_a_part_for_the_head_hand_it_over():
    head = LEXICON.named("thinking_chin").of_the_head()
    assert head.hands == "head"
    assert head.head
    assert not head.keys
    left = LEXICON.named("thinking_chin").of_the_head("left")
    assert [key.yaw_deg for key in left.head] == [-key.yaw_deg for key in head.head]
    assert [key.pitch_deg for key in left.head] == [key.pitch_deg for key in head.head]
    assert LEXICON.named("nod").of_the_head() is None
    assert LEXICON.named("wave").of_the_head() is None


def entry(**change):
    key = {"t": 0.0, "hand": [0.3, -0.3, 0.5], "palm": [0, 0, 1], "fingers": [0, 1, 0]}
    return {"name": "x", "kind": "emblem", "meaning": "a meaning", "hands": "one",
            "keys": [key]} | change  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "spiral"}, "schema"),
        ({"other": entry()["keys"]}, "needs hands: both"),
        ({"keys": [entry()["keys"][0]] * 2}, "rise in time"),
        ({"head": [{"t": 0.1}, {"t": 0.1}]}, "rise in time"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_the_reason(change, said):
    Lexeme.model_validate(entry())
    with pytest.raises(ValueError, match=said):
        Lexeme.model_validate(entry(**change))


def test_a_faulty_file_is_named_with_its_entry(tmp_path):
    (tmp_path / "mine.yaml").write_text("wink:\n  kind: emblem\n  hands: head\n")
    with pytest.raises(BadInputError, match=r"mine\.yaml: wink: "):
        load_lexicon(tmp_path)


def test_a_new_entry_is_offered_to_a_language_model_unless_it_says_otherwise():
    assert Lexeme.model_validate(entry()).offered
    assert not Lexeme.model_validate(entry(offered=False)).offered
    assert 40 <= sum(lexeme.offered for lexeme in LEXICON) <= 80  # read before every answer
