"""Draws the character on the CPU and writes films with sound, to look at what was performed.

A plain picture (vertex colours, three lights, no shadows), made to judge lips, gaze and gestures,
not beauty: the page does that.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.vrm_file import Character
from actuation.joints.rotations import turned
from actuation.motion import Frame

Floats = NDArray[np.float32]
Camera = tuple[tuple[float, float, float], tuple[float, float, float], float]
"""Eye, target (metres) and vertical field of view (radians)."""

_BACKGROUND = np.array([0.86, 0.85, 0.82], np.float32)
_LIGHTS = (
    (np.array([0.45, 0.55, 0.70]), np.array([0.78, 0.74, 0.68])),
    (np.array([-0.75, 0.15, 0.55]), np.array([0.22, 0.25, 0.30])),
    (np.array([0.20, 0.60, -0.80]), np.array([0.25, 0.25, 0.28])),
)
_AMBIENT = np.array([0.34, 0.33, 0.33])
_NEAR_M, _FAR_M = 0.05, 10.0
_TOO_NEAR_M = 0.3
FACE_CAMERA: Camera = ((0.0, 1.555, 0.95), (0.0, 1.535, 0.0), 0.36)
"""The face."""
BODY_CAMERA: Camera = ((0.0, 1.42, 1.75), (0.0, 1.30, 0.0), 0.50)


class Preview:
    """A camera before the character."""

    def __init__(
        self,
        character: Character,
        *,
        size: int = 480,
        camera: Camera = BODY_CAMERA,
    ) -> None:
        self.character = character
        self._size = size
        eye, target, self._fov = camera
        self._view = _look_at(np.array(eye), np.array(target))
        self._eye = np.array(eye, np.float32)
        ahead = np.array(target) - np.array(eye)
        self._ahead = np.asarray(ahead / np.linalg.norm(ahead), np.float32)
        self._order = _parents_first(character.parents)
        self._settings = cv2.TriangleRasterizeSettings()
        self._settings.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
        self._settings.setShadingType(cv2.RASTERIZE_SHADING_SHADED)

    def draw(self, frame: Frame) -> NDArray[np.uint8]:
        """(size, size, 3) RGB."""
        points, normals = self.posed(frame)
        colours = self.lit(points, normals)
        # Drawn at twice the size and made small: edges are smooth.
        size = self._size * 2
        picture = np.tile(_BACKGROUND, (size, size, 1)).astype(np.float32)
        depth = np.full((size, size), _FAR_M, np.float32)
        cv2.triangleRasterize(
            points, self._before_camera(points), colours, picture, depth, self._view,
            self._fov, _NEAR_M, _FAR_M, self._settings,
        )  # fmt: skip
        small = cv2.resize(picture, (self._size, self._size), interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(small, 0, 1) * 255, np.uint8)

    def _before_camera(self, points: Floats) -> NDArray[np.int32]:
        """The triangles far enough away; a hand at the lens would splinter over the picture."""
        away = (points - self._eye) @ self._ahead
        triangles = self.character.triangles
        return np.ascontiguousarray(triangles[(away[triangles] > _TOO_NEAR_M).all(axis=1)])

    def posed(self, frame: Frame) -> tuple[Floats, Floats]:
        """Points (v, 3) and normals (v, 3) of the character in this frame, metres."""
        c = self.character
        points = c.points.copy()
        moving = np.flatnonzero(frame.face > 1e-4)
        count = c.morphs.shape[1]
        points[:count] += np.tensordot(frame.face[moving], c.morphs[moving], axes=1)
        bones = self._bones(frame)
        skin = np.einsum("vk,vkij->vij", c.weights, bones[c.bones][..., :3, :])
        posed = np.einsum("vij,vj->vi", skin[..., :3], points) + skin[..., 3]
        normals = np.einsum("vij,vj->vi", skin[..., :3], c.normals)
        return np.ascontiguousarray(posed, np.float32), np.asarray(normals, np.float32)

    def _bones(self, frame: Frame) -> Floats:
        c = self.character
        world = np.tile(np.eye(4, dtype=np.float32), (len(c.parents), 1, 1))
        looks = [turned(yaw, frame.gaze_pitch_rad) for yaw in frame.eyes_yaw_rad]
        for j in self._order:
            local = np.eye(4, dtype=np.float32)
            local[:3, 3] = c.offsets[j]
            if j in c.eyes:
                local[:3, :3] = _matrix(looks[c.eyes.index(j)])
            elif c.moves_as[j] >= 0:
                local[:3, :3] = _matrix(frame.joints[c.moves_as[j]].astype(np.float64))
            parent = c.parents[j]
            world[j] = local if parent < 0 else world[parent] @ local
        return np.asarray(world @ c.inverse_rest, np.float32)

    def lit(self, points: Floats, normals: Floats) -> Floats:
        """(n, 3) colours of the corners in this light; another camera may draw them too."""
        c = self.character
        unit = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        towards = self._eye - points
        towards = towards / np.linalg.norm(towards, axis=1, keepdims=True)
        light = np.tile(_AMBIENT, (len(points), 1))
        shine = np.zeros(len(points))
        for direction, colour in _LIGHTS:
            direction = direction / np.linalg.norm(direction)
            # Wrapped a little around the edge: soft, as skin is.
            light += np.clip((unit @ direction + 0.25) / 1.25, 0, 1)[:, None] * colour
            half = direction + towards
            half = half / np.linalg.norm(half, axis=1, keepdims=True)
            shine += np.clip(np.sum(unit * half, axis=1), 0, 1) ** 40
        linear = c.colours * light + (0.25 * c.gloss * shine)[:, None]
        return np.asarray(np.clip(linear, 0, 1) ** (1 / 2.2), np.float32)


def write_film(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    *,
    fps: int,
    samples: Floats,
    rate_hz: int,
) -> None:
    """Write an MP4 with sound: `pictures` (h, w, 3) RGB, `samples` mono from the first picture."""
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", rate=fps, options={"crf": "20", "preset": "veryfast"})
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = "yuv420p"
        sound = film.add_stream("aac", rate=rate_hz, layout="mono")
        for picture in pictures:
            film.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(video.encode())
        step = 1024
        for first in range(0, len(samples), step):
            part = np.ascontiguousarray(samples[None, first : first + step])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = rate_hz, first
            frame.time_base = Fraction(1, rate_hz)
            film.mux(sound.encode(frame))
        film.mux(sound.encode())


def _look_at(eye: NDArray[np.float64], target: NDArray[np.float64]) -> Floats:
    back = (eye - target) / np.linalg.norm(eye - target)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    view = np.eye(4)
    view[0, :3], view[1, :3], view[2, :3] = right, np.cross(back, right), back
    view[:3, 3] = -view[:3, :3] @ eye
    return view.astype(np.float32)


def _matrix(q: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z, w = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _parents_first(parents: tuple[int, ...]) -> list[int]:
    order: list[int] = []
    while len(order) < len(parents):
        order += [j for j, p in enumerate(parents) if j not in order and (p < 0 or p in order)]
    return order
