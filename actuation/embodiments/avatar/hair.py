"""A side-parted bob as sculpted masses: flow lines from the parting to the tips. Head centimetres.

Each side is a sheet over (u, t): u picks the flow line from the face to the back, t runs from the
root to the tip. Locks are broad folds across u, strands are fine grooves within them.
"""

import numpy as np

from actuation.embodiments.avatar.face_form import face, to_model
from actuation.embodiments.avatar.part import Part, joined
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
DARK, LIGHT = srgb(40, 23, 17), srgb(122, 74, 46)
PART_FRONT = np.array([2.2, 6.9, 7.2])
PART_BACK = np.array([0.9, 11.6, -4.6])


def volume(p: Array) -> Array:
    """Distance to the outside of the hair over the skull."""
    d = ellipsoid(p, (0, 4.2, -1.5), (8.35, 8.75, 10.2))
    return union(d, ellipsoid(p, (0, -1.0, -2.6), (8.3, 7.0, 8.5)), 2.0)


def _directions(az: Array, el: Array) -> Array:
    return np.column_stack([np.sin(az) * np.cos(el), np.sin(el), np.cos(az) * np.cos(el)])


def _unit(v: Array) -> Array:
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def sheet(side: float, cols: int, rows: int) -> tuple[Array, Array, Array]:
    """One side: points (cols * rows, 3), u and t of each. side +1 is the character's left."""
    u = np.linspace(0, 1, cols) ** 1.5
    root = PART_FRONT + (PART_BACK - PART_FRONT) * smoothstep(-0.25, 0.75, u)[:, None]
    r0 = _unit(root + np.array([0.02 * side, 0, 0]) - CENTRE)
    front = np.radians(104.0 if side > 0 else 66.0)
    az = side * (front + (np.pi - front + 0.06) * u**0.92)
    r1 = _directions(az, np.full(cols, np.radians(-3.0)))
    # The first lines sweep over the forehead before they fall; the others go straight down.
    sweep = np.array([5.2, 4.6, 5.2]) if side > 0 else np.array([-3.6, 4.4, 8.2])
    aside = _unit(
        _unit(sweep - CENTRE)[None] * np.exp(-((u / 0.22) ** 2))[:, None]
        + _unit(r0 + r1 + np.array([0, 0.12, 0])) * (1 - np.exp(-((u / 0.22) ** 2)))[:, None]
    )
    t = np.linspace(0, 1, rows)
    half = 0.55
    s = np.clip(t / half, 0, 1)[None, :, None]
    d = _unit(r0[:, None] * (1 - s) ** 2 + 2 * aside[:, None] * s * (1 - s) + r1[:, None] * s**2)
    flat = d.reshape(-1, 3)
    centre = np.tile(CENTRE, (len(flat), 1))
    on = cast(volume, centre, flat, 4.0, 16.0)
    # The hairline: along the first lines the sheet goes down into the skin.
    ground = cast(face, centre, flat, 3.0, 16.0) - flat * 0.25
    # A quarter circle: steep at the hairline, so that the line where hair meets skin is clean.
    roll = 1.0 - np.sqrt(1.0 - np.clip(1.0 - u / 0.06, 0.0, 1.0) ** 2)
    edge = (roll[:, None] * smoothstep(half + 0.02, half - 0.12, t)[None]).reshape(-1, 1)
    on = (on * (1 - edge) + ground * edge).reshape(cols, rows, 3)
    _let_fall(on, u, t, half, side)
    soft = 0.25 * smoothstep(0.42, 0.56, t)[None, 1:-1, None]
    for _ in range(12):  # no kink where lines turn from the skull into the fall
        on[:, 1:-1] += soft * (on[:, :-2] - 2 * on[:, 1:-1] + on[:, 2:])
    return on.reshape(-1, 3), np.repeat(u, rows), np.tile(t, cols)


def _let_fall(on: Array, u: Array, t: Array, half: float, side: float) -> None:
    """From the widest line on, hair hangs, swells a little and curls in at the tips."""
    fall = np.clip((t - half) / (1 - half), 0, 1)
    end_y = -9.3 + 0.9 * u + (0.4 if side > 0 else -0.3) * (1 - u)
    on[..., 1] += (end_y - on[:, -1, 1])[:, None] * fall[None]
    curl = (
        1.0
        + 0.05 * np.sin(np.pi * np.minimum(fall * 1.3, 1))
        - 0.20 * smoothstep(0.55, 1.0, fall) ** 1.5
    )
    on[..., 0] *= curl[None]
    back = smoothstep(0.25, 0.8, u)[:, None]
    on[..., 2] = (on[..., 2] + 1.5) * (1 + (curl[None] - 1) * (0.3 + 0.9 * back)) - 1.5


def _relief(u: Array, t: Array, side: float) -> tuple[Array, Array]:
    """Height of locks and strands in centimetres, and how deep in a groove a place lies (0..1)."""
    locks = 9.0 if side < 0 else 8.0
    warp = u + 0.035 * np.sin(5.0 * t + 9.0 * u) * t + 0.022 * np.sin(23.0 * u + side)
    broad = np.abs(np.sin(np.pi * locks * warp + 0.4)) ** 0.6
    strand = 0.5 + 0.5 * np.sin(2 * np.pi * (locks * 4.0) * warp + 1.2 * np.sin(6 * t + 20 * u))
    grown = smoothstep(0.0, 0.30, t)
    height = grown * (0.36 * (broad - 0.6) + 0.11 * (strand - 0.5))
    return height, grown * (0.65 * (1 - broad) + 0.35 * (1 - strand))


def _lock(
    grid: Array, u: Array, at: float, drift: float, width: float, reach: tuple[float, float]
) -> Part:
    """A single lock that rides on the sheet: grid (cols, rows, 3) and the u of its columns.

    at and drift say where it runs in u, width is in centimetres, reach is its part of t.
    """
    rows, around = 18, 9
    t = np.linspace(*reach, rows)
    v = (at + drift * (t - t[0]) ** 1.3)[:, None] * np.ones(3) + np.array([-0.012, 0.0, 0.012])
    column = np.interp(np.clip(v, 0, 1), u, np.arange(len(u)))
    row = np.repeat((t * (grid.shape[1] - 1))[:, None], 3, axis=1)
    a, b = (
        np.minimum(column.astype(int), len(u) - 2),
        np.minimum(row.astype(int), grid.shape[1] - 2),
    )
    fa, fb = (column - a)[..., None], (row - b)[..., None]
    near = grid[a, b] * (1 - fb) + grid[a, b + 1] * fb
    far = grid[a + 1, b] * (1 - fb) + grid[a + 1, b + 1] * fb
    line = near * (1 - fa) + far * fa
    middle = line[:, 1]
    for _ in range(4):
        middle[1:-1] = 0.25 * middle[:-2] + 0.5 * middle[1:-1] + 0.25 * middle[2:]
    along = np.gradient(middle, axis=0)
    out = middle - np.array([0, 2.0, -1.5])
    across = np.cross(along, out)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    outward = out
    out = np.cross(across, along)
    out *= np.sign(np.sum(out * outward, axis=1, keepdims=True))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    s = np.linspace(0, 1, rows)
    taper = np.maximum(np.sin(np.pi * s**0.8), 1e-3) ** 0.65 * (1 - 0.25 * s)
    phi = 2 * np.pi * np.arange(around) / around
    ring = (
        np.cos(phi)[None, :, None] * across[:, None]
        + 0.5 * np.sin(phi)[None, :, None] * out[:, None]
    )
    p = (middle + 0.16 * out * taper[:, None])[:, None] + ring * (width * taper)[:, None, None]
    tone = (
        0.55 + 0.30 * np.sin(phi)[None] * np.ones(rows)[:, None] + 0.20 * np.sin(np.pi * s)[:, None]
    )
    colours = DARK + (LIGHT - DARK) * np.clip(tone, 0, 1).reshape(-1, 1)
    triangles = grid_triangles(rows, around, closed=True)
    p = p.reshape(-1, 3)
    m = triangles[len(triangles) // 2]
    if np.cross(p[m[1]] - p[m[0]], p[m[2]] - p[m[0]]) @ (p[m[0]] - middle[rows // 2]) < 0:
        triangles = triangles[:, ::-1]
    return Part("hair", "hair", to_model(p), triangles, colours, weights={"head": np.ones(len(p))})


# Side, place in u, drift, width in centimetres, from and to in t.
LOCKS = (
    (-1.0, 0.035, 0.015, 0.40, (0.40, 0.97)),
    (-1.0, 0.085, -0.03, 0.48, (0.36, 0.99)),
    (-1.0, 0.17, 0.05, 0.46, (0.34, 0.985)),
    (-1.0, 0.32, -0.05, 0.52, (0.32, 1.0)),
    (-1.0, 0.52, 0.04, 0.52, (0.34, 0.99)),
    (-1.0, 0.76, -0.04, 0.55, (0.34, 1.0)),
    (1.0, 0.055, 0.02, 0.38, (0.42, 0.96)),
    (1.0, 0.14, -0.04, 0.44, (0.38, 0.985)),
    (1.0, 0.29, 0.05, 0.48, (0.34, 1.0)),
    (1.0, 0.50, -0.05, 0.52, (0.34, 0.99)),
    (1.0, 0.74, 0.04, 0.55, (0.34, 1.0)),
)


def _side(side: float) -> list[Part]:
    cols, rows = 96, 25
    p, u, t = sheet(side, cols, rows)
    height, groove = _relief(u, t, side)
    out = p - np.array([0, 2.0, -1.5])
    out = out / np.linalg.norm(out, axis=1, keepdims=True)
    p = p + out * (height * smoothstep(0.01, 0.08, u) - 0.30 * smoothstep(0.08, 0.0, t))[:, None]
    rim = smoothstep(0.045, 0.0, u) ** 2 * smoothstep(0.5, 0.62, t)
    p = p - rim[:, None] * np.column_stack([out[:, 0], 0 * u, np.full(len(u), 0.5)]) * 0.7
    p[:, 1] += 0.12 * smoothstep(0.9, 1.0, t) * groove * smoothstep(0.0, 0.1, u)
    tone = 0.62 - 0.75 * groove + 0.30 * np.sin(np.pi * t) ** 2 - 0.25 * smoothstep(0.25, 0.0, t)
    colours = DARK + (LIGHT - DARK) * np.clip(tone, 0, 1)[:, None]
    triangles = grid_triangles(cols, rows)
    triangles = triangles[:, ::-1] if side < 0 else triangles
    cap = Part("hair", "hair", to_model(p), triangles, colours, weights={"head": np.ones(len(p))})
    grid, lines = p.reshape(cols, rows, 3), u.reshape(cols, rows)[:, 0]
    return [cap, *(_lock(grid, lines, *row[1:]) for row in LOCKS if row[0] == side)]


def hair() -> list[Part]:
    """Both sides of the hair as one part."""
    return [joined("Hair", _side(1.0) + _side(-1.0))]
