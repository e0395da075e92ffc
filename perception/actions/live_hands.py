"""An operator's hands as a puppet's: joints, where each is against the face, calmed. Pure.

Where a hand is: its place in the picture against the point between the eyes, by the face's own
size; nearer than the face by how much larger it looks than a hand beside the face would. A camera
that tells no depth tells this roughly.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.actions.hand_joints import BONES, HandSeen, hand_joints

Floats = NDArray[np.float64]

CALM_S: Final = 0.07
GONE_S: Final = 0.4
"""A hand not seen for so long goes down."""
RISE_S: Final = 0.3
"""From rest to where it was seen, and back."""
EYES_APART_M: Final = 0.092
"""Between the outer corners of the eyes, ordinary adults."""
_CORNERS: Final = (33, 263)
_FACE_AT_M: Final = 0.65
"""How far a face before a webcam is taken to be."""
_REACH_M: Final = np.array([0.6, 0.65, 0.5])


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInPicture:
    """One hand as the network tells it."""

    left: bool
    points_m: Floats
    """(21, 3) about the hand: right, down, away."""
    places_px: Floats
    """(21, 2) in the picture: right, down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMoved:
    """Where a puppet's hand should be."""

    turns: Floats
    """(15, 4) of the fingers, order `hand_joints.BONES`."""
    place_m: Floats
    """(3,) wrist against the point between the eyes: the person's left, up, toward the camera."""
    palm: Floats
    """(3,) where it looks, the same axes."""
    fingers: Floats
    """(3,) where straight fingers would point."""
    share: float
    """0..1: how far it has come up from rest."""


class LiveHands:
    """Of one person. Times rise."""

    def __init__(self) -> None:
        self._hands = (_Hand(), _Hand())
        self._face: Floats | None = None

    def take(
        self,
        at: float,
        face: Floats | None,
        hands: tuple[HandInPicture | None, HandInPicture | None],
    ) -> tuple[HandMoved | None, HandMoved | None]:
        """Left and right. `face`: (478, 3) right, up, out in pixels; without one, the last."""
        if face is not None and face.shape[0] > max(_CORNERS) and np.isfinite(face).all():
            self._face = face[list(_CORNERS)]
        left, right = hands
        return self._hands[0].take(at, left, self._face), self._hands[1].take(at, right, self._face)


class _Hand:
    """One side."""

    def __init__(self) -> None:
        self._at = self._seen_at = -math.inf
        self._share = 0.0
        self._now: tuple[Floats, Floats, Floats, Floats] | None = None

    def take(self, at: float, hand: HandInPicture | None, eyes: Floats | None) -> HandMoved | None:
        if at <= self._at:
            return None
        step, self._at = min(at - self._at, 1.0), at
        seen = hand_joints(hand.points_m, left=hand.left) if hand is not None else None
        if hand is not None and seen is not None and eyes is not None:
            place = where(hand, eyes)
            if place is not None:
                self._seen_at = at
                self._follow(step, seen, place)
        there = at - self._seen_at < GONE_S
        self._share = float(np.clip(self._share + (step if there else -step) / RISE_S, 0, 1))
        if self._now is None or self._share <= 0.0:
            self._now = None
            return None
        turns, place, palm, fingers = self._now
        share = self._share**2 * (3 - 2 * self._share)
        return HandMoved(turns=turns, place_m=place, palm=palm, fingers=fingers, share=share)

    def _follow(self, step: float, seen: HandSeen, place: Floats) -> None:
        new = (seen.turns, place, seen.palm, seen.fingers)
        if self._now is None:
            self._now = new
            return
        part = 1 - math.exp(-step / CALM_S)
        turns = self._now[0] + part * (_beside(seen.turns, self._now[0]) - self._now[0])
        turns = turns / np.linalg.norm(turns, axis=1, keepdims=True)
        rest = [old + part * (value - old) for old, value in zip(self._now, new, strict=True)][1:]
        self._now = (turns, rest[0], rest[1], rest[2])


def _beside(turns: Floats, before: Floats) -> Floats:
    """The same turns, each written as the quaternion nearer to the one before."""
    signs = np.where((turns * before).sum(axis=1) < 0, -1.0, 1.0)
    return np.asarray(turns * signs.reshape(len(BONES), 1))


def beside(hand: HandInPicture, face: Floats) -> Floats | None:
    """The same against a face's (478, 3) points, right, up, out in pixels."""
    return where(hand, face[list(_CORNERS)])


def where(hand: HandInPicture, eyes: Floats) -> Floats | None:
    """(3,) metres: left, up, toward the camera, of the wrist against the middle of `eyes`."""
    apart = float(np.linalg.norm(eyes[1] - eyes[0]))
    flat = hand.points_m[:, :2] - hand.points_m[:, :2].mean(axis=0)
    drawn = hand.places_px - hand.places_px.mean(axis=0)
    spread = float(np.sqrt((flat**2).sum()))
    if not np.isfinite(hand.places_px).all() or apart < 1 or spread < 1e-4:
        return None
    face_px_m = apart / EYES_APART_M
    nearer = face_px_m / max(float(np.sqrt((drawn**2).sum())) / spread, 1e-6)
    nearer = float(np.clip(nearer, 0.3, 1.1))
    off = hand.places_px[0] - eyes[:, :2].mean(axis=0) * (1.0, -1.0)
    place = np.array(
        [off[0] * nearer / face_px_m, -off[1] * nearer / face_px_m, _FACE_AT_M * (1 - nearer)]
    )
    return np.asarray(np.clip(place, -_REACH_M, _REACH_M))
