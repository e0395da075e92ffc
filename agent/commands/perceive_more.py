"""What `foyer perceive` tells beyond people, where asked: actions, and action units of faces."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.core.errors import BackendUnavailableError
from agent.core.messages import PersonId
from agent.interpreting import interpretations
from agent.models import models_folder
from perception import closer
from perception.actions.live_hands import HandInPicture, beside
from perception.actions.recogniser import own_actions, read_actions
from perception.affect.config import NOTICE
from perception.eyes.camera import Box
from perception.eyes.people import PeopleConfig
from perception.eyes.track import Track
from perception.faces.movements import Movement
from perception.faces.network import Weights, load
from perception.faces.reader import ShapesBy
from perception.seeing import SeeingConfig
from perception.senses import Picture

if TYPE_CHECKING:
    from perception.backends.mediapipe_hands import HandPoints

AROUND = 1.4
"""Hands may be beside the body's box."""


class Closer:
    """Looks closer at who is followed; everything it remembers goes with the person."""

    def __init__(
        self, *, actions: Path | None, faces: bool, seeing: SeeingConfig | None = None,
        brief: bool = False,
    ) -> None:  # fmt: skip
        """`actions`: a file of sentences, or an empty path for those that ship; None: none.

        `seeing`: where it asks for that, what faces may express is told, too. `brief`: of faces,
        movements under half a second.
        """
        self._interpretations = None
        if faces and seeing is not None:
            self._interpretations = interpretations(seeing, None)
        if self._interpretations is not None:
            print(f"seeing.affect is on. {NOTICE}", file=sys.stderr)
        weights: Weights | None = load() if faces else None
        sentences = None
        if actions is not None:
            sentences = read_actions(actions) if actions.name else own_actions()
        self._looks = closer.Closer(weights=weights, actions=sentences, brief=brief)
        self._hands = _hands() if sentences is not None else None

    def close(self) -> None:
        """Give the hand model back."""
        if self._hands is not None:
            self._hands.close()

    @property
    def poor(self) -> bool:
        """Most faces so far were in a picture too poor for them to be read."""
        return self._looks.poor

    def looking(self, config: PeopleConfig) -> PeopleConfig:
        """Bodies are measured often enough to see them move."""
        return self._looks.looking(config)

    def take(self, picture: Picture, tracks: Sequence[Track]) -> list[str]:
        """JSON lines about this picture."""
        hands: dict[PersonId, closer.Hands] = {}
        places: dict[PersonId, closer.Hands] = {}
        for track in tracks if self._hands is not None else ():
            around = _around(track, picture.at)
            if around is None or self._hands is None:
                continue
            left, right = self._hands.placed(picture.pixels, around)
            hands[track.person] = _each(lambda hand: hand.points_m, left, right)
            face = track.face.points if track.face and track.face_at == picture.at else None
            if face is not None:
                places[track.person] = _each(partial(beside, face=face), left, right)
        close = self._looks.take(picture.at, tracks, hands, places)
        return [line for one in close for line in (*_lines(one), *self._interpreted(one))]

    def _interpreted(self, close: "closer.Closeup") -> list[str]:
        """The chain of a face whose units have changed, where that is asked for."""
        if self._interpretations is None or not close.there:
            return []
        reading = self._interpretations.of(tuple(closer.face_unit(u) for u in close.there))
        return [_line("FaceInterpreted", close.person, close.at, asdict(reading))]


def _each(
    of: "Callable[[HandInPicture], closer.Floats | None]",
    left: "HandInPicture | None",
    right: "HandInPicture | None",
) -> "closer.Hands":
    """Something of both hands, where they are seen."""
    return None if left is None else of(left), None if right is None else of(right)


def _around(track: Track, at: float) -> Box | None:
    """Where the hands of somebody may be: about the body, or what the face tells of it."""
    if track.body is not None and track.body_at == at:
        return track.body.box.grown(AROUND)
    if track.face is None or track.face_at != at:
        return None
    face = track.face.box
    wide, high = face.right - face.left, face.bottom - face.top
    return Box(
        face.left - 2 * wide, face.top - high, face.right + 2 * wide, face.bottom + 3.5 * high
    )


def _lines(close: "closer.Closeup") -> list[str]:
    lines = [
        _line("FaceMoved", close.person, close.at, _movement(movement))
        for movement in close.movements
    ]
    if close.there is not None:
        about = [
            {"unit": u.number, "confidence": u.confidence, "intensity": u.intensity,
             "asymmetry": u.asymmetry, "points": u.points, "parts": dict(u.parts),
             "in_regions": u.in_regions} for u in close.there
        ]  # fmt: skip
        told: dict[str, Any] = {"there": about}
        if close.shapes is not None:  # our own, the fallback, are not in the line
            told |= {"blendshapes_by": ShapesBy.MEDIAPIPE, "blendshapes": close.shapes}
        lines.append(_line("FaceUnits", close.person, close.at, told))
    if close.action is not None:
        lines.append(_line("ActionSeen", close.person, close.action.at, asdict(close.action)))
    return lines


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
