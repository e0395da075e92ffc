"""What 33 body points say about distance, height and turning. Pure geometry.

Points follow MediaPipe Pose: `points` in pixels, `world` in metres around the hips, in axes
parallel to the camera's (x right, y down, z away from it).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.eyes.camera import Box, Lens, Vector, azimuth_rad
from perception.eyes.lean import lean_of
from perception.eyes.sightings import Body, Cue, Range

NOSE, LEFT_EAR, RIGHT_EAR = 0, 7, 8
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_WRIST, RIGHT_WRIST = 11, 12, 15, 16
LEFT_HIP, RIGHT_HIP = 23, 24
HEAD = slice(0, 11)
FEET = (27, 28, 29, 30, 31, 32)

SEEN = 0.6
"""Visibility above which a point counts as seen."""
HEAD_ABOVE_HIPS_M = 0.2
"""Upright enough for a person in our space; patterns that fool the network lie flat."""
MISFIT_LIMIT = 0.15
"""Largest mean distance of points from the fitted skeleton, against the skeleton's size."""
BODY_SPREAD = 0.10
"""Relative deviation of people's size from the network's average."""
UPPER_BODY_SPREAD = 0.18
SMALL, SMALL_SPREAD = 0.25, 0.35
"""Who seems so much farther off, as a logarithm, than their feet are is small, a child, rather
than far; their size says little of the distance then."""
UP_TO_M = 0.05
"""A wrist counts as raised from so much below the shoulder on: as of one who holds a telephone."""
TILT_ERROR_RAD = math.radians(2.5)
"""How well an installer knows the camera's tilt."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """One pose as the network gives it."""

    points: NDArray[np.float64]
    """(33, 2) pixels."""
    world: NDArray[np.float64]
    """(33, 3) metres."""
    visibility: NDArray[np.float64]
    """(33,) 0..1."""


def read_body(skeleton: Skeleton, lens: Lens) -> Body | None:
    """The body of a skeleton, or None when it cannot be a person standing or sitting there."""
    seen = skeleton.visibility > SEEN
    inside = _inside(skeleton.points, lens)
    used = seen & inside
    if used.sum() < 6 or not used[HEAD].any():
        return None
    world = skeleton.world
    hips, nose = world[[LEFT_HIP, RIGHT_HIP]].mean(axis=0), world[NOSE]
    if hips[1] - nose[1] < HEAD_ABOVE_HIPS_M:
        return None
    hips_at, misfit = fit(skeleton, used, lens)
    if hips_at is None or misfit > MISFIT_LIMIT:
        return None
    chest = lens.point(hips_at + world[[LEFT_SHOULDER, RIGHT_SHOULDER]].mean(axis=0))
    distance = math.hypot(chest[0], chest[1])
    if not 0.2 < distance < 30:
        return None
    eyes = lens.point(hips_at + nose)
    return Body(
        box=_box(skeleton.points[used], lens),
        head=_head(skeleton, lens),
        bearing_rad=azimuth_rad(chest),
        ranges=_ranges(skeleton, used, lens, distance),
        front_rad=_front(world, seen, lens),
        head_front_rad=_head_front(world, seen, lens),
        hand_raised=_hand_raised(world, used),
        lean=lean_of(world, used, lens),
        eyes_height_m=float(eyes[2]),
        quality=float(skeleton.visibility[used].mean() * (1 - misfit / MISFIT_LIMIT / 2)),
        world=skeleton.world,
        visible=skeleton.visibility,
        outline=skeleton.points / (lens.width_px, lens.height_px),
    )


def _ranges(
    skeleton: Skeleton, used: NDArray[np.bool_], lens: Lens, distance_m: float
) -> tuple[Range, ...]:
    """How far off it is by its size, and by its feet where they are seen."""
    whole = bool(used[LEFT_HIP] or used[RIGHT_HIP])
    spread = BODY_SPREAD if whole else UPPER_BODY_SPREAD
    feet = _feet(skeleton, used, lens)
    if feet is not None and math.log(distance_m / feet.distance_m) > SMALL:
        spread = SMALL_SPREAD
    noise = 0.04 + 0.015 * distance_m
    by_size = Range(cue=Cue.BODY, distance_m=distance_m, trust=spread**-2, noise=noise)
    return (by_size,) if feet is None else (by_size, feet)


def fit(skeleton: Skeleton, used: NDArray[np.bool_], lens: Lens) -> tuple[Vector | None, float]:
    """Where the hips are in the camera's frame, so that the metric skeleton meets its pixels.

    u = f (X + tx) / (Z + tz) is linear in t, so this is one least-squares solution. Returns the
    translation and the mean misfit as a fraction of the skeleton's height in the picture.
    """
    pixels = skeleton.points[used] - (lens.width_px / 2, lens.height_px / 2)
    metres, f, n = skeleton.world[used], lens.focal_px, int(used.sum())
    left, right = np.zeros((2 * n, 3)), np.empty(2 * n)
    left[:n, 0] = left[n:, 1] = f
    left[:n, 2], left[n:, 2] = -pixels[:, 0], -pixels[:, 1]
    right[:n] = pixels[:, 0] * metres[:, 2] - f * metres[:, 0]
    right[n:] = pixels[:, 1] * metres[:, 2] - f * metres[:, 1]
    shift = np.linalg.lstsq(left, right, rcond=None)[0]
    depth = metres[:, 2] + shift[2]
    if (depth < 0.1).any():
        return None, math.inf
    shown = f * (metres[:, :2] + shift[:2]) / depth[:, None]
    size = max(float(np.ptp(pixels[:, 1])), float(np.ptp(pixels[:, 0])), 1.0)
    misfit = float(np.linalg.norm(shown - pixels, axis=1).mean()) / size
    return np.asarray(shift, dtype=np.float64), misfit


def _inside(points: NDArray[np.float64], lens: Lens) -> NDArray[np.bool_]:
    limit = np.array([lens.width_px, lens.height_px])
    return np.asarray(((points >= 0) & (points < limit)).all(axis=1))


def _feet(skeleton: Skeleton, used: NDArray[np.bool_], lens: Lens) -> Range | None:
    """Distance by where the lowest foot touches the floor."""
    shown = [i for i in FEET if used[i]]
    if len(shown) < 3:
        return None
    # The lowest point of the shoe is the nearer foot; feet in the last rows may be cut off.
    x_px, y_px = skeleton.points[max(shown, key=lambda i: skeleton.points[i, 1])]
    if y_px > 0.985 * lens.height_px:
        return None
    place = lens.on_floor(float(x_px), float(y_px))
    if place is None:
        return None
    distance = place.distance_m
    height = lens.config.height_m
    error = TILT_ERROR_RAD * (distance / height + height / max(distance, 0.1))
    trust = max(error, 0.05) ** -2
    return Range(cue=Cue.FEET, distance_m=distance, trust=trust, noise=0.03 + 0.01 * distance)


def _front(world: NDArray[np.float64], seen: NDArray[np.bool_], lens: Lens) -> float | None:
    """Heading of the chest: square to the line of the shoulders, or of the hips."""
    leftward = np.zeros(3)
    for left, right in ((LEFT_SHOULDER, RIGHT_SHOULDER), (LEFT_HIP, RIGHT_HIP)):
        if seen[left] or seen[right]:
            leftward += world[left] - world[right]
    if np.linalg.norm(leftward) < 0.05:
        return None
    return azimuth_rad(lens.direction(np.array([leftward[2], 0.0, -leftward[0]])))


def _head_front(world: NDArray[np.float64], seen: NDArray[np.bool_], lens: Lens) -> float | None:
    """Heading of the nose from the middle of the ears."""
    if not (seen[NOSE] and (seen[LEFT_EAR] or seen[RIGHT_EAR])):
        return None
    out = world[NOSE] - world[[LEFT_EAR, RIGHT_EAR]].mean(axis=0)
    if math.hypot(out[0], out[2]) < 0.02:
        return None
    return azimuth_rad(lens.direction(out))


def _hand_raised(world: NDArray[np.float64], used: NDArray[np.bool_]) -> bool | None:
    arms = [(w, s) for w, s in ((LEFT_WRIST, LEFT_SHOULDER), (RIGHT_WRIST, RIGHT_SHOULDER))]
    shown = [(w, s) for w, s in arms if used[w] and used[s]]
    if not shown:
        return None
    return any(world[wrist, 1] < world[shoulder, 1] + UP_TO_M for wrist, shoulder in shown)


def _box(points: NDArray[np.float64], lens: Lens) -> Box:
    size = np.array([lens.width_px, lens.height_px])
    low, high = points.min(axis=0) / size, points.max(axis=0) / size
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _head(skeleton: Skeleton, lens: Lens) -> Box:
    """A square around the head, wide enough for hair and chin."""
    head = skeleton.points[HEAD]
    shoulders = skeleton.points[[LEFT_SHOULDER, RIGHT_SHOULDER]].mean(axis=0)
    middle = head.mean(axis=0)
    # Head height is about the distance from the face's middle to the shoulders.
    half = 0.6 * max(float(np.linalg.norm(shoulders - middle)), float(np.ptp(head[:, 0])), 4.0)
    return Box(
        float((middle[0] - half) / lens.width_px),
        float((middle[1] - half) / lens.height_px),
        float((middle[0] + half) / lens.width_px),
        float((middle[1] + half) / lens.height_px),
    )
