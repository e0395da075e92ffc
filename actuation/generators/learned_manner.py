"""How a sound is worn: brows, cheeks, head and gaze from what is heard, wished and left to chance.

A small network beside the listener, in torch. It never sees the mouth nor says anything of it.
"""

import torch
from torch import Tensor, nn

from actuation.generators.learned_network import NetworkShape, Stack, State, frames
from actuation.generators.learned_wish import CHANCE, CONDITION, MANNER

_WIDTH = 128


class Manner(nn.Module):
    """Hidden steps of the listener, a condition and chance to expression, head and gaze."""

    def __init__(self, shape: NetworkShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.into = nn.Linear(shape.width + CONDITION + CHANCE, _WIDTH)
        self.stack = Stack(_WIDTH, _WIDTH, (1, 4, 12), dropout)
        self.out = nn.LayerNorm(_WIDTH)
        self.wish = nn.Linear(CONDITION, _WIDTH)
        self.manner = nn.Linear(_WIDTH, 2 * MANNER)
        self.resting = nn.Linear(CONDITION, MANNER)

    def forward(
        self, hidden: Tensor, condition: Tensor, chance: Tensor, state: State
    ) -> tuple[Tensor, State]:
        """(batch, steps, width), (batch, CONDITION), (batch, steps, CHANCE) to by-frame manner."""
        wished = condition[:, None].expand(-1, hidden.shape[1], -1)
        x, state = self.stack.forward(self.into(torch.cat([hidden, wished, chance], 2)), state)
        x = self.out(x) * (1 + self.wish(wished))
        return frames(self.manner(x), MANNER) + self.resting(condition)[:, None], state
