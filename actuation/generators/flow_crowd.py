"""Many characters on one device at once, their state kept there: nothing goes back and forth.

For a hall, a simulation or a measurement. All are moved in step, one block of frames a round; what
each says is a table on the device. The arithmetic is that of `flow_stream`, and the same is made.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actuation.generators.flow_condition import slot_tables
from actuation.generators.flow_model import BodyModel
from actuation.generators.flow_network import AHEAD, BLOCK, CONTEXT, FRAMES, by_column, stepped
from actuation.generators.flow_parts import WIDTH, to_six
from actuation.generators.flow_stream import Script

Noise = Callable[[int], Tensor]
"""(n, BLOCK, WIDTH) for the block of that number."""


class Crowd:
    """`len(scripts) * copies` characters; the copies of a script differ by chance alone."""

    def __init__(
        self,
        model: BodyModel,
        scripts: Sequence[Script],
        anchor: NDArray[np.float64],
        *,
        frames: int,
        copies: int = 1,
        noise: Noise | None = None,
    ) -> None:
        """`anchor`: (44, 4), how all stand before frame 0. `frames`: how far scripts are known."""
        self._model = model
        self._rungs = model.card.shape.rungs
        where, count = model.device, len(scripts) * copies
        self._script = torch.arange(count, device=where) % len(scripts)
        tables = [_tables(script, frames, model) for script in scripts]
        self._timed, self._slots, self._poses, self._whole = (
            torch.from_numpy(np.stack(column)).to(where) for column in zip(*tables, strict=True)
        )
        given = self._slots[..., -1]
        known = given.reshape(len(given), -1, FRAMES, given.shape[-1]).amin(2) > 0.5
        self._given = known
        start = torch.from_numpy(model.scale.apply(to_six(anchor[None]))).to(where)
        self._rows = start.expand(count, CONTEXT, WIDTH).clone()
        self._noise = noise or self._by_chance
        self._blocks = 0
        self._coming = torch.cat([self._next_noise() for _ in range(self._rungs)], 1)
        self._levels = [0.0] * self._rungs
        self._at = 0
        """The frame that comes next."""

    def __len__(self) -> int:
        return len(self._script)

    @property
    def left(self) -> int:
        """Blocks that can still be made."""
        return (self._timed.shape[1] - CONTEXT - AHEAD - self._at) // BLOCK - self._rungs

    @torch.inference_mode()
    def step(self) -> Tensor | None:
        """One step of all; (n, BLOCK, WIDTH) six numbers a joint when a block is done."""
        window = CONTEXT + self._rungs * BLOCK
        rows = slice(self._at, self._at + window)
        slots, poses = (table[:, rows][self._script] for table in (self._slots, self._poses))
        known = self._given[:, self._at // FRAMES : (self._at + window) // FRAMES][self._script]
        level, stride, known = self._ladder(known)
        given = by_column(known.float()) > 0.5
        given[:, :CONTEXT] = False
        now = torch.where(given, poses, torch.cat([self._rows, self._coming], 1))
        timed = self._timed[:, self._at : self._at + window + AHEAD][self._script]
        whole = self._whole[self._script]
        clean = self._model.clean([now, level, stride, timed, whole, slots, poses])
        self._coming = stepped(now, clean, level, stride)[:, CONTEXT:]
        self._levels = [a + b for a, b in zip(self._levels, self._strides(), strict=True)]
        if self._levels[0] < 1 - 1e-6:
            return None
        block = self._coming[:, :BLOCK]
        self._rows = torch.cat([self._rows, block], 1)[:, -CONTEXT:]
        self._coming = torch.cat([self._coming[:, BLOCK:], self._next_noise()], 1)
        self._levels = [*self._levels[1:], 0.0]
        self._at += BLOCK
        scale = self._model.scale
        mean, spread = (torch.from_numpy(x).to(block.device) for x in (scale.mean, scale.spread))
        return block * spread + mean

    def _ladder(self, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        first, per_block = CONTEXT // FRAMES, BLOCK // FRAMES
        known = known.clone()
        known[:, :first] = True
        level = torch.ones(known.shape, device=known.device)
        stride = torch.zeros_like(level)
        for block, (at, by) in enumerate(zip(self._levels, self._strides(), strict=True)):
            rows = slice(first + block * per_block, first + (block + 1) * per_block)
            level[:, rows], stride[:, rows] = at, by
        return level.masked_fill(known, 1.0), stride.masked_fill(known, 0.0), known

    def _strides(self) -> list[float]:
        rung = 1.0 / self._rungs
        ahead = [2.0, *self._levels[:-1]]
        return [
            rung if before - own >= rung - 1e-6 else 0.0
            for before, own in zip(ahead, self._levels, strict=True)
        ]

    def _next_noise(self) -> Tensor:
        self._blocks += 1
        return self._noise(self._blocks - 1)

    def _by_chance(self, _: int) -> Tensor:
        return torch.randn(len(self._script), BLOCK, WIDTH, device=self._rows.device)


def _tables(script: Script, frames: int, model: BodyModel) -> tuple[NDArray[np.float32], ...]:
    count = (CONTEXT + frames + AHEAD) // BLOCK * BLOCK
    slots, poses = slot_tables(script.slots, -CONTEXT, count, model.scale)
    whole = np.concatenate([script.feeling, script.style])
    return script.timed(-CONTEXT, count), slots, poses, whole
