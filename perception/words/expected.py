"""What else may have been said: the site's own names where something that sounds like one was read.

A recogniser that never met `Priya Raman` writes `previewer man`. Each name is laid along the phones
of what was read, from the beginning of a word to the end of one, by the cheapest changes (Sellers,
"The theory and computation of evolutionary distances: pattern recognition", J. of Algorithms 1,
1980); where few are needed, the name stands in for those words in a further reading. Which reading
it was is for the sound to say. Pure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Say = Callable[[str], Sequence[str]]
"""Ways to say a word, likeliest first: phones (ARPAbet without stress) with blanks between."""

_VOWELS: Final = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
_KINDS: Final = (
    _VOWELS, "P B T D K G", "F V TH DH S Z SH ZH CH JH HH", "M N NG", "L R W Y",
)  # fmt: skip
_PAIRS: Final = "P B,T D,K G,F V,TH DH,S Z,SH ZH,CH JH,M N,N NG,IY IH,UW UH,AH ER,AE EH,AA AO,AH IH"
_AKIN, _OF_A_KIND, _OTHER, _MORE = 0.3, 0.6, 1.0, 0.7
"""What a change costs: of a pair, within a kind, any other, a phone more or less."""
_NEVER: Final = 1e9
_FEWEST: Final = 3
"""A name of fewer phones sounds like anything."""
_WAYS: Final = 2

Words = tuple[str, ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A reading with a name in it, and how far the name's phones are from what was read."""

    words: Words
    distance: float
    """Changes for each phone of the name, 0..1."""


class Expected:
    """Names of one site, ready to be laid along readings."""

    def __init__(self, names: Iterable[str], say: Say) -> None:
        """`names`: one or more words each, as they are spoken, lower case."""
        self._say = lru_cache(maxsize=4096)(say)
        self._names: list[Words] = []
        readings: list[list[int]] = []
        for name in dict.fromkeys(names):
            for phones in self._ways(name.split()):
                if len(phones) >= _FEWEST:
                    self._names.append(tuple(name.split()))
                    readings.append(phones)
        self._sizes = np.array([len(one) for one in readings], int)
        self._phones = np.zeros((len(readings), int(self._sizes.max(initial=0))), int)
        for i, one in enumerate(readings):
            self._phones[i, : len(one)] = one

    def alternatives(self, words: Sequence[str], *, within: float, most: int) -> list[Alternative]:
        """Up to `most` other readings than `words`, the nearest first, no two alike."""
        if not self._names or not words:
            return []
        phones, begins, ends = self._phones_of(words)
        if not phones:
            return []
        costs, starts = self._laid(np.array(phones), begins)
        found: dict[Words, float] = {}
        for last, after in ends:
            for i in np.flatnonzero(costs[:, last] <= within * self._sizes):
                first = begins[int(starts[i, last])]
                other = (*words[:first], *self._names[i], *words[after:])
                distance = float(costs[i, last] / self._sizes[i])
                if other != tuple(words):
                    found[other] = min(distance, found.get(other, _NEVER))
        ranked = sorted(found.items(), key=lambda one: one[1])
        return [Alternative(*one) for one in ranked[:most]]

    def _ways(self, words: Sequence[str]) -> list[list[int]]:
        """Phones of each way to say a name: all words in their first way, then their second."""
        ways = []
        for k in range(_WAYS):
            said = [self._say(word) for word in words]
            if all(said):
                phones = " ".join(one[min(k, len(one) - 1)] for one in said).split()
                numbers = [_PHONES[phone] for phone in phones if phone in _PHONES]
                if numbers not in ways:
                    ways.append(numbers)
        return ways

    def _phones_of(
        self, words: Sequence[str]
    ) -> tuple[list[int], dict[int, int], list[tuple[int, int]]]:
        """All phones; which word begins at which; where each word ends, and the next one."""
        phones: list[int] = []
        begins: dict[int, int] = {}
        ends: list[tuple[int, int]] = []
        for i, word in enumerate(words):
            ways = self._say(word)
            numbers = [_PHONES[p] for p in ways[0].split() if p in _PHONES] if ways else []
            if numbers:
                begins[len(phones)] = i
                phones += numbers
                ends.append((len(phones) - 1, i + 1))
        return phones, begins, ends

    def _laid(
        self, phones: NDArray[np.int64], begins: dict[int, int]
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Each name laid along `phones`: cost where it ends at each, and where it began."""
        names, longest = self._phones.shape
        cost = np.full((names, longest + 1), _NEVER)
        begun = np.zeros((names, longest + 1), int)
        ended = np.full((names, phones.size), _NEVER)
        started = np.zeros((names, phones.size), int)
        rows = np.arange(names)
        for j, phone in enumerate(phones):
            before, before_begun = cost, begun
            cost, begun = np.empty_like(before), np.empty_like(before_begun)
            if j in begins:
                before = before.copy()
                before_begun = before_begun.copy()
                opened = _MORE * np.arange(longest + 1)
                fresh = opened < before
                before[fresh] = np.broadcast_to(opened, before.shape)[fresh]
                before_begun[fresh] = j
            changed = before[:, :-1] + _COSTS[self._phones, phone]
            kept = before[:, 1:] + _MORE
            better = changed <= kept
            cost[:, 1:] = np.where(better, changed, kept)
            begun[:, 1:] = np.where(better, before_begun[:, :-1], before_begun[:, 1:])
            cost[:, 0], begun[:, 0] = before[:, 0] + _MORE, before_begun[:, 0]
            for k in range(1, longest + 1):
                less = cost[:, k - 1] + _MORE < cost[:, k]
                cost[less, k] = cost[less, k - 1] + _MORE
                begun[less, k] = begun[less, k - 1]
            ended[:, j] = cost[rows, self._sizes]
            started[:, j] = begun[rows, self._sizes]
        return ended, started


def _table() -> tuple[dict[str, int], Floats]:
    phones = {phone: i for i, phone in enumerate(" ".join(_KINDS).split())}
    costs = np.full((len(phones), len(phones)), _OTHER)
    for kind in _KINDS:
        members = [phones[phone] for phone in kind.split()]
        costs[np.ix_(members, members)] = _OF_A_KIND
    for pair in _PAIRS.split(","):
        a, b = (phones[phone] for phone in pair.split())
        costs[a, b] = costs[b, a] = _AKIN
    np.fill_diagonal(costs, 0.0)
    return phones, costs


_PHONES, _COSTS = _table()
