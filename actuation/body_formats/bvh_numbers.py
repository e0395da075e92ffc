"""The second half of a BVH file: how many frames, how long each, and all their numbers."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BadInputError

Floats = NDArray[np.float64]


def motion_head(path: Path, tail: str, line: int) -> tuple[int, float, str, int]:
    """Number of frames, frame time, all after them, and on which line that begins."""
    found: dict[str, float] = {}
    lines: dict[str, int] = {}
    at = 0
    while len(found) < 2:
        if at >= len(tail):
            raise BadInputError(
                f"{path}:{line}: MOTION has no Frames: and Frame Time: of its own; the file is cut"
                " off: export it again"
            )
        end = tail.find("\n", at)
        end = len(tail) if end < 0 else end
        text = tail[at:end].strip()
        at, line = end + 1, line + 1
        if not text:
            continue
        name, colon, value = text.partition(":")
        key = " ".join(name.lower().split())
        if not colon or key not in ("frames", "frame time"):
            raise BadInputError(
                f"{path}:{line}: {text[:60]!r} where Frames: or Frame Time: belongs"
            )
        try:
            found[key], lines[key] = float(value), line
        except ValueError:
            raise BadInputError(f"{path}:{line}: {value.strip()[:40]!r} is no number") from None
    count, frame_time = found["frames"], found["frame time"]
    if not (np.isfinite(frame_time) and frame_time > 0):
        raise BadInputError(
            f"{path}:{lines['frame time']}: Frame Time: {frame_time:g}; write the seconds of a"
            " frame, as 0.033333"
        )
    if count != count or count < 1 or count != int(count):
        raise BadInputError(
            f"{path}:{lines['frames']}: Frames: {count:g}; there is no motion in it"
        )
    return int(count), frame_time, tail[at:], line + 1


def numbers(path: Path, data: str, line: int, count: int, width: int) -> Floats:
    """(count, width) of the motion; what is wrong is said with its line."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            flat = np.fromstring(data, sep=" ")
        except (DeprecationWarning, ValueError):
            raise _bad_word(path, data, line) from None
    if len(flat) < count * width:
        whole = len(flat) // width
        at = line + data.rstrip().count("\n")
        raise BadInputError(
            f"{path}:{at}: ends after {whole} of {count} frames ({len(flat) - whole * width} of"
            f" {width} numbers of the next); export it again, or write Frames: {whole}"
        )
    if len(flat) > count * width:
        raise _too_many(path, data, line, count, width, len(flat))
    if not np.isfinite(flat).all():
        raise _bad_word(path, data, line)
    return flat.reshape(count, width)


def _bad_word(path: Path, data: str, line: int) -> BadInputError:
    for number, text in enumerate(data.split("\n"), start=line):
        for word in text.split():
            try:
                whole = np.isfinite(float(word))
            except ValueError:
                whole = False
            if not whole:
                cure = (
                    "; write a point for the comma" if "," in word else "; mend or cut that frame"
                )
                return BadInputError(f"{path}:{number}: {word[:30]!r} is no finite number{cure}")
    return BadInputError(f"{path}:{line}: the motion cannot be read as numbers; export it again")


def _too_many(path: Path, data: str, line: int, count: int, width: int, have: int) -> BadInputError:
    for number, text in enumerate(data.split("\n"), start=line):
        words = len(text.split())
        if words and words % width:
            return BadInputError(
                f"{path}:{number}: {words} numbers, but the skeleton has {width} channels; skeleton"
                " and motion do not belong together: export it again"
            )
    return BadInputError(
        f"{path}:{line}: {have / width:g} frames, but Frames: says {count}; write Frames:"
        f" {have // width}"
    )
