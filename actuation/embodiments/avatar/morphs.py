"""The 52 ARKit morphs of the skin as displacements, in head centimetres.

Lids turn about the eyeball, the jaw about its hinge, lips and cheeks follow smooth fields. Every
field is written for the character's left side; the right side is its mirror image. Eyeballs are
turned by their bones: eyeLook morphs move the lids only.
"""

from collections.abc import Callable

import bpy  # noqa: F401  (mathutils is found only after it)
import numpy as np
from mathutils.kdtree import KDTree

from actuation.embodiments.avatar import eye_region
from actuation.embodiments.avatar.head_mesh import HeadMesh
from actuation.embodiments.avatar.mouth_morphs import mouth_morphs
from actuation.embodiments.avatar.skin_fields import Skin, side_of_left
from actuation.embodiments.avatar.surfaces import Array, bump, smoothstep

MIRROR = np.array([-1.0, 1.0, 1.0])

ARKIT = [
    "eyeBlinkLeft",
    "eyeLookDownLeft",
    "eyeLookInLeft",
    "eyeLookOutLeft",
    "eyeLookUpLeft",
    "eyeSquintLeft",
    "eyeWideLeft",
    "eyeBlinkRight",
    "eyeLookDownRight",
    "eyeLookInRight",
    "eyeLookOutRight",
    "eyeLookUpRight",
    "eyeSquintRight",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawRight",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "noseSneerLeft",
    "noseSneerRight",
    "tongueOut",
]


def lids(
    s: Skin,
    upper_rad: Callable[[Array], Array],
    lower_rad: Callable[[Array], Array],
    swell_cm: float | None = None,
) -> Array:
    """Displacement by turning the lids; the angles are functions of the corner-to-corner place.

    Lids that turn far also move outward, by swell_cm where given, so that the straight way of a
    morph stays clear of the eyeball.
    """
    azimuth, height = eye_region.margin_angles(s.lid_psi)
    is_upper = np.sin(s.lid_psi) > 1e-6
    is_lower = np.sin(s.lid_psi) < -1e-6
    row = 1.0 - s.lid
    fall = np.where(is_upper, smoothstep(0.52, 0.03, row), smoothstep(0.5, 0.0, row))
    live = s.lid > 0
    angle = np.where(is_upper, upper_rad(s.lid_psi), np.where(is_lower, lower_rad(s.lid_psi), 0.0))
    angle = np.where(live, angle * fall, 0.0)
    amount = np.abs(angle) / np.radians(40.0)
    out = 0.05 * amount if swell_cm is None else swell_cm * fall * live
    return np.where(live[:, None], eye_region.lid_turn(s.p, angle, out) - s.p, 0.0)


def _heights(psi: Array) -> tuple[Array, Array]:
    """Heights of the upper and the lower margin above a ring place, as angles."""
    _, up = eye_region.margin_angles(np.where(np.sin(psi) >= 0, psi, -psi))
    _, low = eye_region.margin_angles(np.where(np.sin(psi) >= 0, -psi, psi))
    return up, low


def _close(part: float) -> Callable[[Array], Array]:
    """Angle that brings an upper lid down to a share of the opening above the lower margin."""

    def angle(psi: Array) -> Array:
        up, low = _heights(psi)
        line = low + (up - low) * part
        return np.where(np.sin(psi) > 0, up - line, low - line)

    return angle


def eye_morphs(s: Skin) -> dict[str, Array]:
    """Left-eye morphs."""
    p = s.p

    def part(amount_deg: float) -> Callable[[Array], Array]:
        return lambda psi: np.radians(amount_deg) * np.abs(np.sin(psi)) ** 0.8

    left = side_of_left(p, 0.4)
    blink = lids(s, _close(0.17), _close(0.17), 0.05)
    cheek = bump(p, (3.6, -2.6, 7.3), (2.0, 1.1, 2.5)) * left
    bags = bump(p, (3.2, -1.9, 7.6), (2.0, 0.6, 2.0)) * left
    squint = lids(s, part(5.0), part(-9.0))
    squint = squint + bags[:, None] * [0, 0.16, 0.12] + cheek[:, None] * [0.0, 0.16, 0.08]
    lid_in = smoothstep(0.55, 1.0, s.lid) * np.abs(np.sin(s.lid_psi))
    return {
        "eyeBlink": blink,
        "eyeLookDown": lids(s, part(17.0), part(5.0)),
        "eyeLookUp": lids(s, part(-6.0), part(-2.0)),
        "eyeLookIn": lid_in[:, None] * np.array([-0.06, 0.0, 0.0]),
        "eyeLookOut": lid_in[:, None] * np.array([0.06, 0.0, 0.0]),
        "eyeSquint": squint,
        "eyeWide": lids(s, part(-11.0), part(4.5)),
    }


def brow_morphs(s: Skin) -> dict[str, Array]:
    """Brow, cheek and nose morphs of the left side; browInnerUp for both."""
    p = s.p
    q = p
    left = side_of_left(p, 0.5)
    # Fades towards the hairline, so that no skin comes through the hair.
    hairline = smoothstep(6.8, 5.0, p[:, 1]) * smoothstep(6.4, 5.3, np.abs(p[:, 0]))
    above = smoothstep(0.75, 1.9, p[:, 1]) * hairline
    inner = bump(q, (1.6, 3.0, 8.2), (1.7, 1.9, 3.0)) * above
    inner_r = bump(q, (-1.6, 3.0, 8.2), (1.7, 1.9, 3.0)) * above
    outer = bump(q, (4.6, 3.2, 7.0), (2.1, 1.9, 3.0)) * above * left
    down = bump(q, (2.6, 2.7, 8.0), (2.5, 1.6, 3.0)) * smoothstep(0.6, 2.0, p[:, 1]) * left
    knit = bump(q, (1.1, 2.3, 8.4), (1.2, 1.5, 2.5)) * smoothstep(0.6, 2.0, p[:, 1]) * left
    apple = bump(q, (3.7, -2.4, 7.2), (1.9, 1.3, 2.5)) * left
    below_eye = bump(q, (3.1, -1.75, 7.4), (2.1, 0.7, 2.0)) * left
    wing = bump(q, (1.15, -3.3, 8.9), (0.8, 0.9, 1.2)) * left
    side_nose = bump(q, (1.0, -1.0, 8.6), (0.8, 1.6, 1.2)) * left
    puff = bump(q, (3.9, -5.4, 6.0), (2.0, 1.9, 3.0)) * left
    sneer_lip = bump(q, (1.2, -5.2, 8.8), (1.0, 0.8, 1.2)) * left * (s.lip_side >= 0)
    return {
        "browDown": down[:, None] * [0, -0.62, 0.12] + knit[:, None] * [-0.22, -0.25, 0.16],
        "browOuterUp": outer[:, None] * [0.05, 0.72, 0.0],
        "browInnerUp": (inner + inner_r)[:, None] * [0, 0.85, 0.02],
        "cheekSquint": apple[:, None] * [0.08, 0.62, 0.5] + below_eye[:, None] * [0, 0.30, 0.22],
        "noseSneer": wing[:, None] * [0.20, 0.55, 0.14]
        + side_nose[:, None] * [0, 0.3, 0.26]
        + knit[:, None] * [-0.05, -0.18, 0.06]
        + sneer_lip[:, None] * [0, 0.30, 0.0],
        "cheekPuffHalf": puff[:, None] * [1.25, 0.1, 0.8],
    }


def mirrored_field(s: Skin, field: Array, mirror_of: Array) -> Array:
    """The same displacement for the other side; mirror_of[i] is the vertex opposite to i."""
    return field[mirror_of] * MIRROR


def mirror_index(p: Array) -> Array:
    """For each vertex the nearest to its mirror image.

    Lips touch at rest, so vertices are also told apart by their order around the mouth.
    """
    tree = KDTree(len(p))
    for i, v in enumerate(p):
        tree.insert(v, i)
    tree.balance()
    return np.array([tree.find(v * MIRROR)[1] for v in p])


def skin_morphs(mesh: HeadMesh) -> dict[str, Array]:
    """All 52 displacements of the head's skin and mouth pocket, (n, 3) head centimetres each."""
    s = Skin(mesh)
    mirror_of = mirror_index(mesh.points)
    for ids in mesh.mouth:
        n = len(ids)
        mirror_of[ids] = ids[(n // 2 - np.arange(n)) % n]
    for a, b in ((mesh.eye_left, mesh.eye_right), (mesh.eye_right, mesh.eye_left)):
        mirror_of[a] = b
    one_sided, whole = mouth_morphs(s)
    one_sided.update(eye_morphs(s))
    brows = brow_morphs(s)
    puff = brows.pop("cheekPuffHalf")
    whole["cheekPuff"] = whole["cheekPuff"] + puff + mirrored_field(s, puff, mirror_of)
    whole["browInnerUp"] = brows.pop("browInnerUp")
    one_sided.update(brows)
    for name, field in one_sided.items():
        whole[name + "Left"] = field
        whole[name + "Right"] = mirrored_field(s, field, mirror_of)
    whole["mouthRight"] = mirrored_field(s, whole["mouthLeft"], mirror_of)
    whole["jawRight"] = mirrored_field(s, whole["jawLeft"], mirror_of)
    return {name: whole[name] for name in ARKIT}
