"""Where a chosen gesture goes: which hand, toward what, when; and how this one of its kind is made.

Whether there is time for a stroke, and what may come beside and after it, is reckoned with the
style as it usually is. Only then does the stroke get a variety of its own, so that a seed changes
how a stroke is made and never which strokes there are.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np

from actuation.gestures.lexemes import Lexeme
from actuation.gestures.sides import direction_of, spot_of
from actuation.gestures.strokes import Stroke, make_stroke
from actuation.gestures.style import BodyStyle
from actuation.joints.skeleton import SIDES, Skeleton
from agent.core.messages import Place

_POINTING_SIZE = 0.9
"""An arm that points is stretched at least so far."""
_RESTED_S = 1.6
"""After so long without a stroke the other hand may have its turn."""
_SAME_S = 1e-3


class Placing:
    """Makes strokes of gestures, and remembers which it made."""

    def __init__(self, skeleton: Skeleton, size: Callable[[], float]) -> None:
        """`size`: how far the hands go, 0.4..1.3, read with each stroke."""
        self._skeleton = skeleton
        self._size = size
        self.style = BodyStyle()
        """How strokes are made; read with each."""
        self.vary: Callable[[BodyStyle], BodyStyle] = lambda style: style
        """Gives the next stroke's own style."""
        self.done: deque[tuple[str, float]] = deque(maxlen=32)
        """Names and apexes of the latest strokes."""
        self.beats = 0
        """How many of them were beats; with each third the other hand may have its turn."""
        self._hand = "right"

    def place(
        self,
        lexeme: Lexeme,
        apex_s: float,
        earliest_s: float,
        toward: Place | None = None,
        named_side: str | None = None,
        *,
        late_s: float = np.inf,
        beside: Sequence[Stroke] = (),
        straight: bool = False,
    ) -> Stroke | None:
        """The stroke on `apex_s`, or as late as it must be when nothing moves before `earliest_s`.

        None when that is more than `late_s` late, or would disturb one of those `beside` it.
        `named_side`: the hand that words ask for. `straight`: as in `make_stroke`.
        """
        aim = direction_of(toward, self._skeleton) if toward is not None else None
        hand = self._hand_for(lexeme, apex_s, aim, named_side)

        def made(style: BodyStyle) -> Stroke:
            size = self._size()
            return make_stroke(
                lexeme,
                self._skeleton,
                apex_s=apex_s,
                earliest_s=earliest_s,
                side=hand,
                aim=aim if lexeme.aimed else None,
                place=spot_of(toward) if lexeme.aimed and toward is not None else None,
                size=size if lexeme.kind != "deictic" else max(size, _POINTING_SIZE),
                style=style,
                straight=straight,
            )

        usual = made(self.style)
        if usual.apex_s > apex_s + late_s or any(_disturb(usual, other) for other in beside):
            return None
        style = self.vary(self.style)
        stroke = made(style)
        if stroke.apex_s > usual.apex_s + _SAME_S:
            # Slower than there is time for: no slower than usual, then.
            stroke = made(style.model_copy(update={"speed": self.style.speed}))
        self._hand = hand
        self.done.append((lexeme.name, usual.apex_s))
        return replace(stroke, planned=usual.usual)

    def _hand_for(
        self,
        lexeme: Lexeme,
        apex_s: float,
        aim: tuple[float, float, float] | None,
        named_side: str | None,
    ) -> str:
        if aim is not None:
            return "left" if aim[0] > 0.05 else "right"
        if named_side is not None and lexeme.kind == "deictic":
            return named_side
        if any(apex_s - at <= _RESTED_S for _, at in self.done):
            return self._hand
        if not self.done:
            return SIDES[crc32(lexeme.name.encode()) % 2]
        return "left" if self._hand == "right" else "right"


def _disturb(one: Stroke, other: Stroke) -> bool:
    """Whether one begins while the other is prepared, made or held."""
    mine, its = one.usual, other.usual
    return mine.start_s < its.end_of_hold_s and its.start_s < mine.end_of_hold_s
