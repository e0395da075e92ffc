"""A reader of lips: pictures of a mouth in, what each shows out, as the eye can tell it.

A small network: convolutions over each picture, then over time (half a second to either side).
It never hears the sound. Words are found without having been learned: of a closed set, the one
whose visemes, in order, explain the pictures best. It learns in `lip_reader_training`, on lips
moved by the rules; so what it likes are lips that move as those do, and its verdict is worth
something only beside its controls.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from actuation.generators.lip_reader_camera import SIZE
from actuation.generators.metrics.visemes import VISEMES
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

FILE = Path(__file__).with_name("lip_reader.npz")
_WIDTH = 96
_DILATIONS: Final = (1, 2, 4)
_LOWEST = -12.0
"""Of a log probability: one frame that looks wrong does not decide alone."""


class LipReaderCard(BaseModel):
    """What a file of weights is, and how it was made. Lies beside it as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: str = Field("", description="The command that made it.")
    data: str = Field("", description="What it learned from.")
    held_out_data: str = Field("", description="What it was judged on, and never saw.")
    licence: str = Field("Apache-2.0", description="Of the weights: all of their data was made.")
    date: str = ""
    parameters: int = 0
    prior: tuple[float, ...] = Field((), description="How often each viseme was taught, sums to 1.")
    held_out: dict[str, float] = Field(default_factory=dict, description="Measures there.")
    cannot: str = Field(
        "Not a reader of people: it has only seen this project's own character, drawn plainly.",
        description="What it is not.",
    )


class _Block(nn.Module):
    """Looks around in time, and adds what it found."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.look = nn.Conv1d(_WIDTH, _WIDTH, 5, padding=2 * dilation, dilation=dilation)
        self.norm = nn.BatchNorm1d(_WIDTH)

    def forward(self, seen: Tensor) -> Tensor:
        """(batch, width, n) to the same."""
        return seen + torch.relu(self.norm(self.look(seen)))


class LipNetwork(nn.Module):
    """(batch, n, size, size) pictures in 0..1 to (batch, n, visemes) logits."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after, kernel in ((1, 16, 5), (16, 32, 3), (32, 48, 3), (48, 64, 3)):
            layers += [
                nn.Conv2d(before, after, kernel, stride=2, padding=kernel // 2),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            ]
        self.eye = nn.Sequential(*layers)
        self.gist = nn.Linear(64 * (SIZE // 16) ** 2, _WIDTH)
        self.blocks = nn.ModuleList(_Block(d) for d in _DILATIONS)
        self.name = nn.Conv1d(_WIDTH, len(VISEMES), 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits of each picture, with its neighbours in mind."""
        batch, count = pictures.shape[:2]
        one = pictures.reshape(batch * count, 1, SIZE, SIZE)
        # The light of a clip, not its lips, decides how bright it is.
        one = (one - one.mean((1, 2, 3), keepdim=True)) / (one.std((1, 2, 3), keepdim=True) + 0.05)
        seen = torch.relu(self.gist(self.eye(one).flatten(1)))
        seen = seen.reshape(batch, count, _WIDTH).transpose(1, 2)
        for block in self.blocks:
            seen = block(seen)
        named: Tensor = self.name(seen)
        return named.transpose(1, 2)


class LipReader:
    """The network with its weights, for reading."""

    def __init__(self, network: LipNetwork, card: LipReaderCard) -> None:
        self.card = card
        self._network = network.eval()

    @classmethod
    def load(cls, path: Path = FILE) -> "LipReader":
        """Read weights and the card beside them, or raise `BadInputError` with the cure."""
        network = LipNetwork()
        try:
            text = path.with_suffix(".json").read_bytes()
            card = LipReaderCard.model_validate_json(text)
            with np.load(path) as file:
                state = {n: torch.from_numpy(file[n].astype(np.float32)) for n in file.files}
            kept = network.state_dict()
            network.load_state_dict(
                {n: state[n].to(v.dtype).reshape(v.shape) for n, v in kept.items()}
            )
        except (OSError, ValueError, KeyError, RuntimeError) as fault:
            raise BadInputError(
                f"{path}: no weights of the lip reader: {fault}; `foyer train lipreader` makes some"
            ) from None
        return cls(network, card)

    def read(self, pictures: NDArray[np.uint8]) -> Floats:
        """(n, visemes) log probability of each viseme in (n, size, size) pictures, 30 a second."""
        if pictures.ndim != 3 or pictures.shape[1:] != (SIZE, SIZE):
            raise BadInputError(
                f"pictures of {pictures.shape}; the reader wants (n, {SIZE}, {SIZE})"
            )
        if not len(pictures):
            return np.zeros((0, len(VISEMES)))
        with torch.inference_mode():
            given = torch.from_numpy(pictures.astype(np.float32) / 255)[None]
            logits = torch.log_softmax(self._network(given)[0], dim=1)
        return np.maximum(logits.numpy().astype(np.float64), _LOWEST)


def best_word(seen: Floats, words: Mapping[str, Sequence[int]], prior: Sequence[float]) -> str:
    """The word of `words` whose visemes explain `seen` best.

    `seen`: (n, visemes) log probabilities over the time of one word; `words`: visemes of each,
    as indices; `prior`: of each viseme, taken out so that rare ones count. Each viseme lasts one
    picture or more and none is passed over (a left-to-right hidden Markov model, Viterbi).
    """
    evidence = seen - np.log(np.asarray(prior) + 1e-3)
    return max(words, key=lambda word: _explained(evidence, words[word]))


def _explained(evidence: Floats, visemes: Sequence[int]) -> float:
    """Log evidence of the best path through `visemes`; lowest where there are too few pictures."""
    if not len(evidence) or not visemes:
        return -np.inf
    path = np.full(len(visemes), -np.inf)
    path[0] = evidence[0, visemes[0]]
    for row in evidence[1:]:
        moved = np.concatenate([[-np.inf], path[:-1]])
        path = np.maximum(path, moved) + row[list(visemes)]
    # In a hurry the last ones may be missing; each costs.
    missing = np.arange(len(visemes))[::-1]
    return float(np.max(path + _LOWEST / 2 * missing))
