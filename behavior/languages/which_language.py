"""Which language a visitor speaks, and whether the receptionist changes over to it. Pure.

A visitor is followed, a foreign name is not: a turn changes the language only when it says so
(`sprechen Sie Deutsch?`), gives it away alone (`guten Tag`, Chinese characters), or has several
words of the new language and more of them than of the one spoken so far.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from behavior.languages.elsewhere import spoken_elsewhere
from behavior.languages.sounds_like import plain, words_of
from behavior.languages.tongue import LANGUAGES, Tongue, tongue

_SURE = 2.0
"""Words of a language that are evidence enough."""
_LEAD = 1.0
"""By so many more than those of any other."""
_ALONE, _ALONE_WORDS = 1.5, 3
"""Enough, too, when nothing speaks for the language spoken so far, in so many words."""
_EVERYDAY = 0.75
_HEARD_WORDS = 3
"""A recogniser's own guess counts for turns of at least so many words."""
_LONGEST_WISH = 12
_OF_NAMES = frozenset({"von", "van", "der", "den", "zu", "de", "del", "la", "los", "du", "le", "y"})
"""Words that are parts of names as well; where a name was asked for, they say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The language of a turn's answer."""

    code: str
    because: str = ""
    """Why it changed; empty: it did not."""
    wished: str = ""
    """The language that was asked for by name, whether or not it is spoken here."""


def follow(
    current: str,
    text: str,
    spoken: tuple[str, ...],
    *,
    heard: str = "",
    chosen: str = "",
    name_asked: bool = False,
) -> Followed:
    """Return the language to answer in.

    `current`: of the visit so far; `spoken`: those of the site, its own first; `heard`: what the
    recogniser took it for, or empty; `chosen`: by a button, or empty; `name_asked`: the line may
    be a name and nothing else.
    """
    current = current if current in spoken else spoken[0]
    if chosen in spoken and chosen != current:
        return Followed(code=chosen, because=f"{chosen} was chosen", wished=chosen)
    if (wish := wished(text, spoken)) in spoken:
        return Followed(code=wish, because=f"{wish} was asked for", wished=wish)
    if len(spoken) == 1 or _spells(text):
        return Followed(code=current)
    if name_asked:
        text = " ".join(word for word in text.split() if plain(word) not in _OF_NAMES)
    scores = {code: evidence_for(code, text, spoken) for code in spoken}
    if spoken_elsewhere(text, max(scores.values())):
        return Followed(code=current)
    best = max(scores, key=lambda code: (scores[code], code == current))
    rival = max((score for code, score in scores.items() if code != best), default=0.0)
    count = len(words_of(plain(text)))
    alone = scores[current] == 0.0 and scores[best] >= _ALONE and count >= _ALONE_WORDS
    if best != current and (scores[best] >= _SURE or alone) and scores[best] - rival >= _LEAD:
        return Followed(code=best, because=f"the words are {tongue(best).name}")
    fits = heard in spoken and heard != current and count >= _HEARD_WORDS
    if fits and scores[heard] > scores[current]:
        return Followed(code=heard, because=f"it was heard as {tongue(heard).name}")
    return Followed(code=current)


def _spells(text: str) -> bool:
    """Whether most of a line is single letters: a name, whatever language they look like."""
    words = plain(text).split()
    return sum(len(word) == 1 and word.isascii() for word in words) > max(2, 0.5 * len(words))


def evidence(text: str, words: Tongue, others: frozenset[str]) -> float:
    """How many words of `text` speak for a language; those that others have too do not count."""
    line = plain(text)
    if words.code == "zh":
        return 2.0 * sum("\u3400" <= char <= "\u9fff" for char in line)
    own = [w for w in line.split() if w not in others]
    found = sum(1.0 if w in words.own_words else _EVERYDAY * (w in words.everyday) for w in own)
    padded = f" {line} "
    found += 2 * any(f" {one} " in padded for one in words.sure_words)
    return found + 0.5 * sum(char in words.said.get("letters", "") for char in text.lower())


def evidence_for(code: str, text: str, spoken: tuple[str, ...]) -> float:
    """`evidence` for one language among those that are spoken."""
    return evidence(text, tongue(code), _others(code, spoken))


def wished(text: str, spoken: Iterable[str]) -> str:
    """The language that a line asks for by name, as its code, or `other`; empty: none."""
    line = plain(text)
    if not line or len(line.split()) > _LONGEST_WISH:
        return ""
    for code in dict.fromkeys((*spoken, *LANGUAGES)):
        words = tongue(code)
        if words.cue("speak").search(line):
            for wish, pattern in words.languages.items():
                if pattern.search(line):
                    return wish
    return ""


@lru_cache(maxsize=64)
def _others(code: str, spoken: tuple[str, ...]) -> frozenset[str]:
    others = [tongue(other) for other in spoken if other != code]
    return frozenset().union(*(one.own_words | one.everyday for one in others))
