"""BVH, read onto the stage and written from it.

Rotations of a joint are applied in the order of its channels, each about the axes as turned by
those before (so `Zrotation Yrotation Xrotation` is Rz Ry Rx), degrees. What is written here rests
in the T-pose, in centimetres, with VRM names; `like` writes for another skeleton instead.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.bvh_text import BvhText, read_bvh_text
from actuation.body_formats.clip import MotionClip, turned_by
from actuation.body_formats.euler import euler_of, turns_of_euler
from actuation.body_formats.figure import Figure, figure_of
from actuation.body_formats.hierarchy import Hierarchy
from actuation.joints.rotations import IDENTITY, multiply
from actuation.joints.skeleton import Skeleton, load_skeleton
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

_CM: Final = 100.0
_WRITTEN: Final = (2, 0, 1)
"""Z X Y, as most tools write."""


def read_bvh(path: Path, skeleton: Skeleton | None = None) -> MotionClip:
    """The motion of a BVH file, on stage. `skeleton`: of who shall show it; the character if None.

    Raises `BadInputError` with file, line and cure.
    """
    return on_stage(*read_bvh_figure(path, skeleton))


def read_bvh_figure(path: Path, skeleton: Skeleton | None = None) -> tuple[BvhText, Figure]:
    """A BVH file and its skeleton, understood."""
    text = read_bvh_text(path)
    return text, figure_of(text.hierarchy, local_turns(text), model=skeleton)


def on_stage(text: BvhText, figure: Figure) -> MotionClip:
    """The motion of the file as the figure understands it, without a T-pose put before it."""
    local = local_turns(text)
    places = _hips_places(text, figure, local)
    if figure.rest.begins_in_t:
        local, places = local[1:], None if places is None else places[1:]
    try:
        return MotionClip(
            joints=figure.to_stage(local),
            rate_hz=_even_rate(1 / text.frame_time_s),
            hips_m=None if places is None else figure.hips_on_stage(places).astype(np.float32),
        )
    except BadInputError as fault:
        raise BadInputError(f"{text.hierarchy.where}: {fault}") from None


def _even_rate(rate_hz: float) -> float:
    """30 for a frame time of 0.033333."""
    whole = float(round(rate_hz))
    return whole if whole and abs(rate_hz - whole) < 1e-3 * min(whole, 10.0) else rate_hz


def local_turns(text: BvhText) -> Floats:
    """(frames, joints, 4) local rotations of the file's joints."""
    turns = np.tile(IDENTITY, (len(text.values), len(text.channels), 1))
    column = 0
    for joint, channels in enumerate(text.channels):
        axes = [(axis, column + i) for i, (kind, axis) in enumerate(channels) if kind == "rotation"]
        column += len(channels)
        if axes:
            angles = np.radians(text.values[:, [at for _, at in axes]])
            turns[:, joint] = turns_of_euler(angles, [axis for axis, _ in axes])
    return turns


def _hips_places(text: BvhText, figure: Figure, local: Floats) -> Floats | None:
    """(frames, 3) where the hips are in the file; None where no joint above them is moved."""
    hierarchy = figure.hierarchy
    if "hips" not in figure.bones:
        return None
    way = hierarchy.path(figure.bones["hips"])
    starts = np.cumsum([0, *(len(each) for each in text.channels)])
    moved = False
    place = np.zeros((len(local), 3))
    above = np.tile(IDENTITY, (len(local), 1))
    for joint in way:
        step = np.tile(hierarchy.offsets[joint], (len(local), 1))
        for i, (kind, axis) in enumerate(text.channels[joint]):
            if kind == "position":
                step[:, axis] = text.values[:, starts[joint] + i]
                moved = True
        place = place + turned_by(above, step)
        above = multiply(above, local[:, joint])
    return place if moved else None


def write_bvh(
    path: Path, clip: MotionClip, skeleton: Skeleton | None = None, *, like: Figure | None = None
) -> None:
    """Write the clip to `path`, for the character's own skeleton or for that of `like`."""
    figure = like.unturned() if like else own_figure(skeleton or load_skeleton())
    hierarchy = figure.hierarchy
    hips = figure.bones["hips"]
    places = np.tile(_place_at_rest(figure), (clip.frames, 1))
    if clip.hips_m is not None:
        places = figure.hips_in_file(clip.hips_m)
    local = figure.from_stage(clip.joints)
    rows = []
    for joint in hierarchy.downwards:
        if joint == hips:
            rows.append(places)
        elif hierarchy.parents[joint] < 0:
            rows.append(np.zeros((clip.frames, 3)))
        rows.append(np.degrees(euler_of(local[:, joint], _WRITTEN)))
    lines = ["HIERARCHY", *_described(hierarchy, hips), "MOTION"]
    lines += [f"Frames: {clip.frames}", f"Frame Time: {1 / clip.rate_hz:.10g}"]
    lines += [" ".join([f"{x:.6f}" for x in row]) for row in np.hstack(rows).tolist()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def own_figure(skeleton: Skeleton) -> Figure:
    """A VRM skeleton at rest in the T-pose, in centimetres, as it is written."""
    order = [name for name in skeleton.parents if not name.endswith("Eye")]
    place = {name: joint for joint, name in enumerate(order)}
    parents = [skeleton.parents[name] for name in order]
    hierarchy = Hierarchy(
        names=tuple(order),
        parents=tuple(-1 if above is None else place[above] for above in parents),
        offsets=np.array([skeleton.offset(name) * _CM for name in order]),
        tips={place[name]: _tip(name) for name in order if name not in set(parents)},
    )
    return figure_of(hierarchy, model=skeleton, rests_in_t=True)


def _tip(name: str) -> Floats:
    """(3,) centimetres from a last joint to its end, about as long as a person's."""
    if name == "head":
        return np.array([0.0, 18.0, 0.0])
    if name.endswith("Toes"):
        return np.array([0.0, 0.0, 6.0])
    return np.array([2.2 if name.startswith("left") else -2.2, 0.0, 0.0])


def _place_at_rest(figure: Figure) -> Floats:
    hierarchy = figure.hierarchy
    spots = hierarchy.spots_of(hierarchy.turns_of(figure.rest.local))
    return np.asarray(spots[figure.bones["hips"]] + hierarchy.offsets[0])


def _described(hierarchy: Hierarchy, hips: int) -> list[str]:
    """The lines of the skeleton."""
    lines: list[str] = []
    order = hierarchy.downwards
    depths = [len(hierarchy.path(joint)) - 1 for joint in order]
    turns = "Zrotation Xrotation Yrotation"
    for place, (joint, depth) in enumerate(zip(order, depths, strict=True)):
        tab = "\t" * depth
        name = "_".join(hierarchy.names[joint].split()) or f"joint{joint}"
        lines += [f"{tab}{'JOINT' if depth else 'ROOT'} {name}", tab + "{"]
        lines.append(f"{tab}\tOFFSET {_three(hierarchy.offsets[joint])}")
        if joint == hips or depth == 0:
            lines.append(f"{tab}\tCHANNELS 6 Xposition Yposition Zposition {turns}")
        else:
            lines.append(f"{tab}\tCHANNELS 3 {turns}")
        following = depths[place + 1] if place + 1 < len(order) else 0
        if following <= depth:
            tip = _three(hierarchy.tips.get(joint, np.array([0.0, 1.0, 0.0])))
            lines += [f"{tab}\tEnd Site", tab + "\t{", f"{tab}\t\tOFFSET {tip}", tab + "\t}"]
            last = following if place + 1 < len(order) else 0
            lines += ["\t" * level + "}" for level in range(depth, last - 1, -1)]
    return lines


def _three(numbers: Floats) -> str:
    return " ".join(f"{v:.6f}" for v in numbers)
