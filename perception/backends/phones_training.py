"""How the ear for phones learns, in torch; used by `foyer train phones` alone.

Connectionist temporal classification (Graves et al., ICML 2006), AdamW, one cycle of its pace.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from perception.turns.phones import NAMES, NONE, PHONES, REACH, PhoneEar

_WIDTH: Final = 192
_BATCH: Final = 16
_RATE: Final = 2.5e-3
_DROPPED: Final = 0.15
_HOLES: Final = (2, 8)
"""Rows that are taken out of every second stretch."""
_SPREAD_BY: Final = 400
"""Stretches from which mean and spread of the rows are taken."""
Arrays = dict[str, NDArray[np.float32]]
Stretch = tuple[NDArray[np.float16], NDArray[np.int64]]
"""What the encoder makes of it, (frames, width), and the phones in it, columns of the odds."""


def learned(
    lessons: Sequence[Stretch], rounds: int, seed: int, tell: Callable[[int, PhoneEar], None]
) -> Arrays:
    """The network's arrays as `PhoneEar` reads them. `tell`: after each round, with the ear so far.

    Raises `ValueError` for fewer than a batch of 16.
    """
    if len(lessons) < _BATCH:
        raise ValueError(f"{len(lessons)} stretches are too few to learn from")
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    some = np.concatenate([rows for rows, _ in lessons[:_SPREAD_BY]]).astype(np.float32)
    network = network_of(some)
    batches = len(lessons) // _BATCH
    walk = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=0.01)
    pace = torch.optim.lr_scheduler.OneCycleLR(
        walk, _RATE, total_steps=batches * rounds, pct_start=0.15
    )
    loss = nn.CTCLoss(blank=NONE, zero_infinity=True)
    sizes = np.array([len(rows) for rows, _ in lessons])
    middle = torch.tensor(some.mean(axis=0))
    for number in range(rounds):
        network.train()
        order = np.argsort(sizes + chance.uniform(0, 60, sizes.size))[: batches * _BATCH]
        for batch in chance.permutation(order.reshape(batches, _BATCH)):
            rows = _beside([lessons[i][0] for i in batch], middle, chance)
            said = [torch.tensor(lessons[i][1]) for i in batch]
            lost = loss(
                network(rows).transpose(0, 1),
                torch.cat(said),
                torch.tensor(sizes[batch]),
                torch.tensor([one.numel() for one in said]),
            )
            walk.zero_grad()
            lost.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            walk.step()
            pace.step()
        network.eval()
        tell(number, PhoneEar(arrays_of(network)))
    return arrays_of(network)


def _beside(
    stretches: Sequence[NDArray[np.float16]], middle: torch.Tensor, chance: np.random.Generator
) -> torch.Tensor:
    """(batch, frames, width); what is behind a short one, and now and then a hole, is `middle`."""
    longest = max(map(len, stretches))
    rows = middle.expand(len(stretches), longest, middle.numel()).clone()
    for k, one in enumerate(stretches):
        rows[k, : len(one)] = torch.tensor(one.astype(np.float32))
        if chance.random() < 0.5:
            size = int(chance.integers(*_HOLES))
            at = int(chance.integers(0, max(1, len(one) - size)))
            rows[k, at : at + size] = middle
    return rows


def network_of(some: NDArray[np.float32]) -> nn.Module:
    """One that has learned nothing, for rows such as `some`, (frames, width)."""

    class Ear(nn.Module):
        """As `PhoneEar` has it, with what learning needs."""

        mean: torch.Tensor
        spread: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", torch.tensor(some.mean(axis=0)))
            self.register_buffer("spread", torch.tensor(some.std(axis=0) + 1e-3))
            self.given = nn.Linear(some.shape[1], _WIDTH)
            self.near = nn.Conv1d(_WIDTH, _WIDTH, REACH, padding=REACH // 2)
            self.level = nn.LayerNorm(_WIDTH)
            self.ways = nn.GRU(_WIDTH, _WIDTH // 2, batch_first=True, bidirectional=True)
            self.out = nn.Linear(_WIDTH, len(PHONES) + 1)
            self.drop = nn.Dropout(_DROPPED)

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            """Logarithms of the odds."""
            first = torch.relu(self.given(self.drop((rows - self.mean) / self.spread)))
            near = self.near(first.transpose(1, 2)).transpose(1, 2)
            level = self.level(self.drop(first + torch.relu(near)))
            told: torch.Tensor = self.out(self.drop(level + self.ways(level)[0]))
            return told.log_softmax(-1)

    return Ear()


def arrays_of(network: nn.Module) -> Arrays:
    """As `PhoneEar` reads them: matrices are applied from the right."""
    had = {k: v.detach().numpy().astype(np.float32) for k, v in network.state_dict().items()}
    near = had["near.weight"]
    arrays = {
        "mean": had["mean"], "spread": had["spread"],
        "in": had["given.weight"].T, "in_bias": had["given.bias"],
        "near": near.transpose(1, 2, 0).reshape(-1, near.shape[0]), "near_bias": had["near.bias"],
        "level": had["level.weight"], "level_bias": had["level.bias"],
        "out": had["out.weight"].T, "out_bias": had["out.bias"],
    }  # fmt: skip
    for way, mark in (("on", "l0"), ("back", "l0_reverse")):
        arrays[f"{way}_in"] = had[f"ways.weight_ih_{mark}"].T
        arrays[f"{way}_in_bias"] = had[f"ways.bias_ih_{mark}"]
        arrays[f"{way}_kept"] = had[f"ways.weight_hh_{mark}"].T
        arrays[f"{way}_kept_bias"] = had[f"ways.bias_hh_{mark}"]
    assert set(arrays) == set(NAMES)
    return arrays
