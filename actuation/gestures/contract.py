"""What the performer asks of whoever moves arms and head: place gestures, lay them over the body.

All times are stage time, seconds. This file knows head gestures only, so that a silent greeting
works with nothing else; arms come from a richer `Gestures` given to the performer instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.style import BodyStyle
from actuation.joints.moves import REWIND_S
from actuation.joints.rotations import minimum_jerk, multiply, turned
from actuation.motion import JOINT_INDEX
from actuation.score import ScoredClause
from agent.core.messages import GestureCue

Floats = NDArray[np.float64]
RETRACT_S = 0.32
"""An interrupted gesture goes back in this time; 250-400 ms look unhurried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedStroke:
    """A gesture on the timeline, for the score's file and for tests."""

    lexeme: str
    start_s: float
    apex_s: float
    end_s: float
    hands: bool = False
    """Arms are needed to show it; the head alone cannot."""
    aim: tuple[float, float, float] | None = None
    """Where it points: unit direction in the model frame (left, up, forward)."""
    place: tuple[float, float, float] | None = None
    """The true place it points at: metres in the model frame; None where it is not known."""


class Gestures(Protocol):
    """Gestures over time. The performer calls these from one task."""

    def for_clause(self, spoken: ScoredClause, *, earliest_s: float) -> Sequence[PlacedStroke]:
        """Place gestures for a clause whose times are stage time. Nothing moves before."""
        ...

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> Sequence[PlacedStroke]:
        """Place gestures without words, as soon as the body can."""
        ...

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        """Return (n, 44, 4) with the gestures laid over `joints` at rising `times`.

        Times may go back by up to `REWIND_S`: frames sent ahead are then made again.
        """
        ...

    def interrupt(self, at_s: float) -> None:
        """Give up all gestures: those under way retract, those to come are dropped."""
        ...

    def lead_s(self, spoken: ScoredClause) -> float:
        """How long before its sound hands must begin, for what a clause asks for on its words.

        At least 0; less than that and a stroke comes later than its word.
        """
        ...

    def busy_until_s(self, cues: Sequence[GestureCue] = ()) -> float:
        """When the last placed gesture is over; minus infinity when there is none.

        `cues`: when these may be made. Those of the head alone wait for words and for gestures of
        the head, and not for hands that go back.
        """
        ...

    def move_as(self, style: BodyStyle) -> None:
        """Make gestures in this style from the next clause on."""
        ...


_HEAD_LEXEMES: Final[dict[str, tuple[tuple[float, float, float], ...]]] = {
    # time from the apex, yaw left, pitch up; radians
    "nod": ((-0.22, 0.0, 0.03), (0.0, 0.0, -0.16), (0.26, 0.0, 0.02), (0.46, 0.0, -0.07)),
    "shake_head": ((-0.2, 0.16, 0.0), (0.0, -0.17, 0.0), (0.22, 0.14, 0.0), (0.42, -0.07, 0.0)),
    "small_bow": ((0.0, 0.0, -0.26), (0.3, 0.0, -0.26)),
}
_PREPARE_S, _RELAX_S = 0.24, 0.36


@dataclass(frozen=True, slots=True)
class _HeadStroke:
    placed: PlacedStroke
    keys: tuple[tuple[float, float, float], ...]
    """Absolute time, yaw, pitch; at rest before the first and after the last."""
    given_up_at: float = np.inf

    def evaluate(self, times: Floats) -> tuple[Floats, Floats]:
        at = np.minimum(times, self.given_up_at)
        yaw, pitch = np.zeros(len(times)), np.zeros(len(times))
        for (t0, yaw0, pitch0), (t1, yaw1, pitch1) in zip(self.keys, self.keys[1:], strict=False):
            step = minimum_jerk((at - t0) / (t1 - t0))
            yaw += step * (yaw1 - yaw0)
            pitch += step * (pitch1 - pitch0)
        left = np.ones(len(times))
        if np.isfinite(self.given_up_at):
            left = 1.0 - minimum_jerk((times - self.given_up_at) / RETRACT_S)
        return yaw * left, pitch * left


class HeadGestures:
    """Nod, shake of the head and small bow; everything else is left out."""

    def __init__(self) -> None:
        self._strokes: list[_HeadStroke] = []

    def for_clause(self, spoken: ScoredClause, *, earliest_s: float) -> Sequence[PlacedStroke]:
        """Place the head gestures the clause asks for, on their words."""
        return [
            stroke
            for cue in spoken.clause.gestures
            for stroke in self._place(cue, spoken.stroke_s(cue.word), earliest_s)
        ]

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> Sequence[PlacedStroke]:
        """Place head gestures one after the other."""
        placed: list[PlacedStroke] = []
        for cue in cues:
            earliest = placed[-1].end_s if placed else now_s
            placed += self._place(cue, earliest, earliest)
        return placed

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        """Turn neck and head further by what the gestures say."""
        self._strokes = [s for s in self._strokes if s.placed.end_s > times[0] - REWIND_S]
        yaw, pitch = np.zeros(len(times)), np.zeros(len(times))
        for stroke in self._strokes:
            more_yaw, more_pitch = stroke.evaluate(times)
            yaw, pitch = yaw + more_yaw, pitch + more_pitch
        if not self._strokes:
            return joints
        laid = joints.copy()
        for name, share in (("neck", 0.4), ("head", 0.6)):
            i = JOINT_INDEX[name]
            laid[:, i] = multiply(laid[:, i], turned(share * yaw, share * pitch))
        return laid

    def interrupt(self, at_s: float) -> None:
        """Retract from wherever the head is."""
        self._strokes = [
            s if s.given_up_at <= at_s else _HeadStroke(s.placed, s.keys, at_s)
            for s in self._strokes
            if s.placed.start_s <= at_s
        ]

    def lead_s(self, spoken: ScoredClause) -> float:
        """Heads are quick enough."""
        return 0.0

    def busy_until_s(self, cues: Sequence[GestureCue] = ()) -> float:
        """When the last placed gesture is over; there is none but of the head."""
        return max((s.placed.end_s for s in self._strokes), default=-np.inf)

    def move_as(self, style: BodyStyle) -> None:
        """Heads have no style of their own here."""

    def _place(self, cue: GestureCue, apex_s: float, earliest_s: float) -> list[PlacedStroke]:
        keys = _HEAD_LEXEMES.get(cue.lexeme or "")
        if keys is None:
            return []
        lead = _PREPARE_S - keys[0][0]
        apex_s = max(apex_s, earliest_s + lead)
        timed = [(apex_s + t, yaw, pitch) for t, yaw, pitch in keys]
        start, end = timed[0][0] - _PREPARE_S, timed[-1][0] + _RELAX_S
        placed = PlacedStroke(lexeme=cue.lexeme or "", start_s=start, apex_s=apex_s, end_s=end)
        path = ((start, 0.0, 0.0), *timed, (end, 0.0, 0.0))
        self._strokes.append(_HeadStroke(placed, path))
        return [placed]
