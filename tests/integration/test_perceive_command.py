"""`foyer perceive` as it is called."""

import contextlib
import io
import json
import math
import threading

import av
import numpy as np
import pytest

from agent.__main__ import main
from agent.core.codec import decode
from agent.core.messages import EngagementChanged, PersonLost, PersonSeen
from agent.models import MODELS, is_whole, models_folder
from tests.media import media


@pytest.fixture(scope="module")
def people_only(tmp_path_factory):
    """A configuration with people from a recording, so that no model is needed."""
    path = tmp_path_factory.mktemp("config") / "seeing.yaml"
    recording = media("engagement/1p_AA_eng_1.jsonl")
    path.write_text(
        f"seeing:\n  detector: {{backend: recorded, recording: {recording}}}\n"
        "dialogue: {anything: else}\n"
    )
    return path


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_line_is_one_message_with_kind_and_at(capsys, people_only):
    assert main(["perceive", str(media("video/no_face.mp4")), "--config", str(people_only)]) == 0
    found = lines(capsys)
    assert {line["kind"] for line in found} == {"PersonSeen", "EngagementChanged"}
    assert all(isinstance(decode(line), PersonSeen | EngagementChanged) for line in found)
    assert [line["at"] for line in found] == sorted(line["at"] for line in found)


def test_numbers_are_short_and_states_are_words(capsys, people_only):
    main(["perceive", str(media("video/no_face.mp4")), "--config", str(people_only)])
    found = lines(capsys)
    assert all(
        round(value, 4) == value
        for line in found
        for value in line.values()
        if isinstance(value, float)
    )
    assert {line["state"] for line in found if line["kind"] == "EngagementChanged"} <= {
        "present",
        "attending",
        "engaged",
        "approaching",
    }


def test_two_runs_say_the_same(capsys, people_only):
    runs = []
    for _ in range(2):
        main(["perceive", str(media("video/no_face.mp4")), "--config", str(people_only)])
        runs.append(capsys.readouterr().out)
    assert runs[0] == runs[1] != ""


def test_a_bad_video_is_one_line_of_error_without_a_stack(capsys, tmp_path, people_only):
    path = tmp_path / "bad.mp4"
    path.write_bytes(b"nothing")
    assert main(["perceive", str(path), "--config", str(people_only)]) == 2
    said = capsys.readouterr().err
    assert "not a video that can be read" in said
    assert "Traceback" not in said
    # Networks that are put away while the program ends complain.
    assert "people" not in {thread.name for thread in threading.enumerate()}


def test_a_film_in_which_nobody_is_seen_says_so(capsys, tmp_path, people_only):
    path = tmp_path / "black.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        for packet in (*stream.encode(black), *stream.encode()):
            file.mux(packet)

    assert main(["perceive", str(path), "--config", str(people_only)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "black.mp4: nobody was seen" in said.err


def test_a_bad_setting_is_named_with_its_line(capsys, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("seeing:\n  engagement:\n    attend_meters: 3\n")
    assert main(["perceive", "x.mp4", "--config", str(path)]) == 2
    assert "bad.yaml:3" in capsys.readouterr().err


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    """Everything that can be asked of a real film of one who smiles: all lines, and the preview."""
    if not all(is_whole(model, models_folder()) for model in MODELS):
        pytest.skip("needs the perception models: foyer models pull")
    out, said = tmp_path_factory.mktemp("film") / "preview.mp4", io.StringIO()
    more = ["--preview", str(out), "--faces", "--actions", "--between", "--context"]
    with contextlib.redirect_stdout(said):
        assert main(["perceive", str(media("video/single_face.mp4")), *more]) == 0
    return [json.loads(line) for line in said.getvalue().splitlines()], out


def test_a_preview_shows_every_look_at_its_time(filmed):
    told, out = filmed
    seen = [line for line in told if line["kind"] == "PersonSeen"]
    with av.open(str(out)) as file:
        times = [float(frame.pts * frame.time_base) for frame in file.decode(video=0)]
    assert len(times) >= len(seen) > 20
    assert math.isclose(times[-1], seen[-1]["at"], abs_tol=0.1)
    assert PersonLost.__name__ not in {line["kind"] for line in told}


def test_a_filmed_smile_is_told_as_what_moved_and_by_which_points(filmed):
    told = [unit for line in filmed[0] if line["kind"] == "FaceUnits" for unit in line["there"]]
    smile = [unit for unit in told if unit["unit"] == 12]
    assert smile
    assert all(unit["confidence"] >= 0.7 and len(unit["points"]) == 8 for unit in smile)


def test_a_filmed_smile_goes_to_whom_she_looks_at(filmed):
    found = [line for line in filmed[0] if line["kind"] == "ContextChanged" and line["holds"]]
    assert all(line["context"] is None for line in found)
    passed = [(line["person"], line["interaction"]) for line in found]
    whats = {(who, *one["group"], one["channel"], one["what"]) for who, one in passed}
    assert ("p1", "agent", "gaze", "looks at") in whats
    assert ("p1", "agent", "expression", "smiles") in whats
    assert "touch" not in {one["channel"] for _, one in passed}


def test_without_feet_in_view_nothing_is_said_of_how_the_camera_hangs(capsys, people_only):
    video = str(media("video/no_face.mp4"))
    assert main(["perceive", video, "--config", str(people_only), "--fit-camera"]) == 0
    assert "fewer than 30 people were seen with their feet" in capsys.readouterr().err


def test_a_sentence_that_cannot_be_measured_is_refused_by_its_name(tmp_path, capsys, people_only):
    own = tmp_path / "own.yaml"
    own.write_text("ponders: the soul is light\n")
    video = str(media("video/no_face.mp4"))
    assert main(["perceive", video, "--config", str(people_only), "--actions", str(own)]) == 2
    assert "own.yaml: ponders: cannot measure 'the soul is light'" in capsys.readouterr().err
