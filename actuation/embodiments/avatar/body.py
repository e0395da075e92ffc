"""The torso, the jacket over it, trousers and shoes; bone weights of clothes. Metres."""

import numpy as np

from actuation.embodiments.avatar.part import Part
from actuation.embodiments.avatar.skeleton import ARM_Y, ARM_Z, ELBOW_X, HAND_X, joints
from actuation.embodiments.avatar.surfaces import (
    Array,
    cone,
    ellipsoid,
    gradient,
    meet,
    mirrored,
    occlusion,
    smoothstep,
    srgb,
    surface_nets,
    union,
)

CLOTH = srgb(32, 78, 88)


def torso(p: Array) -> Array:
    """Distance to the jacket without its sleeves."""
    q = mirrored(p)
    d = ellipsoid(p, (0, 1.215, -0.012), (0.145, 0.195, 0.098))
    d = union(d, ellipsoid(p, (0, 1.055, -0.004), (0.122, 0.17, 0.092)), 0.06)
    d = union(d, ellipsoid(p, (0, 0.85, -0.006), (0.178, 0.22, 0.130)), 0.07)
    d = union(d, cone(q, (0.0, 1.322, -0.034), (0.140, 1.322, -0.014), 0.046, 0.050), 0.05)
    d = union(d, cone(q, (0.035, 1.372, -0.046), (0.10, 1.342, -0.030), 0.024, 0.030), 0.05)
    return union(d, ellipsoid(q, (0.066, 1.205, 0.056), (0.062, 0.072, 0.046)), 0.05)


def _sleeve(q: Array) -> Array:
    elbow, cuff = ELBOW_X, HAND_X - 0.022
    d = cone(q, (0.142, ARM_Y - 0.006, ARM_Z), (elbow, ARM_Y, ARM_Z), 0.050, 0.041)
    return union(
        d, cone(q, (elbow, ARM_Y, ARM_Z), (cuff + 0.02, ARM_Y, ARM_Z), 0.042, 0.0335), 0.02
    )


def jacket_field(p: Array) -> Array:
    """Distance to the whole jacket, cut at cuffs and hem."""
    q = mirrored(p)
    d = union(torso(p), _sleeve(q), 0.035)
    # A tailored sleeve is not a pipe: shallow folds inside the elbow and at the armpit.
    d = d + 0.0022 * np.sin(q[:, 0] * 210.0 + q[:, 1] * 90.0) * np.exp(
        -(((q[:, 0] - ELBOW_X) / 0.045) ** 2)
    )
    d = meet(d, q[:, 0] - (HAND_X - 0.020), 0.006)
    return meet(d, 0.80 - p[:, 1], 0.01)


def body_weights(p: Array) -> dict[str, Array]:
    """Bone weights of clothes by place, smooth over a hand's breadth."""
    q = mirrored(p)
    x, y = q[:, 0], p[:, 1]
    low = np.clip(ARM_Y - 0.01 - y, 0.0, 0.2)
    arm = smoothstep(0.102, 0.195, x - 0.42 * low)
    clavicle = smoothstep(0.015, 0.125, x) * smoothstep(1.20, 1.33, y) * (1 - arm)
    fore = smoothstep(ELBOW_X - 0.032, ELBOW_X + 0.032, x)
    rest = 1.0 - arm - clavicle
    weights = {name: rest * w for name, w in _spine_weights(y).items()}
    for side, on in (("left", p[:, 0] >= 0), ("right", p[:, 0] < 0)):
        weights[side + "Shoulder"] = clavicle * on
        weights[side + "UpperArm"] = arm * (1 - fore) * on
        weights[side + "LowerArm"] = arm * fore * on
    return weights


def _spine_weights(y: Array) -> dict[str, Array]:
    heights = [(name, joints()[name][1][1]) for name in ("hips", "spine", "chest", "upperChest")]
    left = np.ones_like(y)
    weights: dict[str, Array] = {}
    for name, height in reversed(heights[1:]):
        w = smoothstep(height - 0.055, height + 0.055, y) * left
        weights[name] = w
        left = left - w
    weights["hips"] = left
    return weights


def _leg_weights(p: Array) -> dict[str, Array]:
    y = p[:, 1]
    thigh = smoothstep(0.93, 0.80, y)
    shin = smoothstep(0.53, 0.45, y)
    foot = smoothstep(0.12, 0.07, y)
    weights = {"hips": 1 - thigh}
    for side, on in (("left", p[:, 0] >= 0), ("right", p[:, 0] < 0)):
        weights[side + "UpperLeg"] = thigh * (1 - shin) * on
        weights[side + "LowerLeg"] = thigh * shin * (1 - foot) * on
        weights[side + "Foot"] = thigh * foot * on
    return weights


def jacket() -> list[Part]:
    """The outer cloth as one closed mesh; what shows inside its collar is blouse."""
    p, t = surface_nets(jacket_field, (-0.66, 0.78, -0.17), (0.66, 1.46, 0.17), 0.0135)
    normals = gradient(jacket_field, p, 0.002)
    # Armpits, waist and elbow folds lie a little in their own shade.
    hidden = smoothstep(0.95, 0.35, occlusion(jacket_field, p, normals, 0.07))
    colours = (
        CLOTH
        * (1.0 - 0.5 * hidden)[:, None]
        * (0.88 + 0.12 * smoothstep(0.85, 1.35, p[:, 1]))[:, None]
    )
    weights = body_weights(p)
    middle = p[t].mean(axis=1)
    throat = (
        (np.hypot(middle[:, 0], middle[:, 2] + 0.035) < 0.088)
        & (middle[:, 1] > 1.335)
        & (middle[:, 2] > -0.045)
    )
    made = []
    for name, material, mask in (("Jacket", "jacket", ~throat), ("Throat", "blouse", throat)):
        used, flat = np.unique(t[mask], return_inverse=True)
        made.append(
            Part(
                name,
                material,
                p[used],
                flat.reshape(-1, 3),
                colours[used] if material == "jacket" else None,
                normals=normals[used],
                weights={b: w[used] for b, w in weights.items()},
            )
        )
    return made


def legs() -> list[Part]:
    """Trousers and shoes, seldom seen."""

    def trousers(p: Array) -> Array:
        q = mirrored(p)
        d = ellipsoid(p, (0, 0.88, -0.006), (0.150, 0.12, 0.105))
        d = union(d, cone(q, (0.080, 0.86, 0.0), (0.094, 0.49, 0.004), 0.076, 0.062), 0.03)
        d = union(d, cone(q, (0.094, 0.49, 0.004), (0.094, 0.09, -0.012), 0.062, 0.060), 0.02)
        return meet(d, 0.055 - p[:, 1], 0.01)

    def shoes(p: Array) -> Array:
        q = mirrored(p)
        d = union(
            ellipsoid(q, (0.094, 0.04, 0.055), (0.044, 0.042, 0.115)),
            ellipsoid(q, (0.094, 0.05, -0.035), (0.036, 0.05, 0.05)),
            0.03,
        )
        return meet(d, -p[:, 1], 0.006)

    made = []
    for name, f, low, high, cell in (
        ("Trousers", trousers, (-0.19, 0.03, -0.15), (0.19, 1.06, 0.15), 0.022),
        ("Shoes", shoes, (-0.16, -0.02, -0.11), (0.16, 0.12, 0.19), 0.016),
    ):
        p, t = surface_nets(f, low, high, cell)
        made.append(
            Part(name, name.lower(), p, t, normals=gradient(f, p, 0.003), weights=_leg_weights(p))
        )
    return made
