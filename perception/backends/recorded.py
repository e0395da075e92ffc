"""A camera that is a video file, and people that are a file of positions."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.core.clock import Clock
from agent.core.errors import BadInputError
from perception.eyes.camera import Box
from perception.eyes.picture_check import SMALLEST_PX
from perception.eyes.sightings import Face, Focus, Look
from perception.senses import Picture

LARGEST_PX = 1920
"""Longest side of a picture that is looked at; larger ones are made smaller."""
CUT_SHORT = 0.8
"""A file that ends before this share of its stated length was cut off."""


class RecordedCamera:
    """The pictures of a video file, upright, with the times written in it.

    With a clock they come in their own time and a slow reader misses some; without one they come
    as fast as they are read and none is missed.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None, start_at: float = 0.0) -> None:
        self._path = path
        self._clock = clock
        self._start_at = start_at

    async def pictures(self) -> AsyncIterator[Picture]:
        """Yield the pictures. Raises `BadInputError` for what is not a whole, usable video."""
        video = await asyncio.to_thread(_open, self._path)
        try:
            begin = self._clock.now() if self._clock else self._start_at
            last_s, count = -math.inf, 0
            while (frame := await asyncio.to_thread(_read, video)) is not None:
                pixels, seconds = frame
                # Some files repeat or reset their times; time itself never goes back.
                seconds = max(seconds, last_s + 1e-3) if count else max(seconds, 0.0)
                last_s, count = seconds, count + 1
                at = begin + seconds
                if self._clock is not None:
                    if self._clock.now() > at + 0.1:
                        continue  # too late to be of use; the next one is nearer to now
                    await self._clock.sleep_until(at)
                yield Picture(at=at, pixels=pixels)
            _check_end(self._path, video, last_s, count)
        finally:
            await asyncio.to_thread(video.release)


def _open(path: Path) -> cv2.VideoCapture:
    if path.is_dir():
        raise BadInputError(f"{path}: this is a folder; name a video in it")
    if not path.is_file():
        raise BadInputError(f"{path}: there is no such file")
    if path.stat().st_size == 0:
        raise BadInputError(f"{path}: the file is empty")
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not video.isOpened():
        raise BadInputError(
            f"{path}: this is not a video that can be read; it is damaged, cut off at its start "
            "or of an unknown kind. Mp4, mov, webm, mkv, avi and y4m work"
        )
    video.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return video


def _read(video: cv2.VideoCapture) -> tuple[NDArray[np.uint8], float] | None:
    read, frame = video.read()
    if not read or frame is None:
        return None
    height, width = frame.shape[:2]
    if min(height, width) < SMALLEST_PX:
        raise BadInputError(
            f"the video is {width} x {height} pixels; at least {SMALLEST_PX} x {SMALLEST_PX} "
            "are needed to see anybody"
        )
    frame = shrunk(frame)
    kind = cv2.COLOR_BGR2RGB if frame.ndim == 3 else cv2.COLOR_GRAY2RGB
    pixels: NDArray[np.uint8] = np.asarray(cv2.cvtColor(frame, kind), dtype=np.uint8)
    return pixels, float(video.get(cv2.CAP_PROP_POS_MSEC)) / 1000


def shrunk(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture of at most `LARGEST_PX`: 8K costs half a second a look and shows nobody more."""
    height, width = frame.shape[:2]
    factor = LARGEST_PX / max(height, width)
    if factor >= 1:
        return frame
    size = (max(SMALLEST_PX, round(width * factor)), max(SMALLEST_PX, round(height * factor)))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _check_end(path: Path, video: cv2.VideoCapture, last_s: float, count: int) -> None:
    if count == 0:
        raise BadInputError(f"{path}: not one picture in it can be read; it is damaged")
    stated, rate = video.get(cv2.CAP_PROP_FRAME_COUNT), video.get(cv2.CAP_PROP_FPS)
    if stated > 0 and rate > 0 and max(last_s + 1 / rate, count / rate) < CUT_SHORT * stated / rate:
        raise BadInputError(
            f"{path}: ends after {last_s:.2f} s of {stated / rate:.2f} s; it was cut off. "
            "What was in it has been used"
        )


class RecordedPeople:
    """People from a file of JSON lines instead of from pictures.

    Each line has `t` (seconds), `person`, `head_m` (x, y, z in the agent's frame) and `gaze` (unit
    vector); other lines are skipped. Times count from the first picture looked at.
    """

    def __init__(self, path: Path, *, agent_face_height_m: float = 0.0) -> None:
        """`agent_face_height_m`: what to add to heights measured from the agent's face."""
        self._raise_m = agent_face_height_m
        self._lines = _people(path)
        self._next = 0
        self._begin: float | None = None

    def look(self, picture: Picture, focus: Focus) -> Look:
        """Everybody's newest line since the last look, up to the picture's moment."""
        if self._begin is None:
            self._begin = picture.at
        newest: dict[str, Face] = {}
        while self._next < len(self._lines):
            seconds, person, head, gaze = self._lines[self._next]
            if seconds > picture.at - self._begin:
                break
            newest[person] = self._face(head, gaze)
            self._next += 1
        return Look(faces=tuple(newest.values()))

    def close(self) -> None:
        """Nothing to give back."""

    def _face(self, head: NDArray[np.float64], gaze: NDArray[np.float64]) -> Face:
        eyes = head + np.array([0.0, 0.0, self._raise_m])
        # A box of a head's size where a 66-degree camera would show it.
        depth = max(float(head[0]), 0.1)
        x, y, half = 0.5 - 0.77 * head[1] / depth, 0.5 - head[2] / depth, 0.08 / depth
        return Face(box=Box(x - half, y - half, x + half, y + half), eyes=eyes, forward=gaze)


Line = tuple[float, str, NDArray[np.float64], NDArray[np.float64]]


def _people(path: Path) -> list[Line]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInputError(f"{path}: cannot be read: {fault}") from fault
    found: list[Line] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            entry = json.loads(line)
            if not isinstance(entry, dict):
                raise ValueError("not a JSON object")
            if "head_m" not in entry:
                continue
            head, gaze = (np.array(entry[key], dtype=np.float64) for key in ("head_m", "gaze"))
            if head.shape != (3,) or gaze.shape != (3,):
                raise ValueError("head_m and gaze need three numbers each")
            found.append((float(entry["t"]), str(entry["person"]), head, gaze))
        except (ValueError, KeyError, TypeError) as fault:
            raise BadInputError(f"{path}:{number}: not a line about a person: {fault}") from fault
    return sorted(found, key=lambda entry: entry[0])
