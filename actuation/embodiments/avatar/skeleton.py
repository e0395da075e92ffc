"""The skeleton in its rest pose: joints in metres in the model frame, no rotations anywhere.

Bone names are those of the VRM 1.0 humanoid. The rest pose is a T: arms along x, palms down.
"""

import json
from pathlib import Path

import numpy as np

from actuation.embodiments.avatar.face_form import EYE, to_model

ARM_Y, ARM_Z = 1.335, -0.012
ELBOW_X = 0.405
HAND_X = 0.645
FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")

_CENTRE = {
    "hips": (None, (0, 0.930, 0.0)),
    "spine": ("hips", (0, 1.030, 0.0)),
    "chest": ("spine", (0, 1.140, -0.006)),
    "upperChest": ("chest", (0, 1.250, -0.014)),
    "neck": ("upperChest", (0, 1.385, -0.022)),
    "head": ("neck", (0, 1.465, -0.006)),
}
_LEFT = {
    "Eye": ("head", tuple(to_model(EYE[None])[0])),
    "Shoulder": ("upperChest", (0.028, 1.345, -0.006)),
    "UpperArm": ("Shoulder", (0.148, ARM_Y, ARM_Z)),
    "LowerArm": ("UpperArm", (ELBOW_X, ARM_Y, ARM_Z)),
    "Hand": ("LowerArm", (HAND_X, ARM_Y, ARM_Z)),
    "UpperLeg": ("hips", (0.090, 0.890, 0.0)),
    "LowerLeg": ("UpperLeg", (0.094, 0.490, 0.004)),
    "Foot": ("LowerLeg", (0.094, 0.085, -0.018)),
    "Toes": ("Foot", (0.094, 0.022, 0.085)),
}
# Finger joints from the wrist, metres (x outward, y up, z forward), the last is the tip.
FINGER_JOINTS = {
    "Thumb": (
        (0.020, -0.006, 0.018),
        (0.052, -0.014, 0.041),
        (0.081, -0.016, 0.058),
        (0.106, -0.017, 0.070),
    ),
    "Index": (
        (0.088, 0.003, 0.0275),
        (0.128, 0.002, 0.0325),
        (0.153, 0.001, 0.0352),
        (0.175, 0.0, 0.0370),
    ),
    "Middle": (
        (0.091, 0.005, 0.0065),
        (0.135, 0.004, 0.0080),
        (0.163, 0.003, 0.0088),
        (0.186, 0.002, 0.0095),
    ),
    "Ring": (
        (0.086, 0.003, -0.0140),
        (0.127, 0.002, -0.0168),
        (0.153, 0.001, -0.0185),
        (0.175, 0.0, -0.0200),
    ),
    "Little": (
        (0.077, -0.001, -0.0325),
        (0.108, -0.002, -0.0385),
        (0.128, -0.003, -0.0420),
        (0.147, -0.004, -0.0450),
    ),
}
_PHALANGES = ("Proximal", "Intermediate", "Distal")


def finger_bones(finger: str) -> tuple[str, str, str]:
    """The three bone names of a finger without their side."""
    parts = ("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else _PHALANGES
    return tuple(finger + p for p in parts)  # type: ignore[return-value]


def joints() -> dict[str, tuple[str | None, np.ndarray]]:
    """Every bone: its parent's name and its rest position (3,) in metres; parents come first."""
    found = {name: (parent, np.array(at, float)) for name, (parent, at) in _CENTRE.items()}
    wrist = np.array([HAND_X, ARM_Y, ARM_Z])
    for side, sign in (("left", 1.0), ("right", -1.0)):
        flip = np.array([sign, 1.0, 1.0])
        for name, (parent, at) in _LEFT.items():
            above = parent if parent in _CENTRE else side + parent
            found[side + name] = (above, np.array(at, float) * flip)
        for finger in FINGERS:
            above = side + "Hand"
            for bone, at in zip(finger_bones(finger), FINGER_JOINTS[finger], strict=False):
                found[side + bone] = (above, (wrist + np.array(at)) * flip)
                above = side + bone
    return found


def write_skeleton(path: Path) -> None:
    """The skeleton as JSON for code that does not read the VRM."""
    rows = {
        name: {"parent": parent, "position_m": [round(float(v), 5) for v in at]}
        for name, (parent, at) in joints().items()
    }
    tips = {
        side + finger: [
            round(float(v), 5) for v in (np.array([HAND_X, ARM_Y, ARM_Z]) + chain[-1]) * (s, 1, 1)
        ]
        for side, s in (("left", 1.0), ("right", -1.0))
        for finger, chain in FINGER_JOINTS.items()
    }
    told = {
        "frame": "model: metres, right-handed, +Y up, the face towards +Z, +X the character's left",
        "rest": "T-pose, palms down; every local rotation is the identity",
        "bones": rows,
        "fingertips_m": tips,
    }
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
