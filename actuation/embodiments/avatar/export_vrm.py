"""From parts to a VRM 1.0 file: skeleton, skins, morph targets, expressions, look-at."""

from pathlib import Path

import numpy as np

from actuation.embodiments.avatar.gltf import FLOAT, UBYTE, UINT, USHORT, Document
from actuation.embodiments.avatar.materials import add_materials
from actuation.embodiments.avatar.morphs import ARKIT
from actuation.embodiments.avatar.part import Part
from actuation.embodiments.avatar.skeleton import joints
from actuation.embodiments.avatar.surfaces import Array

LICENCE = "https://vrm.dev/licenses/1.0/"
# VRM presets as mixes of the ARKit morphs, so that any VRM player can move the face.
PRESETS: dict[str, dict[str, float]] = {
    "aa": {"jawOpen": 0.55, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "ih": {
        "jawOpen": 0.16,
        "mouthStretchLeft": 0.3,
        "mouthStretchRight": 0.3,
        "mouthUpperUpLeft": 0.2,
        "mouthUpperUpRight": 0.2,
        "mouthLowerDownLeft": 0.35,
        "mouthLowerDownRight": 0.35,
    },
    "ou": {"jawOpen": 0.16, "mouthPucker": 0.8, "mouthFunnel": 0.3},
    "ee": {
        "jawOpen": 0.14,
        "mouthSmileLeft": 0.35,
        "mouthSmileRight": 0.35,
        "mouthStretchLeft": 0.3,
        "mouthStretchRight": 0.3,
        "mouthLowerDownLeft": 0.35,
        "mouthLowerDownRight": 0.35,
    },
    "oh": {"jawOpen": 0.34, "mouthFunnel": 0.65},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "blinkLeft": {"eyeBlinkLeft": 1.0},
    "blinkRight": {"eyeBlinkRight": 1.0},
    "happy": {
        "mouthSmileLeft": 0.8,
        "mouthSmileRight": 0.8,
        "cheekSquintLeft": 0.5,
        "cheekSquintRight": 0.5,
        "eyeSquintLeft": 0.2,
        "eyeSquintRight": 0.2,
        "browInnerUp": 0.15,
    },
    "angry": {
        "browDownLeft": 0.8,
        "browDownRight": 0.8,
        "mouthPressLeft": 0.5,
        "mouthPressRight": 0.5,
        "mouthFrownLeft": 0.35,
        "mouthFrownRight": 0.35,
        "eyeSquintLeft": 0.3,
        "eyeSquintRight": 0.3,
    },
    "sad": {
        "browInnerUp": 0.85,
        "mouthFrownLeft": 0.65,
        "mouthFrownRight": 0.65,
        "mouthShrugLower": 0.3,
    },
    "relaxed": {
        "mouthSmileLeft": 0.3,
        "mouthSmileRight": 0.3,
        "eyeBlinkLeft": 0.12,
        "eyeBlinkRight": 0.12,
    },
    "surprised": {
        "browInnerUp": 0.8,
        "browOuterUpLeft": 0.8,
        "browOuterUpRight": 0.8,
        "eyeWideLeft": 0.7,
        "eyeWideRight": 0.7,
        "jawOpen": 0.25,
    },
    "neutral": {},
    "lookUp": {"eyeLookUpLeft": 1.0, "eyeLookUpRight": 1.0},
    "lookDown": {"eyeLookDownLeft": 1.0, "eyeLookDownRight": 1.0},
    "lookLeft": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    "lookRight": {"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0},
}


def export_vrm(path: Path, face: list[Part], others: dict[str, list[Part]]) -> int:
    """Write the character; its size in bytes. Parts of `face` carry the morphs."""
    document = Document("Foyer avatar build")
    materials = add_materials(document)
    bones = _add_skeleton(document)
    face_node = _add_mesh(document, "Face", face, materials, list(bones), morphs=True)
    for name, parts in others.items():
        _add_mesh(document, name, parts, materials, list(bones), morphs=False)
    document.json["scene"] = 0
    meshes = [i for i, n in enumerate(document.json["nodes"]) if "mesh" in n]
    document.json["scenes"] = [{"name": "Receptionist", "nodes": [bones["hips"], *meshes]}]
    document.json["extensionsUsed"] = ["VRMC_vrm"]
    document.json["extensions"] = {"VRMC_vrm": _vrm(bones, face_node)}
    return document.write(path)


def _add_skeleton(document: Document) -> dict[str, int]:
    found = joints()
    numbers = {name: i for i, name in enumerate(found)}
    for name, (parent, at) in found.items():
        local = at if parent is None else at - found[parent][1]
        node: dict = {"name": name, "translation": [round(float(v), 6) for v in local]}
        children = [numbers[c] for c, (p, _) in found.items() if p == name]
        if children:
            node["children"] = children
        document.json["nodes"].append(node)
    inverse = np.tile(np.eye(4), (len(found), 1, 1))
    for i, (_, at) in enumerate(found.values()):
        inverse[i, :3, 3] = -at
    columns = inverse.transpose(0, 2, 1).reshape(-1, 16)
    document.json["skins"].append(
        {
            "joints": list(numbers.values()),
            "skeleton": numbers["hips"],
            "inverseBindMatrices": document.accessor(columns, FLOAT, target=None),
        }
    )
    return numbers


def _add_mesh(
    document: Document,
    name: str,
    parts: list[Part],
    materials: dict[str, int],
    bones: list[str],
    *,
    morphs: bool,
) -> int:
    mesh: dict = {
        "name": name,
        "primitives": [_primitive(document, p, materials, bones, morphs) for p in parts],
    }
    if morphs:
        mesh["extras"] = {"targetNames": list(ARKIT)}
        mesh["weights"] = [0.0] * len(ARKIT)
    document.json["meshes"].append(mesh)
    document.json["nodes"].append(
        {"name": name, "mesh": len(document.json["meshes"]) - 1, "skin": 0}
    )
    return len(document.json["nodes"]) - 1


def _primitive(
    document: Document, part: Part, materials: dict[str, int], bones: list[str], morphs: bool
) -> dict:
    joints_, weights = _four_bones(part, bones)
    attributes = {
        "POSITION": document.accessor(part.points, FLOAT, limits=True),
        "NORMAL": document.accessor(part.shaded(), FLOAT),
        "JOINTS_0": document.accessor(joints_, UBYTE),
        "WEIGHTS_0": document.accessor(weights, USHORT, normalized=True),
    }
    if part.uv is not None:
        attributes["TEXCOORD_0"] = document.accessor(part.uv, FLOAT)
    if part.colours is not None:
        rgba = np.column_stack([np.clip(part.colours, 0, 1), np.ones(len(part.points))])
        attributes["COLOR_0"] = document.accessor(np.round(rgba * 65535), USHORT, normalized=True)
    kind = USHORT if len(part.points) < 65536 else UINT
    primitive: dict = {
        "attributes": attributes,
        "indices": document.accessor(part.triangles.ravel(), kind, target=34963),
        "material": materials[part.material],
    }
    if morphs:
        primitive["targets"] = [_target(document, part, m) for m in ARKIT]
    return primitive


def _target(document: Document, part: Part, name: str) -> dict:
    zero = np.zeros_like(part.points)
    target = {"POSITION": document.sparse(part.morphs.get(name, zero), 4e-6, limits=True)}
    if part.morph_normals:
        target["NORMAL"] = document.sparse(part.morph_normals.get(name, zero), 0.006, limits=False)
    return target


def _four_bones(part: Part, bones: list[str]) -> tuple[Array, Array]:
    """The four strongest bones of each vertex and their weights as 16-bit shares of one."""
    n = len(part.points)
    table = np.zeros((n, len(bones)))
    for bone, w in part.weights.items():
        table[:, bones.index(bone)] = w
    strongest = np.argsort(-table, axis=1, kind="stable")[:, :4]
    w = np.take_along_axis(table, strongest, axis=1)
    w = np.maximum(w, 0)
    w = w / w.sum(axis=1, keepdims=True)
    whole = np.floor(w * 65535)
    whole[:, 0] += 65535 - whole.sum(axis=1)
    strongest = np.where(whole > 0, strongest, 0)
    return strongest, whole


def _vrm(bones: dict[str, int], face_node: int) -> dict:
    def expression(mix: dict[str, float]) -> dict:
        binds = [{"node": face_node, "index": ARKIT.index(m), "weight": w} for m, w in mix.items()]
        return {
            "morphTargetBinds": binds,
            "isBinary": False,
            "overrideBlink": "none",
            "overrideLookAt": "none",
            "overrideMouth": "none",
        }

    def reach(degrees: float) -> dict:
        return {"inputMaxValue": degrees, "outputScale": degrees}

    return {
        "specVersion": "1.0",
        "meta": {
            "name": "Foyer receptionist",
            "version": "1",
            "authors": ["Foyer project"],
            "copyrightInformation": "Made by code, under the licence of this repository",
            "licenseUrl": LICENCE,
            "avatarPermission": "everyone",
            "commercialUsage": "corporation",
            "creditNotation": "unnecessary",
            "allowRedistribution": True,
            "modification": "allowModificationRedistribution",
            "allowExcessivelyViolentUsage": False,
            "allowExcessivelySexualUsage": False,
            "allowPoliticalOrReligiousUsage": False,
            "allowAntisocialOrHateUsage": False,
        },
        "humanoid": {"humanBones": {name: {"node": number} for name, number in bones.items()}},
        "lookAt": {
            "offsetFromHeadBone": [0.0, 0.085, 0.08],
            "type": "bone",
            "rangeMapHorizontalInner": reach(30.0),
            "rangeMapHorizontalOuter": reach(35.0),
            "rangeMapVerticalDown": reach(25.0),
            "rangeMapVerticalUp": reach(22.0),
        },
        "expressions": {
            "preset": {name: expression(mix) for name, mix in PRESETS.items()},
            "custom": {name: expression({name: 1.0}) for name in ARKIT},
        },
    }
