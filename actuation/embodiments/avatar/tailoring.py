"""What is sewn on the jacket: blouse front, collars, lapels, badge, buttons, cuffs.

Model frame, metres. Panels are drawn from the front as two edges and laid on the torso.
"""

import numpy as np

from actuation.embodiments.avatar.body import body_weights, jacket, legs, torso
from actuation.embodiments.avatar.face_form import face, head_weights, to_model
from actuation.embodiments.avatar.part import Part, joined, mirrored_part
from actuation.embodiments.avatar.skeleton import ARM_Y, ARM_Z, HAND_X
from actuation.embodiments.avatar.surfaces import Array, cast, gradient, grid_triangles, smoothstep


def _front(xy: Array) -> Array:
    start = np.column_stack([xy, np.full(len(xy), -0.02)])
    return cast(torso, start, np.tile([0.0, 0.0, 1.0], (len(xy), 1)), 0.0, 0.3)


def panel(
    name: str,
    material: str,
    inner: Array,
    outer: Array,
    lift: float,
    across: int = 9,
    thick: float = 0.004,
) -> Part:
    """A cloth panel between two edges drawn from the front ((n, 2) metres), laid on the torso.

    lift is the height of its middle over the jacket in metres; the rim comes down by thick.
    """
    v = np.linspace(0, 1, across)
    rows = len(inner)
    xy = inner[:, None] * (1 - v)[None, :, None] + outer[:, None] * v[None, :, None]
    p = _front(xy.reshape(-1, 2))
    normal = gradient(torso, p, 0.004)
    rim = 1 - np.abs(2 * v - 1) ** 10
    ends = 1 - np.abs(np.linspace(-1, 1, rows)) ** 40
    height = lift - thick * (1 - rim[None] * ends[:, None])
    p = p + normal * height.reshape(-1, 1)
    t = grid_triangles(rows, across)
    a, b, c = (p[t[:, i]] for i in range(3))
    if np.cross(b - a, c - a)[:, 2].sum() < 0:
        t = t[:, ::-1]
    return Part(name, material, p, t, weights=body_weights(p))


def _along(points: list[tuple[float, float]], n: int) -> Array:
    """n points along a polyline, evenly spaced."""
    p = np.array(points)
    s = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    at = np.linspace(0, s[-1], n)
    return np.column_stack([np.interp(at, s, p[:, i]) for i in range(2)])


def blouse() -> list[Part]:
    """The blouse's front in the jacket's opening, and its collar."""
    n = 24
    left = _along([(0.058, 1.392), (0.066, 1.33), (0.012, 1.105)], n)
    front = panel("BlouseFront", "blouse", left * (-1, 1), left, 0.004, 17, 0.002)
    edge = _along([(0.011, 1.385), (0.010, 1.14)], n)
    placket = panel("Placket", "blouse", edge * (-1, 1), edge, 0.0055, 7, 0.0022)
    return [joined("Blouse", [front, placket, _stand_collar()])]


def _neckline(phi: Array) -> Array:
    """Height (head cm) at which the neck comes out of the torso, by angle from the front."""
    base = np.full(len(phi), -18.0)
    for y in np.arange(-18.0, -13.0, 0.1):
        axis = np.column_stack([0 * phi, 0 * phi + y, 0 * phi - 2.2 - 2.4 * (-7 - y) / 13.0])
        skin = cast(face, axis, np.column_stack([np.sin(phi), 0 * phi, np.cos(phi)]), 0.5, 11.0)
        base = np.where(torso(to_model(skin)) < 0.003, y, base)
    wave = [np.ones_like(phi), np.cos(phi), np.cos(2 * phi)]
    fit = np.linalg.lstsq(np.column_stack(wave), base, rcond=None)[0]
    return np.column_stack(wave) @ fit + 0.5


def _stand_collar() -> Part:
    """A band around the neck that lies on the skin and ends in a rolled rim."""
    around = 48
    phi = 2 * np.pi * np.arange(around) / around
    out = np.column_stack([np.sin(phi), np.zeros(around), np.cos(phi)])
    base = _neckline(phi)
    rings = []
    for rise, gap in (
        (-1.6, 0.5),
        (-0.6, 0.75),
        (0.1, 0.58),
        (0.7, 0.44),
        (0.92, 0.36),
        (0.97, 0.24),
        (0.8, 0.04),
    ):
        y = base + rise
        axis = np.column_stack([np.zeros(around), y, -2.2 - 2.4 * (-7 - y) / 13.0])
        rings.append(cast(face, axis, out, 0.5, 11.0) + out * gap)
    p = np.concatenate(rings)
    t = grid_triangles(len(rings), around, closed=True)
    return Part("StandCollar", "blouse", to_model(p), t, weights=head_weights(p))


def _curve(points: list[tuple[float, float, float]], n: int) -> Array:
    """A smooth curve through four points, symmetric at x = 0 behind the neck."""
    p = np.array(points)
    whole = np.concatenate([[2 * p[0] - p[1]], p, [p[-2] * (-1, 1, 1)]])
    at = np.linspace(0, len(p) - 1 - 1e-9, n)
    k = at.astype(int)
    f = (at - k)[:, None]
    a, b, c, d = whole[k], whole[k + 1], whole[k + 2], whole[k + 3]
    return 0.5 * (
        2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3
    )


def _ring_leaf(name: str, material: str, top: list, bottom: list) -> Part:
    """One half of a collar: a leaf folded outward between a top and a bottom edge."""
    n, across = 22, 8
    a, b = _curve(top, n), _curve(bottom, n)
    v = np.linspace(0, 1, across)
    p = a[:, None] * (1 - v)[None, :, None] + b[:, None] * v[None, :, None]
    out = p - np.array([0, 0, -0.028])
    out[..., 1] = 0.02
    out = out / np.linalg.norm(out, axis=2, keepdims=True)
    p = p + out * (0.008 * np.sin(np.pi * np.minimum(v * 1.05, 1)) ** 0.8)[None, :, None]
    p = p.reshape(-1, 3)
    t = grid_triangles(n, across)
    m = t[len(t) // 4]
    if np.cross(p[m[1]] - p[m[0]], p[m[2]] - p[m[0]]) @ out.reshape(-1, 3)[m[0]] < 0:
        t = t[:, ::-1]
    w = {k: v2 for k, v2 in body_weights(p * (0.4, 1, 1)).items()}
    neck = 0.25 * smoothstep(1.385, 1.42, p[:, 1])
    w = {k: v2 * (1 - neck) for k, v2 in w.items()} | {"neck": neck}
    return Part(name, material, p, t, weights=w)


def lapels() -> list[Part]:
    """Lapels and collar of the jacket."""
    n = 40
    roll = _along([(0.072, 1.400), (0.066, 1.35), (0.046, 1.26), (0.004, 1.095)], n)
    edge = _along(
        [
            (0.098, 1.392),
            (0.118, 1.338),
            (0.099, 1.318),
            (0.121, 1.307),
            (0.094, 1.245),
            (0.054, 1.15),
            (0.008, 1.085),
        ],
        n,
    )
    lapel = panel("Lapel", "lapel", roll, edge, 0.0095, 10, 0.008)
    collar = _ring_leaf(
        "Collar",
        "lapel",
        top=[
            (0.057, 1.385, 0.038),
            (0.054, 1.405, 0.000),
            (0.052, 1.415, -0.050),
            (0.0, 1.413, -0.089),
        ],
        bottom=[
            (0.116, 1.338, 0.040),
            (0.112, 1.372, 0.006),
            (0.096, 1.372, -0.054),
            (0.0, 1.362, -0.100),
        ],
    )
    return [
        joined("Lapels", [lapel, mirrored_part(lapel, "l"), collar, mirrored_part(collar, "c")])
    ]


def details() -> list[Part]:
    """Name badge, buttons, pocket welts."""

    def quad(cx: float, cy: float, w: float, h: float, tilt: float) -> tuple[Array, Array]:
        y = np.linspace(-h, h, 8)
        return (
            np.column_stack([np.full(8, cx - w), cy + y - tilt * w]),
            np.column_stack([np.full(8, cx + w), cy + y + tilt * w]),
        )

    badge = panel("Badge", "badge", *quad(0.114, 1.232, 0.026, 0.0100, 0.05), 0.0075, 15, 0.005)
    lines = [
        panel(
            "Line",
            "badgeInk",
            *quad(0.114 + dx, 1.232 + dy + 0.05 * dx, w, h, 0.05),
            0.0082,
            9,
            0.0012,
        )
        for dx, dy, w, h in ((-0.004, 0.0025, 0.015, 0.0021), (-0.007, -0.0045, 0.012, 0.0010))
    ]
    welts = [
        panel("Welt", "lapel", *quad(s * 0.098, 0.965, 0.05, 0.007, -0.12 * s), 0.005, 11, 0.005)
        for s in (1, -1)
    ]
    buttons = [_button(np.array([0.0, y])) for y in (1.072, 0.985)]
    pearls = [_button(np.array([0.0, y]), 0.55, 0.005) for y in (1.345, 1.285, 1.225)]
    for pearl in pearls:
        pearl.material = "badge"
    return [
        badge,
        joined("BadgeLines", lines),
        joined("Welts", welts),
        joined("Buttons", buttons),
        joined("Pearls", pearls),
    ]


def _button(xy: Array, scale: float = 1.0, lift: float = 0.0) -> Part:
    around = 16
    phi = 2 * np.pi * np.arange(around) / around
    rings = []
    for r, h in (
        (0.0095, 0.001),
        (0.0092, 0.0045),
        (0.0075, 0.0055),
        (0.0045, 0.0042),
        (0.0001, 0.0042),
    ):
        ring = np.column_stack([xy[0] + scale * r * np.cos(phi), xy[1] + scale * r * np.sin(phi)])
        rings.append(_front(ring) + np.array([0, 0, lift + scale * h]))
    p = np.concatenate(rings)
    return Part(
        "button", "button", p, grid_triangles(5, around, closed=True), weights=body_weights(p)
    )


def cuffs() -> list[Part]:
    """The blouse's cuffs beyond the sleeves."""
    around = 28
    phi = 2 * np.pi * np.arange(around) / around
    rings = []
    for x, grow in ((-0.045, 0.0), (-0.012, 0.0008), (-0.009, 0.0002), (-0.009, -0.003)):
        rings.append(
            np.column_stack(
                [
                    np.full(around, HAND_X + x),
                    ARM_Y + (0.0262 + grow) * np.cos(phi),
                    ARM_Z + (0.0300 + grow) * np.sin(phi),
                ]
            )
        )
    p = np.concatenate(rings)
    t = grid_triangles(len(rings), around, closed=True)[:, ::-1]
    left = Part("Cuff", "blouse", p, t, weights={"leftLowerArm": np.ones(len(p))})
    return [joined("Cuffs", [left, mirrored_part(left, "r")])]


def body_parts() -> list[Part]:
    """Everything worn."""
    return [*jacket(), *blouse(), *lapels(), *details(), *cuffs(), *legs()]
