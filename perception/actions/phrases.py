"""The phrases that sentences about visitors are made of, and what each measures.

A sentence is made of clauses. Each clause is one of these phrases, in these or in nearly these
words; "not" before the verb turns it round. `a hand` is either hand, and `it`, `its`, `the hand`
the same one again; `the other hand` is the other, `both hands` each.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.actions import measures as m
from perception.actions.figure import WRISTS, Figure
from perception.actions.measures import Measure, soft


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A way of saying what can be measured."""

    words: tuple[str, ...]
    """Several wordings; each is matched by its words, order and endings aside."""
    measure: Measure
    needs: str
    """`body`, `hands` or `head`: what has to be seen."""


def _body(measure: Measure, *words: str) -> Phrase:
    return Phrase(words=words, measure=measure, needs="body")


def _hands(measure: Measure, *words: str) -> Phrase:
    return Phrase(words=words, measure=measure, needs="hands")


def _at(spot: object, *words: str) -> Phrase:
    """Near a spot of the head, against the nose, of the left hand, shoulder widths."""
    place = np.asarray(spot, np.float64)
    return _body(lambda f, h: soft(-m.to_spot(f, h, place), -0.3, 0.3), *words)


def _still(figure: Figure, hand: int) -> float:
    """The wrist stays, and so do the fingers where they are seen."""
    stays, fingers = soft(-m.wanders(figure, hand), -0.16, 0.15), m.fingers_stray(figure, hand)
    return min(stays, soft(-fingers, -0.25, 0.25)) if math.isfinite(fingers) else stays


def _wave(figure: Figure, hand: int) -> float:
    return soft(m.swing(figure, lambda o: float(o.points[WRISTS[hand], 0])), 0.22, 0.2)


def _up_down(figure: Figure, hand: int) -> float:
    return soft(m.swing(figure, lambda o: float(o.points[WRISTS[hand], 1])), 0.22, 0.2)


def _to_and_fro(figure: Figure, hand: int) -> float:
    return soft(m.swing(figure, lambda o: float(o.points[WRISTS[hand], 2])), 0.25, 0.2)


def _together(figure: Figure, hand: int) -> float:
    apart = m.swing(figure, lambda o: float(o.points[WRISTS[0], 0] - o.points[WRISTS[1], 0]))
    return soft(apart, 0.3, 0.25)


def _between(value: float, low: float, high: float, ease: float) -> float:
    return min(soft(value, low, ease), soft(-value, -high, ease))


PHRASES: Final[Mapping[str, Phrase]] = {
    "above the elbow": _body(
        lambda f, h: soft(m.above_elbow(f, h), 0.1, 0.4),
        "hand is above elbow", "forearm points up", "hand is raised over elbow",
    ),
    "above the shoulder": _body(
        lambda f, h: soft(m.height(f, h), 0.0, 0.4), "hand is above shoulder", "hand is raised"
    ),
    "above the head": _body(
        lambda f, h: soft(m.height(f, h), 0.75, 0.5), "hand is above head", "hand is held high"
    ),
    "at chest height": _body(
        lambda f, h: _between(m.height(f, h), -1.15, -0.05, 0.4),
        "hand is before chest", "hand is in front of body", "hand is at height of chest",
    ),
    "hangs": _body(
        lambda f, h: soft(m.drop(f, h), 0.85, 0.15),
        "arm hangs down", "hand hangs beside body",
    ),
    "low": _body(
        lambda f, h: _between(m.height(f, h), -1.9, -1.0, 0.4),
        "hand is at hip", "hand is on hip", "hand is at height of belt",
    ),
    "across": _body(
        lambda f, h: soft(-m.aside(f, h), -0.05, 0.3),
        "hand is on other side of body", "arm crosses body", "hand is across chest",
    ),
    "aside": _body(
        lambda f, h: soft(m.aside(f, h), 0.85, 0.5),
        "hand is out to side", "hand is far from body", "arm is held out sideways",
    ),
    "at the ear": _at(m.EAR, "hand is at ear", "hand is held to ear"),
    "at the mouth": _at(
        (0.0, -0.14, -0.02), "hand is at mouth", "hand covers mouth", "hand is before face",
        "hand touches face", "hand touches lips",
    ),
    "at the chin": _at(
        (0.0, -0.3, -0.05), "hand is at chin", "hand touches chin", "hand is at neck",
    ),
    "at the forehead": _at(
        (0.09, 0.25, -0.07), "hand is at forehead", "hand touches forehead", "hand is at brow",
    ),
    "on the head": _at(
        (0.0, 0.48, -0.25), "hand is on top of head", "hand touches head", "hand is on head",
    ),
    "on the chest": _at(
        (0.05, -0.95, 0.0), "hand is on chest", "hand touches chest", "hand is on heart",
    ),
    "straight arm": _body(
        lambda f, h: soft(m.straightness(f, h), 0.9, 0.12),
        "arm is straight", "arm is stretched out", "arm is stretched",
    ),
    "bent arm": _body(
        lambda f, h: soft(-m.straightness(f, h), -0.88, 0.15), "arm is bent", "elbow is bent"
    ),
    "reaches forward": _body(
        lambda f, h: soft(m.forward(f, h), 0.75, 0.5),
        "hand reaches forward", "hand is held out forward", "hand reaches out to front",
    ),
    "side to side": _body(
        _wave, "hand swings from side to side", "hand moves from side to side",
        "hand goes left and right",
    ),
    "up and down": _body(_up_down, "hand moves up and down", "hand goes up and down"),
    "apart and together": _body(
        _together, "hands come together again and again", "hands meet again and again",
        "hands clap",
    ),
    "still": _body(_still, "hand is still", "hand stays in place"),
    "near each other": _body(
        lambda f, h: soft(-m.between_hands(f), -0.45, 0.3),
        "hands are near each other", "hands are together", "hands hold each other",
    ),
    "far apart": _body(
        lambda f, h: soft(m.between_hands(f), 1.1, 0.5), "hands are apart", "hands are far apart"
    ),
    "to and fro": _body(
        _to_and_fro, "hand moves to and fro", "hand goes forward and back",
        "hand pushes forward again and again",
    ),
    "curling": _hands(
        lambda f, h: soft(m.curling(f, h), 0.6, 0.5),
        "fingers curl again and again", "hand beckons with fingers",
        "fingers bend toward palm again and again",
    ),
    "fingers straight": _hands(
        lambda f, h: soft(m.finger(f, h, slice(0, 4)), 0.55, 0.5),
        "fingers are straight", "fingers are open", "hand is open",
    ),
    "fist": _hands(
        lambda f, h: soft(-m.finger(f, h, slice(0, 4)), 0.1, 0.5),
        "fingers are curled", "hand is fist", "hand makes fist",
    ),
    "index alone": _hands(
        lambda f, h: min(
            soft(m.finger(f, h, slice(0, 1)), 0.4, 0.5), soft(-m.finger(f, h, slice(1, 4)), 0, 0.5)
        ),
        "index finger alone is straight", "only index finger is stretched",
    ),
    "two fingers": _hands(
        lambda f, h: min(
            soft(m.finger(f, h, slice(0, 2)), 0.4, 0.5), soft(-m.finger(f, h, slice(2, 4)), 0, 0.5)
        ),
        "two fingers are straight", "index and middle finger are stretched",
    ),
    "fingers up": _hands(
        lambda f, h: soft(m.pointing(f, h, 1), 0.6, 0.4),
        "fingers point up", "hand points up", "hand is upright",
    ),
    "fingers forward": _hands(
        lambda f, h: soft(m.pointing(f, h, 2), 0.6, 0.4),
        "fingers point forward", "hand points forward",
    ),
    "fingers inward": _hands(
        lambda f, h: soft(m.inward(f, h, palm_of=False), 0.55, 0.4),
        "fingers point inward", "fingers point to other side",
    ),
    "thumb up": _hands(
        lambda f, h: soft(m.thumb(f, h), 0.6, 0.4), "thumb points up", "thumb is up"
    ),
    "thumb down": _hands(
        lambda f, h: soft(-m.thumb(f, h), 0.6, 0.4), "thumb points down", "thumb is down"
    ),
    "palm up": _hands(
        lambda f, h: soft(m.palm(f, h, 1), 0.4, 0.5), "palm faces up", "palm is turned up"
    ),
    "palm down": _hands(
        lambda f, h: soft(-m.palm(f, h, 1), 0.4, 0.5), "palm faces down", "palm is turned down"
    ),
    "palm inward": _hands(
        lambda f, h: soft(m.inward(f, h, palm_of=True), 0.45, 0.5),
        "palm faces inward", "palms face each other",
    ),
    "palm back": _hands(
        lambda f, h: soft(-m.palm(f, h, 2), 0.4, 0.5),
        "palm faces back", "palm faces body", "back of hand is shown",
    ),
    "palm forward": _hands(
        lambda f, h: soft(m.palm(f, h, 2), 0.35, 0.5),
        "palm faces forward", "palm faces agent", "palm is shown",
    ),
    "shoulders rise": _body(
        lambda f, h: soft(m.shoulders_rise(f), 0.11, 0.1),
        "shoulders rise", "shoulders are raised", "shoulders go up",
    ),
    "head down": Phrase(
        words=("head is bent down", "head looks down", "head is lowered"),
        measure=lambda f, h: soft(m.head_down(f), 0.22, 0.25),
        needs="head",
    ),
    "turned away": _body(
        lambda f, h: soft(m.turned_away(f), 1.25, 0.6),
        "trunk is turned away", "body turns away", "back is shown",
    ),
    "thighs level": _body(
        lambda f, h: soft(m.seated(f), 0.5, 0.35),
        "thighs are level", "knees are bent and hips are low", "body sits",
    ),
}  # fmt: skip
"""By a short name, which `why` tells."""
