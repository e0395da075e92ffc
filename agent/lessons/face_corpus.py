"""Faces with everything about them known: drawn, put before the product's own eyes, kept as points.

Each person is the character bent and coloured otherwise (`head_camera.another_character`); seed 0
is the character as it ships, whom nothing learns from. Stills are for learning and for errors;
films of four seconds at 30 Hz are for what needs time: turning heads, movements that come and go,
brief ones, blinks, nods, shakes. What leaves the making is numbers; pictures are thrown away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.head_camera import (
    HeadCamera,
    HeadShot,
    Shooting,
    another_character,
)
from actuation.embodiments.vrm_file import Character, read_character
from actuation.joints.rotations import minimum_jerk
from agent.models import models_folder
from perception.faces.brief import BRIEF_UNITS
from perception.faces.units import SHAPE, SHAPES, UNITS, Unit

if TYPE_CHECKING:
    from perception.backends.mediapipe_face import FacePoints

Floats = NDArray[np.float64]

CHARACTER: Final = (
    Path(__file__).parents[2] / "actuation" / "embodiments" / "avatar" / "receptionist.vrm"
)
SIZE_PX: Final = 240
RATE_HZ: Final = 30
CLIP_S: Final = 4.0
NEUTRALS: Final = 6
"""Pictures of each person at rest, which stand for the personal baseline."""
SHOTS_EACH: Final = 12
"""Pictures taken before light and distance change."""
BRIEF_S: Final = (0.2, 0.45)
KINDS: Final = ("turn", "faces", "brief", "nod", "shake", "talk")
"""What a film shows."""
USUAL_UNITS: Final = 4
"""At most, together in one still."""
_MOUTH_OF_SPEECH: Final = ("jawOpen", "mouthFunnel", "mouthPucker", "mouthLowerDownLeft")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Faces of one person, in order. Arrays are parallel."""

    person: int
    kind: str
    """`rest`, `stills` or one of `KINDS`."""
    at_s: Floats
    points: Floats
    """(n, 478, 3) pixels right, up, out; NaN where no face was found."""
    shapes: Floats
    """(n, 52) as drawn."""
    head: Floats
    """(n, 3) yaw left, pitch up, roll right, radians."""
    gaze: Floats
    """(n, 2) yaw and pitch of the eyes against the head, radians."""
    events: tuple[tuple[int, float, float], ...] = ()
    """Of films: unit, begin and end in seconds, of the brief movements in it."""

    @property
    def found(self) -> NDArray[np.bool_]:
        """Where the eyes found a face."""
        return np.asarray(np.isfinite(self.points[:, 0, 0]))


@cache
def _character() -> Character:
    return read_character(CHARACTER)


def person_faces(
    seed: int, *, stills: int, kinds: Sequence[str] = (), draw: int = 1, most: int = USUAL_UNITS
) -> Iterator[Faces]:
    """One person: at rest, then `stills` pictures, then a film of each of `kinds`.

    `draw`: another draw gives the same person other faces. `most`: units at once in a still.
    About a tenth of a second a picture.
    """
    # Heavy: only where faces are made.
    from perception.backends.mediapipe_face import FacePoints

    rng = np.random.default_rng([seed, draw])
    character = another_character(_character(), seed)
    eyes = FacePoints(models_folder())
    try:
        rest = [
            _shot(np.zeros(len(SHAPES)), rng.normal(0, 0.06, 3), rng.normal(0, 0.05, 2))
            for _ in range(NEUTRALS)
        ]
        yield _taken(seed, "rest", rest, character, eyes, rng)
        yield _taken(
            seed, "stills", [_still(rng, most) for _ in range(stills)], character, eyes, rng
        )
        for kind in kinds:
            shots, events = film(kind, rng)
            yield _taken(seed, kind, shots, character, eyes, rng, events)
    finally:
        eyes.close()


def _taken(
    seed: int,
    kind: str,
    shots: Sequence[HeadShot],
    character: Character,
    eyes: "FacePoints",
    rng: np.random.Generator,
    events: tuple[tuple[int, float, float], ...] = (),
) -> Faces:
    points = np.full((len(shots), 478, 3), np.nan)
    camera, each = None, SHOTS_EACH if kind == "stills" else len(shots)
    for k, shot in enumerate(shots):
        if k % each == 0:
            camera = HeadCamera(character, _shooting(rng), size=SIZE_PX)
        assert camera is not None
        found = eyes.find(camera.picture(shot, rng))
        if found is not None:
            points[k] = found
    return Faces(
        person=seed,
        kind=kind,
        at_s=np.arange(len(shots)) / RATE_HZ,
        points=points,
        shapes=np.stack([shot.shapes for shot in shots]).astype(np.float64),
        head=np.array([(s.yaw_rad, s.pitch_rad, s.roll_rad) for s in shots]),
        gaze=np.array([(s.gaze_yaw_rad, s.gaze_pitch_rad) for s in shots]),
        events=events,
    )


def _shot(shapes: Floats, head: Floats, gaze: Floats) -> HeadShot:
    return HeadShot(
        shapes=np.clip(shapes, 0, 1).astype(np.float32),
        yaw_rad=float(head[0]), pitch_rad=float(head[1]), roll_rad=float(head[2]),
        gaze_yaw_rad=float(gaze[0]), gaze_pitch_rad=float(gaze[1]),
    )  # fmt: skip


def _shooting(rng: np.random.Generator) -> Shooting:
    """A webcam in an office: never quite the same light, never without noise."""
    return Shooting(
        distance_m=float(rng.uniform(0.5, 1.0)),
        aside_m=(float(rng.normal(0, 0.02)), float(rng.normal(0, 0.015))),
        light=(float(rng.normal(0, 0.6)), float(rng.uniform(0.0, 0.9)), 0.8),
        ambient=float(rng.uniform(0.25, 0.6)),
        gain=float(rng.uniform(0.7, 1.15)),
        noise=float(rng.uniform(1.0, 7.0)),
        blur_px=float(rng.uniform(0.0, 0.8)),
    )


def _still(rng: np.random.Generator, most: int) -> HeadShot:
    shapes = np.zeros(len(SHAPES))
    for unit in rng.choice(np.array(UNITS, object), rng.integers(0, most + 1), replace=False):
        _move(shapes, unit, float(rng.uniform(0.1, 1.0)), rng)
    if rng.random() < 0.3:
        for name in _MOUTH_OF_SPEECH:
            shapes[SHAPE[name]] += rng.uniform(0, 0.4)
    if rng.random() < 0.1:
        for name in ("jawForward", "jawLeft", "jawRight", "mouthLeft", "mouthRight"):
            shapes[SHAPE[name]] += rng.uniform(0, 0.6) * (rng.random() < 0.4)
    head = rng.normal(0, 1, 3) * (0.28, 0.16, 0.12)
    gaze = rng.normal(0, 1, 2) * (0.22, 0.13)
    return _shot(shapes, head.clip(-0.75, 0.75), gaze.clip(-0.45, 0.45))


def _move(shapes: Floats, unit: Unit, amount: float, rng: np.random.Generator) -> None:
    """Both sides nearly alike; one time in four one side alone, or much less of it."""
    sides = np.full(len(unit.columns), amount)
    if unit.sided:
        sides *= rng.uniform(0.85, 1.0, 2)
        if rng.random() < 0.25:
            sides[rng.integers(2)] *= rng.uniform(0.0, 0.4)
    shapes[unit.columns] = np.maximum(shapes[unit.columns], sides)


def film(
    kind: str, rng: np.random.Generator
) -> tuple[list[HeadShot], tuple[tuple[int, float, float], ...]]:
    """The frames of one film, and its brief movements."""
    t = np.arange(round(CLIP_S * RATE_HZ)) / RATE_HZ
    shapes, events = np.zeros((len(t), len(SHAPES))), list[tuple[int, float, float]]()
    head = _sway(t, rng, 0.05)
    if kind == "turn":
        head = head + _sway(t, rng, 1.0) * (0.5, 0.25, 0.15)
    if kind in ("faces", "talk"):
        for _ in range(rng.integers(2, 5)):
            _come_and_go(shapes, t, UNITS[rng.integers(len(UNITS))], rng)
        head = head + _sway(t, rng, 0.25)
    if kind == "talk":
        for name in _MOUTH_OF_SPEECH:
            wave = np.abs(np.sin(2 * np.pi * rng.uniform(1.5, 3.5) * t + rng.uniform(0, 6)))
            shapes[:, SHAPE[name]] += 0.4 * rng.uniform(0.3, 1.0) * wave
    if kind == "brief":
        events = _brief(shapes, t, rng)
    if kind in ("nod", "shake"):
        begin, hz = rng.uniform(0.5, 1.5), rng.uniform(1.3, 2.6)
        inside = (t > begin) & (t < begin + rng.integers(2, 5) / hz)
        wave = np.sin(2 * np.pi * hz * (t - begin)) * inside * rng.uniform(0.07, 0.18)
        head[:, 1 if kind == "nod" else 0] += wave
    if kind != "turn":
        _blinks(shapes, t, rng)
    gaze = _sway(t, rng, 0.12)[:, :2]
    return [_shot(s, h, g) for s, h, g in zip(shapes, head, gaze, strict=True)], tuple(events)


def _sway(t: Floats, rng: np.random.Generator, size: float) -> Floats:
    """(n, 3) slow smooth motion, about `size` large."""
    hz, phase = rng.uniform(0.1, 0.45, (3, 2)), rng.uniform(0, 6.3, (3, 2))
    waves = np.sin(2 * np.pi * hz * t[:, None, None] + phase)
    return np.asarray(size * waves.mean(axis=2))


def _come_and_go(shapes: Floats, t: Floats, unit: Unit, rng: np.random.Generator) -> None:
    begin, rise = rng.uniform(0.2, 2.4), rng.uniform(0.12, 0.5)
    hold, fall = rng.uniform(0.3, 1.5), rng.uniform(0.15, 0.6)
    course = minimum_jerk((t - begin) / rise) - minimum_jerk((t - begin - rise - hold) / fall)
    one = np.zeros(len(SHAPES))
    _move(one, unit, float(rng.uniform(0.3, 1.0)), rng)
    np.maximum(shapes, course[:, None] * one, out=shapes)


def _brief(shapes: Floats, t: Floats, rng: np.random.Generator) -> list[tuple[int, float, float]]:
    """Two movements under half a second, apart from each other."""
    events, numbers = [], {unit.number: unit for unit in UNITS}
    for begin in (rng.uniform(0.5, 1.2), rng.uniform(2.2, 3.0)):
        unit, lasts = numbers[int(rng.choice(BRIEF_UNITS))], float(rng.uniform(*BRIEF_S))
        course = minimum_jerk((t - begin) / (lasts / 2)) - minimum_jerk(
            (t - begin - lasts / 2) / (lasts / 2)
        )
        one = np.zeros(len(SHAPES))
        one[unit.columns] = rng.uniform(0.4, 0.8)
        np.maximum(shapes, course[:, None] * one, out=shapes)
        events.append((unit.number, float(begin), float(begin + lasts)))
    return events


def _blinks(shapes: Floats, t: Floats, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(0, 3)):
        begin = rng.uniform(0.2, 3.6)
        course = minimum_jerk((t - begin) / 0.08) - minimum_jerk((t - begin - 0.1) / 0.12)
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            shapes[:, SHAPE[name]] = np.maximum(shapes[:, SHAPE[name]], course)
