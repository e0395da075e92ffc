"""Reads a VRM (glTF 2.0 binary) into arrays that a CPU can pose: only what the preview needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.glb import GlbFile
from actuation.motion import JOINT_NAMES
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A skinned, morphing mesh."""

    points: Floats
    """(v, 3) rest positions, metres."""
    normals: Floats
    colours: Floats
    """(v, 3) linear RGB."""
    gloss: Floats
    """(v,) 0..1."""
    triangles: NDArray[np.int32]
    """(t, 3)."""
    morphs: Floats
    """(52, m, 3) moves of the first `m` vertices, order `ARKIT_NAMES`."""
    bones: NDArray[np.int32]
    """(v, 4) indices into the skin's joints."""
    weights: Floats
    parents: tuple[int, ...]
    """Of the skin's joints, -1 for a root; parents may come in any order."""
    offsets: Floats
    """(j, 3) of each joint against its parent."""
    inverse_rest: Floats
    """(j, 4, 4)."""
    moves_as: tuple[int, ...]
    """Index into `JOINT_NAMES` of each joint, -1 where it does not move."""
    eyes: tuple[int, int]
    """Joints of the left and the right eye, -1 where there is none."""


def read_character(path: Path) -> Character:
    """Read the VRM at `path`; raise `BadInputError` when it is not one."""
    file = GlbFile(path)
    tree = file.tree
    try:
        human = tree["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
        joints: list[int] = tree["skins"][0]["joints"]
        rest = file.array(tree["skins"][0]["inverseBindMatrices"])
    except (KeyError, IndexError):
        raise BadInputError(f"{path}: not a VRM 1.0 character") from None
    parts = [
        _part(file, mesh, primitive) for mesh in tree["meshes"] for primitive in mesh["primitives"]
    ]
    # Parts that morph come first, so that the morphs are one block.
    parts.sort(key=lambda part: part["morphs"] is None)
    starts = np.cumsum([0] + [len(p["points"]) for p in parts])
    parent_of = {c: i for i, n in enumerate(tree["nodes"]) for c in n.get("children", ())}
    place = {node: i for i, node in enumerate(joints)}
    bone = {human[name]["node"]: name for name in human}
    names = [bone.get(node, "") for node in joints]
    return Character(
        points=np.concatenate([p["points"] for p in parts]),
        normals=np.concatenate([p["normals"] for p in parts]),
        colours=np.concatenate([p["colours"] for p in parts]),
        gloss=np.concatenate([p["gloss"] for p in parts]),
        triangles=np.concatenate(
            [p["triangles"] + s for p, s in zip(parts, starts, strict=False)]
        ).astype(np.int32),
        morphs=np.concatenate([p["morphs"] for p in parts if p["morphs"] is not None], axis=1),
        bones=np.concatenate([p["bones"] for p in parts]).astype(np.int32),
        weights=np.concatenate([p["weights"] for p in parts]).astype(np.float32),
        parents=tuple(place.get(parent_of.get(node, -1), -1) for node in joints),
        offsets=np.array(
            [tree["nodes"][n].get("translation", (0, 0, 0)) for n in joints], np.float32
        ),
        inverse_rest=rest.reshape(-1, 4, 4).transpose(0, 2, 1).astype(np.float32),
        moves_as=tuple(JOINT_NAMES.index(n) if n in JOINT_NAMES else -1 for n in names),
        eyes=(_place(names, "leftEye"), _place(names, "rightEye")),
    )


def _place(names: list[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _part(file: GlbFile, mesh: dict[str, Any], primitive: dict[str, Any]) -> dict[str, Any]:
    attributes = primitive["attributes"]
    points = file.array(attributes["POSITION"]).astype(np.float32)
    material = file.tree["materials"][primitive["material"]]
    surface = material.get("pbrMetallicRoughness", {})
    colours = np.tile(
        np.array(surface.get("baseColorFactor", (1, 1, 1, 1)), np.float32)[:3], (len(points), 1)
    )
    if "COLOR_0" in attributes:
        colours = colours * file.array(attributes["COLOR_0"])[:, :3]
    if "baseColorTexture" in surface and "TEXCOORD_0" in attributes:
        colours = colours * _sampled(file, surface, file.array(attributes["TEXCOORD_0"]))
    morphs = None
    if primitive.get("targets"):
        names = mesh.get("extras", {}).get("targetNames", [])
        morphs = np.zeros((len(ARKIT_NAMES), len(points), 3), np.float32)
        for name, target in zip(names, primitive["targets"], strict=False):
            if name in ARKIT_NAMES and "POSITION" in target:
                morphs[ARKIT_NAMES.index(name)] = file.array(target["POSITION"])
    return {
        "points": points,
        "normals": file.array(attributes["NORMAL"]).astype(np.float32),
        "colours": colours.astype(np.float32),
        "gloss": np.full(len(points), 1 - surface.get("roughnessFactor", 1.0), np.float32),
        "triangles": file.array(primitive["indices"]).reshape(-1, 3).astype(np.int64),
        "morphs": morphs,
        "bones": file.array(attributes["JOINTS_0"]),
        "weights": file.array(attributes["WEIGHTS_0"]),
    }


def _sampled(file: GlbFile, surface: dict[str, Any], uv: NDArray[Any]) -> Floats:
    """Linear colours of a texture at the vertices."""
    source = file.tree["textures"][surface["baseColorTexture"]["index"]]["source"]
    data = np.frombuffer(file.view(file.tree["images"][source]["bufferView"]), np.uint8)
    picture = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    height, width = picture.shape[:2]
    column = np.clip(uv[:, 0] * width, 0, width - 1).astype(int)
    row = np.clip(uv[:, 1] * height, 0, height - 1).astype(int)
    return np.asarray((picture[row, column] / 255.0) ** 2.2, np.float32)
