"""The loop in which every network of this folder learns: AdamW, warmth and cosine, clipped steps.

Each step has chance of its own, by its number, so that a training that was interrupted goes on as
it would have. Where it has got to is kept beside itself and swapped in whole.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

_TOLD_EVERY = 25
_WARM_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long and how fast to learn."""

    steps: int
    rate: float
    """The highest learning rate."""
    decay: float = 0.02
    """Weight decay."""
    seed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    step: int
    steps: int
    loss: float
    """Mean over the steps since the last report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where a training is kept, so that an interruption costs no more than `every` steps."""

    path: Path
    of: str
    """What is learned, in words that change when anything of it changes."""
    every: int = 100


def learn(
    network: nn.Module,
    loss_at: Callable[[int], Tensor],
    pace: Pace,
    report: Callable[[Progress], None],
    kept: Kept | None = None,
) -> None:
    """Change `network` where it is. `loss_at(step)` draws the batch of a step, 1 to `steps`.

    Goes on from what is kept, where that is of the same training.
    """
    optimiser = torch.optim.AdamW(network.parameters(), pace.rate, weight_decay=pace.decay)
    done = _restored(kept, network, optimiser)
    network.train()
    total, since = 0.0, 0
    for step in range(done + 1, pace.steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = pace.rate * rate(step, pace.steps)
        torch.manual_seed(pace.seed * 1_000_003 + step)
        loss = loss_at(step)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        total, since = total + float(loss.detach()), since + 1
        if step % _TOLD_EVERY == 0 or step == pace.steps:
            report(Progress(step, pace.steps, total / since))
            total, since = 0.0, 0
        if kept is not None and (step % kept.every == 0 or step == pace.steps):
            _keep(kept, step, network, optimiser)


def device() -> torch.device:
    """Where to compute."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fast(where: torch.device) -> AbstractContextManager[object]:
    """16-bit matrices where the processor has them: twice as fast and as good to learn with."""
    if where.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    able = torch.backends.cpu.get_cpu_capability() == "AVX512"
    return torch.autocast("cpu", torch.bfloat16) if able else nullcontext()


def rate(step: int, steps: int) -> float:
    """Part of the full learning rate at a step: up, then down along a cosine."""
    warm = min(1.0, (step + 1) / _WARM_STEPS)
    return warm * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / steps))))


def _keep(kept: Kept, step: int, network: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    kept.path.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.path.with_suffix(".part")
    torch.save(
        {"step": step, "network": network.state_dict(), "optimiser": optimiser.state_dict(),
         "of": kept.of},
        beside,
    )  # fmt: skip
    beside.replace(kept.path)


def _restored(kept: Kept | None, network: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    if kept is None or not kept.path.is_file():
        return 0
    found = torch.load(kept.path, weights_only=True)
    if found["of"] != kept.of:
        return 0
    network.load_state_dict(found["network"])
    optimiser.load_state_dict(found["optimiser"])
    return int(found["step"])
