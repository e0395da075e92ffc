"""Small grey pictures of a character's mouth, drawn on the CPU, for a reader of lips.

Lips, teeth, tongue and chin of the character's own mesh, posed by its morphs; the rest of it is
left out, so a picture costs about a millisecond. Skin moves; the head does not: a view turns the
camera instead.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from actuation.embodiments.vrm_file import Character

Floats = NDArray[np.float32]

CHARACTER = Path(__file__).parents[1] / "embodiments/avatar/receptionist.vrm"
"""The character that ships; drawn where there is no other."""

SIZE = 48
"""Pixels of a side."""
_REGION_M = (0.05, 0.065, 0.052, 0.08)
"""Half width; below and above the middle of the lips; behind it."""
_WIDE_M = 0.092
"""What a picture shows from side to side, straight on."""
_DISTANCE_M = 0.45
_BATCH = 64
_DRIVEN_M = 5e-3
_DARK = 0.12
"""The back of the mouth, and what is beside the face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the camera stands and where the light comes from. Angles in radians."""

    yaw_rad: float = 0.0
    """Camera to the character's left, positive."""
    pitch_rad: float = 0.0
    """Camera above the mouth, positive."""
    closer: float = 1.0
    """Of the mouth's size in the picture."""
    aside: tuple[float, float] = (0.0, 0.0)
    """Mouth off the middle, in parts of the picture: right and up."""
    light: tuple[float, float, float] = (0.3, 0.5, 0.8)
    ambient: float = 0.35
    """0..1 of the light that comes from everywhere."""


STRAIGHT = View()


class MouthCamera:
    """Looks at the mouth of one character."""

    def __init__(self, character: Character, *, size: int = SIZE) -> None:
        """Raise `ValueError` where no jaw of the character moves."""
        self._size = size
        count = character.morphs.shape[1]
        driven = np.linalg.norm(character.morphs[17], axis=1) > _DRIVEN_M
        if not driven.any():
            raise ValueError("this character opens no jaw: there are no lips to look at")
        points = character.points
        front = points[:count][driven]
        lips_z = float(front[:, 2].max())
        near = front[front[:, 2] > lips_z - 0.012]
        self._middle = np.array([0.0, float(np.quantile(near[:, 1], 0.9)), lips_z])
        wide, below, above, behind = _REGION_M
        box = (
            (np.abs(points[:, 0]) < wide)
            & (points[:, 1] > self._middle[1] - below)
            & (points[:, 1] < self._middle[1] + above)
            & (points[:, 2] > lips_z - behind)
        )
        kept = character.triangles[box[character.triangles].all(axis=1)]
        used = np.unique(kept)
        self._triangles = np.searchsorted(used, kept).astype(np.int32)
        moving = used[used < count]
        self._rest = points[used].astype(np.float32)
        self._moves = character.morphs[:, moving].reshape(len(character.morphs), -1)
        self._moving = len(moving)
        self._colours = character.colours[used] @ np.array([0.30, 0.59, 0.11], np.float32)
        corner = self._triangles.T.reshape(-1)
        face = np.tile(np.arange(len(kept)), 3)
        shape = (len(used), len(kept))
        self._around = csr_matrix((np.ones(len(corner), np.float32), (corner, face)), shape)
        self._settings = cv2.TriangleRasterizeSettings()
        self._settings.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
        self._settings.setShadingType(cv2.RASTERIZE_SHADING_SHADED)

    def pictures(self, faces: NDArray[np.floating], view: View = STRAIGHT) -> NDArray[np.uint8]:
        """(n, size, size) grey pictures of (n, 52) faces."""
        drawn = np.empty((len(faces), self._size, self._size), np.uint8)
        camera, angle = self._camera(view)
        for first in range(0, len(faces), _BATCH):
            points = self._posed(np.asarray(faces[first : first + _BATCH], np.float32))
            shades = self._lit(points, view)
            for i, (where, shade) in enumerate(zip(points, shades, strict=True)):
                drawn[first + i] = self._drawn(where, shade, camera, angle)
        return drawn

    def _posed(self, faces: Floats) -> Floats:
        points = np.repeat(self._rest[None], len(faces), axis=0)
        points[:, : self._moving] += (faces @ self._moves).reshape(len(faces), -1, 3)
        return points

    def _lit(self, points: Floats, view: View) -> Floats:
        a, b, c = (points[:, self._triangles[:, i]] for i in range(3))
        flat = np.cross(b - a, c - a)
        light = np.array(view.light) / np.linalg.norm(view.light)
        # A vertex faces where the triangles around it do on average.
        around = self._around @ flat.transpose(1, 0, 2).reshape(len(self._triangles), -1)
        normals = around.reshape(points.shape[1], len(points), 3).transpose(1, 0, 2)
        length = np.maximum(np.linalg.norm(normals, axis=2), 1e-12)
        shade = np.clip(normals @ light / length, 0.0, 1.0)
        lit = self._colours * (view.ambient + (1.15 - view.ambient) * shade)
        return np.asarray(np.clip(lit, 0, 1) ** (1 / 2.2), np.float32)

    def _drawn(self, points: Floats, shade: Floats, camera: Floats, angle: float) -> Floats:
        picture = np.full((self._size, self._size, 3), _DARK, np.float32)
        depth = np.full((self._size, self._size), 10.0, np.float32)
        colours = np.repeat(shade[:, None], 3, axis=1)
        cv2.triangleRasterize(
            np.ascontiguousarray(points), self._triangles, colours, picture, depth, camera,
            angle, 0.05, 10.0, self._settings,
        )  # fmt: skip
        return np.asarray(255 * picture[..., 0], np.float32)

    def _camera(self, view: View) -> tuple[Floats, float]:
        """View matrix and vertical field of view."""
        yaw, pitch = view.yaw_rad, view.pitch_rad
        back = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
        right = np.cross([0.0, 1.0, 0.0], back)
        right /= np.linalg.norm(right)
        up = np.cross(back, right)
        wide = _WIDE_M / view.closer
        target = self._middle - wide * (view.aside[0] * right + view.aside[1] * up)
        matrix = np.eye(4)
        matrix[0, :3], matrix[1, :3], matrix[2, :3] = right, up, back
        matrix[:3, 3] = -matrix[:3, :3] @ (target + _DISTANCE_M * back)
        return matrix.astype(np.float32), float(2 * np.arctan(wide / 2 / _DISTANCE_M))
