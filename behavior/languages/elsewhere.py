"""A language that nobody here speaks, known by its letters or by a few of its words. Pure.

Who speaks it is told which languages there are, and their line is never taken for a name.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from behavior.languages.sounds_like import plain

_SURE_WORDS, _WORDS = 2, 2


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One such language."""

    code: str
    words: frozenset[str]
    sure: tuple[str, ...]
    letters: re.Pattern[str] | None
    screen: str
    """What the screen says in it; `{languages}`: those that are spoken here."""
    yes: frozenset[str]

    def evidence(self, line: str) -> float:
        """How many words, or letters, of a line speak for it."""
        if self.letters is not None:
            return float(len(self.letters.findall(line)))
        text = plain(line)
        found = sum(word in self.words for word in text.split())
        return found + _SURE_WORDS * any(f" {one} " in f" {text} " for one in self.sure)


def spoken_elsewhere(line: str, evidence_here: float) -> Elsewhere | None:
    """The language of a line that is none of those spoken here.

    `evidence_here`: words of the line that speak for the likeliest of those.
    """
    best = max(_all(), key=lambda one: one.evidence(line))
    found = best.evidence(line)
    return best if found >= _WORDS and found > evidence_here else None


_POLITE_YES = 3
"""Words of `sì, grazie mille`."""


def agreed(line: str, code: str) -> bool:
    """Whether a line is a yes in that language, with a word or two of politeness behind it."""
    whole, words = {line.strip(" .,!?").lower(), plain(line)}, plain(line).split()
    begins = {" ".join(words[:count]) for count in (1, 2)} if len(words) <= _POLITE_YES else set()
    return any(one.code == code and (whole | begins) & one.yes for one in _all())


@lru_cache(maxsize=1)
def _all() -> tuple[Elsewhere, ...]:
    text = resources.files("behavior").joinpath("languages", "elsewhere.yaml").read_text("utf-8")
    return tuple(
        Elsewhere(
            code=code,
            words=frozenset(row.get("words", "").split()),
            sure=tuple(row.get("sure", ())),
            letters=re.compile(f"[{row['letters']}]") if "letters" in row else None,
            screen=row["screen"],
            yes=frozenset(row["agrees"]),
        )
        for code, row in yaml.safe_load(text).items()
    )
