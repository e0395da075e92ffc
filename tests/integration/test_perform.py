"""`foyer perform`: the files it writes agree with each other."""

import io
import json
import wave
from pathlib import Path

import numpy as np
import pytest

from actuation.body_formats.bvh import read_bvh
from actuation.body_formats.smplx import read_smplx
from actuation.body_formats.vrma import read_vrma
from actuation.motion import JOINT_NAMES
from actuation.rehearsal import clauses_of
from agent.__main__ import main
from agent.core.face_shapes import ARKIT_NAMES

pytestmark = pytest.mark.long
TEXT = "Good morning. Bob is on the third floor."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("perform")
    assert main(["perform", TEXT, "--out", str(out), "--voice", "espeak"]) == 0
    return out


def read_frames(folder):
    return [json.loads(line) for line in (folder / "frames.jsonl").read_text().splitlines()]


def test_all_files_are_there(folder):
    names = {p.name for p in folder.iterdir()}
    assert names == {
        "speech.wav", "frames.jsonl", "score.json", "motion.bvh", "motion.vrma", "motion.npz",
        "preview.mp4",
    }  # fmt: skip


def test_frames_are_complete_and_as_long_as_the_sound(folder):
    frames = read_frames(folder)
    assert set(frames[0]["blendshapes"]) == set(ARKIT_NAMES)
    assert set(frames[0]["joints"]) == set(JOINT_NAMES)
    assert set(frames[0]["gaze"]) == {"yaw_rad", "pitch_rad"}
    np.testing.assert_allclose(np.diff([f["t"] for f in frames]), 1 / 60, atol=2e-4)
    with wave.open(str(folder / "speech.wav")) as sound:
        length = sound.getnframes() / sound.getframerate()
    assert length == pytest.approx(len(frames) / 60, abs=0.02)
    values = [v for f in frames for v in f["blendshapes"].values()]
    assert min(values) >= 0
    assert max(values) <= 1


def test_phonemes_lie_where_the_sound_is(folder):
    score = json.loads((folder / "score.json").read_text())
    assert [w["word"] for w in score["words"]] == TEXT.split()
    assert score["phonemes"]
    with wave.open(str(folder / "speech.wav")) as sound:
        rate = sound.getframerate()
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
    first = next(p for p in score["phonemes"] if p["phone"] != "pau")["start"]
    loud = np.flatnonzero(np.abs(samples) > 300)[0] / rate
    assert abs(loud - first) < 0.06


def test_closures_show_at_their_phonemes(folder):
    frames = read_frames(folder)
    score = json.loads((folder / "score.json").read_text())
    closures = [p for p in score["phonemes"] if p["phone"] in "pbm"]
    assert closures
    for phone in closures:
        shapes = frames[round(30 * (phone["start"] + phone["end"]))]["blendshapes"]
        assert shapes["jawOpen"] - shapes["mouthClose"] < 0.03


def test_all_motion_files_show_what_the_frames_show(folder):
    shown = np.array([list(frame["joints"].values()) for frame in read_frames(folder)])
    bvh, arrays = read_bvh(folder / "motion.bvh"), read_smplx(folder / "motion.npz")
    vrma, face = read_vrma(folder / "motion.vrma")
    assert (bvh.rate_hz, arrays.rate_hz) == (60, 30)
    for motion, every in ((bvh.joints, 1), (vrma.joints, 1), (arrays.joints, 2)):
        apart = np.abs(np.abs(np.sum(motion[:-1] * shown[::every][: len(motion) - 1], -1)) - 1)
        assert apart.max() < 1e-4
    jaw = [frame["blendshapes"]["jawOpen"] for frame in read_frames(folder)]
    np.testing.assert_allclose(face["jawOpen"], jaw, atol=1e-3)


def test_the_preview_has_picture_and_sound(folder):
    import av

    with av.open(str(folder / "preview.mp4")) as film:
        assert {s.type for s in film.streams} == {"video", "audio"}
        picture = next(film.decode(video=0)).to_ndarray(format="rgb24")
    assert picture.shape == (480, 480, 3)
    assert picture.std() > 20


@pytest.mark.parametrize("text", ["", "   \n", "x" * 30_000])
def test_nothing_or_too_much_to_say_is_an_error_with_a_cure(text, tmp_path, capsys):
    assert main(["perform", text, "--out", str(tmp_path / "o")]) == 2
    assert "perform:" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_text_comes_from_standard_input_too(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Come in.\n"))
    arguments = ["perform", "-", "--out", str(tmp_path), "--voice", "silent", "--no-preview"]
    assert main(arguments) == 0
    score = json.loads((tmp_path / "score.json").read_text())
    assert score["voice"] == "silent"
    assert score["phonemes"] == []


def test_an_intensity_out_of_range_is_an_error(tmp_path):
    arguments = ["perform", "Hi.", "--out", str(tmp_path), "--expression", "happy"]
    assert main([*arguments, "--intensity", "7"]) == 2


@pytest.mark.parametrize(
    ("text", "count"),
    [("One. Two! Three?", 3), ("Dr. Who is in.", 1), ("no stop", 1), ('He said "go." Then', 2)],
)
def test_text_is_split_at_the_ends_of_sentences(text, count):
    clauses = clauses_of(text)
    assert len(clauses) == count
    assert " ".join(c.text for c in clauses) == text


def test_paths_are_made(tmp_path):
    out = tmp_path / "a" / "b"
    assert main(["perform", "Hi.", "--out", str(out), "--voice", "silent", "--no-preview"]) == 0
    assert Path(out / "frames.jsonl").exists()
