"""`foyer perceive CLIP --explain DIR`: by what the action units of a face were read."""

import json
import math
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest

from agent.__main__ import main
from agent.commands.perceive_explain import Explaining, named_units
from agent.commands.perceive_explained import map_of
from agent.core.errors import BadInputError
from agent.core.messages import PersonId
from agent.lessons.face_corpus import CHARACTER, SIZE_PX
from agent.models import MODELS, is_whole, models_folder
from perception.faces.network import load
from perception.faces.points import REGIONS
from perception.faces.reader import FaceReader
from perception.faces.sensitivity import Share, explained
from perception.faces.units import NUMBERS, SHAPE, SHAPES, UNITS
from perception.senses import Picture
from tests.media import media

WEIGHTS = load()
JAW, SMILE = NUMBERS.index(26), NUMBERS.index(12)
LOWER = [14, 17, 152, 148, 377, 176, 400, 199, 175, 200, 18, 83, 313, 87, 317, 178, 402]
P1, P2 = PersonId("p1"), PersonId("p2")
needs_models = pytest.mark.skipif(
    not all(is_whole(model, models_folder()) for model in MODELS), reason="foyer models pull"
)


@dataclass
class Points:
    points: np.ndarray | None


@dataclass
class Followed:
    """As much of a track as is read of it."""

    at: float
    points: np.ndarray | None
    person: PersonId = P1
    confirmed: bool = True
    face: Points = field(init=False)

    def __post_init__(self):
        self.face, self.face_at, self.seen_at = Points(self.points), self.at, self.at


def face(drop_m=0.0, yaw=0.0):
    """(478, 3) the mean face as seen in a picture of 300 x 300, its jaw dropped so far."""
    points = WEIGHTS.face_m.copy()
    points[LOWER, 1] -= drop_m
    c, s = math.cos(yaw), math.sin(yaw)
    return points @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T * 900 + (150.0, -150.0, 5.0)


def picture(at, shade=90):
    return Picture(at=at, pixels=np.full((300, 300, 3), shade, np.uint8))


def watched(folder, faces, *, shade=90, units=None, over=False, **more):
    """After pictures of these faces, 30 a second."""
    maps = Explaining(WEIGHTS, folder, units=units, over_picture=over)
    for k, points in enumerate(faces):
        maps.take(picture(k / 30, shade), [Followed(k / 30, points, **more)])
    return maps


DROPS = [face()] * 60 + [face(0.01)] * 5 + [face(0.02)] * 15 + [face(0.005)] * 5


def told(maps):
    return [json.loads(line) for line in maps.finish()[0]]


@pytest.mark.parametrize("text", ["26, 12", "AU26,au 12", "jaw dropped,AU12", "26,12,26"])
def test_units_are_named_by_number_or_by_what_moves(text):
    assert named_units(text) == (JAW, SMILE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("13", r"--units 13: .*not read; did you mean 12 \(corners of the mouth drawn up\)"),
        ("12,au44", r"--units au44: .*did you mean 45 \(eyes shut\)"),
        ("jaw droped", r"no such action unit; did you mean jaw dropped\?"),
        ("happiness", "no such action unit; there are 1, 2, 4"),
        (" , ", "names none; there are 1, 2, 4"),
    ],
)
def test_an_unknown_unit_is_refused_with_what_may_have_been_meant(text, said):
    with pytest.raises(BadInputError, match=said):
        named_units(text)


def test_a_unit_that_is_there_is_told_and_drawn_at_its_apex(tmp_path):
    lines = told(watched(tmp_path, DROPS))
    jaw = next(line for line in lines if line["unit"] == 26)

    assert jaw["kind"] == "FaceUnitExplained"
    assert (jaw["person"], jaw["told"], jaw["name"]) == ("p1", "there", "jaw dropped")
    assert jaw["against"] == "own face at rest"
    assert 65 / 30 <= jaw["at"] < 80 / 30
    assert jaw["confidence"] >= 0.7
    assert jaw["facs_sees_it_at"] == ["chin", "lips"]
    assert jaw["drawing"] == str(tmp_path / "p1_au26.png")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"p1_au{line['unit']:02d}.png" for line in lines
    }


def test_the_numbers_of_a_line_are_those_of_its_map_and_of_its_control(tmp_path):
    jaw = next(line for line in told(watched(tmp_path, DROPS)) if line["unit"] == 26)
    regions, chance = jaw["sensitivity"]["regions"], jaw["sensitivity"]["dealt_anew"]
    of_points = (len(REGIONS["chin"]) + len(REGIONS["lips"])) / sum(map(len, REGIONS.values()))

    assert jaw["sensitivity"]["inside"] == pytest.approx(
        regions["chin"] + regions["lips"], abs=0.01
    )
    assert jaw["points_inside"] == pytest.approx(of_points, abs=0.001)
    assert chance["mean"] == pytest.approx(of_points, abs=0.02)
    assert chance["low"] < chance["mean"] < chance["high"]
    assert jaw["sensitivity"]["beyond_chance"] == (jaw["sensitivity"]["inside"] > chance["high"])
    assert len(jaw["sensitivity"]["landmarks"]) == 8
    parts = jaw["read_by"]["parts"]
    assert jaw["read_by"]["inside"] == pytest.approx(
        parts.get("chin", 0) + parts.get("lips", 0), abs=0.01
    )


def test_under_each_map_stands_whether_it_is_more_than_chance():
    reader = FaceReader(WEIGHTS)
    reading = [reader.take(k / 30, points) for k, points in enumerate(DROPS)][75]
    found = explained(WEIGHTS, reading.known, JAW, dealings=5)
    chance = Share(inside=0.4, dealt=0.4, dealt_low=0.3, dealt_high=0.5)
    found = replace(found, sensitive=chance, read_by=replace(chance, inside=0.9))
    drawing = map_of(P1, UNITS[JAW], reading, reading.units[JAW], found)

    assert [panel.lines[0].split(": ")[0] for panel in drawing.panels] == [
        "inside the outline 40%, no more than chance",
        "inside the outline 90%, more than chance",
    ]
    still = map_of(P1, UNITS[JAW], reading, reading.units[JAW], replace(found, read_by=None))
    assert still.panels[1].lines[0] == "nothing is lost by any part's keeping still"


def test_named_units_are_told_whether_they_are_there_or_not_and_no_others(tmp_path):
    lines = told(watched(tmp_path, [face()] * 60, units=named_units("45,1")))

    assert [(line["unit"], line["told"]) for line in lines] == [(1, "unknown"), (45, "absent")]


def test_where_nothing_is_told_the_note_says_how_to_see_more(tmp_path):
    lines, notes = watched(tmp_path, [face()] * 60).finish()

    assert lines == []
    assert "no unit was told" in notes[0]
    assert "--units" in notes[0]
    assert list(tmp_path.iterdir()) == []


def test_one_picture_is_held_against_the_mean_face_and_says_so(tmp_path):
    lines, notes = watched(tmp_path, [face(0.02)], confirmed=False).finish()
    jaw = next(line for line in map(json.loads, lines) if line["unit"] == 26)

    assert (jaw["against"], jaw["told"]) == ("mean face", "unknown")
    assert [note.split(":")[0] for note in notes] == ["p1"]
    assert "mean face" in notes[0]


def test_who_has_a_face_at_rest_is_not_told_of_by_the_mean_face(tmp_path):
    """A jaw that is open from the start is this person's rest: what came before counts no more."""
    assert told(watched(tmp_path, [face(0.02)] * 60)) == []
    named = told(watched(tmp_path, [face(0.02)] * 60, units=(JAW,)))
    assert [line["against"] for line in named] == ["own face at rest"]


def test_a_glimpse_of_somebody_is_left_out_where_people_were_seen(tmp_path):
    maps = watched(tmp_path, DROPS)
    maps.take(picture(5.0), [Followed(5.0, face(0.02), person=P2, confirmed=False)])

    assert {line["person"] for line in told(maps)} == {"p1"}


def test_what_was_glimpsed_of_somebody_before_they_counted_is_forgotten(tmp_path):
    """So what is explained is what `FaceUnits` tells: its reader begins then, too."""
    maps = Explaining(WEIGHTS, tmp_path, units=(JAW,), over_picture=False)
    for k in range(60):
        drop = face(0.02) if k < 3 else face()
        maps.take(picture(k / 30), [Followed(k / 30, drop, confirmed=k >= 3)])
    fresh = watched(tmp_path, [face()] * 57, units=(JAW,))

    line, same = told(maps)[0], told(fresh)[0]
    assert line["at"] >= 3 / 30
    assert line["intensity"] == same["intensity"]


def test_an_old_face_of_somebody_seen_by_their_body_now_is_not_read_again(tmp_path):
    maps = Explaining(WEIGHTS, tmp_path, units=None, over_picture=False)
    seen_again = Followed(0.5, face(0.02))
    seen_again.seen_at = 1.0
    maps.take(picture(1.0), [seen_again])

    with pytest.raises(BadInputError, match="no face was seen"):
        maps.finish()


def test_without_a_face_or_with_one_turned_away_there_is_nothing_to_explain(tmp_path):
    with pytest.raises(BadInputError, match="no face was seen"):
        watched(tmp_path, [None] * 5).finish()
    with pytest.raises(BadInputError, match="turned too far"):
        watched(tmp_path, [face(yaw=1.1)] * 60).finish()
    shaken = [face() + np.random.default_rng(k).normal(0, 3.0, (478, 3)) for k in range(60)]
    with pytest.raises(BadInputError, match="too poor for faces"):
        watched(tmp_path, shaken).finish()


def test_the_picture_is_neither_kept_nor_drawn_unless_asked(tmp_path):
    for shade in (20, 200):
        told(watched(tmp_path / str(shade), DROPS, shade=shade))
    dark, light = ((tmp_path / name / "p1_au26.png").read_bytes() for name in ("20", "200"))

    assert dark == light
    assert not list(tmp_path.rglob("*_over_picture.png"))


def test_over_the_picture_the_face_is_drawn_as_well(tmp_path):
    line = told(watched(tmp_path, DROPS, shade=20, over=True, units=(JAW,)))[0]
    drawing, over = (cv2.imread(line[name]) for name in ("drawing", "over_picture"))

    assert drawing[135, 40].min() > 250
    assert over[200, 300].max() < 160


@pytest.mark.parametrize("where", [(-140.0, 0.0, 0.0), (140.0, 140.0, 0.0), (0.0, -140.0, 0.0)])
def test_a_face_at_the_edge_is_drawn_over_the_picture_as_well(tmp_path, where):
    line = told(watched(tmp_path, [face(0.02) + where], over=True, units=(JAW,)))[0]
    over = cv2.imread(line["over_picture"])

    # The picture is grey, beyond it is white.
    shown = over[130:700, 40:620].reshape(-1, 3)
    assert 0.2 < np.mean(shown.max(axis=1) < 200) < 0.95


@pytest.fixture(scope="module")
def drawn_jaw(tmp_path_factory):
    """The character at rest, then with its jaw dropped, through the product's own eyes."""
    from actuation.embodiments.head_camera import HeadCamera, HeadShot, Shooting
    from actuation.embodiments.vrm_file import read_character
    from perception.backends.mediapipe_face import FacePoints

    folder = tmp_path_factory.mktemp("drawn")
    camera = HeadCamera(read_character(CHARACTER), Shooting(distance_m=0.6), size=SIZE_PX)
    eyes, rng = FacePoints(models_folder()), np.random.default_rng(1)
    faces = []
    for k in range(14):
        shapes = np.zeros(len(SHAPES), np.float32)
        shapes[SHAPE["jawOpen"]] = 0.9 if k > 9 else 0.0
        faces.append(eyes.find(camera.picture(HeadShot(shapes=shapes), rng)))
    eyes.close()
    maps = Explaining(WEIGHTS, folder, units=None, over_picture=False)
    for k, points in enumerate(faces):
        maps.take(picture(k / 4), [Followed(k / 4, points)])
    return told(maps)


@needs_models
@pytest.mark.long
def test_a_drawn_dropped_jaw_is_read_by_lips_and_chin_rather_than_elsewhere(drawn_jaw):
    jaw = next(line for line in drawn_jaw if line["unit"] == 26)
    read_by = jaw["read_by"]

    assert jaw["told"] == "there"
    assert next(iter(read_by["parts"])) in ("lips", "chin")
    assert read_by["inside"] > read_by["dealt_anew"]["mean"]
    assert read_by["inside"] > jaw["points_inside"]
    assert jaw["sensitivity"]["dealt_anew"]["mean"] == pytest.approx(jaw["points_inside"], abs=0.02)


def refused(capsys, *arguments):
    assert main(["perceive", *map(str, arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


def test_bad_input_is_refused_before_anything_is_written(capsys, tmp_path):
    out, file = tmp_path / "maps", tmp_path / "file"
    file.write_text("")
    clip = tmp_path / "none.mp4"

    assert "none.mp4: there is no such file" in refused(capsys, clip, "--explain", out)
    assert "did you mean 12" in refused(capsys, clip, "--explain", out, "--units", "13")
    assert "is a file; name a folder" in refused(capsys, clip, "--explain", file)
    assert "is a file; name a folder" in refused(capsys, clip, "--explain", file / "in")
    assert "--units goes with --explain" in refused(capsys, clip, "--units", "12")
    assert "--over-picture goes with --explain" in refused(capsys, clip, "--over-picture")
    assert not out.exists()


def test_a_folder_that_cannot_be_written_to_is_refused(capsys, tmp_path, monkeypatch):
    # Who runs the tests may be allowed everything.
    monkeypatch.setattr("os.access", lambda path, mode: False)
    said = refused(capsys, tmp_path / "x.mp4", "--explain", tmp_path / "in" / "it")

    assert f"--explain {tmp_path / 'in' / 'it'}: {tmp_path} cannot be written to" in said


def test_without_faces_in_the_configuration_there_is_nothing_to_explain(capsys, tmp_path):
    site = tmp_path / "site.yaml"
    site.write_text("seeing: {detector: {faces: false}}\n")
    clip = tmp_path / "x.mp4"

    said = refused(capsys, clip, "--explain", tmp_path / "maps", "--config", site)
    assert "seeing.detector.faces is off" in said
    assert "site.yaml" in said


def test_explain_tells_who_hands_it_a_film_where_to_go(capsys, tmp_path):
    assert main(["explain", str(tmp_path / "smile.mp4")]) == 2
    assert "smile.mp4 --explain DIR" in capsys.readouterr().err


@needs_models
@pytest.mark.long
def test_a_filmed_smile_is_explained(capsys, tmp_path):
    clip = str(media("video/single_face.mp4"))
    assert main(["perceive", clip, "--explain", str(tmp_path)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    explained = [line for line in lines if line["kind"] == "FaceUnitExplained"]
    smile = next(line for line in explained if line["unit"] == 12)

    assert smile["told"] == "there"
    assert next(iter(smile["read_by"]["parts"])) == "lips"
    assert smile["sensitivity"]["dealt_anew"]["mean"] == pytest.approx(
        smile["points_inside"], abs=0.02
    )
    there = {u["unit"] for line in lines if line["kind"] == "FaceUnits" for u in line["there"]}
    assert {line["unit"] for line in explained} == there
    assert {path.name for path in tmp_path.iterdir()} == {f"p1_au{unit:02d}.png" for unit in there}


@needs_models
@pytest.mark.long
def test_a_still_is_explained_face_by_face(capsys, tmp_path):
    still = str(media("video/multi_face.jpg"))
    assert main(["perceive", still, "--explain", str(tmp_path), "--units", "12"]) == 0
    said = capsys.readouterr()
    lines = [json.loads(line) for line in said.out.splitlines()]

    assert len({line["person"] for line in lines}) > 1
    assert {(line["unit"], line["against"]) for line in lines} == {(12, "mean face")}
    assert "nobody was seen" not in said.err
    assert "held against the mean face" in said.err


@needs_models
@pytest.mark.long
def test_a_film_without_a_face_says_so_and_leaves_no_folder(capsys, tmp_path):
    clip = str(media("video/no_face.mp4"))
    out = tmp_path / "maps"

    assert main(["perceive", clip, "--explain", str(out)]) == 2
    assert "no_face.mp4: no face was seen" in capsys.readouterr().err
    assert not out.exists()


def test_every_unit_has_a_region_that_is_drawn():
    assert all(set(unit.regions) <= REGIONS.keys() and unit.regions for unit in UNITS)
