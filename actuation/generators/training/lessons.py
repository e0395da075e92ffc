"""Trains the listener: stretches in, the teacher's mouth and the phone's class out.

Losses: position, velocity (per frame), closures and contacts as odds, stillness where the teacher
is still, and the class of phone that is heard, which later lets a text be followed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from actuation.generators.learned_alignment import SOUNDS
from actuation.generators.learned_network import (
    BEHIND,
    FRAMES,
    Listener,
    NetworkShape,
)
from actuation.generators.training.corpus import Taught
from actuation.generators.training.listening import Heard, stretch
from actuation.generators.training.loop import Kept, Pace, Progress, device, fast, learn

_LOST = FRAMES * BEHIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """How to train."""

    steps: int = 1200
    batch: int = 16
    length: int = 100
    """Steps of the network in a stretch; 30 a second."""
    rate: float = 1.5e-3
    dropout: float = 0.05
    seed: int = 1
    threads: int = 1
    kept_every: int = 100
    """Steps after which all is written down, so that an interruption costs no more."""


def train(
    corpus: Sequence[Taught],
    shape: NetworkShape,
    lesson: Lesson,
    report: Callable[[Progress], None],
    checkpoint: Path | None = None,
    begun: Mapping[str, Tensor] | None = None,
) -> Listener:
    """A trained listener. Goes on from `checkpoint` where that is of the same lesson.

    `begun`: weights to begin with instead of chance.
    """
    torch.set_num_threads(lesson.threads)
    torch.manual_seed(lesson.seed)
    where = device()
    network = Listener(shape, lesson.dropout).to(where)
    if begun is not None:
        network.load_state_dict(begun)

    def loss_at(step: int) -> Tensor:
        return loss_of(network, _drawn(corpus, lesson, step), where)

    pace = Pace(steps=lesson.steps, rate=lesson.rate, seed=lesson.seed)
    kept = None
    if checkpoint is not None:
        kept = Kept(path=checkpoint, of=repr((shape, lesson)), every=lesson.kept_every)
    learn(network, loss_at, pace, report, kept)
    return network.cpu().eval()


def loss_of(network: Listener, batch: Sequence[Heard], where: torch.device) -> Tensor:
    """The weighted sum over a batch."""
    looks = torch.from_numpy(np.stack([b.looks for b in batch])).to(where)
    mouth = torch.from_numpy(np.stack([b.mouth for b in batch])).to(where)[:, _LOST:]
    sounds = torch.from_numpy(np.stack([b.sounds for b in batch])).to(where)[:, _LOST:]
    with fast(where):
        _, said, heard, _ = network(looks, network.stack.begin(len(batch)))
    said, heard = said.float()[:, _LOST:], heard.float()[:, _LOST:]
    phones = nn.functional.cross_entropy(heard.reshape(-1, SOUNDS), sounds.reshape(-1))
    return mouth_loss(said, mouth) + 0.15 * phones


def mouth_loss(said: Tensor, taught: Tensor, counts: Tensor | None = None) -> Tensor:
    """Position, velocity, closure and stillness. `counts`: (batch, frames) weights, 1 or 0."""
    weight = torch.ones_like(taught[..., 0]) if counts is None else counts
    still = (taught.amax(-1) < 0.005).float()
    poses, poses_taught = said[..., :-2], taught[..., :-2]
    position = ((poses - poses_taught) ** 2).mean(-1) * (1 + 2 * still)
    moved = (poses[:, 1:] - poses[:, :-1]) - (poses_taught[:, 1:] - poses_taught[:, :-1])
    velocity = (moved**2).mean(-1)
    met = nn.functional.binary_cross_entropy_with_logits(
        said[..., -2:], taught[..., -2:].clamp(0, 1), reduction="none"
    ).mean(-1) * (1 + 2 * taught[..., -2:].amax(-1))
    count = weight.sum().clamp_min(1.0)
    return (
        60 * (position * weight).sum() / count
        + 120 * (velocity * weight[:, 1:]).sum() / count
        + 1.0 * (met * weight).sum() / count
    )


def _drawn(corpus: Sequence[Taught], lesson: Lesson, step: int) -> list[Heard]:
    """The batch of a step: the same whether training was interrupted or not."""
    rng = np.random.default_rng((lesson.seed, step))
    return [stretch(corpus, rng, lesson.length) for _ in range(lesson.batch)]
