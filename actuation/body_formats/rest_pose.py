"""How a foreign skeleton rests: which way its axes lie, how large it is, where its bones point.

A rest pose that is no standing figure (all joints along one axis, as some exporters write) says
nothing; then the frame with the lowest hands stands in for it, and palms are taken to face the
thighs there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.clip import turned_by
from actuation.body_formats.hierarchy import Hierarchy
from actuation.body_formats.humanoid_names import VRM_PARENTS, parent_in
from actuation.joints.rotations import IDENTITY, angle, inverse, multiply, normalised
from actuation.joints.skeleton import FINGERS, SIDES, Skeleton, parts_of
from actuation.joints.turn import Turn
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

_UPRIGHT: Final = 0.9
"""Cosine: hips to head within 26 degrees of one axis of the file."""
_STRAIGHT_OUT: Final = 0.93
"""Cosine: arms within 21 degrees of straight out."""
_JUMP_RAD: Final = 0.5
"""No joint turns so far from one frame to the next."""
_TRIED_FRAMES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rest:
    """What is known of a skeleton at rest."""

    axes: Floats
    """(4,) `c`: from the file's axes to the stage's."""
    metres: float
    """Length on stage of one unit of the file, so that legs (or trunks) are equally long."""
    back: Mapping[str, Floats]
    """(4,) `r^-1 c^-1 a` of each bone."""
    local: Floats
    """(joints, 4) local rotations of that pose."""
    frame: int | None
    """The frame that stands in for the rest pose; None where the rest pose is one."""
    begins_in_t: bool = False
    """The first frame is a T-pose put before the motion, as in recordings of CMU."""


def rest_of(
    hierarchy: Hierarchy,
    bones: Mapping[str, int],
    model: Skeleton,
    *,
    local: Floats | None,
    rests_in_t: bool,
) -> Rest:
    """Measure the rest pose. Raises `BadInputError` when there is no standing pose at all."""
    in_t = local is not None and not rests_in_t and _begins_in_t(hierarchy, bones, local)
    resting = local[0] if in_t and local is not None else hierarchy.resting()
    turns = hierarchy.turns_of(resting)
    spots = hierarchy.spots_of(turns)
    frame = None
    axes = _square_axes(spots, bones)
    if axes is None and local is not None:
        frame = _lowest_hands(hierarchy, bones, local)
        resting = local[frame]
        turns = hierarchy.turns_of(resting)
        spots = hierarchy.spots_of(turns)
        axes = _upright_axes(spots, bones)
    if axes is None:
        raise BadInputError(
            f"{hierarchy.where}: its rest pose is no standing figure (hips below the head, left"
            " apart from right); export it again with a T-pose or an A-pose as its rest"
        )
    placed = {bone: turned_by(axes, spots[joint]) for bone, joint in bones.items()}
    trunk = IDENTITY
    if frame is not None:
        own = {bone: model.positions[bone] for bone in placed if bone in model.positions}
        trunk = (_stance(placed) * _stance(own).inverse()).quat
    poses = _poses(placed, trunk, model, measured=not rests_in_t)
    back = {
        bone: multiply(multiply(inverse(turns[joint]), inverse(axes)), poses[bone])
        for bone, joint in bones.items()
    }
    metres = _scale(model.positions, placed)
    return Rest(
        axes=axes, metres=metres, back=back, local=resting, frame=frame, begins_in_t=in_t
    )  # fmt: skip


def _begins_in_t(hierarchy: Hierarchy, bones: Mapping[str, int], local: Floats) -> bool:
    """Whether the first frame stands upright with both arms out, and the second is elsewhere."""
    if len(local) < 2:
        return False
    jump = angle(local[0], local[1])[list(bones.values())].max()
    spots = hierarchy.spots_of(hierarchy.turns_of(local[0]))
    axes = _square_axes(spots, bones)
    if jump < _JUMP_RAD or axes is None:
        return False
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        ends = [bones.get(f"{side}{part}") for part in ("UpperArm", "Hand")]
        if None in ends:
            return False
        arm = turned_by(axes, spots[ends[1]] - spots[ends[0]])
        if sign * arm[0] < _STRAIGHT_OUT * np.linalg.norm(arm):
            return False
    return True


def _left_and_up(spots: Mapping[str, Floats]) -> tuple[Floats, Floats] | None:
    """Unit directions across the body and up, of a figure's places; None where not to be told."""
    pairs = ("UpperArm", "Hand", "LowerArm", "Shoulder", "UpperLeg", "Foot")
    across = next(
        (spots[f"left{p}"] - spots[f"right{p}"] for p in pairs
         if f"left{p}" in spots and f"right{p}" in spots), None,
    )  # fmt: skip
    tops = [spots[b] for b in ("head", "neck", "upperChest", "chest", "spine") if b in spots]
    if across is None or not tops:
        return None
    up = tops[0] - spots["hips"]
    if np.linalg.norm(across) < 1e-9 or np.linalg.norm(up) < 1e-9:
        return None
    return across / np.linalg.norm(across), up / np.linalg.norm(up)


def _square_axes(spots: Floats, bones: Mapping[str, int]) -> Floats | None:
    """The turn from the file's axes to the stage's; None where the figure does not stand."""
    found = _left_and_up({bone: spots[joint] for bone, joint in bones.items()})
    if found is None:
        return None
    axes = []
    for direction in found:
        axis = np.zeros(3)
        largest = int(np.argmax(np.abs(direction)))
        axis[largest] = np.sign(direction[largest])
        if float(direction @ axis) < _UPRIGHT:
            return None
        axes.append(axis)
    left, up = axes
    feet = [spots[bones[f"{side}Foot"]] for side in SIDES if f"{side}Foot" in bones]
    below = all(float((foot - spots[bones["hips"]]) @ up) < 0 for foot in feet)
    if abs(float(left @ up)) > 0.5 or not below:
        return None
    return Turn.from_columns(left, up, np.cross(left, up)).inverse().quat


def _upright_axes(spots: Floats, bones: Mapping[str, int]) -> Floats | None:
    """Axes of a file whose rest pose says nothing: up is the nearest of its own.

    Which way is ahead is told by no axis, so a file with y up keeps its x and z.
    """
    found = _left_and_up({bone: spots[joint] for bone, joint in bones.items()})
    if found is None:
        return None
    largest = int(np.argmax(np.abs(found[1])))
    up, left = np.zeros(3), np.zeros(3)
    up[largest] = np.sign(found[1][largest])
    left[(2, 0, 1)[largest]] = 1.0
    return Turn.from_columns(left, up, np.cross(left, up)).inverse().quat


def _stance(spots: Mapping[str, Floats]) -> Turn:
    """How a figure stands: left across the body, up along it."""
    found = _left_and_up(spots)
    if found is None:
        return Turn.none()
    left, up = found
    left = left - up * float(left @ up)
    left /= max(float(np.linalg.norm(left)), 1e-9)
    return Turn.from_columns(left, up, np.cross(left, up))


def _lowest_hands(hierarchy: Hierarchy, bones: Mapping[str, int], local: Floats) -> int:
    """The frame in which the hands hang lowest below the head, along the figure's own height."""
    step = max(1, len(local) // _TRIED_FRAMES)
    tried = local[::step]
    spots = hierarchy.spots_of(hierarchy.turns_of(tried))
    hands = [bones[f"{side}Hand"] for side in SIDES if f"{side}Hand" in bones]
    top = next(
        bones[b] for b in ("head", "neck", "upperChest", "chest", "spine", "hips") if b in bones
    )
    up = spots[:, top] - spots[:, bones["hips"]]
    up /= np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-9)
    height = sum(np.sum((spots[:, hand] - spots[:, top]) * up, axis=-1) for hand in hands)
    return int(np.argmin(height)) * step


def _poses(
    placed: Mapping[str, Floats], trunk: Floats, model: Skeleton, *, measured: bool
) -> dict[str, Floats]:
    """`a`: how each bone at rest is turned against the T-pose, on stage."""
    poses: dict[str, Floats] = {}
    for bone in VRM_PARENTS:
        if bone not in placed:
            continue
        above = parent_in(placed, bone)
        before = trunk if above is None else poses[above]
        poses[bone] = before
        if measured:
            poses[bone] = _pose_of(bone, before, placed, model)
    return poses


def _pose_of(bone: str, before: Floats, placed: Mapping[str, Floats], model: Skeleton) -> Floats:
    if bone[:4] not in ("left", "righ") or bone.endswith(("Shoulder", "Foot", "Toes")):
        return before
    side = "left" if bone.startswith("left") else "right"
    towards = _towards(bone, side)
    ends = [b for b in towards if b in placed and b in model.positions]
    if not ends or bone not in model.positions:
        return before
    if bone == f"{side}Hand" and len(ends) > 1:
        return _palm_turn(
            _mean(ends, model.positions) - model.positions[bone],
            model.positions[ends[0]] - model.positions[ends[-1]],
            _mean(ends, placed) - placed[bone],
            placed[ends[0]] - placed[ends[-1]],
        )
    # One finger alone stands for the whole hand (mittens): compared with the middle of all.
    own = [b for b in towards if b in model.positions]
    straight = _mean(own, model.positions) - model.positions[bone]
    resting = _mean(ends, placed) - placed[bone]
    return multiply(shortest(turned_by(before, straight), resting), before)


def _towards(bone: str, side: str) -> tuple[str, ...]:
    """The bones whose places tell where this one points."""
    if bone == f"{side}Hand":
        return tuple(f"{side}{f}Proximal" for f in FINGERS[1:])
    chains = [
        tuple(f"{side}{part}" for part in ("UpperArm", "LowerArm", "Hand")),
        tuple(f"{side}{part}" for part in ("UpperLeg", "LowerLeg", "Foot")),
        *(tuple(f"{side}{f}{part}" for part in parts_of(f)) for f in FINGERS),
    ]
    for chain in chains:
        if bone in chain[:-1]:
            return (chain[chain.index(bone) + 1],)
    return ()


def _palm_turn(ahead: Floats, across: Floats, other_ahead: Floats, other_across: Floats) -> Floats:
    """The turn that brings one palm's directions to the other's."""

    def columns(a: Floats, b: Floats) -> Turn:
        x = a / max(float(np.linalg.norm(a)), 1e-9)
        z = np.cross(x, b)
        z /= max(float(np.linalg.norm(z)), 1e-9)
        return Turn.from_columns(x, np.cross(z, x), z)

    return (columns(other_ahead, other_across) * columns(ahead, across).inverse()).quat


def _mean(bones: list[str], spots: Mapping[str, Floats]) -> Floats:
    return np.asarray(np.mean([spots[bone] for bone in bones], axis=0))


def shortest(a: Floats, b: Floats) -> Floats:
    """(4,) The smallest turn that brings direction `a` (3,) to direction `b` (3,)."""
    a = a / max(float(np.linalg.norm(a)), 1e-9)
    b = b / max(float(np.linalg.norm(b)), 1e-9)
    cosine = float(a @ b)
    if cosine < -0.999999:
        aside = np.cross(a, [0.0, 0.0, 1.0] if abs(a[2]) < 0.9 else [1.0, 0.0, 0.0])
        return np.append(aside / np.linalg.norm(aside), 0.0)
    return normalised(np.append(np.cross(a, b), 1.0 + cosine))


def _scale(own: Mapping[str, Floats], other: Mapping[str, Floats]) -> float:
    """By what the other's lengths are to be multiplied, legs against legs or trunks."""
    shared = set(own) & set(other)
    sizes = [_size({bone: each[bone] for bone in shared}) for each in (own, other)]
    return sizes[0] / sizes[1] if min(sizes) > 1e-9 else 1.0


def _size(spots: Mapping[str, Floats]) -> float:
    """Length of the legs, which says how large a figure is; without legs, of the trunk."""
    lengths = [
        float(np.linalg.norm(spots[f"{side}{a}"] - spots[f"{side}{b}"]))
        for side in SIDES
        for a, b in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
        if f"{side}{a}" in spots and f"{side}{b}" in spots
    ]
    if len(lengths) == 4 and min(lengths) > 0:
        return sum(lengths) / 2
    tops = [spots[b] for b in ("head", "neck", "upperChest", "chest", "spine") if b in spots]
    return float(np.linalg.norm(tops[0] - spots["hips"])) if tops else 1.0
