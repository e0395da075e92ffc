"""What every sculpting module hands over: a mesh with its looks, its morphs and its bones."""

from dataclasses import dataclass, field

import numpy as np

from actuation.embodiments.avatar.surfaces import Array, vertex_normals


@dataclass
class Part:
    """One mesh of one material in the model frame: metres, +Y up, the face towards +Z."""

    name: str
    material: str
    points: Array  # (n, 3) metres
    triangles: Array  # (m, 3) vertex numbers, counter-clockwise seen from outside
    colours: Array | None = None  # (n, 3) linear light, multiplies the material's colour
    uv: Array | None = None  # (n, 2), v runs down as in glTF
    normals: Array | None = None  # (n, 3); made from the triangles when absent
    morphs: dict[str, Array] = field(default_factory=dict)  # name -> (n, 3) metres at weight 1
    weights: dict[str, Array] = field(default_factory=dict)  # VRM bone -> (n,) 0..1
    morph_normals: dict[str, Array] = field(default_factory=dict)  # changes of the unit normals

    def shaded(self) -> Array:
        """The unit normals, (n, 3)."""
        if self.normals is None:
            self.normals = vertex_normals(self.points, self.triangles)
        return self.normals


def mirrored_part(part: Part, name: str) -> Part:
    """The same part on the other side of the body, with left and right bones exchanged."""
    flip = np.array([-1.0, 1.0, 1.0])
    return Part(
        name,
        part.material,
        part.points * flip,
        part.triangles[:, ::-1].copy(),
        part.colours,
        part.uv,
        None if part.normals is None else part.normals * flip,
        {},
        {bone.replace("left", "right"): w for bone, w in part.weights.items()},
    )


def joined(name: str, parts: list[Part]) -> Part:
    """Several parts of one material as one; colours must be on all of them or on none."""
    offsets = np.cumsum([0] + [len(p.points) for p in parts[:-1]])
    bones = sorted({bone for p in parts for bone in p.weights})
    names = sorted({m for p in parts for m in p.morphs})
    first = parts[0]
    return Part(
        name,
        first.material,
        np.concatenate([p.points for p in parts]),
        np.concatenate([p.triangles + o for p, o in zip(parts, offsets, strict=True)]),
        None if first.colours is None else np.concatenate([p.colours for p in parts]),
        None if first.uv is None else np.concatenate([p.uv for p in parts]),
        np.concatenate([p.shaded() for p in parts]),
        {
            m: np.concatenate([p.morphs.get(m, np.zeros_like(p.points)) for p in parts])
            for m in names
        },
        {
            b: np.concatenate([p.weights.get(b, np.zeros(len(p.points))) for p in parts])
            for b in bones
        },
    )
