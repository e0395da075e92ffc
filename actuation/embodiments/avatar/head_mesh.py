"""The head's skin as one mesh: rings around eyes and mouth, an even net between them.

The net is a constrained Delaunay triangulation of directions seen from the middle of the head.
"""

from dataclasses import dataclass

import bpy  # noqa: F401  (mathutils is found only after it)
import numpy as np
from mathutils import Vector
from mathutils.geometry import delaunay_2d_cdt

from actuation.embodiments.avatar import eye_region, mouth_region
from actuation.embodiments.avatar.face_form import face
from actuation.embodiments.avatar.surfaces import Array, cast, grid_triangles

CENTRE = np.array([0.0, -1.0, 0.0])
NECK_ROWS = np.array([-12.6, -13.3, -14.2, -15.3, -16.6, -18.2])
NECK_AROUND = 44


@dataclass
class HeadMesh:
    """Points in head centimetres, triangles, and which vertex belongs to which ring."""

    points: Array
    triangles: Array
    eye_left: Array  # (rows, around) vertex numbers
    eye_right: Array
    mouth: Array  # (rows, around); at the contact row upper and lower lips are apart
    contact_row: int
    pocket: Array  # triangle mask: the inside of the mouth
    lips: Array  # triangle mask: the red of the lips


def _plane(p: Array) -> Array:
    """Directions from CENTRE as a flat map that is true near the face (azimuthal equidistant)."""
    d = p - CENTRE
    d = d / np.linalg.norm(d, axis=1, keepdims=True)
    rho = np.degrees(np.arccos(np.clip(d[:, 2], -1, 1)))
    flat = d[:, :2] / np.maximum(np.linalg.norm(d[:, :2], axis=1, keepdims=True), 1e-9)
    return flat * rho[:, None]


def _on_head(xy: Array) -> Array:
    rho = np.radians(np.linalg.norm(xy, axis=1))
    flat = xy / np.maximum(np.linalg.norm(xy, axis=1, keepdims=True), 1e-9)
    d = np.column_stack([flat * np.sin(rho)[:, None], np.cos(rho)])
    return cast(face, np.tile(CENTRE, (len(xy), 1)), d, 3.0, 22.0)


def _hexes(spacing: float, keep) -> Array:
    rows = []
    for i, y in enumerate(np.arange(-145.0, 146.0, spacing * 0.866)):
        x = np.arange(spacing if i % 2 else spacing / 2, 146.0, spacing)
        x = np.concatenate([x, -x, [0.0] if i % 2 else []])
        rows.append(np.column_stack([x, np.full(len(x), y)]))
    xy = np.concatenate(rows)
    return xy[keep(xy)]


def _scattered() -> Array:
    def nose(xy: Array) -> Array:
        return ((xy[:, 0] / 11.5) ** 2 + ((xy[:, 1] + 16) / 12.0) ** 2) < 1

    def front(xy: Array) -> Array:
        return ((xy[:, 0] / 52) ** 2 + ((xy[:, 1] + 6) / 56) ** 2) < 1

    def skull(xy: Array) -> Array:
        return np.linalg.norm(xy, axis=1) < 141

    fine = _hexes(1.15, nose)
    middle = _hexes(2.35, lambda xy: front(xy) & ~nose(xy))
    coarse = _hexes(5.0, lambda xy: skull(xy) & ~front(xy))
    return np.concatenate([fine, middle, coarse])


def _neck_rings() -> Array:
    angle = 2 * np.pi * np.arange(NECK_AROUND) / NECK_AROUND
    d = np.column_stack([np.sin(angle), np.zeros(NECK_AROUND), np.cos(angle)])
    rings = []
    for y in NECK_ROWS:
        axis = np.array([0.0, y, -2.2 - 2.4 * (-7 - y) / 13.0])
        rings.append(cast(face, np.tile(axis, (NECK_AROUND, 1)), d, 0.5, 11.0))
    return np.stack(rings)


def _inside(xy: Array, loop: Array) -> Array:
    """Which points lie inside a closed polygon (even-odd rule)."""
    hit = np.zeros(len(xy), bool)
    for a, b in zip(loop, np.roll(loop, -1, axis=0), strict=True):
        crosses = (a[1] > xy[:, 1]) != (b[1] > xy[:, 1])
        at = (b[0] - a[0]) * (xy[:, 1] - a[1]) / (b[1] - a[1] + 1e-12) + a[0]
        hit ^= crosses & (xy[:, 0] < at)
    return hit


def _away(xy: Array, loop: Array, distance: float) -> Array:
    gap = np.linalg.norm(xy[:, None] - loop[None], axis=2).min(axis=1)
    return (gap > distance) & ~_inside(xy, loop)


def build_head() -> HeadMesh:
    """Make the mesh; the result is the same on every run."""
    flip = np.array([-1.0, 1.0, 1.0])
    left = eye_region.ring_rows()
    right = left * flip
    mouth, contact = mouth_region.ring_rows()
    neck = _neck_rings()
    loops = [left[-1], right[-1], mouth[-1], neck[-1]]
    flats = [_plane(loop) for loop in loops]
    net = _scattered()
    for flat, gap in zip(flats, (1.5, 1.5, 1.5, 0.6), strict=True):
        net = net[_away(net, flat, gap)]
    first_neck = _plane(neck[0])
    net = net[_away(net, first_neck, 2.5)]
    blocks = [
        left.reshape(-1, 3),
        right.reshape(-1, 3),
        mouth.reshape(-1, 3),
        neck.reshape(-1, 3),
        _on_head(net),
    ]
    start = np.cumsum([0] + [len(b) for b in blocks])
    points = np.concatenate(blocks)
    ids_l = start[0] + np.arange(left.shape[0] * left.shape[1]).reshape(left.shape[:2])
    ids_r = start[1] + np.arange(right.shape[0] * right.shape[1]).reshape(right.shape[:2])
    ids_m = start[2] + np.arange(mouth.shape[0] * mouth.shape[1]).reshape(mouth.shape[:2])
    ids_n = start[3] + np.arange(neck.shape[0] * neck.shape[1]).reshape(neck.shape[:2])
    between = _between(
        points, [ids_l[-1], ids_r[-1], ids_m[-1]], ids_n, np.arange(start[4], start[5]), first_neck
    )
    rings_l = _ring_triangles(ids_l)[:, ::-1]
    rings_r = _ring_triangles(ids_r)
    rings_m = _ring_triangles(ids_m)[:, ::-1]
    neck_t = _ring_triangles(ids_n)[:, ::-1]
    triangles = _facing(points, [between]) + [rings_l, rings_r, rings_m, neck_t]
    kind = np.concatenate([np.full(len(t), i) for i, t in enumerate(triangles)])
    flat_t = np.concatenate(triangles)
    row_of = np.full(len(points), 99)
    row_of[ids_m] = np.arange(len(ids_m))[:, None]
    top = row_of[flat_t].max(axis=1)
    red_end = contact + len(mouth_region.RED_ROWS) - 1
    in_mouth = kind == 3
    mesh = HeadMesh(
        points,
        flat_t,
        ids_l,
        ids_r,
        ids_m,
        contact,
        in_mouth & (top <= contact),
        in_mouth & (top > contact) & (top <= red_end),
    )
    return mesh


def _ring_triangles(ids: Array) -> Array:
    local = grid_triangles(ids.shape[0], ids.shape[1], closed=True)
    return ids.ravel()[local]


def _facing(points: Array, groups: list[Array]) -> list[Array]:
    fixed = []
    for t in groups:
        a, b, c = (points[t[:, i]] for i in range(3))
        outward = np.einsum("ij,ij->i", np.cross(b - a, c - a), (a + b + c) / 3 - CENTRE)
        fixed.append(np.where(outward[:, None] > 0, t, t[:, ::-1]))
    return fixed


def _between(
    points: Array, loops: list[Array], neck: Array, net: Array, first_neck: Array
) -> Array:
    ids = np.concatenate([*loops, neck[0], net])
    flat = _plane(points[ids])
    edges, offset = [], 0
    for loop in [*loops, neck[0]]:
        n = len(loop)
        edges += [(offset + i, offset + (i + 1) % n) for i in range(n)]
        offset += n
    result = delaunay_2d_cdt([Vector(xy) for xy in flat], edges, [], 0, 1e-7)
    origin = np.array([o[0] if o else -1 for o in result[3]])
    t = origin[np.array([f for f in result[2] if len(f) == 3])]
    t = t[(t >= 0).all(axis=1)]
    middle = flat[t].mean(axis=1)
    drop = np.zeros(len(t), bool)
    for loop in loops:
        drop |= _inside(middle, _plane(points[loop]))
    drop |= _inside(middle, first_neck)
    return ids[t[~drop]]
