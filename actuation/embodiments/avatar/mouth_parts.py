"""Teeth and tongue. Head centimetres inside, metres out."""

import numpy as np

from actuation.embodiments.avatar.face_form import HEAD_UNIT_M, to_model
from actuation.embodiments.avatar.part import Part
from actuation.embodiments.avatar.skin_fields import jaw_turn
from actuation.embodiments.avatar.surfaces import Array, grid_triangles, smoothstep, srgb


def teeth(lower: bool) -> Part:
    """A row of teeth as one band along the dental arch, with a groove at each gap."""
    rows, cols = 6, 85
    u = np.linspace(-1, 1, cols)
    angle = u * np.radians(78)
    wide, deep = (2.25, 2.6) if not lower else (2.05, 2.4)
    front = 7.85 if not lower else 7.5
    arch = np.column_stack(
        [wide * np.sin(angle), np.zeros(cols), front - deep * (1 - np.cos(angle))]
    )
    out = np.column_stack([np.sin(angle) / wide, np.zeros(cols), np.cos(angle) / deep])
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    edges = np.array([0.0, 0.42, 0.80, 1.16, 1.55, 2.0]) * (0.78 if lower else 1.0)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(arch, axis=0), axis=1))])
    along = np.abs(along - along[cols // 2])
    edges = np.concatenate(
        [[0.0], np.cumsum([0.43, 0.36, 0.38, 0.36, 0.40, 0.5, 0.5]) * (0.8 if lower else 1.0)]
    )
    gap = np.abs(along[:, None] - edges[None]).min(axis=1)
    bulge = smoothstep(0.0, 0.11, gap)
    tip, root = (-6.72, -5.4) if not lower else (-6.55, -7.6)
    prof = [
        (root, -0.25),
        (root, 0.05),
        (0.55 * root + 0.45 * tip, 0.10),
        (0.2 * root + 0.8 * tip, 0.06),
        (tip, -0.05),
        (tip, -0.30),
    ]
    pts = []
    for y, z in prof:
        ring = arch + out * (z + 0.07 * (bulge - 1))[:, None]
        short = 0.05 * (1 - bulge) * (1 if not lower else -1) * (abs(y - tip) < 0.4)
        ring[:, 1] = y + short
        pts.append(ring)
    p = np.concatenate(pts)
    t = grid_triangles(rows, cols)
    t = t if lower else t[:, ::-1]
    white, dim = srgb(252, 248, 242), srgb(206, 150, 135)
    shade = smoothstep(0.3, 1, np.tile(np.abs(u), rows)) * 0.55
    colours = white * (1 - shade)[:, None] + dim * 0.6 * shade[:, None]
    root_rows = np.repeat(np.array([1, 1, 0.12, 0, 0, 0.1]), cols)[:, None]
    colours = colours * (1 - root_rows) + srgb(196, 110, 104) * root_rows
    return _with_jaw(
        "TeethLower" if lower else "TeethUpper", "teeth", p, t, colours, 1.0 if lower else 0.0
    )


def _with_jaw(name: str, material: str, p: Array, t: Array, colours: Array, jaw: float) -> Part:
    morphs = {}
    if jaw:
        w = np.full(len(p), jaw)
        morphs = {"jawOpen": jaw_turn(p, w) * HEAD_UNIT_M}
        for m, v in (
            ("jawForward", (0, -0.08, 0.9)),
            ("jawLeft", (1.0, 0, 0)),
            ("jawRight", (-1.0, 0, 0)),
        ):
            morphs[m] = np.tile(np.array(v) * HEAD_UNIT_M * jaw, (len(p), 1))
    return Part(
        name, material, to_model(p), t, colours, morphs=morphs, weights={"head": np.ones(len(p))}
    )


def tongue() -> Part:
    """A soft slab that lies behind the lower teeth and can come out between the lips."""
    rows, around = 12, 16
    s = np.linspace(0, 1, rows)
    phi = 2 * np.pi * np.arange(around) / around
    half = np.sqrt(np.maximum(1 - s**4, 0.0)) * (1.45 - 0.25 * s)
    thick = np.sqrt(np.maximum(1 - s**5, 0.0)) * (0.62 - 0.18 * s)
    z = 3.2 + 3.55 * s
    y = -7.0 + 0.45 * np.sin(np.pi * s * 0.75) * 0.8
    p = np.stack(
        [
            half[:, None] * np.cos(phi)[None],
            y[:, None]
            + thick[:, None] * np.sin(phi)[None]
            - 0.16
            * np.exp(-(((half[:, None] * np.cos(phi)[None]) / 0.25) ** 2))
            * (np.sin(phi) > 0),
            np.repeat(z[:, None], around, 1),
        ],
        axis=-1,
    ).reshape(-1, 3)
    t = grid_triangles(rows, around, closed=True)
    colours = np.tile(srgb(205, 98, 98), (len(p), 1))
    part = _with_jaw("Tongue", "tongue", p, t, colours, 0.85)
    along = np.repeat(s, around)
    rise = 0.72 * smoothstep(0.0, 0.4, along) - 0.50 * smoothstep(0.6, 1.0, along)
    out = np.column_stack([-0.05 * p[:, 0] * along, rise, 3.7 * along**0.6])
    part.morphs["tongueOut"] = out * HEAD_UNIT_M
    return part
