"""From which probability on "act now" is to count as yes. Pure."""

from collections.abc import Sequence

import numpy as np

from behavior.proactive.examples import Episode, window_of
from behavior.proactive.labels import NO, YES
from behavior.proactive.model import Answer, Model

_AT_ONCE = 64
_BETA = 0.25
"""A false act weighs much more than a late one: four times as much as a missed moment."""


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


def best_threshold(model: Model, episodes: Sequence[Episode], stride: int = 7) -> float:
    """The threshold with the best F-measure, in which precision counts four times."""
    sure: list[float] = []
    right: list[bool] = []
    for episode in episodes:
        for i, answer in answers_of(model, episode, stride).items():
            label = episode[i].label.act_now
            if label in (YES, NO):
                sure.append(answer.act_now)
                right.append(label == YES)
    scores, yes = np.asarray(sure), np.asarray(right)
    best, found = -1.0, 0.5
    for cut in np.arange(0.3, 0.995, 0.01):
        called = scores >= cut
        hits = float((called & yes).sum())
        weighed = (1 + _BETA**2) * hits
        value = weighed / max(_BETA**2 * yes.sum() + called.sum(), 1.0)
        if value > best:
            best, found = value, float(cut)
    return round(found, 2)
