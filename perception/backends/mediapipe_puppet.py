"""An operator's face on video as a puppet's: head, eyes, brows, lids, lips, frame by frame.

For moving the agent's own face after a film made for that. 478 points by MediaPipe's landmarker
are turned into the face's own frame by the points that no muscle moves; what is left is muscle.
The middle of the film counts as the person's neutral face, so nobody is measured against anybody
else. Shapes are read from distances: lips apart, corners, brows, lids, irises. No cheeks, no nose,
no tongue, and nothing about what the person feels.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import cv2
import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError, BadInputError
from perception.backends.mediapipe_people import CURE, FACE_MODEL
from perception.backends.native_chatter import chatter_logged
from perception.faces.distances import PuppetFrame, eyes_from, measured, shapes_from
from perception.faces.points import MODEL_INDEX, MODEL_M

Floats = NDArray[np.float64]

LONGEST_S: Final = 600.0
_WIDTH_PX: Final = 640
_LEAST_SEEN: Final = 0.3
"""Share of the frames in which a face must be found."""


def film_puppet(video: Path, models: Path) -> list[PuppetFrame]:
    """Read a film of one face. Frames without a face are left out.

    Raises `BadInputError` for what is no film, or shows no face most of the time.
    """
    model = models / FACE_MODEL
    if not model.is_file():
        raise BackendUnavailableError(f"puppet: the model {model} is missing; {CURE}")
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)), num_faces=1
    )
    times, points, count = [], [], 0
    with chatter_logged():
        landmarker = vision.FaceLandmarker.create_from_options(options)
    try:
        for at_s, picture in _pictures(video):
            count += 1
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
            found = landmarker.detect(image).face_landmarks
            if found:
                size = np.array([image.width, -image.height, -image.width])
                points.append(np.array([(p.x, p.y, p.z) for p in found[0]]) * size)
                times.append(at_s)
    finally:
        landmarker.close()
    if not count or len(times) < _LEAST_SEEN * count:
        raise BadInputError(f"{video}: a face in {len(times)} of {count} frames; film one face")
    return read_puppet(np.array(times), np.stack(points))


def _pictures(video: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    try:
        with av.open(str(video)) as film:
            first = None
            for frame in film.decode(video=0):
                first = frame.time if first is None else first
                if frame.time - first > LONGEST_S:
                    return
                picture = frame.to_ndarray(format="rgb24")
                height = round(picture.shape[0] * _WIDTH_PX / picture.shape[1])
                small = cv2.resize(picture, (_WIDTH_PX, height), interpolation=cv2.INTER_AREA)
                yield frame.time - first, np.ascontiguousarray(small)
    except (av.FFmpegError, OSError, IndexError, ValueError) as fault:
        raise BadInputError(f"{video}: is no film that can be read ({fault})") from None


def read_puppet(times_s: Floats, points: Floats) -> list[PuppetFrame]:
    """Shapes, head and eyes of (n, 478, 3) points: right, up and out of the picture, any unit."""
    turns, faces = zip(*(_without_pose(each) for each in points), strict=True)
    head = _calm(np.array([_angles(turn) for turn in turns]))
    head -= np.median(head, axis=0)
    measures = measured(_calm(np.stack(faces)))
    usual = {name: np.median(values, axis=0) for name, values in measures.items()}
    return [
        PuppetFrame(
            at_s=float(at),
            shapes=shapes_from({name: values[i] for name, values in measures.items()}, usual),
            head=(float(head[i, 0]), float(head[i, 1]), float(head[i, 2])),
            eyes=eyes_from(measures["iris"][i] - usual["iris"]),
        )
        for i, at in enumerate(times_s)
    ]


def _calm(values: Floats) -> Floats:
    """Each frame with its neighbours, half and half: the landmarker trembles."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    return np.asarray(0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:])


def _without_pose(points: Floats) -> tuple[Floats, Floats]:
    """Rotation (3, 3) of a face, and its points in the face's own frame, metres.

    Least squares over the points no muscle moves (Umeyama, 10.1109/34.88573).
    """
    seen = points[MODEL_INDEX]
    middle, model_middle = seen.mean(axis=0), MODEL_M.mean(axis=0)
    u, size, vt = np.linalg.svd((seen - middle).T @ (MODEL_M - model_middle))
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    turn = (u * flip) @ vt
    scale = float((size * flip).sum() / ((MODEL_M - model_middle) ** 2).sum())
    return turn, (points - middle) @ turn / max(scale, 1e-9) + model_middle


def _angles(turn: Floats) -> tuple[float, float, float]:
    """Yaw left, pitch up, roll right."""
    forward = turn[:, 2]
    yaw, pitch = np.arctan2(forward[0], forward[2]), np.arcsin(np.clip(forward[1], -1, 1))
    across = turn[:, 0]
    level = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
    up = np.cross(forward, level)
    return float(yaw), float(pitch), float(np.arctan2(across @ up, across @ level))
