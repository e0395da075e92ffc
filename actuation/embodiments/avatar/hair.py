"""A side-parted bob as sculpted masses: flow lines from the parting to the tips. Head centimetres.

Each side is a sheet over (u, t): u picks the flow line from the face to the back, t runs from the
root to the tip. Locks are broad folds across u, strands are fine grooves within them.
"""

import numpy as np

from actuation.embodiments.avatar.face_form import to_model
from actuation.embodiments.avatar.part import Part
from actuation.embodiments.avatar.surfaces import (
    Array,
    cast,
    ellipsoid,
    grid_triangles,
    smoothstep,
    srgb,
    union,
)

CENTRE = np.array([0.0, 1.5, -1.2])
DARK, LIGHT = srgb(44, 24, 17), srgb(116, 66, 40)
PART_FRONT = np.array([2.3, 7.5, 6.3])
PART_BACK = np.array([0.9, 11.6, -4.6])


def volume(p: Array) -> Array:
    """Distance to the outside of the hair over the skull."""
    d = ellipsoid(p, (0, 4.2, -1.4), (8.15, 8.35, 9.9))
    return union(d, ellipsoid(p, (0, -1.0, -2.4), (8.1, 7.0, 8.3)), 2.0)


def _directions(az: Array, el: Array) -> Array:
    return np.column_stack([np.sin(az) * np.cos(el), np.sin(el), np.cos(az) * np.cos(el)])


def sheet(side: float, cols: int, rows: int) -> tuple[Array, Array, Array]:
    """One side: points (cols * rows, 3), u and t of each. side +1 is the character's left."""
    u = np.linspace(0, 1, cols)
    root = PART_FRONT + (PART_BACK - PART_FRONT) * smoothstep(-0.25, 0.75, u)[:, None]
    root = root + np.array([0.10 * side, 0, 0])
    r0 = root - CENTRE
    r0 = r0 / np.linalg.norm(r0, axis=1, keepdims=True)
    front = np.radians(101.0 if side > 0 else 64.0)
    az = side * (front + (np.pi - front + 0.06) * u**0.92)
    level = np.radians(-4.0 + 4 * (side > 0) * (1 - u))
    r1 = _directions(az, np.full(cols, level))
    t = np.linspace(0, 1, rows)
    half = 0.52
    s = np.clip(t / half, 0, 1)[None, :, None]
    # Lines rise a little over the sides before they fall, which gives the crown its volume.
    lift = np.array([0.0, 0.18, 0.0])
    d = r0[:, None] * (1 - s) + r1[:, None] * s + lift * (s * (1 - s))
    d = d / np.linalg.norm(d, axis=2, keepdims=True)
    flat = d.reshape(-1, 3)
    on = cast(volume, np.tile(CENTRE, (len(flat), 1)), flat, 4.0, 16.0).reshape(cols, rows, 3)
    fall = np.clip((t - half) / (1 - half), 0, 1)
    end_y = -9.6 + 1.1 * u + (0.5 if side > 0 else -0.4) * (1 - u)
    hang = on[:, -1]
    drop = (end_y - hang[:, 1])[:, None] * fall[None] ** 1.1
    swell = 1.0 + 0.05 * np.sin(np.pi * fall) - 0.17 * smoothstep(0.45, 1.0, fall)
    on[..., 1] += drop
    on[..., 0] *= swell[None]
    back = smoothstep(0.25, 0.8, u)[:, None]
    on[..., 2] = (on[..., 2] + 1.5) * (1 + (swell[None] - 1) * (0.4 + 0.9 * back)) - 1.5
    return on.reshape(-1, 3), np.repeat(u, rows), np.tile(t, cols)


def _relief(u: Array, t: Array, side: float) -> tuple[Array, Array]:
    """Height of locks and strands in centimetres, and how deep in a groove a place lies (0..1)."""
    locks = 9.0 if side < 0 else 8.0
    warp = u + 0.035 * np.sin(5.0 * t + 9.0 * u) * t
    broad = np.abs(np.sin(np.pi * locks * warp + 0.4)) ** 0.6
    strand = 0.5 + 0.5 * np.sin(2 * np.pi * (locks * 4.0) * warp + 1.2 * np.sin(6 * t + 20 * u))
    grown = smoothstep(0.0, 0.30, t)
    height = grown * (0.34 * (broad - 0.6) + 0.085 * (strand - 0.5))
    return height, grown * (0.65 * (1 - broad) + 0.35 * (1 - strand))


def hair() -> list[Part]:
    """Both sides of the hair as one part."""
    from actuation.embodiments.avatar.part import joined

    made = []
    for side in (1.0, -1.0):
        cols, rows = 96, 25
        p, u, t = sheet(side, cols, rows)
        height, groove = _relief(u, t, side)
        out = p - np.array([0, 2.0, -1.5])
        out = out / np.linalg.norm(out, axis=1, keepdims=True)
        edge = smoothstep(0.0, 0.07, u)
        over = smoothstep(0.62, 0.45, t)
        p = p + out * (height * edge - 0.75 * (1 - edge) * over - 0.40 * smoothstep(0.12, 0.0, t))[:, None]
        tip = smoothstep(0.9, 1.0, t)
        p[:, 1] += 0.35 * tip * groove
        tone = np.clip(0.62 - 0.75 * groove + 0.30 * np.sin(np.pi * t) ** 2 - 0.25 * smoothstep(0.25, 0.0, t), 0, 1)
        colours = DARK + (LIGHT - DARK) * tone[:, None]
        triangles = grid_triangles(cols, rows)
        triangles = triangles[:, ::-1] if side < 0 else triangles
        made.append(Part("hair", "hair", to_model(p), triangles, colours, weights={"head": np.ones(len(p))}))
    return [joined("Hair", made)]
