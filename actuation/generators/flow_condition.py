"""What the learned body hears and knows at each of its frames: sound, words, feeling, style, slots.

Everything is a table at 30 frames a second, made ahead, because the agent knows its own words and
their times before they sound. What is not known is zero, and a column says so: that is also how a
knob is taken away for guidance. Pure, numpy.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.faces.expressions import emotions
from actuation.generators.flow_parts import (
    COLUMNS_OF,
    PARTS,
    RATE_HZ,
    SIDE_PARTS,
    WIDTH,
    Scale,
    to_six,
)
from actuation.generators.learned_sound import BANDS, BEFORE, Hearing, checked
from actuation.gestures.strokes import Stroke
from actuation.gestures.style import BodyStyle
from actuation.score import _FUNCTION_WORDS as FUNCTION_WORDS
from actuation.score import ScoredClause

Floats = NDArray[np.float32]

AUDIO: Final = BANDS // 2 + 3
"""32 bands, loudness, its rise, and whether sound is known at all."""
LETTERS: Final = 16
TEXT: Final = 8 + LETTERS + 1
STATES: Final = ("speak", "listen", "think", "idle")
EMOTION: Final = 8 + 2 + 1
STYLE: Final = 5 + 1
WHOLE: Final = EMOTION + STYLE
"""Of a whole stretch: feeling and style."""
TIMED: Final = AUDIO + TEXT + len(STATES)
"""Of a frame: sound, words, what the character is doing."""
KNOBS: Final = ("audio", "text", "emotion", "style")
PHASES: Final = ("preparation", "stroke", "hold", "retraction")
SLOT: Final = len(PHASES) + 3
"""A part's phase, the time to the apex, its nearness, and whether the frame is given."""
_SILENT: Final = float(np.log(1e-7) / 5.0 + 1.6)
_NEAR_S: Final = 0.12


@dataclass(frozen=True, slots=True)
class Feeling:
    """The feeling that is wished: weights of the eight, or a place of valence and arousal."""

    name: str | None = None
    intensity: float = 0.6
    valence: float = 0.0
    arousal: float = 0.0

    def numbers(self) -> Floats:
        """(EMOTION,); all zero but the last when nothing is known."""
        eight = [float(self.name == e) * self.intensity for e in emotions()]
        return np.array([*eight, self.valence, self.arousal, 1.0], np.float32)


def style_numbers(style: BodyStyle) -> NDArray[np.float32]:
    """(STYLE,) about -1..1, as the network takes them."""
    usual = BodyStyle()
    spans = np.array([0.45, 0.3, 1.0, 1.0, 1.0])
    made = (style.vector() - usual.vector()) / spans
    return np.array([*made, 1.0], np.float32)


@dataclass(frozen=True, slots=True)
class Word:
    """A word and when it is said, seconds."""

    text: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch of speech on the body's own time axis, which begins at frame 0."""

    start_s: float
    samples: NDArray[np.float32]
    """(n,), in [-1, 1]."""
    rate_hz: int
    words: tuple[Word, ...]
    stresses: tuple[tuple[float, float, bool], ...]
    """When, how strong 0..1, and whether it is the strongest of its phrase."""

    @property
    def end_s(self) -> float:
        """After its last sample."""
        return self.start_s + len(self.samples) / self.rate_hz


def said(clause: ScoredClause) -> Said:
    """A clause of a score, its times as they are."""
    speech = clause.speech
    return Said(
        clause.start_s,
        speech.samples,
        speech.rate_hz,
        tuple(
            Word(w.text, clause.start_s + w.start_s, clause.start_s + w.end_s)
            for w in speech.words
            if w.end_s > w.start_s
        ),
        tuple((p.at_s, p.strength, p.leads) for p in clause.prominences),
    )


@dataclass(frozen=True, slots=True)
class Slot:
    """A gesture's place: what its parts must show, and when. Seconds on the body's own axis."""

    parts: tuple[int, ...]
    """Indices into `PARTS`."""
    start_s: float
    """The preparation begins."""
    first_s: float
    """From here to `last_s` the pose is given."""
    apex_s: float
    last_s: float
    end_s: float
    """Back from it."""
    joints: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 44, 4)))
    """Given poses at 30 Hz from the first frame at or after `first_s`; other joints anything."""


def state_table(states: NDArray[np.integer]) -> Floats:
    """(n,) indices into `STATES` to (n, 4)."""
    return np.asarray(np.eye(len(STATES), dtype=np.float32)[states])


def slot_of(stroke: Stroke, beneath: NDArray[np.float64]) -> Slot:
    """The slot of a stroke of arms. `beneath`: (44, 4), what joints without a key do.

    The pose is given a little sooner and longer than its keys last, held: three frames at least,
    so that a stroke of one key is still seen by a whole token of two.
    """
    keyed_s, held_s = float(stroke.key_times_s[0]), stroke.end_of_hold_s
    first_s, last_s = keyed_s - 1.5 / RATE_HZ, held_s + 1.5 / RATE_HZ
    first, last = _frames(first_s, last_s)
    times = np.clip(np.arange(first, last) / RATE_HZ, keyed_s, held_s)
    joints = np.repeat(np.asarray(beneath, np.float64)[None], len(times), axis=0)
    joints[:, stroke.joints] = stroke.pose(times)
    parts = tuple(p for side in sorted(stroke.hands) for p in SIDE_PARTS[side])
    return Slot(parts, stroke.start_s, first_s, stroke.apex_s, last_s, stroke.end_s, joints)


def _frames(first_s: float, last_s: float) -> tuple[int, int]:
    first = int(np.ceil(first_s * RATE_HZ - 1e-6))
    return first, max(first + 1, int(np.floor(last_s * RATE_HZ + 1e-6)) + 1)


def audio_table(parts: Sequence[Said], first: int, count: int) -> Floats:
    """(count, AUDIO) from frame `first` on; silence where nothing is said."""
    table = np.zeros((count, AUDIO), np.float32)
    table[:, : BANDS // 2] = _SILENT
    table[:, -1] = 1.0
    for one in parts:
        heard = _heard(one)
        at = round(one.start_s * RATE_HZ) - first
        low, high = max(at, 0), min(at + len(heard), count)
        if low < high:
            table[low:high, : BANDS // 2] = np.maximum(
                table[low:high, : BANDS // 2], heard[low - at : high - at]
            )
    loud = table[:, : BANDS // 2].mean(axis=1)
    table[:, -3] = loud
    table[1:, -2] = np.maximum(np.diff(loud), 0.0) * 4
    return table


@lru_cache(maxsize=32)
def _remembered(raw: bytes, rate_hz: int) -> Floats:
    sound = checked(np.frombuffer(raw, np.float32), rate_hz)
    hearing = Hearing(rate_hz)
    looks = np.concatenate(
        [hearing.push(sound), hearing.push(np.zeros(round(0.1 * rate_hz), np.float32), last=True)]
    )[BEFORE:]
    count = -(-len(sound) * RATE_HZ // rate_hz)
    looks = np.pad(looks, ((0, max(0, 4 * count - len(looks))), (0, 0)), mode="edge")
    four = looks[: 4 * count].reshape(count, 4, BANDS // 2, 2)
    return np.asarray(four.mean(axis=(1, 3)), np.float32)


def _heard(one: Said) -> Floats:
    """(frames, 32) of its sound."""
    if not len(one.samples):
        return np.zeros((0, BANDS // 2), np.float32)
    return _remembered(np.asarray(one.samples, np.float32).tobytes(), one.rate_hz)


def text_table(parts: Sequence[Said], first: int, count: int) -> Floats:
    """(count, TEXT): words, how far through them, stresses and the time to the next one."""
    table = np.zeros((count, TEXT), np.float32)
    table[:, -1] = 1.0
    times = (first + np.arange(count)) / RATE_HZ
    to_next, since = np.ones(count), np.ones(count)
    for one in parts:
        for word in one.words:
            inside = (times >= word.begin_s) & (times < word.end_s)
            if inside.any():
                length = max(word.end_s - word.begin_s, 1e-3)
                table[inside, 0] = 1.0
                table[inside, 1] = (times[inside] - word.begin_s) / length
                table[inside, 2] = float(_bare(word.text) not in FUNCTION_WORDS)
                table[inside, 8 : 8 + LETTERS] = letters(word.text)
        for at_s, strength, leads in one.stresses:
            away = times - at_s
            near = strength * np.exp(-0.5 * (away / _NEAR_S) ** 2)
            table[:, 3] = np.maximum(table[:, 3], near)
            if leads:
                table[:, 4] = np.maximum(table[:, 4], near)
                to_next = np.where(away <= 0, np.minimum(to_next, -away), to_next)
                since = np.where(away >= 0, np.minimum(since, away), since)
        inside = (times >= one.start_s) & (times < one.end_s)
        table[inside, 7] = (times[inside] - one.start_s) / max(one.end_s - one.start_s, 1e-3)
    table[:, 5], table[:, 6] = 1 - to_next, 1 - since
    return table


def _bare(word: str) -> str:
    return word.lower().strip(".,;:!?\"'()")


@lru_cache(maxsize=4096)
def letters(word: str) -> Floats:
    """(LETTERS,) of a word: its groups of three letters, each thrown to a sign and a place.

    The hashing trick (Weinberger et al. 2009, 10.1145/1553374.1553516).
    """
    made = np.zeros(LETTERS, np.float32)
    bare = f"^{_bare(word)}$"
    for i in range(max(1, len(bare) - 2)):
        thrown = hashlib.blake2b(bare[i : i + 3].encode(), digest_size=2).digest()
        made[thrown[0] % LETTERS] += 1.0 if thrown[1] % 2 else -1.0
    return np.asarray(made / max(float(np.linalg.norm(made)), 1e-6), np.float32)


def slot_tables(
    slots: Sequence[Slot], first: int, count: int, scale: Scale
) -> tuple[Floats, Floats]:
    """(count, 5, SLOT) and (count, WIDTH) poses as the network sees them, from frame `first` on.

    Where slots overlap on a part, the later one counts.
    """
    table = np.zeros((count, len(PARTS), SLOT), np.float32)
    poses = np.zeros((count, WIDTH), np.float32)
    times = (first + np.arange(count)) / RATE_HZ
    for slot in sorted(slots, key=lambda s: s.start_s):
        rows = np.flatnonzero((times >= slot.start_s) & (times < slot.end_s))
        if not len(rows) or not len(slot.joints):
            continue
        t = times[rows]
        begin, _ = _frames(slot.first_s, slot.last_s)
        at = first + rows - begin
        given = (at >= 0) & (at < len(slot.joints))
        six = scale.apply(to_six(slot.joints[np.clip(at, 0, len(slot.joints) - 1)]))
        cut = np.searchsorted([slot.first_s, slot.apex_s, slot.last_s], t + 1e-6)
        for part in slot.parts:
            table[rows, part] = 0.0
            table[rows, part, cut] = 1.0
            table[rows, part, len(PHASES)] = np.clip(slot.apex_s - t, -1, 1)
            table[rows, part, len(PHASES) + 1] = np.exp(-0.5 * ((t - slot.apex_s) / _NEAR_S) ** 2)
            table[rows, part, len(PHASES) + 2] = given
            columns = COLUMNS_OF[PARTS[part]]
            # On the way there the pose to come is shown; on the way back there is none.
            poses[rows, columns] = np.where((cut < 3)[:, None] | given[:, None], six[:, columns], 0)
    return table, poses
