"""Draws what a unit was read by: points of a face, coloured and sized, and where FACS sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BadInputError

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

PANEL_PX: Final = 600
"""A side of the square in which a face is drawn."""
MARGIN_PX: Final = 30
_TOP_PX, _UNDER_PX, _KEY_PX = 128, 96, 62
FILLED: Final = 0.84
"""Of the panel's side, the face's longer one."""
_GROUND, _INK, _PALE, _BLUE = (250, 250, 248), (40, 40, 44), (150, 155, 165), (30, 90, 200)
_RAMP: Final = np.array(
    [(226, 224, 214), (250, 200, 110), (240, 130, 50), (200, 40, 40), (105, 5, 45)], np.float64
)
"""From nothing to most, RGB."""
_POINT_PX: Final = (3.0, 10.0)
_AROUND: Final = 0.022
"""How far the outline stays from its points, of the face's longer side."""
_TOGETHER: Final = 0.17
"""Points of a region that lie nearer than this, of the face's longer side, are outlined as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One map over the face."""

    title: str
    values: Floats
    """(points,) 0 or more; the largest is drawn largest."""
    lines: tuple[str, ...]
    """What is written under it, two at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceMap:
    """All that one picture shows."""

    heading: str
    about: str
    places: Floats
    """(points, 2) right and down, any unit; with a `ground` its pixels."""
    read: NDArray[np.bool_]
    """(points,) those that say something; the others are drawn as specks."""
    outlined: Sequence[Sequence[int]]
    """Points of each region."""
    panels: tuple[Panel, ...]
    key: str
    """What the outline is."""
    ground: Pixels | None = None
    """A picture (h, w, 3) RGB to draw upon; None: plain."""


def drawn(face: FaceMap) -> Pixels:
    """(h, w, 3) RGB."""
    width = len(face.panels) * (PANEL_PX + MARGIN_PX) + MARGIN_PX
    canvas = np.full((_TOP_PX + PANEL_PX + _UNDER_PX + _KEY_PX, width, 3), _GROUND, np.uint8)
    whole = width - 2 * MARGIN_PX
    _write(canvas, face.heading, (MARGIN_PX, 42), 0.95, thick=2, room=whole)
    _write(canvas, face.about, (MARGIN_PX, 74), 0.58, room=whole)
    middle, scale = _fit(face.places)
    places = (face.places - middle) * scale + PANEL_PX / 2
    ground = _ground(face.ground, middle, scale)
    for n, panel in enumerate(face.panels):
        left = MARGIN_PX + n * (PANEL_PX + MARGIN_PX)
        _write(canvas, panel.title, (left, 114), 0.62)
        square = ground.copy()
        _panel(square, face, places, panel.values)
        canvas[_TOP_PX : _TOP_PX + PANEL_PX, left : left + PANEL_PX] = square
        _scale(canvas, (left, _TOP_PX + PANEL_PX + 14), float(panel.values.max()))
        for row, line in enumerate(panel.lines):
            _write(canvas, line, (left, _TOP_PX + PANEL_PX + 58 + 25 * row), 0.55)
    low = canvas.shape[0] - 22
    cv2.line(canvas, (MARGIN_PX, low - 5), (MARGIN_PX + 34, low - 5), _BLUE, 2, cv2.LINE_AA)
    _write(canvas, face.key, (MARGIN_PX + 46, low), 0.55, room=whole - 46)
    return canvas


def written(pixels: Pixels, path: Path) -> None:
    """As PNG. Raises `BadInputError` where that cannot be."""
    whole, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    if not whole:
        raise BadInputError(f"{path}: the picture cannot be made")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.tobytes())
    except OSError as fault:
        raise BadInputError(f"{path}: cannot be written ({fault.strerror})") from None


def _fit(places: Floats) -> tuple[Floats, float]:
    """Middle of the face, and panel pixels to its unit."""
    low, high = places.min(axis=0), places.max(axis=0)
    return (low + high) / 2, FILLED * PANEL_PX / max(float((high - low).max()), 1e-9)


def _ground(picture: Pixels | None, middle: Floats, scale: float) -> Pixels:
    if picture is None:
        return np.full((PANEL_PX, PANEL_PX, 3), 255, np.uint8)
    move = np.column_stack([np.eye(2) * scale, PANEL_PX / 2 - middle * scale])
    white = (255, 255, 255)
    cut = cv2.warpAffine(picture, move, (PANEL_PX, PANEL_PX), borderValue=white)
    # Paler, so that the points stand out.
    return np.asarray(cut * 0.6 + 255 * 0.4, np.uint8)


def _panel(canvas: Pixels, face: FaceMap, places: Floats, values: Floats) -> None:
    most = max(float(values.max()), 1e-12)
    for place in places[~face.read]:
        cv2.circle(canvas, _px(place), 1, _PALE, -1, cv2.LINE_AA)
    cv2.drawContours(canvas, _outlines(places, face.outlined), -1, _BLUE, 2, cv2.LINE_AA)
    # The largest last, so that nothing hides them.
    for i in sorted(np.flatnonzero(face.read), key=lambda i: float(values[i])):
        share = float(values[i]) / most
        radius = round(_POINT_PX[0] + share * (_POINT_PX[1] - _POINT_PX[0]))
        cv2.circle(canvas, _px(places[i]), radius, _colour(share), -1, cv2.LINE_AA)
        cv2.circle(canvas, _px(places[i]), radius, (120, 110, 105), 1, cv2.LINE_AA)


def _outlines(places: Floats, regions: Sequence[Sequence[int]]) -> list[NDArray[np.int32]]:
    """Closed lines about the points of each region."""
    side = FILLED * PANEL_PX
    mask = np.zeros((PANEL_PX, PANEL_PX), np.uint8)
    for region in regions:
        own = places[list(region)]
        for k, place in enumerate(own):
            cv2.circle(mask, _px(place), round(_AROUND * side), 255, -1)
            for other in own[k + 1 :]:
                if np.hypot(*(place - other)) < _TOGETHER * side:
                    cv2.line(mask, _px(place), _px(other), 255, round(2 * _AROUND * side))
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(line, np.int32) for line in found]


def _scale(canvas: Pixels, corner: tuple[int, int], most: float) -> None:
    """The colours, from 0 to the largest value."""
    left, top = corner
    for x in range(180):
        cv2.line(canvas, (left + 34 + x, top), (left + 34 + x, top + 13), _colour(x / 179), 1)
    _write(canvas, "0", (left + 14, top + 13), 0.5)
    _write(canvas, f"{most:.1%} of the whole", (left + 224, top + 13), 0.5)


def _colour(share: float) -> tuple[float, float, float]:
    steps = np.linspace(0, 1, len(_RAMP))
    red, green, blue = (float(np.interp(share, steps, _RAMP[:, c])) for c in range(3))
    return red, green, blue


def _write(
    canvas: Pixels, text: str, at: tuple[int, int], size: float, *, thick: int = 1,
    room: int = PANEL_PX,
) -> None:  # fmt: skip
    """Smaller where it would be wider than `room` pixels."""
    font = cv2.FONT_HERSHEY_SIMPLEX
    wide = cv2.getTextSize(text, font, size, thick)[0][0]
    size *= min(1.0, room / max(wide, 1))
    cv2.putText(canvas, text, at, font, size, _INK, thick, cv2.LINE_AA)


def _px(place: Floats) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))
