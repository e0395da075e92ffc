"""VRM animations and the skeletons of VRM characters, new and old."""

from pathlib import Path

import numpy as np
import pytest

from actuation.body_formats.clip import MotionClip
from actuation.body_formats.glb import GlbFile
from actuation.body_formats.vrm_skeleton import read_vrm_figure
from actuation.body_formats.vrma import read_vrma, write_vrma
from actuation.joints.rotations import about
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError
from tests.fakes.any_motion import any_joints, any_motion, apart, old_vrm

VRM = Path(__file__).parents[3] / "actuation/embodiments/avatar/receptionist.vrm"


def test_a_vrm_animation_reads_back_the_same(tmp_path):
    clip = any_motion(40, rate_hz=60.0)
    weights = np.linspace(0, 1, 40)
    write_vrma(tmp_path / "a.vrma", clip, face={"jawOpen": weights, "cheekPuff": 0 * weights})
    back, face = read_vrma(tmp_path / "a.vrma")
    assert back.frames == 40
    assert apart(clip.joints, back.joints) < 1e-4
    np.testing.assert_allclose(back.hips_m, clip.hips_m, atol=1e-5)
    assert list(face) == ["jawOpen"]
    np.testing.assert_allclose(face["jawOpen"], weights, atol=1e-6)


def test_after_minutes_a_vrm_animation_is_still_on_its_keys(tmp_path):
    joints = np.resize(any_joints(50), (3000, len(JOINT_NAMES), 4))
    write_vrma(tmp_path / "a.vrma", MotionClip(joints=joints, rate_hz=60.0))
    back, _ = read_vrma(tmp_path / "a.vrma")
    assert apart(joints[-300:], back.joints[-300:]) < 1e-4


def test_a_vrm_animation_names_all_bones_that_every_player_needs(tmp_path):
    write_vrma(tmp_path / "a.vrma", any_motion(2))
    tree = GlbFile(tmp_path / "a.vrma").tree
    assert tree["extensionsUsed"] == ["VRMC_vrm_animation"]
    human = tree["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    limbs = ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
    needed = {"hips", "spine", "head"} | {f"{s}{x}" for s in ("left", "right") for x in limbs}
    assert needed <= set(human)
    assert not {"leftEye", "rightEye"} & set(human)
    nodes = tree["nodes"]
    assert all("rotation" not in nodes[bone["node"]] for bone in human.values())
    moved = {(c["target"]["node"], c["target"]["path"]) for c in tree["animations"][0]["channels"]}
    assert {node for node, path in moved if path == "translation"} == {human["hips"]["node"]}


def test_signs_of_quaternions_do_not_make_a_player_spin(tmp_path):
    joints = np.repeat(any_joints(1), 3, 0)
    joints[1] *= -1
    write_vrma(tmp_path / "a.vrma", MotionClip(joints=joints, rate_hz=30))
    file = GlbFile(tmp_path / "a.vrma")
    for sampler in file.tree["animations"][0]["samplers"]:
        values = file.array(sampler["output"])
        assert values.shape[1] != 4 or np.sum(values[0] * values[1]) > 0.99


def test_any_vrm_gives_its_skeleton():
    figure = read_vrm_figure(VRM)
    assert figure.lacks == ()
    assert apart(figure.to_stage(figure.from_stage(any_joints(5))), any_joints(5)) < 1e-5
    assert figure.rest.metres == pytest.approx(1.0)
    assert set(figure.hierarchy.names) == {"scene", *figure.bones}


@pytest.mark.parametrize(
    ("data", "told"), [(b"", "not a binary"), (b"glTF1234", "cut off"), (b"RIFF", "not a binary")]
)
def test_what_is_no_vrm_is_told(data, told, tmp_path):
    (tmp_path / "a.vrm").write_bytes(data)
    with pytest.raises(BadInputError, match=told):
        read_vrm_figure(tmp_path / "a.vrm")
    (tmp_path / "b.vrm").write_bytes(VRM.read_bytes()[:5000])
    with pytest.raises(BadInputError, match="cut off"):
        read_vrm_figure(tmp_path / "b.vrm")
    write_vrma(tmp_path / "c.vrma", any_motion(2))
    with pytest.raises(BadInputError, match="no VRM character"):
        read_vrm_figure(tmp_path / "c.vrma")
    with pytest.raises(BadInputError, match="no VRM animation"):
        read_vrma(VRM)


def test_an_old_vrm_faces_the_other_way_and_shows_the_same(tmp_path):
    plain = old_vrm(tmp_path / "old.vrm")
    figure = read_vrm_figure(tmp_path / "old.vrm")
    assert figure.lacks == ()
    joints = np.tile([0.0, 0, 0, 1], (1, len(JOINT_NAMES), 1))
    joints[0, JOINT_INDEX["leftLowerArm"]] = about("y", -np.pi / 2)
    tree = figure.hierarchy
    spots = tree.spots_of(tree.turns_of(figure.from_stage(joints)))[0]
    place = {name: spots[tree.names.index(name)] for name in plain.names}
    forearm = place["l_wrist"] - place["l_elbow"]
    np.testing.assert_allclose(forearm / np.linalg.norm(forearm), [0, 0, -1], atol=1e-6)
    upper = place["l_elbow"] - place["l_shoulder"]
    np.testing.assert_allclose(upper / np.linalg.norm(upper), [-1, 0, 0], atol=1e-6)
    assert apart(figure.to_stage(figure.from_stage(any_joints(3))), any_joints(3)) < 1e-5
