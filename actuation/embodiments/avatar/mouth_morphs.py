"""Jaw and mouth morphs of the skin; head centimetres, see `skin_fields`.

The upper and the lower lip touch vertex by vertex along the contact row, so a morph that must keep
the mouth shut moves both by the same amount there.
"""

import numpy as np

from actuation.embodiments.avatar.face_form import MOUTH_Y
from actuation.embodiments.avatar.skin_fields import Skin, jaw_turn, jaw_weight, side_of_left
from actuation.embodiments.avatar.surfaces import Array, bump, smoothstep

SEAL_AT = 0.42  # where along the jaw's way the closed lips meet


def _corner(s: Skin) -> Array:
    """1 at the left corner of the mouth, fading over cheek and lips."""
    p = s.p
    reach = bump(p, (2.4, MOUTH_Y + 0.15, 7.4), (1.75, 1.55, 3.2))
    along = np.clip(s.lip_x, 0, 1) ** 1.9
    lip = smoothstep(0.0, 0.5, s.near)
    return (reach * (1 - lip) + lip * along * (0.55 * s.near + 0.45)) * side_of_left(p, 1.6)


def _fields(s: Skin) -> dict[str, Array]:
    p, x = s.p, s.lip_x
    on = smoothstep(0.0, 0.8, s.near)
    upper, lower = on * (s.lip_side > 0), on * (s.lip_side < 0)
    left = side_of_left(p, 1.0)
    mid = np.maximum(1 - np.abs(x) ** 2.2, 0)
    return {
        "on": on,
        "mid": mid,
        "left": left,
        "up": upper * mid,
        "low": lower * mid,
        "corner": _corner(s),
        "fold": bump(p, (3.2, -4.5, 7.4), (1.3, 1.6, 2.5)) * left,
        "apple": bump(p, (3.7, -2.8, 7.0), (1.9, 1.4, 2.6)) * left,
        "chin": bump(p, (0, -8.9, 8.0), (1.9, 1.2, 2.5)),
        "below": bump(p, (0, -7.9, 8.5), (2.3, 0.9, 2.5)),
        "muzzle": bump(p, (0, MOUTH_Y, 8.0), (3.1, 2.3, 3.2)) * (p[:, 1] < -4.0),
    }


def _v(field: Array, x: float, y: float, z: float) -> Array:
    return field[:, None] * np.array([x, y, z])


def _thin(s: Skin) -> Array:
    """Towards the contact line: what rolls lips in moves the red by this much, (n,) cm in y."""
    line = MOUTH_Y + 0.2 * np.abs(s.lip_x) ** 2
    return (line - s.p[:, 1]) * (s.near >= 0.92)


def mouth_morphs(s: Skin) -> tuple[dict[str, Array], dict[str, Array]]:
    """Left-sided morphs without their suffix, and morphs of the whole mouth."""
    f = _fields(s)
    return _sided(s, f), _whole(s, f)


def _sided(s: Skin, f: dict[str, Array]) -> dict[str, Array]:
    corner, left = f["corner"], f["left"]
    smile = _v(corner, 0.62, 0.70, -0.42) + _v(f["apple"], 0.14, 0.46, 0.46)
    smile += _v(f["fold"], 0.20, 0.24, 0.22) + _v((f["up"] + f["low"]) * left, 0.0, 0.10, -0.12)
    stretch = _v(corner, 0.75, -0.12, -0.5) + _v(f["low"] * left, 0.1, -0.05, -0.1)
    press = f["on"] * left * (1 - 0.3 * np.abs(s.lip_x))
    squeeze = np.column_stack([0 * press, 0.5 * _thin(s) * press, -0.10 * press])
    return {
        "mouthSmile": smile,
        "mouthFrown": _v(corner, 0.1, -0.72, -0.12) + _v(f["chin"] * left, 0, 0.1, 0.08),
        "mouthDimple": _v(corner, 0.55, 0.12, -0.62) + _v(f["fold"], 0.15, 0.0, 0.10),
        "mouthStretch": stretch,
        "mouthPress": squeeze + _v(corner, 0.12, 0.05, -0.12),
        "mouthLowerDown": _v(f["low"] * left, 0.05, -0.62, 0.05)
        + _v(f["below"] * left * (s.near < 0.9), 0, -0.3, 0.05),
        "mouthUpperUp": _v(f["up"] * left, 0.05, 0.55, 0.08) + _v(f["fold"], 0.05, 0.25, 0.12),
    }


def _whole(s: Skin, f: dict[str, Array]) -> dict[str, Array]:
    jaw = jaw_weight(s)
    opened = jaw_turn(s.p, jaw)
    both = f["up"] + f["low"]
    x = s.lip_x
    narrow = np.column_stack([-s.p[:, 0], 0 * x, 0 * x])
    ring = f["on"] * 0.9 + 0.45 * f["muzzle"] * (1 - f["on"])
    funnel = 0.36 * narrow * ring[:, None] + _v(ring, 0, 0, 0.62)
    funnel += _v(f["up"], 0, 0.42, 0.10) + _v(f["low"], 0, -0.46, 0.10)
    pucker = 0.48 * narrow * ring[:, None] + _v(ring * (0.45 + 0.55 * (1 - np.abs(x))), 0, 0, 0.72)
    pucker += _v(both, 0, 0.0, 0.12)
    roll_u = np.column_stack([0 * x, 0.72 * _thin(s) * f["up"], -0.42 * f["up"] * _red(s)])
    roll_l = np.column_stack([0 * x, 0.72 * _thin(s) * f["low"], -0.48 * f["low"] * _red(s)])
    shut = f["on"] * np.maximum(1 - 0.4 * np.abs(x), 0)
    puff = _v(both, 0, 0, 0.30) + _v(f["muzzle"] * (1 - f["on"]), 0, 0, 0.5)
    shift = f["on"] * 0.75 + 0.6 * f["muzzle"] * (1 - f["on"])
    return {
        "jawOpen": opened,
        "jawForward": _v(jaw, 0, -0.08, 0.9),
        "jawLeft": _v(jaw, 1.0, 0, 0.0),
        "mouthClose": _close(s, jaw, opened),
        "mouthFunnel": funnel,
        "mouthPucker": pucker,
        "mouthLeft": _v(shift, 0.95, 0.05, -0.06),
        "mouthRollUpper": roll_u + _v(f["up"] * (1 - _red(s)), 0, -0.16, -0.08),
        "mouthRollLower": roll_l + _v(f["low"] * (1 - _red(s)), 0, 0.2, -0.1),
        "mouthShrugLower": _v(shut, 0, 0.28, 0.06)
        + _v(f["low"], 0, 0.0, 0.16)
        + _v(f["chin"], 0, 0.42, 0.12),
        "mouthShrugUpper": _v(shut, 0, 0.26, 0.04) + _v(f["up"], 0, 0.08, 0.12),
        "cheekPuff": puff,
        "tongueOut": _v(f["low"], 0, -0.62, 0.10) + _v(f["up"], 0, 0.30, 0.05),
    }


def _red(s: Skin) -> Array:
    """1 on the red of the lips and within, falling outside."""
    return smoothstep(0.6, 0.95, s.near)


def _close(s: Skin, jaw: Array, opened: Array) -> Array:
    """Cancels the lip opening of jawOpen: both contact rows end at the same places."""
    corner = 0.40
    share = SEAL_AT + (corner - SEAL_AT) * np.abs(s.lip_x) ** 3
    sealed = jaw_turn(s.p, share)
    blend = smoothstep(0.0, 0.75, s.near)
    at_lips = (sealed - opened) * blend[:, None]
    return np.where((s.near > 0)[:, None], at_lips, 0.0)
