"""How likely a turn is over, from everything that is known of a pause; what wait costs least. Pure.

What the words look like, how far they can be trusted, whether sentences end on them by the
recogniser's own languages, how the voice sounds and how its pitch ends add up to the odds that
nothing more follows (`turn_end_weights.json`, its card in it; `foyer train turns`). Where the
recogniser has no such language, other weights stand for what is left.

From the odds follows the wait. Who has finished loses the time waited; who has not is cut off if
the pause outlasts the wait, which is worth so many seconds of waiting as `Manner` says.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.turns.completeness import Completeness, completeness, completeness_in, is_whole
from perception.turns.pitch import PitchEnd

WEIGHTS: Final = Path(__file__).with_name("turn_end_weights.json")
LONGEST_WAIT_S: Final = 2.6
PAUSE_S, PAUSE_SPREAD = 0.55, 0.5
"""Median and spread (of the logarithm) of pauses within turns: Heldner and Edlund, "Pauses, gaps
and overlaps in conversations", J. of Phonetics 38, 2010."""
_STEP_S: Final = 0.02
_MOST_WORDS: Final = 8
_LEAST_LOG: Final = -4.0
_MIDDLE_TRUST: Final = 0.7
_MOST_LOGIT: Final = 5.0
_MOST_WHOLE: Final = 2.0
_LOOKS: Final = tuple(Completeness)
WORDS: Final = (
    *(one for one in _LOOKS if one is not Completeness.NOTHING),
    *("dangling_trusted", "closed_trusted", "whole", "words"),
)
LANGUAGE: Final = ("ends_here", "ends_in_english", "said_here", "whole_here")
SOUND: Final = ("sounds_finished", "above_middle", "above_floor", "slope")


class Manner(StrEnum):
    """What being cut off is worth, against being answered late."""

    BRISK = "brisk"
    ORDINARY = "ordinary"
    PATIENT = "patient"


CUT_COSTS_S: Final[Mapping[Manner, float]] = {
    Manner.BRISK: 1.5,
    Manner.ORDINARY: 6.0,
    Manner.PATIENT: 40.0,
}
"""To be cut off once is as bad as an answer that comes so many seconds late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """What is known of a silence in an open turn."""

    text: str
    """The words so far, lower case."""
    trust: float
    """In them, 0..1."""
    language: str = ""
    """In which they were heard; empty means English."""
    ends_here: float | None = None
    """log10 of the chance that a sentence ends on the last two words, as people speak here."""
    ends_in_english: float | None = None
    """The same, in general English."""
    whole_here: float | None = None
    """log(visitors here stop after exactly these words / go on); None: nobody says so here."""
    finished: float | None = None
    """How likely the voice sounds as if nothing more followed, 0..1; None: not judged."""
    pitch: PitchEnd | None = None

    @property
    def look(self) -> Completeness:
        """How finished the words look."""
        if self.language in {"", "en"}:
            return completeness(self.text)
        return completeness_in(self.language, self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """A line through features."""

    names: tuple[str, ...]
    weights: NDArray[np.float64]
    bias: float


def evidence(pause: Pause) -> dict[str, float]:
    """Every feature that is known of it, by name."""
    look, trust = pause.look, pause.trust - _MIDDLE_TRUST
    known: dict[str, float] = {one: float(look is one) for one in _LOOKS}
    formula = is_whole(pause.text)
    count = min(len(pause.text.split()), _MOST_WORDS)
    known |= {
        "dangling_trusted": trust * (look is Completeness.DANGLING),
        "closed_trusted": trust * (look is Completeness.CLOSED),
        "whole": float(formula),
        "words": 0.0 if formula else math.log1p(count) - math.log1p(_MOST_WORDS),
    }
    if pause.ends_here is not None and pause.ends_in_english is not None:
        known["ends_here"] = max(_LEAST_LOG, pause.ends_here)
        known["ends_in_english"] = max(_LEAST_LOG, pause.ends_in_english)
        whole = pause.whole_here
        known["said_here"] = float(whole is not None)
        known["whole_here"] = max(-_MOST_WHOLE, min(_MOST_WHOLE, whole or 0.0))
    if pause.finished is not None:
        known |= _sound(pause.finished, pause.pitch)
    return known


def is_known(pause: Pause) -> bool:
    """The odds were learned for such a pause: English words, in a voice whose end was judged."""
    return pause.finished is not None and _has_words(pause)


def is_known_by_words(pause: Pause) -> bool:
    """The same of a pause whose sound nobody has judged yet: odds by its words and its language."""
    return pause.finished is None and pause.ends_here is not None and _has_words(pause)


def _has_words(pause: Pause) -> bool:
    return pause.language in {"", "en"} and pause.look is not Completeness.NOTHING


def _sound(finished: float, pitch: PitchEnd | None) -> dict[str, float]:
    sure = min(1 - 1e-6, max(1e-6, finished))
    logit = math.log(sure / (1 - sure))
    return {
        "sounds_finished": max(-_MOST_LOGIT, min(_MOST_LOGIT, logit)),
        "above_middle": 0.0 if pitch is None else max(-2.0, min(2.0, pitch.above_middle_st / 3)),
        "above_floor": 1 / 3 if pitch is None else max(-1, min(3, pitch.above_floor_st / 3)),
        "slope": 0.0 if pitch is None else pitch.slope_st_s / 20,
    }


def chance_over(pause: Pause, lines: Mapping[str, Line] | None = None) -> float:
    """Probability, 0..1, that nothing more follows; meant for what `is_known`, by words or all.

    Raises `ValueError` for weights of other features.
    """
    known = evidence(pause)
    line = (lines or read_lines())[case(known)]
    told = sum(float(w) * known[n] for n, w in zip(line.names, line.weights, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-8.0, min(8.0, told + line.bias))))


def case(known: Mapping[str, float]) -> str:
    """Which weights stand for what is known."""
    if "sounds_finished" not in known:
        return "words+language"
    return "words+language+sound" if "ends_here" in known else "words+sound"


CASES: Final[Mapping[str, tuple[str, ...]]] = {
    "words+sound": (*WORDS, *SOUND),
    "words+language": (*WORDS, *LANGUAGE),
    "words+language+sound": (*WORDS, *LANGUAGE, *SOUND),
}


def least_costly_wait_s(over: float, *, cut_costs_s: float, least_s: float) -> float:
    """The silence, seconds, after which to answer somebody who is done with probability `over`.

    The least of `over * wait + (1 - over) * cut_costs_s * P(a pause is longer than wait)`, with
    pauses as people make them, between `least_s` and `LONGEST_WAIT_S`.
    """
    waits, longer = _pauses()
    cost = over * waits + (1.0 - over) * cut_costs_s * longer
    allowed = waits >= least_s - _STEP_S / 2
    return max(least_s, float(waits[allowed][np.argmin(cost[allowed])]))


@cache
def _pauses() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Waits, and the share of pauses that are longer than each."""
    waits = np.arange(0.1, LONGEST_WAIT_S + _STEP_S / 2, _STEP_S)
    spread = PAUSE_SPREAD * math.sqrt(2.0)
    longer = [0.5 * math.erfc(math.log(wait / PAUSE_S) / spread) for wait in waits]
    return waits, np.array(longer)


@cache
def read_lines(path: Path = WEIGHTS) -> Mapping[str, Line]:
    """The fitted weights, one line a case. Raises `ValueError` for those of other features."""
    told = json.loads(path.read_text(encoding="utf-8"))["cases"]
    if set(told) != set(CASES) or any(tuple(told[k]["weights"]) != CASES[k] for k in CASES):
        raise ValueError(f"{path}: fitted to other features; run foyer train turns")
    return {
        name: Line(CASES[name], np.array(list(one["weights"].values())), float(one["bias"]))
        for name, one in told.items()
    }
