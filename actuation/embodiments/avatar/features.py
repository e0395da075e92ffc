"""Eyeballs, lashes, brows: what sits in or on the skin. Head centimetres inside."""

import numpy as np

from actuation.embodiments.avatar import eye_region
from actuation.embodiments.avatar.face_form import EYE, EYE_RADIUS, HEAD_UNIT_M, face, to_model
from actuation.embodiments.avatar.head_mesh import HeadMesh
from actuation.embodiments.avatar.morphs import ARKIT
from actuation.embodiments.avatar.mouth_parts import teeth, tongue
from actuation.embodiments.avatar.mouth_region import forward
from actuation.embodiments.avatar.part import Part, joined
from actuation.embodiments.avatar.surfaces import (
    Array,
    gradient,
    grid_triangles,
    smoothstep,
    vertex_normals,
)

IRIS_DEG = 25.0
MIRROR = np.array([-1.0, 1.0, 1.0])


def eyeball(side: str) -> Part:
    """A sphere whose front carries the iris texture; follows its eye bone."""
    rows, around = 22, 32
    theta = np.radians(np.concatenate([np.linspace(0, 60, 15), np.linspace(70, 135, rows - 15)]))
    phi = 2 * np.pi * np.arange(around) / around
    t, f = np.meshgrid(theta, phi, indexing="ij")
    unit = np.stack([np.sin(t) * np.cos(f), np.sin(t) * np.sin(f), np.cos(t)], axis=-1).reshape(
        -1, 3
    )
    centre = EYE * np.array([1.0 if side == "left" else -1.0, 1, 1])
    radius = t.ravel() / np.radians(150.0)
    uv = np.column_stack([0.5 + radius * np.cos(f).ravel(), 0.5 - radius * np.sin(f).ravel()])
    return Part(
        f"{side}EyeBall",
        "eye",
        to_model(unit * EYE_RADIUS + centre),
        grid_triangles(rows, around, closed=True)[:, ::-1],
        uv=uv,
        normals=unit,
        weights={f"{side}Eye": np.ones(len(unit))},
    )


def glint(side: str) -> Part:
    """The fixed catch light before the eye: a window's reflection does not turn with the eye."""
    around = 14
    phi = 2 * np.pi * np.arange(around) / around
    ring = np.concatenate([[[0.0, 0.0]], np.column_stack([np.cos(phi), np.sin(phi)])])
    parts = []
    for azimuth, height, size in ((8.5, 10.0, 0.155), (-10.0, -9.5, 0.065)):
        a = np.radians(azimuth) + ring[:, 0] * size / EYE_RADIUS
        h = np.radians(height) + ring[:, 1] * size / EYE_RADIUS
        unit = np.column_stack([np.sin(a), np.cos(a) * np.sin(h), np.cos(a) * np.cos(h)])
        centre = EYE * np.array([1.0 if side == "left" else -1.0, 1, 1])
        t = np.array([[0, 1 + i, 1 + (i + 1) % around] for i in range(around)])
        parts.append(
            Part(
                "glint",
                "glint",
                to_model(centre + unit * (EYE_RADIUS + 0.025)),
                t,
                normals=unit,
                weights={"head": np.ones(len(unit))},
            )
        )
    return joined(f"{side}Glint", parts)


def _lash_points(margin: Array, place: Array) -> Array:
    """Upper lashes from the lid margin (left eye), (3 rows * n, 3); place 0 inner .. 1 outer."""
    radial = margin - EYE
    radial = radial / np.linalg.norm(radial, axis=1, keepdims=True)
    out = np.array([0.55, 0.0, 0.0]) * (place**1.5)[:, None]
    lift = np.array([0.0, 0.55, 0.35])
    length = 0.10 + 0.36 * place**1.3
    tip = radial * 0.75 + lift + out
    tip = tip / np.linalg.norm(tip, axis=1, keepdims=True)
    base = margin - radial * 0.03
    root = margin + radial * (0.035 + 0.035 * place)[:, None]
    return np.concatenate([base, root, root + tip * length[:, None]])


def lashes(mesh: HeadMesh, skin: dict[str, Array]) -> Part:
    """Dark bands on the lid margins that move with them."""
    psi_top = np.arange(1, eye_region.AROUND // 2)
    place = 0.5 + 0.5 * np.cos(2 * np.pi * psi_top / eye_region.AROUND)
    parts = []
    for side, ids in (("Left", mesh.eye_left), ("Right", mesh.eye_right)):
        sign = np.array([1.0 if side == "Left" else -1.0, 1, 1])
        margin_ids = ids[3][psi_top]
        rest = _lash_points(mesh.points[margin_ids] * sign, place) * sign
        n = len(psi_top)
        t = grid_triangles(3, n)
        t = t if side == "Left" else t[:, ::-1]
        morphs = {}
        for name, field in skin.items():
            moved = mesh.points[margin_ids] + field[margin_ids]
            morphs[name] = (_lash_points(moved * sign, place) * sign - rest) * HEAD_UNIT_M
        parts.append(
            Part(
                "lash",
                "lash",
                to_model(rest),
                t,
                normals=vertex_normals(rest, t),
                morphs=morphs,
                weights={"head": np.ones(len(rest))},
            )
        )
    return joined("Lashes", parts)


def brows(mesh: HeadMesh, skin: dict[str, Array]) -> Part:
    """Sculpted brows that ride on the skin."""
    rows, cols = 7, 30
    u = np.linspace(0, 1, cols)
    mid = np.column_stack(
        [1.5 + 3.8 * u, 2.95 + 0.62 * np.sin(np.pi * u**1.1 * 0.74) - 0.50 * u**2]
    )
    width = (
        0.27
        * (0.72 + 0.55 * np.sin(np.pi * np.clip(u * 0.8 + 0.1, 0, 1)))
        * smoothstep(1.04, 0.45, u)
    )
    width *= 0.30 + 0.70 * smoothstep(0.0, 0.2, u)
    v = np.linspace(-1, 1, rows)
    xy = mid[None] + np.stack(
        [0.10 * v[:, None] * np.ones(cols), v[:, None] * width[None]], axis=-1
    )
    p = forward(xy.reshape(-1, 2))
    normal = gradient(face, p, 0.02)
    height = 0.14 * np.sqrt(np.maximum(1 - v**2, 0))[:, None] * np.ones(cols)[None]
    groove = 1.0 - 0.5 * (0.5 + 0.5 * np.cos(2 * np.pi * (u[None] * 13 - v[:, None] * 0.9)))
    p = p + normal * (height * groove * smoothstep(1.0, 0.6, u)[None] - 0.02).reshape(-1, 1)
    left = _riding(Part("brow", "brow", p, grid_triangles(rows, cols)), mesh, skin)
    right = _riding(
        Part("brow", "brow", p * MIRROR, grid_triangles(rows, cols)[:, ::-1]), mesh, skin
    )
    return joined("Brows", [left, right])


def _riding(part: Part, mesh: HeadMesh, skin: dict[str, Array]) -> Part:
    """The part fixed to the skin: it takes the mean movement of its nearest skin vertices."""
    gap = np.linalg.norm(part.points[:, None] - mesh.points[None], axis=2)
    near = np.argsort(gap, axis=1)[:, :4]
    w = 1.0 / (np.take_along_axis(gap, near, axis=1) + 0.02) ** 2
    w /= w.sum(axis=1, keepdims=True)
    morphs = {}
    for name, field in skin.items():
        moved = np.einsum("ij,ijk->ik", w, field[near])
        if np.abs(moved).max() > 1e-4:
            morphs[name] = moved * HEAD_UNIT_M
    return Part(
        part.name,
        part.material,
        to_model(part.points),
        part.triangles,
        morphs=morphs,
        weights={"head": np.ones(len(part.points))},
    )


def face_parts(mesh: HeadMesh, skin: dict[str, Array]) -> list[Part]:
    """Everything of the face that moves with morphs, besides the skin."""
    parts = [lashes(mesh, skin), brows(mesh, skin), teeth(False), teeth(True), tongue()]
    assert all(m in ARKIT for p in parts for m in p.morphs)
    return parts
