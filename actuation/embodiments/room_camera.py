"""Pictures of a room with the character in it, several times, where everybody stands being known.

A camera of stated height, tilt and angle of view looks at figures on a floor: to test eyes that
tell places, heights and turns. A figure may be smaller, in other colours, hold its joints
otherwise. Nobody walks with their legs: they glide, which the eyes do not mind.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.head_camera import another_character
from actuation.embodiments.preview import Preview
from actuation.embodiments.vrm_file import Character
from actuation.generators.rules_idle import rest_pose
from actuation.motion import Frame
from agent.core.face_shapes import ARKIT_NAMES

Picture = NDArray[np.uint8]

EYES_M: Final = 1.56
"""Height of the character's eyes at its own size."""
_WALL: Final = (0.74, 0.75, 0.76)
_FLOOR: Final = (0.46, 0.43, 0.40)
_NEAR_M, _FAR_M = 0.1, 25.0
_NOISE: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure on the floor, room frame: x forward from the camera's foot, y left, metres."""

    x_m: float
    y_m: float
    front_rad: float = math.pi
    """Heading of the chest, left positive; pi faces the camera's side of the room."""
    size: float = 1.0
    """Against the character's own 1.7 m."""
    lowered_m: float = 0.0
    """Sunk into the floor: as whoever sits behind something."""
    who: int = 0
    """Colours and proportions; 0 is the character as it ships."""
    joints: NDArray[np.float32] | None = None
    """(44, 4) unit quaternions; None: at rest."""


class RoomCamera:
    """Looks along x from above the origin."""

    def __init__(
        self,
        character: Character,
        *,
        height_m: float = 1.5,
        tilt_deg: float = 0.0,
        horizontal_fov_deg: float = 66.0,
        size_px: tuple[int, int] = (640, 480),
    ) -> None:
        """`size_px`: width and height."""
        self._character = character
        self._previews: dict[int, Preview] = {}
        self._width, self._height = size_px
        half = math.radians(horizontal_fov_deg) / 2
        self._fov = 2 * math.atan(math.tan(half) * self._height / self._width)
        self._view = _view(height_m, math.radians(tilt_deg))
        self._settings = cv2.TriangleRasterizeSettings()
        self._settings.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
        self._settings.setShadingType(cv2.RASTERIZE_SHADING_SHADED)
        self._empty = self._room(tilt_deg)

    def picture(self, figures: Sequence[Figure], rng: np.random.Generator) -> Picture:
        """(height, width, 3) RGB. `rng` draws the camera's noise."""
        picture = self._empty.copy()
        depth = np.full(picture.shape[:2], _FAR_M, np.float32)
        for figure in figures:
            points, colours, triangles = self._placed(figure)
            cv2.triangleRasterize(
                points, triangles, colours, picture, depth, self._view, self._fov,
                _NEAR_M, _FAR_M, self._settings,
            )  # fmt: skip
        small = cv2.resize(picture, (self._width, self._height), interpolation=cv2.INTER_AREA)
        noisy = 255 * small + rng.normal(0.0, _NOISE, small.shape)
        return np.asarray(np.clip(noisy, 0, 255), np.uint8)

    def _placed(
        self, figure: Figure
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
        """Points on the stage's axes (x to the picture's right, y up, z out of it), colours."""
        if figure.who not in self._previews:
            self._previews[figure.who] = Preview(another_character(self._character, figure.who))
        preview = self._previews[figure.who]
        joints = rest_pose() if figure.joints is None else figure.joints
        frame = Frame(
            at=0.0, utterance=None, score_s=0.0, joints=np.asarray(joints, np.float32),
            face=np.zeros(len(ARKIT_NAMES), np.float32), gaze_yaw_rad=0.0, gaze_pitch_rad=0.0,
        )  # fmt: skip
        points, normals = preview.posed(frame)
        # The character looks along +z, which is the room's -x, at heading pi.
        turn = figure.front_rad - math.pi
        spin = np.array(
            [
                [math.cos(turn), 0.0, math.sin(turn)],
                [0.0, 1.0, 0.0],
                [-math.sin(turn), 0.0, math.cos(turn)],
            ],
            np.float32,
        )
        placed = np.asarray(figure.size * points @ spin.T, np.float32)
        placed += np.array([-figure.y_m, -figure.lowered_m, -figure.x_m], np.float32)
        ahead = np.asarray(-placed[:, 2], np.float32)
        colours = preview.lit(placed, np.asarray(normals @ spin.T, np.float32))
        triangles = self._triangles(preview, ahead)
        return np.ascontiguousarray(placed), colours, triangles

    def _triangles(self, preview: Preview, ahead: NDArray[np.float32]) -> NDArray[np.int32]:
        triangles = preview.character.triangles
        return np.ascontiguousarray(triangles[(ahead[triangles] > 2 * _NEAR_M).all(axis=1)])

    def _room(self, tilt_deg: float) -> NDArray[np.float32]:
        """A wall above a floor, at twice the size."""
        height, width = 2 * self._height, 2 * self._width
        focal = height / 2 / math.tan(self._fov / 2)
        horizon = height / 2 + focal * math.tan(math.radians(tilt_deg))
        edge = int(min(height, max(0.0, horizon + 0.12 * height)))
        room = np.empty((height, width, 3), np.float32)
        room[:edge], room[edge:] = _WALL, _FLOOR
        shade = np.linspace(0.92, 1.06, width, dtype=np.float32)[None, :, None]
        return np.asarray(room * shade, np.float32)


def _view(height_m: float, tilt_rad: float) -> NDArray[np.float32]:
    """World to camera on the stage's axes, the camera looking along -z."""
    up = np.array([0.0, math.cos(tilt_rad), math.sin(tilt_rad)])
    back = np.array([0.0, -math.sin(tilt_rad), math.cos(tilt_rad)])
    view = np.eye(4)
    view[0, :3], view[1, :3], view[2, :3] = (1.0, 0.0, 0.0), up, back
    view[:3, 3] = -view[:3, :3] @ np.array([0.0, height_m, 0.0])
    return np.asarray(view, np.float32)
