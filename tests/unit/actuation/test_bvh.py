"""BVH: read as the channels say, written so that it reads back, and bad files told with a cure."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from actuation.body_formats.bvh import local_turns, read_bvh, read_bvh_figure, write_bvh
from actuation.body_formats.bvh_text import read_bvh_text
from actuation.body_formats.clip import MotionClip, turned_by
from actuation.body_formats.euler import euler_of, turns_of_euler
from actuation.joints.rotations import from_vector, inverse, multiply, to_vector
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError

ORDERS = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]

ARMS = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Chest
  {
    OFFSET 0 30 0
    CHANNELS 3 Zrotation Yrotation Xrotation
    JOINT Head
    {
      OFFSET 0 20 0
      CHANNELS 0
      End Site
      {
        OFFSET 0 10 0
      }
    }
    JOINT LeftArm
    {
      OFFSET 15 10 0
      CHANNELS 1 Zrotation
      JOINT LeftForeArm
      {
        OFFSET 25 0 0
        CHANNELS 2 Yrotation Xrotation
        JOINT LeftHand
        {
          OFFSET 25 0 0
          CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
          End Site
          {
            OFFSET 8 0 0
          }
        }
      }
    }
    JOINT RightArm
    {
      OFFSET -15 10 0
      CHANNELS 3 Zrotation Yrotation Xrotation
      JOINT RightForeArm
      {
        OFFSET -25 0 0
        CHANNELS 3 Zrotation Yrotation Xrotation
        JOINT RightHand
        {
          OFFSET -25 0 0
          CHANNELS 3 Zrotation Yrotation Xrotation
        }
      }
    }
  }
}
"""
ROW = "0 90 0 0 0 0  0 0 0  45  0 0  25 0 0 0 0 0  0 0 0  0 0 0  0 0 0"
TWO = f"MOTION\nFrames: 2\nFrame Time: 0.033333\n{ROW}\n{ROW}\n"


def at(folder, text):
    path = folder / "take.bvh"
    path.write_text(text, newline="")
    return path


def apart(a, b):
    """Largest angle between two arrays of orientations, radians, exact for small ones."""
    turn = multiply(inverse(np.asarray(a, float)), np.asarray(b, float))
    return float(np.linalg.norm(to_vector(turn), axis=-1).max())


def any_motion(frames=40, seed=0):
    rng = np.random.default_rng(seed)
    return MotionClip(
        joints=from_vector(rng.normal(0, 0.6, (frames, len(JOINT_NAMES), 3))).astype(np.float32),
        rate_hz=60.0,
        hips_m=(rng.normal(0, 0.1, (frames, 3)) + [0, 0.93, 0]).astype(np.float32),
    )


def test_channels_turn_in_their_order_as_reckoned_by_hand():
    right_angle = np.radians([90.0, 90.0])
    x = np.array([1.0, 0.0, 0.0])
    # Z then Y: Y brings +x to -z first, and Z leaves that alone.
    np.testing.assert_allclose(
        turned_by(turns_of_euler(right_angle, (2, 1)), x), [0, 0, -1], atol=1e-12
    )
    # Y then Z: Z brings +x to +y first, and Y leaves that alone.
    np.testing.assert_allclose(
        turned_by(turns_of_euler(right_angle, (1, 2)), x), [0, 1, 0], atol=1e-12
    )


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_of_channels_agrees_with_another_library(order):
    angles = np.random.default_rng(1).uniform(-np.pi, np.pi, (200, 3))
    theirs = Rotation.from_euler("".join("XYZ"[axis] for axis in order), angles)
    assert apart(turns_of_euler(angles, order), theirs.as_quat()) < 1e-12


@pytest.mark.parametrize("order", ORDERS)
def test_angles_bring_back_the_turn_even_in_gimbal_lock(order):
    rng = np.random.default_rng(2)
    angles = rng.uniform(-np.pi, np.pi, (300, 3))
    angles[:50, 1] = np.pi / 2
    angles[50:100, 1] = -np.pi / 2
    angles[100:150, 1] = np.pi / 2 - 10.0 ** rng.uniform(-9, -4, 50)
    turns = turns_of_euler(angles, order)
    assert apart(turns_of_euler(euler_of(turns, order), order), turns) < 1e-6


def test_what_is_written_reads_back_the_same(tmp_path):
    clip = any_motion()
    write_bvh(tmp_path / "a.bvh", clip)
    back = read_bvh(tmp_path / "a.bvh")
    assert apart(clip.joints, back.joints) < 1e-4
    np.testing.assert_allclose(back.hips_m, clip.hips_m, atol=1e-5)
    assert back.rate_hz == 60.0


def test_a_clip_without_a_place_stands_where_the_character_stands(tmp_path):
    joints = any_motion(frames=1).joints
    write_bvh(tmp_path / "a.bvh", MotionClip(joints=joints, rate_hz=30.0))
    np.testing.assert_allclose(read_bvh(tmp_path / "a.bvh").hips_m, [[0, 0.93, 0]], atol=1e-5)


def test_joints_with_any_number_of_channels_are_read(tmp_path):
    text, figure = read_bvh_figure(at(tmp_path, ARMS + TWO))
    turned = local_turns(text)[0]
    left = figure.hierarchy.names.index("LeftArm")
    assert apart(turned[left], [0, 0, np.sin(np.pi / 8), np.cos(np.pi / 8)]) < 1e-9
    clip = read_bvh(at(tmp_path, ARMS + TWO))
    assert clip.rate_hz == 30.0
    assert apart(clip.joints[0, JOINT_INDEX["leftUpperArm"]], turned[left]) < 1e-6
    assert figure.bones["head"] == figure.hierarchy.names.index("Head")
    assert "leftIndexProximal" in figure.lacks


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("  ", "\t"),
        lambda text: text.replace(" 45 ", "\n45\n"),
        lambda text: text.replace("Frames: 2", "Frames:\t2  "),
        lambda text: text.replace("CHANNELS 1 Zrotation", "CHANNELS 1 zrotation"),
        lambda text: text.replace("{", " {").replace("ROOT Hips\n {", "ROOT Hips {"),
        lambda text: text + "\n\n",
    ],
)
def test_line_ends_tabs_and_wrapped_rows_do_not_matter(change, tmp_path):
    plain = read_bvh(at(tmp_path, ARMS + TWO))
    changed = read_bvh(at(tmp_path, change(ARMS + TWO)))
    assert np.array_equal(plain.joints, changed.joints)
    assert np.array_equal(plain.hips_m, changed.hips_m)


def test_a_root_that_only_turns_has_no_place(tmp_path):
    text = ARMS.replace("6 Xposition Yposition Zposition Zrot", "3 Zrot", 1)
    text = text.replace("6 Xposition Yposition Zposition Xrot", "3 Xrot", 1)
    row = " ".join(["0"] * 21)
    clip = read_bvh(at(tmp_path, text + f"MOTION\nFrames: 1\nFrame Time: .0083333\n{row}\n"))
    assert clip.hips_m is None
    assert clip.rate_hz == 120.0


def test_names_with_spaces_and_prefixes_are_names(tmp_path):
    text = (ARMS + TWO).replace("JOINT Left", "JOINT mixamorig:Left").replace("Hips", "My Hips")
    assert read_bvh_text(at(tmp_path, text)).hierarchy.names[0] == "My Hips"
    assert read_bvh(at(tmp_path, text)).frames == 2


LINES = (ARMS + TWO).split("\n")
LINE_OF_ARM, LINE_OF_FRAMES, LINE_OF_TIME, LINE_OF_ROW = (
    f":{1 + next(i for i, line in enumerate(LINES) if mark in line)}:"
    for mark in ("CHANNELS 1 Z", "Frames: 2", "Frame Time", ROW)
)
BROKEN = {
    "empty": ("", ["is empty"]),
    "not bvh": ("hello\nMOTION\n", [":1:", "HIERARCHY"]),
    "no motion": (ARMS, ["no MOTION"]),
    "odd channel": (ARMS.replace("1 Zrotation", "1 Wrotation") + TWO, [LINE_OF_ARM, "Wrotation"]),
    "no such count": (ARMS.replace("CHANNELS 1 Z", "CHANNELS x Z") + TWO, [LINE_OF_ARM, "'x'"]),
    "offset no number": (ARMS.replace("0 30 0", "0 thirty 0") + TWO, [":8:", "'thirty'"]),
    "cut in the skeleton": (ARMS[:300] + "\n" + TWO, ["cut off"]),
    "two figures": (ARMS + ARMS.split("\n", 1)[1] + TWO, ["one ROOT"]),
    "no frame time": (ARMS + "MOTION\nFrames: 2\n", ["Frame Time"]),
    "no frames": (ARMS + TWO.replace("Frames: 2", "Frames: 0"), [LINE_OF_FRAMES, "no motion"]),
    "rate nothing": (ARMS + TWO.replace("0.033333", "0"), [LINE_OF_TIME, "0.033333"]),
    "rate backwards": (ARMS + TWO.replace("0.033333", "-0.1"), [LINE_OF_TIME, "0.033333"]),
    "rate no number": (ARMS + TWO.replace("0.033333", "fast"), [LINE_OF_TIME, "'fast'"]),
    "truncated": (ARMS + TWO[:-30], ["after 1 of 2 frames", "Frames: 1"]),
    "too many frames": (ARMS + TWO + ROW + "\n", ["3 frames", "says 2"]),
    "blank lines count": (
        ARMS + "\n\n" + TWO.replace("MOTION\n", "MOTION\n\n").replace(" 45", " nan"),
        [f":{int(LINE_OF_ROW[1:-1]) + 3}:"],
    ),
    "row too long": (ARMS + TWO.replace("45", "45 45"), [LINE_OF_ROW, "28 numbers", "27 channels"]),
    "not a number": (ARMS + TWO.replace(" 45", " nan"), [LINE_OF_ROW, "'nan'"]),
    "infinite": (ARMS + TWO.replace(" 45", " 1e999"), [LINE_OF_ROW, "'1e999'"]),
    "comma": (ARMS + TWO.replace(" 45", " 45,0"), [LINE_OF_ROW, "'45,0'", "point"]),
    "word": (ARMS + TWO.replace(" 45", " many"), [LINE_OF_ROW, "'many'"]),
    "no arms": (
        ARMS.replace("Arm", "Tail").replace("Hand", "Fin") + TWO, ["no arms", "Hips", "LeftHand"],
    ),
    "lying down": (
        ARMS.replace("OFFSET 0 30 0", "OFFSET 0 0 0").replace("OFFSET 0 20 0", "OFFSET 0 0 0")
        + TWO, ["standing figure", "T-pose"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_told_with_place_and_cure(case, tmp_path):
    text, told = BROKEN[case]
    with pytest.raises(BadInputError) as fault:
        read_bvh(at(tmp_path, text))
    assert "take.bvh" in str(fault.value)
    for part in told:
        assert part in str(fault.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInputError, match="nowhere.bvh"):
        read_bvh(tmp_path / "nowhere.bvh")


def test_ten_minutes_are_read_whole(tmp_path):
    rows = "\n".join([ROW] * 18_000)
    clip = read_bvh(at(tmp_path, ARMS + f"MOTION\nFrames: 18000\nFrame Time: 0.0333333\n{rows}\n"))
    assert clip.length_s == pytest.approx(600.0)
    assert apart(clip.joints[0], clip.joints[-1]) < 1e-9
