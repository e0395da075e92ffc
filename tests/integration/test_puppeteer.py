"""`foyer puppeteer`: a filmed face moves the character and figures elsewhere."""

import json
import socket
import struct

import numpy as np
import pytest

from agent.__main__ import main
from agent.models import models_folder
from perception.faces.network import load
from perception.faces.puppet import LivePuppet
from tests.media import media

needs_model = pytest.mark.skipif(
    not (models_folder() / "face_landmarker.task").is_file(), reason="foyer models pull"
)


@needs_model
def test_a_smile_in_a_film_is_the_puppets_smile(tmp_path):
    film, frames = media("video/single_face.mp4"), tmp_path / "frames.jsonl"

    assert main(["puppeteer", str(film), "--frames", str(frames), "--seconds", "1.2"]) == 0
    lines = [json.loads(line) for line in frames.read_text().splitlines()]
    smile = [line["blendshapes"]["mouthSmileLeft"] for line in lines]
    assert len(lines) > 30
    assert max(smile[:3]) < 0.2
    assert max(smile) > 0.5
    assert all(np.isfinite(list(line["blendshapes"].values())).all() for line in lines)


@needs_model
def test_a_figure_elsewhere_is_sent_the_face(tmp_path):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(2.0)
    port = listener.getsockname()[1]
    film = str(media("video/single_face.mp4"))

    assert main(["puppeteer", film, "--to", f"livelink:127.0.0.1:{port}", "--seconds", "0.4"]) == 0
    packet = listener.recv(2048)
    listener.close()
    assert struct.unpack("<I", packet[:4]) == (6,)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x.mp4"], "nothing to move"),
        (["x.mp4", "--to", "vmc:host:port"], "'port' is no port"),
        (["x.mp4", "--to", "marionette"], "vmc or livelink"),
        (["x.mp4", "--frames", "nowhere/x.jsonl"], "no folder nowhere"),
        (["x.mp4", "--to", "vmc", "--seconds", "-1"], "give more than 0"),
        (["x.mp4", "--film", "x_film.mp4"], "x.mp4: there is no such file"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if said.startswith("x.mp4") and not (models_folder() / "face_landmarker.task").is_file():
        pytest.skip("foyer models pull")

    assert main(["puppeteer", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_late_pictures_and_what_is_no_face_move_nothing():
    weights = load()
    puppet, face = LivePuppet(weights.frame), weights.face_m * 900 + 100.0

    assert puppet.take(1.0, face) is not None
    assert puppet.take(1.0, face) is None
    assert puppet.take(0.5, face) is None
    assert puppet.take(2.0, np.full((478, 3), np.nan)) is None
    assert puppet.take(2.0, np.zeros((478, 3))) is None
    assert puppet.take(2.0, face[:100]) is None
    assert puppet.take(2.0, face) is not None


def test_a_smile_of_some_seconds_does_not_become_the_usual_face():
    weights = load()
    puppet, smiling = LivePuppet(weights.frame), weights.face_m.copy()
    smiling[[61, 291], 1] += 0.007
    for k in range(8):
        puppet.take(k / 15, weights.face_m * 900)
    told = [puppet.take(1 + k / 15, smiling * 900) for k in range(45)]

    assert all(one.shapes["mouthSmileLeft"] > 0.5 for one in told[5:])
