"""Carries poses between a foreign skeleton and the stage, in both directions. Pure.

Rotations are compared against the world, so joints that only one of the two has cost nothing:
their turning goes to the next that both have. Where the other skeleton rests in another pose than
the T (arms down, say), each bone's resting direction is measured and its pose counted from there,
so a bone points where it pointed in the source, whatever its length. Notation: `c` brings the
file's axes to the stage's, `W` is a joint's rotation in the file, `r` its resting one, `a` turns
the T-pose's bone to the resting one; on stage the bone is turned by `c W r^-1 c^-1 a`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.clip import MotionClip, along_arc, turned_by
from actuation.body_formats.hierarchy import Hierarchy
from actuation.body_formats.humanoid_names import VRM_PARENTS, bones_of, larynx_of, parent_in
from actuation.body_formats.rest_pose import Rest, rest_of
from actuation.gestures.synergies import standard_synergies
from actuation.joints.rotations import IDENTITY, inverse, multiply
from actuation.joints.skeleton import SIDES, Skeleton, load_skeleton
from actuation.motion import JOINT_INDEX, JOINT_NAMES

Floats = NDArray[np.float64]

LARYNX_SHARE: Final = 0.5
"""Of the head's turn against the neck that a larynx shares. Chosen by eye."""
_TRUNK: Final = ("spine", "chest", "upperChest")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A foreign skeleton, understood: which joint is which bone, and how it rests."""

    hierarchy: Hierarchy
    bones: Mapping[str, int]
    """Joint of each VRM bone, parents before children."""
    rest: Rest
    model: Skeleton
    """The one on stage."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """Moving bones of the stage that it has not."""
        return tuple(name for name in JOINT_NAMES if name not in self.bones)

    def unturned(self) -> "Figure":
        """The same with all joints along the file's axes at rest, as BVH needs it."""
        if self.hierarchy.rest is None:
            return self
        turns = self.hierarchy.turns_of(self.hierarchy.rest)
        back = {b: multiply(turns[self.bones[b]], each) for b, each in self.rest.back.items()}
        flat = self.hierarchy.unturned()
        return replace(
            self, hierarchy=flat, rest=replace(self.rest, back=back, local=flat.resting())
        )

    def to_stage(self, local: Floats) -> NDArray[np.float32]:
        """(frames, 44, 4) on stage of local rotations (frames, joints, 4) of this skeleton.

        Finger joints that it has not are filled in by hand synergies.
        """
        world = self.hierarchy.turns_of(local)
        joints = np.tile(IDENTITY, (len(local), len(JOINT_NAMES), 1))
        turns = {
            bone: multiply(multiply(self.rest.axes, world[:, joint]), self.rest.back[bone])
            for bone, joint in self.bones.items()
            if bone in JOINT_INDEX
        }
        turns = self._with_missing_trunk(turns)
        for bone, turn in turns.items():
            above = parent_in(turns, bone)
            own = turn if above is None else multiply(inverse(turns[above]), turn)
            joints[:, JOINT_INDEX[bone]] = own
        shown = joints.astype(np.float32)
        for side in SIDES:
            shown = standard_synergies().completed(shown, self.bones, side)
        return shown

    def from_stage(self, joints: NDArray[np.floating]) -> Floats:
        """(frames, joints, 4) local rotations of this skeleton for (frames, 44, 4) on stage.

        Joints that are no bone of the stage stay as they rest; a larynx goes half way with the
        head.
        """
        turns = self._without_missing_trunk(stage_turns(joints))
        local = np.tile(self.rest.local, (len(joints), 1, 1))
        world = np.zeros_like(local)
        bone_of = {joint: bone for bone, joint in self.bones.items() if bone in JOINT_INDEX}
        to_file = inverse(self.rest.axes)
        larynx = larynx_of(self.hierarchy) if {"neck", "head"} <= self.bones.keys() else None
        for joint, parent in enumerate(self.hierarchy.parents):
            above = world[:, parent] if parent >= 0 else np.tile(IDENTITY, (len(joints), 1))
            bone = bone_of.get(joint)
            if joint == larynx:
                half_way = along_arc(
                    turns["neck"], turns["head"], np.full(len(joints), LARYNX_SHARE)
                )
                world[:, joint] = multiply(multiply(to_file, half_way), self._larynx_back(joint))
                local[:, joint] = multiply(inverse(above), world[:, joint])
                continue
            if bone is None:
                world[:, joint] = multiply(above, local[:, joint])
                continue
            turn = multiply(multiply(to_file, turns[bone]), inverse(self.rest.back[bone]))
            world[:, joint] = turn
            local[:, joint] = multiply(inverse(above), turn)
        return local

    def _larynx_back(self, joint: int) -> Floats:
        """(4,) As `rest.back`, inverted, for a joint that rests as the neck does."""
        resting = self.hierarchy.turns_of(self.rest.local)
        neck = self.bones["neck"]
        between = multiply(inverse(resting[neck]), resting[joint])
        return multiply(inverse(self.rest.back["neck"]), between)

    def hips_on_stage(self, places: Floats) -> Floats:
        """(frames, 3) metres on stage of places (frames, 3) in the file's axes and unit."""
        return turned_by(self.rest.axes, places) * self.rest.metres

    def hips_in_file(self, hips_m: NDArray[np.floating]) -> Floats:
        """(frames, 3) in the file's axes and unit of places on stage in metres."""
        return turned_by(inverse(self.rest.axes), np.asarray(hips_m) / self.rest.metres)

    def _with_missing_trunk(self, turns: dict[str, Floats]) -> dict[str, Floats]:
        """The bend of a trunk of fewer bones, shared evenly by those of the stage."""
        last = next((b for b in _TRUNK[::-1] if b in turns), None)
        if last is None or last == "upperChest" or "hips" not in turns:
            return turns
        known = [b for b in _TRUNK if b in turns]
        before = turns[known[-2]] if len(known) > 1 else turns["hips"]
        spread = _TRUNK[_TRUNK.index(last) :]
        whole = dict(turns)
        for step, bone in enumerate(spread, start=1):
            whole[bone] = along_arc(before, turns[last], np.full(len(before), step / len(spread)))
        return {bone: whole[bone] for bone in VRM_PARENTS if bone in whole}

    def _without_missing_trunk(self, turns: dict[str, Floats]) -> dict[str, Floats]:
        """The trunk's last bone takes what those above it that are missing would turn."""
        last = next((b for b in _TRUNK[::-1] if b in self.bones), None)
        return turns if last is None else turns | {last: turns["upperChest"]}


def stage_turns(joints: NDArray[np.floating]) -> dict[str, Floats]:
    """Rotations (frames, 4) against the stage of (frames, 44, 4) local ones, by bone."""
    turns: dict[str, Floats] = {}
    for bone in VRM_PARENTS:
        if bone in JOINT_INDEX:
            own = np.asarray(joints[:, JOINT_INDEX[bone]], np.float64)
            above = VRM_PARENTS[bone]
            turns[bone] = own if above is None else multiply(turns[above], own)
    return turns


def figure_of(
    hierarchy: Hierarchy,
    local: Floats | None = None,
    *,
    model: Skeleton | None = None,
    bones: Mapping[str, int] | None = None,
    rests_in_t: bool = False,
) -> Figure:
    """Understand a skeleton.

    `local`: (frames, joints, 4) its motion, in which a standing pose is sought where the rest pose
    is none. `bones`: which joint is which, where the file says so. `rests_in_t`: it rests in the
    T-pose by definition (VRM), so no direction is measured. Raises `BadInputError` when hips and
    arms cannot be told.
    """
    model = model or load_skeleton()
    bones = bones_of(hierarchy) if bones is None else bones
    rest = rest_of(hierarchy, bones, model, local=local, rests_in_t=rests_in_t)
    return Figure(hierarchy=hierarchy, bones=bones, rest=rest, model=model)


def carried(clip: MotionClip, figure: Figure) -> Floats:
    """Local rotations (frames, joints, 4) of the figure that show the clip."""
    return figure.from_stage(clip.joints)
