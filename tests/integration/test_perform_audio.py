"""`foyer perform --audio`: a recording's face as files, and clear words about bad ones."""

import json

import numpy as np
import pytest
import soundfile

from actuation.faces.expressions import faces
from agent.__main__ import main
from tests.fakes.small_face import voice


def perform(tmp_path, *options, name="talk.wav", samples=None, rate_hz=22_050):
    path = tmp_path / name
    sound = np.concatenate([voice(1.2, rate_hz), np.zeros(rate_hz, np.float32)])
    soundfile.write(path, sound if samples is None else samples, rate_hz)
    out = tmp_path / "out"
    code = main(["perform", "--audio", str(path), "--out", str(out), "--no-preview", *options])
    return code, out


def frames(out):
    return [json.loads(line) for line in (out / "frames.jsonl").read_text().splitlines()]


def shape(out, name):
    return np.array([frame["blendshapes"][name] for frame in frames(out)])


@pytest.mark.parametrize("name", ["talk.wav", "talk.flac", "talk.ogg"])
def test_a_recording_becomes_frames_with_its_sound(tmp_path, name):
    code, out = perform(tmp_path, name=name)
    assert code == 0
    assert {p.name for p in out.iterdir()} >= {"speech.wav", "frames.jsonl", "score.json"}
    jaw = shape(out, "jawOpen")
    speech = slice(18, 90)
    assert jaw[speech].max() > 0.05
    assert jaw[-40:].max() < 0.02
    _, rate_hz = soundfile.read(out / "speech.wav")
    assert rate_hz == 22_050


def test_emotion_and_seed_move_the_face_and_leave_the_jaw(tmp_path):
    _, plain = perform(tmp_path, "--emotion", "neutral", "--seed", "1")
    jaw, brow = shape(plain, "jawOpen"), shape(plain, "browInnerUp")
    assert "jawOpen" not in faces()["apologetic"].shapes
    _, sorry = perform(tmp_path, "--emotion", "apologetic", "--intensity", "1", "--seed", "2")
    assert shape(sorry, "browInnerUp").mean() > brow.mean() + 0.3
    np.testing.assert_allclose(shape(sorry, "jawOpen"), jaw, atol=1e-3)


def test_a_part_may_be_moved_by_another_source(tmp_path):
    _, out = perform(tmp_path, "--head", "mouth=jaw:0.4")
    assert shape(out, "jawOpen")[30:60].min() > 0.3


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "no sound"), (b"this is no sound at all", "no sound"), (None, "no such file")],
)
def test_what_is_no_recording_is_told_with_the_cure(tmp_path, capsys, content, told):
    path = tmp_path / "x.wav"
    if content is not None:
        path.write_bytes(content)
    assert main(["perform", "--audio", str(path), "--out", str(tmp_path / "o")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_a_feeling_that_is_no_number_is_refused(tmp_path, capsys):
    code, _ = perform(tmp_path, "--valence", "nan")
    assert code == 2
    assert "wish" in capsys.readouterr().err
