"""478 points of the largest face in a picture, with depth, by MediaPipe's face landmarker."""

import weakref
from pathlib import Path

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.backends.mediapipe_people import CURE, FACE_MODEL
from perception.backends.native_chatter import chatter_logged


class FacePoints:
    """One landmarker without memory. Owned by one thread."""

    def __init__(self, models: Path) -> None:
        """`models`: the folder. Raises `BackendUnavailableError` where the model is missing."""
        model = models / FACE_MODEL
        if not model.is_file():
            raise BackendUnavailableError(f"faces: the model {model} is missing; {CURE}")
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)), num_faces=1
        )
        with chatter_logged():
            self._landmarker = vision.FaceLandmarker.create_from_options(options)
        self._give_back = weakref.finalize(self, self._landmarker.close)
        self._give_back.atexit = False  # too late there: its threads have ended

    def find(self, picture: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """(478, 3): pixels right, up and out of the (h, w, 3) RGB picture; None: no face."""
        image = mediapipe.Image(
            image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture)
        )
        found = self._landmarker.detect(image).face_landmarks
        if not found:
            return None
        size = np.array([image.width, -image.height, -image.width], np.float64)
        return np.asarray(np.array([(p.x, p.y, p.z) for p in found[0]]) * size, np.float64)

    def close(self) -> None:
        """Give the model back."""
        self._give_back()
