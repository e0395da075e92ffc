"""How simulated people understand the agent: cues in its words, found by regular expressions.

The cues are data (`configs/lobby/house.yaml`) and wide on purpose: people understand any wording
of a thing, and a wording of the agent that no person in the lobby understands is a fault to find.
"""

import re
from collections.abc import Mapping


class Ear:
    """Compiled once a lobby."""

    def __init__(self, cues: Mapping[str, tuple[str, ...]]) -> None:
        self._cues = {
            name: re.compile("|".join(f"(?:{one})" for one in patterns))
            for name, patterns in cues.items()
        }
        self._words: dict[str, re.Pattern[str]] = {}

    def cues(self, text: str) -> frozenset[str]:
        """What is in the agent's words."""
        plain = text.lower()
        return frozenset(name for name, pattern in self._cues.items() if pattern.search(plain))

    def matches(self, patterns: tuple[str, ...], text: str) -> bool:
        """Whether any pattern is found in the agent's words."""
        if not patterns:
            return False
        joined = "|".join(f"(?:{one})" for one in patterns)
        pattern = self._words.get(joined)
        if pattern is None:
            pattern = self._words[joined] = re.compile(joined)
        return pattern.search(text.lower()) is not None


def plain_words(text: str) -> str:
    """As a recogniser writes it: lower case, no punctuation."""
    return " ".join(re.sub(r"[^\w' ]+", " ", text.lower()).split())
