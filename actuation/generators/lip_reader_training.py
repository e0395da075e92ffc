"""Teaches the reader of lips on made clips, and says how well it reads clips it never saw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from actuation.generators.lip_reader import LipNetwork, LipReader, LipReaderCard
from actuation.generators.lip_reader_corpus import Clip
from actuation.generators.metrics.visemes import VISEMES

_WINDOW = 64
"""Pictures of one example, about two seconds."""
_BATCH = 8
_RATE = 2e-3
_SMOOTH = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far training is."""

    step: int
    steps: int
    loss: float


def train(
    clips: Sequence[Clip], *, steps: int, seed: int, told: Callable[[Progress], None]
) -> LipNetwork:
    """Learn from `clips` on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    random = np.random.default_rng((seed, 0x11B5))
    network = LipNetwork().train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps)
    long = [clip for clip in clips if len(clip.times) >= _WINDOW]
    for step in range(1, steps + 1):
        pictures, labels = _examples(long, random)
        logits = network(pictures)
        loss = nn.functional.cross_entropy(
            logits.reshape(-1, len(VISEMES)), labels.reshape(-1), label_smoothing=_SMOOTH
        )
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        plan.step()
        told(Progress(step=step, steps=steps, loss=float(loss.detach())))
    return network.eval()


def _examples(clips: Sequence[Clip], random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A batch of windows, each in a light and with a noise of its own."""
    pictures, labels = [], []
    for _ in range(_BATCH):
        clip = clips[int(random.integers(len(clips)))]
        first = int(random.integers(len(clip.times) - _WINDOW + 1))
        part = clip.pictures[first : first + _WINDOW].astype(np.float32) / 255
        part = np.roll(part, random.integers(-2, 3, 2), axis=(1, 2))
        part = part * random.uniform(0.7, 1.3) + random.normal(0, 0.02, part.shape)
        pictures.append(part.astype(np.float32))
        labels.append(clip.labels[first : first + _WINDOW])
    return torch.from_numpy(np.stack(pictures)), torch.from_numpy(np.stack(labels))


def frame_accuracy(reader: LipReader, clips: Sequence[Clip]) -> float:
    """Part of all pictures in `clips` of which the right viseme is the likeliest."""
    right = [np.argmax(reader.read(c.pictures), axis=1) == c.labels for c in clips]
    return float(np.mean(np.concatenate(right)))


def prior_of(clips: Sequence[Clip]) -> tuple[float, ...]:
    """How often each viseme is taught."""
    counts = np.bincount(np.concatenate([c.labels for c in clips]), minlength=len(VISEMES))
    return tuple(float(c) for c in counts / counts.sum())


def write(path: Path, network: LipNetwork, card: LipReaderCard) -> None:
    """Write weights, in half precision, and the card beside them."""
    state: dict[str, NDArray[np.float16]] = {
        name: np.atleast_1d(value.numpy()).astype(np.float16)
        for name, value in network.state_dict().items()
    }
    np.savez_compressed(path, allow_pickle=False, **state)
    path.with_suffix(".json").write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
