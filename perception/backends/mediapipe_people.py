"""Faces and bodies by MediaPipe's landmarkers.

Both run on still pictures: following people over time is `tracks.py`'s work, and a network
without memory of its own cannot hold on to a ghost or care about uneven picture rates. The
networks see small inputs (128 and 224 pixels), so people far away are looked at in crops.
"""

import contextlib
import logging
import math
import weakref
from dataclasses import replace
from pathlib import Path

import cv2
import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.backends.mediapipe_shapes import holds_shapes, in_order
from perception.backends.native_chatter import chatter_logged
from perception.backends.painting import is_left_of, painted_out
from perception.eyes.bodies import Skeleton, read_body
from perception.eyes.camera import Box, CameraConfig, Lens
from perception.eyes.sightings import Body, Face, Focus, Look
from perception.faces.points import MODEL_INDEX, MODEL_M
from perception.faces.reader import ShapesBy
from perception.senses import Picture

_log = logging.getLogger(__name__)

FACE_MODEL, POSE_MODEL = "face_landmarker.task", "pose_landmarker.task"
CURE = "run `foyer models pull`"

EYES_M = np.array([0.0, 0.0262, 0.0347])
"""Middle between the eyes in the same model."""
EYES = ((33, 133, 159, 145), (362, 263, 386, 374))
"""Outer and inner corner, upper and lower lid, of the right and the left eye."""
IRISES = (slice(468, 473), slice(473, 478))
LIPS = (13, 14, 61, 291)
IRIS_M, EYEBALL_M = 0.0117, 0.012
"""Diameter of the human iris (nearly the same in everyone), radius of the eyeball."""
IRIS_SEEN_PX = 5.0
OPEN_EYE = 0.12
"""Height of the lid opening against the eye's width, below which the eye is shut."""
MISFIT_LIMIT = 0.14
"""Largest mean distance of face points from the fitted model, against the eyes' distance."""
MAX_PEOPLE = 5
SMALLEST_PX = 16
"""Side of the smallest region worth giving to a network."""
PUPIL_ABOVE_CORNERS_M = 0.0015
"""A pupil looking straight ahead lies this much above the line between the eye's corners."""


# A landmarker is closed by `close`, in its own thread. The garbage collector would do it in any
# thread, the loop's among them, and wait there for a network that may hang.
for _kind in (vision.FaceLandmarker, vision.PoseLandmarker):
    if "__del__" in vars(_kind):
        del _kind.__del__


class MediaPipePeople:
    """The face and the body landmarker. Owned by one worker thread."""

    def __init__(self, *, camera: CameraConfig, models: Path, faces: bool = True) -> None:
        """`faces`: without, no face model is even opened; heads are known from bodies alone."""
        self._camera = camera
        self._found_a_body = False
        self._lens = Lens(camera, width_px=640, height_px=480)
        face = _model_file(models, FACE_MODEL) if faces else None
        pose = _model_file(models, POSE_MODEL)
        if face:
            by = ShapesBy.MEDIAPIPE if holds_shapes(face) else ShapesBy.OWN
            _log.info("blendshapes", extra={"by": by, "fallback": by is ShapesBy.OWN})
        with chatter_logged():
            self._faces = _face_landmarker(face, count=MAX_PEOPLE) if face else None
            self._head = _face_landmarker(face, count=1) if face else None
            self._bodies = _pose_landmarker(pose, count=MAX_PEOPLE)
        opened = [one for one in (self._faces, self._head, self._bodies) if one is not None]
        # At exit, too: MediaPipe's own clean-up comes too late then and complains.
        self._give_back = weakref.finalize(self, _close_all, *opened)

    def look(self, picture: Picture, focus: Focus) -> Look:
        """Faces and bodies where `focus` points. About 2 ms for faces, 20 ms for each body."""
        height, width = picture.pixels.shape[:2]
        if (width, height) != (self._lens.width_px, self._lens.height_px):
            self._lens = Lens(self._camera, width_px=width, height_px=height)
        faces: list[Face] = []
        for region in focus.faces:
            faces += self._find_faces(self._faces, picture, region)
        for head in focus.heads:
            faces += self._find_faces(self._head, picture, head)
        bodies: list[Body] = []
        if focus.known and (focus.scan or focus.bodies):
            picture = replace(picture, pixels=painted_out(picture.pixels, focus.known))
        for region in ((focus.scan,) if focus.scan else ()) + focus.bodies:
            bodies += self._find_bodies(picture, region)
        bodies = [body for body in bodies if not is_left_of(body, focus.known)]
        return Look(faces=_apart(faces), bodies=_bodies_apart(bodies))

    def close(self) -> None:
        """Give the models back."""
        self._give_back()

    def _find_faces(
        self, landmarker: vision.FaceLandmarker | None, picture: Picture, region: Box
    ) -> list[Face]:
        if landmarker is None:
            return []
        image, corner = _cut(picture.pixels, region)
        found = landmarker.detect(image)
        each = found.face_blendshapes or [None] * len(found.face_landmarks)
        faces = []
        for points, told in zip(found.face_landmarks, each, strict=True):
            flat = _pixels(points, image, corner)
            depth = np.array([p.z for p in points]) * image.width
            if (face := read_face(flat, self._lens)) is not None:
                solid = np.column_stack([flat[:, 0], -flat[:, 1], -depth])
                shapes = None if told is None else in_order(told)
                faces.append(replace(face, points=solid, shapes=shapes))
        return faces

    def _find_bodies(self, picture: Picture, region: Box) -> list[Body]:
        image, corner = _cut(picture.pixels, region)
        # The first body that is found is commented on, too.
        with contextlib.nullcontext() if self._found_a_body else chatter_logged():
            found = self._bodies.detect(image)
        self._found_a_body = self._found_a_body or bool(found.pose_landmarks)
        bodies = []
        for points, world in zip(found.pose_landmarks, found.pose_world_landmarks, strict=True):
            skeleton = Skeleton(
                points=_pixels(points, image, corner),
                world=np.array([(p.x, p.y, p.z) for p in world], dtype=np.float64),
                visibility=np.array([p.visibility for p in points], dtype=np.float64),
            )
            if (body := read_body(skeleton, self._lens)) is not None:
                bodies.append(body)
        return bodies


def _close_all(*landmarkers: vision.FaceLandmarker | vision.PoseLandmarker) -> None:
    for landmarker in landmarkers:
        landmarker.close()


def read_face(points: NDArray[np.float64], lens: Lens) -> Face | None:
    """The face of 478 points in pixels, or None when they do not fit a face."""
    camera = np.array(
        [
            [lens.focal_px, 0, lens.width_px / 2],
            [0, lens.focal_px, lens.height_px / 2],
            [0, 0, 1],
        ]
    )
    solved, turn, shift = cv2.solvePnP(
        MODEL_M, points[MODEL_INDEX], camera, None, flags=cv2.SOLVEPNP_SQPNP
    )
    if not solved:
        return None
    rotation = cv2.Rodrigues(turn)[0]
    in_camera = MODEL_M @ rotation.T + shift.ravel()
    if in_camera[:, 2].min() < 0.05:
        return None
    shown = in_camera[:, :2] / in_camera[:, 2:] * lens.focal_px
    shown += (lens.width_px / 2, lens.height_px / 2)
    apart = float(np.linalg.norm(points[33] - points[263]))
    reach = lens.focal_px * 0.089 / float(in_camera[:, 2].mean())
    misfit = float(np.linalg.norm(shown - points[MODEL_INDEX], axis=1).mean()) / reach
    # An upside-down face is a pattern, not a visitor.
    if misfit > MISFIT_LIMIT or rotation[1, 1] > -0.3 or apart < 4:
        return None
    yaw, pitch = _eyes(points)
    size = np.array([lens.width_px, lens.height_px])
    low, high = points[:468].min(axis=0) / size, points[:468].max(axis=0) / size
    top, bottom, left, right = (points[i] for i in LIPS)
    mouth = np.linalg.norm(top - bottom) / max(float(np.linalg.norm(left - right)), 1.0)
    return Face(
        box=Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        eyes=lens.point(rotation @ EYES_M + shift.ravel()),
        forward=lens.direction(rotation @ np.array([0.0, 0.0, 1.0])),
        eyes_yaw_rad=yaw,
        eyes_pitch_rad=pitch,
        mouth_open=float(mouth),
        width_px=float(np.ptp(points[:468, 0])),
        quality=1.0 - misfit / MISFIT_LIMIT / 2,
    )


def _eyes(points: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """Turn of the eyes against the head; None when the irises are too small or the lids shut."""
    turns, weights = [], []
    centers = [points[iris].mean(axis=0) for iris in IRISES]
    for first, second, upper, lower in EYES:
        along = points[second] - points[first]
        width = float(np.linalg.norm(along))
        if width < 1 or np.linalg.norm(points[upper] - points[lower]) < OPEN_EYE * width:
            continue
        middle = (points[first] + points[second]) / 2
        iris = min(range(2), key=lambda i: float(np.linalg.norm(centers[i] - middle)))
        ring = points[IRISES[iris]][1:]
        diameter = float(np.linalg.norm(ring - centers[iris], axis=1).mean()) * 2
        if diameter < IRIS_SEEN_PX:
            continue
        right, offset = along / width, centers[iris] - middle
        # Both corners run left to right in the picture, which is the person's left.
        sideways = float(offset @ right) / diameter * IRIS_M / EYEBALL_M
        rise_m = -float(offset @ np.array([-right[1], right[0]])) / diameter * IRIS_M
        upward = (rise_m - PUPIL_ABOVE_CORNERS_M) / EYEBALL_M
        turns.append((_arcsine(sideways), _arcsine(upward)))
        weights.append(width)
    if not turns:
        return None, None
    yaw, pitch = np.average(np.array(turns), axis=0, weights=weights)
    return float(yaw), float(pitch)


def _arcsine(value: float) -> float:
    return math.asin(max(-0.8, min(0.8, value)))


def _apart(faces: list[Face]) -> tuple[Face, ...]:
    """Each face once, the best-fitting reading of it."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda f: -f.quality):
        if all(face.box.overlap(other.box) < 0.3 for other in kept):
            kept.append(face)
    return tuple(kept)


def _bodies_apart(bodies: list[Body]) -> tuple[Body, ...]:
    """Each body once: two readings of one body share its head."""
    kept: list[Body] = []
    for body in sorted(bodies, key=lambda b: -b.quality):
        if all(body.head.overlap(other.head) < 0.25 for other in kept):
            kept.append(body)
    return tuple(kept)


def _cut(pixels: NDArray[np.uint8], region: Box) -> tuple[mediapipe.Image, tuple[int, int]]:
    """The region as an image of its own, and its left top corner in pixels."""
    height, width = pixels.shape[:2]
    left = max(0, min(int(region.left * width), width - SMALLEST_PX))
    top = max(0, min(int(region.top * height), height - SMALLEST_PX))
    right = max(math.ceil(region.right * width), left + SMALLEST_PX)
    bottom = max(math.ceil(region.bottom * height), top + SMALLEST_PX)
    data = np.ascontiguousarray(pixels[top:bottom, left:right])
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=data), (left, top)


def _pixels(
    points: list[mediapipe.tasks.components.containers.NormalizedLandmark],
    image: mediapipe.Image,
    corner: tuple[int, int],
) -> NDArray[np.float64]:
    size = np.array([image.width, image.height])
    fractions: NDArray[np.float64] = np.array([(p.x, p.y) for p in points], dtype=np.float64)
    return np.asarray(fractions * size + corner, dtype=np.float64)


def _model_file(folder: Path, name: str) -> str:
    path = folder / name
    if not path.is_file():
        raise BackendUnavailableError(f"people: the model {path} is missing; {CURE}")
    return str(path)


def _face_landmarker(path: str, *, count: int) -> vision.FaceLandmarker:
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=path), num_faces=count,
        output_face_blendshapes=holds_shapes(path),
    )  # fmt: skip
    return _made(vision.FaceLandmarker, options, path)


def _pose_landmarker(path: str, *, count: int) -> vision.PoseLandmarker:
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=path), num_poses=count
    )
    return _made(vision.PoseLandmarker, options, path)


def _made(kind: type, options: object, path: str) -> vision.FaceLandmarker | vision.PoseLandmarker:
    try:
        return kind.create_from_options(options)  # type: ignore[attr-defined]
    except (RuntimeError, ValueError) as fault:
        raise BackendUnavailableError(
            f"people: MediaPipe refuses the model {path}: {fault}; delete it and {CURE}"
        ) from fault
