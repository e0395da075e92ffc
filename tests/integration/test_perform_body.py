"""`foyer perform --body`: a recorded motion on the character, and for other skeletons."""

import json

import numpy as np
import pytest

from actuation.body_formats.bvh import read_bvh, write_bvh
from actuation.body_formats.bvh_text import read_bvh_text
from actuation.body_formats.clip import MotionClip
from actuation.body_formats.figure import figure_of
from actuation.joints.rotations import about, angle
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from actuation.rehearsal import LEAD_IN_S
from agent.__main__ import main
from tests.fakes.foreign_skeletons import foreign, joint_names


def raised_arm(length_s=2.0):
    """Slowly and clear of the desk, so that no limit is met."""
    times = np.arange(round(length_s * 30)) / 30
    joints = np.tile([0.0, 0, 0, 1], (len(times), len(JOINT_NAMES), 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        joints[:, JOINT_INDEX[f"{side}UpperArm"]] = about("z", -sign * (0.7 - 0.2 * times))
        joints[:, JOINT_INDEX[f"{side}LowerArm"]] = about("y", np.full(len(times), -sign * 0.9))
    return MotionClip(joints=joints.astype(np.float32), rate_hz=30)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("body")
    figure = figure_of(foreign(joint_names(), arms_down_rad=0.8, arm=1.2, z_up=True))
    write_bvh(folder / "take.bvh", raised_arm(), like=figure)
    run = ["perform", "--body", str(folder / "take.bvh"), "--out", str(folder / "out")]
    run += ["--no-preview", "--formats", "bvh", "--skeleton", str(folder / "take.bvh")]
    assert main(run) == 0
    return folder


def test_the_character_shows_the_recording(shown):
    lines = (shown / "out" / "frames.jsonl").read_text().splitlines()
    frames = [json.loads(line) for line in lines]
    assert len(frames) / 60 == pytest.approx(LEAD_IN_S + 2.0 + 0.7, abs=0.12)
    middle = frames[round((LEAD_IN_S + 1.0) * 60)]["joints"]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        assert angle(np.array(middle[f"{side}UpperArm"]), about("z", -sign * 0.5)) < 0.05
        assert angle(np.array(middle[f"{side}LowerArm"]), about("y", -sign * 0.9)) < 0.05
    shapes = np.array([list(f["blendshapes"].values()) for f in frames])
    assert np.ptp(shapes, axis=0).max() > 0.01, "the face lives"


def test_an_arm_that_rises_quickly_past_the_body_is_not_thrown_about(shown):
    lines = (shown / "out" / "frames.jsonl").read_text().splitlines()
    joints = np.array([list(json.loads(line)["joints"].values()) for line in lines])
    speed = 60 * angle(joints[1:], joints[:-1])
    assert speed.max() < 18, "no joint may turn faster, and only a finger so fast"


def test_another_skeleton_gets_the_same_motion(shown):
    assert (shown / "out" / "motion.bvh").exists()
    assert not (shown / "out" / "motion.vrma").exists()
    asked, given = (read_bvh_text(shown / p) for p in ("take.bvh", "out/motion.bvh"))
    assert asked.hierarchy.names == given.hierarchy.names
    np.testing.assert_allclose(asked.hierarchy.offsets, given.hierarchy.offsets, atol=1e-5)
    back = read_bvh(shown / "out" / "motion.bvh").joints[round((LEAD_IN_S + 1.0) * 60)]
    assert angle(back[JOINT_INDEX["leftUpperArm"]].astype(float), about("z", -0.5)) < 0.05


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--formats", "fbx"], "fbx"),
        (["--formats", ""], "nothing"),
        (["--body", "nowhere.bvh"], "nowhere.bvh"),
        (["--body", "talk.mp3"], "talk.mp3"),
        (["--skeleton", "figure.fbx"], "figure.fbx"),
        (["--skeleton", "nowhere.vrm"], "nowhere.vrm"),
    ],
)
def test_what_cannot_be_played_is_told_before_anything_is_written(more, told, tmp_path, capsys):
    assert main(["perform", "Hello.", "--out", str(tmp_path / "o"), "--no-preview", *more]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "o").exists()
