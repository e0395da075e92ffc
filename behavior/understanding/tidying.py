"""A line without what speaking adds to it: false starts, hesitation in front, politeness behind.

    where is uh where is the lift please      where is the lift
    well okay yes please                      yes please

What is left says the same. A line that would be left with too little stays as it is. Pure.
"""

import re

from behavior.languages.tongue import ENGLISH, Tongue

_SAID_TWICE = re.compile(r"\b((?:[\w']+[ ,]+){1,3}[\w']+)[ ,]+\1(?![\w'])", re.IGNORECASE)
_STAMMERED = re.compile(r"\b([\w']{2,}|i|a)[ ,]+\1(?![\w'])", re.IGNORECASE)
_CONTRACTED = re.compile(r"\b(who|where|when|how|what)'s\b", re.IGNORECASE)
_WORDS_LEFT = 3
_LETTERS_AGAIN = re.compile(r"\b([^\W\d_]{1,3})-(?=\1)(?!\1\b)", re.IGNORECASE)
"""`a-a-appointment`, `wh-where`; not `bye-bye`."""
_DRAWN_OUT = re.compile(r"\b[a-z']*?([a-z])\1{2,}[a-z']*\b", re.IGNORECASE)
"""`heeey`, `pleeease`, `sooo`."""
_RUN = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)
_WITHOUT_SIGN = {
    "cant": "can't", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "isnt": "isn't",
    "arent": "aren't", "wasnt": "wasn't", "couldnt": "couldn't", "havent": "haven't",
    "hasnt": "hasn't", "wouldnt": "wouldn't", "shouldnt": "shouldn't", "im": "i'm", "ive": "i've",
    "youre": "you're", "theres": "there's", "whats": "what's", "wheres": "where's",
    "thats": "that's", "hes": "he's", "shes": "she's", "theyre": "they're", "whos": "who's",
}  # fmt: skip
_TYPED_FAST = re.compile(rf"\b(?:{'|'.join(_WITHOUT_SIGN)})\b", re.IGNORECASE)


def tidy(line: str, words: Tongue) -> str:
    """The line as it was meant to be said; capitals and signs stay where words do."""
    again, kept = words.cue("said_twice_on_purpose"), line.strip()
    kept = _LETTERS_AGAIN.sub("", kept)
    if words.code == ENGLISH:
        kept = _TYPED_FAST.sub(lambda found: _WITHOUT_SIGN[found[0].lower()], kept)
        kept = _DRAWN_OUT.sub(lambda found: _short(found[0], words), kept)
    kept = words.cue("no_misheard").sub("no", kept)
    kept = _CONTRACTED.sub(r"\1 is", kept)
    if not again.search(line.lower()):
        kept = _STAMMERED.sub(r"\1", _SAID_TWICE.sub(r"\1", kept))
    kept = _without(words.cue("hesitation"), kept, 1)
    return _without(words.cue("politeness_behind"), kept, _WORDS_LEFT)


def _short(word: str, words: Tongue) -> str:
    """A word with its long drawn letters once; twice where only that is a word: `sweeet`."""
    if word.lower().strip("m") in {"", "h", "u"}:
        return word  # `mmm`, `hmmm`, `ummm` are sounds
    once, twice = _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)
    return twice if twice.lower() in words.everyday else once


def _without(pattern: re.Pattern[str], line: str, at_least: int) -> str:
    found = pattern.search(line.lower())
    if found is None or len(found.string) != len(line):
        return line
    rest = f"{line[: found.start()]} {line[found.end() :]}".strip()
    return rest if len(re.findall(r"[\w']+", rest)) >= at_least else line
