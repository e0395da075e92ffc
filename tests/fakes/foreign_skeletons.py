"""Skeletons of other makers, made up: other names, sizes, axes and rest poses, fewer bones."""

from collections.abc import Collection, Mapping

import numpy as np

from actuation.body_formats.clip import turned_by
from actuation.body_formats.hierarchy import Hierarchy
from actuation.body_formats.humanoid_names import VRM_PARENTS
from actuation.joints.rotations import IDENTITY, about, multiply
from actuation.joints.skeleton import FINGERS, SIDES, load_skeleton, parts_of

_TRUNK = {"hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine3",
          "neck": "Neck", "head": "Head"}  # fmt: skip
_LIMBS = {"Shoulder": "Shoulder", "UpperArm": "Arm", "LowerArm": "ForeArm", "Hand": "Hand",
          "UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase"}  # fmt: skip


def beat_names() -> dict[str, str]:
    """As in BEAT: `LeftForeArm`, `LeftHandPinky2`."""
    called = {"Little": "Pinky"}
    return (
        dict(_TRUNK)
        | {f"{s}{bone}": f"{s.title()}{name}" for s in SIDES for bone, name in _LIMBS.items()}
        | {
            f"{s}{finger}{part}": f"{s.title()}Hand{called.get(finger, finger)}{number}"
            for s in SIDES
            for finger in FINGERS
            for number, part in enumerate(parts_of(finger), start=1)
        }
    )


def joint_names() -> dict[str, str]:
    """By the joint, not the bone: `l_elbow`, `r_thumb_2`."""
    limbs = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "toe")
    return (
        {"hips": "pelvis", "spine": "abdomen", "chest": "chest", "upperChest": "thorax",
         "neck": "neck", "head": "head"}
        | {f"{s}{bone}": f"{s[0]}_{name}" for s in SIDES
           for bone, name in zip(_LIMBS, limbs, strict=True)}
        | {f"{s}{finger}{part}": f"{s[0]}_{finger.lower()}_{number}" for s in SIDES
           for finger in FINGERS for number, part in enumerate(parts_of(finger), start=1)}
    )  # fmt: skip


def foreign(
    names: Mapping[str, str],
    *,
    lacks: Collection[str] = (),
    arms_down_rad: float = 0.0,
    arm: float = 1.0,
    trunk: float = 1.0,
    unit_m: float = 0.01,
    z_up: bool = False,
    extra: Mapping[str, str] | None = None,
    where: str = "made",
) -> Hierarchy:
    """A figure at rest. `extra`: joints put in above a bone, by that bone's name."""
    own = load_skeleton()
    joints: list[str] = []
    parents: list[int] = []
    offsets: list[np.ndarray] = []
    place: dict[str, int] = {}
    for bone, vrm_parent in VRM_PARENTS.items():
        if bone in lacks:
            continue
        above = vrm_parent
        while above in lacks:
            above = VRM_PARENTS[above]
        offset = own.positions[bone] - (own.positions[above] if above else 0.0)
        if bone in ("spine", "chest", "upperChest", "neck", "head"):
            offset = offset * trunk
        elif "Leg" not in bone and "Foot" not in bone and "Toes" not in bone and above:
            side = 1.0 if bone.startswith("left") else -1.0
            if not bone.endswith(("Shoulder", "UpperArm")):
                offset = turned_by(about("z", -side * arms_down_rad), offset)
            offset = offset * arm
        parent = -1 if above is None else place[above]
        if extra and bone in extra:
            joints.append(extra[bone])
            parents.append(parent)
            offsets.append(offset / 2)
            parent, offset = len(joints) - 1, offset / 2
        joints.append(names[bone])
        parents.append(parent)
        offsets.append(offset)
        place[bone] = len(joints) - 1
    table = np.array(offsets) / unit_m
    if z_up:
        table = table[:, [2, 0, 1]]
    return Hierarchy(names=tuple(joints), parents=tuple(parents), offsets=table, where=where)


def with_turned_joints(skeleton: Hierarchy, seed: int = 0) -> Hierarchy:
    """The same figure with frames of its own at each joint, as glTF rigs have them."""
    rng = np.random.default_rng(seed)
    turn = rng.normal(size=(len(skeleton.names), 4))
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    world = np.array(turn)
    spots = skeleton.spots_of(np.tile(IDENTITY, (len(skeleton.names), 1)))
    rest, offsets = np.array(world), np.zeros_like(spots)
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            back = world[parent] * [-1, -1, -1, 1]
            rest[joint] = multiply(back, world[joint])
            offsets[joint] = turned_by(back, spots[joint] - spots[parent])
    return Hierarchy(
        names=skeleton.names, parents=skeleton.parents, offsets=offsets, rest=rest, where="turned"
    )
