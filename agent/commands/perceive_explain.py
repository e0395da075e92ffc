"""`foyer perceive CLIP --explain DIR`: by what each action unit of a face was read, drawn.

For each person and unit the strongest moment is kept while the clip runs: what the network was
given, and the points. The picture itself is kept only where `--over-picture` asks for it.
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.commands.perceive_explained import line_of, map_of
from agent.configuration.faults import alike
from agent.core.errors import BadInputError
from agent.core.messages import PersonId
from perception.eyes.track import Track
from perception.faces.evidence import SURE
from perception.faces.network import Weights, load
from perception.faces.reader import FaceReader, FaceReading, Told, UnitSeen
from perception.faces.sensitivity import Explained, explained
from perception.faces.units import NUMBERS, UNITS, Unit
from perception.senses import Picture

Floats = NDArray[np.float64]

NO_FACE: Final = "no face was seen; show one upright, light and near enough"
NOTHING_FOUND: Final = (
    "a face was seen, but no unit was told of it; name some (--units 12,26) to see them anyway"
)
TURNED: Final = "a face was seen, but turned too far to be read; show it from the front"
POOR: Final = "the picture is too poor for faces to be read; give more light, or come nearer"
MEAN_FACE: Final = (
    "held against the mean face, as too little was seen of their own at rest: take the confidence"
    " for less than it says"
)


def add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--explain", type=Path, metavar="DIR",
        help="draw by which points each action unit was read, and where FACS sees it; of a film"
        " or of a still; implies --faces",
    )  # fmt: skip
    parser.add_argument(
        "--units", metavar="12,26", help="with --explain: these action units, told or not"
    )
    parser.add_argument(
        "--over-picture", action="store_true",
        help="with --explain: draw over the face as filmed, too; writes people's faces to DIR",
    )  # fmt: skip


def explaining(arguments: argparse.Namespace) -> "Explaining | None":
    """What was asked for. Raises `BadInputError` before anything is looked at."""
    folder: Path | None = arguments.explain
    if folder is None:
        for name, given in (("units", arguments.units), ("over-picture", arguments.over_picture)):
            if given:
                raise BadInputError(f"--{name} goes with --explain DIR")
        return None
    units = None if arguments.units is None else named_units(arguments.units)
    _usable(folder)
    return Explaining(load(), folder, units=units, over_picture=arguments.over_picture)


def named_units(text: str) -> tuple[int, ...]:
    """Places in `UNITS` of `12,AU26,jaw dropped`. Raises `BadInputError` for what is none."""
    places = [_place(word.strip()) for word in text.split(",") if word.strip()]
    if not places:
        raise BadInputError(f"--units {text!r}: names none; there are {_all_units()}")
    return tuple(dict.fromkeys(places))


def _place(word: str) -> int:
    number = word.lower().removeprefix("au").strip()
    names = [unit.name for unit in UNITS]
    if number.isdigit():
        if int(number) in NUMBERS:
            return NUMBERS.index(int(number))
        near = min(UNITS, key=lambda unit: abs(unit.number - int(number)))
        hint = f"; did you mean {near.number} ({near.name})? There are {_all_units()}"
        raise BadInputError(f"--units {word}: this action unit is not read{hint}")
    if word.lower() in names:
        return names.index(word.lower())
    hint = alike(word, names) or f"; there are {_all_units()}"
    raise BadInputError(f"--units {word}: there is no such action unit{hint}")


def _all_units() -> str:
    return ", ".join(str(number) for number in NUMBERS)


def _usable(folder: Path) -> None:
    """See that it can be written to; it is made only once there is something to put into it."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise BadInputError(f"--explain {folder}: {there} is a file; name a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise BadInputError(f"--explain {folder}: {there} cannot be written to; name another")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Over:
    """A face as filmed."""

    pixels: NDArray[np.uint8]
    places: Floats
    """(478, 2) of its pixels, right and down."""


def _cut(pixels: NDArray[np.uint8], points: Floats) -> _Over:
    """The face alone, and a little about it. `points`: (478, 3) right and up in the picture."""
    places = points[:, :2] * (1, -1)
    low, high = places.min(axis=0), places.max(axis=0)
    half, size = float((high - low).max()), np.array(pixels.shape[1::-1])
    left, top = np.clip((low + high) / 2 - half, 0, size - 1).astype(int)
    right, bottom = np.clip((low + high) / 2 + half, (left + 1, top + 1), size).astype(int)
    return _Over(pixels=pixels[top:bottom, left:right].copy(), places=places - (left, top))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """The strongest so far of one unit of one person."""

    reading: FaceReading
    unit: UnitSeen
    over: "_Over | None"

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """The largest is explained: of a unit that is there, its apex."""
        return self.reading.own_rest, self.unit.told is Told.THERE, self.unit.intensity


class Explaining:
    """Watches faces; at the end tells and draws by what their units were read."""

    def __init__(
        self, weights: Weights, folder: Path, *, units: tuple[int, ...] | None,
        over_picture: bool,
    ) -> None:  # fmt: skip
        """`units`: places in `UNITS`; None: those that are told."""
        self._weights, self._folder = weights, folder
        self._named, self._over = units, over_picture
        self._readers: dict[PersonId, FaceReader] = {}
        self._moments: dict[tuple[PersonId, int], _Moment] = {}
        self._confirmed: set[PersonId] = set()
        self._rested: set[PersonId] = set()
        self._read = self._shook = 0

    def take(self, picture: Picture, tracks: Sequence[Track]) -> None:
        """One picture, and who was found in it."""
        for track in tracks:
            face = track.face if track.face_at == picture.at else None
            if face is None or face.points is None:
                continue
            if track.confirmed and track.person not in self._confirmed:
                self._begin(track.person)
            reader = self._readers.setdefault(track.person, FaceReader(self._weights))
            reading = reader.take(picture.at, face.points)
            if reading is None:
                continue
            if reading.shaking:
                self._shook += 1
            elif not reading.turned_far:
                self._read += 1
                self._keep(track.person, reading, face.points, picture)

    def _begin(self, person: PersonId) -> None:
        """From here on all is as in what is told of units: glimpses before do not count."""
        self._confirmed.add(person)
        self._readers.pop(person, None)
        self._rested.discard(person)
        for k in range(len(UNITS)):
            self._moments.pop((person, k), None)

    def _keep(
        self, person: PersonId, reading: FaceReading, points: Floats, picture: Picture
    ) -> None:
        if reading.own_rest:
            self._rested.add(person)
        for k, unit in enumerate(reading.units):
            if not self._wanted(k, unit, reading):
                continue
            moment = _Moment(reading=reading, unit=unit, over=None)
            before = self._moments.get((person, k))
            if before is None or moment.rank > before.rank:
                over = _cut(picture.pixels, points) if self._over else None
                self._moments[person, k] = replace(moment, over=over)

    def _wanted(self, k: int, unit: UnitSeen, reading: FaceReading) -> bool:
        if self._named is not None:
            return k in self._named
        if reading.own_rest:
            return unit.told is Told.THERE
        return bool(self._weights.told[k] > 0.5) and unit.confidence >= SURE

    def finish(self) -> tuple[list[str], list[str]]:
        """JSON lines, and notes for the error output; writes the pictures.

        Raises `BadInputError` where no face was seen that can be read.
        """
        if not self._readers:
            raise BadInputError(NO_FACE)
        if self._shook > self._read:
            raise BadInputError(POOR)
        if not self._read:
            raise BadInputError(TURNED)
        # Who was seen too shortly to count as a person is told of only where nobody else was.
        people = self._confirmed or set(self._readers)
        kept = {
            (person, k): moment
            for (person, k), moment in sorted(self._moments.items())
            if person in people and (moment.reading.own_rest or person not in self._rested)
        }
        notes = [] if kept else [NOTHING_FOUND]
        unrested = sorted({who for (who, _), m in kept.items() if not m.reading.own_rest})
        notes += [f"{person}: {MEAN_FACE}" for person in unrested]
        return [self._told(person, k, moment) for (person, k), moment in kept.items()], notes

    def _told(self, person: PersonId, k: int, moment: _Moment) -> str:
        found = explained(self._weights, moment.reading.known, k)
        files = self._draw(person, UNITS[k], moment, found)
        line = line_of(person, UNITS[k], moment.reading, moment.unit, found)
        return json.dumps(line | files, ensure_ascii=False)

    def _draw(
        self, person: PersonId, unit: Unit, moment: _Moment, found: Explained
    ) -> dict[str, str]:
        # Heavy: only where something is drawn.
        from perception.backends.face_map import drawn, written

        face = map_of(person, unit, moment.reading, moment.unit, found)
        path = self._folder / f"{person}_au{unit.number:02d}.png"
        written(drawn(face), path)
        if (over := moment.over) is None:
            return {"drawing": str(path)}
        above = path.with_stem(f"{path.stem}_over_picture")
        written(drawn(replace(face, places=over.places, ground=over.pixels)), above)
        return {"drawing": str(path), "over_picture": str(above)}
