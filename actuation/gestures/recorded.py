"""Motion from a file as something the agent plays: laid over the idle body like a gesture.

A clip is played whole at a time, or as a gesture by its name, when an act asks for that name: then
the end of its quickest stroke falls on the word. It fades in and out by minimum jerk, retracts
when interrupted, and everything else goes to the gestures behind it. Limits are applied after, as
to all that moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.clip import MotionClip, along_arc
from actuation.body_formats.corpora import read_corpus
from actuation.gestures.contract import RETRACT_S, Gestures, PlacedStroke
from actuation.gestures.style import BodyStyle
from actuation.joints.moves import REWIND_S
from actuation.joints.rotations import inverse, minimum_jerk, multiply, to_vector
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX
from actuation.score import ScoredClause
from agent.core.messages import GestureCue

Floats = NDArray[np.float64]

FADE_S: Final = 0.4
_ARMS: Final = [
    JOINT_INDEX[f"{side}{part}"] for side in ("left", "right") for part in ("UpperArm", "LowerArm")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    name: str
    joints: Floats
    """(n, 44, 4), 60 a second."""
    start_s: float
    """Its first frame; it fades in from then on."""
    apex_s: float
    given_up_at: float = np.inf

    @property
    def end_s(self) -> float:
        return self.start_s + len(self.joints) / FRAME_RATE_HZ

    @property
    def over_s(self) -> float:
        return min(self.end_s, self.given_up_at + RETRACT_S)

    def weight(self, times: Floats) -> Floats:
        fade_s = min(FADE_S, (self.end_s - self.start_s) / 2)
        rise = minimum_jerk((times - self.start_s) / fade_s)
        fall = minimum_jerk((self.end_s - times) / fade_s)
        left = 1.0 - minimum_jerk((times - self.given_up_at) / RETRACT_S)
        return np.asarray(np.minimum(rise, fall) * left)

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        at = np.clip(times, self.start_s, min(self.end_s, self.given_up_at))
        place = np.minimum((at - self.start_s) * FRAME_RATE_HZ, len(self.joints) - 1)
        first = place.astype(int)
        after = np.minimum(first + 1, len(self.joints) - 1)
        own = along_arc(self.joints[first], self.joints[after], (place - first)[:, None])
        return along_arc(joints, own, self.weight(times)[:, None])


class RecordedGestures:
    """Clips by name, before other gestures. Implements `actuation.gestures.contract.Gestures`."""

    def __init__(self, behind: Gestures, clips: Mapping[str, MotionClip] | None = None) -> None:
        self._behind = behind
        self._clips = {
            name: clip.at_rate(FRAME_RATE_HZ).joints.astype(np.float64)
            for name, clip in (clips or {}).items()
        }
        self._played: list[_Played] = []

    def play(self, name: str, clip: MotionClip, start_s: float) -> PlacedStroke:
        """Play a whole clip from `start_s` on."""
        joints = clip.at_rate(FRAME_RATE_HZ).joints.astype(np.float64)
        return self._add(name, joints, start_s)

    def for_clause(self, spoken: ScoredClause, *, earliest_s: float) -> Sequence[PlacedStroke]:
        """Place the clips that the clause asks for on their words; the rest goes behind."""
        own = [c for c in spoken.clause.gestures if c.lexeme in self._clips]
        if own:
            others = tuple(c for c in spoken.clause.gestures if c not in own)
            spoken = replace(spoken, clause=replace(spoken.clause, gestures=others))
        placed = [self._on_word(cue, spoken.stroke_s(cue.word), earliest_s) for cue in own]
        return [*placed, *self._behind.for_clause(spoken, earliest_s=earliest_s)]

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> Sequence[PlacedStroke]:
        """Play clips one after the other."""
        cues = tuple(cues)
        placed: list[PlacedStroke] = []
        for cue in cues:
            if cue.lexeme in self._clips:
                start_s = placed[-1].end_s if placed else now_s
                placed.append(self._add(cue.lexeme, self._clips[cue.lexeme], start_s))
        others = [cue for cue in cues if cue.lexeme not in self._clips]
        return [*placed, *self._behind.at_once(others, now_s=now_s)]

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        """Return (n, 44, 4): the gestures behind, and clips over them."""
        joints = self._behind.lay_over(joints, times)
        self._played = [p for p in self._played if p.over_s > times[0] - REWIND_S]
        for played in self._played:
            if times[-1] > played.start_s and times[0] < played.over_s:
                joints = played.lay_over(np.asarray(joints, np.float64), times)
        return joints

    def interrupt(self, at_s: float) -> None:
        """Retract what is under way; what is to come is dropped."""
        self._behind.interrupt(at_s)
        self._played = [
            replace(p, given_up_at=min(p.given_up_at, at_s))
            for p in self._played
            if p.start_s <= at_s
        ]

    def lead_s(self, spoken: ScoredClause) -> float:
        """As those behind; a recording begins when it is asked for."""
        return self._behind.lead_s(spoken)

    def busy_until_s(self, cues: Sequence[GestureCue] = ()) -> float:
        """When the last of all is over; a clip is of the whole body."""
        own = any(cue.lexeme in self._clips for cue in cues)
        return max(
            self._behind.busy_until_s(() if own else cues),
            *(p.over_s for p in self._played),
            -np.inf,
        )

    def move_as(self, style: BodyStyle) -> None:
        """Clips stay as they were recorded."""
        self._behind.move_as(style)

    def _on_word(self, cue: GestureCue, stroke_s: float, earliest_s: float) -> PlacedStroke:
        name = str(cue.lexeme)
        start_s = stroke_s - stroke_end_s(self._clips[name])
        return self._add(name, self._clips[name], max(start_s, earliest_s))

    def _add(self, name: str, joints: Floats, start_s: float) -> PlacedStroke:
        played = _Played(
            name=name, joints=joints, start_s=start_s, apex_s=start_s + stroke_end_s(joints)
        )
        self._played.append(played)
        return PlacedStroke(
            lexeme=name, start_s=start_s, apex_s=played.apex_s, end_s=played.end_s, hands=True
        )


def read_clips(folder: Path) -> dict[str, MotionClip]:
    """Every recording of a folder by its name. Raises `BadInputError` with file and cure."""
    return {clip.name: clip.motion for clip in read_corpus(folder)}


def stroke_end_s(joints: Floats) -> float:
    """When the quickest movement of the arms comes to its end, seconds from the first frame.

    `joints`: (n, 44, 4) at 60 a second. The end is where the speed has fallen to a quarter.
    """
    arms = joints[:, _ARMS]
    if len(arms) < 2:
        return 0.0
    steps = to_vector(multiply(inverse(arms[:-1]), arms[1:]))
    speed = np.linalg.norm(steps, axis=-1).sum(axis=-1)
    peak = int(np.argmax(speed))
    slow = np.flatnonzero(speed[peak:] < speed[peak] / 4)
    return float(peak + (slow[0] if len(slow) else 0)) / FRAME_RATE_HZ
