"""Draws faces as a picture, for people to check: every mouth shape, every expression, films.

Seen as a visitor close to the kiosk sees the character. Each cell is a face with its head and eyes
as the stage would show them, without blinks and sway.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.lexicon_sheet import labelled
from actuation.embodiments.preview import Camera, Preview
from actuation.embodiments.vrm_file import Character, read_character
from actuation.faces.expressions import Bearing, bearing, bearing_of, faces
from actuation.faces.face import FaceConfig, compose, still_mouth
from actuation.faces.style import FaceStyle, styled
from actuation.faces.words import instructed, read_face
from actuation.generators.rules_face import COLUMN, pose_of
from actuation.generators.rules_idle import rest_pose
from actuation.generators.rules_neck import eyes_in_head, neck_and_head
from actuation.motion import JOINT_INDEX, Frame
from actuation.speech.phones import PHONES
from agent.core.errors import BadInputError

Picture = NDArray[np.uint8]

CLOSE: Camera = ((0.0, 1.545, 0.95), (0.0, 1.528, 0.0), 0.30)
"""Eye, target (metres) and vertical field of view (radians): face, neck and a little air."""
_PAPER = 246


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One face with the line under which it stands."""

    label: str
    frame: Frame


_INTENSITIES = (0.35, 0.7, 1.0)
_INSTRUCTIONS = (
    "apologetic, eyebrows up", "warm but serious, slight smile, head tilted", "friendly, no smile",
    "very sympathetic, head tilted", "one eyebrow raised, crooked smile", "attentive, eyes wide",
    "valence 0.7, arousal 0.6", "valence -0.5, arousal -0.5",
)  # fmt: skip
_EIGHT = 8


def write_face_sheets(folder: Path, vrm: Path) -> list[Path]:
    """Write all mouth shapes, all faces at several intensities, some instructions; return paths."""
    character = read_character(vrm)
    sheets = {"visemes": viseme_cells(), "faces": face_cells(), "instructions": manner_cells()}
    return [
        write_picture(folder / f"{name}.png", draw_faces(_rows(cells, width), character))
        for (name, cells), width in zip(sheets.items(), (_EIGHT, 9, 4), strict=True)
    ]


def _rows(cells: list[Cell], width: int) -> list[list[Cell]]:
    return [cells[i : i + width] for i in range(0, len(cells), width)]


def viseme_cells() -> list[Cell]:
    """The mouth of every phone, on a neutral face."""
    cells = []
    for name in sorted(PHONES):
        mouth = still_mouth(1)
        for column, value in pose_of(name).items():
            mouth[0, COLUMN[column]] = value
        cells.append(Cell(label=name, frame=_posed(bearing([]), mouth)))
    return cells


def face_cells() -> list[Cell]:
    """Every face at several intensities."""
    return [
        Cell(label=f"{name} {amount:g}", frame=_posed(bearing_of(name, amount)))
        for name in faces()
        for amount in _INTENSITIES
    ]


def manner_cells() -> list[Cell]:
    """Some instructions in words, on the resting face."""
    face = FaceConfig()
    usual = bearing_of(face.resting.value, face.resting_intensity)
    return [
        Cell(
            label=words,
            frame=_posed(instructed(read_face(words), face=None, intensity=0.8, usual=usual)),
        )
        for words in _INSTRUCTIONS
    ]


@lru_cache(maxsize=1)
def _rest() -> NDArray[np.float64]:
    return rest_pose()


def _posed(worn: Bearing, mouth: NDArray[np.float64] | None = None) -> Frame:
    """A still frame: eyes on whoever looks, whatever the head does."""
    worn = styled(worn, FaceStyle(), 0.5)
    yaw, pitch, roll = worn.head[:, None]
    joints = _rest()[None].copy()
    neck, head = neck_and_head(yaw, pitch, roll, np.zeros(1))
    joints[:, JOINT_INDEX["neck"]], joints[:, JOINT_INDEX["head"]] = neck, head
    eye_yaw, eye_pitch = eyes_in_head(joints, np.zeros(1), np.zeros(1))
    face = compose(
        mouth=still_mouth(1) if mouth is None else mouth,
        expression=worn.shapes[None],
        blink=np.zeros(1),
        eye_pitch=eye_pitch,
        config=FaceConfig(),
    )
    return Frame(
        at=0.0,
        utterance=None,
        score_s=0.0,
        joints=joints[0].astype(np.float32),
        face=face[0],
        gaze_yaw_rad=float(eye_yaw[0]),
        gaze_pitch_rad=float(eye_pitch[0]),
    )


def draw_faces(rows: Iterable[Sequence[Cell]], character: Character, *, size: int = 200) -> Picture:
    """(height, width, 3) RGB: one row of pictures for each row of cells."""
    preview = Preview(character, size=size, camera=CLOSE)
    strips = [
        np.hstack([labelled(preview.draw(cell.frame), cell.label) for cell in row]) for row in rows
    ]
    widest = max(strip.shape[1] for strip in strips)
    return np.vstack(
        [
            np.pad(s, ((0, 0), (0, widest - s.shape[1]), (0, 0)), constant_values=_PAPER)
            for s in strips
        ]
    )


def write_picture(path: Path, picture: Picture) -> Path:
    """Write a PNG; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture[..., ::-1]):
        raise BadInputError(f"{path}: cannot be written; choose another folder")
    return path
