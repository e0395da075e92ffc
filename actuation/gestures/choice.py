"""Which gestures go with a clause, and when: meaning first, rhythm second.

1. What the act asks for is done. 2. Else what the words mean is shown (`gesture_calls`). 3. Else
a stressed word may get a beat. Strokes land on stressed syllables and the preparation begins
before them (Kendon 1980; McNeill 1992: the stroke slightly precedes or meets the stressed
syllable, never follows it), so a gesture that nobody asked for is left out when it would come late.
Not too many, not the same one twice in a while, and hands free of each other.
"""

from collections.abc import Iterable
from itertools import islice

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from actuation.gestures.calls import Call, calls_of
from actuation.gestures.lexemes import Lexeme, Lexicon
from actuation.gestures.meaning import GestureMeaning
from actuation.gestures.pace import Pace
from actuation.gestures.placing import Placing
from actuation.gestures.sides import direction_of, named_side
from actuation.gestures.strokes import Span, Stroke, make_stroke
from actuation.joints.skeleton import Skeleton
from actuation.score import ScoredClause
from agent.core.messages import GestureCue

_LATE_S = 0.02
"""A stroke this late still looks as if it belonged to its word; what follows it is a frame later,
and limits of acceleration may add as much again."""
_TOO_LATE_S = 0.8
"""A gesture asked for that would come later than this is left out, unless it is the first."""
_APART_S = 1.1
"""Two gestures of the hands in one clause are at least so far apart; of the better one stays."""
_STRONG = 0.55
_BEATS = ("beat", "beat_down", "beat", "beat_both")
_FACING = 0.94
"""Cosine: a place straight ahead lies behind the visitor, and fingers do not point at people."""


class GestureConfig(BaseModel):
    """How much the hands speak along."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    beats_per_minute: float = Field(
        16, ge=0, le=60, description="At most so many small emphasising beats a minute of speech."
    )
    meanings_per_minute: float = Field(
        14, ge=0, le=40, description="At most so many gestures called for by words a minute."
    )
    again_after_s: float = Field(
        12, ge=0, le=120, description="The same gesture is not chosen again sooner than this."
    )
    along: float = Field(
        1.0, ge=0, le=1.5, description="How much the hands go along between gestures while it "
        "speaks; 0: they rest on the desk.",
    )  # fmt: skip
    size: float = Field(
        0.8, ge=0.4, le=1.3, description="How far the hands go: 0.5 modest, 1 full, 1.3 expansive."
    )


class GestureChoice:
    """Chooses and places strokes, clause after clause. Deterministic; remembers what it did."""

    def __init__(
        self,
        lexicon: Lexicon,
        skeleton: Skeleton,
        config: GestureConfig,
        meaning: GestureMeaning | None = None,
    ) -> None:
        """`meaning`: how texts are understood; None: by words and image schemas."""
        self._lexicon = lexicon
        self._meaning = meaning or GestureMeaning(lexicon)
        self._before = ""
        self._skeleton = skeleton
        self._config = config
        self.placing = Placing(skeleton, lambda: self._config.size)
        """Where strokes go and how they are made."""
        self._meanings = Pace(config.meanings_per_minute)
        self._beats = Pace(config.beats_per_minute)

    def adopt(self, config: GestureConfig) -> None:
        """Choose by this from the next clause on."""
        self._config = config
        self._meanings = Pace(config.meanings_per_minute)
        self._beats = Pace(config.beats_per_minute)

    def for_clause(
        self, spoken: ScoredClause, *, earliest_s: float, busy_until_s: float
    ) -> list[Stroke]:
        """Strokes for a clause, in the order of time.

        `earliest_s`: nothing may move before. `busy_until_s`: the last stroke's keys end here.
        """
        strokes = self._asked(spoken, earliest_s, busy_until_s)
        before, self._before = self._before, spoken.speech.text
        if any(not stroke.additive for stroke in strokes):
            return self._with_heads(strokes)
        calls: list[Call] = []
        if spoken.clause.language in {"", "en"}:
            calls = calls_of(spoken.speech.text, self._lexicon, self._meaning, before=before)
        strokes += self._called_for(spoken, calls, earliest_s, busy_until_s, strokes)
        strokes += self._beats_on(spoken, earliest_s, busy_until_s, strokes)
        return self._with_heads(strokes)

    def lead_s(self, spoken: ScoredClause) -> float:
        """How long before its sound hands must begin, for what a clause asks for on its words.

        0 when there is time enough within it, or when no word was named.
        """
        late_s = 0.0
        for cue in spoken.clause.gestures:
            lexeme = self._lexeme(cue) if cue.word is not None else None
            if lexeme is not None:
                apex_s = spoken.stroke_s(cue.word)
                soonest = make_stroke(
                    lexeme, self._skeleton, apex_s=apex_s, earliest_s=spoken.start_s,
                    style=self.placing.style,
                )  # fmt: skip
                late_s = max(late_s, soonest.apex_s - apex_s)
        return late_s

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> list[Stroke]:
        """Strokes for gestures without words, as soon as the body can, one after another."""
        strokes: list[Stroke] = []
        for cue in cues:
            lexeme = self._lexeme(cue)
            if lexeme is not None:
                free_s = _free_from(lexeme, strokes, now_s)
                stroke = self.placing.place(lexeme, free_s, free_s, cue.toward)
                strokes += [stroke] if stroke is not None else []
        return self._with_heads(strokes)

    def _with_heads(self, strokes: list[Stroke]) -> list[Stroke]:
        """The strokes in the order of time; where hands have a part for the head, with that."""
        heads = [stroke for stroke in strokes if stroke.additive]
        for stroke in strokes:
            lexeme = self._lexicon.named(stroke.lexeme)
            side = "left" if stroke.hands == {"left"} else "right"
            head = None if lexeme is None else lexeme.of_the_head(side)
            if head is None or any(_meet(stroke.usual, other.usual) for other in heads):
                continue
            heads.append(
                make_stroke(
                    head, self._skeleton, apex_s=stroke.apex_s, earliest_s=stroke.start_s,
                    style=self.placing.style,
                )
            )  # fmt: skip
        hands = [stroke for stroke in strokes if not stroke.additive]
        return sorted([*hands, *heads], key=lambda stroke: stroke.start_s)

    # What the act asks for.

    def _asked(self, spoken: ScoredClause, earliest_s: float, busy_until_s: float) -> list[Stroke]:
        strokes: list[Stroke] = []
        cues = [(spoken.stroke_s(cue.word), cue) for cue in spoken.clause.gestures]
        for apex_s, cue in sorted(cues, key=lambda each: each[0]):
            lexeme = self._lexeme(cue)
            if lexeme is None:
                continue
            free_s = _free_from(lexeme, strokes, earliest_s)
            side = named_side(spoken.speech.text, cue.word)
            wanted = [apex_s] if cue.word is not None else _stresses(spoken)
            tries = [(at_s, _LATE_S, False) for at_s in wanted]
            tries.append((apex_s, _TOO_LATE_S if strokes else np.inf, cue.word is not None))
            placed = (
                self.placing.place(
                    lexeme, at_s, free_s, cue.toward, side, late_s=late_s, straight=straight
                )
                for at_s, late_s, straight in tries
            )
            strokes += [stroke for stroke in islice(filter(None, placed), 1)]
        return strokes

    def _lexeme(self, cue: GestureCue) -> Lexeme | None:
        named = self._lexicon.named(cue.lexeme) if cue.lexeme else None
        lexeme = named or (self._meant(cue.meaning) if cue.meaning else None)
        pointing = lexeme is not None and lexeme.name == "point"
        if (
            pointing
            and cue.toward is not None
            and direction_of(cue.toward, self._skeleton)[2] > _FACING
        ):
            return self._lexicon.named("point_behind") or lexeme
        return lexeme

    def _meant(self, meaning: str) -> Lexeme | None:
        best = self._meaning.rank(meaning, most=1)
        return self._lexicon.named(best[0].lexeme) if best else self._lexicon.like(meaning)

    # What words call for.

    def _called_for(
        self,
        spoken: ScoredClause,
        calls: list[Call],
        earliest_s: float,
        busy_until_s: float,
        asked: list[Stroke],
    ) -> list[Stroke]:
        strokes: list[Stroke] = []
        head_until_s = max((stroke.usual.end_s for stroke in asked), default=earliest_s)
        for apex_s, called in self._best_of(spoken, calls):
            lexeme, head = called.lexeme, called.lexeme.hands == "head"
            if not head and not self._meanings.allows(apex_s):
                continue
            free_s = head_until_s if head else max(earliest_s, busy_until_s)
            side = named_side(spoken.speech.text, called.first_word)
            toward = spoken.clause.gaze.place if spoken.clause.gaze and lexeme.aimed else None
            stroke = self.placing.place(lexeme, apex_s, free_s, toward, side, late_s=_LATE_S)
            if stroke is None:
                continue
            strokes.append(stroke)
            if head:
                head_until_s = stroke.usual.end_s
            else:
                busy_until_s = stroke.usual.end_of_hold_s
                self._meanings.spend(stroke.apex_s)
        return strokes

    def _best_of(self, spoken: ScoredClause, calls: list[Call]) -> list[tuple[float, Call]]:
        """What fits best and is not too near something better, in the order of time."""
        chosen: list[tuple[float, Call]] = []
        for call in calls:
            apex_s, head = _stress_s(spoken, call), call.lexeme.hands == "head"
            lately = any(
                name == call.lexeme.name and abs(apex_s - at) < self._config.again_after_s
                for name, at in self.placing.done
            )
            if not lately and not any(
                abs(apex_s - at) < _APART_S and head == (other.lexeme.hands == "head")
                for at, other in chosen
            ):
                chosen.append((apex_s, call))
        return sorted(chosen, key=lambda each: each[0])

    def _beats_on(
        self, spoken: ScoredClause, earliest_s: float, busy_until_s: float, others: list[Stroke]
    ) -> list[Stroke]:
        strokes: list[Stroke] = []
        hands = [other for other in others if not other.additive]
        for accent in spoken.prominences:
            at_s = accent.at_s
            if not accent.leads or accent.strength < _STRONG or not self._beats.allows(at_s):
                continue
            lexeme = self._lexicon.named(_BEATS[self.placing.beats % len(_BEATS)])
            if lexeme is None:
                continue
            stroke = self.placing.place(
                lexeme, at_s, max(earliest_s, busy_until_s), late_s=_LATE_S, beside=hands
            )
            if stroke is None:
                continue
            self.placing.beats += 1
            self._beats.spend(at_s)
            busy_until_s = stroke.usual.end_of_hold_s
            strokes.append(stroke)
        return strokes


def _stresses(spoken: ScoredClause) -> list[float]:
    """Stresses that a gesture bound to no word may land on, the strongest first."""
    leading = [p for p in spoken.prominences if p.leads] or list(spoken.prominences)
    strongest = sorted(leading, key=lambda p: -p.strength)
    return [spoken.stroke_s(None), *(p.at_s for p in strongest)]


def _meet(one: Span, other: Span) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s


def _stress_s(spoken: ScoredClause, called: Call) -> float:
    """The strongest stress among the words that call for a gesture."""
    if called.first_word is None or called.after_words is None:
        return spoken.stroke_s(None)
    within = [p for p in spoken.prominences if called.first_word <= p.word < called.after_words]
    if within:
        return max(within, key=lambda p: p.strength).at_s
    return spoken.stroke_s(called.first_word)


def _free_from(lexeme: Lexeme, before: list[Stroke], earliest_s: float) -> float:
    """When the part of the body that `lexeme` uses is done with the strokes `before`."""
    head = lexeme.hands == "head"
    ends = [
        stroke.usual.end_s if head else stroke.usual.end_of_hold_s
        for stroke in before
        if stroke.additive == head
    ]
    return max([earliest_s, *ends])
