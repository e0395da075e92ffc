"""The form of the head without its openings, as one implicit surface.

Head frame: centimetres, origin between the eyes at ear depth, +x the character's left, +y up,
+z forward. `to_model` moves points to the model frame in metres.
"""

import numpy as np

from actuation.embodiments.avatar.surfaces import (
    Array,
    bump,
    carve,
    cone,
    ellipsoid,
    mirrored,
    smoothstep,
    srgb,
    union,
)

HEAD_ORIGIN_M = np.array([0.0, 1.55, 0.012])
HEAD_UNIT_M = 0.0104  # a head centimetre: the head is sculpted life-size and worn a little larger
EYE = np.array([3.2, 0.0, 5.55])  # centre of the left eyeball
EYE_RADIUS = 2.25
LID_RADIUS = 2.38
MOUTH_Y = -6.3


def to_model(p: Array) -> Array:
    """Head units to model metres."""
    return p * HEAD_UNIT_M + HEAD_ORIGIN_M


def face(p: Array) -> Array:
    """Distance to the skin of head and neck, lids as balls, lips left flat."""
    q = mirrored(p)
    d = ellipsoid(p, (0, 3.9, -1.3), (7.35, 7.7, 9.0))
    d = union(d, ellipsoid(p, (0, 4.4, 2.4), (6.4, 5.2, 6.1)), 1.6)
    d = union(d, ellipsoid(p, (0, -2.2, 2.0), (6.1, 7.4, 6.0)), 2.2)
    d = union(d, ellipsoid(q, (4.35, -2.0, 4.6), (2.25, 2.2, 2.5)), 2.0)
    d = union(d, ellipsoid(q, (3.0, -4.1, 5.35), (2.7, 2.8, 2.5)), 2.0)
    d = union(d, cone(q, (4.25, -5.3, 0.8), (0.8, -8.9, 6.2), 1.45, 1.4), 2.2)
    d = union(d, ellipsoid(p, (0, -8.75, 7.15), (1.6, 1.5, 1.45)), 1.5)
    d = union(d, ellipsoid(p, (0, -6.3, 6.5), (2.9, 2.5, 2.0)), 1.2)
    d = union(d, ellipsoid(q, (2.7, 2.9, 6.15), (2.9, 1.1, 1.6)), 1.8)
    d = _neck(p, d)
    d = carve(d, ellipsoid(q, (3.3, 0.15, 9.6), (2.75, 2.0, 2.1)), 1.9)
    d = union(d, np.linalg.norm(q - EYE, axis=1) - LID_RADIUS, 0.28)
    return _nose(p, q, d)


def _neck(p: Array, d: Array) -> Array:
    q = mirrored(p)
    d = union(d, cone(p, (0, -7.0, -2.0), (0, -20.0, -4.2), 3.45, 3.85), 1.8)
    muscle = cone(q, (4.4, -5.5, -2.8), (0.8, -18.5, -1.0), 0.75, 0.6)
    return union(d, muscle, 2.4)


def _nose(p: Array, q: Array, d: Array) -> Array:
    d = union(d, cone(p, (0, 1.8, 7.3), (0, -2.6, 9.0), 0.78, 0.72), 1.45)
    d = union(d, ellipsoid(p, (0, -3.0, 9.5), (0.88, 0.74, 0.84)), 0.65)
    d = union(d, ellipsoid(q, (0.95, -3.4, 8.5), (0.56, 0.54, 0.8)), 0.5)
    d = union(d, cone(p, (0, -3.5, 9.35), (0, -4.0, 8.1), 0.38, 0.42), 0.35)
    d = carve(d, ellipsoid(q, (0.5, -4.08, 8.9), (0.30, 0.34, 0.48)), 0.3)
    philtrum = cone(p, (0, -4.3, 8.95), (0, -5.3, 8.95), 0.18, 0.26)
    d = carve(d, philtrum, 0.5)
    crease_below_lip = ellipsoid(p, (0, -7.65, 9.15), (1.4, 0.4, 0.72))
    return carve(d, crease_below_lip, 0.8)


def head_weights(p: Array) -> dict[str, Array]:
    """Bone weights of neck and head by place."""
    lean = p[:, 1] - 0.28 * (p[:, 2] + 2.0)
    head = smoothstep(-14.6, -9.4, lean)
    chest = smoothstep(-15.6, -18.4, p[:, 1])
    return {"head": head, "neck": (1 - head) * (1 - chest), "upperChest": (1 - head) * chest}


SKIN = srgb(232, 174, 140)
BLUSH = srgb(218, 120, 98)
LIP = srgb(190, 86, 84)
SHADE = srgb(184, 112, 84)


def skin_colours(p: Array, openness: Array) -> Array:
    """Linear skin colour from place and from how open the surface lies, (n, 3)."""
    q = mirrored(p)
    warm = 0.62 * bump(q, (4.2, -3.0, 6.9), (2.3, 1.7, 3.0))
    warm = warm + 0.5 * bump(p, (0, -3.4, 10.2), (1.1, 0.9, 1.1))
    warm = warm + 0.22 * bump(p, (0, -9.9, 8.0), (1.6, 1.2, 1.6))
    warm = warm + 0.30 * bump(q, (7.4, -1.5, -0.5), (1.4, 4.0, 2.5))
    warm = warm + 0.30 * bump(q, EYE + (0.2, 1.1, 1.6), (1.9, 0.9, 1.6))
    colour = SKIN + (BLUSH - SKIN) * np.clip(warm, 0, 0.75)[:, None]
    by_nose = bump(q, (0.9, -3.2, 8.9), (1.5, 2.2, 1.8))  # small folds: the estimate is rough there
    hidden = (smoothstep(0.9, 0.1, openness) * (1.0 - 0.75 * by_nose))[:, None]
    # Light that reaches a fold has passed through skin: shade towards red, not towards grey.
    return colour * (1.0 - hidden * (1.0 - np.array([0.66, 0.47, 0.40])))
