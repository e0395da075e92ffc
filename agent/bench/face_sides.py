"""The same sentences, their lips moved from each side: rules, learned, and what others do.

The learned face gets the sound, once alone and once with its text; the rules get phone times from
the voice. That is why the rules are also the teacher that errors on vertices are reckoned against:
those figures say how near the learned face comes to the rules, and nothing about people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.vrm_file import read_character
from actuation.generators.lip_reader_camera import CHARACTER
from actuation.generators.metrics.lips import apex_errors_s
from actuation.generators.metrics.steadiness import mouth_speed, silent_frames
from actuation.generators.metrics.vertices import (
    FacePoints,
    landmark_difference_published,
    landmark_velocity_difference,
    lip_vertex_error,
    upper_face_dynamics,
)
from actuation.generators.metrics.visemes import timing_errors_s
from actuation.motion import FRAME_RATE_HZ
from actuation.rehearsal import LEAD_IN_S
from agent.bench.face_takes import OTHERS, Take, pooled
from agent.core.errors import BadInputError

if TYPE_CHECKING:
    from actuation.generators.learned_face import LearnedFace

Floats = NDArray[np.float64]

RULES: Final = "rules"
BY_SOUND: Final = "learned, sound alone"
BY_SOUND_AND_TEXT: Final = "learned, sound and text"
SHIFTED: Final = "rules, sound shifted 0.2 s"
WRONG_TEXT: Final = "learned, sound and the text of another sentence"
OF_ANOTHER: Final = "rules, lips of another sentence"
TOLD_APART: Final = "closed at p b m less closed at vowels"


@dataclass(frozen=True, slots=True)
class Sides:
    """All sides' lips for the same sentences in the same order."""

    takes: Mapping[str, Sequence[Take]]
    missing: str
    """Why there is no learned face; empty where there is one."""
    held_out: str
    """What of this voice the learned face has not learned from: `engine` (nothing of it at all),
    `voice` (others of its engine, not this one), or nothing: empty."""

    @property
    def rules(self) -> Sequence[Take]:
        """What the performer would send."""
        return self.takes[RULES]

    def ours(self) -> list[str]:
        """The sides that are ours, of those there are."""
        return [name for name in (RULES, BY_SOUND, BY_SOUND_AND_TEXT) if name in self.takes]


def sides_of(rules: Sequence[Take], learned: "LearnedFace | None", missing: str) -> Sides:
    """Move the lips of `rules`'s sentences, all by one voice, from every side."""
    takes: dict[str, Sequence[Take]] = {RULES: rules}
    if learned is not None:
        takes[BY_SOUND] = [by_learning(learned, take, with_text=False) for take in rules]
        takes[BY_SOUND_AND_TEXT] = [by_learning(learned, take, with_text=True) for take in rules]
        others = [*rules[1:], rules[0]]
        takes[WRONG_TEXT] = [
            by_learning(learned, take, with_text=True, text=other.speech.text)
            for take, other in zip(rules, others, strict=True)
        ]
    for name, move in OTHERS.items():
        takes[name] = [move(take) for take in rules]
    takes[SHIFTED] = [take.shifted() for take in rules]
    takes[OF_ANOTHER] = [
        take.moved_by(_as_long(rules[(i + 1) % len(rules)].faces, len(take.faces)))
        for i, take in enumerate(rules)
    ]
    held_out = held_out_of(rules[0].speech.voice, learned.model.card.held_out) if learned else ""
    return Sides(takes, missing, held_out)


def held_out_of(voice: str, card: str) -> str:
    """`engine`, `voice` or empty, by a card that says `flite` (an engine) or `flite:slt`."""
    parts = [part.strip() for part in card.split(",")]
    if voice in parts:
        return "engine"
    return "voice" if any(part.startswith(f"{voice}:") for part in parts) else ""


def learned_face(device: str = "cpu") -> "tuple[LearnedFace | None, str]":
    """The learned face, or None and why it is not there."""
    try:
        from actuation.generators.learned_face import LearnedFace

        return LearnedFace.load(device=device), ""
    except (BadInputError, ImportError) as missing:
        return None, f"not measured: {missing}"


def by_learning(
    learned: "LearnedFace",
    take: Take,
    *,
    with_text: bool,
    text: str | None = None,
    **wish: Any,  # noqa: ANN401
) -> Take:
    """The learned face for the sound of `take`, from its first frame to its last.

    `text`: what it takes for the text, instead of the true one.
    """
    speech = take.speech
    sound = np.zeros(round(len(take.times) / FRAME_RATE_HZ * speech.rate_hz), np.float32)
    first = round(LEAD_IN_S * speech.rate_hz)
    part = speech.samples[: len(sound) - first]
    sound[first : first + len(part)] = part
    believed = (text or speech.text) if with_text else None
    parts = learned.parts(sound, speech.rate_hz, text=believed, **wish)
    count = len(take.times)
    moved = take.moved_by(_as_long(parts.face.astype(np.float64), count))
    return replace(moved, head=_as_long(parts.head, count))


def _as_long(faces: Floats, count: int) -> Floats:
    """`count` frames: the last one stays, or what is too much goes."""
    return np.concatenate([faces, np.repeat(faces[-1:], max(count - len(faces), 0), axis=0)])[
        :count
    ]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about the lips of all sentences of one side."""

    name: str
    unit: str
    of: Callable[[Sequence[Take]], float]
    more_is_better: bool = False


def lip_measures() -> list[Measure]:
    """Measures against the times of the phones."""

    def apex_ms(takes: Sequence[Take]) -> float:
        errors = [apex_errors_s(t.times, t.faces, t.phones) for t in takes]
        return float(1e3 * np.quantile(np.abs(np.concatenate(errors)), 0.95))

    def timing_ms(takes: Sequence[Take]) -> float:
        errors = [timing_errors_s(t.times, t.faces, t.phones) for t in takes]
        return float(1e3 * np.median(np.abs(np.concatenate(errors))))

    def unrest(takes: Sequence[Take]) -> float:
        """Speed of the mouth in silence over that in speech; NaN where it never moves."""
        silent = [silent_frames(t.times, t.phones) for t in takes]
        pairs = list(zip(takes, silent, strict=True))
        still = [mouth_speed(t.times, t.faces, quiet) for t, quiet in pairs]
        moving = float(np.nanmean([mouth_speed(t.times, t.faces, ~quiet) for t, quiet in pairs]))
        return 100 * float(np.nanmean(still)) / moving if moving > 0 else float("nan")

    def told_apart(takes: Sequence[Take]) -> float:
        """Lips that always meet, or never, are worth nothing (Youden 1950)."""
        return pooled(takes, "closure") - pooled(takes, "closed vowels")

    return [
        Measure("bilabial closure", "%", lambda takes: pooled(takes, "closure"), True),
        Measure("vowels closed by mistake", "%", lambda takes: pooled(takes, "closed vowels")),
        Measure(TOLD_APART, "%", told_apart, True),
        Measure("labiodental contact", "%", lambda takes: pooled(takes, "contact"), True),
        Measure("apex error p95", "ms", apex_ms),
        Measure("viseme timing, median", "ms", timing_ms),
        Measure("speed in silence, of that in speech", "%", unrest),
    ]


class TeacherMeasures:
    """Errors on the character's vertices against the rules' faces for the same sentences."""

    def __init__(self, teacher: Sequence[Take]) -> None:
        character = read_character(CHARACTER)
        self._points = FacePoints.of(character.points, character.morphs)
        self._lips = [self._points.posed_lips(t.faces) for t in teacher]
        self._upper = [self._points.posed_upper(t.faces) for t in teacher]

    def measures(self) -> list[Measure]:
        """LVE, FDD, and LVD both ways. Lower is nearer; FDD below 0: livelier than the rules."""
        return [
            Measure("LVE against the rules", "mm2", self._lve),
            Measure("FDD against the rules, signed", "mm2", self._fdd),
            Measure("LVD as published (a position error)", "mm", self._published),
            Measure("LVD corrected", "mm/frame", self._corrected),
        ]

    def _over(self, takes: Sequence[Take], of: Callable[[Floats, Floats], float]) -> float:
        pairs = zip(takes, self._lips, strict=True)
        return float(np.mean([of(self._points.posed_lips(t.faces), lips) for t, lips in pairs]))

    def _lve(self, takes: Sequence[Take]) -> float:
        return 1e6 * self._over(takes, lip_vertex_error)

    def _published(self, takes: Sequence[Take]) -> float:
        return 1e3 * self._over(takes, landmark_difference_published)

    def _corrected(self, takes: Sequence[Take]) -> float:
        return 1e3 * self._over(takes, landmark_velocity_difference)

    def _fdd(self, takes: Sequence[Take]) -> float:
        neutral = self._points.upper
        return 1e6 * float(
            np.mean(
                [
                    upper_face_dynamics(self._points.posed_upper(t.faces), truth, neutral)
                    for t, truth in zip(takes, self._upper, strict=True)
                ]
            )
        )
