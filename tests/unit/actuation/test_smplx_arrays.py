"""SMPL-X arrays, good and broken."""

import numpy as np
import pytest

from actuation.body_formats.smplx import ORDER, read_smplx, write_smplx
from actuation.joints.rotations import about
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError
from tests.fakes.any_motion import any_motion, apart


def test_smplx_arrays_read_back_the_same(tmp_path):
    clip = any_motion()
    write_smplx(tmp_path / "a.npz", clip)
    back = read_smplx(tmp_path / "a.npz")
    assert apart(clip.joints, back.joints) < 1e-4
    np.testing.assert_allclose(back.hips_m, clip.hips_m, atol=1e-5)
    assert back.rate_hz == 30


def test_smplx_arrays_have_all_keys_in_their_shapes(tmp_path):
    write_smplx(tmp_path / "a.npz", any_motion(7), jaw_rad=np.full(7, 0.2))
    with np.load(tmp_path / "a.npz") as arrays:
        shapes = {key: arrays[key].shape for key in arrays}
        assert arrays["poses"][3, 66] == pytest.approx(0.2)
        assert (str(arrays["model"]), str(arrays["gender"])) == ("smplx2020", "neutral")
    assert shapes == {
        "betas": (300,), "poses": (7, 165), "expressions": (7, 100), "trans": (7, 3),
        "model": (), "gender": (), "mocap_frame_rate": (),
    }  # fmt: skip


def test_the_order_of_joints_is_that_of_the_format(tmp_path):
    assert len(ORDER) == 55
    poses = np.zeros((1, 165))
    poses[0, 3 * 18 : 3 * 19] = [0, 0, 0.5]  # left elbow
    poses[0, 3 * 12 : 3 * 13] = [0.1, 0, 0]  # neck
    poses[0, 3 * 31 : 3 * 32] = [0, 0, -0.3]  # left pinky 1: after 3 index and 3 middle
    poses[0, 3 * 52 : 3 * 53] = [0, 0.2, 0]  # right thumb 1
    np.savez(tmp_path / "a.npz", poses=poses, mocap_frame_rate=30)
    joints = read_smplx(tmp_path / "a.npz").joints[0]
    told = {name: joints[JOINT_INDEX[name]] for name in JOINT_NAMES}
    assert apart(told["leftLowerArm"], about("z", 0.5)) < 1e-6
    assert apart(told["neck"], about("x", 0.1)) < 1e-6
    assert apart(told["leftLittleProximal"], about("z", -0.3)) < 1e-6
    assert apart(told["rightThumbMetacarpal"], about("y", 0.2)) < 1e-6


@pytest.mark.parametrize(("width", "fingers"), [(156, True), (66, False)])
def test_smpl_without_a_face_or_hands_is_read(width, fingers, tmp_path):
    np.savez(tmp_path / "a.npz", poses=np.full((4, width), 0.1), mocap_framerate=60.0)
    clip = read_smplx(tmp_path / "a.npz")
    bent = apart(clip.joints[0, JOINT_INDEX["leftIndexProximal"]], [0, 0, 0, 1]) > 0.1
    assert (clip.rate_hz, clip.hips_m, bent) == (60.0, None, fingers)


GOOD = {"poses": np.zeros((4, 165)), "mocap_frame_rate": np.array(30)}
BAD_ARRAYS = {
    "no poses": ({"mocap_frame_rate": 30}, ["no poses", "mocap_frame_rate", "(frames, 165)"]),
    "no rate": ({"poses": np.zeros((4, 165))}, ["no mocap_frame_rate", "30 in BEAT2"]),
    "rate 0": (GOOD | {"mocap_frame_rate": 0}, ["0.0 frames a second"]),
    "two rates": (GOOD | {"mocap_frame_rate": [30, 60]}, ["2 numbers"]),
    "no frames": (GOOD | {"poses": np.zeros((0, 165))}, ["0 frames"]),
    "odd joints": (GOOD | {"poses": np.zeros((4, 72))}, ["(4, 72)", "(frames, 165)"]),
    "flat": (GOOD | {"poses": np.zeros(165)}, ["(165,)"]),
    "no number": (GOOD | {"poses": np.full((4, 165), np.nan)}, ["frame 0", "finite"]),
    "words": (GOOD | {"poses": np.array([["a"] * 165])}, ["poses", "numbers"]),
    "objects": (GOOD | {"poses": np.array([{}], object)}, ["poses", "numbers"]),
    "other length": (GOOD | {"trans": np.zeros((3, 3))}, ["trans", "4 frames"]),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_arrays_that_do_not_fit_are_told_by_key_and_cure(case, tmp_path):
    arrays, told = BAD_ARRAYS[case]
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(BadInputError) as fault:
        read_smplx(tmp_path / "a.npz")
    for part in ("a.npz", *told):
        assert part in str(fault.value)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04cut off"])
def test_a_file_that_is_no_archive_is_told(data, tmp_path):
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(BadInputError, match="npz"):
        read_smplx(tmp_path / "a.npz")
    np.save(tmp_path / "b.npy", np.zeros(3))
    (tmp_path / "b.npy").rename(tmp_path / "b.npz")
    with pytest.raises(BadInputError, match="single array"):
        read_smplx(tmp_path / "b.npz")
