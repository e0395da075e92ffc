"""Is the reader of lips a judge? What it says of lips that are wrong, worse and elsewhere.

Each figure is of lips whose fault is known: later and later against the sound, of another
sentence, frozen, blurred, too small, without closures. A judge falls with each; a copy of the
rules would not know lips it has never seen from noise.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from actuation.generators.lip_reader_camera import View
from actuation.generators.lip_reader_corpus import HELD_OUT_EXPRESSION
from actuation.motion import FACE_INDEX
from agent.bench.face_reading import LipTest
from agent.bench.face_sides import Sides
from agent.bench.face_takes import Take, by_held_shapes, by_loudness, by_rule
from agent.bench.figure import Figure

Floats = NDArray[np.float64]

LATER_S = (0.033, 0.067, 0.1, 0.2, 0.4)
_ASIDE = View(yaw_rad=0.3, pitch_rad=0.12, light=(-0.8, 0.2, 0.6), ambient=0.25)


def worth_figures(test: LipTest, sides: Sides, *, short: bool) -> list[Figure]:
    """Figures about the reader itself, on the rules' lips."""
    figures = [_read(test), _preferred(test)]
    if short:
        return figures
    return [*figures, _held(test), _later(test), *_spoiled(test), *_elsewhere(test, sides)]


def _read(test: LipTest) -> Figure:
    right, frozen = test.verdict(test.seen), test.verdict(test.frozen())
    another = test.verdict(test.of_another())
    return Figure(
        name="reader of lips: words of the rules' lips",
        value=100 * right.word_accuracy,
        unit="%",
        baseline=100 * frozen.word_accuracy,
        baseline_of="frozen lips",
        control=100 * another.word_accuracy,
        control_of="lips of another sentence",
        note=(
            f"{right.words} words of a closed set of {test.words_to_choose} (chance "
            f"{100 * test.word_chance:.1f} %), never taught; visemes "
            f"{100 * right.viseme_accuracy:.0f} % (frozen {100 * frozen.viseme_accuracy:.0f}, "
            f"another's {100 * another.viseme_accuracy:.0f}, chance {100 * test.viseme_chance:.0f})"
        ),
    )


def _preferred(test: LipTest) -> Figure:
    """In how many sentences the right lips are likelier than the same ones late, and than a jaw."""
    jaws = [test.look(by_loudness(take)) for take in test.takes]
    wins_late, wins_jaw, margins_late, margins_jaw = 0, 0, [], []
    for i, lips in enumerate(test.seen):
        right = test.of_one(i, lips).mean_likely
        late = right - test.of_one(i, lips, later_s=0.2).mean_likely
        jaw = right - test.of_one(i, jaws[i]).mean_likely
        wins_late, wins_jaw = wins_late + (late > 0), wins_jaw + (jaw > 0)
        margins_late.append(late)
        margins_jaw.append(jaw)
    count = len(test.seen)
    return Figure(
        name="reader of lips: sentences in which right lips are preferred to late ones",
        value=100 * wins_late / count,
        unit="%",
        target=95.0,
        at_most=False,
        control=50.0,
        control_of="by chance",
        note=(
            f"by {np.mean(margins_late):.2f} nats a viseme; to a jaw by loudness in "
            f"{100 * wins_jaw / count:.0f} %, by {np.mean(margins_jaw):.2f}; {count} sentences"
        ),
    )


def _held(test: LipTest) -> Figure:
    """Lips of a kind it was never taught, whose times are right."""
    seen = [test.look(by_held_shapes(take)) for take in test.takes]
    right, late = test.verdict(seen), test.verdict(seen, later_s=0.2)
    return Figure(
        name="reader of lips: words of shapes held while each phone sounds",
        value=100 * right.word_accuracy,
        unit="%",
        baseline=100 * test.word_chance,
        baseline_of="chance",
        control=100 * late.word_accuracy,
        control_of="sound shifted 0.2 s",
        note=f"never taught such lips; visemes {100 * right.viseme_accuracy:.0f} %",
    )


def _later(test: LipTest) -> Figure:
    accuracies = [100 * test.verdict(test.seen, later_s=s).viseme_accuracy for s in LATER_S]
    right = 100 * test.verdict(test.seen).viseme_accuracy
    told = ", ".join(f"{1e3 * s:.0f} ms {a:.0f}" for s, a in zip(LATER_S, accuracies, strict=True))
    return Figure(
        name="reader of lips: visemes, lips 100 ms late",
        value=accuracies[2],
        unit="%",
        target=right,
        baseline=right,
        baseline_of="in time",
        note=f"lips later by {told}",
    )


def _spoiled(test: LipTest) -> list[Figure]:
    """Lips made worse in ways that it was not taught."""
    right = test.verdict(test.seen)
    figures = []
    for name, spoil in (
        ("blurred over 0.25 s", _blurred),
        ("moving by a third", _small),
        ("that never close", _without_closures),
    ):
        verdict = test.verdict([test.look(take.moved_by(spoil(take))) for take in test.takes])
        figures.append(
            Figure(
                name=f"reader of lips: words of lips {name}",
                value=100 * verdict.word_accuracy,
                unit="%",
                target=100 * right.word_accuracy,
                baseline=100 * right.word_accuracy,
                baseline_of="as they were",
                note=f"visemes {100 * verdict.viseme_accuracy:.0f} %",
            )
        )
    return figures


def _blurred(take: Take) -> Floats:
    kernel = np.ones(15) / 15
    return np.apply_along_axis(lambda c: np.convolve(c, kernel, "same"), 0, take.faces)


def _small(take: Take) -> Floats:
    return take.faces / 3


def _without_closures(take: Take) -> Floats:
    faces = take.faces.copy()
    faces[:, FACE_INDEX["mouthClose"]] = 0.0
    jaw = FACE_INDEX["jawOpen"]
    faces[:, jaw] = np.maximum(faces[:, jaw], 0.15)
    return faces


def _elsewhere(test: LipTest, sides: Sides) -> list[Figure]:
    """From a side in another light, and with a face that it was not taught."""
    aside = replace(test, view=_ASIDE)
    surprised = replace(
        test, takes=[by_rule(take.speech, HELD_OUT_EXPRESSION) for take in sides.rules]
    )
    return [_beside(test, "from a side", aside), _beside(test, "in a face never taught", surprised)]


def _beside(test: LipTest, where: str, other: LipTest) -> Figure:
    verdict, right = other.verdict(other.seen), test.verdict(test.seen)
    late = other.verdict(other.seen, later_s=0.2)
    return Figure(
        name=f"reader of lips: words {where}",
        value=100 * verdict.word_accuracy,
        unit="%",
        baseline=100 * right.word_accuracy,
        baseline_of="straight on",
        control=100 * late.word_accuracy,
        control_of="sound shifted 0.2 s",
        note=f"visemes {100 * verdict.viseme_accuracy:.0f} %",
    )
