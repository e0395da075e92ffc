"""Fifteen joints of a hand from its 21 points, and how the hand stands. Pure.

The palm's five points say how the hand stands (least squares, Umeyama 10.1109/34.88573); in the
hand's own frame each bone is turned from where it lies in a flat hand to where it was seen, from
the palm outwards. Knuckles bend and spread, the other joints of a finger only bend, all within what
fingers can do; a thumb turns freely. Both hands: 30 joints, as VRM 1.0 names them.

Frame of a hand: as in VRM's rest pose. The left hand's fingers point to +x, its palm looks to -y,
its thumb lies toward +z; the right hand is its mirror image. Points come as the hand model tells
them, right, down, away; turns of the hand are told right, up, toward the viewer.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FINGERS: Final = ("Thumb", "Index", "Middle", "Ring", "Little")
BONES: Final = tuple(
    f"{finger}{part}"
    for finger in FINGERS
    for part in (
        ("Metacarpal", "Proximal", "Distal")
        if finger == "Thumb"
        else ("Proximal", "Intermediate", "Distal")
    )
)
"""The fifteen joints of a hand, without their side; the order of `HandSeen.turns`."""
PALM: Final = (0, 5, 9, 13, 17)
_PALM_M: Final = np.array(
    [[0, 0, 0], [0.088, 0.003, 0.0275], [0.091, 0.005, 0.0065], [0.086, 0.003, -0.0135],
     [0.077, -0.001, -0.0325]]
)  # fmt: skip
_FLAT: Final = np.array(
    [[0.796, -0.199, 0.572], [0.861, -0.059, 0.505], [0.861, -0.059, 0.505]]
    + [[0.992, -0.025, 0.124]] * 3 + [[0.999, -0.023, 0.034]] * 3
    + [[0.997, -0.024, -0.068]] * 3 + [[0.981, -0.032, -0.19]] * 3
)  # fmt: skip
"""(15, 3) where each bone of a flat left hand points."""
_BEND_RAD: Final = ((-0.4, 1.65), (-0.05, 1.95), (-0.15, 1.4))
"""Of a finger's joints, from the palm outwards: back .. toward the palm."""
_SPREAD_RAD: Final = 0.45
_THUMB_RAD: Final = (1.1, 1.0, 1.4)
"""How far the joints of a thumb turn at most."""
_MIRROR: Final = np.array([-1.0, 1.0, 1.0])
_MIRRORED_TURN: Final = np.array([1.0, -1.0, -1.0, 1.0])
_LEAST_M: Final = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class HandSeen:
    """One hand at one moment."""

    turns: Floats
    """(15, 4) unit quaternions x y z w in the parent's frame, order `BONES`."""
    stands: Floats
    """(3, 3) from the hand's frame to right, up, toward the viewer; its columns."""
    left: bool

    @property
    def fingers(self) -> Floats:
        """(3,) where the straight fingers point: right, up, toward the viewer."""
        return np.asarray(self.stands[:, 0] * (1.0 if self.left else -1.0))

    @property
    def palm(self) -> Floats:
        """(3,) where the palm looks."""
        return np.asarray(-self.stands[:, 1])


def hand_joints(points: Floats, *, left: bool) -> HandSeen | None:
    """Joints of (21, 3) points: right, down, away, any unit. None for what is no hand."""
    if points.shape != (21, 3) or not np.isfinite(points).all():
        return None
    seen = points * (1.0, -1.0, -1.0)
    seen = seen - seen[0]
    if float(np.linalg.norm(seen[list(PALM)], axis=1).max()) < _LEAST_M:
        return None
    # A right hand is read as the left hand that a mirror shows.
    own = seen if left else seen * _MIRROR
    stands = _standing(own[list(PALM)])
    turns = _turns(own @ stands)
    if not left:
        stands = stands * _MIRROR[:, None] * _MIRROR[None, :]
        turns = turns * _MIRRORED_TURN
    return HandSeen(turns=turns, stands=stands, left=left)


def _standing(palm: Floats) -> Floats:
    """(3, 3) that turns the flat palm onto the seen one."""
    seen, flat = palm - palm.mean(axis=0), _PALM_M - _PALM_M.mean(axis=0)
    u, _, vt = np.linalg.svd(seen.T @ flat)
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    return np.asarray((u * flip) @ vt)


def _turns(own: Floats) -> Floats:
    """(15, 4) of points in the hand's frame."""
    turns = np.zeros((len(BONES), 4))
    for finger in range(5):
        around = np.eye(3)
        for part in range(3):
            bone, tip = 3 * finger + part, 4 * finger + 2 + part
            way = around.T @ (own[tip] - own[tip - 1])
            if finger == 0:
                vector = _thumb(_FLAT[bone], way, _THUMB_RAD[part])
                turn = _matrix(vector)
            else:
                turn = _finger(_FLAT[bone], way, part)
            turns[bone] = _quaternion(turn)
            around = around @ turn
    return turns


def _thumb(flat: Floats, way: Floats, most: float) -> Floats:
    """The shortest turn from `flat` to `way`, as a vector no longer than `most`."""
    unit = way / max(float(np.linalg.norm(way)), 1e-9)
    flat = flat / np.linalg.norm(flat)
    axis = np.cross(flat, unit)
    size = float(np.linalg.norm(axis))
    angle = float(np.arctan2(size, flat @ unit))
    return np.asarray(axis / max(size, 1e-9) * min(angle, most))


def _finger(flat: Floats, way: Floats, part: int) -> Floats:
    """Bending about z, and at the knuckle spreading about y, from `flat` to `way`."""
    unit = way / max(float(np.linalg.norm(way)), 1e-9)
    low, high = _BEND_RAD[part]
    bend = float(np.arctan2(-unit[1], unit[0]) - np.arctan2(-flat[1], flat[0]))
    bend = (bend + np.pi / 2) % (2 * np.pi) - np.pi / 2
    bent = _about_z(-float(np.clip(bend, low, high)))
    if part > 0:
        return bent
    # A finger that lies in the fist cannot be told to spread.
    told = max(float(np.cos(np.clip(bend, 0, np.pi / 2))), 0.0)
    spread = told * float(np.arcsin(np.clip(unit[2], -1, 1)) - np.arcsin(flat[2]))
    return np.asarray(_about_y(-float(np.clip(spread, -_SPREAD_RAD, _SPREAD_RAD))) @ bent)


def _about_z(angle: float) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _about_y(angle: float) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _matrix(vector: Floats) -> Floats:
    """Rodrigues' formula."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-9:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k)


def _quaternion(turn: Floats) -> Floats:
    """x y z w of a turn of less than half a circle."""
    w = np.sqrt(max(1.0 + float(np.trace(turn)), 1e-12)) / 2
    off = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    q = np.concatenate([off / (4 * w), [w]])
    return np.asarray(q / np.linalg.norm(q))
