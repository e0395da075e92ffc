"""VRM animations (`.vrma`): glTF 2.0 with the extension VRMC_vrm_animation, written and read.

Any player of VRM 1.0 shows one on any character: the bones are named, and rest in the T-pose. Face
shapes come along as expressions, one node each whose x is the weight; where the eyes look does not.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.clip import LONGEST_FRAMES, MotionClip, along_arc
from actuation.body_formats.glb import GlbFile, whole
from actuation.embodiments.avatar.gltf import FLOAT, Document
from actuation.joints.skeleton import Skeleton, load_skeleton
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

EXTENSION: Final = "VRMC_vrm_animation"
_SEEN: Final = 1e-3
"""A face shape that never reaches this is left out."""


def write_vrma(
    path: Path,
    clip: MotionClip,
    skeleton: Skeleton | None = None,
    *,
    face: Mapping[str, NDArray[np.floating]] | None = None,
) -> None:
    """Write the clip. `face`: (frames,) weights in 0..1 of expressions by name."""
    skeleton = skeleton or load_skeleton()
    names = [name for name in skeleton.parents if not name.endswith("Eye")]
    document = Document("Foyer")
    nodes: list[dict[str, Any]] = document.json["nodes"]
    for name in names:
        node: dict[str, Any] = {"name": name, "translation": skeleton.offset(name).tolist()}
        if below := [names.index(other) for other in names if skeleton.parents[other] == name]:
            node["children"] = below
        nodes.append(node)
    tracks = _Tracks(document, np.arange(clip.frames) / clip.rate_hz)
    for name in names:
        if name in JOINT_INDEX:
            tracks.add(names.index(name), "rotation", unwound(clip.joints[:, JOINT_INDEX[name]]))
    if clip.hips_m is not None:
        tracks.add(names.index("hips"), "translation", clip.hips_m)
    shown = {name: w for name, w in (face or {}).items() if float(np.max(np.abs(w))) > _SEEN}
    for name, weights in shown.items():
        if len(weights) != clip.frames:
            raise BadInputError(f"{path}: {len(weights)} weights of {name}, not {clip.frames}")
        nodes.append({"name": name})
        along_x = np.zeros((clip.frames, 3))
        along_x[:, 0] = np.clip(weights, 0, 1)
        tracks.add(len(nodes) - 1, "translation", along_x)
    extension: dict[str, Any] = {
        "specVersion": "1.0",
        "humanoid": {"humanBones": {name: {"node": i} for i, name in enumerate(names)}},
    }
    if shown:
        custom = {name: {"node": len(names) + i} for i, name in enumerate(shown)}
        extension["expressions"] = {"custom": custom}
    document.json |= {
        "animations": [
            {"name": path.stem, "samplers": tracks.samplers, "channels": tracks.channels}
        ],
        "extensionsUsed": [EXTENSION],
        "extensions": {EXTENSION: extension},
        "scene": 0,
        "scenes": [{"nodes": [names.index("hips"), *range(len(names), len(nodes))]}],
    }
    document.write(path)


class _Tracks:
    def __init__(self, document: Document, times: Floats) -> None:
        self._document = document
        self._times = document.accessor(times[:, None], FLOAT, limits=True, target=None)
        self.samplers: list[dict[str, Any]] = []
        self.channels: list[dict[str, Any]] = []

    def animation(self, name: str) -> dict[str, Any]:
        return {"name": name, "samplers": self.samplers, "channels": self.channels}

    def add(self, node: int, path: str, values: NDArray[np.floating]) -> None:
        output = self._document.accessor(values, FLOAT, target=None)
        sampler = {"input": self._times, "output": output, "interpolation": "LINEAR"}
        self.samplers.append(sampler)
        target = {"node": node, "path": path}
        self.channels.append({"sampler": len(self.samplers) - 1, "target": target})


def unwound(turns: NDArray[np.floating]) -> Floats:
    """The same turns (frames, 4), each with the sign nearer to the one before it."""
    turns = np.asarray(turns, np.float64)
    steps = np.sum(turns[1:] * turns[:-1], axis=1)
    signs = np.concatenate([[1.0], np.cumprod(np.where(steps < 0, -1.0, 1.0))])
    return np.asarray(turns * signs[:, None])


def read_vrma(path: Path, rate_hz: float = 60.0) -> tuple[MotionClip, dict[str, Floats]]:
    """The first animation of a file and its expressions, sampled at `rate_hz`.

    Nodes must rest unturned, as those written here do; others are an error with the cure.
    """
    with whole(path):
        return _read(GlbFile(path), path, rate_hz)


def _read(file: GlbFile, path: Path, rate_hz: float) -> tuple[MotionClip, dict[str, Floats]]:
    told = file.tree.get("extensions", {}).get(EXTENSION)
    if told is None or not file.tree.get("animations"):
        raise BadInputError(f"{path}: no VRM animation ({EXTENSION}) in it")
    bones = {bone["node"]: name for name, bone in told["humanoid"]["humanBones"].items()}
    _check_unturned(file, bones, path)
    animation = file.tree["animations"][0]
    tracks = {}
    for channel in animation["channels"]:
        sampler = animation["samplers"][channel["sampler"]]
        if sampler.get("interpolation", "LINEAR") == "CUBICSPLINE":
            raise BadInputError(f"{path}: has cubic splines; export it again with sampled frames")
        times = file.array(sampler["input"])[:, 0].astype(np.float64)
        target = channel["target"]
        tracks[target["node"], target["path"]] = times, file.array(sampler["output"])
    last = max(times[-1] for times, _ in tracks.values())
    if not 0 <= last * rate_hz <= LONGEST_FRAMES:
        raise BadInputError(f"{path}: lasts {last:g} s; that cannot be, export it again")
    at = np.arange(round(last * rate_hz) + 1) / rate_hz
    joints = np.zeros((len(at), len(JOINT_NAMES), 4))
    joints[..., 3] = 1.0
    hips = None
    for (node, what), (times, values) in tracks.items():
        name = bones.get(node)
        if what == "rotation" and name in JOINT_INDEX:
            joints[:, JOINT_INDEX[name]] = _sampled(times, values, at, turns=True)
        elif what == "translation" and name == "hips":
            hips = _sampled(times, values, at).astype(np.float32)
    kinds = told.get("expressions", {})
    shapes = {
        name: _sampled(*tracks[shape["node"], "translation"], at)[:, 0]
        for kind in ("preset", "custom")
        for name, shape in kinds.get(kind, {}).items()
        if (shape["node"], "translation") in tracks
    }
    return MotionClip(joints=joints.astype(np.float32), rate_hz=rate_hz, hips_m=hips), shapes


def _check_unturned(file: GlbFile, bones: Mapping[int, str], path: Path) -> None:
    for node, name in bones.items():
        turn = file.tree["nodes"][node].get("rotation", (0, 0, 0, 1))
        if abs(abs(turn[3]) - 1.0) > 1e-4:
            raise BadInputError(
                f"{path}: {name} rests turned; export it with all rotations applied at rest"
            )


def _sampled(times: Floats, values: NDArray[Any], at: Floats, turns: bool = False) -> Floats:
    values = np.asarray(values, np.float64)
    after = np.clip(np.searchsorted(times, at, side="right"), 1, max(len(times) - 1, 1))
    first, after = after - 1, np.minimum(after, len(times) - 1)
    gap = np.maximum(times[after] - times[first], 1e-9)
    share = np.clip((at - times[first]) / gap, 0, 1)
    # Times are single floats: a moment as good as on a key is on it.
    share = np.where(np.abs(share - np.round(share)) < 2e-3, np.round(share), share)
    if turns:
        return along_arc(values[first], values[after], share)
    return np.asarray(values[first] * (1 - share[:, None]) + values[after] * share[:, None])
