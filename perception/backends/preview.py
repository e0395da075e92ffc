"""Draws what perception sees onto its pictures and writes a video, for a person to check."""

import math
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from agent.core.messages import Engagement, PersonSeen
from perception.eyes.camera import Box
from perception.senses import Picture

COLOURS = {
    Engagement.PRESENT: (150, 150, 150),
    Engagement.PASSING: (90, 140, 200),
    Engagement.APPROACHING: (230, 190, 60),
    Engagement.ATTENDING: (120, 210, 120),
    Engagement.ENGAGED: (40, 220, 90),
    Engagement.DISENGAGING: (230, 120, 60),
}
PLAIN = (200, 200, 200)
TIMEBASE_HZ = 1000


class Preview:
    """A video file, made picture by picture; a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = av.open(str(path), "w")
        self._stream: av.VideoStream | None = None
        self._last_ms = -1

    def __enter__(self) -> "Preview":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._file.mux(self._stream.encode(None))
        self._file.close()

    def add(
        self,
        picture: Picture,
        people: Iterable[tuple[PersonSeen, Engagement | None, Box | None, Box | None]],
    ) -> None:
        """One picture with its people: sighting, state, body and head in the picture."""
        canvas = picture.pixels.copy()
        for seen, state, body, head in people:
            colour = COLOURS.get(state, PLAIN) if state else PLAIN
            for box, width in ((body, 2), (head, 1)):
                if box is not None:
                    _rectangle(canvas, box, colour, width)
            _label(canvas, head or body, _words(seen, state), colour)
        cv2.putText(canvas, f"{picture.at:.2f} s", (8, 20), 0, 0.55, (255, 255, 255), 1)
        self._write(canvas, picture.at)

    def _write(self, canvas: NDArray[np.uint8], at: float) -> None:
        height, width = canvas.shape[0] // 2 * 2, canvas.shape[1] // 2 * 2
        if self._stream is None:
            stream = self._file.add_stream("libx264", rate=15)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.time_base = Fraction(1, TIMEBASE_HZ)
            self._stream = stream
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(canvas[:height, :width]), "rgb24")
        self._last_ms = max(self._last_ms + 1, round(at * TIMEBASE_HZ))
        frame.pts, frame.time_base = self._last_ms, Fraction(1, TIMEBASE_HZ)
        self._file.mux(self._stream.encode(frame))


def _words(seen: PersonSeen, state: Engagement | None) -> list[str]:
    lines = [f"{seen.person} {state or ''} {seen.place.distance_m:.1f} m"]
    lines.append(f"closing {seen.approach_m_s:+.1f} speed {seen.speed_m_s:.1f} m/s")
    angles = (("facing", seen.facing_rad), ("head", seen.head_yaw_rad), ("gaze", seen.gaze_off_rad))
    lines.append(" ".join(f"{n} {math.degrees(a):.0f}" for n, a in angles if a is not None))
    return lines


def _rectangle(
    canvas: NDArray[np.uint8], box: Box, colour: tuple[int, int, int], width: int
) -> None:
    h, w = canvas.shape[:2]
    start, end = (int(box.left * w), int(box.top * h)), (int(box.right * w), int(box.bottom * h))
    cv2.rectangle(canvas, start, end, colour, width)


def _label(
    canvas: NDArray[np.uint8], box: Box | None, lines: list[str], colour: tuple[int, int, int]
) -> None:
    h, w = canvas.shape[:2]
    x, y = (8, 40) if box is None else (int(box.left * w), int(box.top * h) - 34)
    x, y = max(4, min(x, w - 230)), max(36, y)
    wide = max(cv2.getTextSize(line, 0, 0.45, 1)[0][0] for line in lines)
    cv2.rectangle(canvas, (x - 3, y - 13), (x + wide + 3, y + 15 * len(lines) - 9), (0, 0, 0), -1)
    for i, line in enumerate(lines):
        cv2.putText(canvas, line, (x, y + 15 * i), 0, 0.45, colour, 1, cv2.LINE_AA)
