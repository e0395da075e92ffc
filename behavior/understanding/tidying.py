"""A line without what speaking adds to it: false starts, hesitation in front, politeness behind.

    where is uh where is the lift please      where is the lift
    well okay yes please                      yes please

What is left says the same. A line that would be left with too little stays as it is. Pure.
"""

import re

from behavior.languages.tongue import Tongue

_SAID_TWICE = re.compile(r"\b((?:[\w']+[ ,]+){1,3}[\w']+)[ ,]+\1(?![\w'])", re.IGNORECASE)
_STAMMERED = re.compile(r"\b([\w']{2,}|i|a)[ ,]+\1(?![\w'])", re.IGNORECASE)
_CONTRACTED = re.compile(r"\b(who|where|when|how|what)'s\b", re.IGNORECASE)
_WORDS_LEFT = 3


def tidy(line: str, words: Tongue) -> str:
    """The line as it was meant to be said; capitals and signs stay where words do."""
    again, kept = words.cue("said_twice_on_purpose"), line.strip()
    kept = words.cue("no_misheard").sub("no", kept)
    kept = _CONTRACTED.sub(r"\1 is", kept)
    if not again.search(line.lower()):
        kept = _STAMMERED.sub(r"\1", _SAID_TWICE.sub(r"\1", kept))
    kept = _without(words.cue("hesitation"), kept, 1)
    return _without(words.cue("politeness_behind"), kept, _WORDS_LEFT)


def _without(pattern: re.Pattern[str], line: str, at_least: int) -> str:
    found = pattern.search(line.lower())
    if found is None or len(found.string) != len(line):
        return line
    rest = f"{line[: found.start()]} {line[found.end() :]}".strip()
    return rest if len(re.findall(r"[\w']+", rest)) >= at_least else line
