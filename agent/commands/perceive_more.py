"""What `foyer perceive` tells beyond people, where asked: actions, and action units of faces."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from agent.core.messages import PersonId
from agent.models import models_folder
from perception.actions.figure import Sight
from perception.actions.recogniser import ActionRecogniser, own_actions, read_actions
from perception.eyes.people import PeopleConfig
from perception.eyes.track import Track
from perception.faces.movements import Movement
from perception.faces.network import Weights, load
from perception.faces.reader import FaceReader, FaceReading, Told
from perception.senses import Picture

if TYPE_CHECKING:
    from perception.backends.mediapipe_hands import HandPoints

Floats = NDArray[np.float64]

BODIES_EVERY_S = 0.1
AROUND = 1.4
"""Hands may be beside the body's box."""


class Closer:
    """Looks closer at who is followed; everything it remembers goes with the person."""

    def __init__(self, *, actions: Path | None, faces: bool) -> None:
        """`actions`: a file of sentences, or an empty path for those that ship; None: none."""
        self._weights: Weights | None = load() if faces else None
        self._actions = None
        if actions is not None:
            self._actions = read_actions(actions) if actions.name else dict(own_actions())
        self._hands = _hands() if self._actions is not None else None
        self._recognisers: dict[PersonId, ActionRecogniser] = {}
        self._readers: dict[PersonId, FaceReader] = {}
        self._units: dict[PersonId, tuple[int, ...]] = {}

    def close(self) -> None:
        """Give the hand model back."""
        if self._hands is not None:
            self._hands.close()

    def looking(self, config: PeopleConfig) -> PeopleConfig:
        """Bodies are measured often enough to see them move."""
        if self._actions is None:
            return config
        focus = config.focus.model_copy(update={"body_s": BODIES_EVERY_S, "busy_hz": 15.0})
        return config.model_copy(update={"focus": focus})

    def take(self, picture: Picture, tracks: Sequence[Track]) -> list[str]:
        """JSON lines about this picture."""
        at = picture.at
        here = {track.person for track in tracks}
        for kept in (self._recognisers, self._readers, self._units):
            for gone in kept.keys() - here:
                del kept[gone]
        lines = []
        for track in tracks:
            if track.confirmed and track.seen_at == at:
                reading = self._face(at, track)
                lines += self._units_told(track.person, reading) + self._action(
                    picture, track, reading
                )
        return lines

    def _face(self, at: float, track: Track) -> FaceReading | None:
        face = track.face if track.face_at == at else None
        if self._weights is None or face is None or face.points is None:
            return None
        reader = self._readers.setdefault(track.person, FaceReader(self._weights))
        return reader.take(at, face.points)

    def _units_told(self, person: PersonId, reading: FaceReading | None) -> list[str]:
        if reading is None:
            return []
        there = [unit for unit in reading.units if unit.told is Told.THERE]
        numbers = tuple(unit.number for unit in there)
        lines = [
            _line("FaceMoved", person, reading.at, _movement(movement))
            for movement in reading.movements
        ]
        if numbers != self._units.get(person, ()):
            self._units[person] = numbers
            about = [
                {"unit": u.number, "confidence": u.confidence, "intensity": u.intensity,
                 "asymmetry": u.asymmetry, "points": u.points} for u in there
            ]  # fmt: skip
            lines.append(_line("FaceUnits", person, reading.at, {"there": about}))
        return lines

    def _action(self, picture: Picture, track: Track, reading: FaceReading | None) -> list[str]:
        at = picture.at
        body = track.body if track.body_at == at else None
        if self._actions is None or (body is None and reading is None):
            return []
        recogniser = self._recognisers.setdefault(track.person, ActionRecogniser(self._actions))
        head = reading.head[:2] if reading else None
        hands: tuple[Floats | None, Floats | None] = (None, None)
        if self._hands is not None and body is not None:
            hands = self._hands.find(picture.pixels, body.box.grown(AROUND))
        seen = recogniser.take(
            Sight(
                at=at, body=body.world if body else None, visible=body.visible if body else None,
                hands=hands, head=head,
            )
        )  # fmt: skip
        return [_line("ActionSeen", track.person, seen.at, asdict(seen))] if seen else []


def _hands() -> "HandPoints | None":
    """The hand model; without it actions are told from bodies and heads, which is said."""
    # Heavy: only where actions are asked for.
    from perception.backends.mediapipe_hands import HandPoints

    try:
        return HandPoints(models_folder())
    except BackendUnavailableError as fault:
        print(f"{fault}; until then actions are told without hands", file=sys.stderr)
        return None


def _movement(movement: Movement) -> dict[str, Any]:
    fields = asdict(movement)
    return {"movement": fields.pop("kind")} | fields


def _line(kind: str, person: PersonId, at: float, more: dict[str, Any]) -> str:
    return json.dumps(
        {"kind": kind, "at": round(at, 4), "person": person} | _short(more), ensure_ascii=False
    )


def _short(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    return [_short(item) for item in value] if isinstance(value, list | tuple) else value
