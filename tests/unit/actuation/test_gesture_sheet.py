"""The contact sheet of the lexicon: all gestures, as they are shown, for people to look at."""

import cv2
import numpy as np
import pytest

from actuation.embodiments.lexicon_sheet import key_frames, with_desk
from actuation.embodiments.vrm_file import read_character
from actuation.gestures.lexemes import standard_lexicon
from actuation.joints.clearance import DESK_TOP_M
from actuation.joints.skeleton import load_skeleton
from actuation.motion import JOINT_INDEX
from agent.__main__ import main
from agent.commands.perform import VRM

LEXICON, SKELETON = standard_lexicon(), load_skeleton()


@pytest.mark.parametrize("lexeme", list(LEXICON)[::6], ids=lambda lexeme: lexeme.name)
def test_a_gesture_is_shown_at_its_apex_under_its_name(lexeme):
    shown = key_frames(lexeme, SKELETON)
    assert [label for label, _ in shown if " " not in label] == [lexeme.name]
    assert 1 <= len(shown) <= 4
    for label, joints in shown:
        assert label.startswith(lexeme.name)
        assert joints.shape == (44, 4)


def test_each_side_is_shown_with_its_own_arm():
    arm = JOINT_INDEX["leftUpperArm"]
    lexeme = LEXICON.named("wave")
    right, left = (key_frames(lexeme, SKELETON, side=side)[0][1] for side in ("right", "left"))
    assert not np.allclose(right[arm], left[arm], atol=0.1)


def test_the_command_writes_what_a_visitor_sees_and_the_side_view(tmp_path, capsys):
    asked = ["perform", "--lexicon", str(tmp_path / "sheet"), "--gesture", "wave"]
    assert main([*asked, "--gesture", "point"]) == 0
    paths = capsys.readouterr().out.split()
    assert len(paths) == 2
    for path in paths:
        picture = cv2.imread(path)
        assert picture is not None
        assert picture.shape[1] == 8 * 200
        assert picture.std() > 20


def test_a_gesture_that_nobody_knows_is_an_error_that_names_those_there_are(tmp_path, capsys):
    assert main(["perform", "--lexicon", str(tmp_path), "--gesture", "somersault"]) == 2
    said = capsys.readouterr().err
    assert "somersault" in said
    assert "wave" in said


def test_a_text_needs_a_place_for_its_files(capsys):
    assert main(["perform", "Hello."]) == 2
    assert "--out" in capsys.readouterr().err


def test_the_desk_stands_before_the_character():
    character = read_character(VRM)
    both = with_desk(character)
    desk = both.points[len(character.points) :]
    assert desk[:, 1].max() == pytest.approx(DESK_TOP_M)
    assert desk[:, 2].min() > 0.3
    assert len(both.weights) == len(both.points) == len(both.bones)
    assert both.triangles.max() < len(both.points)
