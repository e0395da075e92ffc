"""One wish changed at a time: it moves its own measure, and the lips go on saying the same.

Emotion, intensity, style, seed and an instruction in words, each for the rules and, where it takes
such a wish, for the learned face. Own measures are millimetres on the character's upper face and
corners of the mouth. The lips are judged as always, and against those without the wish.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from actuation.embodiments.vrm_file import read_character
from actuation.faces.expressions import emotions
from actuation.generators.lip_reader_camera import CHARACTER
from actuation.generators.metrics.blinks import lids
from actuation.generators.metrics.lips import lip_gap
from actuation.generators.metrics.vertices import FacePoints
from actuation.generators.metrics.visemes import timing_errors_s
from actuation.motion import FRAME_RATE_HZ
from actuation.rehearsal import rehearse
from actuation.speech.voice import Speech
from actuation.stage.config import PerformerConfig
from agent.bench.face_sides import by_learning
from agent.bench.face_takes import Take, act_of, by_rule, performed, pooled
from agent.bench.figure import Figure
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import Expression

if TYPE_CHECKING:
    from actuation.generators.learned_face import LearnedFace

Floats = NDArray[np.float64]

INTENSITIES = (0.25, 0.5, 0.75, 1.0)
STYLES = (0.0, 0.5, 1.0)
"""Parts of the liveliest."""
SEEDS = (3, 4, 5)
INSTRUCTION = "apologetic, eyebrows up"
_FACE = np.array([not n.startswith(("jaw", "mouth", "tongue", "eyeBlink")) for n in ARKIT_NAMES])
_CORNERS = np.array([n.startswith(("mouthSmile", "mouthFrown")) for n in ARKIT_NAMES])
_SHOWN = np.where(_FACE | _CORNERS, 1.0, 0.0)
_MOST_POINTS = 1.0

Performs = Callable[[Speech, Mapping[str, Any]], Take]
"""A speech with a wish to its lips and face."""


@dataclass(frozen=True, slots=True)
class _Swap:
    """The takes of one wish, for each of its values, all for the same speeches."""

    of: Mapping[str, Sequence[Take]]

    def all(self) -> list[Sequence[Take]]:
        return list(self.of.values())


def swap_figures(
    speeches: Sequence[Speech], learned: "LearnedFace | None", missing: str, *, short: bool = False
) -> list[Figure]:
    """For each wish its own measure and the lips; `short`: each third emotion."""
    points, every = FacePoints.of(*_mesh()), 3 if short else 1
    names = list(emotions())[::every]
    figures = _figures("rules", _by_rules, speeches, points, names, with_words=True)
    if learned is None:
        nan = float("nan")
        return [
            *figures,
            Figure(name="learned: swaps", value=nan, unit="", target=1.0, note=missing),
        ]
    from actuation.generators.learned_wish import Wish

    def perform(speech: Speech, wish: Mapping[str, Any]) -> Take:
        named = wish.get("face")
        made = Wish(
            emotions={Expression(named or Expression.NEUTRAL): 1.0},
            intensity=wish.get("intensity", 1.0),
            liveliness=wish.get("style", 0.5),
        )
        start = _unmoved(speech)
        return by_learning(learned, start, with_text=False, wish=made, seed=wish.get("seed", 3))

    names = [e.value for e in Expression][::every]
    return figures + _figures("learned", perform, speeches, points, names, with_words=False)


def _unmoved(speech: Speech) -> Take:
    """A take whose frames are all at rest."""
    take = by_rule(speech, frames_only=False)
    return take.moved_by(np.zeros_like(take.faces))


def _mesh() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    character = read_character(CHARACTER)
    return character.points, character.morphs


def _by_rules(speech: Speech, wish: Mapping[str, Any]) -> Take:
    config = PerformerConfig()
    style = config.animation.face.style
    style = style.model_copy(update={"liveliness": 2 * wish.get("style", 0.5)})
    face = config.animation.face.model_copy(update={"style": style})
    animation = config.animation.model_copy(update={"face": face, "seed": wish.get("seed", 3)})
    act = replace(
        act_of(speech.text, None, wish.get("intensity", 1.0)),
        manner=wish.get("words", wish.get("face", "neutral")),
    )
    config = config.model_copy(update={"animation": animation})
    played = rehearse(act, [speech], config=config)
    return performed(played, speech)


def _figures(
    who: str,
    perform: Performs,
    speeches: Sequence[Speech],
    points: FacePoints,
    names: Sequence[str],
    *,
    with_words: bool,
) -> list[Figure]:
    def takes(**wish: Any) -> list[Take]:  # noqa: ANN401
        return [perform(speech, wish) for speech in speeches]

    plain = takes()
    apart = _Apart(points)
    faces = _Swap({name: takes(face=name) for name in names})
    strong = _Swap({f"{i:g}": takes(face="happy", intensity=i) for i in INTENSITIES})
    styles = _Swap({f"{s:g}": takes(style=s) for s in STYLES})
    seeds = _Swap({str(s): takes(seed=s) for s in SEEDS})
    figures = [
        _emotions(who, faces, apart),
        _lips(who, "emotion", plain, faces),
        _rising(who, strong, plain, apart),
        _lips(who, "intensity", plain, strong),
        *_style(who, styles, apart),
        _lips(who, "style", plain, styles),
        *_seed(who, seeds),
    ]
    if with_words:
        told = _Swap({INSTRUCTION: takes(words=INSTRUCTION)})
        figures += [_words(told, plain, apart), _lips(who, "instruction", plain, told)]
    return figures


class _Apart:
    """How far two faces are apart, without what lips do to speak."""

    def __init__(self, points: FacePoints) -> None:
        self._points = points

    def mm(self, a: Sequence[Take], b: Sequence[Take]) -> float:
        """Mean over vertices, of mean faces over each sentence."""
        found = [
            float(np.mean(np.linalg.norm(self._posed(x) - self._posed(y), axis=-1)))
            for x, y in zip(a, b, strict=True)
        ]
        return 1e3 * float(np.mean(found))

    def moved_mm(self, takes: Sequence[Take]) -> float:
        """How far a face moves around its own mean."""
        found = []
        for take in takes:
            upper = self._points.posed_upper(take.faces * _SHOWN)
            found.append(float(np.mean(np.linalg.norm(upper - upper.mean(axis=0), axis=-1))))
        return 1e3 * float(np.mean(found))

    def _posed(self, take: Take) -> Floats:
        mean = take.faces.mean(axis=0, keepdims=True) * _SHOWN
        return np.concatenate(
            [self._points.posed_upper(mean), self._points.posed_lips(mean)], axis=1
        )


def _emotions(who: str, faces: _Swap, apart: _Apart) -> Figure:
    pairs = {(a, b): apart.mm(faces.of[a], faces.of[b]) for a, b in combinations(faces.of, 2)}
    (one, other), least = min(pairs.items(), key=lambda pair: pair[1])
    first = next(iter(faces.of.values()))
    return Figure(
        name=f"{who}: swap of emotion, least difference of two faces",
        value=least,
        unit="mm",
        target=0.1,
        at_most=False,
        control=apart.mm(first, first),
        control_of="the same face",
        note=f"{one} and {other}; of {len(pairs)} pairs the middle one {_middle(pairs):.2f} mm",
    )


def _middle(pairs: Mapping[Any, float]) -> float:
    return float(np.median(list(pairs.values())))


def _rising(who: str, strong: _Swap, plain: Sequence[Take], apart: _Apart) -> Figure:
    away = [apart.mm(takes, plain) for takes in strong.all()]
    return Figure(
        name=f"{who}: swap of intensity, least step of {len(away)}",
        value=float(np.min(np.diff([0.0, *away]))),
        unit="mm",
        target=0.02,
        at_most=False,
        note="happy at " + ", ".join(f"{k} {v:.2f}" for k, v in zip(strong.of, away, strict=True)),
    )


def _style(who: str, styles: _Swap, apart: _Apart) -> list[Figure]:
    moved = [apart.moved_mm(takes) for takes in styles.all()]
    turned = [_turned_rad_s(takes) for takes in styles.all()]
    return [
        Figure(
            name=f"{who}: swap of style, liveliest over stillest, face",
            value=moved[-1] / moved[0],
            unit="times",
            target=1.1,
            at_most=False,
            control=1.0,
            control_of="the same style",
            note="brows, cheeks and lids without blinks move by "
            + ", ".join(f"{m:.2f}" for m in moved)
            + " mm",
        ),
        Figure(
            name=f"{who}: swap of style, liveliest over stillest, head",
            value=turned[-1] / turned[0],
            unit="times",
            target=1.1,
            at_most=False,
            note="turns at " + ", ".join(f"{t:.3f}" for t in turned) + " rad/s on average",
        ),
    ]


def _turned_rad_s(takes: Sequence[Take]) -> float:
    """Mean speed at which heads turn while something is said."""
    heads = [take.head for take in takes if take.head is not None]
    return float(
        np.mean([np.linalg.norm(np.diff(h, axis=0), axis=1).mean() * FRAME_RATE_HZ for h in heads])
    )


def _seed(who: str, seeds: _Swap) -> list[Figure]:
    same, lips = [], 0.0
    for a, b in combinations(seeds.all(), 2):
        for x, y in zip(a, b, strict=True):
            shut_x, shut_y = lids(x.faces), lids(y.faces)
            if np.ptp(shut_x) > 0 and np.ptp(shut_y) > 0:
                same.append(float(np.corrcoef(shut_x, shut_y)[0, 1]))
            lips = max(lips, float(np.abs(lip_gap(x.faces) - lip_gap(y.faces)).max()))
    return [
        Figure(
            name=f"{who}: swap of seed, lids go together by",
            value=float(np.mean(same)) if same else float("nan"),
            unit="",
            target=0.5,
            control=1.0,
            control_of="the same seed",
            note=f"correlation, {len(SEEDS)} seeds",
        ),
        Figure(
            name=f"{who}: swap of seed leaves the lips",
            value=lips,
            unit="of a jaw",
            target=0.01,
            note="largest difference of their opening in any frame",
        ),
    ]


def _words(told: _Swap, plain: Sequence[Take], apart: _Apart) -> Figure:
    brow = [i for i, n in enumerate(ARKIT_NAMES) if n.startswith(("browInnerUp", "browOuterUp"))]
    (takes,) = told.all()

    def height(some: Sequence[Take]) -> float:
        return float(np.mean([t.faces[:, brow].mean() for t in some]))

    return Figure(
        name="rules: swap of instruction, brows rise by",
        value=height(takes) - height(plain),
        unit="",
        target=0.15,
        at_most=False,
        note=f'"{INSTRUCTION}"; the face moves by {apart.mm(takes, plain):.2f} mm',
    )


def _lips(who: str, wish: str, plain: Sequence[Take], swap: _Swap) -> Figure:
    """How much worse any value of the wish makes the closures."""

    def timing_ms(takes: Sequence[Take]) -> float:
        errors = [timing_errors_s(t.times, t.faces, t.phones) for t in takes]
        return 1e3 * float(np.median(np.abs(np.concatenate(errors))))

    closures = {name: pooled(takes, "closure") for name, takes in swap.of.items()}
    contacts = [pooled(takes, "contact") for takes in swap.all()]
    worst = min(closures, key=lambda name: closures[name])
    usual = pooled(plain, "closure")
    timings = [timing_ms(takes) for takes in swap.all()]
    return Figure(
        name=f"{who}: swap of {wish} leaves the lips, closures lost at worst",
        value=usual - closures[worst],
        unit="points",
        target=_MOST_POINTS,
        control=usual - pooled([t.shifted() for t in plain], "closure"),
        control_of="sound shifted 0.2 s",
        note=(
            f"{usual:.1f} % without, {closures[worst]:.1f} with {worst}; contacts lost "
            f"{pooled(plain, 'contact') - min(contacts):.1f}; timing {timing_ms(plain):.1f} ms "
            f"without, {min(timings):.1f} to {max(timings):.1f} with"
        ),
    )
