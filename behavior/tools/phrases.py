"""The small pieces of tool results in one language: `phrases.yaml`, read once."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import yaml

from behavior.languages.tongue import ENGLISH, Tongue, tongue


class Phrases:
    """How things are put in one language."""

    def __init__(self, said: Mapping[str, str], words: Tongue) -> None:
        self._said, self._words = said, words
        self._numbers = said["numbers"].split()

    def __call__(self, key: str, **words: str) -> str:
        """The piece of that name, filled in."""
        return self._said[key].format(**words)

    def number(self, count: int) -> str:
        """A count in words up to twelve."""
        return self._numbers[count] if count < len(self._numbers) else str(count)

    def clock(self, minutes: int) -> str:
        """A time of day."""
        return self._words.clock(minutes)

    def join(self, parts: list[str]) -> str:
        """Parts of one statement, one after the other."""
        return self._words.said["comma"].join(parts)


@lru_cache(maxsize=16)
def phrases_in(code: str) -> Phrases:
    """Those of a language; empty: English."""
    text = resources.files("behavior").joinpath("tools", "phrases.yaml").read_text("utf-8")
    return Phrases(yaml.safe_load(text)[code or ENGLISH], tongue(code or ENGLISH))
