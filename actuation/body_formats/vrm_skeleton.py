"""The skeleton of any VRM character, 0.x or 1.0, and which node is which bone."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.figure import Figure, figure_of
from actuation.body_formats.glb import GlbFile, whole
from actuation.body_formats.hierarchy import Hierarchy
from actuation.body_formats.humanoid_names import VRM_PARENTS, larynx_of
from actuation.joints.rotations import normalised
from actuation.joints.skeleton import SIDES, Skeleton
from actuation.joints.turn import Turn
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

# In VRM 0.x the thumb's bones are called as those of other fingers.
_OLD_THUMB: Final = {
    f"{side}Thumb{old}": f"{side}Thumb{new}"
    for side in SIDES
    for old, new in (("Proximal", "Metacarpal"), ("Intermediate", "Proximal"), ("Distal", "Distal"))
}


def read_vrm_figure(path: Path, model: Skeleton | None = None) -> Figure:
    """The skeleton of a `.vrm`: bones and what they hang from, no hair or cloth.

    Raises `BadInputError` when it is no VRM.
    """
    file = GlbFile(path)
    with whole(path):
        hierarchy, place = nodes_of(file, str(path))
        bones = {name: place[node] for name, node in _human_bones(file.tree, path).items()}
    if "hips" not in bones:
        raise BadInputError(f"{path}: its humanoid has no hips; every VRM needs them")
    larynx = larynx_of(hierarchy)
    hierarchy, kept = hierarchy.only([*bones.values(), *([] if larynx is None else [larynx])])
    bones = {name: kept[joint] for name, joint in bones.items()}
    # Rests in the T-pose by definition; which way it faces is measured, as 0.x faces -Z.
    return figure_of(hierarchy, model=model, bones=bones, rests_in_t=True)


def nodes_of(file: GlbFile, where: str) -> tuple[Hierarchy, dict[int, int]]:
    """All nodes as one skeleton below a made-up root, and the place of each in it."""
    nodes: list[dict[str, Any]] = file.tree.get("nodes", [])
    parent_of = {c: i for i, node in enumerate(nodes) for c in node.get("children", ())}
    order: list[int] = []
    waiting = [i for i in range(len(nodes)) if i not in parent_of][::-1]
    while waiting:
        order.append(waiting.pop())
        waiting += list(nodes[order[-1]].get("children", ()))[::-1]
    place = {node: i + 1 for i, node in enumerate(order)}
    moved = [_placed(nodes[i]) for i in order]
    return (
        Hierarchy(
            names=("scene", *(nodes[i].get("name", f"node{i}") for i in order)),
            parents=(-1, *(place[parent_of[i]] if i in parent_of else 0 for i in order)),
            offsets=np.array([np.zeros(3), *(spot for spot, _ in moved)]),
            rest=np.array([[0.0, 0.0, 0.0, 1.0], *(turn for _, turn in moved)]),
            where=where,
        ),
        place,
    )


def _placed(node: dict[str, Any]) -> tuple[Floats, Floats]:
    if "matrix" in node:
        columns = np.array(node["matrix"], float).reshape(4, 4)[:3, :3]
        columns /= np.maximum(np.linalg.norm(columns, axis=1, keepdims=True), 1e-9)
        return np.array(node["matrix"][12:15], float), Turn.from_columns(*columns).quat
    turn = normalised(np.array(node.get("rotation", (0.0, 0.0, 0.0, 1.0)), float))
    return np.array(node.get("translation", (0.0, 0.0, 0.0)), float), turn


def _human_bones(tree: dict[str, Any], path: Path) -> dict[str, int]:
    known = tree.get("extensions", {})
    if "VRMC_vrm" in known:
        found = {n: b["node"] for n, b in known["VRMC_vrm"]["humanoid"]["humanBones"].items()}
    elif "VRM" in known:
        listed = known["VRM"]["humanoid"]["humanBones"]
        found = {_OLD_THUMB.get(b["bone"], b["bone"]): b["node"] for b in listed}
    else:
        raise BadInputError(f"{path}: no VRM character: neither VRMC_vrm nor VRM is in it")
    return {bone: found[bone] for bone in VRM_PARENTS if bone in found}
