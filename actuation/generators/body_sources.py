"""Whoever moves a body to what is said, behind one small protocol, so that they can be compared.

A source gets clauses with their times and gives local joint rotations at the times it is asked for:
unit quaternions x y z w, (frames, len(JOINT_NAMES), 4), VRM 1.0 rest pose, as on stage. The rows
here need nothing but the rules: a body that only idles, the rules, and the rules' motion to other
words, which is what random clips are worth.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from actuation.animation import Animation, AnimationConfig, track_of
from actuation.faces.expressions import bearing_of
from actuation.generators.metrics.body_slots import Slot
from actuation.gestures.bearing import bearing_wished
from actuation.gestures.choice import GestureConfig
from actuation.gestures.contract import Gestures, HeadGestures, PlacedStroke
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.strokes import Stroke
from actuation.gestures.style import BodyPart, BodyWish
from actuation.joints.path import slerp
from actuation.joints.skeleton import ARM_JOINTS
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX, JOINT_NAMES
from actuation.score import ScoredClause
from agent.core.backend import Row, pick

Floats = NDArray[np.float64]

EARLY_S = 0.9
"""Clauses are known so long before they begin, as on stage."""
FIRST_EARLY_S = 0.05
"""The first one of an act is heard as soon as it is known, after the stage's own lead in,"""
WAIT_S = 0.12
"""but waits so long, at most, for a hand that must begin before it."""
BEATS = frozenset(("beat", "beat_down", "beat_both"))
_STEP = 6
_CROSSFADE_S = 0.4

PART_JOINTS: dict[BodyPart, tuple[int, ...]] = {
    BodyPart.HEAD: tuple(JOINT_INDEX[name] for name in ("neck", "head")),
    BodyPart.TRUNK: tuple(JOINT_INDEX[name] for name in ("hips", "spine", "chest", "upperChest")),
    BodyPart.LEFT_ARM: tuple(JOINT_INDEX[name] for name in ARM_JOINTS["left"]),
    BodyPart.RIGHT_ARM: tuple(JOINT_INDEX[name] for name in ARM_JOINTS["right"]),
}
"""Indices into `JOINT_NAMES` of the joints of each part."""


class BodySource(Protocol):
    """Somebody who moves a body to speech."""

    @property
    def name(self) -> str:
        """What to call it in a table."""
        ...

    def motion(
        self, clauses: Sequence[ScoredClause], at_s: Floats, seed: int, wish: BodyWish
    ) -> Floats:
        """(frames, len(JOINT_NAMES), 4) at the rising times `at_s`, the clauses' own axis.

        The same arguments give the same motion; another `seed` another one to the same words.
        """
        ...


class IdleSource:
    """Breathes, sways, looks; does not speak along. The floor that all others stand on."""

    name = "idle"

    def motion(
        self, clauses: Sequence[ScoredClause], at_s: Floats, seed: int, wish: BodyWish
    ) -> Floats:
        """As `BodySource`; the words do not matter."""
        return performed((), at_s, seed, wish).joints


class RulesSource:
    """What the performer sends by rule."""

    name = "rules"

    def __init__(self, gestures: GestureConfig | None = None) -> None:
        self._config = gestures

    def motion(
        self, clauses: Sequence[ScoredClause], at_s: Floats, seed: int, wish: BodyWish
    ) -> Floats:
        """As `BodySource`. Parts that are not wished for move as the idle body does."""
        made = performed(clauses, at_s, seed, wish, config=self._config).joints
        left_out = [i for part in BodyPart if part not in wish.parts for i in PART_JOINTS[part]]
        if left_out:
            idle = performed((), at_s, seed, wish).joints
            made[:, left_out] = idle[:, left_out]
        return made


class RandomClipsSource:
    """Motion that was made for other words, drawn by chance and laid end to end: mismatched."""

    name = "random clips"

    def __init__(self, of: BodySource, pool: Sequence[ScoredClause]) -> None:
        """`of`: who made it; `pool`: for which words, at least one clause."""
        if not pool:
            raise ValueError("random clips: an empty pool, so there is nothing to draw from")
        self._of, self._pool = of, tuple(pool)

    def motion(
        self, clauses: Sequence[ScoredClause], at_s: Floats, seed: int, wish: BodyWish
    ) -> Floats:
        """As `BodySource`; only the length of what is said matters."""
        said = {clause.speech.text for clause in clauses}
        random = np.random.default_rng((seed, crc32(" ".join(sorted(said)).encode())))
        others = [each for each in self._pool if each.speech.text not in said] or list(self._pool)
        drawn, ends_s = [], float(at_s[0])
        while ends_s < at_s[-1]:
            clip = others[int(random.integers(len(others)))]
            drawn.append(clip.moved(ends_s - clip.start_s))
            ends_s += clip.speech.duration_s + _CROSSFADE_S
        return self._of.motion(drawn, at_s, seed, wish)


@dataclass(frozen=True, slots=True)
class Performed:
    """Motion by rule, and which strokes it has."""

    joints: Floats
    """(frames, len(JOINT_NAMES), 4)."""
    strokes: tuple[PlacedStroke, ...]
    slots: tuple[Slot, ...]
    """What strokes of arms asked for: apex poses at their stresses."""


def performed(
    clauses: Sequence[ScoredClause],
    at_s: Floats,
    seed: int,
    wish: BodyWish,
    *,
    config: GestureConfig | None = None,
    gesture: Callable[[], Gestures] | None = None,
    chunk_frames: int = _STEP,
) -> Performed:
    """Perform the clauses as the stage does, limits last, and read the motion at `at_s`.

    `gesture`: whoever moves arms and head instead of the rules. `chunk_frames`: made at a time.
    """
    start_s = min([float(at_s[0]), *(clause.start_s for clause in clauses)]) - EARLY_S
    shift_s = -start_s if start_s < 0 else 0.0
    ruled: Callable[[], Gestures] = (
        (lambda: Gesticulation(config, seed=seed)) if clauses else HeadGestures
    )
    gestures = (gesture or ruled)()
    animation = Animation(
        config=AnimationConfig(seed=seed, body=wish.style), gestures=gestures, start=0.0
    )
    if wish.emotion is not None:
        animation.wear(bearing_of(wish.emotion, wish.intensity), 0.0)
    animation.feel(bearing_wished(wish), 0.0)
    waiting = [clause.moved(shift_s) for clause in sorted(clauses, key=lambda each: each.start_s)]
    first = int(np.floor((float(at_s[0]) + shift_s - EARLY_S) * FRAME_RATE_HZ))
    last = int(np.ceil((float(at_s[-1]) + shift_s) * FRAME_RATE_HZ)) + 1
    strokes: list[PlacedStroke] = []
    slots: list[Slot] = []
    rows = []
    wait_s = min(max((gestures.lead_s(clause) for clause in waiting[:1]), default=0.0), WAIT_S)
    early_s = max(FIRST_EARLY_S, wait_s)
    first = max(first, 0)
    for at in range(first, last, chunk_frames):
        now = at / FRAME_RATE_HZ
        while waiting and waiting[0].start_s - early_s < now + chunk_frames / FRAME_RATE_HZ:
            clause = waiting.pop(0)
            known_s, early_s = max(now, clause.start_s - early_s), EARLY_S
            animation.speak(clause, track_of(clause.speech), seen_from=known_s)
            strokes += animation.gesture(clause, earliest_at=known_s)
            if isinstance(gestures, Gesticulation):
                slots += [_slot(s, shift_s) for s in gestures.latest if not s.additive]
        rows.append(np.stack([frame.joints for frame in animation.frames(at, chunk_frames, None)]))
    joints = np.concatenate(rows).astype(np.float64)
    made_s = np.arange(first, first + len(joints)) / FRAME_RATE_HZ - shift_s
    return Performed(
        sampled(joints, made_s, at_s),
        tuple(_earlier(stroke, shift_s) for stroke in strokes),
        tuple(slots),
    )


def _slot(stroke: Stroke, shift_s: float) -> Slot:
    return Slot(
        lexeme=stroke.lexeme,
        at_s=stroke.asked_s - shift_s,
        joints=stroke.joints,
        pose=stroke.path.at(np.array([stroke.apex_s]))[0],
        asked=stroke.lexeme not in BEATS,
    )


def sampled(joints: Floats, made_s: Floats, at_s: Floats) -> Floats:
    """Motion (n, joints, 4) made at the even times `made_s`, read at `at_s`; the ends are held."""
    place = np.clip((at_s - made_s[0]) / (made_s[1] - made_s[0]), 0, len(joints) - 1)
    below = np.minimum(place.astype(np.int64), len(joints) - 2)
    share = np.repeat((place - below)[:, None], len(JOINT_NAMES), axis=1)
    return slerp(joints[below], joints[below + 1], share)


def _earlier(stroke: PlacedStroke, by_s: float) -> PlacedStroke:
    return replace(
        stroke,
        start_s=stroke.start_s - by_s,
        apex_s=stroke.apex_s - by_s,
        end_s=stroke.end_s - by_s,
    )


def _learned() -> BodySource:
    """The learned body; torch is imported only now."""
    made: BodySource = pick("body", LEARNED, "learned").shipped()
    return made


LEARNED: Final = {
    "learned": Row(
        path="actuation.generators.flow_body:FlowBody",
        about="arms and hands by a flow-matching network; needs torch and its weights",
        packages=("torch",),
    ),
}
BODY_SOURCES: Final[dict[str, Callable[[], BodySource]]] = {
    "idle": IdleSource,
    "rules": RulesSource,
    "learned": _learned,
}
"""Rows of sources by name; each is made when it is wanted, or raises `BackendUnavailableError`."""
