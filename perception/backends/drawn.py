"""A person drawn by hand, whom the networks take for one: pictures for benches without a recording.

Plain shapes in the proportions of a head are enough for the detectors; no picture of anybody has
to be kept in the repository for that.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 640, 480
SKIN, SHADE, NOSE = (224, 172, 140), (196, 140, 110), (214, 160, 128)
HAIR, LASH, IRIS, BLACK, WHITE = (60, 40, 30), (50, 30, 25), (70, 50, 35), (10, 10, 10), (250,) * 3
LIPS, MOUTH, NOSTRIL, JACKET = (190, 90, 90), (110, 40, 45), (120, 70, 55), (50, 70, 110)
NOISE = 3.0
"""Grey levels by which two pictures of a camera differ although nothing moves."""


def scene(size_px: float | None, *, seed: int = 0, sway_px: float = 0.0) -> Pixels:
    """A wall; with `size_px`, a person before it whose head is about twice that wide, in RGB.

    60 stands about 0.65 m before an ordinary camera. `seed`: of the camera's noise.
    """
    shade = np.linspace(180, 215, HEIGHT_PX).astype(np.uint8)
    picture = np.repeat(np.repeat(shade[:, None, None], WIDTH_PX, 1), 3, 2)
    if size_px is not None:
        _draw_person(picture, WIDTH_PX / 2 + sway_px, 0.42 * HEIGHT_PX, size_px)
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(1.0, size_px / 40)), np.uint8)
    noise = np.random.default_rng(seed).normal(0, NOISE, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def as_jpeg(picture: Pixels, quality: int = 75) -> bytes:
    """The picture as a page sends it."""
    _, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return bytes(jpeg.tobytes())


def _draw_person(picture: Pixels, x: float, y: float, size: float) -> None:
    """Centre of the face and half its width, pixels; all else in halves of it."""

    def ellipse(
        at: tuple[float, float],
        axes: tuple[float, float],
        colour: Sequence[int],
        arc: tuple[int, int] = (0, 360),
        line: float = 0.0,
    ) -> None:
        thickness = max(1, int(line * size)) if line else -1
        centre = (int(x + at[0] * size), int(y + at[1] * size))
        radii = (int(axes[0] * size), int(axes[1] * size))
        cv2.ellipse(picture, centre, radii, 0, *arc, colour, thickness, cv2.LINE_AA)

    ellipse((0, 3.6), (2.3, 1.9), JACKET)
    ellipse((0, 1.3), (0.45, 0.8), SHADE)
    ellipse((0, -0.25), (1.12, 1.35), HAIR)
    ellipse((0, 0), (0.95, 1.3), SKIN)
    ellipse((0, -1.05), (0.9, 0.42), HAIR)
    for side in (-1, 1):
        eye = (0.38 * side, -0.12)
        ellipse((0.98 * side, 0), (0.12, 0.28), SHADE)
        ellipse(eye, (0.26, 0.16), SHADE)
        ellipse(eye, (0.2, 0.105), WHITE)
        ellipse(eye, (0.1, 0.1), IRIS)
        ellipse(eye, (0.045, 0.045), BLACK)
        ellipse((eye[0], -0.14), (0.21, 0.12), LASH, (180, 360), 0.04)
        ellipse((eye[0], -0.32), (0.27, 0.1), HAIR, (200, 340), 0.07)
    nose = np.array([(-0.03, -0.1), (-0.17, 0.38), (0.17, 0.38)]) * size + (x, y)
    cv2.fillPoly(picture, [nose.astype(np.int32)], NOSE, cv2.LINE_AA)
    for side in (-1, 1):
        ellipse((0.09 * side, 0.39), (0.05, 0.03), NOSTRIL)
    ellipse((0, 0.72), (0.34, 0.12), LIPS)
    ellipse((0, 0.7), (0.3, 0.02), MOUTH)
