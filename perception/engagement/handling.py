"""What somebody holds, by where things are against their hands and ears. Pure geometry.

A thing is in a hand where its box reaches the hand, and no other's hand is nearer; a hand that a
large thing hides is behind it where the elbow is seen and the hand is guessed to be there. How
large a thing is in metres is known from the body itself: what is far too small or too large for
its word is none. What hangs on a back or a shoulder fills no hand and is not told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from perception.eyes.bodies import LEFT_EAR, RIGHT_EAR, SEEN
from perception.eyes.camera import Box
from perception.eyes.objects import Thing, ThingSeen
from perception.eyes.sightings import Body

Points = NDArray[Any]

HANDS: Final = (("left", 13, (15, 17, 19, 21)), ("right", 14, (16, 18, 20, 22)))
"""Elbow of each; wrist, little finger, first finger and thumb."""
EARS: Final = (LEFT_EAR, RIGHT_EAR)
REACH_M: Final = 0.1
"""From a hand to a box around what it holds: points and boxes are both a little off."""
AT_EAR_M: Final = 0.14
LOOKS_DOWN_RAD: Final = np.radians(15)
"""Who looks so far below the agent's eyes looks at what is in the hand."""
LONGEST_M: Final = {
    Thing.PHONE: (0.06, 0.3),
    Thing.CUP: (0.05, 0.3),
    Thing.BOTTLE: (0.08, 0.5),
    Thing.BOOK: (0.1, 0.5),
    Thing.LAPTOP: (0.15, 0.7),
    Thing.HANDBAG: (0.12, 0.8),
    Thing.BACKPACK: (0.2, 0.9),
    Thing.BOX: (0.12, 1.2),
    Thing.UMBRELLA: (0.15, 1.4),
    Thing.SUITCASE: (0.25, 1.3),
}
"""The longer side of the box, least and most."""
SMALL: Final = frozenset((Thing.CUP, Thing.BOTTLE, Thing.BOOK))
"""One leaves the other hand free: it takes one in each to have the hands full."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What one look at things says of one person; empty: nothing of the kind."""

    at: float
    carries: str = ""
    """`a suitcase in the right hand`."""
    phones: str = ""
    """`a telephone at the right ear`, `a telephone in the left hand, looked at`."""


def handled(
    at: float, body: Body, things: Sequence[ThingSeen], size_px: tuple[int, int], *,
    head_pitch_rad: float | None = None, others: Sequence[Body] = (),
) -> Handled | None:  # fmt: skip
    """What a person with this body holds; None: the body does not show it.

    `others`: bodies beside it in the same picture, whose hands may be nearer. `head_pitch_rad`:
    against the line to the agent, up positive; None: not seen.
    """
    scale_px = metre_px(body, size_px)
    hands, hidden = _hands(body, size_px), _hands(body, size_px, hidden=True)
    if scale_px is None or body.outline is None or body.visible is None:
        return None
    rivals = [hand for other in others for _, hand in _hands(other, size_px)]
    held: dict[str, ThingSeen] = {}
    phones = ""
    for one in sorted(things, key=lambda thing: thing.sure):
        least_m, most_m = LONGEST_M[one.thing]
        box = _pixels(one.box, size_px)
        if not least_m <= max(box[2] - box[0], box[3] - box[1]) / scale_px <= most_m:
            continue
        reaches = {side: _gap(points, box) / scale_px for side, points in hands}
        if one.thing not in SMALL and one.thing is not Thing.PHONE:
            reaches |= {side: 0.0 for side, points in hidden if _gap(points, box) == 0.0}
        side = min(reaches, key=lambda side: reaches[side], default=None)
        away_m = reaches[side] if side is not None else np.inf
        theirs = min((_gap(hand, box) / scale_px for hand in rivals), default=np.inf)
        in_hand = away_m <= REACH_M and away_m <= theirs
        if one.thing is Thing.PHONE:
            phones = _phone(body, box, scale_px, size_px, in_hand, side, head_pitch_rad) or phones
        elif in_hand and side is not None:
            held[side] = one
    return Handled(at, carries=_carried(held), phones=phones)


def _carried(held: dict[str, ThingSeen]) -> str:
    large = [(side, one) for side, one in held.items() if one.thing not in SMALL]
    if large:
        side, one = max(large, key=lambda pair: pair[1].sure)
        return f"{_a(one.thing)} in the {side} hand"
    if len(held) == len(HANDS):
        return " and ".join(f"{_a(one.thing)} in the {side} hand" for side, one in held.items())
    return ""


def _phone(
    body: Body, box: Points, scale_px: float, size_px: tuple[int, int], in_hand: bool,
    side: str | None, head_pitch_rad: float | None,
) -> str:  # fmt: skip
    assert body.outline is not None
    assert body.visible is not None
    for name, ear in zip(("left", "right"), EARS, strict=True):
        point = body.outline[[ear]] * size_px
        # An ear behind the head is guessed, but the head is where it is.
        if _gap(point, box) / scale_px <= AT_EAR_M and body.visible[ear] > SEEN / 2:
            return f"{_a(Thing.PHONE)} at the {name} ear"
    if in_hand and head_pitch_rad is not None and head_pitch_rad <= -LOOKS_DOWN_RAD:
        return f"{_a(Thing.PHONE)} in the {side} hand, looked at"
    return ""


def _a(thing: Thing) -> str:
    return f"{'an' if thing.value[0] in 'aeiou' else 'a'} {thing.value}"


def _hands(
    body: Body, size_px: tuple[int, int], *, hidden: bool = False
) -> list[tuple[str, Points]]:
    """The points of each hand that is seen, or is `hidden` below an elbow that is; pixels."""
    outline, visible = body.outline, body.visible
    if outline is None or visible is None:
        return []
    return [
        (side, outline[list(points)] * size_px)
        for side, elbow, points in HANDS
        if bool(visible[points[0]] > SEEN) != hidden and (visible[elbow] > SEEN or not hidden)
    ]


def _pixels(box: Box, size_px: tuple[int, int]) -> Points:
    width, height = size_px
    return np.array([box.left * width, box.top * height, box.right * width, box.bottom * height])


def _gap(points: Points, box: Points) -> float:
    """From the nearest of (n, 2) points to a box, pixels; 0 inside."""
    beyond = np.maximum(np.maximum(box[:2] - points, points - box[2:]), 0.0)
    return float(np.hypot(*beyond.T).min())


def metre_px(body: Body, size_px: tuple[int, int]) -> float | None:
    """How many pixels a metre is where the body stands; None: too little of it is seen."""
    if body.world is None or body.outline is None or body.visible is None:
        return None
    seen = body.visible > SEEN
    if seen.sum() < FEWEST_POINTS:
        return None
    drawn, metres = body.outline[seen] * size_px, body.world[seen, :2]
    spread_m = float(np.linalg.norm(metres - metres.mean(axis=0)))
    spread_px = float(np.linalg.norm(drawn - drawn.mean(axis=0)))
    return spread_px / spread_m if spread_m > LEAST_SPREAD_M and spread_px > 1 else None


FEWEST_POINTS, LEAST_SPREAD_M = 6, 0.1
