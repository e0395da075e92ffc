"""What the character is made of, as glTF materials, and the texture of the iris."""

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.avatar.features import IRIS_DEG
from actuation.embodiments.avatar.gltf import Document
from actuation.embodiments.avatar.surfaces import Array, smoothstep, srgb

WHITE = (1.0, 1.0, 1.0)
# name: colour (linear; white where vertices or a texture carry it), roughness, both sides drawn
LOOKS = {
    "skin": (WHITE, 0.55, False),
    "lips": (WHITE, 0.36, False),
    "pocket": (WHITE, 0.6, True),
    "teeth": (WHITE, 0.25, True),
    "tongue": (WHITE, 0.38, False),
    "lash": (tuple(srgb(26, 16, 13)), 0.7, True),
    "brow": (tuple(srgb(86, 55, 40)), 0.75, False),
    "eye": (WHITE, 0.12, False),
    "glint": (WHITE, 0.2, False),
    "gold": (tuple(srgb(222, 178, 92)), 0.28, False),
    "hair": (WHITE, 0.5, True),
    "jacket": (WHITE, 0.82, False),
    "lapel": (tuple(srgb(38, 90, 100)), 0.78, True),
    "blouse": (tuple(srgb(226, 218, 204)), 0.75, True),
    "badge": (tuple(srgb(232, 226, 208)), 0.35, True),
    "badgeInk": (tuple(srgb(40, 60, 66)), 0.6, True),
    "button": (tuple(srgb(24, 44, 50)), 0.4, False),
    "trousers": (tuple(srgb(36, 42, 50)), 0.85, False),
    "shoes": (tuple(srgb(30, 24, 22)), 0.4, False),
}


def add_materials(document: Document) -> dict[str, int]:
    """Add every material; its number by name."""
    numbers = {}
    for name, (colour, roughness, both) in LOOKS.items():
        entry: dict = {
            "name": name,
            "doubleSided": both,
            "pbrMetallicRoughness": {
                "baseColorFactor": [round(float(c), 5) for c in colour] + [1.0],
                "metallicFactor": 0.8 if name == "gold" else 0.0,
                "roughnessFactor": roughness,
            },
        }
        if name == "eye":
            texture = document.texture(eye_texture())
            entry["pbrMetallicRoughness"]["baseColorTexture"] = {"index": texture}
        if name == "glint":
            entry["emissiveFactor"] = [1.0, 1.0, 1.0]
        document.json["materials"].append(entry)
        numbers[name] = len(document.json["materials"]) - 1
    return numbers


def eye_texture(size: int = 512) -> NDArray[np.uint8]:
    """The front of an eyeball seen along its axis: sclera, limbal ring, iris fibres, pupil.

    The texture's radius 0.5 is 75 degrees from the eye's axis.
    """
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(axis, -axis)
    degrees, angle = np.hypot(x, y) * 75.0, np.arctan2(y, x)
    r = degrees / IRIS_DEG
    fibres = _fibres(angle, r)
    inner, outer = srgb(150, 104, 56), srgb(92, 98, 66)
    iris = inner + (outer - inner) * smoothstep(0.46, 0.72, r + 0.16 * (fibres - 0.5))[..., None]
    iris = iris * (0.80 + 0.50 * fibres)[..., None]
    # Light enters from above and gathers in the lower half of the iris.
    iris = iris * (1.05 - 0.42 * np.sin(angle) * smoothstep(0.2, 0.8, r))[..., None]
    iris = iris * (1 - 0.80 * smoothstep(0.74, 0.97, r))[..., None]
    pupil = smoothstep(0.45, 0.51, r)[..., None]
    iris = iris * pupil + srgb(9, 7, 7) * (1 - pupil)
    white = (
        srgb(236, 231, 226)
        + (srgb(214, 178, 168) - srgb(236, 231, 226)) * smoothstep(30, 62, degrees)[..., None]
    )
    lid_shadow = 1 - 0.42 * smoothstep(0.10, 0.40, y)
    edge = smoothstep(0.96, 1.05, r)[..., None]
    colour = (iris * (1 - edge) + white * edge) * lid_shadow[..., None]
    display = np.where(
        colour <= 0.0031308, colour * 12.92, 1.055 * np.maximum(colour, 1e-9) ** (1 / 2.4) - 0.055
    )
    return (np.clip(display, 0, 1) * 255 + 0.5).astype(np.uint8)


def _fibres(angle: Array, r: Array) -> Array:
    waves = np.zeros_like(r)
    for i, (count, phase) in enumerate(((23, 0.3), (37, 1.7), (61, 4.1), (89, 2.2))):
        waves += np.sin(count * angle + phase + 1.5 * np.sin(3 * angle + i) + 2.0 * r) / (
            1.0 + 0.4 * i
        )
    return np.clip(0.5 + 0.28 * waves, 0, 1)
