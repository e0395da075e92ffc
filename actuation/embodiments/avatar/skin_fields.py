"""The head's vertices with the coordinates in which morphs are written; the turn of the jaw.

Head centimetres.
"""

import numpy as np

from actuation.embodiments.avatar import eye_region, mouth_region
from actuation.embodiments.avatar.head_mesh import HeadMesh
from actuation.embodiments.avatar.surfaces import Array, smoothstep

JAW_HINGE = np.array([0.0, -2.6, -0.6])
JAW_TURN_RAD = np.radians(17.0)


class Skin:
    """The head's vertices with the coordinates that the fields are written in."""

    def __init__(self, mesh: HeadMesh) -> None:
        self.p = mesh.points
        self.mesh = mesh
        n = len(self.p)
        self.lid = np.zeros(n)  # 1 at the margin .. 0 at the socket's rim, left eye
        self.lid_psi = np.zeros(n)
        rows = np.concatenate([np.full(4, 0.0), eye_region.ROWS[1:]])
        for r, ids in enumerate(mesh.eye_left):
            self.lid[ids] = 1.0 - rows[r]
            self.lid_psi[ids] = 2 * np.pi * np.arange(len(ids)) / len(ids)
        self.lip_x, self.lip_side, self.near = self._lips(mesh, n)

    def _lips(self, mesh: HeadMesh, n: int) -> tuple[Array, Array, Array]:
        x, side = mouth_region.lip_places()
        lip_x, lip_side, near = np.zeros(n), np.zeros(n), np.zeros(n)
        red = len(mouth_region.RED_ROWS)
        for r, ids in enumerate(mesh.mouth):
            lip_x[ids], lip_side[ids] = x, side
            out = r - mesh.contact_row - red + 1
            near[ids] = 1.0 if out <= 0 else 1.0 - mouth_region.SKIN_ROWS[out - 1] / 1.75
        return lip_x, lip_side, near


def side_of_left(p: Array, soft: float = 0.7) -> Array:
    """1 on the character's left, 0 on the right, smooth over a few millimetres."""
    return smoothstep(-soft, soft, p[:, 0])


def jaw_weight(s: Skin) -> Array:
    """How much of the jaw's turn each vertex follows, 0..1."""
    p = s.p
    a = np.abs(p[:, 0])
    line = -6.4 + 0.35 * np.clip(a - 2.3, 0, 3)
    skin = smoothstep(0.6, -2.2, p[:, 1] - line) * smoothstep(-2.8, 2.2, p[:, 2])
    skin *= smoothstep(-12.4, -10.2, p[:, 1]) * 0.98
    corner = np.abs(s.lip_x)
    lower = 1.0 - 0.60 * corner**3.0
    upper = 0.40 * corner**3.0
    lips = np.where(s.lip_side > 0, upper, np.where(s.lip_side < 0, lower, 0.40))
    blend = smoothstep(0.0, 0.55, s.near)
    return skin * (1 - blend) + lips * blend


def jaw_turn(p: Array, weight: Array, turn_rad: float = JAW_TURN_RAD) -> Array:
    """Displacement of points that turn about the jaw's hinge (opening positive)."""
    d = p - JAW_HINGE
    c, s = np.cos(turn_rad * weight), np.sin(turn_rad * weight)
    y = c * d[:, 1] - s * d[:, 2]
    z = s * d[:, 1] + c * d[:, 2]
    return np.column_stack([np.zeros(len(p)), y - d[:, 1], z - d[:, 2]])
