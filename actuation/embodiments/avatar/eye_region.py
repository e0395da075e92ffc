"""The skin around an eye as rings: lid margin, lid, crease, socket; and how lids move.

All angles in radians seen from the centre of the eyeball; the lids slide on a ball around it, so
a closed lid cannot cut into the eye. Positions in head centimetres for the left eye.
"""

import numpy as np

from actuation.embodiments.avatar.face_form import EYE, EYE_RADIUS, LID_RADIUS, face
from actuation.embodiments.avatar.surfaces import Array, cast, smoothstep

AROUND = 48
YAW = np.radians(6.0)  # the opening looks a little outward, as the face curves back
ROWS = np.array([0.0, 0.05, 0.11, 0.18, 0.26, 0.35, 0.46, 0.6, 0.78, 1.0])
INNER, OUTER = np.radians(-50.0), np.radians(43.0)


def margin_angles(psi: Array) -> tuple[Array, Array]:
    """Azimuth and height of the lid margin at ring angle psi (0 outer corner, pi/2 top)."""
    c, s = np.cos(psi), np.sin(psi)
    azimuth = 0.5 * (OUTER + INNER) + 0.5 * (OUTER - INNER) * c
    u = (azimuth - INNER) / (OUTER - INNER)  # 0 inner corner .. 1 outer corner
    tilt = np.radians(-3.5) + np.radians(7.0) * u
    upper = np.radians(20.8) * np.abs(s) ** 0.92 * (1.0 + 0.12 * (u - 0.42))
    lower = np.radians(-18.5) * np.abs(s) ** 1.25 * (1.0 + 0.25 * (u - 0.5))
    return azimuth, tilt + np.where(s >= 0, upper, lower)


def on_ball(azimuth: Array, height: Array, radius: float) -> Array:
    """Points of the ball around the eye; the hinge of the lids is the ball's own x axis."""
    x = np.sin(azimuth)
    rest = np.sqrt(np.maximum(1.0 - x * x, 0.0))
    local = np.column_stack([x, rest * np.sin(height), rest * np.cos(height)]) * radius
    return EYE + turned(local, YAW)


def turned(v: Array, yaw: float) -> Array:
    """Vectors turned about +y; a positive yaw turns +z towards +x."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.column_stack([c * v[:, 0] + s * v[:, 2], v[:, 1], -s * v[:, 0] + c * v[:, 2]])


def ring_rows() -> Array:
    """(rows, AROUND, 3): inside of the lid, its edge, then outward to the socket's rim."""
    psi = 2.0 * np.pi * np.arange(AROUND) / AROUND
    azimuth, height = margin_angles(psi)
    wide = 1.0 + 0.05 * np.array([2.2, 1.0])
    inside = [
        on_ball(azimuth * w, height * w, EYE_RADIUS + g)
        for w, g in zip(wide, (0.0, 0.02), strict=True)
    ]
    edge = on_ball(azimuth, height, EYE_RADIUS + 0.04)
    margin = on_ball(azimuth, height, LID_RADIUS)
    rim = np.column_stack(
        [
            3.35 + np.where(np.cos(psi) < 0, 2.45, 2.75) * np.cos(psi),
            0.1 + np.where(np.sin(psi) > 0, 2.55, 2.4) * np.sin(psi),
        ]
    )
    rows = [inside[0], inside[1], edge, margin]
    for s in ROWS[1:]:
        xy = margin[:, :2] * (1 - s) + rim * s
        start = np.column_stack([xy, np.full(AROUND, 4.0)])
        p = cast(face, start, np.tile([0.0, 0.0, 1.0], (AROUND, 1)), 0.0, 8.0)
        rows.append(p + _crease(psi, float(s)))
    return np.stack(rows)


def _crease(psi: Array, s: float) -> Array:
    """The fold above the upper lid and the soft pouch below the lower one."""
    upper = smoothstep(0.15, 0.7, np.sin(psi))
    lower = smoothstep(0.2, 0.8, -np.sin(psi))
    fold = -0.13 * np.exp(-(((s - 0.24) / 0.055) ** 2)) + 0.13 * np.exp(-(((s - 0.40) / 0.12) ** 2))
    pouch = 0.05 * np.exp(-(((s - 0.14) / 0.08) ** 2)) - 0.05 * np.exp(-(((s - 0.36) / 0.1) ** 2))
    amount = upper * fold + lower * pouch
    return amount[:, None] * np.array([0.25, -0.1, 0.95])


def lid_turn(p: Array, upper_rad: Array, out_cm: Array) -> Array:
    """Points turned about the lid hinge by angles (down positive) and pushed outward."""
    local = turned(p - EYE, -YAW)
    c, s = np.cos(upper_rad), np.sin(upper_rad)
    y = c * local[:, 1] - s * local[:, 2]
    z = s * local[:, 1] + c * local[:, 2]
    moved = np.column_stack([local[:, 0], y, z])
    radius = np.linalg.norm(moved, axis=1, keepdims=True)
    return EYE + turned(moved * (1.0 + out_cm[:, None] / radius), YAW)
