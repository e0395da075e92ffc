"""Corpora as they come, and files of every kind broken anywhere."""

import numpy as np
import pytest

from actuation.body_formats.bvh import read_bvh, write_bvh
from actuation.body_formats.clip import MotionClip
from actuation.body_formats.corpora import read_corpus, read_recording, read_sound
from actuation.body_formats.figure import figure_of
from actuation.body_formats.smplx import read_smplx, write_smplx
from actuation.body_formats.textgrid import read_words
from actuation.body_formats.vrm_skeleton import read_vrm_figure
from actuation.body_formats.vrma import read_vrma, write_vrma
from actuation.joints.rotations import about
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError
from tests.fakes.any_motion import any_joints, apart, old_vrm
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
