"""Things in pictures by MediaPipe's object detector, with any model that says how it is to be run.

A model whose metadata does not fit makes the native library abort, and us with it. So one that is
not known by its sha256 is first opened, and shown a picture, in a process of its own.
"""

import hashlib
import subprocess
import sys
import weakref
import zipfile
from pathlib import Path

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.backends.native_chatter import chatter_logged
from perception.child_process import environment
from perception.eyes.camera import Box
from perception.eyes.objects import CURE, LABELS, ThingSeen

KNOWN = frozenset(("4b59100025bea1235a84c1038879a6cccc9f6c49f5e41144e91e74d99e780993",))
"""sha256 of models that need no trial: the official EfficientDet-Lite0."""
TRIAL_S = 60.0
SMALLEST_PX = 32
MOST = 20
UNFIT = 3

# Closed by `close`, in its own thread: see `mediapipe_people.py`.
if "__del__" in vars(vision.ObjectDetector):
    del vision.ObjectDetector.__del__


class MediaPipeObjects:
    """One detector without memory. Owned by one worker thread."""

    def __init__(self, model: Path, *, least_sure: float) -> None:
        """Raises `BackendUnavailableError` with the cure where the model is of no use."""
        words = words_of(model)
        try_out(model)
        with chatter_logged():
            self._detector = _opened(model, words, least_sure)
        self._give_back = weakref.finalize(self, self._detector.close)
        self._give_back.atexit = False  # too late there: its threads have ended

    def find(self, pixels: NDArray[np.uint8], around: Box) -> tuple[ThingSeen, ...]:
        """See `ObjectDetector.find`. Some 20 to 60 ms of a core."""
        height, width = pixels.shape[:2]
        left, right = (round(np.clip(x, 0, 1) * width) for x in (around.left, around.right))
        top, bottom = (round(np.clip(y, 0, 1) * height) for y in (around.top, around.bottom))
        if right - left < SMALLEST_PX or bottom - top < SMALLEST_PX:
            return ()
        found = self._detector.detect(_image(pixels[top:bottom, left:right]))
        seen = []
        for one in found.detections:
            said, box = one.categories[0], one.bounding_box
            x, y = left + box.origin_x, top + box.origin_y
            place = Box(x / width, y / height, (x + box.width) / width, (y + box.height) / height)
            seen.append(ThingSeen(LABELS[said.category_name.lower()], place, float(said.score)))
        return tuple(seen)

    def close(self) -> None:
        """Give the model back."""
        self._give_back()


def words_of(model: Path) -> list[str]:
    """What the model calls things that are told. Raises `BackendUnavailableError`."""
    try:
        with zipfile.ZipFile(model) as attached:
            texts = [attached.read(name) for name in attached.namelist() if name.endswith(".txt")]
    except OSError as fault:
        raise BackendUnavailableError(f"objects: {model}: {fault.strerror}; {CURE}") from None
    except zipfile.BadZipFile:
        raise BackendUnavailableError(
            f"objects: {model} names nothing: no words are attached to it, or it is no model or"
            f" not whole; delete it, {CURE}"
        ) from None
    labels = [line.strip() for text in texts for line in text.decode(errors="replace").split("\n")]
    words = sorted({label for label in labels if label.lower() in LABELS})
    if not words:
        raise BackendUnavailableError(
            f"objects: {model} finds none of the things that are told of people"
            f" ({', '.join(sorted(LABELS))}); {CURE}"
        )
    return words


def try_out(model: Path) -> None:
    """Open it elsewhere first, unless it is known. Raises `BackendUnavailableError`."""
    if hashlib.sha256(model.read_bytes()).hexdigest() in KNOWN:
        return
    command = [sys.executable, "-m", __name__, str(model)]
    try:
        tried = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TRIAL_S,
            env=environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        reason = f"it does not answer within {TRIAL_S:g} s"
    else:
        if tried.returncode == 0:
            return
        said = tried.stdout.strip().splitlines() if tried.returncode == UNFIT else []
        reason = said[-1] if said else "MediaPipe aborts over it; its metadata does not fit"
    raise BackendUnavailableError(
        f"objects: {model} is no detection model that can be run ({reason}); delete it, {CURE}"
    )


def _opened(model: Path, words: list[str], least_sure: float) -> vision.ObjectDetector:
    options = vision.ObjectDetectorOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        max_results=MOST,
        score_threshold=least_sure,
        category_allowlist=words,
    )
    return vision.ObjectDetector.create_from_options(options)


def _image(pixels: NDArray[np.uint8]) -> mediapipe.Image:
    return mediapipe.Image(
        image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(pixels)
    )


def _trial(model: Path) -> int:
    """What happens in that process: one look at nothing."""
    try:
        detector = _opened(model, words_of(model), 0.5)
        detector.detect(_image(np.zeros((64, 64, 3), np.uint8)))
        detector.close()
    except Exception as fault:  # the back-end's edge: it is told by whoever asked
        sys.stdout.write(f"{str(fault).splitlines()[0][:200]}\n")
        return UNFIT
    return 0


if __name__ == "__main__":
    sys.exit(_trial(Path(sys.argv[1])))
