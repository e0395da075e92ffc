"""The reception desk as desk.glb: a bowed wooden front, a rounded top, a lamp and a small plant.

Model frame, metres, origin under the character: top at y = 1.02, z from 0.35 to 0.95, 2.2 wide.
"""

from pathlib import Path

import numpy as np

from actuation.embodiments.avatar.gltf import FLOAT, USHORT, Document
from actuation.embodiments.avatar.part import Part, joined
from actuation.embodiments.avatar.surfaces import Array, grid_triangles, smoothstep, srgb

TOP_M, BACK_M, FRONT_M, HALF_M = 1.02, 0.35, 0.95, 1.10
LOOKS = {
    "wood": ((1.0, 1.0, 1.0), 0.42),
    "panel": ((1.0, 1.0, 1.0), 0.6),
    "brass": (tuple(srgb(196, 160, 98)), 0.35),
    "shade": (tuple(srgb(244, 226, 190)), 0.8),
    "leaf": ((1.0, 1.0, 1.0), 0.6),
    "pot": (tuple(srgb(226, 220, 210)), 0.7),
}


def _grain(p: Array) -> Array:
    """Wood colour by place: long waves along x, finer ones across."""
    y = p[:, 1] * 30 + p[:, 2] * 42
    wave = np.sin(y + 1.3 * np.sin(p[:, 0] * 3.1) + 0.7 * np.sin(p[:, 0] * 7.7 + y * 0.3))
    light, dark = srgb(196, 142, 92), srgb(162, 108, 66)
    return dark + (light - dark) * (0.5 + 0.5 * wave)[:, None]


def _outline(inset: float, slats: bool = False) -> Array:
    """The desk seen from above, (n, 2) x and z: straight behind, bowed before, corners round."""
    radius = 0.16
    front = []
    for a in np.linspace(0, np.pi / 2, 9):
        front.append(
            (HALF_M - radius + radius * np.cos(a), FRONT_M - 0.05 - radius + radius * np.sin(a))
        )
    half = np.array([(HALF_M, BACK_M), *front])
    middle = np.array(
        [(x, FRONT_M - 0.05) for x in np.linspace(HALF_M - radius, 0, 142 if slats else 14)[1:]]
    )
    half = np.concatenate([half, middle])
    half[:, 1] += 0.05 * (1 - (half[:, 0] / HALF_M) ** 2) * smoothstep(BACK_M, FRONT_M, half[:, 1])
    if slats:
        flat = half[:, 0] < HALF_M - radius - 0.005
        half[:, 1] -= 0.012 * flat * _grooves(half[:, 0])
    loop = np.concatenate([half, (half * (-1, 1))[::-1][1:]])
    centre = np.array([0.0, 0.5 * (BACK_M + FRONT_M)])
    scale = 1 - inset / np.array([HALF_M, 0.5 * (FRONT_M - BACK_M)])
    return centre + (loop - centre) * scale


def _grooves(x: Array) -> Array:
    """1 in the gaps between the slats of the front, 0 on them; a slat is 5 cm wide."""
    return smoothstep(0.80, 0.92, np.cos(2 * np.pi * x / 0.053))


def _stack(
    name: str, material: str, levels: list[tuple[float, float]], cap: bool, slats: bool = False
) -> Part:
    """Outlines at (height, inset) joined to a solid; cap closes the last one."""
    rings = []
    for y, inset in levels:
        xz = _outline(inset, slats)
        rings.append(np.column_stack([xz[:, 0], np.full(len(xz), y), xz[:, 1]]))
    p = np.concatenate(rings)
    t = grid_triangles(len(levels), len(rings[0]), closed=True)[:, ::-1]
    if cap:
        ring = len(p) - len(rings[0]) + np.arange(len(rings[0]))
        p = np.concatenate([p, [rings[-1].mean(axis=0)]])
        fan = np.stack([ring, np.full(len(ring), len(p) - 1), np.roll(ring, -1)], axis=1)
        t = np.concatenate([t, fan[:, ::-1]])
    a, b, c = (p[t[:, i]] for i in range(3))
    middle = (a + b + c) / 3 - np.array([0, levels[-1][0] - 0.1, 0.65])
    if np.einsum("ij,ij->i", np.cross(b - a, c - a), middle).sum() < 0:
        t = t[:, ::-1]
    return Part(name, material, p, t, _grain(p))


def _turned(
    profile: list[tuple[float, float]], at: tuple[float, float, float], material: str
) -> Part:
    """A body of revolution from (radius, height) pairs."""
    around = 28
    phi = 2 * np.pi * np.arange(around) / around
    p = np.concatenate(
        [
            np.column_stack([r * np.cos(phi), np.full(around, h), r * np.sin(phi)])
            for r, h in profile
        ]
    ) + np.array(at)
    return Part(material, material, p, grid_triangles(len(profile), around, closed=True)[:, ::-1])


def _plant(at: tuple[float, float, float]) -> Part:
    leaves = []
    for i in range(16):
        turn, rise = 2.399963 * i, 0.35 + 0.75 * ((i * 7) % 16) / 16
        n = 9
        s = np.linspace(0, 1, n)
        reach = 0.05 + 0.10 * (1 - rise * 0.55)
        spine = np.column_stack([reach * s**1.3, 0.20 * rise * s * (1.25 - 0.45 * s), 0 * s])
        width = 0.020 * np.sin(np.pi * np.minimum(s * 0.93 + 0.07, 1)) ** 0.8
        v = np.array([-1.0, 0.0, 1.0])
        p = (
            spine[:, None]
            + np.stack([0 * v, 0.25 * np.abs(v), v])[None].transpose(0, 2, 1) * width[:, None, None]
        )
        c, d = np.cos(turn), np.sin(turn)
        p = p.reshape(-1, 3)
        p = np.column_stack(
            [c * p[:, 0] - d * p[:, 2], p[:, 1], d * p[:, 0] + c * p[:, 2]]
        ) + np.array(at)
        tone = srgb(92, 136, 82) * (0.65 + 0.5 * ((i * 5) % 7) / 7)
        t = grid_triangles(n, 3)
        leaves.append(
            Part(
                "leaf",
                "leaf",
                p,
                t,
                np.tile(tone, (len(p), 1)) * np.repeat(0.6 + 0.5 * s, 3)[:, None],
            )
        )
    return joined("Plant", leaves)


def desk_parts() -> list[Part]:
    """The desk and what stands on it."""
    edge = [
        (TOP_M - 0.045, 0.02),
        (TOP_M - 0.04, 0.006),
        (TOP_M - 0.03, 0.0),
        (TOP_M - 0.016, 0.0),
        (TOP_M - 0.006, 0.004),
        (TOP_M - 0.001, 0.010),
        (TOP_M, 0.018),
    ]
    top = _stack("Top", "wood", edge, True)
    body = _stack("Front", "panel", [(0.06, 0.06), (0.5, 0.05), (TOP_M - 0.045, 0.05)], False, True)
    x = body.points[:, 0]
    tone = 0.86 + 0.14 * np.sin(np.round(x / 0.053) * 12.9898)
    body.colours = srgb(188, 142, 98) * (tone * (1 - 0.75 * _grooves(x)))[:, None]
    plinth = _stack("Plinth", "wood", [(0.0, 0.09), (0.06, 0.09)], False)
    lamp = (-0.82, TOP_M, 0.62)
    foot = _turned(
        [
            (0.075, 0.0),
            (0.075, 0.010),
            (0.068, 0.016),
            (0.012, 0.020),
            (0.009, 0.03),
            (0.009, 0.30),
            (0.001, 0.31),
        ],
        lamp,
        "brass",
    )
    shade = _turned([(0.110, 0.245), (0.112, 0.246), (0.085, 0.40), (0.083, 0.40)], lamp, "shade")
    plant = (0.80, TOP_M, 0.60)
    pot = _turned(
        [
            (0.001, 0.0),
            (0.042, 0.0),
            (0.050, 0.01),
            (0.060, 0.085),
            (0.062, 0.095),
            (0.056, 0.095),
            (0.052, 0.08),
            (0.001, 0.08),
        ],
        plant,
        "pot",
    )
    leaves = _plant((plant[0], plant[1] + 0.07, plant[2]))
    return [top, body, plinth, foot, shade, pot, leaves]


def write_desk(path: Path) -> int:
    """Write the desk; its size in bytes."""
    document = Document("Foyer desk build")
    numbers = {}
    for name, (colour, roughness) in LOOKS.items():
        entry: dict = {
            "name": name,
            "doubleSided": True,
            "pbrMetallicRoughness": {
                "baseColorFactor": [*(round(float(c), 5) for c in colour), 1.0],
                "metallicFactor": 0.7 if name == "brass" else 0.0,
                "roughnessFactor": roughness,
            },
        }
        if name == "shade":
            entry["emissiveFactor"] = [0.35, 0.27, 0.16]
        document.json["materials"].append(entry)
        numbers[name] = len(numbers)
    for part in desk_parts():
        attributes = {
            "POSITION": document.accessor(part.points, FLOAT, limits=True),
            "NORMAL": document.accessor(part.shaded(), FLOAT),
        }
        if part.colours is not None:
            rgba = np.column_stack([np.clip(part.colours, 0, 1), np.ones(len(part.points))])
            attributes["COLOR_0"] = document.accessor(
                np.round(rgba * 65535), USHORT, normalized=True
            )
        document.json["meshes"].append(
            {
                "name": part.name,
                "primitives": [
                    {
                        "attributes": attributes,
                        "material": numbers[part.material],
                        "indices": document.accessor(part.triangles.ravel(), USHORT, target=34963),
                    }
                ],
            }
        )
        document.json["nodes"].append({"name": part.name, "mesh": len(document.json["meshes"]) - 1})
    document.json["scene"] = 0
    document.json["scenes"] = [{"name": "Desk", "nodes": list(range(len(document.json["nodes"])))}]
    return document.write(path)
