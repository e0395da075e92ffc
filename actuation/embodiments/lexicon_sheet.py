"""Draws a lexicon of gestures as a picture, for people to check: each lexeme at its key poses.

Seen as a visitor sees the character at the kiosk, with the desk's top before it. The pose is the
one that the stage would show: the idle body, the gesture over it, the limits last.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.preview import Camera, Preview
from actuation.embodiments.vrm_file import Character, read_character
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.lexemes import Lexeme
from actuation.gestures.strokes import lay_over, make_stroke
from actuation.joints.clearance import DESK_BACK_M, DESK_FRONT_M, DESK_HALF_M, DESK_TOP_M
from actuation.joints.safety import SafetyLimits
from actuation.joints.skeleton import Skeleton, load_skeleton
from actuation.motion import JOINT_NAMES, Frame
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES

Picture = NDArray[np.uint8]

VISITOR: Camera = ((0.0, 1.36, 2.63), (0.0, 1.27, 0.0), 0.40)
"""Eye, target (metres) and vertical field of view (radians): as the kiosk shows the character."""
FROM_THE_SIDE: Camera = ((-2.4, 1.55, 1.1), (0.0, 1.27, 0.15), 0.40)

_KEYS_SHOWN = 4
_INK, _PAPER = (40, 40, 40), 246
_WOOD, _DESK_STEPS = (0.36, 0.20, 0.10), 24


def write_sheets(folder: Path, lexemes: Iterable[Lexeme], vrm: Path) -> list[Path]:
    """Write the sheet as seen by a visitor, and from the side; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    character, skeleton, lexemes = read_character(vrm), load_skeleton(), tuple(lexemes)
    written = []
    for name, camera in (("lexicon.png", VISITOR), ("lexicon_side.png", FROM_THE_SIDE)):
        path = folder / name
        picture = draw_sheet(lexemes, character, skeleton, camera=camera)
        if not cv2.imwrite(str(path), picture[..., ::-1]):
            raise BadInputError(f"{path}: cannot be written; choose another folder")
        written.append(path)
    return written


def draw_sheet(
    lexemes: Iterable[Lexeme],
    character: Character,
    skeleton: Skeleton,
    *,
    columns: int = 8,
    size: int = 200,
    camera: Camera = VISITOR,
    side: str = "right",
) -> Picture:
    """(height, width, 3) RGB: a cell of `size` pixels for each key pose, named, in their order."""
    preview = Preview(with_desk(character), size=size, camera=camera)
    cells = []
    for lexeme in lexemes:
        for label, joints in key_frames(lexeme, skeleton, side=side):
            cells.append(labelled(preview.draw(_frame(joints)), label))
    blank = np.full_like(cells[0], _PAPER)
    cells += [blank] * (-len(cells) % columns)
    rows = [np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)]
    return np.asarray(np.vstack(rows))


def key_frames(
    lexeme: Lexeme, skeleton: Skeleton, *, side: str = "right"
) -> list[tuple[str, NDArray[np.float64]]]:
    """Names and (44, 4) poses of a lexeme: its apex, and some of its other keys in their order."""
    stroke = make_stroke(lexeme, skeleton, apex_s=2.0, earliest_s=0.0, side=side)
    times = np.arange(0.0, stroke.end_s + 0.1, 1 / 60)
    idle = np.repeat(rest_pose()[None], len(times), axis=0)
    strokes, head = [stroke], lexeme.of_the_head(side)
    if head is not None:
        strokes.append(make_stroke(head, skeleton, apex_s=2.0, earliest_s=stroke.start_s))
    shown = SafetyLimits(skeleton).clamp(lay_over(idle, strokes, times))
    named = []
    for t in _chosen(stroke.key_times_s - stroke.apex_s):
        name = lexeme.name if abs(t) < 1e-6 else f"{lexeme.name} {t:+.2f}"
        named.append((name, shown[round((stroke.apex_s + t) * 60)]))
    return named


def _chosen(times: NDArray[np.float64]) -> list[float]:
    if len(times) <= _KEYS_SHOWN:
        return list(times)
    apex = int(np.argmin(np.abs(times)))
    spread = np.linspace(0, len(times) - 1, _KEYS_SHOWN).round().astype(int)
    spread[np.argmin(np.abs(spread - apex))] = apex
    return list(times[np.unique(spread)])


def _frame(joints: NDArray[np.float64]) -> Frame:
    return Frame(
        at=0.0,
        utterance=None,
        score_s=0.0,
        joints=joints.astype(np.float32).reshape(len(JOINT_NAMES), 4),
        face=np.zeros(len(ARKIT_NAMES), np.float32),
        gaze_yaw_rad=0.0,
        gaze_pitch_rad=0.0,
    )


def labelled(picture: Picture, label: str) -> Picture:
    """The picture under a strip with its name."""
    strip = np.full((18, picture.shape[1], 3), _PAPER, np.uint8)
    cv2.putText(strip, label, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, _INK, 1, cv2.LINE_AA)
    return np.vstack([strip, picture])


def with_desk(character: Character) -> Character:
    """The character with a plain desk before it, standing still with the hips."""
    back, front, half, top = DESK_BACK_M, DESK_FRONT_M, DESK_HALF_M, DESK_TOP_M
    x = np.linspace(-half, half, _DESK_STEPS)
    lines = [(top, back), (top, front), (top, front), (0.6, front)]
    points = np.array([[at, y, z] for y, z in lines for at in x], np.float32)
    normals = np.repeat([[0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]], _DESK_STEPS, axis=0)
    n = _DESK_STEPS
    squares = [(row * n + i) for row in (0, 2) for i in range(n - 1)]
    corners = [((s, s + 1, s + n), (s + 1, s + n, s + n + 1)) for s in squares]
    triangles = np.array([triangle for pair in corners for triangle in pair])
    hips = character.moves_as.index(JOINT_NAMES.index("hips"))
    count = len(points)
    weights = np.zeros((count, 4), np.float32)
    weights[:, 0] = 1.0
    return replace(
        character,
        points=np.concatenate([character.points, points]),
        normals=np.concatenate([character.normals, normals.astype(np.float32)]),
        colours=np.concatenate(
            [character.colours, np.tile(np.array(_WOOD, np.float32), (count, 1))]
        ),
        gloss=np.concatenate([character.gloss, np.zeros(count, np.float32)]),
        triangles=np.concatenate(
            [character.triangles, (triangles + len(character.points)).astype(np.int32)]
        ),
        bones=np.concatenate([character.bones, np.full((count, 4), hips, character.bones.dtype)]),
        weights=np.concatenate([character.weights, weights]),
    )
