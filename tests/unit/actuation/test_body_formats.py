"""Motion clips, SMPL-X arrays, TextGrids, VRM animations and corpora, good and broken."""

from pathlib import Path

import numpy as np
import pytest

from actuation.body_formats.bvh import read_bvh, write_bvh
from actuation.body_formats.clip import MotionClip, TimedWord
from actuation.body_formats.corpora import read_corpus, read_recording, read_sound
from actuation.body_formats.figure import figure_of
from actuation.body_formats.glb import GlbFile
from actuation.body_formats.humanoid_names import bones_of
from actuation.body_formats.smplx import ORDER, read_smplx, write_smplx
from actuation.body_formats.textgrid import read_textgrid, read_words
from actuation.body_formats.vrm_skeleton import read_vrm_figure
from actuation.body_formats.vrma import read_vrma, write_vrma
from actuation.embodiments.avatar.gltf import Document
from actuation.joints.rotations import about, from_vector, inverse, multiply, to_vector
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError
from tests.fakes.body_corpora import (
    moved_with,
    sound_of,
    spoken_words,
    write_beat,
    write_beat2,
    write_bvh_corpus,
    write_textgrid,
    write_wav,
)
from tests.fakes.foreign_skeletons import foreign, joint_names

VRM = Path(__file__).parents[3] / "actuation/embodiments/avatar/receptionist.vrm"


def any_joints(frames=30, seed=0):
    rng = np.random.default_rng(seed)
    return from_vector(rng.normal(0, 0.6, (frames, len(JOINT_NAMES), 3))).astype(np.float32)


def any_motion(frames=30, rate_hz=30.0):
    hips = np.random.default_rng(1).normal(0, 0.1, (frames, 3)) + [0, 0.93, 0]
    return MotionClip(joints=any_joints(frames), rate_hz=rate_hz, hips_m=hips)


def apart(a, b):
    turn = multiply(inverse(np.asarray(a, float)), np.asarray(b, float))
    return float(np.linalg.norm(to_vector(turn), axis=-1).max())


# ---- clips -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"joints": np.zeros((3, 20, 4))}, "(frames, 44, 4)"),
        ({"joints": np.zeros((0, 44, 4))}, "0 frames"),
        ({"rate_hz": 0.0}, "frames a second"),
        ({"rate_hz": float("nan")}, "frames a second"),
        ({"rate_hz": -30.0}, "frames a second"),
        ({"hips_m": np.zeros((2, 3))}, "(3, 3)"),
        ({"hips_m": np.full((3, 3), np.inf)}, "hips of frame 0"),
    ],
)
def test_a_clip_that_cannot_be_is_told(change, told):
    good = {"joints": any_joints(3), "rate_hz": 30.0}
    with pytest.raises(BadInputError) as fault:
        MotionClip(**good | change)
    assert told in str(fault.value)


def test_a_frame_that_is_no_number_is_named():
    joints = any_joints(5)
    joints[3, 7, 1] = np.nan
    with pytest.raises(BadInputError, match="frame 3"):
        MotionClip(joints=joints, rate_hz=30.0)


def test_quaternions_come_out_of_length_one():
    joints = any_joints(2) * 3
    joints[0, 0] = 0
    clip = MotionClip(joints=joints, rate_hz=30.0)
    np.testing.assert_allclose(np.linalg.norm(clip.joints, axis=-1), 1, atol=1e-6)
    assert apart(clip.joints[0, 0], [0, 0, 0, 1]) == 0


def test_another_rate_goes_along_the_arc_at_even_speed():
    turns = np.zeros((2, len(JOINT_NAMES), 4))
    turns[..., 3] = 1
    turns[1] = about("y", 2.8)
    turns[1, 3] *= -1  # the same turn by another sign
    clip = MotionClip(joints=turns, rate_hz=1.0, hips_m=[[0, 1, 0], [4, 1, 0]])
    fast = clip.at_rate(4.0)
    assert fast.frames == 8
    for k, share in enumerate((0, 0.25, 0.5, 0.75, 1, 1)):
        assert apart(fast.joints[k], about("y", 2.8 * share)) < 1e-5
    np.testing.assert_allclose(fast.hips_m[:5, 0], [0, 1, 2, 3, 4])
    assert clip.at_rate(1.0) is clip
    with pytest.raises(BadInputError):
        clip.at_rate(0)


def test_ten_minutes_change_their_rate():
    long = MotionClip(joints=np.repeat(any_joints(1), 1200, 0), rate_hz=2.0)
    assert long.at_rate(10.0).length_s == pytest.approx(600.0)


def test_a_stretch_has_at_least_a_frame():
    clip = any_motion(30)
    assert clip.between(0.5, 0.8).frames == 9
    assert clip.between(5, 9).frames == 1
    assert clip.between(0.2, 0.1).frames == 1


def test_a_speaker_who_faced_the_window_faces_forward():
    clip = any_motion(1)
    joints = np.repeat(clip.joints, 3, 0)
    for frame, yaw in enumerate((1.9, 2.0, 2.1)):
        joints[frame, 0] = about("y", yaw)
    turned = MotionClip(joints=joints, rate_hz=30.0, hips_m=[[1, 0.9, 5], [1, 0.9, 6], [1, 0.9, 7]])
    forward = turned.facing_forward()
    assert apart(forward.joints[1, 0], [0, 0, 0, 1]) < 1e-6
    assert apart(forward.joints[2, 0], about("y", 0.1)) < 1e-6
    # It went along +z while it looked 2 rad to the left of it: that is 2 rad to its right.
    np.testing.assert_allclose(
        forward.hips_m[2] - forward.hips_m[1], [-np.sin(2), 0, np.cos(2)], atol=1e-6
    )
    np.testing.assert_allclose(forward.hips_m.mean(axis=0), [0, 0.9, 0], atol=1e-6)


# ---- SMPL-X arrays -----------------------------------------------------------------------------


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


# ---- TextGrid ----------------------------------------------------------------------------------

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.5
<exists>
3
"IntervalTier"
"phones"
0
2.5
2
0
1
"h"
1
2.5
"sp"
"TextTier"
"marks"
0
2.5
1
0.7
"here"
"IntervalTier"
"words"
0
2.5
3
0
0.5
"he said ""no"" [2]: xmin = 4"
0.5
1.25
""
1.25
2.5
"caf\u00e9"
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_short_form_is_read_in_any_encoding(encoding, tmp_path):
    (tmp_path / "a.TextGrid").write_bytes(SHORT.encode(encoding))
    tiers = read_textgrid(tmp_path / "a.TextGrid")
    assert list(tiers) == ["phones", "words"]
    assert read_words(tmp_path / "a.TextGrid") == (
        TimedWord(text='he said "no" [2]: xmin = 4', begin_s=0, end_s=0.5),
        TimedWord(text="caf\u00e9", begin_s=1.25, end_s=2.5),
    )


def test_the_long_form_says_the_same(tmp_path):
    words = spoken_words(6.0, seed=3)
    write_textgrid(tmp_path / "a.TextGrid", words, 6.0)
    assert read_words(tmp_path / "a.TextGrid") == words
    text = (tmp_path / "a.TextGrid").read_text().replace("\n", "\r\n")
    (tmp_path / "b.TextGrid").write_text(text, newline="")
    assert read_words(tmp_path / "b.TextGrid") == words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "no TextGrid"),
        (SHORT[:120], "cut off"),
        (SHORT.replace("1.25\n2.5", "1.25\n1.0"), "before it begins"),
        (SHORT.replace('1.25\n""', "1.25\n7"), "in quotation marks"),
    ],
)
def test_a_broken_textgrid_is_told(text, told, tmp_path):
    (tmp_path / "a.TextGrid").write_text(text)
    with pytest.raises(BadInputError, match=told) as fault:
        read_words(tmp_path / "a.TextGrid")
    assert "a.TextGrid" in str(fault.value)


# ---- VRM animations ----------------------------------------------------------------------------


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


# ---- corpora -----------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_bvh_corpus, write_beat, write_beat2])
def test_each_kind_of_corpus_gives_back_what_was_put_in(write, tmp_path):
    clips = list(read_corpus(write(tmp_path / "corpus", length_s=3.0)))
    assert len(clips) == 2
    for seed, clip in enumerate(clips):
        words = spoken_words(3.0, seed)
        meant = moved_with(words, 3.0, 30.0, seed).facing_forward()
        assert apart(clip.motion.joints, meant.joints) < 1e-4
        assert clip.motion.rate_hz == 30
        if write is write_bvh_corpus:
            assert clip.sound is None
            assert len(clip.lacks) == 2
            continue
        assert clip.words == words
        assert (clip.speaker, clip.lacks) == ("orlan", ())
        assert len(clip.sound) / clip.sound_rate_hz == pytest.approx(3.0)
    if write is write_beat:
        assert [clip.emotion for clip in clips] == ["neutral", "happiness"]


def test_one_broken_file_does_not_spoil_a_corpus(tmp_path):
    folder = write_beat2(tmp_path / "corpus", length_s=2.0)
    broken = folder / "smplxflame_30" / "2_orlan_0_1_1.npz"
    np.savez(broken, betas=np.zeros(300))
    with pytest.raises(BadInputError, match="no poses"):
        list(read_corpus(folder))
    told = []
    assert [clip.name for clip in read_corpus(folder, tell=told.append)] == ["2_orlan_0_2_2"]
    assert len(told) == 1
    assert "2_orlan_0_1_1.npz" in told[0]
    np.savez(folder / "smplxflame_30" / "2_orlan_0_2_2.npz", betas=np.zeros(300))
    with pytest.raises(BadInputError, match="none of its 2"):
        list(read_corpus(folder, tell=told.append))


def test_what_lies_beside_is_found_in_folders_beside(tmp_path):
    folder = write_beat2(tmp_path / "corpus", clips=1, length_s=2.0)
    clip = read_recording(folder / "smplxflame_30" / "2_orlan_0_1_1.npz")
    assert clip.sound is not None
    assert clip.words


def test_a_recording_faces_forward_wherever_it_faced(tmp_path):
    joints = np.tile([0.0, 0, 0, 1], (3, len(JOINT_NAMES), 1))
    joints[:, JOINT_INDEX["hips"]] = about("y", 1.5)
    write_bvh(tmp_path / "a.bvh", MotionClip(joints=joints, rate_hz=30, hips_m=[[2, 0.9, 1]] * 3))
    motion = read_recording(tmp_path / "a.bvh").motion
    assert apart(motion.joints, [0, 0, 0, 1]) < 1e-6
    np.testing.assert_allclose(motion.hips_m, [[0, 0.9, 0]] * 3, atol=1e-5)


def test_what_a_skeleton_lacks_is_said(tmp_path):
    bare = foreign(joint_names(), lacks=("neck", *(b for b in JOINT_NAMES if "Ring" in b)))
    clip = MotionClip(joints=any_joints(3), rate_hz=30)
    write_bvh(tmp_path / "a.bvh", clip, like=figure_of(bare))
    lacks = read_recording(tmp_path / "a.bvh").lacks
    assert "no joints for neck" in lacks
    assert any("6 of 30" in line for line in lacks)


@pytest.mark.parametrize("empty", [True, False])
def test_a_folder_without_motion_is_told(empty, tmp_path):
    folder = tmp_path / "nothing"
    if empty:
        folder.mkdir()
        (folder / "notes.txt").write_text("x")
    with pytest.raises(BadInputError, match="nothing"):
        list(read_corpus(folder))


def test_sound_of_another_length_is_told(tmp_path):
    folder = write_beat(tmp_path / "corpus", clips=1, length_s=2.0)
    other = write_beat(tmp_path / "other", clips=1, length_s=5.0)
    name = "1/1_orlan_0_1_1.wav"
    (folder / name).write_bytes((other / name).read_bytes())
    clip = next(iter(read_corpus(folder)))
    assert "5.0 s" in clip.lacks[0]


@pytest.mark.parametrize("data", [b"", b"RIFF1234WAVE", b"x" * 100])
def test_sound_that_is_no_sound_is_told(data, tmp_path):
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(BadInputError, match="ffmpeg"):
        read_sound(tmp_path / "a.wav")


def old_vrm(path):
    """A VRM 0.x figure: it faces -Z, and its thumbs are called as other fingers are."""
    plain = foreign(joint_names(), unit_m=1.0)
    spun = plain.offsets @ np.diag([-1.0, 1.0, -1.0])
    document = Document("test")
    for joint, name in enumerate(plain.names):
        node = {"name": name, "translation": spun[joint].tolist()}
        if below := list(plain.children[joint]):
            node["children"] = below
        document.json["nodes"].append(node)
    old = {"ThumbMetacarpal": "ThumbProximal", "ThumbProximal": "ThumbIntermediate"}
    bones = bones_of(plain)
    called = {b: b[: -len(k)] + v for b in bones for k, v in old.items() if b.endswith(k)}
    listed = [{"bone": called.get(b, b), "node": joint} for b, joint in bones.items()]
    document.json["extensions"] = {"VRM": {"humanoid": {"humanBones": listed}}}
    document.view(b"1234")
    document.write(path)
    return plain


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


FILES = ("a.npz", "a.vrma", "a.TextGrid", "a.wav", "a.vrm", "a.bvh")


@pytest.mark.parametrize("name", FILES)
def test_a_file_broken_anywhere_is_read_or_told(name, tmp_path):
    """A few dozen ways to break each, the same every time."""
    words = spoken_words(2.0, seed=0)
    clip = moved_with(words, 0.4, 10.0, seed=0)
    path = tmp_path / name
    write, read = {
        "a.npz": (lambda: write_smplx(path, clip), read_smplx),
        "a.vrma": (lambda: write_vrma(path, clip), read_vrma),
        "a.TextGrid": (lambda: write_textgrid(path, words, 2.0), read_words),
        "a.wav": (lambda: write_wav(path, sound_of(words, 2.0, 0)[:2000]), read_sound),
        "a.vrm": (lambda: old_vrm(path), read_vrm_figure),
        "a.bvh": (lambda: write_bvh(path, clip), read_bvh),
    }[name]
    write()
    whole, rng = path.read_bytes(), np.random.default_rng(8)
    told = []
    for _ in range(40):
        data, at = bytearray(whole), int(rng.integers(len(whole)))
        match rng.integers(4):
            case 0:
                del data[at:]
            case 1:
                data[at] = int(rng.integers(256))
            case 2:
                del data[at : at + int(rng.integers(1, 60))]
            case _:
                data[at : at + 1] = [b"-1", b"nan", b"1e400", b"{", b'"', b"999999999"][at % 6]
        path.write_bytes(bytes(data))
        try:
            read(path)
        except BadInputError as fault:
            told.append(str(fault))
    # Nearly all of a sound are samples, and any samples are a sound.
    assert told or name == "a.wav"
    assert all(name in each for each in told)
