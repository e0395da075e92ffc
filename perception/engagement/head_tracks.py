"""Recordings of heads and gazes, one JSON object a line, and what is seen in them.

A line has `t` (seconds), `person`, `head_m` (x forward, y left, z up from the agent's face, metres)
and, where it was seen, `gaze` (a vector out of the face). The first line may hold the truth about
the recording instead. A line that cannot be used is told with its number and passed over.
"""

import json
import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BadInputError
from agent.core.messages import PersonId, PersonSeen
from perception.eyes.camera import azimuth_rad, elevation_rad, wrapped_rad
from perception.eyes.track import Sighting, Track, correct, floor_noise, on_floor, predict

LONGEST_LINE = 65536
FARTHEST_M = 100.0
GAP_S = 1.5
"""Whoever was away for longer starts to walk anew."""
AGILITY_M_S2 = 0.6
DISTANCE_NOISE = 0.03
"""Relative jitter of a head's distance, as measured on recordings: 0.01 to 0.05."""
_WIDTH = 7
"""Numbers a line: time, head, gaze (not a number where unknown)."""


@dataclass(slots=True)
class Recording:
    """All usable lines of a file, in the order of their times."""

    path: Path
    header: dict[str, Any] = field(default_factory=dict)
    """The first line, where it is about the recording."""
    people: list[str | int | float] = field(default_factory=list)
    """As they are called in the file, in the order of appearance."""
    who: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    """(n,) index into `people`."""
    numbers: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, _WIDTH)))
    """(n, 7): t in seconds, head x y z in metres, gaze x y z of length 1, or NaN."""
    complaints: list[str] = field(default_factory=list)
    """`file:line: what`, the first of them."""
    faults: int = 0
    """How many there were."""

    def complain(self, line: int, what: str) -> None:
        """Note what is wrong with a line; only the first are kept in words."""
        self.faults += 1
        if self.faults <= 20:
            self.complaints.append(f"{self.path}:{line}: {what}")

    @property
    def apart_s(self) -> float:
        """From one line to the next, median; 0 where there are fewer than two."""
        times = self.numbers[:, 0]
        return float(np.median(np.diff(times))) if len(times) > 1 else 0.0

    def sightings(self) -> Iterator[PersonSeen]:
        """What perception would say of it, in the order of time."""
        walks: dict[int, Track] = {}
        names = [PersonId(f"{i}") for i in range(len(self.people))]
        for who, row in zip(self.who.tolist(), self.numbers, strict=True):
            yield _seen(names[who], row, walks, who)


def read_recording(path: Path) -> Recording:
    """Read a file of any size, 60 bytes of memory a line.

    Raises `BadInputError` when it cannot be read or nothing in it can be used.
    """
    found, index = Recording(path), dict[str | int | float, int]()
    who, numbers = array("i"), array("d")
    try:
        with path.open("rb") as file:
            for line, text in _lines(file, found):
                entry = _entry(found, line, text)
                if entry is None:
                    continue
                person, values = entry
                if person not in index:
                    index[person] = len(found.people)
                    found.people.append(person)
                who.append(index[person])
                numbers.extend(values)
    except OSError as fault:
        raise BadInputError(f"{path}: cannot be read: {fault.strerror or fault}") from fault
    if not who and (found.faults or not found.header):
        why = "\n".join(found.complaints[:3]) or "it is empty"
        raise BadInputError(f"{path}: no line in it has t, person and head_m\n{why}")
    table = np.frombuffer(numbers, np.float64).reshape(-1, _WIDTH) if who else found.numbers
    order = np.argsort(table[:, 0], kind="stable")
    found.numbers = table[order]
    found.who = np.frombuffer(who, np.int32)[order] if who else found.who
    return found


def _lines(file: Any, found: Recording) -> Iterator[tuple[int, bytes]]:  # noqa: ANN401 - binary file
    number = 0
    while piece := file.readline(LONGEST_LINE):
        number += 1
        if not piece.endswith(b"\n") and len(piece) == LONGEST_LINE:
            while piece and not piece.endswith(b"\n"):
                piece = file.readline(LONGEST_LINE)
            found.complain(number, f"longer than {LONGEST_LINE} bytes; passed over")
        elif piece.strip():
            yield number, piece


def _entry(
    found: Recording, line: int, text: bytes
) -> tuple[str | int | float, tuple[float, ...]] | None:
    try:
        entry = json.loads(text.decode("utf-8-sig" if line == 1 else "utf-8"))
    except (ValueError, RecursionError):
        found.complain(line, "not JSON; passed over")
        return None
    if not isinstance(entry, dict):
        found.complain(line, "not a JSON object; passed over")
        return None
    if not {"t", "person", "head_m"} & entry.keys():
        if line == 1:
            found.header = entry
        else:
            found.complain(line, "has no t, person or head_m; passed over")
        return None
    person, at, head = entry.get("person"), _number(entry.get("t")), _vector(entry.get("head_m"))
    if not isinstance(person, str | int | float) or isinstance(person, bool) or person != person:
        found.complain(line, "person: not a name; passed over")
    elif at is None:
        found.complain(line, "t: not a number of seconds; passed over")
    elif head is None or max(map(abs, head)) > FARTHEST_M:
        found.complain(line, f"head_m: not three numbers up to {FARTHEST_M:g}; passed over")
    else:
        return person, (at, *head, *_gaze(found, line, entry.get("gaze")))
    return None


def _gaze(found: Recording, line: int, told: Any) -> tuple[float, ...]:  # noqa: ANN401 - any JSON
    unknown = (math.nan,) * 3
    if told is None:
        return unknown
    gaze = _vector(told)
    if gaze is None:
        plain = isinstance(told, list) and len(told) == 3
        numbers = plain and all(isinstance(v, float | int) or v is None for v in told)
        if not numbers:
            found.complain(line, "gaze: not three numbers; taken as unknown")
        return unknown
    length = math.hypot(*gaze)
    if not 1e-6 < length < 1e6:
        return unknown
    return tuple(value / length for value in gaze)


def _vector(told: Any) -> tuple[float, ...] | None:  # noqa: ANN401 - any JSON
    if not isinstance(told, list) or len(told) != 3:
        return None
    values = [_number(value) for value in told]
    return (
        None
        if any(value is None for value in values)
        else tuple(v for v in values if v is not None)
    )


def _number(told: Any) -> float | None:  # noqa: ANN401 - any JSON
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    try:
        value = float(told)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _seen(
    person: PersonId, row: NDArray[np.float64], walks: dict[int, Track], who: int
) -> PersonSeen:
    at, x, y, z = row[:4].tolist()
    distance, bearing = math.hypot(x, y), math.atan2(y, x)
    track = walks.get(who)
    if track is None or at - track.seen_at > GAP_S:
        track = walks[who] = _begin(person, at, distance, bearing)
    else:
        predict(track, at, AGILITY_M_S2)
        correct(track, distance, bearing, DISTANCE_NOISE)
        track.seen_at = at
    off = yaw = pitch = None
    if not math.isnan(row[4]):
        gaze, to_agent = row[4:7], -row[1:4]
        yaw = wrapped_rad(azimuth_rad(gaze) - azimuth_rad(to_agent))
        pitch = elevation_rad(gaze) - elevation_rad(to_agent)
        away = max(float(np.linalg.norm(to_agent)), 1e-6)
        off = math.acos(max(-1.0, min(1.0, float(gaze @ to_agent) / away)))
    return PersonSeen(
        at=at,
        person=person,
        place=track.place,
        approach_m_s=track.approach_m_s,
        speed_m_s=track.speed_m_s,
        head_yaw_rad=yaw,
        head_pitch_rad=pitch,
        gaze_off_rad=off,
        face_height_m=z,
    )


def _begin(person: PersonId, at: float, distance: float, bearing: float) -> Track:
    spread = np.diag([0.0, 0.0, 0.1, 0.1])
    spread[:2, :2] = floor_noise(distance, bearing, DISTANCE_NOISE)
    return Track(
        person=person,
        state=np.array([*on_floor(distance, bearing), 0.0, 0.0]),
        spread=spread,
        at=at,
        first_at=at,
        seen_at=at,
        sighting=Sighting(face=None, body=None, bearing_rad=bearing, ranges=()),
    )
