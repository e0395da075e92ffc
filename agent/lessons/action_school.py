"""Learns how likely phrases are from lessons of motions; tells how well, on motions kept back."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.lessons.action_lessons import Lessons
from perception.actions.judge import Weights, likely, seen_inputs, sigmoid

Floats = NDArray[np.float64]

HIDDEN: Final = 96
EPOCHS: Final = 40
BATCH: Final = 128
RATE: Final = 3e-3
DECAY: Final = 3e-5
KEPT_BACK: Final = 5
"""One scene in so many only examines."""
_USUAL: Final = (0.02, 0.8)


def learn(given: Lessons, seed: int = 1) -> Weights:
    """All weights."""
    rng = np.random.default_rng(seed)
    back = given.scene % KEPT_BACK == 0
    rows, true = given.cues[~back], given.true[~back].astype(np.float64)
    middle = np.nan_to_num(np.nanmedian(rows, axis=0))
    spread = np.nan_to_num(np.nanstd(rows, axis=0), nan=1.0) + 1e-3
    usual = np.clip(true.mean(axis=0), *_USUAL)
    weights = Weights(
        middle=middle, spread=spread,
        first=rng.normal(0, (2 * rows.shape[1]) ** -0.5, (2 * rows.shape[1], HIDDEN)),
        first_bias=np.zeros(HIDDEN), second=np.zeros((HIDDEN, true.shape[1])),
        second_bias=np.log(usual / (1 - usual)),
    )  # fmt: skip
    return _network(weights, seen_inputs(weights, rows), true, rng)


def gains(weights: Weights, given: Lessons) -> Floats:
    """(phrases,) of those kept back: share of the uncertainty that is taken away, 0..1."""
    back = given.scene % KEPT_BACK == 0
    sure = np.clip(likely(weights, given.cues[back]), 1e-4, 1 - 1e-4)
    true = given.true[back]
    left = -np.where(true, np.log(sure), np.log(1 - sure)).mean(axis=0)
    usual = np.clip(true.mean(axis=0), 1e-3, 1 - 1e-3)
    whole = -(usual * np.log(usual) + (1 - usual) * np.log(1 - usual))
    return np.asarray(1 - left / whole)


def _network(weights: Weights, x: Floats, true: Floats, rng: np.random.Generator) -> Weights:
    """By Adam (Kingma and Ba 2015) on cross entropy."""
    values = [weights.first, weights.first_bias, weights.second, weights.second_bias]
    first, second = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values]
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(x))
        for chosen in np.array_split(order, max(len(order) // BATCH, 1)):
            step += 1
            for k, slope in enumerate(_slopes(values, x[chosen], true[chosen])):
                slope = slope + DECAY * values[k] * (values[k].ndim == 2)
                first[k] = 0.9 * first[k] + 0.1 * slope
                second[k] = 0.999 * second[k] + 0.001 * slope**2
                mean, spread = first[k] / (1 - 0.9**step), second[k] / (1 - 0.999**step)
                values[k] = values[k] - rate * mean / (np.sqrt(spread) + 1e-8)
    return Weights(
        middle=weights.middle, spread=weights.spread,
        first=values[0], first_bias=values[1], second=values[2], second_bias=values[3],
    )  # fmt: skip


def _slopes(values: list[Floats], x: Floats, true: Floats) -> list[Floats]:
    hidden = np.tanh(x @ values[0] + values[1])
    off = (sigmoid(hidden @ values[2] + values[3]) - true) / len(x)
    back = (off @ values[2].T) * (1 - hidden**2)
    return [x.T @ back, back.sum(axis=0), hidden.T @ off, off.sum(axis=0)]
