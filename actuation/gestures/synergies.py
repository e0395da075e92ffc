"""A hand in few numbers: the ways in which its joints move together, from the lexicon's shapes.

Principal components of the rotation vectors of fifteen joints (45 numbers), over all hand shapes
and those half between two. People's hands need few as well: two components describe most of their
grasps (Santello, Flanders and Soechting 1998). Here they complete hands of which a file has only
some joints, and put a hand into few numbers for bodies that have few motors.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.handshapes import SHAPES, HandShape, solve_hand
from actuation.joints.rotations import from_vector, mirrored, to_vector
from actuation.joints.skeleton import FINGERS, parts_of
from actuation.motion import JOINT_INDEX

Floats = NDArray[np.float64]

BONES: Final = tuple(f"{finger}{part}" for finger in FINGERS for part in parts_of(finger))
"""The fifteen joints of a hand, without their side."""
_PLACES: Final = {
    side: np.array([JOINT_INDEX[f"{side}{bone}"] for bone in BONES]) for side in ("left", "right")
}
_DOUBT_RAD: Final = 0.1
"""How far a known joint may be from what the synergies can show, when a hand is completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandSynergies:
    """The middle of all hands, and the directions in which they differ most. Left hands."""

    middle: Floats
    """(45,) radians."""
    ways: Floats
    """(k, 45) of length 1, square to each other, the widest first."""
    spread: Floats
    """(k,) standard deviation along each, radians."""

    def numbers(self, joints: NDArray[np.floating], side: str) -> Floats:
        """(..., k) of hands as part of (..., 44, 4)."""
        return np.asarray((self._vectors(joints, side) - self.middle) @ self.ways.T)

    def hand(self, numbers: NDArray[np.floating], side: str) -> Floats:
        """(..., 15, 4) joints in the order of `BONES`, of (..., k)."""
        vectors = self.middle + numbers @ self.ways
        turns = from_vector(vectors.reshape((*vectors.shape[:-1], len(BONES), 3)))
        return turns if side == "left" else mirrored(turns)

    def completed(
        self, joints: NDArray[np.floating], known: Collection[str], side: str
    ) -> NDArray[np.float32]:
        """(frames, 44, 4) with the joints of that hand that are not `known` filled in.

        The likeliest numbers for the known joints, the widest ways first to be believed. A single
        joint for all fingers is a mitten: they do as it does. Without any known joint, the hand is
        at ease.
        """
        whole = np.array(joints, np.float32)
        has = np.array([f"{side}{bone}" in known for bone in BONES])
        has = _as_a_mitten(whole, has, side)
        if has.all():
            return whole
        if has.any():
            seen = np.repeat(has, 3)
            ways = self.ways[:, seen] / _DOUBT_RAD
            apart = (self._vectors(whole, side) - self.middle)[:, seen] / _DOUBT_RAD
            gram = ways @ ways.T + np.diag(self.spread**-2.0)
            likeliest = np.linalg.solve(gram, ways @ apart.T).T
            filled = self.hand(likeliest, side)
        else:
            ease = solve_hand(side, SHAPES["relaxed"])
            filled = np.array([ease[f"{side}{bone}"].quat for bone in BONES])[None]
        whole[:, _PLACES[side][~has]] = filled[:, ~has]
        return whole

    def _vectors(self, joints: NDArray[np.floating], side: str) -> Floats:
        turns = np.asarray(joints, np.float64)[..., _PLACES[side], :]
        vectors = to_vector(turns if side == "left" else mirrored(turns))
        return vectors.reshape(*vectors.shape[:-2], -1)


def _as_a_mitten(
    whole: NDArray[np.float32], has: NDArray[np.bool_], side: str
) -> NDArray[np.bool_]:
    """Which joints are known, once a mitten's joint has moved all fingers in `whole`."""
    by_finger = has.reshape(len(FINGERS), 3)
    moving = np.flatnonzero(by_finger[1:].any(axis=1)) + 1
    if len(moving) != 1 or by_finger[moving[0]].sum() != 1:
        return has
    places = _PLACES[side].reshape(len(FINGERS), 3)
    told = by_finger[moving[0]]
    has = by_finger.copy()
    for finger in range(1, len(FINGERS)):
        whole[:, places[finger][told]] = whole[:, places[moving[0]][told]]
        has[finger] = told
    return has.reshape(-1)


def vectors_of(shapes: Mapping[str, HandShape]) -> Floats:
    """(shapes, 45) rotation vectors of left hands, radians."""
    hands = [solve_hand("left", shape) for shape in shapes.values()]
    turns = np.array([[hand[f"left{bone}"].quat for bone in BONES] for hand in hands])
    return to_vector(turns).reshape(len(turns), -1)


def synergies_of(shapes: Mapping[str, HandShape], count: int) -> HandSynergies:
    """The `count` widest ways of these shapes and of those half between each two."""
    ends = vectors_of(shapes)
    halves = np.array([(a + b) / 2 for a, b in combinations(ends, 2)]).reshape(-1, ends.shape[1])
    hands = np.concatenate([ends, halves])
    middle = hands.mean(axis=0)
    _, sizes, ways = np.linalg.svd(hands - middle, full_matrices=False)
    spread = sizes[:count] / np.sqrt(len(hands))
    wide = spread > 1e-6
    return HandSynergies(middle=middle, ways=ways[:count][wide], spread=spread[wide])


@cache
def standard_synergies(count: int = 8) -> HandSynergies:
    """Those of the character's own hand shapes."""
    return synergies_of(SHAPES, count)


def error_deg(hands: Floats, shown: Floats) -> tuple[float, float]:
    """Root mean square and largest angle between the joints of hands (n, 45), degrees."""
    a, b = (from_vector(each.reshape(-1, 3)) for each in (hands, shown))
    dots = np.abs(np.sum(a * b, axis=-1))
    apart = np.degrees(2 * np.arccos(np.clip(dots, 0.0, 1.0)))
    return float(np.sqrt(np.mean(apart**2))), float(apart.max())
