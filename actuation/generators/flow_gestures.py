"""The learned body on the stage: what the rules choose, moved by the network; rules beneath it.

Strokes are chosen by meaning as always and lie ready by rule. While somebody speaks, the network's
motion is laid over them, and strokes are slots that it fills in to and from; beats too, because
those that it found by itself missed their stress in eight of ten. Where it has not made enough
ahead, has failed or is told to stop, its weight goes back to nothing by minimum jerk and the rules'
motion is what is left; so nothing is seen of it. The poses of a stroke itself, which the network is
given anyway, are shown as the rules have them, to the frame; its own are the ways there and back
and all that is between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.flow_condition import (
    Feeling,
    said,
    slot_of,
    style_numbers,
)
from actuation.generators.flow_network import CONTEXT
from actuation.generators.flow_parts import RATE_HZ
from actuation.generators.flow_session import BodySession, Making
from actuation.generators.flow_stream import Script
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.choice import GestureConfig
from actuation.gestures.contract import PlacedStroke
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.lexemes import Lexicon
from actuation.gestures.strokes import RETRACT_S, Stroke
from actuation.gestures.style import BodyStyle
from actuation.joints.moves import REWIND_S
from actuation.joints.path import slerp
from actuation.joints.rotations import inverse, minimum_jerk, multiply
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from actuation.score import ScoredClause
from agent.core.messages import GestureCue

Floats = NDArray[np.float64]

AHEAD_S: Final = 1.0
"""So far beyond what is asked for now it is to be made."""
MARGIN_S: Final = 0.3
"""The network takes over when it has made so much beyond what is shown now."""
_LEAST_S: Final = 0.2
"""With less than this ahead the rules take over, while there is still enough to blend."""
_REMADE_S: Final = 0.7
"""Frames nearer than this are not made again when more is to be said: they may be needed."""
_RISE_S: Final = 0.35
_FALL_S: Final = 0.5
_AFTER_S: Final = 0.8
"""It goes on so long after the last word: hands come back."""
_COAST_S: Final = 0.2
_TO_S, _THERE_S, _FROM_S = 0.4, 0.1, 0.3
"""The rules show a gesture's own poses: the network gives way in so long, so long before the first
of them, and comes back in so long after the last."""
_TRUNK: Final = ("hips", "spine", "chest", "upperChest")
_TRUNK_AND_HEAD: Final = np.array([JOINT_INDEX[n] for n in (*_TRUNK, "neck", "head")])
_ARMS: Final = np.array([i for i in range(len(JOINT_NAMES)) if i not in _TRUNK_AND_HEAD])
_SHOULDERS: Final = (JOINT_INDEX["leftShoulder"], JOINT_INDEX["rightShoulder"])


@dataclass(slots=True)
class _Span:
    """When the network is in charge. Open ends are set as they come."""

    session: BodySession
    until_s: float
    from_s: float = np.inf
    fall_s: float = _FALL_S
    stopped_s: float = np.inf
    """Told to stop at this time: its own time runs out softly."""

    def weight(self, times: Floats) -> Floats:
        """(n,) in 0..1."""
        if not np.isfinite(self.from_s):
            return np.zeros(len(times))
        rise = minimum_jerk((times - self.from_s) / _RISE_S)
        fall = minimum_jerk((times - self.until_s) / self.fall_s)
        return np.asarray(rise * (1.0 - fall))

    def read(self, times: Floats) -> Floats:
        """(n, 44, 4)"""
        past = np.clip((times - self.stopped_s) / _COAST_S, 0.0, 1.0)
        stop = self.stopped_s if np.isfinite(self.stopped_s) else 0.0
        coast = stop + _COAST_S * (1.0 - (1.0 - past) ** 4) / 4.0
        return self.session.track.read(np.where(times <= self.stopped_s, times, coast))

    @property
    def over_s(self) -> float:
        return self.until_s + self.fall_s


class LearnedGestures:
    """Arms and hands by the network. Implements `actuation.gestures.contract.Gestures`."""

    def __init__(
        self,
        making: Making,
        config: GestureConfig | None = None,
        *,
        lexicon: Lexicon | None = None,
        style: BodyStyle | None = None,
        feeling: Feeling | None = None,
        guidance: Mapping[str, float] | None = None,
        moves_trunk: bool = False,
        seed: int = 0,
    ) -> None:
        self._making = making
        self._rules = Gesticulation(config, lexicon=lexicon, seed=seed)
        self._moves_trunk = moves_trunk
        self._seed = seed
        self._spans: list[_Span] = []
        self._keyed: list[Stroke] = []
        self._shown_s: Floats = np.zeros(0)
        self._shown: Floats = np.zeros((0, len(JOINT_NAMES), 4))
        self._script = Script(
            feeling=(feeling or Feeling()).numbers(), guidance=dict(guidance or {})
        )
        self._count = 0
        self.move_as(style or BodyStyle())

    def adopt(self, config: GestureConfig) -> None:
        """Gesture by this from the next clause on."""
        self._rules.adopt(config)

    def move_as(self, style: BodyStyle) -> None:
        """Make gestures in this style from the next clause on."""
        self._rules.move_as(style)
        self._rest = rest_pose(height=style.rest_height)
        self._script = replace(self._script, style=style_numbers(style))

    # What is to come.

    def for_clause(self, spoken: ScoredClause, *, earliest_s: float) -> Sequence[PlacedStroke]:
        """Place gestures for a clause whose times are stage time. Nothing moves before."""
        placed = self._rules.for_clause(spoken, earliest_s=earliest_s)
        strokes = self._rules.latest
        keyed = [s for s in strokes if not s.additive]
        self._keyed += keyed
        slots = tuple(slot_of(s, self._rest) for s in keyed)
        old = self._script
        recent = earliest_s - REWIND_S
        self._script = replace(
            old,
            said=(*(s for s in old.said if s.end_s > recent), said(spoken)),
            slots=(*(s for s in old.slots if s.end_s > recent), *slots),
        )
        until = max([spoken.end_s, *(s.end_s for s in strokes if not s.additive)]) + _AFTER_S
        self._speak(earliest_s, until)
        return placed

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> Sequence[PlacedStroke]:
        """Place gestures without words: by rule."""
        return self._rules.at_once(cues, now_s=now_s)

    def interrupt(self, at_s: float) -> None:
        """Give up all gestures: those under way retract, those to come are dropped."""
        self._rules.interrupt(at_s)
        for span in self._spans:
            self._making.cancel(span.session)
            if at_s < span.until_s:
                span.until_s, span.fall_s, span.stopped_s = at_s, RETRACT_S, at_s
        self._script = replace(self._script, said=(), slots=())
        self._keyed = [s for s in self._keyed if s.start_s <= at_s]

    def lead_s(self, spoken: ScoredClause) -> float:
        """As the rules, who place what is asked for."""
        return self._rules.lead_s(spoken)

    def busy_until_s(self, cues: Sequence[GestureCue] = ()) -> float:
        """As the rules, whose heads are shown; the network's hands go back later."""
        if self._rules.of_the_head(cues):
            return self._rules.busy_until_s(cues)
        return max([self._rules.busy_until_s(), *(span.until_s for span in self._spans)])

    def _speak(self, earliest_s: float, until_s: float) -> None:
        first, end = _frame(earliest_s) + 1, _frame(until_s + _FALL_S + MARGIN_S)
        open_now = [s for s in self._spans if s.until_s > earliest_s and not s.session.over]
        if open_now:
            span = open_now[-1]
            track, anchor = span.session.track, self._before(first)
            if np.isfinite(span.from_s):
                later = _frame(earliest_s + _REMADE_S)
                first = min(later, int(track.made_s * RATE_HZ))
                anchor = track.shown_before(first, CONTEXT)
            span.until_s = max(span.until_s, until_s)
            end = max(end, span.session.end)
            self._making.change(span.session, self._script, first, anchor, end)
            return
        session = BodySession(
            self._script, first, self._before(first), end, seed=self._seed + 7919 * self._count
        )
        self._count += 1
        self._spans.append(_Span(session, until_s))
        self._making.begin(session)

    def _before(self, first: int) -> Floats:
        """(CONTEXT, 44, 4): what was shown last, the ends held; at rest before anything was."""
        if not len(self._shown_s):
            return np.repeat(self._rest[None], CONTEXT, axis=0)
        at = np.arange(first - CONTEXT, first) / RATE_HZ
        row = np.clip(np.searchsorted(self._shown_s, at), 0, len(self._shown_s) - 1)
        return self._shown[row]

    # Frames.

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        """Return (n, 44, 4) with the gestures laid over `joints` at rising `times`."""
        oldest = float(times[0]) - REWIND_S
        self._spans = [s for s in self._spans if s.over_s > oldest]
        self._keyed = [s for s in self._keyed if s.end_s > oldest]
        laid = self._rules.lay_over(joints, times)
        for span in list(self._spans):
            self._open_or_close(span, times)
            weight = span.weight(times)
            if weight.any():
                laid = self._mixed(laid, span.read(times), weight, times)
        self._remember(laid, times)
        return laid

    def _open_or_close(self, span: _Span, times: Floats) -> None:
        session, last = span.session, float(times[-1])
        if last < span.until_s and not session.over:
            self._making.want(session, _frame(last + AHEAD_S))
        begun = session.begun == session.generation and not session.over
        made_s = session.track.made_s
        if not np.isfinite(span.from_s):
            if begun and made_s >= min(last + MARGIN_S, span.over_s) and last < span.until_s:
                span.from_s = max(float(times[0]), session.first / RATE_HZ)
        elif made_s < min(last + _LEAST_S, span.over_s) and float(times[0]) < span.until_s:
            if not session.over:
                # Too slow for the moment: in charge again once it has caught up.
                self._spans.append(_Span(session, span.until_s))
            span.until_s, span.fall_s = float(times[0]), max(made_s - float(times[0]), 0.15)

    def _mixed(self, ruled: Floats, learned: Floats, weight: Floats, times: Floats) -> Floats:
        learned = learned.copy()
        if not self._moves_trunk:
            against = multiply(inverse(_trunk(ruled)), _trunk(learned))
            for i in _SHOULDERS:
                learned[:, i] = multiply(against, learned[:, i])
        which = np.arange(len(JOINT_NAMES)) if self._moves_trunk else _ARMS
        made = np.array(ruled)
        share = np.repeat(weight[:, None], len(JOINT_NAMES), axis=1)
        for stroke in self._keyed:
            share[:, stroke.joints] *= 1.0 - _covered(stroke, times)[:, None]
        made[:, which] = slerp(ruled[:, which], learned[:, which], share[:, which])
        return made

    def _remember(self, laid: Floats, times: Floats) -> None:
        kept = (self._shown_s < times[0] - 1e-9) & (self._shown_s > times[0] - 1.0)
        self._shown_s = np.concatenate([self._shown_s[kept], times])
        self._shown = np.concatenate([self._shown[kept], laid])


def _covered(stroke: Stroke, times: Floats) -> Floats:
    """(n,) 0..1: how far a stroke's own poses are to be seen."""
    there = float(stroke.key_times_s[0]) - _THERE_S
    rise = minimum_jerk((times - there + _TO_S) / _TO_S)
    fall = minimum_jerk((times - stroke.end_of_hold_s) / _FROM_S)
    return np.asarray(rise * (1.0 - fall))


def _trunk(joints: Floats) -> Floats:
    """(n, 4): how the trunk is turned as a whole."""
    turned = joints[:, JOINT_INDEX[_TRUNK[0]]]
    for name in _TRUNK[1:]:
        turned = multiply(turned, joints[:, JOINT_INDEX[name]])
    return turned


def _frame(at_s: float) -> int:
    return int(np.ceil(at_s * RATE_HZ))
