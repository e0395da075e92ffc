"""The skeleton that gestures are planned on.

Model frame as in VRM 1.0: +Y up, the character faces +Z, +X is its own left, metres. The rest
pose is a T-pose in which every joint rotation is the identity and the palms look down.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.joints.turn import Turn
from actuation.motion import JOINT_NAMES
from agent.core.errors import BadInputError

Vector = NDArray[np.float64]
SKELETON_FILE = Path(__file__).parents[1] / "embodiments" / "avatar" / "skeleton.json"

SIDES = ("left", "right")
FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")


def parts_of(finger: str) -> tuple[str, str, str]:
    """The three bones of a finger, from the palm outwards, as VRM names them."""
    if finger == "Thumb":
        return ("Metacarpal", "Proximal", "Distal")
    return ("Proximal", "Intermediate", "Distal")


ARM_JOINTS: dict[str, tuple[str, ...]] = {
    side: (
        f"{side}Shoulder",
        f"{side}UpperArm",
        f"{side}LowerArm",
        f"{side}Hand",
        *(f"{side}{finger}{part}" for finger in FINGERS for part in parts_of(finger)),
    )
    for side in SIDES
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """Joints with their parents and rest positions."""

    parents: Mapping[str, str | None]
    """Name of the parent joint, None for the root. Parents come before children."""
    positions: Mapping[str, Vector]
    """Rest position of each joint, metres, model frame."""

    def offset(self, joint: str) -> Vector:
        """Rest position against the parent, metres."""
        parent = self.parents[joint]
        return self.positions[joint] - (self.positions[parent] if parent else 0.0)

    def arm_length_m(self, side: str) -> float:
        """Upper arm and forearm together, metres."""
        upper, lower, hand = (
            self.positions[f"{side}{part}"] for part in ("UpperArm", "LowerArm", "Hand")
        )
        return float(np.linalg.norm(lower - upper) + np.linalg.norm(hand - lower))

    @property
    def shoulder_centre(self) -> Vector:
        """Midpoint between the shoulder joints: origin of gesture space."""
        middle: Vector = (self.positions["leftUpperArm"] + self.positions["rightUpperArm"]) / 2.0
        return middle

    def globals_of(self, joints: NDArray[np.floating]) -> dict[str, tuple[Turn, Vector]]:
        """Rotation and position of every moving joint in the model frame.

        `joints`: (44, 4) local quaternions x y z w in the order of `JOINT_NAMES`.
        """
        placed: dict[str, tuple[Turn, Vector]] = {}
        for index, name in enumerate(JOINT_NAMES):
            if name not in self.positions:
                continue
            local = Turn.from_quat(joints[index])
            parent = self.parents[name]
            if parent is None or parent not in placed:
                placed[name] = (local, self.positions[name])
            else:
                turned, at = placed[parent]
                placed[name] = (turned * local, at + turned.apply(self.offset(name)))
        return placed


def load_skeleton(path: Path = SKELETON_FILE) -> Skeleton:
    """Read the character's skeleton; without the file, one of ordinary adult proportions."""
    if not path.exists():
        return _ordinary()
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        bones = tree["bones"]
        return Skeleton(
            parents={name: bone["parent"] for name, bone in bones.items()},
            positions={name: np.array(bone["position_m"], float) for name, bone in bones.items()},
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise BadInputError(f"{path.name}: not a skeleton ({fault}); run: make avatar") from None


def _ordinary() -> Skeleton:
    parents: dict[str, str | None] = {
        "hips": None, "spine": "hips", "chest": "spine", "upperChest": "chest",
        "neck": "upperChest", "head": "neck",
    }  # fmt: skip
    spots: dict[str, tuple[float, float, float]] = {
        "hips": (0, 0.93, 0), "spine": (0, 1.02, 0), "chest": (0, 1.14, 0),
        "upperChest": (0, 1.26, 0), "neck": (0, 1.40, 0), "head": (0, 1.48, 0.01),
    }  # fmt: skip
    for side, sign in (("left", 1.0), ("right", -1.0)):
        chain = (("Shoulder", 0.03), ("UpperArm", 0.155), ("LowerArm", 0.405), ("Hand", 0.640))
        before = "upperChest"
        for part, out in chain:
            parents[f"{side}{part}"] = before
            spots[f"{side}{part}"] = (sign * out, 1.37, 0.0)
            before = f"{side}{part}"
        for number, finger in enumerate(FINGERS):
            before = f"{side}Hand"
            for step, part in enumerate(parts_of(finger)):
                name = f"{side}{finger}{part}"
                parents[name] = before
                spread = 0.03 - 0.02 * (number - 1)
                if finger == "Thumb":
                    spots[name] = (sign * (0.665 + 0.025 * step), 1.36, 0.03 + 0.022 * step)
                else:
                    spots[name] = (sign * (0.725 + 0.032 * step), 1.37, spread)
                before = name
    return Skeleton(
        parents=parents, positions={name: np.array(spot, float) for name, spot in spots.items()}
    )
