"""A skeleton as a file gives it: joints, where each is against its parent, and how it is turned."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.clip import turned_by
from actuation.joints.rotations import IDENTITY, multiply

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hierarchy:
    """Joints in an order in which parents come before children. Lengths in the file's own unit."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """-1 for the root."""
    offsets: Floats
    """(joints, 3) against the parent, in the parent's frame."""
    tips: Mapping[int, Floats] = field(default_factory=dict)
    """(3,) End of a joint without children, in its own frame."""
    rest: Floats | None = None
    """(joints, 4) local rotations at rest; None where all are the identity, as in BVH."""
    where: str = "skeleton"
    """The file, for error texts."""

    @property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Of each joint."""
        found: list[list[int]] = [[] for _ in self.names]
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                found[parent].append(joint)
        return tuple(tuple(each) for each in found)

    @property
    def downwards(self) -> tuple[int, ...]:
        """All joints, each followed by all that hang from it, as BVH writes them."""
        below, order = self.children, []
        waiting = [joint for joint, parent in enumerate(self.parents) if parent < 0][::-1]
        while waiting:
            order.append(waiting.pop())
            waiting += below[order[-1]][::-1]
        return tuple(order)

    def path(self, joint: int) -> list[int]:
        """From the root down to that joint."""
        way = [joint]
        while self.parents[way[-1]] >= 0:
            way.append(self.parents[way[-1]])
        return way[::-1]

    def resting(self) -> Floats:
        """(joints, 4) local rotations at rest."""
        if self.rest is not None:
            return self.rest
        return np.tile(IDENTITY, (len(self.names), 1))

    def turns_of(self, local: Floats) -> Floats:
        """Rotations against the world of local ones; both (..., joints, 4)."""
        turns = np.array(local, np.float64)
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                turns[..., joint, :] = multiply(turns[..., parent, :], local[..., joint, :])
        return turns

    def spots_of(self, turns: Floats) -> Floats:
        """(..., joints, 3) places of joints turned so against the world, from the root."""
        spots = np.zeros((*turns.shape[:-1], 3))
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                arm = turned_by(turns[..., parent, :], self.offsets[joint])
                spots[..., joint, :] = spots[..., parent, :] + arm
        return spots

    def only(self, joints: Iterable[int]) -> tuple["Hierarchy", dict[int, int]]:
        """Those joints and all above them, and the new place of each."""
        kept = sorted({each for joint in joints for each in self.path(joint)})
        place = {joint: new for new, joint in enumerate(kept)}
        return (
            replace(
                self,
                names=tuple(self.names[joint] for joint in kept),
                parents=tuple(place.get(self.parents[joint], -1) for joint in kept),
                offsets=self.offsets[kept],
                tips={place[joint]: tip for joint, tip in self.tips.items() if joint in place},
                rest=None if self.rest is None else self.rest[kept],
            ),
            place,
        )

    def unturned(self) -> "Hierarchy":
        """The same figure with all joints along the world's axes at rest, as BVH needs it."""
        turns = self.turns_of(self.resting())
        offsets = np.array(self.offsets)
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                offsets[joint] = turned_by(turns[parent], self.offsets[joint])
        tips = {joint: turned_by(turns[joint], tip) for joint, tip in self.tips.items()}
        return replace(self, offsets=offsets, tips=tips, rest=None)
