"""Words that can be shown while they are spoken, because they will not change under the eye. Pure.

A word is believed once two readings running agree on it and on all before it, and on two more
behind it: a reading's last words lean on what has not been said yet (local agreement: Liu, Spanakis
and Niehues, "Low-latency sequence-to-sequence speech recognition and translation by partial
hypothesis selection", Interspeech 2020). What has been shown stays while the turn lasts: readings
only add to it. Only the turn's settled words replace it. Whoever must decide at once, as on an
interruption, has the newest words beside them.
"""

from dataclasses import replace
from itertools import islice, takewhile
from typing import Final

from agent.core.messages import Message, TurnEnded, TurnPaused, WordsHeard

_HELD_BACK: Final = 2
_AWAY: Final = 3
"""So many words more or fewer may have been read in place of those that were shown."""


class StableWords:
    """One turn at a time."""

    def __init__(self) -> None:
        self._turn: int | None = None
        self._shown: list[str] = []
        self._last: list[str] = []

    def complete(self, message: Message) -> Message:
        """Words so far with those that stay; others as they are."""
        match message:
            case WordsHeard():
                self._of(message.turn)
                self._read(message.text.split())
                return replace(message, stable=" ".join(self._shown))
            case TurnPaused():
                self._of(message.turn)
                self._shown = message.text.split() or self._shown
                self._last = list(self._shown)
            case TurnEnded(typed=False):
                self._turn = None
            case _:
                pass
        return message

    def _of(self, turn: int) -> None:
        if turn != self._turn:
            self._turn, self._shown, self._last = turn, [], []

    def _read(self, words: list[str]) -> None:
        """What two readings agree on behind the words that are shown is shown, too."""
        before, self._last = self._last, words
        new, old = words[_end(self._shown, words) :], before[_end(self._shown, before) :]
        agreed = takewhile(lambda pair: pair[0] == pair[1], zip(new, old, strict=False))
        sure = max(0, min(len(new), len(old)) - _HELD_BACK)
        self._shown += [word for word, _ in islice(agreed, sure)]


def _end(shown: list[str], words: list[str]) -> int:
    """Where in `words` what is shown ends: where the beginning of them is most like it."""
    count = len(shown)
    if words[:count] == shown:
        return count
    row = list(range(count + 1))
    best = (count, True, 0, 0)
    for j, word in enumerate(words, 1):
        before, row[0] = row[:], j
        for i, other in enumerate(shown, 1):
            row[i] = min(before[i] + 1, row[i - 1] + 1, before[i - 1] + (word != other))
        if abs(j - count) <= _AWAY:
            best = min(best, (row[count], word != shown[-1], abs(j - count), j))
    return best[3]
