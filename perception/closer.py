"""A closer look at those who are followed: what their faces do, and what they do with their bodies.

Off unless a site asks for it. What is told is names: which part of the face moved, how sure that
is, by which part it was told; which action, by which clauses. Points and pictures stay here, and
all that is remembered of somebody goes with them. Nobody's feelings are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import FaceMoved, FaceUnit, PersonId, VisitorActed
from perception.actions.figure import Sight
from perception.actions.judge import own_weights
from perception.actions.recogniser import ActionRecogniser, ActionSeen
from perception.actions.sentences import Sentence
from perception.eyes.people import PeopleConfig
from perception.eyes.track import Track
from perception.faces.movements import Movement
from perception.faces.network import Weights
from perception.faces.reader import FaceReader, FaceReading, ShapesBy, Told, UnitSeen
from perception.faces.units import SHAPES, UNITS

Floats = NDArray[np.float64]
Hands = tuple[Floats | None, Floats | None]

_NONE: Hands = (None, None)
BODIES_EVERY_S = 0.1
BRIEF_HZ = 30.0
NAMES = {unit.number: unit.name for unit in UNITS}


class CloserConfig(BaseModel):
    """What is looked at closer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    faces: bool = Field(
        False,
        description="Tell which parts of a face move (FACS action units), nods, shakes and blinks."
        " Geometry, no feelings. Needs the face model.",
    )
    actions: bool = Field(
        False,
        description="Tell what visitors do (wave, point, sit ...) from bodies and heads. Bodies are"
        " then looked at ten times a second, which costs about a third of a core for each.",
    )
    people: int = Field(
        2, ge=1, le=6, description="Of so many at most, the nearest; the others are not looked at."
    )

    @property
    def asked(self) -> bool:
        """Whether anything is."""
        return self.faces or self.actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeup:
    """What one picture told of one person."""

    person: PersonId
    at: float
    there: tuple[UnitSeen, ...] | None = None
    """The units that are there, where that changed."""
    shapes: Mapping[str, float] | None = None
    """Then, too, the blendshapes, where MediaPipe's own network told them."""
    movements: tuple[Movement, ...] = ()
    action: ActionSeen | None = None


class Closer:
    """Reads faces and bodies of tracks, picture by picture. Pure."""

    def __init__(
        self, *, weights: Weights | None, actions: Mapping[str, Sentence] | None,
        people: int = 99, brief: bool = False,
    ) -> None:  # fmt: skip
        """`weights`: of faces; None: they are not read. `actions`: sentences; None: likewise.

        `brief`: tell movements under half a second, which needs 20 pictures a second.
        """
        self._weights, self._actions, self._most = weights, actions, people
        self._brief = brief
        self._recognisers: dict[PersonId, ActionRecogniser] = {}
        self._readers: dict[PersonId, FaceReader] = {}
        self._units: dict[PersonId, tuple[int, ...]] = {}
        self._faces = self._shaking = 0

    @property
    def poor(self) -> bool:
        """Most faces so far were in a picture too poor for them to be read."""
        return 2 * self._shaking > self._faces

    def looking(self, config: PeopleConfig) -> PeopleConfig:
        """Bodies are measured, and faces looked at, often enough to see them move."""
        often: dict[str, float] = {}
        if self._actions is not None:
            often = {"body_s": BODIES_EVERY_S, "busy_hz": 15.0}
        if self._brief:
            often["busy_hz"] = BRIEF_HZ
        return config.model_copy(update={"focus": config.focus.model_copy(update=often)})

    def take(
        self,
        at: float,
        tracks: Sequence[Track],
        hands: Mapping[PersonId, Hands] | None = None,
        places: Mapping[PersonId, Hands] | None = None,
    ) -> list[Closeup]:
        """What the picture of the moment `at` tells. `hands`: (21, 3) points, where looked for.

        `places`: (3,) where the wrists are against the eyes, where the face was seen, too.
        """
        here = {track.person for track in tracks}
        for kept in (self._recognisers, self._readers, self._units):
            for gone in kept.keys() - here:
                del kept[gone]
        seen = [track for track in tracks if track.confirmed and track.seen_at == at]
        nearest = sorted(seen, key=lambda track: track.place.distance_m)[: self._most]
        known, where = hands or {}, places or {}
        found = [
            self._one(at, track, known.get(track.person, _NONE), where.get(track.person, _NONE))
            for track in nearest
        ]
        return [one for one in found if one is not None]

    def _one(self, at: float, track: Track, hands: Hands, places: Hands) -> Closeup | None:
        reading = self._face(at, track)
        there: tuple[UnitSeen, ...] | None = None
        shapes: Mapping[str, float] | None = None
        movements: tuple[Movement, ...] = ()
        if reading is not None:
            self._faces += 1
            self._shaking += reading.shaking
            told = tuple(unit for unit in reading.units if unit.told is Told.THERE)
            numbers = tuple(unit.number for unit in told)
            if numbers != self._units.get(track.person, ()):
                self._units[track.person] = numbers
                there = told
                if reading.shapes_by is ShapesBy.MEDIAPIPE:
                    shapes = dict(zip(SHAPES, reading.shapes.tolist(), strict=True))
            movements = reading.movements
        action = self._action(at, track, reading, hands, places)
        if there is None and not movements and action is None:
            return None
        return Closeup(
            person=track.person, at=at, there=there, shapes=shapes, movements=movements,
            action=action,
        )  # fmt: skip

    def _face(self, at: float, track: Track) -> FaceReading | None:
        face = track.face if track.face_at == at else None
        if self._weights is None or face is None or face.points is None:
            return None
        reader = self._readers.setdefault(
            track.person, FaceReader(self._weights, brief=self._brief)
        )
        return reader.take(at, face.points, face.shapes)

    def _action(
        self, at: float, track: Track, reading: FaceReading | None, hands: Hands, places: Hands
    ) -> ActionSeen | None:
        body = track.body if track.body_at == at else None
        if self._actions is None or (body is None and reading is None):
            return None
        recogniser = self._recognisers.setdefault(
            track.person, ActionRecogniser(self._actions, own_weights())
        )
        return recogniser.take(
            Sight(
                at=at, body=body.world if body else None, visible=body.visible if body else None,
                hands=hands, places=places, head=reading.head[:2] if reading else None,
            )
        )  # fmt: skip


def messages_of(close: Closeup) -> list[FaceMoved | VisitorActed]:
    """A close-up as facts for the bus."""
    said: list[FaceMoved | VisitorActed] = []
    if close.there is not None:
        units = tuple(face_unit(unit) for unit in close.there)
        said.append(FaceMoved(at=close.at, person=close.person, units=units))
    said += [
        FaceMoved(at=close.at, person=close.person, units=None, movement=str(movement.kind))
        for movement in close.movements
    ]
    if (action := close.action) is not None:
        said.append(
            VisitorActed(
                at=action.at, person=close.person, action=action.action, fits=action.fits,
                hand=action.hand, because=action.because,
            )
        )  # fmt: skip
    return said


def face_unit(unit: UnitSeen) -> FaceUnit:
    """As a fact for the bus."""
    return FaceUnit(
        number=unit.number,
        name=NAMES[unit.number],
        confidence=unit.confidence,
        intensity=unit.intensity,
        asymmetry=unit.asymmetry,
        by=tuple(part for part, _ in unit.parts[:3]),
    )
