"""The learned body in torch: tokens of part and time, each with a noise level of its own.

A token is two frames of one part. What is known (frames already shown, poses a gesture asks for)
is a clean token; what is to come is noisy, the further the noisier. So going on from what was
shown, filling a gesture in and making something up are one and the same thing (diffusion forcing,
Chen et al. 2024, arXiv 2407.01392). The network says what the clean frames are; the flow at level t
is (clean - now) / (1 - t). It knows the length of the step that will be taken (shortcut models,
Frans et al. 2024, arXiv 2410.12557), so that one or two steps are enough.
"""

import math
from typing import Final

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from actuation.generators.flow_condition import SLOT, TIMED, WHOLE
from actuation.generators.flow_parts import COLUMNS_OF, PARTS

FRAMES: Final = 2
"""Frames a token."""
CONTEXT: Final = 8
"""Frames already shown that a window begins with."""
BLOCK: Final = 8
"""Frames that are given out at a time."""
AHEAD: Final = 16
"""Frames beyond the window whose sound and words are known."""


class FlowShape(BaseModel):
    """How large the network is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(160, ge=16, le=1024, description="Numbers a token has inside.")
    blocks: int = Field(6, ge=1, le=24, description="Blocks, each over time and over parts.")
    heads: int = Field(4, ge=1, le=16, description="Heads of attention.")
    hear_width: int = Field(128, ge=8, le=1024, description="Width of the part that hears.")
    rungs: int = Field(2, ge=1, le=4, description="Blocks of frames to come, and steps to clean.")

    @property
    def window(self) -> int:
        """Frames in a window."""
        return CONTEXT + self.rungs * BLOCK


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.into = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(n, tokens, width) to the same."""
        n, tokens, width = x.shape
        q, k, v = (
            self.into(x)
            .reshape(n, tokens, 3, self.heads, width // self.heads)
            .permute(2, 0, 3, 1, 4)
        )
        seen = nn.functional.scaled_dot_product_attention(q, k, v)
        made: Tensor = self.out(seen.transpose(1, 2).reshape(n, tokens, width))
        return made


class _Block(nn.Module):
    """Over time within a part, over the parts of a moment, then each token by itself."""

    def __init__(self, shape: FlowShape) -> None:
        super().__init__()
        width = shape.width
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(3))
        self.times = _Attention(width, shape.heads)
        self.parts = _Attention(width, shape.heads)
        self.each = nn.Sequential(
            nn.Linear(width, 3 * width), nn.GELU(approximate="tanh"), nn.Linear(3 * width, width)
        )
        self.bias = nn.Parameter(torch.zeros(9, width))
        """Added to what the noise level and the wishes say: scale, shift and gate three times."""

    def forward(self, x: Tensor, say: Tensor) -> Tensor:
        """(n, times, parts, width); `say`: (n, times, parts, 9, width)."""
        n, times, parts, width = x.shape
        told = (say + self.bias).unbind(-2)
        scaled = self.norms[0](x) * (1 + told[0]) + told[1]
        seen = self.times(scaled.transpose(1, 2).reshape(n * parts, times, width))
        x = x + told[2] * seen.reshape(n, parts, times, width).transpose(1, 2)
        scaled = self.norms[1](x) * (1 + told[3]) + told[4]
        x = x + told[5] * self.parts(scaled.reshape(n * times, parts, width)).reshape(x.shape)
        made: Tensor = x + told[8] * self.each(self.norms[2](x) * (1 + told[6]) + told[7])
        return made


class _Hears(nn.Module):
    """Sound and words about each moment, from the window's beginning to `AHEAD` beyond it."""

    def __init__(self, shape: FlowShape) -> None:
        super().__init__()
        width = shape.hear_width
        self.into = nn.Linear(FRAMES * TIMED, width)
        self.near = nn.ModuleList(nn.Conv1d(width, width, 5, padding=2) for _ in range(2))
        self.out = nn.Linear(width, shape.width)

    def forward(self, timed: Tensor, times: int) -> Tensor:
        """(n, frames, TIMED) to (n, times, width)."""
        x = self.into(timed.reshape(timed.shape[0], -1, FRAMES * TIMED)).transpose(1, 2)
        for near in self.near:
            x = x + nn.functional.silu(near(x))
        made: Tensor = self.out(x.transpose(1, 2)[:, :times])
        return made


class FlowNetwork(nn.Module):
    """Noisy frames and all that is known in, clean frames out."""

    def __init__(self, shape: FlowShape) -> None:
        super().__init__()
        self.shape = shape
        width, times = shape.width, shape.window // FRAMES
        self.into = nn.ModuleList()
        self.out = nn.ModuleList()
        for part in PARTS:
            columns = COLUMNS_OF[part].stop - COLUMNS_OF[part].start
            self.into.append(nn.Linear(FRAMES * (2 * columns + SLOT), width))
            self.out.append(nn.Linear(width, FRAMES * columns))
        self.hears = _Hears(shape)
        self.whole = nn.Linear(WHOLE, width)
        self.level = nn.Linear(2 * 32, width)
        self.say = nn.Sequential(nn.SiLU(), nn.Linear(width, 9 * width))
        self.place = nn.Parameter(0.02 * torch.randn(times, len(PARTS), width))
        self.blocks = nn.ModuleList(_Block(shape) for _ in range(shape.blocks))
        self.last = nn.LayerNorm(width)
        for layer in (self.say[1], *self.out):
            assert isinstance(layer, nn.Linear)
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(
        self,
        now: Tensor,
        level: Tensor,
        stride: Tensor,
        timed: Tensor,
        whole: Tensor,
        slots: Tensor,
        poses: Tensor,
    ) -> Tensor:
        """(n, window, WIDTH) clean frames, normalised.

        `now`, `poses`: (n, window, WIDTH), normalised. `level`, `stride`: (n, times, parts), 1 is
        clean; 0 is a flow, more a step. `timed`: (n, window + AHEAD, TIMED). `whole`: (n, WHOLE).
        `slots`: (n, window, parts, SLOT).
        """
        n, frames, _ = now.shape
        times = frames // FRAMES
        tokens = []
        for i, part in enumerate(PARTS):
            columns = COLUMNS_OF[part]
            shown = torch.cat([now[..., columns], poses[..., columns], slots[:, :, i]], -1)
            tokens.append(self.into[i](shown.reshape(n, times, -1)))
        x = torch.stack(tokens, 2) + self.place[:times]
        x = x + self.hears(timed, times)[:, :, None]
        level, stride = _by_moment(level, stride)
        told = (
            self.level(torch.cat([_waves(level), _waves(stride)], -1))
            + self.whole(whole)[:, None, None]
        )
        say = self.say(told).unflatten(-1, (9, -1))
        for block in self.blocks:
            x = block(x, say)
        x = self.last(x)
        made = [self.out[i](x[:, :, i]).reshape(n, frames, -1) for i in range(len(PARTS))]
        return torch.cat(made, -1)


def _by_moment(level: Tensor, stride: Tensor) -> tuple[Tensor, Tensor]:
    """One part for all where no gesture is given: a fifth of the work. Not on CUDA: it branches."""
    if level.is_cuda:
        return level, stride
    both = torch.stack([level, stride])
    if bool((both == both[..., :1]).all()):
        return level[..., :1], stride[..., :1]
    return level, stride


def _waves(x: Tensor) -> Tensor:
    """(..., 32) sines of a number in 0..1."""
    hz = torch.exp(torch.linspace(0.0, math.log(64.0), 16, device=x.device))
    turns = x[..., None] * hz * (math.pi / 2)
    return torch.cat([torch.sin(turns), torch.cos(turns)], -1).to(x.dtype)


def stepped(now: Tensor, clean: Tensor, level: Tensor, stride: Tensor) -> Tensor:
    """`now` one step on: now + stride (clean - now) / (1 - level); what is clean stays.

    `level`, `stride`: (n, times, parts).
    """
    share = torch.where(level >= 1, torch.zeros_like(level), stride / (1 - level).clamp_min(1e-3))
    return now + by_column(share.clamp(0, 1)) * (clean - now)


def by_column(tokens: Tensor) -> Tensor:
    """(n, times, parts) to (n, frames, WIDTH)."""
    spread = [
        tokens[..., i : i + 1].expand(*tokens.shape[:-1], COLUMNS_OF[p].stop - COLUMNS_OF[p].start)
        for i, p in enumerate(PARTS)
    ]
    return torch.cat(spread, -1).repeat_interleave(FRAMES, dim=-2)
