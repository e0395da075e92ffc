"""`foyer perform` with faces: in words, by style, by seed, and moved by other sources."""

import json

import numpy as np
import pytest

from actuation.embodiments.face_sheet import face_cells, manner_cells, viseme_cells
from actuation.faces.expressions import faces
from actuation.faces.heads import PART_COLUMNS, FacePart
from actuation.speech.phones import PHONES
from agent.__main__ import main
from agent.commands.perform_face import read_film, read_video
from agent.core.errors import BadInputError
from agent.models import models_folder
from tests.media import media

TEXT = "Pam met Bob by the map."


def performed(folder, *arguments, text=TEXT):
    command = ["perform", text, "--out", str(folder), "--no-preview", "--voice", "espeak"]
    assert main([*command, *arguments]) == 0
    return [json.loads(line) for line in (folder / "frames.jsonl").read_text().splitlines()]


def shape(frames, name):
    return np.array([frame["blendshapes"][name] for frame in frames])


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    return folder, performed(folder)


def test_an_instruction_is_worn_and_what_it_does_not_know_is_told(plain, tmp_path, capsys):
    frames = performed(tmp_path, "--manner", "sad, eyebrows up, flummoxed")
    assert shape(frames, "browOuterUpLeft")[60:90].mean() > 0.6
    assert shape(frames, "mouthFrownLeft")[60:90].mean() > 0.1
    assert "left out flummoxed" in capsys.readouterr().err


def test_any_face_of_the_file_can_be_named(tmp_path):
    frames = performed(tmp_path, "--expression", "angry", "--intensity", "1.0")
    assert shape(frames, "browDownLeft")[60:90].min() > 0.5


def test_a_seed_changes_brows_and_leaves_lips(plain, tmp_path):
    _, usual = plain
    other = performed(tmp_path, "--seed", "99")
    np.testing.assert_array_equal(shape(usual, "jawOpen"), shape(other, "jawOpen"))
    assert np.abs(shape(usual, "browOuterUpLeft") - shape(other, "browOuterUpLeft")).max() > 0.02


def test_each_part_can_be_taken_from_another_film(plain, tmp_path):
    folder, usual = plain
    film = folder / "frames.jsonl"
    sad = performed(tmp_path / "a", "--expression", "sad", "--head", f"expression={film}")
    assert shape(sad, "mouthFrownLeft").max() < 0.05
    np.testing.assert_allclose(shape(sad, "jawOpen"), shape(usual, "jawOpen"), atol=0.08)
    mouth = performed(tmp_path / "b", "--head", f"mouth={film}", text="No.")
    same = min(len(mouth), len(usual)) - 50
    jaws = [shape(frames, "jawOpen")[15:same] for frames in (mouth, usual)]
    assert np.corrcoef(*jaws)[0, 1] > 0.9


def test_a_mouth_that_cannot_tell_closures_leaves_them_to_the_rules(plain, tmp_path):
    film = tmp_path / "open.jsonl"
    film.write_text('{"t": 0, "blendshapes": {"jawOpen": 0.5}}\n')
    frames = performed(tmp_path / "out", "--head", f"mouth={film}")
    apart = shape(frames, "jawOpen") - shape(frames, "mouthClose")
    closed = shape(plain[1], "jawOpen") - shape(plain[1], "mouthClose") < 0.0002
    ruled = closed & (shape(plain[1], "mouthClose") > 0.01)
    assert np.count_nonzero(ruled) > 3
    assert apart[ruled].max() < 0.05
    assert np.quantile(apart[20:], 0.8) > 0.45, "between closures it is as the film says"


def test_sliders_hold_what_they_hold(tmp_path):
    frames = performed(
        tmp_path, "--head", "expression=browInnerUp:0.8", "--head", "head=yaw_rad:0.2",
        "--head", "gaze=yaw_rad:0.2,pitch_rad:0.0",
    )  # fmt: skip
    assert shape(frames, "browInnerUp")[30:] == pytest.approx(0.8, abs=0.02)
    eyes = np.array([frame["gaze"]["yaw_rad"] for frame in frames])[60:]
    assert np.abs(eyes).max() < 0.06, "head and sight turned alike: the eyes look straight ahead"


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("nose=x:1", "PART one of mouth, expression, head, gaze"),
        ("head", "PART=FROM"),
        ("head=yaw:0.1", "no column yaw; there is yaw_rad"),
        ("head=yaw_rad:much", "is not column:value"),
        ("gaze=nowhere.jsonl", "cannot be read"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused_with_the_cure(wanted, why, tmp_path, capsys):
    assert main(["perform", "Hi.", "--out", str(tmp_path), "--head", wanted]) != 0
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("", "there is no frame in it"),
        ("{}", ":1: not a frame"),
        ('{"t": 0}\nnonsense', ":2: not a frame"),
        ('{"t": 1}\n{"t": 0}', "seconds that rise"),
        ('{"t": NaN}', "seconds that rise"),
        ('{"t": 0, "blendshapes": {"browInnerUp": "up"}}', ":1: not a frame"),
    ],
)
def test_a_film_that_is_none_says_where(lines, why, tmp_path):
    path = tmp_path / "film.jsonl"
    path.write_text(lines)
    with pytest.raises(BadInputError, match=why):
        read_film(path, FacePart.EXPRESSION)


def test_a_film_has_no_opinion_about_what_is_not_in_it(tmp_path):
    path = tmp_path / "film.jsonl"
    path.write_text('{"t": 0, "blendshapes": {"browInnerUp": 0.5}}\n')
    shown = read_film(path, FacePart.EXPRESSION).evaluate(np.array([0.0, 9.0]))
    assert np.count_nonzero(np.isfinite(shown[0])) == 1
    assert shown[1, PART_COLUMNS[FacePart.EXPRESSION].index("browInnerUp")] == 0.5
    for part in (FacePart.HEAD, FacePart.GAZE):
        assert not np.isfinite(read_film(path, part).evaluate(np.zeros(1))[:, :2]).any()


def test_a_video_of_somebody_who_plays_it_moves_the_head(plain, tmp_path):
    if not (models_folder() / "face_landmarker.task").is_file():
        pytest.skip("needs the models: foyer models pull")
    film = media("video/single_face.mp4")
    frames = performed(tmp_path, "--head", f"head={film}")
    played = read_video(film, FacePart.HEAD).values
    heads = [
        np.array([frame["joints"]["head"] for frame in some])[:, 0] for some in (frames, plain[1])
    ]
    assert np.abs(heads[0] - heads[1]).max() > 0.01
    assert played.shape[1] == 3
    assert np.all(np.isfinite(played))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(["--liveliness", "9"], "--liveliness"), (["--asymmetry", "-1"], "--asymmetry"),
     (["--seed", "-5"], "--seed"), (["--intensity", "nan"], "intensity nan")],
)  # fmt: skip
def test_a_style_out_of_range_is_an_error(arguments, why, tmp_path, capsys):
    assert main(["perform", "Hi.", "--out", str(tmp_path), *arguments]) != 0
    assert why in capsys.readouterr().err


def test_the_sheets_show_every_mouth_and_every_face():
    assert {cell.label for cell in viseme_cells()} == PHONES
    assert {cell.label.split()[0] for cell in face_cells()} == set(faces())
    drawn = np.stack([cell.frame.face for cell in face_cells()])
    assert len(np.unique(np.round(drawn, 3), axis=0)) == len(drawn) - 2, "only neutral repeats"
    assert len(manner_cells()) >= 8
