"""Takes a BVH file apart: skeleton, channels, numbers. Errors say file, line and cure.

Any channel order, any number of channels a joint, one root; Windows line ends, tabs, several rows
on a line or a row on several lines are all read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.bvh_numbers import motion_head, numbers
from actuation.body_formats.hierarchy import Hierarchy
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

LARGEST_BYTES: Final = 2_000_000_000
MOST_JOINTS: Final = 1000
_CHANNELS: Final = {
    f"{axis}{kind}": (kind, "xyz".index(axis))
    for axis in "xyz"
    for kind in ("position", "rotation")
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BvhText:
    """What stands in the file, not yet understood."""

    hierarchy: Hierarchy
    channels: tuple[tuple[tuple[str, int], ...], ...]
    """Of each joint: (`position` or `rotation`, axis 0..2), in the order of the file."""
    values: Floats
    """(frames, channels) degrees and lengths."""
    frame_time_s: float


@dataclass(slots=True)
class _Joints:
    names: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    offsets: list[list[float]] = field(default_factory=list)
    channels: list[tuple[tuple[str, int], ...]] = field(default_factory=list)
    tips: dict[int, Floats] = field(default_factory=dict)


def read_bvh_text(path: Path) -> BvhText:
    """Read the file. Raises `BadInputError` with file, line and cure."""
    text = _text_of(path)
    head, found, tail = _split_at_motion(text)
    if not found:
        raise BadInputError(
            f"{path}: no MOTION in it; it is cut off or no BVH file: export it again"
        )
    lines = head.split("\n")
    joints = _Hierarchy(path, lines).read()
    count, frame_time, data, first_line = motion_head(path, tail, head.count("\n") + 1)
    width = sum(len(each) for each in joints.channels)
    values = numbers(path, data, first_line, count, width)
    return BvhText(
        hierarchy=Hierarchy(
            names=tuple(joints.names),
            parents=tuple(joints.parents),
            offsets=np.array(joints.offsets),
            tips=joints.tips,
            where=str(path),
        ),
        channels=tuple(joints.channels),
        values=values,
        frame_time_s=frame_time,
    )


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise BadInputError(
                f"{path}: {size / 1e9:.1f} GB are too much for one BVH file; split it"
            )
        data = path.read_bytes()
    except OSError as fault:
        raise BadInputError(f"{path}: cannot be read ({fault.strerror}); check the path") from None
    if not data.strip():
        raise BadInputError(f"{path}: is empty; export it again")
    # Names may be in any encoding; everything that counts is ASCII.
    return data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _split_at_motion(text: str) -> tuple[str, bool, str]:
    at = 0
    while (at := text.find("MOTION", at)) >= 0:
        line_end = text.find("\n", at)
        line_end = len(text) if line_end < 0 else line_end
        start = text.rfind("\n", 0, at) + 1
        if text[start:line_end].strip() == "MOTION":
            return text[:start], True, text[line_end + 1 :]
        at = line_end
    return text, False, ""


class _Hierarchy:
    """Reads the part before MOTION, word by word."""

    def __init__(self, path: Path, lines: list[str]) -> None:
        self._path = path
        self._words: Iterator[tuple[int, str]] = (
            (number, word)
            for number, line in enumerate(lines, start=1)
            for word in line.replace("{", " { ").replace("}", " } ").split()
        )
        self._line = 1
        self._joints = _Joints()

    def read(self) -> _Joints:
        if self._next("HIERARCHY").upper() != "HIERARCHY":
            raise self._fault("does not begin with HIERARCHY; it is no BVH file")
        self._expect("ROOT")
        self._joint(-1, self._name("{"))
        rest = next(self._words, None)
        if rest is not None:
            self._line = rest[0]
            raise self._fault(
                f"{rest[1]!r} after the skeleton; one ROOT is read, so export one figure a file"
            )
        if not any(self._joints.channels):
            raise self._fault("no joint has a channel; there is no motion in it")
        return self._joints

    def _joint(self, parent: int, name: str) -> None:
        joints = self._joints
        self._begin(name, parent)
        stack = [len(joints.names) - 1]
        while stack:
            word = self._next("}")
            match word.upper():
                case "OFFSET":
                    self._offset(stack[-1], [self._number() for _ in range(3)])
                case "CHANNELS":
                    joints.channels[stack[-1]] = self._channels()
                case "JOINT":
                    self._begin(self._name("{"), stack[-1])
                    stack.append(len(joints.names) - 1)
                case "END":
                    self._end_site(stack[-1])
                case "}":
                    stack.pop()
                case "{":
                    raise self._fault("a { where none belongs")
                case _:
                    raise self._fault(
                        f"{word!r} is not known; a joint has OFFSET, CHANNELS, JOINT, End Site, }}"
                    )

    def _begin(self, name: str, parent: int) -> None:
        joints = self._joints
        if len(joints.names) >= MOST_JOINTS:
            raise self._fault(f"more than {MOST_JOINTS} joints; that is no figure")
        joints.names.append(name)
        joints.parents.append(parent)
        joints.offsets.append([0.0, 0.0, 0.0])
        joints.channels.append(())

    def _offset(self, joint: int, offset: list[float]) -> None:
        self._joints.offsets[joint] = offset

    def _end_site(self, joint: int) -> None:
        self._name("{")
        while (word := self._next("}")) != "}":
            if word.upper() == "OFFSET":
                self._joints.tips[joint] = np.array([self._number() for _ in range(3)])

    def _channels(self) -> tuple[tuple[str, int], ...]:
        count = self._number()
        if count != int(count) or not 0 <= count <= 12:
            raise self._fault(f"CHANNELS {count:g}; a joint has 0 to 12")
        found = []
        for _ in range(int(count)):
            word = self._next("a channel")
            if word.lower() not in _CHANNELS:
                raise self._fault(
                    f"channel {word!r} is not known; there are Xposition, Yposition, Zposition,"
                    " Xrotation, Yrotation, Zrotation"
                )
            found.append(_CHANNELS[word.lower()])
        return tuple(found)

    def _name(self, until: str) -> str:
        """All words up to `until`: names may have spaces in them."""
        words = []
        while (word := self._next(until)) != until:
            words.append(word)
        return " ".join(words)

    def _expect(self, wanted: str) -> None:
        word = self._next(wanted)
        if word.upper() != wanted:
            raise self._fault(f"{word!r} where {wanted} belongs")

    def _number(self) -> float:
        word = self._next("a number")
        try:
            number = float(word)
        except ValueError:
            raise self._fault(f"{word!r} where a number belongs") from None
        if not np.isfinite(number):
            raise self._fault(f"{word} is no finite number")
        return number

    def _next(self, wanted: str) -> str:
        found = next(self._words, None)
        if found is None:
            raise self._fault(
                f"the skeleton ends where {wanted} belongs; the file is cut off: export it again"
            )
        self._line = found[0]
        return found[1]

    def _fault(self, what: str) -> BadInputError:
        return BadInputError(f"{self._path}:{self._line}: {what}")
