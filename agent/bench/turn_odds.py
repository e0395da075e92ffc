"""How well the odds tell the ends of made turns from the pauses in them, before any wait.

The bounds, too: the same with the words as they were said, by the words alone, by the sound alone.
Cut-ins come from what this cannot tell apart, whatever a cut-in is said to cost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure
from agent.bench.heard_once import HeardOnce, ended
from agent.bench.overlap_scenes import area_under_curve
from agent.embedded_words import Embedded
from perception.turns.over import Pause, chance_over
from perception.turns.patience import PatienceConfig
from perception.turns.taking import TurnsConfig, TurnTaker

SHARE: Final = 0.02
"""Of the pauses, so many may be taken for ends."""
_FOREVER_S: Final = 30.0
_UNTOLD: Final = 0.5
"""Odds where no words were heard, or the sound was not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One silence of a made turn."""

    pause: Pause
    said: str
    """The words that were said up to it."""
    over: bool


def silences(heard: Sequence[HeardOnce], said: Sequence[str]) -> list[Silence]:
    """All silences of turns whose every bar was heard as a pause; `said`: lines with their bars."""
    found: list[Silence] = []
    for one, line in zip(heard, said, strict=True):
        pieces = line.replace(",", " ").replace("/", "|").split("|")
        told = _newest(_known(one))
        if len(told) != len(pieces):
            continue
        for k, pause in enumerate(told):
            words = " ".join(" ".join(pieces[: k + 1]).split())
            found.append(Silence(pause=pause, said=words, over=k + 1 == len(pieces)))
    return found


def figures(found: Sequence[Silence], recogniser: Embedded) -> list[Figure]:
    """Area under the curve, and how many ends are told while 2 in 100 pauses are not kept apart."""
    ways: dict[str, Callable[[Silence], float]] = {
        "as heard": lambda one: _odds(one.pause),
        "words as they were said (a bound)": lambda one: _odds(_as_said(one, recogniser)),
        "words alone": lambda one: _odds(replace(one.pause, finished=None, pitch=None)),
        "smart-turn alone": lambda one: one.pause.finished or 0.0,
    }
    over = np.array([one.over for one in found])
    rows = []
    for name, told in ways.items():
        odds = np.array([told(one) for one in found])
        rows.append(
            Figure(
                name=f"  ends told from pauses, {name}: area under the curve",
                value=float(area_under_curve(odds, over)), unit="",
                note=f"{100 * _told(odds, over):.0f} of 100 ends at 2 of 100 pauses;"
                f" {over.sum()} ends, {(~over).sum()} pauses",
            )
        )  # fmt: skip
    return rows


def _told(odds: NDArray[np.float64], over: NDArray[np.bool_]) -> float:
    limit = np.quantile(odds[~over], 1.0 - SHARE)
    return float(np.mean(odds[over] > limit))


def _odds(pause: Pause) -> float:
    return chance_over(pause) if pause.text else _UNTOLD


def _as_said(one: Silence, recogniser: Embedded) -> Pause:
    reading = recogniser.judged(tuple(one.said.split()), 1.0)
    return replace(
        one.pause,
        text=reading.text,
        trust=1.0,
        ends_here=reading.ends_here,
        ends_in_english=reading.ends_in_english,
        whole_here=reading.whole_here,
    )


def _known(one: HeardOnce) -> list[Pause]:
    """All that is known of its silences while nothing ends it."""
    known: list[Pause] = []

    class Waiting(PatienceConfig):
        def silence_s(self, pause: Pause) -> float:
            known.append(pause)
            return _FOREVER_S

    ended(one, TurnTaker(TurnsConfig(patience=Waiting(), words_within_s=_FOREVER_S)))
    return known


def _newest(known: Sequence[Pause]) -> list[Pause]:
    """What was known last of each silence: its sound is judged after its words."""
    told: list[Pause] = []
    for pause in known:
        if told and (told[-1] == pause or _same(told[-1], pause)):
            told[-1] = pause
        else:
            told.append(pause)
    return told


def _same(before: Pause, after: Pause) -> bool:
    judged = before.finished is None and after.finished is not None
    return judged and before.text == after.text and before.trust == after.trust
