"""Paints people who are known out of a picture, so that a search finds those beside and behind.

The body network tells of neighbours who overlap only the surest; with that one gone it tells of the
next. A body is painted over along its bones, wide enough for clothes and hair, with what lies round
it, blurred. The picture that came in stays as it was.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.eyes.bodies import (
    HEAD,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from perception.eyes.sightings import Body, Known

Picture = NDArray[np.uint8]
_BONES = (
    *((LEFT_SHOULDER, 13), (13, LEFT_WRIST), (LEFT_WRIST, 19)),
    *((RIGHT_SHOULDER, 14), (14, RIGHT_WRIST), (RIGHT_WRIST, 20)),
    *((LEFT_HIP, 25), (25, 27), (27, 31), (RIGHT_HIP, 26), (26, 28), (28, 32)),
)
_TRUNK = (LEFT_SHOULDER, RIGHT_SHOULDER, RIGHT_HIP, LEFT_HIP)
_LIMB, _COAT, _NECK, _HAIR = 0.28, 0.45, 0.35, 0.6
"""Widths against the longer of trunk and shoulders; a head's radius against its way to these."""
_COARSE_PX = (80, 60)
_FREE = 0.9
"""Part of a coarse cell that must be free of people to be painted with."""
_REACH = (7, 15, 31, 61)
"""Coarse cells around, within which something free is looked for: near ones first."""


def painted_out(pixels: Picture, known: Sequence[Known]) -> Picture:
    """(height, width, 3) RGB without these people, farthest first; who is spared stays."""
    mask = np.zeros(pixels.shape[:2], np.uint8)
    size = np.array([pixels.shape[1], pixels.shape[0]], np.float64)
    for one in known:
        _cover(mask, one.outline * size, 0 if one.spared else 255)
    if not mask.any():
        return pixels
    bare = pixels.copy()
    whole = (pixels.shape[1], pixels.shape[0])
    around = cv2.resize(_around(pixels, mask), whole, interpolation=cv2.INTER_LINEAR)
    cv2.copyTo(around, mask, bare)
    return bare


def is_left_of(body: Body, known: Sequence[Known]) -> bool:
    """Whether it is what is left of somebody painted out: its head is where theirs was."""
    for one in known:
        x, y = one.outline[HEAD].mean(axis=0)
        inside = body.head.left <= x <= body.head.right and body.head.top <= y <= body.head.bottom
        if inside and not one.spared:
            return True
    return False


def _cover(mask: Picture, points: NDArray[np.float64], value: int) -> None:
    """Draw a body of (33, 2) pixels into the mask."""
    shoulders, hips = points[[LEFT_SHOULDER, RIGHT_SHOULDER]], points[[LEFT_HIP, RIGHT_HIP]]
    chest, head = shoulders.mean(axis=0), points[HEAD].mean(axis=0)
    size = max(
        float(np.linalg.norm(chest - hips.mean(axis=0))),
        float(np.linalg.norm(shoulders[0] - shoulders[1])),
        6.0,
    )
    for a, b in _BONES:
        cv2.line(mask, _px(points[a]), _px(points[b]), value, _thick(_LIMB * size))
    trunk = cv2.convexHull(points[list(_TRUNK)].round().astype(np.int32))
    cv2.fillConvexPoly(mask, trunk, value)
    cv2.polylines(mask, [trunk], True, value, _thick(_COAT * size))
    cv2.line(mask, _px(head), _px(chest), value, _thick(_NECK * size))
    wide = max(float(np.linalg.norm(chest - head)), float(np.ptp(points[HEAD, 0])), 0.4 * size)
    cv2.circle(mask, _px(head), _thick(_HAIR * wide), value, -1)


def _around(pixels: Picture, mask: Picture) -> Picture:
    """What is free of people, spread over the rest; coarse."""
    small = cv2.resize(pixels, _COARSE_PX, interpolation=cv2.INTER_AREA).astype(np.float32)
    covered = cv2.resize(mask, _COARSE_PX, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    free = (1 - covered > _FREE).astype(np.float32)
    spread, done = small, free > 0
    for reach in _REACH:
        share = cv2.blur(free, (reach, reach))
        mean = (
            cv2.blur(small * free[..., None], (reach, reach)) / np.maximum(share, 1e-3)[..., None]
        )
        here = (share > 1e-2) & ~done
        spread = np.where(here[..., None], mean, spread)
        done |= here
    return np.asarray(np.clip(spread, 0, 255), np.uint8)


def _px(point: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.clip(point, -4000, 4000).round()
    return int(x), int(y)


def _thick(width: float) -> int:
    return int(np.clip(round(width), 2, 400))
