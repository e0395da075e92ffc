"""Gestures that take their time: earlier and slower to their place, and slower back.

How long a preparation and a retraction take at least is reckoned with the stroke; which strokes
there are and when their apexes fall hangs on that and not on what is added here. A hand leaves
earlier when nothing else needs it, and is longer on its way back. The poses of the gesture itself
keep their times.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from actuation.gestures.strokes import Stroke

_EARLIER: Final = 1.5
"""Of the preparation's usual time, more at most."""
_LONGER_S: Final = 0.5
"""Added to the way back."""


def unhurried(
    strokes: Sequence[Stroke],
    before: Sequence[Stroke],
    *,
    earliest_s: float,
    speed: float = 1.0,
) -> list[Stroke]:
    """The same strokes with more time around them.

    `before`: strokes placed earlier, that may still need a hand. Nothing moves before `earliest_s`.
    `speed`: as in `BodyStyle`.
    """
    made: list[Stroke] = []
    for stroke in sorted(strokes, key=lambda each: each.start_s):
        if stroke.additive:
            made.append(stroke)
            continue
        busy = [
            other.end_of_hold_s
            for other in (*before, *made)
            if other.hands & stroke.hands and other.apex_s < stroke.apex_s
        ]
        takes_s = float(stroke.key_times_s[0]) - stroke.start_s
        free_s = max([earliest_s, *busy])
        start_s = min(stroke.start_s, max(free_s, stroke.start_s - _EARLIER * takes_s))
        made.append(replace(stroke, start_s=start_s, end_s=stroke.end_s + _LONGER_S / speed))
    return made
