"""Draws faces as a picture, for people to check: every mouth shape, every expression, films.

Seen as a visitor close to the kiosk sees the character. Each cell is a face with its head and eyes
as the stage would show them, without blinks and sway.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.lexicon_sheet import labelled
from actuation.embodiments.preview import Camera, Preview
from actuation.embodiments.vrm_file import Character
from actuation.motion import Frame
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
