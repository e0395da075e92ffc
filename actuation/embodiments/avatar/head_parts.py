"""The head's skin split by material, with morphs, colours and weights. Metres out."""

import numpy as np

from actuation.embodiments.avatar.face_form import (
    HEAD_UNIT_M,
    LIP,
    face,
    head_weights,
    skin_colours,
    to_model,
)
from actuation.embodiments.avatar.hair import DARK
from actuation.embodiments.avatar.head_mesh import HeadMesh
from actuation.embodiments.avatar.mouth_region import RED_ROWS
from actuation.embodiments.avatar.part import Part
from actuation.embodiments.avatar.surfaces import (
    Array,
    bump,
    occlusion,
    smoothstep,
    srgb,
    vertex_normals,
)


def _scalp(p: Array) -> Array:
    """1 where hair grows, 0 on the face."""
    line = 8.2 - 0.055 * p[:, 0] ** 2
    front = smoothstep(-0.5, 0.7, p[:, 1] - line - 0.0 * p[:, 2])
    behind = smoothstep(1.2, -0.6, p[:, 2] - 0.35 * (p[:, 1] - 1.0)) * smoothstep(
        -7.0, -5.5, p[:, 1]
    )
    behind *= smoothstep(4.0, 6.0, np.abs(p[:, 0]) - 0.9 * p[:, 2] - 2.0)
    return np.clip(front + behind, 0, 1)


def head_parts(mesh: HeadMesh, skin: dict[str, Array]) -> list[Part]:
    """Skin, lips and mouth pocket, sharing the normals of the whole mesh along their seams."""
    p = mesh.points
    normals = vertex_normals(p, mesh.triangles)
    colours = skin_colours(p, occlusion(face, p, normals, 1.6))
    # Broad shade under chin and jaw, and where hair falls beside the face.
    broad = (
        0.34
        * smoothstep(0.85, 0.30, occlusion(face, p, normals, 6.0))
        * smoothstep(-8.5, -11.5, p[:, 1])
    )
    broad += 0.30 * smoothstep(5.9, 7.0, np.abs(p[:, 0])) * smoothstep(3.6, 1.0, p[:, 2])
    colours = colours * (1 - np.clip(broad, 0, 0.5)[:, None] * np.array([0.75, 1.0, 1.1]))
    colours = _paint(mesh, p, colours)
    morph_normals = {
        name: vertex_normals(p + d, mesh.triangles) - normals for name, d in skin.items()
    }
    weights = head_weights(p)
    groups = (
        ("Skin", "skin", ~(mesh.pocket | mesh.lips)),
        ("Lips", "lips", mesh.lips),
        ("MouthPocket", "pocket", mesh.pocket),
    )
    parts = []
    for name, material, mask in groups:
        t = mesh.triangles[mask]
        used, flat = np.unique(t, return_inverse=True)
        part = Part(
            name,
            material,
            to_model(p[used]),
            flat.reshape(t.shape),
            colours[used],
            None,
            normals[used],
            {m: d[used] * HEAD_UNIT_M for m, d in skin.items()},
            {b: w[used] for b, w in weights.items()},
        )
        part.morph_normals = {m: d[used] for m, d in morph_normals.items()}
        parts.append(part)
    return parts


def _paint(mesh: HeadMesh, p: Array, colours: Array) -> Array:
    colours = colours + (DARK - colours) * _scalp(p)[:, None]
    red = mesh.mouth[mesh.contact_row : mesh.contact_row + len(RED_ROWS)]
    for row, ids in enumerate(red):
        t = row / (len(RED_ROWS) - 1)
        shade = 0.68 + 0.32 * smoothstep(0.0, 0.4, t)
        colours[ids] = LIP * shade
    colours[mesh.mouth[: mesh.contact_row].ravel()] = srgb(132, 48, 48)
    for ids in (mesh.eye_left, mesh.eye_right):
        colours[ids[:3].ravel()] = srgb(206, 120, 108)
        colours[ids[3]] = colours[ids[3]] * 0.80
    nostril = bump(np.abs(p) * (1, -1, 1), (0.5, -3.92, 8.75), (0.30, 0.34, 0.42)) * (
        p[:, 1] < -3.4
    )
    return colours * (1 - 0.72 * np.clip(1.5 * nostril, 0, 1))[:, None]
