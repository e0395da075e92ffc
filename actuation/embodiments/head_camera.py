"""Pictures of a character's head with everything about it known, to test eyes that read faces.

The head is drawn as `preview.py` draws it, without what is below the shoulders; light, distance,
place in the picture and the camera's own noise vary. Beside the character that ships there are
others: its mesh bent to other proportions, its skin and hair in other colours, its muscles moving
more or less. They are no real people, and no substitute for them.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.preview import Preview
from actuation.embodiments.vrm_file import Character
from actuation.generators.rules_idle import rest_pose
from actuation.generators.rules_neck import neck_and_head
from actuation.motion import JOINT_INDEX, Frame

Floats = NDArray[np.float64]
Picture = NDArray[np.uint8]

SIZE_PX: Final = 320
_FOV_RAD: Final = 0.42
_EYES_M: Final = np.array([0.0, 1.56, 0.07])
"""About where the eyes of the character are."""
_SHOULDERS_M: Final = 1.36
_BUMPS: Final = 14
_FACE_M: Final = (0.07, 0.11, 0.06)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadShot:
    """One face as it is to be seen. Angles in radians, against the camera."""

    shapes: NDArray[np.float32]
    """(52,) in 0..1, ARKit's order."""
    yaw_rad: float = 0.0
    """Of the head, to its own left."""
    pitch_rad: float = 0.0
    roll_rad: float = 0.0
    """To its own right."""
    gaze_yaw_rad: float = 0.0
    """Of the eyes against the head."""
    gaze_pitch_rad: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shooting:
    """How the camera stands and what it does to its pictures."""

    distance_m: float = 0.65
    aside_m: tuple[float, float] = (0.0, 0.0)
    """Face off the middle of the picture: right and up."""
    light: tuple[float, float, float] = (0.35, 0.45, 0.8)
    ambient: float = 0.4
    """0..1 of the light comes from everywhere."""
    gain: float = 1.0
    noise: float = 0.0
    """Deviation of a pixel, 0..255."""
    blur_px: float = 0.0


class HeadCamera:
    """Looks at the head of one character."""

    def __init__(self, character: Character, shooting: Shooting, *, size: int = SIZE_PX) -> None:
        """`size`: side of the pictures, pixels."""
        self._shooting = shooting
        right, up = shooting.aside_m
        eye = _EYES_M + (-right, -up, shooting.distance_m)
        target = eye - (0.0, 0.0, 1.0)
        self._preview = _Lit(
            _head_of(character),
            shooting,
            size=size,
            camera=(_three(eye), _three(target), _FOV_RAD),
        )
        self._joints = rest_pose()

    def picture(self, shot: HeadShot, rng: np.random.Generator) -> Picture:
        """(size, size, 3) RGB. `rng` draws the noise."""
        joints = self._joints.copy()
        neck, head = neck_and_head(
            *(np.array([v]) for v in (shot.yaw_rad, shot.pitch_rad, shot.roll_rad, 0.0))
        )
        joints[JOINT_INDEX["neck"]], joints[JOINT_INDEX["head"]] = neck[0], head[0]
        frame = Frame(
            at=0.0, utterance=None, score_s=0.0, joints=joints.astype(np.float32),
            face=shot.shapes, gaze_yaw_rad=shot.gaze_yaw_rad, gaze_pitch_rad=shot.gaze_pitch_rad,
        )  # fmt: skip
        drawn = self._preview.draw(frame)
        how = self._shooting
        if how.blur_px > 0:
            drawn = np.asarray(cv2.GaussianBlur(drawn, (0, 0), how.blur_px), np.uint8)
        noisy = how.gain * drawn.astype(np.float32)
        if how.noise > 0:
            noisy += rng.normal(0.0, how.noise, drawn.shape).astype(np.float32)
        return np.asarray(np.clip(noisy, 0, 255), np.uint8)


class _Lit(Preview):
    """A preview with one lamp of its own."""

    def __init__(
        self,
        character: Character,
        shooting: Shooting,
        *,
        size: int,
        camera: tuple[tuple[float, float, float], tuple[float, float, float], float],
    ) -> None:
        super().__init__(character, size=size, camera=camera)
        self._towards = np.array(shooting.light) / np.linalg.norm(shooting.light)
        self._ambient = shooting.ambient

    def lit(self, points: NDArray[np.float32], normals: NDArray[np.float32]) -> NDArray[np.float32]:
        """As the photographer lit it."""
        unit = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        lamp = np.clip((unit @ self._towards + 0.25) / 1.25, 0, 1)
        light = self._ambient + (1.15 - self._ambient) * lamp
        linear = self.character.colours * light[:, None].astype(np.float32)
        return np.asarray(np.clip(linear, 0, 1) ** (1 / 2.2), np.float32)


def another_character(character: Character, seed: int) -> Character:
    """The character as somebody else: bent, coloured and moved otherwise. Seed 0: as it is."""
    if seed == 0:
        return character
    rng = np.random.default_rng(seed)
    bend = _Bend(rng)
    moving = character.morphs.shape[1]
    points = character.points.astype(np.float64)
    bent = bend(points)
    eyes = _eyeballs(character)
    for ball in eyes:
        middle = points[ball].mean(axis=0)
        bent[ball] = points[ball] + (bend(middle[None])[0] - middle)
    offsets, rest = _bones_along(character, eyes, bent - points)
    strength = rng.uniform(0.75, 1.15, len(character.morphs))
    morphs = np.stack(
        [
            strength[k] * (bend(points[:moving] + move) - bent[:moving]) if move.any() else move
            for k, move in enumerate(character.morphs.astype(np.float64))
        ]
    )
    return replace(
        character,
        points=bent.astype(np.float32),
        morphs=morphs.astype(np.float32),
        colours=_recoloured(character, rng),
        offsets=offsets,
        inverse_rest=rest,
    )


class _Bend:
    """A smooth, nearly symmetrical change of a head's proportions."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._size = rng.normal(1.0, 0.05, 3).clip(0.88, 1.12)
        half = rng.uniform(-1, 1, (_BUMPS, 3)) * _FACE_M
        self._at = np.concatenate([half, half * (-1, 1, 1)])
        push = rng.normal(0.0, 0.0022, (_BUMPS, 3))
        uneven = rng.normal(1.0, 0.15, (_BUMPS, 1))
        self._push = np.concatenate([push, push * (-1, 1, 1) * uneven])
        self._wide = rng.uniform(0.018, 0.045, _BUMPS)
        self._wide = np.concatenate([self._wide, self._wide])

    def __call__(self, points: Floats) -> Floats:
        """(n, 3) places of (n, 3) places."""
        off = points - _EYES_M
        moved = off * self._size
        for at, push, wide in zip(self._at, self._push, self._wide, strict=True):
            near = np.exp(-((off - at) ** 2).sum(axis=1) / (2 * wide**2))
            moved += near[:, None] * push
        # Only the head is bent; the trunk stays.
        part = np.clip((points[:, 1] - _SHOULDERS_M) / 0.06, 0, 1)[:, None]
        return np.asarray(points + part * (moved - off))


def _eyeballs(character: Character) -> list[NDArray[np.intp]]:
    """Vertices that turn with each eye."""
    return [
        np.flatnonzero(((character.bones == eye) & (character.weights > 0.5)).any(axis=1))
        for eye in character.eyes
        if eye >= 0
    ]


def _bones_along(
    character: Character, balls: list[NDArray[np.intp]], moved: Floats
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Offsets and inverse rest of the joints, when the eyes have moved."""
    offsets, rest = character.offsets.copy(), character.inverse_rest.copy()
    for joint, ball in zip(character.eyes, balls, strict=False):
        shift = moved[ball].mean(axis=0).astype(np.float32)
        offsets[joint] += shift
        rest[joint, :3, 3] -= shift
    return offsets, rest


def _recoloured(character: Character, rng: np.random.Generator) -> NDArray[np.float32]:
    """Skin lighter or darker, the rest tinted."""
    shade = rng.uniform(0.35, 1.25)
    tint = rng.normal(1.0, 0.06, 3)
    colours = character.colours * np.asarray(tint, np.float32)
    # Eyes keep their white.
    kept = np.concatenate([*_eyeballs(character), np.empty(0, np.intp)]).astype(np.intp)
    shaded = colours * np.float32(shade)
    shaded[kept] = character.colours[kept]
    return np.asarray(np.clip(shaded, 0, 1), np.float32)


def _head_of(character: Character) -> Character:
    """The same without what lies below the shoulders: a third of the work."""
    keep = character.points[:, 1] > _SHOULDERS_M
    moving = character.morphs.shape[1]
    place = np.cumsum(keep) - 1
    triangles = character.triangles[keep[character.triangles].all(axis=1)]
    return replace(
        character,
        points=character.points[keep],
        normals=character.normals[keep],
        colours=character.colours[keep],
        gloss=character.gloss[keep],
        triangles=place[triangles].astype(np.int32),
        morphs=character.morphs[:, keep[:moving]],
        bones=character.bones[keep],
        weights=character.weights[keep],
    )


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
