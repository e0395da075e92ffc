"""The learned face in torch: causal, step by step, the same alone and in a batch.

A step is two frames, 1/30 s. The trunk is a stack of blocks of dilated causal convolutions, each
written as one matrix over three moments, so that a step needs no more than what a block remembers.
What is said depends on the last two seconds and nothing before them: minutes cannot drift.
Right context: step k answers for the frames at k/30 s and k/30 + 1/60 s, and hears up to
k/30 s + 66.7 ms (looks) + 10 ms (half a look) + 2.3 ms (change of rate at worst) = 79 ms.
"""

from dataclasses import dataclass
from typing import Final

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from actuation.generators.learned_alignment import EXPECTED, SOUNDS
from actuation.generators.learned_sound import BANDS
from actuation.generators.rules_face import COLUMNS

LOOKS: Final = 4
"""Looks at the sound in a step."""
FRAMES: Final = 2
"""Frames a step."""
BEHIND: Final = 2
"""A step's frames are those of two steps before: that is the right context."""
MOUTH: Final = len(COLUMNS)
State = list[Tensor]


class NetworkShape(BaseModel):
    """How large the network is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(288, ge=8, le=1024, description="Numbers a step has inside.")
    inner: int = Field(512, ge=8, le=4096, description="Inner width of each block.")
    dilations: tuple[int, ...] = Field(
        (1, 2, 4, 8, 1, 2, 4, 8), description="Steps between the moments a block sees, by block."
    )
    text_width: int = Field(192, ge=8, le=1024, description="Width of the part that reads.")
    text_dilations: tuple[int, ...] = Field((1, 2, 4), description="Its blocks.")


class HalfLinear(nn.Module):
    """A matrix kept and read as 16-bit numbers, which the weights are anyway; sums in 32 bits."""

    def __init__(self, whole: nn.Module) -> None:
        super().__init__()
        assert isinstance(whole, nn.Linear)
        self.weight = nn.Parameter(whole.weight.detach().half(), requires_grad=False)
        self.bias = whole.bias

    def forward(self, x: Tensor) -> Tensor:
        """As `nn.Linear`."""
        return nn.functional.linear(x.half(), self.weight).float() + self.bias


class Block(nn.Module):
    """Three moments in, one out, added to what came in."""

    wide: nn.Module
    narrow: nn.Module

    def __init__(self, width: int, inner: int, dilation: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.memory = 2 * dilation
        self.dilation = dilation
        self.norm = nn.LayerNorm(width)
        self.wide = nn.Linear(3 * width, inner)
        self.narrow = nn.Linear(inner, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, steps, width) and (batch, memory, width) to the same, moved on."""
        # `forward` by name: calling a module costs as much as the arithmetic of one step.
        seen = torch.cat([before, self.norm.forward(x).to(before.dtype)], 1)
        steps, apart = x.shape[1], self.dilation
        moments = [seen[:, i * apart : i * apart + steps] for i in range(3)]
        made = nn.functional.silu(self.wide.forward(torch.cat(moments, 2)))
        if self.training:
            made = self.dropout(made)
        return x + self.narrow.forward(made), seen[:, steps:]


@dataclass(frozen=True, slots=True)
class _LaidOut:
    """A block's tensors, and what it does when nothing is learned any more."""

    dilation: int
    norm: tuple[list[int], Tensor, Tensor, float]
    wide: tuple[Tensor, Tensor]
    narrow: tuple[Tensor, Tensor]

    @classmethod
    def of(cls, block: Block) -> "_LaidOut":
        """The same tensors, not copies."""

        def matrix(part: nn.Module) -> tuple[Tensor, Tensor]:
            assert isinstance(part, nn.Linear | HalfLinear)
            return part.weight.detach(), part.bias.detach()

        norm = block.norm
        shape = [int(size) for size in norm.normalized_shape]
        return cls(
            block.dilation,
            (shape, norm.weight.detach(), norm.bias.detach(), norm.eps),
            matrix(block.wide),
            matrix(block.narrow),
        )

    def step(self, x: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        """As `Block.forward`."""
        seen = torch.cat([before, torch.layer_norm(x, *self.norm)], 1)
        steps, apart = x.shape[1], self.dilation
        if steps == 1:
            moments = seen[:, ::apart].reshape(len(x), 1, -1)
        else:
            moments = torch.cat([seen[:, i * apart : i * apart + steps] for i in range(3)], 2)
        made = _times(nn.functional.silu(_times(moments, self.wide)), self.narrow)
        return x + made, seen[:, steps:]


def _times(x: Tensor, matrix: tuple[Tensor, Tensor]) -> Tensor:
    weight, bias = matrix
    if weight.dtype is torch.float16:
        return nn.functional.linear(x.half(), weight).float() + bias
    return nn.functional.linear(x, weight, bias)


class Stack(nn.Module):
    """Blocks one after the other."""

    def __init__(self, width: int, inner: int, dilations: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        self.width, self.dilations = width, dilations
        self.blocks = nn.ModuleList(Block(width, inner, d, dropout) for d in dilations)
        self._laid_out: list[_LaidOut] = []

    def lay_out(self) -> None:
        """Take the blocks' tensors out of their modules, which cost a step a tenth of its time.

        For weights that change no more.
        """
        self._laid_out = [_LaidOut.of(block) for block in self.blocks if isinstance(block, Block)]

    def begin(self, batch: int) -> State:
        """What is remembered before the first step."""
        where = next(self.parameters()).device
        return [torch.zeros(batch, 2 * d, self.width, device=where) for d in self.dilations]

    def forward(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """One stretch of steps."""
        after = []
        each = [block.step for block in self._laid_out] or [b.forward for b in self.blocks]
        for forward, before in zip(each, state, strict=True):
            x, kept = forward(x, before)
            after.append(kept)
        return x, after


class Listener(nn.Module):
    """Sound alone: the mouth, and which class of phone is heard."""

    into: nn.Module

    def __init__(self, shape: NetworkShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.into = nn.Linear(LOOKS * BANDS, shape.width)
        self.stack = Stack(shape.width, shape.inner, shape.dilations, dropout)
        self.out = nn.LayerNorm(shape.width)
        self.mouth = nn.Linear(shape.width, FRAMES * MOUTH)
        self.sounds = nn.Linear(shape.width, FRAMES * SOUNDS)

    def forward(self, looks: Tensor, state: State) -> tuple[Tensor, Tensor, Tensor, State]:
        """(batch, steps, LOOKS * BANDS) to hidden, mouth and sounds by frame, and the state.

        Mouth: (batch, 2 steps, MOUTH), the last two as log-odds. Sounds: (batch, 2 steps, SOUNDS),
        log-odds. Hidden: (batch, steps, width).
        """
        x, state = self.stack(self.into(looks), state)
        hidden = self.out(x)
        return hidden, frames(self.mouth(hidden), MOUTH), frames(self.sounds(hidden), SOUNDS), state


def halve(listener: Listener) -> None:
    """Let the matrices be read as 16-bit numbers: a step is waiting for memory mostly.

    All of them up to the last block: a sum in another order, by one bit, would be rounded apart.
    """
    listener.into = HalfLinear(listener.into)
    for block in listener.stack.blocks:
        assert isinstance(block, Block)
        block.wide = HalfLinear(block.wide)
        block.narrow = HalfLinear(block.narrow)


class Reader(nn.Module):
    """Sound and text: the listener's mouth, corrected by what the text lets expect."""

    def __init__(self, shape: NetworkShape, dropout: float = 0.0) -> None:
        super().__init__()
        width = shape.text_width
        self.into = nn.Linear(shape.width + FRAMES * (MOUTH + EXPECTED), width)
        self.stack = Stack(width, 2 * width, shape.text_dilations, dropout)
        self.out = nn.LayerNorm(width)
        self.mouth = nn.Linear(width, FRAMES * MOUTH)
        nn.init.zeros_(self.mouth.weight)
        nn.init.zeros_(self.mouth.bias)

    def forward(
        self, hidden: Tensor, mouth: Tensor, expected: Tensor, state: State
    ) -> tuple[Tensor, State]:
        """`expected`: (batch, 2 steps, EXPECTED). Returns a mouth as the listener's."""
        x = torch.cat([hidden, steps(mouth), steps(expected)], 2)
        x, state = self.stack(self.into(x), state)
        return mouth + frames(self.mouth(self.out(x)), MOUTH), state


def frames(x: Tensor, width: int) -> Tensor:
    """(batch, steps, 2 * width) to (batch, 2 * steps, width)."""
    return x.reshape(x.shape[0], -1, width)


def steps(x: Tensor) -> Tensor:
    """(batch, 2 * steps, width) to (batch, steps, 2 * width)."""
    return x.reshape(x.shape[0], x.shape[1] // FRAMES, -1)
