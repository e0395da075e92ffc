"""Ears with rim, fold, bowl and lobe. Head centimetres inside, metres out."""

import numpy as np

from actuation.embodiments.avatar.face_form import BLUSH, SHADE, SKIN, to_model
from actuation.embodiments.avatar.part import Part, mirrored_part
from actuation.embodiments.avatar.surfaces import (
    Array,
    carve,
    ellipsoid,
    gradient,
    grid_triangles,
    occlusion,
    smoothstep,
    surface_nets,
    union,
)

PLACE = np.array([6.95, -1.5, -1.0])
FLARE = np.radians(24.0)
LEAN = np.radians(12.0)


def _axes() -> Array:
    forward = np.array([-np.sin(FLARE) * 0.9, 0.0, np.cos(FLARE)])
    up = np.array([0.10, np.cos(LEAN), -np.sin(LEAN)])
    forward = forward - up * (forward @ up) / (up @ up)
    forward, up = forward / np.linalg.norm(forward), up / np.linalg.norm(up)
    return np.stack([forward, up, np.cross(up, forward)])


def _ring(p: Array, a: float, b: float, thick: float) -> Array:
    """A bent tube along an ellipse in the ear's plane, open towards the lower front."""
    angle = np.arctan2(p[:, 1] / b, p[:, 0] / a)
    angle = np.where(angle < -np.pi / 2, angle + 2 * np.pi, angle)
    angle = np.clip(angle, np.radians(0.0), np.radians(245.0))
    on = np.column_stack([a * np.cos(angle), b * np.sin(angle), 0.25 + 0 * angle])
    return np.linalg.norm(p - on, axis=1) - thick


def ear_field(world: Array) -> Array:
    """Distance to the left ear."""
    p = (world - PLACE) @ _axes().T
    d = ellipsoid(p, (-0.1, 0.0, -0.12), (1.42, 2.35, 0.36))
    d = union(d, ellipsoid(p, (0.55, 0.0, -0.7), (0.9, 1.7, 1.0)), 0.4)
    d = carve(d, ellipsoid(p, (0.25, -0.35, 0.35), (0.72, 0.95, 0.62)), 0.25)
    d = union(d, _ring(p, 1.38, 2.3, 0.25), 0.15)
    d = union(d, _ring(p * (1, 1, 1), 0.78, 1.42, 0.17), 0.3)
    d = union(d, ellipsoid(p, (0.98, -0.55, 0.22), (0.34, 0.45, 0.30)), 0.3)
    return union(d, ellipsoid(p, (0.30, -2.25, 0.05), (0.72, 0.78, 0.30)), 0.35)


def ears() -> list[Part]:
    """Both ears."""
    p, t = surface_nets(ear_field, PLACE - (2.2, 3.8, 2.6), PLACE + (2.4, 3.4, 2.6), 0.21)
    normals = gradient(ear_field, p, 0.04)
    open_ = occlusion(ear_field, p, normals, 0.9)
    colour = np.tile(SKIN + (BLUSH - SKIN) * 0.42, (len(p), 1))
    colour = colour + (SHADE * 0.8 - colour) * (0.85 * smoothstep(0.9, 0.15, open_))[:, None]
    left = Part(
        "LeftEar", "skin", to_model(p), t, colour, None, normals, {}, {"head": np.ones(len(p))}
    )
    return [left, mirrored_part(left, "RightEar"), *_studs()]


def _studs() -> list[Part]:
    """Small earrings in the lobes."""
    rows, around = 7, 10
    t, f = np.meshgrid(
        np.linspace(0.0, np.pi, rows), 2 * np.pi * np.arange(around) / around, indexing="ij"
    )
    unit = np.stack([np.sin(t) * np.cos(f), np.cos(t), np.sin(t) * np.sin(f)], axis=-1).reshape(
        -1, 3
    )
    at = PLACE + np.array([0.35, -2.35, 0.36]) @ _axes()
    left = Part(
        "LeftStud",
        "gold",
        to_model(at + unit * 0.22),
        grid_triangles(rows, around, closed=True),
        normals=unit,
        weights={"head": np.ones(len(unit))},
    )
    return [left, mirrored_part(left, "RightStud")]
