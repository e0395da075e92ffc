"""Gestures of the whole upper body over time: what the performer lays over the idle body.

Chooses by meaning and rhythm (`gesture_choice`), places by key poses and inverse kinematics
(`strokes`), and forgets a stroke when no frame can ask for it any more.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.choice import GestureChoice, GestureConfig
from actuation.gestures.contract import PlacedStroke
from actuation.gestures.free_hand import free_hand_beats
from actuation.gestures.lexemes import Lexicon, standard_lexicon
from actuation.gestures.release import Release
from actuation.gestures.strokes import Stroke, lay_over
from actuation.gestures.style import BodyStyle
from actuation.gestures.talking import Talk, TalkingHands, talk_of
from actuation.gestures.unhurried import unhurried
from actuation.joints.moves import REWIND_S
from actuation.joints.skeleton import Skeleton, load_skeleton
from actuation.score import ScoredClause
from agent.core.messages import GestureCue

Floats = NDArray[np.float64]

_VARIES_SIZE, _VARIES_SPEED = 0.09, 0.05
"""Standard deviation of a stroke's size and speed, as shares."""


class Gesticulation:
    """Arms, hands and head. Implements `actuation.gestures.contract.Gestures`."""

    def __init__(
        self,
        config: GestureConfig | None = None,
        *,
        lexicon: Lexicon | None = None,
        skeleton: Skeleton | None = None,
        seed: int = 0,
    ) -> None:
        """`seed`: no two strokes are quite alike; how they differ follows from this number."""
        self._random = np.random.default_rng((seed, 0x6E57))
        self._lexicon, self._skeleton = lexicon or standard_lexicon(), skeleton or load_skeleton()
        config = config or GestureConfig()
        self._choice = GestureChoice(self._lexicon, self._skeleton, config)
        self._beats = config.beats_per_minute > 0
        self._choice.placing.vary = self._varied
        self._talking = TalkingHands(self._skeleton, seed=seed)
        self._along = config.along
        self._strokes: list[Stroke] = []
        self._talks: list[Talk] = []
        self._said_until_s = -np.inf
        self._release: Release | None = None
        self.latest: tuple[Stroke, ...] = ()
        """The strokes that were placed last, by one call."""

    def adopt(self, config: GestureConfig) -> None:
        """Gesture by this from the next clause on."""
        self._choice.adopt(config)
        self._along = config.along
        self._beats = config.beats_per_minute > 0

    def for_clause(self, spoken: ScoredClause, *, earliest_s: float) -> Sequence[PlacedStroke]:
        """Place gestures for a clause whose times are stage time. Nothing moves before."""
        strokes = self._choice.for_clause(
            spoken, earliest_s=earliest_s, busy_until_s=self._hands_busy_until_s()
        )
        if self._beats:
            strokes += free_hand_beats(
                spoken,
                strokes,
                self._strokes,
                earliest_s=earliest_s,
                lexicon=self._lexicon,
                skeleton=self._skeleton,
                style=self._choice.placing.style,
            )
        self._said_until_s = spoken.end_s
        style = self._choice.placing.style
        if self._along > 0:
            self._talks.append(talk_of(spoken, earliest_s=earliest_s, style=style))
        made = unhurried(strokes, self._strokes, earliest_s=earliest_s, speed=style.speed)
        return self._add(sorted(made, key=lambda stroke: stroke.start_s))

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> Sequence[PlacedStroke]:
        """Place gestures without words, as soon as the body can."""
        return self._add(self._choice.at_once(cues, now_s=now_s))

    def lay_over(self, joints: Floats, times: Floats) -> Floats:
        """Return (n, 44, 4) with the gestures laid over `joints` at rising `times`."""
        oldest = times[0] - REWIND_S
        self._strokes = [s for s in self._strokes if s.over_s > oldest]
        if self._release is not None and self._release.over_s <= oldest:
            self._release = None
        self._talks = [t for t in self._talks if t.over_s > oldest]
        return self._laid(joints, times, self._release, self._talks, self._strokes)

    def interrupt(self, at_s: float) -> None:
        """Give up all gestures: those under way retract, those to come are dropped."""
        before, strokes = self._release, [s for s in self._strokes if s.start_s <= at_s]
        talks = [t for t in self._talks if t.from_s <= at_s]
        if strokes or talks or before is not None:
            self._release = Release(
                lambda joints, times: self._laid(joints, times, before, talks, strokes), at_s
            )
        self._strokes, self._talks = [], []
        self._said_until_s = min(self._said_until_s, at_s)

    def move_as(self, style: BodyStyle) -> None:
        """Make strokes in this style from the next clause on."""
        self._choice.placing.style = style

    def _varied(self, style: BodyStyle) -> BodyStyle:
        """The style of the next stroke: the usual one, a little otherwise each time."""
        off = np.clip(self._random.normal(size=2), -2, 2)
        return style.model_copy(
            update={
                # In steps, so that arms that were solved are met again.
                "size": round(10 * style.size * float(1 + _VARIES_SIZE * off[0])) / 10,
                "speed": style.speed * float(1 + _VARIES_SPEED * off[1]),
            }
        )

    def lead_s(self, spoken: ScoredClause) -> float:
        """How long before its sound hands must begin, for what a clause asks for on its words."""
        return self._choice.lead_s(spoken)

    def of_the_head(self, cues: Sequence[GestureCue]) -> bool:
        """Whether there are such, and all of them are made by the head alone."""
        found = [self._lexicon.named(cue.lexeme) if cue.lexeme else None for cue in cues]
        return bool(found) and all(each is not None and each.hands == "head" for each in found)

    def busy_until_s(self, cues: Sequence[GestureCue] = ()) -> float:
        """When hands are back from gestures and from talk; minus infinity: they never left.

        `cues` of the head alone wait for the last word and the head's own gestures only.
        """
        if self.of_the_head(cues):
            heads = (s.over_s for s in self._strokes if s.additive)
            return max([self._said_until_s, *heads])
        released = self._release.over_s if self._release is not None else -np.inf
        ends = [*(s.over_s for s in self._strokes), *(t.over_s for t in self._talks)]
        return max(ends, default=released)

    def _hands_busy_until_s(self) -> float:
        return max(
            (s.usual.end_of_hold_s for s in self._strokes if not s.additive), default=-np.inf
        )

    def _add(self, strokes: Sequence[Stroke]) -> list[PlacedStroke]:
        self._strokes.extend(strokes)
        self.latest = tuple(strokes)
        return [
            PlacedStroke(
                lexeme=s.lexeme,
                start_s=s.start_s,
                apex_s=s.apex_s,
                end_s=s.end_s,
                hands=not s.additive,
                aim=s.aim,
                place=s.place,
            )
            for s in strokes
        ]

    def _laid(
        self,
        joints: Floats,
        times: Floats,
        release: Release | None,
        talks: Sequence[Talk],
        strokes: Sequence[Stroke],
    ) -> Floats:
        if release is not None:
            joints = release.lay_over(joints, times)
        joints = self._talking.lay_over(joints, talks, times, along=self._along)
        return lay_over(joints, strokes, times) if strokes else joints
