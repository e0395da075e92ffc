"""Whether visitors here stop after exactly these words, or go on. Pure.

The recogniser's language knows two words back; whole sentences know more: "where can i park" is
all, and "where can i" never is. Only sentences that are expected at this site are known; of any
other beginning nothing is told. Who adds "please" had said all before.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

_DOUBT: Final = 0.5
"""Added to both weights: so much may go unseen."""
_COURTESY: Final = frozenset(("please", "thanks"))


class WholeHere:
    """How often sentences are whole after some words, and how often they go on."""

    def __init__(self, sentences: Iterable[tuple[str, float]]) -> None:
        """`sentences`: expected ones, lower case words, with weights; one may come repeatedly."""
        self._whole: defaultdict[int, float] = defaultdict(float)
        self._begun: defaultdict[int, float] = defaultdict(float)
        for sentence, weight in sentences:
            words = _plain(sentence.split())
            self._whole[hash(words)] += weight
            for k in range(1, len(words)):
                self._begun[hash(words[:k])] += weight

    def told(self, words: Sequence[str]) -> float | None:
        """log(stop here / go on) for who has said exactly `words`; None: nobody says so here."""
        said = hash(_plain(words))
        whole, begun = self._whole.get(said, 0.0), self._begun.get(said, 0.0)
        if not whole and not begun:
            return None
        return math.log((whole + _DOUBT) / (begun + _DOUBT))


def _plain(words: Sequence[str]) -> tuple[str, ...]:
    """Without the courtesy at their end, unless there is nothing else."""
    count = len(words)
    while count > 1 and words[count - 1] in _COURTESY:
        count -= 1
    return tuple(words[:count])
