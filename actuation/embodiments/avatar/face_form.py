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
EYE = np.array([3.1, 0.0, 5.85])  # centre of the left eyeball
EYE_RADIUS = 2.0
LID_RADIUS = 2.13
MOUTH_Y = -6.3


def to_model(p: Array) -> Array:
    """Head centimetres to model metres."""
    return p * 0.01 + HEAD_ORIGIN_M


def face(p: Array) -> Array:
    """Distance to the skin of head and neck, lids as balls, lips left flat."""
    q = mirrored(p)
    d = ellipsoid(p, (0, 3.9, -1.3), (7.35, 7.7, 9.0))
    d = union(d, ellipsoid(p, (0, 4.4, 2.4), (6.4, 5.2, 6.1)), 1.6)
    d = union(d, ellipsoid(p, (0, -2.3, 2.0), (6.3, 7.6, 6.0)), 2.0)
    d = union(d, ellipsoid(q, (4.45, -2.2, 4.5), (2.25, 2.2, 2.5)), 1.8)
    d = union(d, ellipsoid(q, (2.85, -4.0, 5.75), (2.5, 2.5, 2.3)), 1.6)
    d = union(d, cone(q, (4.7, -5.9, 0.8), (1.0, -9.1, 6.3), 1.35, 1.35), 2.0)
    d = union(d, ellipsoid(p, (0, -8.95, 6.75), (1.75, 1.55, 1.45)), 1.3)
    d = union(d, ellipsoid(p, (0, -6.3, 6.5), (2.9, 2.5, 2.0)), 1.2)
    d = union(d, ellipsoid(q, (2.7, 2.75, 6.3), (2.9, 0.95, 1.7)), 1.5)
    d = _neck(p, d)
    d = carve(d, ellipsoid(q, (3.2, 0.15, 9.55), (2.6, 1.9, 2.2)), 1.3)
    d = union(d, np.linalg.norm(q - EYE, axis=1) - LID_RADIUS, 0.28)
    return _nose(p, q, d)


def _neck(p: Array, d: Array) -> Array:
    q = mirrored(p)
    d = union(d, cone(p, (0, -7.0, -2.0), (0, -20.0, -4.2), 3.9, 4.3), 1.5)
    muscle = cone(q, (4.4, -5.5, -2.8), (1.2, -18.5, -0.4), 1.0, 0.85)
    return union(d, muscle, 2.4)


def _nose(p: Array, q: Array, d: Array) -> Array:
    d = union(d, cone(p, (0, 1.8, 7.45), (0, -2.9, 9.15), 0.66, 0.66), 1.1)
    d = union(d, ellipsoid(p, (0, -3.25, 9.5), (0.92, 0.78, 0.86)), 0.65)
    d = union(d, ellipsoid(q, (0.98, -3.6, 8.5), (0.58, 0.56, 0.8)), 0.5)
    d = union(d, cone(p, (0, -3.75, 9.35), (0, -4.2, 8.1), 0.40, 0.42), 0.35)
    d = carve(d, ellipsoid(q, (0.52, -4.3, 8.9), (0.32, 0.36, 0.5)), 0.3)
    philtrum = cone(p, (0, -4.5, 8.95), (0, -5.4, 8.95), 0.2, 0.28)
    d = carve(d, philtrum, 0.5)
    crease_below_lip = ellipsoid(p, (0, -7.65, 9.15), (1.4, 0.4, 0.72))
    return carve(d, crease_below_lip, 0.8)


SKIN = srgb(236, 184, 152)
BLUSH = srgb(226, 134, 112)
LIP = srgb(176, 64, 68)
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
    hidden = smoothstep(0.9, 0.1, openness)[:, None]
    # Light that reaches a fold has passed through skin: shade towards red, not towards grey.
    return colour * (1.0 - hidden * (1.0 - np.array([0.66, 0.47, 0.40])))
