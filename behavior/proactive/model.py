"""The transformer, run in numpy: a window in, three answers out, in about a millisecond.

Tokens of the same and of earlier frames see each other (a block-causal mask), as in TFVT-HRI
(arXiv 2012.04832). From the room's newest token comes "act now?", from each person's newest token
"this one?", and from both a query whose dot product with an act's projected vector says how well
that act would suit. `behavior.backends.proactive_training` is the same network in torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from threadpoolctl import ThreadpoolController

from agent.core.errors import BadInputError
from behavior.proactive import act_vectors
from behavior.proactive.cues import ROOM_WIDTH, Vector
from behavior.proactive.windows import Window, WindowConfig

FILE = Path(__file__).with_name("weights.npz")
_FAR = np.float32(-1e9)


class ModelShape(BaseModel):
    """How large the network is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(64, ge=8, le=512, description="Numbers a token has inside.")
    blocks: int = Field(3, ge=1, le=12, description="Blocks of attention.")
    heads: int = Field(4, ge=1, le=16, description="Heads of attention.")
    inner: int = Field(128, ge=8, le=2048, description="Inner width of each block.")


class ModelCard(BaseModel):
    """What a file of weights is, and how it was made. Lies beside it as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: ModelShape = ModelShape()
    window: WindowConfig = WindowConfig()
    act_at: float = Field(0.5, ge=0, le=1, description="From here on `act now` counts as yes.")
    command: str = Field("", description="The command that made it.")
    data: str = Field("", description="What it learned from.")
    seeds: tuple[int, ...] = ()
    date: str = ""
    held_out: dict[str, float] = Field(
        default_factory=dict, description="Measures on episodes that it did not learn from."
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says of one window."""

    act_now: float
    whom: Vector
    """(people,) probability that this one is to be acted toward"""
    queries: Vector
    """(people, width): dot these with the acts' projected vectors"""


class Model:
    """The network with its weights."""

    def __init__(self, weights: Mapping[str, Vector], card: ModelCard) -> None:
        self._blas = ThreadpoolController()
        self.card = card
        self.weights = {name: np.asarray(value, np.float32) for name, value in weights.items()}

    @classmethod
    def read(cls, path: Path = FILE) -> "Model":
        """Read weights and the card beside them, or raise `BadInputError`."""
        try:
            card = ModelCard.model_validate_json(path.with_suffix(".json").read_bytes())
            with np.load(path) as file:
                weights = {name: file[name].astype(np.float32) for name in file.files}
        except (OSError, ValueError) as fault:
            cure = "`foyer train proactive --out FILE` makes one"
            raise BadInputError(
                f"{path}: no weights of the proactive model: {fault}; {cure}"
            ) from None
        model = cls(weights, card)
        model.check(path)
        return model

    def check(self, path: Path) -> None:
        """Raise `BadInputError` where these weights do not fit today's tokens."""
        for name, width in (
            ("person.weight", self.card.window.width),
            ("room.weight", ROOM_WIDTH),
            ("acts.weight", act_vectors.WIDTH),
        ):
            if name not in self.weights or self.weights[name].shape[1] != width:
                raise BadInputError(
                    f"{path}: made for other tokens than today's ({name}); train it again: "
                    "`foyer train proactive`"
                )

    def project(self, vectors: Vector) -> Vector:
        """(n, act width) to (n, width): what queries are compared with. Once for all acts."""
        return self._dense(vectors, "acts")

    def scores(self, query: Vector, projected: Vector) -> Vector:
        """(n,): how well each act suits, as logarithms of odds against each other."""
        return np.asarray(projected @ query / np.sqrt(np.float32(query.shape[-1])), np.float32)

    def answer(self, window: Window) -> Answer:
        """The answer to one window."""
        return self.answers([window])[0]

    def answers(self, windows: Sequence[Window]) -> list[Answer]:
        """The answers to several windows at once; they may have different people."""
        batch = Batch.of(windows)
        # Matrices this small are slower on many threads than on one, far slower on a busy machine.
        with self._blas.limit(limits=1, user_api="blas"):
            now, whom, queries = self._forward(batch)
        return [
            Answer(float(now[i]), whom[i, : len(w.people)], queries[i, : len(w.people)])
            for i, w in enumerate(windows)
        ]

    # The network

    def _forward(self, batch: "Batch") -> tuple[Vector, Vector, Vector]:
        x = self._embed(batch)
        mask = batch.mask()
        # Only the newest tokens are read, so the last block works on no others.
        for i in range(self.card.shape.blocks):
            last = i == self.card.shape.blocks - 1
            x = self._block(x, mask, f"blocks.{i}.", 1 + batch.columns if last else x.shape[1])
        newest = self._norm(x, "last")
        room, people = newest[:, 0], newest[:, 1:]
        now = _sigmoid(self._dense(room, "now")[:, 0])
        whom = _sigmoid(self._dense(people, "whom")[..., 0])
        both = np.concatenate([np.broadcast_to(room[:, None], people.shape), people], -1)
        return now, whom, self._dense(both, "query")

    def _embed(self, batch: "Batch") -> Vector:
        """(batch, frames * (1 + people), width)"""
        room = self._dense(batch.room, "room")[:, :, None]
        people = self._dense(batch.tokens, "person")
        x = np.concatenate([room, people], 2) + self.weights["frame"][None, :, None]
        return x.reshape(len(x), -1, x.shape[-1])

    def _block(self, x: Vector, mask: NDArray[np.bool_], at: str, newest: int) -> Vector:
        """(batch, length, width) to (batch, newest, width): the last `newest` tokens of them."""
        count, length, width = x.shape
        heads = self.card.shape.heads
        made = self._dense(self._norm(x, f"{at}before"), f"{at}attend")
        made = made.reshape(count, length, 3, heads, width // heads).transpose(2, 0, 3, 1, 4)
        query, key, value = made[0][:, :, -newest:], made[1], made[2]
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width // heads))
        scores = np.where(mask[:, None, -newest:], scores, _FAR)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(count, newest, width)
        x = x[:, -newest:] + self._dense(mixed, f"{at}mix")
        inner = np.maximum(self._dense(self._norm(x, f"{at}after"), f"{at}wide"), 0.0)
        return np.asarray(x + self._dense(inner, f"{at}narrow"), np.float32)

    def _dense(self, x: Vector, name: str) -> Vector:
        return np.asarray(
            x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"], np.float32
        )

    def _norm(self, x: Vector, name: str) -> Vector:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return np.asarray(
            centred / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"],
            np.float32,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Several windows as arrays of one size."""

    room: Vector
    tokens: Vector
    seen: NDArray[np.bool_]
    lived: NDArray[np.bool_]

    @property
    def columns(self) -> int:
        """People in the widest window."""
        return int(self.tokens.shape[2])

    @classmethod
    def of(cls, windows: Sequence[Window]) -> "Batch":
        """Stack windows, padding to the most people."""
        most = max(1, max(len(window.people) for window in windows))
        frames, width = windows[0].tokens.shape[0], windows[0].tokens.shape[2]
        tokens = np.zeros((len(windows), frames, most, width), np.float32)
        seen = np.zeros((len(windows), frames, most), np.bool_)
        for i, window in enumerate(windows):
            tokens[i, :, : len(window.people)] = window.tokens
            seen[i, :, : len(window.people)] = window.seen
        room = np.stack([window.room for window in windows])
        return cls(room, tokens, seen, np.stack([window.lived for window in windows]))

    def mask(self) -> NDArray[np.bool_]:
        """(batch, length, length): whether token i may look at token j."""
        there = np.concatenate([self.lived[:, :, None], self.seen], 2)
        count, frames, each = there.shape
        frame = np.repeat(np.arange(frames), each)
        causal = frame[:, None] >= frame[None, :]
        itself = np.eye(len(frame), dtype=np.bool_)
        flat = there.reshape(count, -1)
        return np.asarray((causal[None] & flat[:, None, :]) | itself[None], np.bool_)


def _sigmoid(x: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0))), np.float32)


def write(path: Path, weights: Mapping[str, Any], card: ModelCard) -> None:
    """Write weights, as 16 bit numbers, and the card beside them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {name: np.asarray(value, np.float16) for name, value in weights.items()}
    with path.open("wb") as file:
        np.savez_compressed(file, **kept)
    text = json.dumps(card.model_dump(mode="json"), indent=2)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
