"""Implicit surfaces in numpy: signed distances, smooth blends, ray casts, meshing, normals.

Every distance function takes points of shape (n, 3) and gives (n,) signed distances, negative
inside. Lengths carry whatever unit the caller sculpts in (centimetres for head and hands).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Field = Callable[[Array], Array]


def smoothstep(low: float, high: float, x: ArrayLike) -> Array:
    """0 below low, 1 above high, a cubic between; low may be greater than high."""
    t = np.clip((np.asarray(x, float) - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def bump(p: Array, centre: ArrayLike, radii: ArrayLike) -> Array:
    """A Gaussian of height 1 at the centre; radii are one standard deviation times 1.41."""
    q = (p - np.asarray(centre, float)) / np.asarray(radii, float)
    return np.exp(-np.sum(q * q, axis=1))


def ellipsoid(p: Array, centre: ArrayLike, radii: ArrayLike) -> Array:
    """Distance to an axis-aligned ellipsoid, exact at the surface and good near it."""
    r = np.asarray(radii, float)
    q = p - np.asarray(centre, float)
    k0 = np.linalg.norm(q / r, axis=1)
    k1 = np.linalg.norm(q / (r * r), axis=1)
    return k0 * (k0 - 1.0) / np.maximum(k1, 1e-9)


def cone(p: Array, a: ArrayLike, b: ArrayLike, ra: float, rb: float) -> Array:
    """A capsule from a to b whose radius runs from ra to rb."""
    a_, b_ = np.asarray(a, float), np.asarray(b, float)
    ab = b_ - a_
    t = np.clip((p - a_) @ ab / (ab @ ab), 0.0, 1.0)
    return np.linalg.norm(p - a_ - t[:, None] * ab, axis=1) - (ra + (rb - ra) * t)


def box(p: Array, centre: ArrayLike, half: ArrayLike, rounding: float) -> Array:
    """A box with rounded edges."""
    q = np.abs(p - np.asarray(centre, float)) - (np.asarray(half, float) - rounding)
    outside = np.linalg.norm(np.maximum(q, 0.0), axis=1)
    return outside + np.minimum(q.max(axis=1), 0.0) - rounding


def union(a: Array, b: Array, k: float) -> Array:
    """The union of two bodies with a fillet of about k."""
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0.0, 1.0)
    return b + (a - b) * h - k * h * (1.0 - h)


def carve(a: Array, b: Array, k: float) -> Array:
    """Body a without body b, with a fillet of about k."""
    return -union(-a, b, k)


def meet(a: Array, b: Array, k: float) -> Array:
    """What bodies a and b share, with a fillet of about k."""
    return -union(-a, -b, k)


def mirrored(p: Array) -> Array:
    """The points folded onto the half with x >= 0."""
    return np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])


def cast(field: Field, origin: Array, direction: Array, near: float, far: float) -> Array:
    """Where rays leave the body for the first time beyond near; (n, 3) points."""
    steps = np.linspace(near, far, 60)
    inside_at = np.full(len(origin), near)
    outside_at = np.full(len(origin), far)
    found = np.zeros(len(origin), bool)
    for low, high in zip(steps[:-1], steps[1:], strict=True):
        out = field(origin + direction * high) > 0.0
        new = out & ~found
        inside_at[new], outside_at[new] = low, high
        found |= out
    for _ in range(24):
        middle = 0.5 * (inside_at + outside_at)
        out = field(origin + direction * middle[:, None]) > 0.0
        outside_at = np.where(out, middle, outside_at)
        inside_at = np.where(out, inside_at, middle)
    return origin + direction * inside_at[:, None]


def gradient(field: Field, p: Array, h: float) -> Array:
    """Unit normals of a field by central differences of step h."""
    g = np.column_stack([field(p + e) - field(p - e) for e in np.eye(3) * h])
    return g / np.maximum(np.linalg.norm(g, axis=1, keepdims=True), 1e-12)


def occlusion(field: Field, p: Array, normals: Array, reach: float) -> Array:
    """How open the surface lies, 0 (hidden) .. 1 (free), from distances along the normal."""
    total = np.zeros(len(p))
    weight = 0.0
    for i in range(1, 7):
        h = reach * i / 6.0
        w = 0.75**i
        total += w * np.clip(field(p + normals * h) / h, 0.0, 1.0)
        weight += w
    return total / weight


def surface_nets(field: Field, low: ArrayLike, high: ArrayLike, cell: float) -> tuple[Array, Array]:
    """Mesh a field inside a box with cells of one size: vertices (n, 3) and triangles (m, 3)."""
    low_ = np.asarray(low, float)
    count = np.ceil((np.asarray(high, float) - low_) / cell).astype(int) + 1
    axes = [low_[i] + cell * np.arange(count[i]) for i in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    values = field(grid.reshape(-1, 3)).reshape(tuple(count))
    position, weight = _cell_points(values, grid)
    index = np.full(weight.shape, -1)
    live = weight > 0
    index[live] = np.arange(live.sum())
    points = position[live] / weight[live][:, None]
    quads = np.concatenate([_quads(values, index, axis) for axis in range(3)])
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    for _ in range(4):
        points = points - gradient(field, points, 0.05 * cell) * field(points)[:, None] * 0.8
    return points, triangles


def _cell_points(values: Array, grid: Array) -> tuple[Array, Array]:
    shape = tuple(n - 1 for n in values.shape)
    position, weight = np.zeros((*shape, 3)), np.zeros(shape)
    corners = [(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)]

    def at(c: tuple[int, int, int]) -> tuple[slice, ...]:
        return tuple(slice(o, o + n) for o, n in zip(c, shape, strict=True))

    for a in corners:
        for b in corners:
            if sum(b) - sum(a) != 1 or sum(abs(x - y) for x, y in zip(a, b, strict=True)) != 1:
                continue
            va, vb = values[at(a)], values[at(b)]
            cross = (va < 0) != (vb < 0)
            t = np.where(cross, va / np.where(cross, va - vb, 1.0), 0.0)[..., None]
            position += np.where(cross[..., None], grid[at(a)] * (1 - t) + grid[at(b)] * t, 0.0)
            weight += cross
    return position, weight


def _quads(values: Array, index: Array, axis: int) -> Array:
    v = np.moveaxis(values, axis, 0)
    ids = np.moveaxis(index, axis, 0)
    a, b = v[:-1, 1:-1, 1:-1], v[1:, 1:-1, 1:-1]
    i, j, k = np.nonzero((a < 0) != (b < 0))
    leaving = a[i, j, k] < 0
    quad = np.stack(
        [ids[i, j, k], ids[i, j + 1, k], ids[i, j + 1, k + 1], ids[i, j, k + 1]], axis=1
    )
    if axis == 1:
        leaving = ~leaving
    return np.where(leaving[:, None], quad, quad[:, ::-1])


def vertex_normals(p: Array, triangles: Array) -> Array:
    """Area-weighted unit normals of a triangle mesh."""
    a, b, c = (p[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros_like(p)
    for i in range(3):
        np.add.at(total, triangles[:, i], face)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def grid_triangles(rows: int, columns: int, *, closed: bool = False) -> Array:
    """Triangles of a rows x columns grid of vertices stored row by row."""
    r, c = np.meshgrid(
        np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij"
    )
    r, c = r.ravel(), c.ravel()
    right = (c + 1) % columns
    a, b = r * columns + c, r * columns + right
    d, e = (r + 1) * columns + c, (r + 1) * columns + right
    return np.concatenate([np.stack([a, b, e], 1), np.stack([a, e, d], 1)])


def srgb(red: float, green: float, blue: float) -> Array:
    """A colour of 0..255 display values as linear light."""
    c = np.array([red, green, blue], float) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
