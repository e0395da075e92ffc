"""Which gestures go with a clause, and when: meaning first, rhythm second.

1. What the act asks for is done. 2. Else words that call for a gesture get it. 3. Else a stressed
word may get a beat. Strokes land on stressed syllables and the preparation begins before them
(Kendon 1980; McNeill 1992: the stroke slightly precedes or meets the stressed syllable, never
follows it). Not too many, not the same one twice in a while, and hands free of each other.
"""

from collections import deque
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from actuation.lexemes import Lexeme, Lexicon
from actuation.rotations import stage_from_room
from actuation.score import ScoredClause
from actuation.skeleton import Skeleton
from actuation.strokes import Stroke, make_stroke
from agent.core.messages import GestureCue, Place

_POINTED_HEIGHT_M = 1.2
"""Doors and counters are pointed at about here, metres above the floor."""


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
    size: float = Field(
        0.9, ge=0.4, le=1.3, description="How far the hands go: 0.5 modest, 1 full, 1.3 expansive."
    )


class GestureChoice:
    """Chooses and places strokes, clause after clause. Deterministic; remembers what it did."""

    def __init__(self, lexicon: Lexicon, skeleton: Skeleton, config: GestureConfig) -> None:
        self._lexicon = lexicon
        self._skeleton = skeleton
        self._config = config
        self._done: deque[tuple[str, float]] = deque(maxlen=32)
        self._beats = 0
        self._hand = "right"

    def for_clause(
        self, spoken: ScoredClause, *, earliest_s: float, busy_until_s: float
    ) -> list[Stroke]:
        """Strokes for a clause, in the order of time.

        `earliest_s`: nothing may move before. `busy_until_s`: the last stroke's keys end here.
        """
        asked = self._asked(spoken, earliest_s)
        if asked:
            return asked
        strokes = self._called_for(spoken, earliest_s, busy_until_s)
        if strokes:
            busy_until_s = max(busy_until_s, strokes[-1].end_of_hold_s)
        return strokes + self._beats_on(spoken, earliest_s, busy_until_s, strokes)

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> list[Stroke]:
        """Strokes for gestures without words, as soon as the hands can."""
        strokes = []
        for cue in cues:
            lexeme = self._lexeme(cue)
            if lexeme is not None:
                strokes.append(self._place(lexeme, now_s, now_s, cue.toward))
        return strokes

    def _asked(self, spoken: ScoredClause, earliest_s: float) -> list[Stroke]:
        strokes = []
        for cue in spoken.clause.gestures:
            lexeme = self._lexeme(cue)
            if lexeme is not None:
                apex_s = spoken.stroke_s(cue.word)
                strokes.append(self._place(lexeme, apex_s, earliest_s, cue.toward))
        return strokes

    def _lexeme(self, cue: GestureCue) -> Lexeme | None:
        named = self._lexicon.named(cue.lexeme) if cue.lexeme else None
        return named or (self._lexicon.like(cue.meaning) if cue.meaning else None)

    def _called_for(
        self, spoken: ScoredClause, earliest_s: float, busy_until_s: float
    ) -> list[Stroke]:
        strokes: list[Stroke] = []
        text = spoken.clause.text
        apart_s = 60.0 / max(self._config.meanings_per_minute, 1e-3)
        for offset, lexeme in self._lexicon.in_text(text):
            apex_s = spoken.stroke_s(len(text[:offset].split()))
            lately = [at for name, at in self._done if name == lexeme.name]
            if lately and apex_s - lately[-1] < self._config.again_after_s:
                continue
            if lexeme.hands == "head":
                strokes.append(self._place(lexeme, apex_s, earliest_s, None))
                continue
            last = max([at for name, at in self._done if not self._is_beat(name)], default=-1e9)
            if apex_s - last < apart_s * 0.5 or apex_s + lexeme.first_t < busy_until_s:
                continue
            stroke = self._place(lexeme, apex_s, max(earliest_s, busy_until_s), None)
            if stroke.apex_s - apex_s > 0.15:  # too late to belong to its word
                self._done.pop()
                continue
            strokes.append(stroke)
            busy_until_s = stroke.end_of_hold_s
        return sorted(strokes, key=lambda stroke: stroke.start_s)

    def _is_beat(self, name: str) -> bool:
        lexeme = self._lexicon.named(name)
        return lexeme is not None and lexeme.kind == "beat"

    def _beats_on(
        self, spoken: ScoredClause, earliest_s: float, busy_until_s: float, others: list[Stroke]
    ) -> list[Stroke]:
        if self._config.beats_per_minute <= 0:
            return []
        apart_s = 60.0 / self._config.beats_per_minute
        strokes: list[Stroke] = []
        for accent in spoken.prominences:
            at_s = accent.at_s
            last = max([at for _, at in self._done], default=-1e9)
            clear = all(
                at_s + 0.3 < other.start_s or at_s - 0.5 > other.end_of_hold_s for other in others
            )
            if (
                not accent.leads
                or accent.strength < 0.55
                or at_s - last < apart_s * 0.55
                or not clear
            ):
                continue
            if at_s - 0.5 < max(busy_until_s, earliest_s):
                continue
            self._beats += 1
            lexeme = self._lexicon.named("beat_both" if self._beats % 4 == 3 else "beat")
            if lexeme is not None:
                strokes.append(self._place(lexeme, at_s, earliest_s, None))
        return strokes

    def _place(
        self, lexeme: Lexeme, apex_s: float, earliest_s: float, toward: Place | None
    ) -> Stroke:
        aim = None
        if toward is not None and lexeme.aimed:
            aim = self._aim(toward)
            self._hand = "left" if aim[0] > 0.05 else "right"
        elif all(apex_s - at > 2.5 for _, at in self._done) and self._beats % 3 == 2:
            self._hand = "left" if self._hand == "right" else "right"
        size = self._config.size if lexeme.kind != "deictic" else max(self._config.size, 0.9)
        stroke = make_stroke(
            lexeme,
            self._skeleton,
            apex_s=apex_s,
            earliest_s=earliest_s,
            side=self._hand,
            aim=aim,
            size=size,
        )
        self._done.append((lexeme.name, stroke.apex_s))
        return stroke

    def _aim(self, toward: Place) -> tuple[float, float, float]:
        """Unit direction in the model frame from the shoulders to a place in the room."""
        shoulder_m = float(self._skeleton.shoulder_centre[1])
        left, up, forward = stage_from_room(toward.x_m, toward.y_m, _POINTED_HEIGHT_M - shoulder_m)
        length = max((left**2 + up**2 + forward**2) ** 0.5, 1e-6)
        return left / length, up / length, forward / length
