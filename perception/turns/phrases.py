"""How well a row of phrases fits the phones that were heard. Pure.

One phrase may follow another, as in "oh okay, good"; nothing else may be in between. The best way
through them is found as words are in speech recognition (Viterbi, 1967), over the odds of phones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.turns.phones import NONE, Floats

ENTERS: Final = -2.5
"""Nats that each phrase costs: two that fit have to fit better than one."""
_NEVER: Final = -1e9
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phones of all phrases one after the other, and which of them begin and end one."""

    phones: Integers
    """(n,): columns of the odds."""
    begins: NDArray[np.bool_]
    ends: NDArray[np.bool_]

    @classmethod
    def of(cls, readings: Sequence[Sequence[int]]) -> "Phrases":
        """Of phrases as columns of the odds; a phrase that is said in two ways is two of them."""
        if not readings or not all(readings):
            raise ValueError("phrases need at least one phone each")
        sizes = np.array([len(one) for one in readings])
        lasts = np.cumsum(sizes) - 1
        marks = np.zeros((2, sizes.sum()), bool)
        marks[0, lasts - sizes + 1] = marks[1, lasts] = True
        return cls(np.concatenate([np.array(one) for one in readings]), marks[0], marks[1])

    def fit(self, log_odds: Floats, *, more_costs: float | None = None) -> float:
        """Nats, at most 0: how much worse the best row of them fits than any phones at all.

        `more_costs`: behind them anything may follow, at so many nats a frame with a phone in it;
        None: nothing.
        """
        repeats = np.r_[False, self.phones[1:] == self.phones[:-1]]
        phone = np.full(self.phones.size, _NEVER)
        quiet = phone.copy()
        before, between, more, ended = 0.0, _NEVER, _NEVER, _NEVER
        for now in log_odds.astype(np.float64):
            step = np.where(repeats, _NEVER, np.r_[_NEVER, phone[:-1]])
            step = np.maximum(step, np.r_[_NEVER, quiet[:-1]])
            step = np.where(self.begins, max(before, between, ended) + ENTERS, step)
            quiet = np.maximum(phone, quiet) + now[NONE]
            if more_costs is not None:
                anything = max(now[NONE], now[NONE + 1 :].max() - more_costs)
                more = max(more, between, ended) + anything
            phone = np.maximum(phone, step) + now[self.phones]
            before += now[NONE]
            between = max(between, ended) + now[NONE]
            ended = phone[self.ends].max()
        return float(max(between, ended, more) - log_odds.max(axis=1).sum())
