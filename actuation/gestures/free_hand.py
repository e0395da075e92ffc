"""The hand that a gesture leaves free beats along, where a stress falls while the other is held.

One arm points and stays, the other marks what is said meanwhile. Only a hand that nothing else
needs, only on a stress that leads its phrase, and never so soon that the beat comes late.
"""

from collections.abc import Sequence
from typing import Final

from actuation.gestures.lexemes import Lexicon
from actuation.gestures.strokes import Stroke, make_stroke
from actuation.gestures.style import BodyStyle
from actuation.joints.skeleton import SIDES, Skeleton
from actuation.score import ScoredClause

_BEAT: Final = "beat"
_AFTER_APEX_S: Final = 0.2
"""A stress nearer to the other hand's own apex is marked by that."""
_LATE_S: Final = 0.04
_STRONG: Final = 0.55
_SIZE: Final = 0.7
"""Smaller than a beat that is alone."""


def free_hand_beats(
    spoken: ScoredClause,
    strokes: Sequence[Stroke],
    before: Sequence[Stroke],
    *,
    earliest_s: float,
    lexicon: Lexicon,
    skeleton: Skeleton,
    style: BodyStyle,
) -> list[Stroke]:
    """Beats of free hands during the holds of `strokes`, of a clause in stage time.

    `before`: strokes that were placed earlier and may still need a hand.
    """
    lexeme = lexicon.named(_BEAT)
    if lexeme is None or lexeme.hands != "one":
        return []
    taken = [*before, *strokes]
    beats: list[Stroke] = []
    for held in strokes:
        if len(held.hands) != 1:
            continue
        (side,) = (each for each in SIDES if each not in held.hands)
        for accent in spoken.prominences:
            if not accent.leads or accent.strength < _STRONG:
                continue
            if not held.apex_s + _AFTER_APEX_S <= accent.at_s <= held.usual.end_of_hold_s:
                continue
            beat = make_stroke(
                lexeme, skeleton, apex_s=accent.at_s, earliest_s=earliest_s, side=side,
                size=_SIZE, style=style,
            )  # fmt: skip
            if beat.apex_s <= accent.at_s + _LATE_S and _free(beat, side, [*taken, *beats]):
                beats.append(beat)
    return beats


def _free(beat: Stroke, side: str, others: Sequence[Stroke]) -> bool:
    return not any(
        side in other.hands
        and beat.start_s < other.usual.end_s
        and other.usual.start_s < beat.end_s
        for other in others
    )
