"""Which gestures mean what a text means: all evidence weighed together, best first.

Three sorts of evidence: words that an entry of the lexicon names, image schemas that constructions
of the text speak of, and likeness of the text to what the entry means and the sentences it goes
with. Likeness is that of shared rare words; whoever has sentence embeddings gives them as
`Encoder`, and they are weighed in beside it. Pure, well under a millisecond without an encoder.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from actuation.gestures.image_schemas import ImageSchemas, standard_schemas, stem
from actuation.gestures.lexemes import Lexicon, standard_lexicon

_WORDS, _LONGER, _SCHEMA, _SHARED, _ENCODED = 1.0, 0.25, 0.8, 1.2, 3.0
"""Weights of the evidence: named words, each word more, a schema, shared words, embeddings."""
_UNLIKE: Final = 0.30
"""Likeness of embeddings from which on it counts."""
_FEW: Final = 0.8
"""One word in common says little: as if so many more rare words were there that are not shared."""
_CONTEXT: Final = 0.15
"""Weight of what was asked, against what is said."""
_DULL_WORDS = """
a an the is are am be was were do does did can could would will shall should i you he she we
they it me him her us them my your his our their this that these those of to in on at for and
or with by from as so if then than there here have has had not no yes please just one any
all some what who how where when which let get go come
"""
_DULL = frozenset(map(stem, _DULL_WORDS.split()))


class Encoder(Protocol):
    """Sentences to unit vectors whose dot product is their likeness in meaning."""

    def encode(self, lines: Sequence[str]) -> NDArray[np.float32]:
        """(len(lines), width) of length 1."""
        ...


@dataclass(frozen=True, slots=True)
class Meant:
    """A gesture that fits, and why."""

    lexeme: str
    score: float
    """Larger fits better; about 1 is one good reason."""
    because: str
    """`words`, `schema` or `likeness`: the strongest reason."""
    first_word: int | None = None
    """Index of the first of the words that speak for it; None: the text as a whole does."""
    after_words: int | None = None
    """Index after the last."""


class GestureMeaning:
    """Ranks the gestures of a lexicon for a text."""

    def __init__(
        self,
        lexicon: Lexicon,
        schemas: ImageSchemas | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self._lexicon = lexicon
        self._schemas = schemas or standard_schemas()
        self._encoder = encoder
        self._names = [lexeme.name for lexeme in lexicon if lexeme.kind != "beat"]
        bags = [_bag(" ".join(self._lines(name))) for name in self._names]
        among = Counter(word for bag in bags for word in bag)
        self._rarity = {word: math.log(len(bags) / n) for word, n in among.items()}
        self._holders: dict[str, list[int]] = {}
        for i, bag in enumerate(bags):
            for word in bag:
                self._holders.setdefault(word, []).append(i)
        self._encoded: tuple[NDArray[np.float32], NDArray[np.intp]] | None = None

    def rank(self, text: str, *, asked: str = "", most: int = 5) -> list[Meant]:
        """The gestures that fit `text`, best first; at most `most` of them.

        `asked`: what the text answers, which counts a little.
        """
        reasons: dict[str, list[tuple[float, str, int | None, int | None]]] = {}
        for called in self._lexicon.in_text(text):
            longer = called.after_words - called.first_word - 1
            reasons.setdefault(called.lexeme.name, []).append(
                (_WORDS + _LONGER * longer, "words", called.first_word, called.after_words)
            )
        for found in self._schemas.found_in(text):
            weight = found.strength * (_SCHEMA + _LONGER * (found.length - 1))
            for place, name in enumerate(found.shows):
                reasons.setdefault(name, []).append(
                    (weight / (1 + place), "schema", found.first_word, found.after_words)
                )
        for name, likeness in self._like(text, asked).items():
            reasons.setdefault(name, []).append((likeness, "likeness", None, None))
        meant = [_weighed(name, why) for name, why in reasons.items() if name in self._lexicon]
        return sorted(meant, key=lambda each: (-each.score, each.lexeme))[:most]

    def _like(self, text: str, asked: str) -> dict[str, float]:
        like = self._shared(text)
        for name, likeness in self._shared(asked).items() if asked else ():
            like[name] = like.get(name, 0.0) + _CONTEXT * likeness
        if self._encoder is not None:
            for name, likeness in self._embedded(text).items():
                like[name] = like.get(name, 0.0) + likeness
        return like

    def _shared(self, text: str) -> dict[str, float]:
        """Rare words in common, as a share of all that the text has."""
        bag = _bag(text)
        most = math.log(len(self._names) + 1)
        whole = _FEW * most + sum(self._rarity.get(word, 0.6 * most) for word in bag)
        if not whole:
            return {}
        held: dict[int, float] = {}
        for word in bag:
            for i in self._holders.get(word, ()):
                held[i] = held.get(i, 0.0) + self._rarity[word]
        return {self._names[i]: _SHARED * share / whole for i, share in held.items()}

    def _embedded(self, text: str) -> dict[str, float]:
        assert self._encoder is not None
        if self._encoded is None:
            lines = [(line, i) for i, n in enumerate(self._names) for line in self._sentences(n)]
            owners = np.array([i for _, i in lines], np.intp)
            self._encoded = self._encoder.encode([line for line, _ in lines]), owners
        vectors, owners = self._encoded
        alike = vectors @ self._encoder.encode([text])[0]
        best = np.full(len(self._names), -1.0)
        np.maximum.at(best, owners, alike)
        return {
            self._names[i]: _ENCODED * float(best[i] - _UNLIKE)
            for i in np.flatnonzero(best > _UNLIKE)
        }

    def _sentences(self, name: str) -> list[str]:
        lexeme = self._lexicon.named(name)
        return [] if lexeme is None else [lexeme.meaning, *lexeme.examples]

    def _lines(self, name: str) -> list[str]:
        lexeme = self._lexicon.named(name)
        words = () if lexeme is None else lexeme.words
        return [name.replace("_", " "), *self._sentences(name), *words]


def _weighed(name: str, why: list[tuple[float, str, int | None, int | None]]) -> Meant:
    """The reasons for one gesture together: the strongest of each sort, added up."""
    best: dict[str, float] = {}
    for weight, sort, _, _ in why:
        best[sort] = max(best.get(sort, 0.0), weight)
    strongest = max(why, key=lambda each: (each[2] is not None, each[0]))
    return Meant(name, sum(best.values()), max(best, key=lambda k: best[k]), *strongest[2:])


def _bag(text: str) -> frozenset[str]:
    return frozenset(word for each in text.split() if (word := stem(each)) and word not in _DULL)


@cache
def standard_meaning() -> GestureMeaning:
    """For the lexicon that comes with the product, without embeddings."""
    return GestureMeaning(standard_lexicon())
