"""The proactive transformer in torch, for training. `behavior.proactive.model` runs it in numpy.

Names of weights are the same in both, so that a state dictionary is the file of weights.
"""

import torch
from torch import Tensor, nn

from behavior.proactive import act_vectors
from behavior.proactive.cues import ROOM_WIDTH
from behavior.proactive.model import ModelCard, ModelShape


class Block(nn.Module):
    """Attention, then a small network at each token; both read normed values."""

    def __init__(self, shape: ModelShape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.before = nn.LayerNorm(shape.width)
        self.attend = nn.Linear(shape.width, 3 * shape.width)
        self.mix = nn.Linear(shape.width, shape.width)
        self.after = nn.LayerNorm(shape.width)
        self.wide = nn.Linear(shape.width, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(batch, length, width); `mask` (batch, 1, length, length) is True where one may look."""
        count, length, width = x.shape
        made = self.attend(self.before(x))
        made = made.reshape(count, length, 3, self.heads, width // self.heads)
        query, key, value = made.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = x + self.drop(self.mix(mixed.transpose(1, 2).reshape(count, length, width)))
        inner = torch.relu(self.wide(self.after(x)))
        out: Tensor = x + self.drop(self.narrow(inner))
        return out


class Network(nn.Module):
    """Answers for every frame of a window at once: each frame sees only what came before it."""

    def __init__(self, card: ModelCard, dropout: float = 0.0) -> None:
        super().__init__()
        shape, window = card.shape, card.window
        self.frame = nn.Parameter(torch.randn(window.frames, shape.width) * 0.02)
        self.room = nn.Linear(ROOM_WIDTH, shape.width)
        self.person = nn.Linear(window.width, shape.width)
        self.blocks = nn.ModuleList(Block(shape, dropout) for _ in range(shape.blocks))
        self.last = nn.LayerNorm(shape.width)
        self.now = nn.Linear(shape.width, 1)
        self.whom = nn.Linear(shape.width, 1)
        self.query = nn.Linear(2 * shape.width, shape.width)
        self.acts = nn.Linear(act_vectors.WIDTH, shape.width)

    def forward(self, room: Tensor, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of "act now?" (batch, frames), of "whom?" (batch, frames, people), and queries.

        room: (batch, frames, ROOM_WIDTH); tokens: (batch, frames, people, width);
        mask: (batch, length, length) with length = frames * (1 + people).
        """
        count, frames, people, _ = tokens.shape
        x = torch.cat([self.room(room)[:, :, None], self.person(tokens)], 2)
        x = (x + self.frame[None, :, None]).reshape(count, frames * (1 + people), -1)
        for block in self.blocks:
            x = block(x, mask[:, None])
        x = self.last(x).reshape(count, frames, 1 + people, -1)
        here, them = x[:, :, :1], x[:, :, 1:]
        queries = self.query(torch.cat([here.expand_as(them), them], -1))
        return self.now(here)[..., 0, 0], self.whom(them)[..., 0], queries

    def act_logits(self, queries: Tensor, vectors: Tensor) -> Tensor:
        """(n, width) queries against (acts, act width) vectors: (n, acts)."""
        projected: Tensor = self.acts(vectors)
        logits: Tensor = queries @ projected.T / projected.shape[-1] ** 0.5
        return logits
