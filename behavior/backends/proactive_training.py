"""Trains the proactive model: labelled frames in, weights out. Torch, two cores, minutes.

Every frame of a window is learned from at once, because each token sees only what came before it.
Losses: is it time (binary), is it this person (binary), and which acts would do (the share of
probability that falls on suitable acts), weighted 2 : 1 : 0.5.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from behavior.backends.proactive_network import Network
from behavior.proactive.acts import ActPattern
from behavior.proactive.cues import Vector
from behavior.proactive.examples import (
    Collection,
    Examples,
    blind,
    held_out_sayings,
    is_held_out,
    suits_matrix,
)
from behavior.proactive.labels import NO, UNKNOWN
from behavior.proactive.model import ModelCard

_WEIGHTS = (2.0, 1.0, 0.5)
_ACTS_AT_ONCE = 384
_FAR = -1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """How to train."""

    steps: int = 1500
    batch: int = 48
    rate: float = 2e-3
    yes_share: float = 0.3
    blind_share: float = 0.35
    dropout: float = 0.1
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    step: int
    steps: int
    loss: float
    """Mean over the steps since the last report."""


@dataclass(slots=True)
class _Classroom:
    network: Network
    vectors: Tensor
    patterns: Sequence[ActPattern]
    rng: random.Random
    numbers: np.random.Generator


def train(
    examples: Collection,
    card: ModelCard,
    vectors: Vector,
    patterns: Sequence[ActPattern],
    lesson: Lesson,
    report: Callable[[Progress], None],
) -> dict[str, Vector]:
    """Return the weights after `lesson.steps`. Deterministic by seed on one machine."""
    torch.manual_seed(lesson.seed)
    torch.set_num_threads(lesson.threads)
    unseen = held_out_sayings(patterns)
    taught = [i for i, p in enumerate(patterns) if not is_held_out(p, unseen)]
    room = _Classroom(
        Network(card, lesson.dropout),
        torch.from_numpy(vectors[taught]),
        [patterns[i] for i in taught],
        random.Random(f"proactive {lesson.seed}"),
        np.random.default_rng(lesson.seed),
    )
    optimiser = torch.optim.AdamW(room.network.parameters(), lesson.rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, lesson.steps))
    room.network.train()
    total, since = 0.0, 0
    for step in range(1, lesson.steps + 1):
        drawn = examples.draw(lesson.batch, lesson.yes_share, room.rng)
        blind(drawn.batch.tokens, lesson.blind_share, room.numbers)
        loss = sum(
            weight * part
            for weight, part in zip(_WEIGHTS, _losses(room, drawn, examples.suits), strict=True)
        )
        assert isinstance(loss, Tensor)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(room.network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total, since = total + float(loss.detach()), since + 1
        if step % 50 == 0 or step == lesson.steps:
            report(Progress(step, lesson.steps, total / since))
            total, since = 0.0, 0
    return weights_of(room.network)


def weights_of(network: Network) -> dict[str, Vector]:
    """The weights by name, as the numpy model reads them."""
    return {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}


def held_out_loss(
    weights: dict[str, Vector],
    examples: Collection,
    card: ModelCard,
    vectors: Vector,
    patterns: Sequence[ActPattern],
    stride: int = 25,
) -> dict[str, float]:
    """Mean losses over every `stride`-th window: now, whom, what, and their weighted sum."""
    network = Network(card)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    network.eval()
    room = _Classroom(
        network, torch.from_numpy(vectors), patterns, random.Random(0), np.random.default_rng(0)
    )
    places, sums, count = examples.places(stride), np.zeros(3), 0
    with torch.no_grad():
        for at in range(0, len(places), 64):
            drawn = examples.take(places[at : at + 64])
            sums += [float(part) for part in _losses(room, drawn, examples.suits, every=True)]
            count += 1
    now, whom, what = sums / max(count, 1)
    total = float(np.dot(_WEIGHTS, [now, whom, what]))
    return {"loss": total, "now": float(now), "whom": float(whom), "what": float(what)}


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / 100)
    return warm * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / steps))))


def _losses(
    room: _Classroom,
    drawn: Examples,
    suits: Sequence[frozenset[str]],
    every: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    batch = drawn.batch
    now, whom, queries = room.network(
        torch.from_numpy(batch.room), torch.from_numpy(batch.tokens), torch.from_numpy(batch.mask())
    )
    there = torch.from_numpy(batch.lived & (drawn.now != UNKNOWN))
    seen = torch.from_numpy(batch.seen & (drawn.whom != UNKNOWN))
    first = _binary(now[there], torch.from_numpy(drawn.now != NO)[there])
    second = _binary(whom[seen], torch.from_numpy(drawn.whom != NO)[seen])
    third = _what(room, queries, drawn, suits, every)
    return first, second, third


def _binary(logits: Tensor, yes: Tensor) -> Tensor:
    if not len(logits):
        return logits.sum()
    return nn.functional.binary_cross_entropy_with_logits(logits, yes.float())


def _what(
    room: _Classroom,
    queries: Tensor,
    drawn: Examples,
    suits: Sequence[frozenset[str]],
    every: bool,
) -> Tensor:
    wanted = torch.from_numpy((drawn.suit >= 0) & drawn.batch.seen)
    if not bool(wanted.any()):
        return queries.sum() * 0.0
    count = len(room.patterns)
    some = range(count) if every else room.rng.sample(range(count), min(_ACTS_AT_ONCE, count))
    chosen = list(some)
    matrix = torch.from_numpy(suits_matrix(suits, [room.patterns[i] for i in chosen]))
    fits = matrix[torch.from_numpy(drawn.suit.astype(np.int64))[wanted]]
    logits = room.network.act_logits(queries[wanted], room.vectors[chosen])
    known = fits.any(1)
    if not bool(known.any()):
        return queries.sum() * 0.0
    logits, fits = logits[known], fits[known]
    right = torch.logsumexp(logits.masked_fill(~fits, _FAR), 1)
    return (torch.logsumexp(logits, 1) - right).mean()
