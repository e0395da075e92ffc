"""One knob turned at a time: it moves its own measure, and leaves the others where they were.

Knobs: what is meant (content), how it feels (emotion), how it is made (five numbers of style),
and which parts go along. Each measure is scaled by what its own knob moves, so that a table of
knobs against measures has ones on its diagonal and what leaks beside it. How fast and how abruptly
a sign is made is read at its fingers: arms go along with speech beneath it, fingers hardly do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.generators.body_sources import PART_JOINTS, BodySource
from actuation.generators.metrics.body_manner import (
    abruptness,
    activity_of_parts,
    elbow_swivel_rad,
    half_way_s,
    hand_shape_rad,
    main_movement,
    posture_rad,
    stroke_size,
    wrist_in_trunk,
)
from actuation.generators.metrics.body_motion import angular_speed, positions_of
from actuation.generators.rules_idle import rest_pose
from actuation.gestures.lexemes import standard_lexicon
from actuation.gestures.strokes import make_stroke
from actuation.gestures.style import BodyPart, BodyStyle, BodyWish
from actuation.joints.skeleton import load_skeleton
from actuation.motion import FRAME_RATE_HZ, JOINT_INDEX
from actuation.score import ScoredClause
from agent.bench.figure import Figure
from agent.bench.gesture_takes import Take
from agent.core.errors import BadInputError
from agent.core.messages import GestureCue

Floats = NDArray[np.float64]
HZ: Final = float(FRAME_RATE_HZ)

CONTENTS: Final = ("thumb_up", "ok_sign")
"""Two signs of one hand with one key each, made the same way; the first is what the other knobs are
turned with."""
EMOTIONS: Final = ("sad", "happy")
_ENDS: Final[Mapping[str, tuple[float, float]]] = {
    "size": (0.7, 1.2),
    "speed": (0.75, 1.25),
    "smoothness": (0.0, 1.0),
    "spread": (-1.0, 1.0),
    "rest_height": (0.0, 1.0),
}
LEAKS: Final = 0.25
"""Of a measure's own move that another knob may move it by."""
_SEEDS: Final = (3, 4)
_BEFORE_S: Final = 0.2
"""So long before the first word of an act hands lie where they rest."""
_ALONG_S: Final = (0.8, 1.2)
"""After the first word: both hands go along, and the left one makes no gesture yet."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one motion looks like to each measure: vectors, so that any of them has a distance."""

    values: Mapping[str, Floats]
    arms: Mapping[str, float]
    """What the same knobs do to arms; each is moved by others as well."""


Wished = tuple[BodyWish, str]
"""A wish and the gesture that is meant."""


def knob_figures(
    source: BodySource, takes: Sequence[Take], *, seeds: Sequence[int] = _SEEDS
) -> tuple[list[Figure], str]:
    """Figures, and the table of knobs against measures. `takes`: one clause with a cue each."""
    ends = _ends()
    looks = {
        knob: [_looks(source, takes, wished, seeds) for wished in pair]
        for knob, pair in ends.items()
    }
    moved = {
        knob: {m: _apart(low, high, m) for m in looks[knob][0][0].values}
        for knob, (low, high) in looks.items()
    }
    figures = [_figure(source.name, knob, moved) for knob in ends]
    figures += [_of_arms(source.name, knob, looks[knob]) for knob in _ARMS]
    return figures, _as_table(moved)


def _ends() -> dict[str, tuple[Wished, Wished]]:
    plain = BodyWish()
    first, second = CONTENTS
    sad, happy = (BodyWish(emotion=name, intensity=1.0) for name in EMOTIONS)
    ends: dict[str, tuple[Wished, Wished]] = {
        "content": ((plain, first), (plain, second)),
        "emotion": ((sad, first), (happy, first)),
    }
    for name, (low, high) in _ENDS.items():
        pair = [(BodyWish(style=BodyStyle(**{name: value})), first) for value in (low, high)]
        ends[name] = (pair[0], pair[1])
    without = frozenset(BodyPart) - {BodyPart.HEAD}
    ends["part"] = ((BodyWish(parts=without), first), (plain, first))
    return ends


def _looks(
    source: BodySource, takes: Sequence[Take], wished: Wished, seeds: Sequence[int]
) -> list[Look]:
    wish, lexeme = wished
    return [
        _look(source.motion(_meaning(take, lexeme), take.at_s, seed, wish), take, lexeme)
        for take in takes
        for seed in seeds
    ]


def _meaning(take: Take, lexeme: str) -> list[ScoredClause]:
    """The clauses of a take with this gesture in place of its own."""
    changed = []
    for clause in take.clauses:
        cues = tuple(replace(cue, lexeme=lexeme) for cue in clause.clause.gestures)
        cues = cues or (GestureCue(lexeme=lexeme),)
        changed.append(replace(clause, clause=replace(clause.clause, gestures=cues)))
    return changed


def _look(joints: Floats, take: Take, lexeme: str) -> Look:
    positions = positions_of(joints)
    wrist = wrist_in_trunk(positions, "right", load_skeleton().arm_length_m("right"))
    clause = take.clauses[0]
    stress_s = clause.stroke_s(clause.clause.gestures[0].word)
    apex = int(np.argmin(np.abs(take.at_s - stress_s)))
    said_s = take.at_s - clause.start_s
    along = (said_s > _ALONG_S[0]) & (said_s < _ALONG_S[1])
    silence = take.at_s < clause.start_s - _BEFORE_S
    still = int(np.flatnonzero(silence)[-1])
    parts = activity_of_parts(angular_speed(joints, HZ), {str(p): PART_JOINTS[p] for p in BodyPart})
    fingers = hand_shape_rad(joints)
    size = stroke_size(wrist[apex : apex + 1]) / _of_the_lexicon(lexeme, 1.0)[0]
    _, usual_swivel = _of_the_lexicon(lexeme, round(20 * float(np.clip(size, 0.4, 1.3))) / 20)
    values = {
        "content": fingers[apex - 2 : apex + 3].mean(axis=0),
        "emotion": posture_rad(joints),
        "size": np.array([size]),
        "speed": np.array([half_way_s(fingers[still:], HZ)]),
        "smoothness": np.array([abruptness(main_movement(fingers[: apex + 1]))]),
        "spread": np.array([elbow_swivel_rad(positions, "right")[apex] - usual_swivel]),
        "rest_height": np.array([positions[silence, JOINT_INDEX["rightHand"], 1].mean()]),
        "part": np.array([parts[BodyPart.HEAD]]),
    }
    hand = positions[: apex + 1, JOINT_INDEX["rightHand"]]
    arms = {
        "speed": half_way_s(wrist[still:], HZ),
        "smoothness": float(np.linalg.norm(np.diff(hand, axis=0), axis=1).max() * HZ),
        "rest_height": float(positions[along, JOINT_INDEX["leftHand"], 1].mean()),
    }
    return Look(values, arms)


@cache
def _of_the_lexicon(lexeme: str, size: float) -> tuple[float, float]:
    """How far out, and how far turned out at the elbow, a gesture of that size usually is."""
    found = standard_lexicon().named(lexeme)
    if found is None:
        raise BadInputError(f"bench gesture: no gesture {lexeme!r} in the lexicon")
    skeleton = load_skeleton()
    stroke = make_stroke(found, skeleton, apex_s=0.0, earliest_s=-9.0, size=size)
    joints = rest_pose(skeleton)[None].copy()
    joints[:, stroke.joints] = stroke.path.at(np.zeros(1))
    positions = positions_of(joints)
    wrist = wrist_in_trunk(positions, "right", skeleton.arm_length_m("right"))
    return stroke_size(wrist), float(elbow_swivel_rad(positions, "right")[0])


def _apart(low: Sequence[Look], high: Sequence[Look], measure: str) -> float:
    """Distance of the mean of one end from the mean of the other."""
    a = np.mean([look.values[measure] for look in low], axis=0)
    b = np.mean([look.values[measure] for look in high], axis=0)
    return float(np.linalg.norm(b - a))


def _figure(name: str, knob: str, moved: Mapping[str, Mapping[str, float]]) -> Figure:
    own = moved[knob][knob]
    others = {m: value / max(moved[m][m], 1e-9) for m, value in moved[knob].items() if m != knob}
    worst = max(others, key=lambda m: others[m])
    return Figure(
        name=f"{name}: knob {knob} leaks at most",
        value=others[worst],
        unit="of a measure's own",
        target=LEAKS,
        note=f"into {worst}; its own measure moves by {own:.3g} {_UNITS[knob]}",
    )


def _of_arms(name: str, knob: str, ends: Sequence[Sequence[Look]]) -> Figure:
    low, high = (float(np.mean([look.arms[knob] for look in end])) for end in ends)
    what, unit, least = _ARMS[knob]
    return Figure(
        name=f"{name}: knob {knob} moves {what}", value=abs(high - low), unit=unit, target=least,
        at_most=False, note=f"from {low:.3g} to {high:.3g}",
    )  # fmt: skip


_ARMS: Final = {
    "speed": ("the arm: longer over half way", "s", 0.3),
    "smoothness": ("the arm: fastest before the apex", "m/s", 0.1),
    "rest_height": ("hands that go along", "m", 0.05),
}
"""What, unit, and how much at least."""
_UNITS: Final = {
    "content": "rad of the fingers", "emotion": "rad of trunk and shoulders",
    "size": "of the lexicon's", "speed": "s over half way", "smoothness": "of log jerk",
    "spread": "rad of the elbow", "rest_height": "m", "part": "rad/s of the head",
}  # fmt: skip


def _as_table(moved: Mapping[str, Mapping[str, float]]) -> str:
    names = list(moved)
    lines = [["knob", *names]]
    for knob in names:
        shares = [moved[knob][m] / max(moved[m][m], 1e-9) for m in names]
        lines.append([knob, *(f"{share:.2f}" for share in shares)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
