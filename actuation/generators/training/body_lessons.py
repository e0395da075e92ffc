"""Teaches the learned body: flow matching, steps of its own length, slots, negatives.

Every batch: windows of takes whose first frames are clean, the rest noisy on a ladder. Most teach
the flow; a part teaches that one long step must be what two short ones are (Frans et al. 2024); a
part is shown the speech of another take, and must be worse with it than with its own. Sound, words,
feeling and style are each left out now and then, so that each can be turned up alone (guidance).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from actuation.generators.flow_network import (
    BLOCK,
    CONTEXT,
    FRAMES,
    FlowNetwork,
    FlowShape,
    by_column,
    stepped,
)
from actuation.generators.flow_parts import COLUMNS_OF, PARTS, WIDTH, Scale
from actuation.generators.training.body_windows import Schooled, Windows, draw
from actuation.generators.training.loop import Kept, Pace, Progress, device, learn

_LEAST_LEFT: Final = 0.3
"""Nearly clean tokens do not count without end."""
_MOVES: Final = 1.5
"""Weight of the difference from frame to frame beside that of the frames."""
_OF_PART: Final = (1.0, 2.0, 2.0, 0.6, 0.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLesson:
    """How to train."""

    steps: int = 2500
    batch: int = 32
    rate: float = 1.2e-3
    left_out: float = 0.1
    """Share of windows without sound; without words, feeling, style, each by itself."""
    consistent: float = 0.25
    """Share of the batch that teaches steps."""
    mismatched: float = 0.125
    """Share that hears another's speech."""
    seed: int = 1
    threads: int = 1


# The losses.


def _weights() -> Tensor:
    made = torch.empty(WIDTH)
    for part, weight in zip(PARTS, _OF_PART, strict=True):
        columns = COLUMNS_OF[part]
        made[columns] = weight / (columns.stop - columns.start)
    return made / made.sum()


def _error(made: Tensor, clean: Tensor, level: Tensor, counts: Tensor) -> Tensor:
    """(n,) weighted squared error of frames and of their differences."""
    of_column = _weights().to(made.device)
    weigh = by_column(counts / (1 - level).clamp_min(_LEAST_LEFT) ** 2) * of_column
    frames = (weigh * (made - clean) ** 2).sum((1, 2))
    kept = torch.where(by_column(counts) > 0, made, clean)
    moved = (kept[:, 1:] - kept[:, :-1]) - (clean[:, 1:] - clean[:, :-1])
    moves = (torch.maximum(weigh[:, 1:], weigh[:, :-1]) * moved**2).sum((1, 2))
    total = (by_column(counts) * of_column).sum((1, 2)).clamp_min(1e-6)
    return (frames + _MOVES * moves) / total


def _ladder(count: int, shape: FlowShape, rng: np.random.Generator) -> Tensor:
    """(n, times) levels: the context clean, blocks on rungs, all a chance amount up."""
    rungs = shape.rungs
    levels = np.ones((count, shape.window // FRAMES), np.float32)
    for row in levels:
        up = 0.0 if rng.random() < 0.3 else float(rng.beta(2, 1.2))
        apart = bool(rng.random() < 0.7)
        for block in range(rungs):
            level = (rungs - 1 - block + up) / rungs if apart else up
            first = (CONTEXT + block * BLOCK) // FRAMES
            row[first : first + BLOCK // FRAMES] = min(level, 0.98)
    return torch.from_numpy(levels)


def _step_ladder(count: int, shape: FlowShape, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Levels and whole strides (n, times): on a grid of the stride, later blocks not ahead."""
    times = shape.window // FRAMES
    levels, strides = np.ones((count, times), np.float32), np.zeros((count, times), np.float32)
    for level, stride in zip(levels, strides, strict=True):
        long = float(rng.choice((0.25, 0.5, 0.5, 1.0)))
        places = sorted(rng.integers(0, round(1 / long), shape.rungs), reverse=True)
        waits = rng.random() < 0.3
        for block, place in enumerate(places):
            first = (CONTEXT + block * BLOCK) // FRAMES
            level[first : first + BLOCK // FRAMES] = long * place
            if not (waits and block == shape.rungs - 1):
                stride[first : first + BLOCK // FRAMES] = long
    return torch.from_numpy(levels), torch.from_numpy(strides)


def noisy(windows: Windows, level: Tensor, noise: Tensor) -> Tensor:
    """Each token between noise (0) and clean (1)."""
    share = by_column(level)
    return share * windows.clean + (1 - share) * noise


def loss_of(
    network: FlowNetwork, windows: Windows, lesson: BodyLesson, rng: np.random.Generator
) -> Tensor:
    """The weighted sum over a batch."""
    shape = network.shape
    steps = round(lesson.consistent * len(windows.clean))
    flow, step = windows.part(slice(steps, None)), windows.part(slice(0, steps))
    loss = _flow_loss(network, flow, lesson, rng)
    if steps:
        loss = loss + (steps / len(windows.clean)) * _step_loss(network, step, rng, shape)
    return loss


def _flow_loss(
    network: FlowNetwork, w: Windows, lesson: BodyLesson, rng: np.random.Generator
) -> Tensor:
    count = len(w.clean)
    base = _ladder(count, network.shape, rng).to(w.clean.device)[:, :, None].expand(w.known.shape)
    level = torch.where(w.known, torch.ones_like(base), base)
    now = noisy(w, level, torch.randn_like(w.clean))
    now[:, :CONTEXT] += _shaken(count, rng).to(now.device) * torch.randn_like(now[:, :CONTEXT])
    others = round(lesson.mismatched * count)
    rows = torch.cat([torch.arange(count), torch.arange(others)])
    timed = torch.cat([w.timed, w.timed.roll(1, 0)[:others]])
    made = network(
        now[rows], level[rows], torch.zeros_like(level[rows]), timed, w.whole[rows],
        w.slots[rows], w.poses[rows],
    )  # fmt: skip
    counts = (~w.known).float()
    error = _error(made, w.clean[rows], level[rows], counts[rows])
    loss = error[:count].mean()
    if others:
        own, other = error[:others], error[count:]
        loss = loss + 0.1 * torch.relu(own + 0.15 * own.detach() - other).mean()
    return loss


def _shaken(count: int, rng: np.random.Generator) -> Tensor:
    """(n, 1, 1): every third context is a little off, as what the network itself made is."""
    off = np.where(rng.random(count) < 0.3, rng.uniform(0, 0.1, count), 0.0)
    return torch.from_numpy(off.astype(np.float32))[:, None, None]


def _step_loss(
    network: FlowNetwork, w: Windows, rng: np.random.Generator, shape: FlowShape
) -> Tensor:
    levels, strides = (x.to(w.clean.device) for x in _step_ladder(len(w.clean), shape, rng))
    level = torch.where(w.known, 1.0, levels[:, :, None].expand(w.known.shape))
    stride = torch.where(w.known, 0.0, strides[:, :, None].expand(w.known.shape))
    now = noisy(w, level, torch.randn_like(w.clean))
    about = (w.timed, w.whole, w.slots, w.poses)
    half = stride / 2
    # The shortest step is the flow itself.
    told = torch.where(half <= 0.13, torch.zeros_like(half), half)
    with torch.no_grad():
        then = stepped(now, network(now, level, told, *about), level, half)
        after = stepped(then, network(then, level + half, told, *about), level + half, half)
        speed = (after - now) / by_column(stride).clamp_min(1e-3)
        target = torch.where(by_column(stride) > 0, now + by_column(1 - level) * speed, w.clean)
    made = network(now, level, stride, *about)
    return _error(made, target, level, (stride > 0).float()).mean()


def held_out_loss(
    network: FlowNetwork, ready: Sequence[Schooled], scale: Scale, windows: int = 96
) -> float:
    """Of the flow on takes that were not learned from; the same windows and noise every time."""
    rng = np.random.default_rng(5)
    state = torch.random.get_rng_state()
    torch.manual_seed(5)
    lesson = BodyLesson(mismatched=0.0)
    found = []
    with torch.no_grad():
        for _ in range(0, windows, 32):
            batch = draw(ready, 32, rng, network.shape, scale)
            found.append(float(_flow_loss(network, batch, lesson, rng)))
    torch.random.set_rng_state(state)
    return float(np.mean(found))


# The course.


def train(
    ready: Sequence[Schooled],
    shape: FlowShape,
    scale: Scale,
    lesson: BodyLesson,
    report: Callable[[Progress], None],
    checkpoint: Path | None = None,
    begun: Mapping[str, Tensor] | None = None,
    kept_every: int = 100,
) -> FlowNetwork:
    """A trained network. Goes on from `checkpoint` where that is of the same lesson.

    `begun`: weights to begin with instead of chance.
    """
    torch.set_num_threads(lesson.threads)
    torch.manual_seed(lesson.seed)
    where = device()
    network = FlowNetwork(shape).to(where)
    if begun:
        network.load_state_dict(begun)

    def loss_at(step: int) -> Tensor:
        rng = np.random.default_rng((lesson.seed, step))
        windows = draw(ready, lesson.batch, rng, shape, scale, lesson.left_out)
        return loss_of(network, windows.to(where), lesson, rng)

    pace = Pace(steps=lesson.steps, rate=lesson.rate, decay=0.01, seed=lesson.seed)
    kept = None
    if checkpoint is not None:
        kept = Kept(path=checkpoint, of=repr((shape, lesson)), every=kept_every)
    learn(network, loss_at, pace, report, kept)
    return network.cpu().eval()
