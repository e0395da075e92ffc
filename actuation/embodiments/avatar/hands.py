"""Five-fingered hands with nails. Model frame, metres; the left is made and mirrored."""

import numpy as np

from actuation.embodiments.avatar.face_form import BLUSH, SHADE, SKIN
from actuation.embodiments.avatar.part import Part, mirrored_part
from actuation.embodiments.avatar.skeleton import ARM_Y, ARM_Z, FINGER_JOINTS, HAND_X, finger_bones
from actuation.embodiments.avatar.surfaces import (
    Array,
    cone,
    gradient,
    occlusion,
    smoothstep,
    srgb,
    surface_nets,
    union,
)

WRIST = np.array([HAND_X, ARM_Y, ARM_Z])
RADII = {  # at the first joint and at the tip
    "Thumb": (0.0118, 0.0084),
    "Index": (0.0088, 0.0066),
    "Middle": (0.0090, 0.0067),
    "Ring": (0.0085, 0.0064),
    "Little": (0.0076, 0.0057),
}
NAIL = srgb(232, 160, 150)


def _finger(q: Array, name: str) -> Array:
    """Distance to one finger; q is relative to the wrist."""
    chain = np.array(FINGER_JOINTS[name])
    first, last = RADII[name]
    r = np.linspace(first, last, len(chain))
    chain = chain.copy()
    chain[-1] = chain[-1] + (chain[-2] - chain[-1]) * 0.25
    d = np.full(len(q), 1.0)
    for i in range(len(chain) - 1):
        d = union(d, cone(q, chain[i], chain[i + 1], r[i], r[i + 1]), 0.0025)
    return d


def _palm(q: Array) -> Array:
    flat = q * (1.0, 1.18, 1.0)
    d = np.full(len(q), 1.0)
    for name in ("Index", "Middle", "Ring", "Little"):
        head = np.array(FINGER_JOINTS[name][0])
        d = union(
            d,
            cone(flat, (0.012, 0.001, head[2] * 0.42), head - (0.004, 0.0005, 0), 0.0150, 0.0112),
            0.012,
        )
    d = union(d, cone(flat, (0.024, -0.006, 0.012), (0.055, -0.013, 0.034), 0.0150, 0.0120), 0.014)
    wrist = q * (1.0, 1.25, 0.98)
    return union(d, cone(wrist, (-0.06, 0, 0), (0.01, 0, 0), 0.0275, 0.0245), 0.02)


def hand_field(p: Array) -> Array:
    """Distance to the left hand and wrist."""
    q = p - WRIST
    fingers = np.full(len(q), 1.0)
    for name in FINGER_JOINTS:
        fingers = union(fingers, _finger(q, name), 0.0012)
    return union(_palm(q), fingers, 0.007)


def hand_weights(p: Array) -> dict[str, Array]:
    """Bone weights of the left hand."""
    q = p - WRIST
    distance = np.stack([_finger(q, name) for name in FINGER_JOINTS])
    nearest = distance.argmin(axis=0)
    hand = smoothstep(-0.03, 0.012, q[:, 0])
    weights = {"leftLowerArm": 1 - hand}
    rest = hand.copy()
    for i, name in enumerate(FINGER_JOINTS):
        chain = np.array(FINGER_JOINTS[name])
        soft = (0.011 if name == "Thumb" else 0.008, 0.005, 0.0042)
        reach = []
        for j in range(3):
            axis = chain[j + 1] - chain[max(j - 1, 0)]
            axis = axis / np.linalg.norm(axis)
            reach.append(smoothstep(-soft[j], soft[j], (q - chain[j]) @ axis) * (nearest == i))
        reach[1], reach[2] = np.minimum(reach[1], reach[0]), np.minimum(reach[2], reach[1])
        steps = [*reach, np.zeros(len(q))]
        for j, bone in enumerate(finger_bones(name)):
            weights["left" + bone] = (steps[j] - steps[j + 1]) * hand
        rest = rest - reach[0] * hand
    weights["leftHand"] = np.maximum(rest, 0)
    return weights


def _colours(p: Array, normals: Array) -> Array:
    q = p - WRIST
    open_ = occlusion(hand_field, p, normals, 0.02)
    colour = np.tile(SKIN, (len(p), 1))
    warm = np.zeros(len(p))
    for chain in FINGER_JOINTS.values():
        for at in (chain[0], chain[1], chain[-1]):
            warm = np.maximum(warm, np.exp(-((np.linalg.norm(q - at, axis=1) / 0.013) ** 2)))
    colour = colour + (BLUSH - colour) * (0.38 * warm)[:, None]
    colour = colour + (SHADE - colour) * (0.75 * smoothstep(0.85, 0.15, open_))[:, None]
    for name, chain in FINGER_JOINTS.items():
        tip, before = np.array(chain[-1]), np.array(chain[-2])
        axis = (tip - before) / np.linalg.norm(tip - before)
        along = (q - tip) @ axis
        up = np.array([0, 0.75, 0.66]) if name == "Thumb" else np.array([0.0, 1.0, 0.0])
        nail = smoothstep(-0.0125, -0.0095, along) * smoothstep(0.35, 0.72, normals @ up)
        nail *= np.linalg.norm(q - (tip - axis * 0.006), axis=1) < 0.013
        colour = colour + (NAIL - colour) * nail[:, None]
    return colour


def hands() -> list[Part]:
    """Both hands."""
    p, t = surface_nets(
        hand_field, WRIST + (-0.055, -0.045, -0.07), WRIST + (0.20, 0.035, 0.09), 0.0036
    )
    keep = p[:, 0] > HAND_X - 0.050
    p, t = p.copy(), t[keep[t].all(axis=1)]
    normals = gradient(hand_field, p, 0.0008)
    left = Part("LeftHand", "skin", p, t, _colours(p, normals), None, normals, {}, hand_weights(p))
    return [left, mirrored_part(left, "RightHand")]
