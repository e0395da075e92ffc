"""21 points of both hands of one person, by MediaPipe's hand landmarker."""

import weakref
from dataclasses import replace
from pathlib import Path

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.actions.live_hands import HandInPicture
from perception.backends.mediapipe_people import CURE
from perception.backends.native_chatter import chatter_logged
from perception.eyes.camera import Box

HAND_MODEL = "hand_landmarker.task"
LEAST_SURE = 0.3
SMALLEST_PX = 32
Hand = NDArray[np.float64]


class HandPoints:
    """One landmarker without memory. Owned by one thread."""

    def __init__(self, models: Path) -> None:
        """`models`: the folder. Raises `BackendUnavailableError` where the model is missing."""
        model = models / HAND_MODEL
        if not model.is_file():
            raise BackendUnavailableError(f"hands: the model {model} is missing; {CURE}")
        options = vision.HandLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)),
            num_hands=2,
            min_hand_detection_confidence=LEAST_SURE,
        )
        with chatter_logged():
            self._landmarker = vision.HandLandmarker.create_from_options(options)
        self._give_back = weakref.finalize(self, self._landmarker.close)
        self._give_back.atexit = False  # too late there: its threads have ended

    def find(self, picture: NDArray[np.uint8], around: Box) -> tuple[Hand | None, Hand | None]:
        """The left and the right hand of who is in `around`, (21, 3) metres about the hand.

        Axes as the camera's: right, down, away. None: not seen.
        """
        left, right = self.placed(picture, around)
        return _points(left), _points(right)

    def placed(
        self, picture: NDArray[np.uint8], around: Box
    ) -> tuple[HandInPicture | None, HandInPicture | None]:
        """The same, with their places in the whole picture."""
        height, width = picture.shape[:2]
        left, right = (round(np.clip(x, 0, 1) * width) for x in (around.left, around.right))
        top, bottom = (round(np.clip(y, 0, 1) * height) for y in (around.top, around.bottom))
        if right - left < SMALLEST_PX or bottom - top < SMALLEST_PX:
            return None, None
        found = self._found(np.ascontiguousarray(picture[top:bottom, left:right]))
        moved = [replace(one, places_px=one.places_px + (left, top)) for one in found]
        return _sides([(one.left, float(one.places_px[0, 0]), one) for one in moved])

    def hands(
        self, picture: NDArray[np.uint8]
    ) -> tuple[HandInPicture | None, HandInPicture | None]:
        """The left and the right hand in a picture of one person, with their places in it."""
        if min(picture.shape[:2]) < SMALLEST_PX:
            return None, None
        found = self._found(np.ascontiguousarray(picture))
        return _sides([(one.left, float(one.places_px[0, 0]), one) for one in found])

    def _found(self, cut: NDArray[np.uint8]) -> list[HandInPicture]:
        found = self._landmarker.detect(
            mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=cut)
        )
        size = np.array([cut.shape[1], cut.shape[0]], np.float64)
        return [
            HandInPicture(
                left=said[0].category_name == "Left",
                points_m=np.array([(p.x, p.y, p.z) for p in world], np.float64),
                places_px=np.array([(p.x, p.y) for p in points], np.float64) * size,
            )
            for said, points, world in zip(
                found.handedness, found.hand_landmarks, found.hand_world_landmarks, strict=True
            )
        ]

    def close(self) -> None:
        """Give the model back."""
        self._give_back()


def _sides(
    hands: list[tuple[bool, float, HandInPicture]],
) -> tuple[HandInPicture | None, HandInPicture | None]:
    """Left and right. Two of one side: the one farther right in the picture is the left."""
    if len(hands) == 2 and hands[0][0] == hands[1][0]:
        hands = sorted(hands, key=lambda one: one[1])
        return hands[1][2], hands[0][2]
    left = next((hand for is_left, _, hand in hands if is_left), None)
    right = next((hand for is_left, _, hand in hands if not is_left), None)
    return left, right


def _points(hand: HandInPicture | None) -> Hand | None:
    return None if hand is None else hand.points_m
