"""Faces and poses for the contact sheets: mixes of morphs, and joint turns in degrees.

A turn is a chain of (axis, degrees) applied right to left in the bone's own rest frame. Poses are
written for the left arm; `both` mirrors them.
"""

Turn = tuple[tuple[str, float], ...]
Pose = dict[str, Turn]

VISEMES: dict[str, dict[str, float]] = {
    "sil": {},
    "PP": {
        "mouthPressLeft": 0.6,
        "mouthPressRight": 0.6,
        "mouthRollUpper": 0.4,
        "mouthRollLower": 0.4,
    },
    "FF": {
        "jawOpen": 0.08,
        "mouthRollLower": 0.75,
        "mouthUpperUpLeft": 0.4,
        "mouthUpperUpRight": 0.4,
    },
    "TH": {
        "jawOpen": 0.2,
        "tongueOut": 0.35,
        "mouthLowerDownLeft": 0.2,
        "mouthLowerDownRight": 0.2,
    },
    "DD": {
        "jawOpen": 0.16,
        "mouthUpperUpLeft": 0.2,
        "mouthUpperUpRight": 0.2,
        "mouthLowerDownLeft": 0.3,
        "mouthLowerDownRight": 0.3,
    },
    "kk": {"jawOpen": 0.25, "mouthStretchLeft": 0.15, "mouthStretchRight": 0.15},
    "CH": {"jawOpen": 0.12, "mouthFunnel": 0.6, "mouthPucker": 0.2},
    "SS": {
        "jawOpen": 0.05,
        "mouthStretchLeft": 0.35,
        "mouthStretchRight": 0.35,
        "mouthLowerDownLeft": 0.4,
        "mouthLowerDownRight": 0.4,
        "mouthUpperUpLeft": 0.2,
        "mouthUpperUpRight": 0.2,
    },
    "nn": {"jawOpen": 0.12, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2},
    "RR": {"jawOpen": 0.15, "mouthFunnel": 0.4, "mouthPucker": 0.3},
    "aa": {"jawOpen": 0.55, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "E": {
        "jawOpen": 0.28,
        "mouthStretchLeft": 0.3,
        "mouthStretchRight": 0.3,
        "mouthSmileLeft": 0.2,
        "mouthSmileRight": 0.2,
    },
    "I": {
        "jawOpen": 0.16,
        "mouthSmileLeft": 0.45,
        "mouthSmileRight": 0.45,
        "mouthLowerDownLeft": 0.3,
        "mouthLowerDownRight": 0.3,
    },
    "O": {"jawOpen": 0.34, "mouthFunnel": 0.65},
    "U": {"jawOpen": 0.16, "mouthPucker": 0.8, "mouthFunnel": 0.3},
}

SUMS: dict[str, dict[str, float]] = {
    "jaw .3 funnel .6": {"jawOpen": 0.3, "mouthFunnel": 0.6},
    "smile jaw .2": {
        "mouthSmileLeft": 0.8,
        "mouthSmileRight": 0.8,
        "jawOpen": 0.2,
        "cheekSquintLeft": 0.4,
        "cheekSquintRight": 0.4,
    },
    "blink smile": {
        "mouthSmileLeft": 1,
        "mouthSmileRight": 1,
        "eyeBlinkLeft": 1,
        "eyeBlinkRight": 1,
    },
    "half blink": {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5},
    "jaw 1 close 1": {"jawOpen": 1, "mouthClose": 1},
    "jaw .4 close .4": {"jawOpen": 0.4, "mouthClose": 0.4},
    "surprise": {
        "browInnerUp": 0.8,
        "browOuterUpLeft": 0.8,
        "browOuterUpRight": 0.8,
        "eyeWideLeft": 0.7,
        "eyeWideRight": 0.7,
        "jawOpen": 0.25,
    },
    "sad": {
        "browInnerUp": 0.9,
        "mouthFrownLeft": 0.7,
        "mouthFrownRight": 0.7,
        "mouthShrugLower": 0.3,
    },
    "angry": {
        "browDownLeft": 0.9,
        "browDownRight": 0.9,
        "mouthPressLeft": 0.5,
        "mouthPressRight": 0.5,
        "eyeSquintLeft": 0.4,
        "eyeSquintRight": 0.4,
    },
    "warm": {
        "mouthSmileLeft": 0.55,
        "mouthSmileRight": 0.55,
        "cheekSquintLeft": 0.4,
        "cheekSquintRight": 0.4,
        "eyeSquintLeft": 0.2,
        "eyeSquintRight": 0.2,
        "browInnerUp": 0.15,
    },
}

_FINGERS = ("Index", "Middle", "Ring", "Little")


def curl(degrees: float, side: str = "left", fingers: tuple[str, ...] = _FINGERS) -> Pose:
    """Fingers bent by so many degrees at each joint."""
    sign = -1.0 if side == "left" else 1.0
    return {
        f"{side}{f}{part}": (("z", sign * degrees * k),)
        for f in fingers
        for part, k in (("Proximal", 0.9), ("Intermediate", 1.0), ("Distal", 0.7))
    }


def mirror(pose: Pose) -> Pose:
    """A left-sided pose for the right side."""
    flipped = {"x": 1.0, "y": -1.0, "z": -1.0}
    return {
        bone.replace("left", "right"): tuple((a, d * flipped[a]) for a, d in turn)
        for bone, turn in pose.items()
    }


def both(pose: Pose) -> Pose:
    """A left-sided pose on both sides."""
    return pose | mirror(pose)


_DOWN: Pose = {
    "leftUpperArm": (("z", -73.0),),
    "leftLowerArm": (("y", -14.0),),
    "leftShoulder": (("z", -4.0),),
    **curl(14),
}
_RAISED: Pose = {
    "leftUpperArm": (("y", -10.0), ("z", -60.0), ("x", -30.0)),
    "leftLowerArm": (("y", -132.0), ("x", 80.0)),
    "leftHand": (("z", 8.0),),
    **curl(5),
}
_POINT: Pose = {
    "leftUpperArm": (("y", -38.0), ("z", -52.0)),
    "leftLowerArm": (("y", -28.0), ("x", 10.0)),
    **curl(70, fingers=("Middle", "Ring", "Little")),
    "leftThumbProximal": (("y", 25.0),),
}
_FOLDED: Pose = {
    "leftUpperArm": (("y", -34.0), ("z", -62.0)),
    "leftLowerArm": (("z", 6.0), ("y", -84.0), ("x", 35.0)),
    **curl(18),
}
_PALMS_UP: Pose = {
    "leftUpperArm": (("y", -24.0), ("z", -62.0)),
    "leftLowerArm": (("y", -80.0), ("x", -75.0)),
    **curl(12),
}
_CHEST: Pose = {
    "leftUpperArm": (("y", -30.0), ("z", -60.0)),
    "leftLowerArm": (("y", -132.0), ("x", -10.0)),
    **curl(12),
}
_FORWARD: Pose = {
    "leftUpperArm": (("y", -70.0), ("z", -20.0)),
    "leftLowerArm": (("y", -25.0), ("x", -60.0)),
    **curl(8),
}

POSES: dict[str, Pose] = {
    "T": {},
    "rest": both(_DOWN),
    "greeting": _RAISED | mirror(_DOWN),
    "pointing": _POINT | mirror(_DOWN),
    "hands folded": both(_FOLDED),
    "explaining": both(_PALMS_UP),
    "hand on chest": _CHEST | mirror(_DOWN),
    "stop": both(_RAISED),
    "offering": _FORWARD | mirror(_DOWN),
    "thinking": _FOLDED | mirror(_RAISED) | {"head": (("z", -8.0), ("x", 6.0))},
    "nod and lean": both(_PALMS_UP)
    | {"head": (("x", 14.0), ("y", 15.0)), "spine": (("x", 8.0),), "neck": (("x", 6.0),)},
}

GAZE_DEG: dict[str, tuple[str, float]] = {
    "LookDown": ("x", 17.0),
    "LookUp": ("x", -14.0),
    "LookInLeft": ("y", -20.0),
    "LookOutLeft": ("y", 24.0),
    "LookInRight": ("y", 20.0),
    "LookOutRight": ("y", -24.0),
}
