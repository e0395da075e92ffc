"""The mouth as rings: lip contact, red of the lips, border, skin around; and the pocket within.

Head centimetres. Each ring has 2 * HALF vertices: 0 is the left corner, then over the upper lip
to the right corner at HALF, back over the lower lip.
"""

import numpy as np

from actuation.embodiments.avatar.face_form import MOUTH_Y, face
from actuation.embodiments.avatar.surfaces import Array, cast, smoothstep

HALF = 26
AROUND = 2 * HALF
CORNER_X = 2.38
RED_ROWS = np.array([0.0, 0.14, 0.3, 0.5, 0.7, 0.87, 1.0])
SKIN_ROWS = np.array([0.13, 0.32, 0.58, 0.92, 1.35])  # centimetres beyond the border
POCKET = (
    (0.45, 0.02, 0.0),
    (0.85, 0.25, 0.05),
    (1.3, 0.75, 0.12),
    (2.4, 1.2, 0.2),
    (4.2, 1.2, 0.1),
)


def _places() -> tuple[Array, Array]:
    """x along each ring at the contact line (-1..1) and +1 upper, -1 lower, 0 corner."""
    angle = 2.0 * np.pi * np.arange(AROUND) / AROUND
    x = np.cos(angle)
    side = np.sign(np.round(np.sin(angle), 9))
    return np.sign(x) * np.abs(x) ** 0.9, side


def contact_y(x: Array) -> Array:
    """Height of the closed lips' line at x in -1..1: a soft M with raised corners."""
    a = np.abs(x)
    return (
        MOUTH_Y
        - 0.05 * np.exp(-((a / 0.18) ** 2))
        + 0.03 * np.exp(-(((a - 0.4) / 0.25) ** 2))
        + (0.24 * smoothstep(0.4, 1.0, a))
    )


def _border(x: Array, side: Array) -> Array:
    a = np.abs(x)
    close = np.maximum(1.0 - a**2.2, 0.0)
    bow = 0.62 - 0.13 * np.exp(-((a / 0.13) ** 2)) + 0.07 * np.exp(-(((a - 0.27) / 0.15) ** 2))
    upper = bow * np.maximum(1.0 - a**1.7, 0.0) ** 0.8
    lower = -0.88 * close**0.85
    y = contact_y(x) + np.where(side > 0, upper, np.where(side < 0, lower, 0.0))
    return np.column_stack([x * (CORNER_X + 0.14), y])


def forward(xy: Array) -> Array:
    """The skin's depth at places seen from the front, (n, 3) points."""
    start = np.column_stack([xy, np.full(len(xy), 2.0)])
    return cast(face, start, np.tile([0.0, 0.0, 1.0], (len(xy), 1)), 0.0, 10.0)


def ring_rows() -> tuple[Array, int]:
    """(rows, AROUND, 3) from the pocket's end to the skin, and the row of the lip contact."""
    x, side = _places()
    contact = np.column_stack([x * CORNER_X, contact_y(x)])
    border = _border(x, side)
    rows = [_red(contact, border, x, side, float(t)) for t in RED_ROWS]
    out = border - np.array([0.0, MOUTH_Y])
    out = out / np.array([1.0, 0.42])  # rings widen evenly although the mouth is flat
    out = out / np.linalg.norm(out, axis=1, keepdims=True)
    for d in SKIN_ROWS:
        p = forward(border + out * d)
        p[:, 2] += 0.04 * np.exp(-((d / 0.16) ** 2)) * (1 - np.abs(x) ** 4)
        rows.append(p)
    pocket = [_pocket(rows[0], x, side, *row) for row in POCKET]
    return np.stack(pocket[::-1] + rows), len(pocket)


def _red(contact: Array, border: Array, x: Array, side: Array, t: float) -> Array:
    xy = contact * (1 - t) + border * t
    p = forward(xy)
    middle = np.maximum(1 - np.abs(x) ** 2.5, 0.0) ** 0.7
    full = np.where(side > 0, 0.30, 0.42) * middle
    centre = np.where(
        side > 0, 1 + 0.25 * np.exp(-((x / 0.2) ** 2)), 1 - 0.08 * np.exp(-((x / 0.15) ** 2))
    )
    # Rolled in at the contact line, fullest at a third, level with the skin at the border.
    profile = np.sin(np.pi * t**0.62)
    p[:, 2] += (
        full * centre * profile
        + 0.07 * t * middle
        - 0.30 * (1 - smoothstep(0.0, 0.22, t)) * (0.35 + 0.65 * middle)
    )
    return p


def _pocket(
    contact: Array, x: Array, side: Array, back: float, apart: float, narrow: float
) -> Array:
    p = contact.copy()
    p[:, 2] -= back + 1.1 * np.abs(x) ** 2 * min(1.0, back)
    p[:, 1] += side * apart * np.sqrt(np.maximum(1 - x * x, 0.0)) * 1.2
    p[:, 0] *= 1.0 - narrow
    return p


def lip_places() -> tuple[Array, Array]:
    """x in -1..1 and side (+1 upper, -1 lower) of each ring vertex."""
    return _places()
