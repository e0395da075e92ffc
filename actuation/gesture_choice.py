"""Which gestures go with a clause, and when: meaning first, rhythm second.

1. What the act asks for is done. 2. Else words that call for a gesture get it. 3. Else a stressed
word may get a beat. Strokes land on stressed syllables and the preparation begins before them
(Kendon 1980; McNeill 1992: the stroke slightly precedes or meets the stressed syllable, never
follows it), so a gesture that nobody asked for is left out when it would come late. Not too many,
not the same one twice in a while, and hands free of each other.
"""

from collections import deque
from collections.abc import Callable, Iterable

from pydantic import BaseModel, ConfigDict, Field

from actuation.body_style import BodyStyle
from actuation.lexemes import Called, Lexeme, Lexicon
from actuation.rotations import stage_from_room
from actuation.score import ScoredClause
from actuation.skeleton import Skeleton
from actuation.strokes import Stroke, make_stroke
from agent.core.messages import GestureCue, Place

_POINTED_HEIGHT_M = 1.2
"""Doors and counters are pointed at about here, metres above the floor."""
_LATE_S = 0.04
"""A stroke this late still looks as if it belonged to its word."""
_TOO_LATE_S = 0.8
"""A gesture asked for that would come later than this is left out, unless it is the first."""
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
    size: float = Field(
        0.9, ge=0.4, le=1.3, description="How far the hands go: 0.5 modest, 1 full, 1.3 expansive."
    )


class GestureChoice:
    """Chooses and places strokes, clause after clause. Deterministic; remembers what it did."""

    def __init__(self, lexicon: Lexicon, skeleton: Skeleton, config: GestureConfig) -> None:
        self._lexicon = lexicon
        self._skeleton = skeleton
        self._config = config
        self.style = BodyStyle()
        """How strokes are made; read with each."""
        self.vary: Callable[[BodyStyle], BodyStyle] = _unvaried
        """Gives the next stroke's own style."""
        self._done: deque[tuple[str, float]] = deque(maxlen=32)
        self._meanings = _Allowance(config.meanings_per_minute)
        self._beats = _Allowance(config.beats_per_minute)
        self._count = 0
        self._hand = "right"

    def adopt(self, config: GestureConfig) -> None:
        """Choose by this from the next clause on."""
        self._config = config
        self._meanings = _Allowance(config.meanings_per_minute)
        self._beats = _Allowance(config.beats_per_minute)

    def for_clause(
        self, spoken: ScoredClause, *, earliest_s: float, busy_until_s: float
    ) -> list[Stroke]:
        """Strokes for a clause, in the order of time.

        `earliest_s`: nothing may move before. `busy_until_s`: the last stroke's keys end here.
        """
        strokes = self._asked(spoken, earliest_s, busy_until_s)
        if any(not stroke.additive for stroke in strokes):
            return strokes
        strokes += self._called_for(spoken, earliest_s, busy_until_s, strokes)
        strokes += self._beats_on(spoken, earliest_s, busy_until_s, strokes)
        return sorted(strokes, key=lambda stroke: stroke.start_s)

    def at_once(self, cues: Iterable[GestureCue], *, now_s: float) -> list[Stroke]:
        """Strokes for gestures without words, as soon as the body can, one after another."""
        strokes: list[Stroke] = []
        for cue in cues:
            lexeme = self._lexeme(cue)
            if lexeme is not None:
                free_s = _free_from(lexeme, strokes, now_s)
                strokes.append(self._place(lexeme, free_s, free_s, cue.toward))
        return strokes

    # What the act asks for.

    def _asked(self, spoken: ScoredClause, earliest_s: float, busy_until_s: float) -> list[Stroke]:
        strokes: list[Stroke] = []
        cues = [(spoken.stroke_s(cue.word), cue) for cue in spoken.clause.gestures]
        for apex_s, cue in sorted(cues, key=lambda each: each[0]):
            lexeme = self._lexeme(cue)
            if lexeme is None:
                continue
            free_s = _free_from(lexeme, strokes, earliest_s)
            stroke = self._place(
                lexeme, apex_s, free_s, cue.toward, self._named_side(spoken, cue.word)
            )
            if strokes and stroke.apex_s > apex_s + _TOO_LATE_S:
                self._done.pop()
                continue
            strokes.append(stroke)
        return strokes

    def _lexeme(self, cue: GestureCue) -> Lexeme | None:
        named = self._lexicon.named(cue.lexeme) if cue.lexeme else None
        lexeme = named or (self._lexicon.like(cue.meaning) if cue.meaning else None)
        pointing = lexeme is not None and lexeme.name == "point"
        if pointing and cue.toward is not None and self._aim(cue.toward)[2] > _FACING:
            return self._lexicon.named("point_behind") or lexeme
        return lexeme

    # What words call for.

    def _called_for(
        self, spoken: ScoredClause, earliest_s: float, busy_until_s: float, asked: list[Stroke]
    ) -> list[Stroke]:
        strokes: list[Stroke] = []
        head_until_s = max((stroke.end_s for stroke in asked), default=earliest_s)
        for called in self._lexicon.in_text(spoken.speech.text):
            lexeme, apex_s = called.lexeme, _stress_s(spoken, called)
            if any(
                name == lexeme.name and abs(apex_s - at) < self._config.again_after_s
                for name, at in self._done
            ):
                continue
            head = lexeme.hands == "head"
            if not head and not self._meanings.allows(apex_s):
                continue
            free_s = head_until_s if head else max(earliest_s, busy_until_s)
            side = self._named_side(spoken, called.first_word)
            stroke = self._in_time(lexeme, apex_s, free_s, side)
            if stroke is None:
                continue
            strokes.append(stroke)
            if head:
                head_until_s = stroke.end_s
            else:
                busy_until_s = stroke.end_of_hold_s
                self._meanings.spend(stroke.apex_s)
        return strokes

    def _in_time(
        self, lexeme: Lexeme, apex_s: float, free_s: float, side: str | None = None
    ) -> Stroke | None:
        """The stroke on its stress, or none when the body is not free in time."""
        stroke = self._place(lexeme, apex_s, free_s, None, side)
        if stroke.apex_s <= apex_s + _LATE_S:
            return stroke
        self._done.pop()
        return None

    def _beats_on(
        self, spoken: ScoredClause, earliest_s: float, busy_until_s: float, others: list[Stroke]
    ) -> list[Stroke]:
        strokes: list[Stroke] = []
        hands = [other for other in others if not other.additive]
        for accent in spoken.prominences:
            at_s = accent.at_s
            if not accent.leads or accent.strength < _STRONG or not self._beats.allows(at_s):
                continue
            lexeme = self._lexicon.named(_BEATS[self._count % len(_BEATS)])
            if lexeme is None:
                continue
            stroke = self._in_time(lexeme, at_s, max(earliest_s, busy_until_s))
            if stroke is None:
                continue
            if any(
                stroke.start_s < other.end_of_hold_s and other.start_s < stroke.end_of_hold_s
                for other in hands
            ):
                self._done.pop()
                continue
            self._count += 1
            self._beats.spend(at_s)
            busy_until_s = stroke.end_of_hold_s
            strokes.append(stroke)
        return strokes

    # Where it goes.

    def _place(
        self,
        lexeme: Lexeme,
        apex_s: float,
        earliest_s: float,
        toward: Place | None,
        named_side: str | None = None,
    ) -> Stroke:
        aim = self._aim(toward) if toward is not None else None
        if aim is not None:
            self._hand = "left" if aim[0] > 0.05 else "right"
        elif named_side is not None and lexeme.kind == "deictic":
            self._hand = named_side
        elif all(apex_s - at > 2.5 for _, at in self._done) and self._count % 3 == 2:
            self._hand = "left" if self._hand == "right" else "right"
        size = self._config.size if lexeme.kind != "deictic" else max(self._config.size, 0.9)
        stroke = make_stroke(
            lexeme,
            self._skeleton,
            apex_s=apex_s,
            earliest_s=earliest_s,
            side=self._hand,
            aim=aim if lexeme.aimed else None,
            place=_spot(toward) if lexeme.aimed and toward is not None else None,
            size=size,
            style=self.vary(self.style),
        )
        self._done.append((lexeme.name, stroke.apex_s))
        return stroke

    def _named_side(self, spoken: ScoredClause, word: int | None) -> str | None:
        """The hand that words such as `on my left` near a gesture ask for; none if they do not.

        A visitor stands opposite: their left, which is meant unless it is said, is the right hand.
        """
        words = [w.strip(".,;:!?").lower() for w in spoken.speech.text.split()]
        near = range(max(0, (word or 0) - 2), min(len(words), (word or 0) + 8))
        for i in near:
            if words[i] not in {"left", "right", "left-hand", "right-hand"}:
                continue
            before = words[i - 1] if i else ""
            if before in {"all", "is", "that's", "are"} or words[i + 1 : i + 2] in (
                ["behind"], ["here"], ["away"], ["now"], ["there"],
            ):  # fmt: skip
                continue
            own = "left" if words[i].startswith("left") else "right"
            if before == "my":
                return own
            return "right" if own == "left" else "left"
        return None

    def _aim(self, toward: Place) -> tuple[float, float, float]:
        """Unit direction in the model frame from the shoulders to a place in the room."""
        left, height, forward = _spot(toward)
        up = height - float(self._skeleton.shoulder_centre[1])
        length = max((left**2 + up**2 + forward**2) ** 0.5, 1e-6)
        return left / length, up / length, forward / length


def _spot(toward: Place) -> tuple[float, float, float]:
    """The point that is pointed at, in the model frame, metres."""
    return stage_from_room(toward.x_m, toward.y_m, _POINTED_HEIGHT_M)


def _unvaried(style: BodyStyle) -> BodyStyle:
    return style


class _Allowance:
    """So many a minute, a few of them in a row."""

    def __init__(self, per_minute: float) -> None:
        self._per_s = per_minute / 60.0
        self._most = min(3.0, per_minute / 4)
        self._left = self._most
        self._at_s: float | None = None

    def allows(self, at_s: float) -> bool:
        """Whether there may be one more at this time."""
        return self._per_s > 0 and self._by(at_s) >= 1.0

    def spend(self, at_s: float) -> None:
        """There was one."""
        self._left = self._by(at_s) - 1.0
        self._at_s = at_s

    def _by(self, at_s: float) -> float:
        since_s = 0.0 if self._at_s is None else max(0.0, at_s - self._at_s)
        return min(self._most, self._left + since_s * self._per_s)


def _stress_s(spoken: ScoredClause, called: Called) -> float:
    """The strongest stress among the words that call for a gesture."""
    within = [p for p in spoken.prominences if called.first_word <= p.word < called.after_words]
    if within:
        return max(within, key=lambda p: p.strength).at_s
    return spoken.stroke_s(called.first_word)


def _free_from(lexeme: Lexeme, before: list[Stroke], earliest_s: float) -> float:
    """When the part of the body that `lexeme` uses is done with the strokes `before`."""
    head = lexeme.hands == "head"
    ends = [
        stroke.end_s if head else stroke.end_of_hold_s
        for stroke in before
        if stroke.additive == head
    ]
    return max([earliest_s, *ends])
