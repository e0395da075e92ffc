"""Writes motion as BVH, which animation tools read: a standard VRM skeleton, 60 frames a second.

Offsets in centimetres from the character's own skeleton; rotations as Z X Y in degrees, applied in
that order, in the T-pose's axes, so that a zero frame is the T-pose.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.motion import FRAME_RATE_HZ, JOINT_NAMES, Frame
from actuation.skeleton import Skeleton

_CM = 100.0


def write_bvh(path: Path, frames: Sequence[Frame], skeleton: Skeleton) -> None:
    """Write `frames` to `path`."""
    names = [n for n in JOINT_NAMES if n in skeleton.positions]
    children: dict[str | None, list[str]] = {}
    for name in names:
        children.setdefault(skeleton.parents[name], []).append(name)
    lines = ["HIERARCHY"]
    order: list[str] = []
    _joint("hips", skeleton, children, 0, lines, order)
    index = [JOINT_NAMES.index(name) for name in order]
    turns = euler_zxy(np.stack([f.joints for f in frames])[:, index].astype(np.float64))
    root = skeleton.positions["hips"] * _CM
    lines += ["MOTION", f"Frames: {len(frames)}", f"Frame Time: {1 / FRAME_RATE_HZ:.6f}"]
    place = " ".join(f"{x:.3f}" for x in root)
    for frame in np.degrees(turns).reshape(len(frames), -1):
        lines.append(place + " " + " ".join(f"{x:.4f}" for x in frame))
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def euler_zxy(q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles (..., 3) about z, x, y with R = Rz Rx Ry, of unit quaternions (..., 4)."""
    x, y, z, w = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    about_x = np.arcsin(np.clip(2 * (y * z + x * w), -1, 1))
    about_z = np.arctan2(-2 * (x * y - z * w), 1 - 2 * (x * x + z * z))
    about_y = np.arctan2(-2 * (x * z - y * w), 1 - 2 * (x * x + y * y))
    return np.stack([about_z, about_x, about_y], axis=-1)


def _joint(
    name: str,
    skeleton: Skeleton,
    children: dict[str | None, list[str]],
    depth: int,
    lines: list[str],
    order: list[str],
) -> None:
    order.append(name)
    tab = "\t" * depth
    root = depth == 0
    offset = skeleton.positions[name] if root else skeleton.offset(name)
    channels = "Zrotation Xrotation Yrotation"
    lines += [
        f"{tab}{'ROOT' if root else 'JOINT'} {name}",
        tab + "{",
        f"{tab}\tOFFSET " + " ".join(f"{v * _CM:.4f}" for v in offset),
        f"{tab}\tCHANNELS 6 Xposition Yposition Zposition {channels}"
        if root
        else f"{tab}\tCHANNELS 3 {channels}",
    ]
    below = children.get(name, [])
    for child in below:
        _joint(child, skeleton, children, depth + 1, lines, order)
    if not below:
        tip = "0.0 5.0 0.0" if name == "head" else f"{2.0 if 'left' in name else -2.0:.1f} 0.0 0.0"
        lines += [f"{tab}\tEnd Site", tab + "\t{", f"{tab}\t\tOFFSET {tip}", tab + "\t}"]
    lines.append(tab + "}")
