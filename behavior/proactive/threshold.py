"""From which probability on "act now" is to count as yes. Pure."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from behavior.proactive.examples import Episode, window_of
from behavior.proactive.labels import NO, YES, Labelled
from behavior.proactive.model import Answer, Model

_AT_ONCE = 64
_PROMPT_S = 2.0
"""A visitor acted toward within this of the first right moment has been met."""
_BOTHERED_WEIGHS = 2.0
"""To turn to one passer-by in a hundred is as bad as to be late for two visitors in a hundred.

Most such acts are a silent nod; that nobody who walks by is spoken to is the norms' business.
"""
_WHOM_AT = 0.5
_CUTS = np.arange(0.3, 0.985, 0.01)


def answers_of(model: Model, episode: Episode, stride: int = 1) -> dict[int, Answer]:
    """The model's answers to every `stride`-th frame with people, by the frame's place."""
    config = model.card.window
    places = [i for i, one in enumerate(episode) if one.frame.people][::stride]
    places.sort(key=lambda i: len(episode[i].frame.people))  # crowds together: less padding
    found: dict[int, Answer] = {}
    for at in range(0, len(places), _AT_ONCE):
        some = places[at : at + _AT_ONCE]
        windows = [window_of(episode[max(0, i - config.frames + 1) : i + 1], config) for i in some]
        found.update(zip(some, model.answers(windows), strict=True))
    return found


@dataclass(slots=True)
class _Met:
    """One person: when acting was first right, and how sure the model was of it when."""

    due_at: float | None = None
    always_wrong: bool = True
    fired: list[tuple[float, float]] = field(default_factory=list)
    """(moment, how sure at least), each surer than the one before"""


def best_threshold(model: Model, episodes: Sequence[Episode]) -> float:
    """The threshold with the fewest people met late and, weighing more, bothered for nothing.

    The highest of those that are equally good.
    """
    people: list[_Met] = []
    for episode in episodes:
        people += _people(episode, answers_of(model, episode)).values()
    costs = [_cost(people, float(cut)) for cut in _CUTS]
    best = len(costs) - 1 - int(np.argmin(costs[::-1]))
    return round(float(_CUTS[best]), 2)


def _people(episode: Episode, answers: dict[int, Answer]) -> dict[Hashable, _Met]:
    found: dict[Hashable, _Met] = {}
    last: tuple[Hashable, float] | None = None
    for i, one in enumerate(episode):
        names = _names(one)
        for name, label in zip(names, one.label.whom.tolist(), strict=True):
            met = found.setdefault(name, _Met())
            met.always_wrong &= label == NO
            if label == YES and met.due_at is None:
                met.due_at = one.frame.at
        answer = answers.get(i)
        if answer is None or not names:
            last = None
            continue
        column = int(np.argmax(answer.whom[: len(names)]))
        sure = answer.act_now if answer.whom[column] >= _WHOM_AT else 0.0
        if last is not None and last[0] == names[column]:  # two frames in a row
            _fire(found[names[column]], one.frame.at, min(sure, last[1]))
        last = (names[column], sure)
    return found


def _fire(met: _Met, at: float, sure: float) -> None:
    if not met.fired or sure > met.fired[-1][1]:
        met.fired.append((at, sure))


def _names(one: Labelled) -> tuple[Hashable, ...]:
    """Who they really are, or where that is not known, as whom they were seen."""
    return one.numbers or one.frame.people


def _cost(people: Sequence[_Met], cut: float) -> float:
    visitors = [one for one in people if one.due_at is not None]
    others = [one for one in people if one.always_wrong]
    late = [_fired_at(one, cut) > (one.due_at or 0.0) + _PROMPT_S for one in visitors]
    bothered = [_fired_at(one, cut) < float("inf") for one in others]
    share = float(np.mean(late)) if late else 0.0
    return share + _BOTHERED_WEIGHS * (float(np.mean(bothered)) if bothered else 0.0)


def _fired_at(met: _Met, cut: float) -> float:
    return next((at for at, sure in met.fired if sure >= cut), float("inf"))
