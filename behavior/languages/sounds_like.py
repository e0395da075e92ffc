"""How alike two names sound, when a recogniser or a tired ear may have bent them.

Letters alone fail on names ("oak for" for Okafor), sound alone confuses short ones, so both count.
Pure functions of text.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import Indel

_DIGRAPHS = (
    ("tsch", "x"), ("sch", "x"), ("tch", "x"), ("sh", "x"), ("ch", "x"), ("ph", "f"),
    ("ck", "k"), ("kn", "n"), ("wr", "r"), ("wh", "w"), ("gh", "g"), ("th", "t"), ("dt", "t"),
    ("qu", "kw"), ("dg", "j"), ("ks", "x"), ("cz", "x"), ("zh", "j"),
)  # fmt: skip
_LETTERS = str.maketrans({
    "c": "k", "q": "k", "z": "s", "v": "f", "x": "x", "b": "p", "d": "t", "g": "k", "j": "x",
    "y": "i", "w": "v", "h": "", "e": "a", "i": "a", "o": "a", "u": "a",
})  # fmt: skip
_FOLDED = {ord("ø"): "o", ord("ß"): "ss", ord("œ"): "oe", ord("\u2019"): "'"}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_TWICE = re.compile(r"(.)\1+")
_SOFT_C = re.compile(r"c(?=[eiy])")

LETTER_NAMES = {
    "ay": "a", "bee": "b", "be": "b", "see": "c", "sea": "c", "cee": "c", "dee": "d", "ee": "e",
    "eff": "f", "gee": "g", "aitch": "h", "eye": "i", "jay": "j", "kay": "k", "el": "l",
    "ell": "l", "em": "m", "en": "n", "oh": "o", "pee": "p", "cue": "q", "queue": "q", "are": "r",
    "ar": "r", "ess": "s", "tee": "t", "tea": "t", "you": "u", "vee": "v", "ex": "x", "why": "y",
    "zed": "z", "zee": "z",
}  # fmt: skip
"""How recognisers write single letters. Only read while a name is being spelled."""

_FILLERS = re.compile(r"\b(?:u+m+|u+h+|e+r+m*|h+m+)\b,?", re.IGNORECASE)
_WIFI = re.compile(r"\bwi[- ]?fi\b|\bwhy fi\b", re.IGNORECASE)
_AROUND_LETTERS = {"it's", "its", "is", "that's", "that", "spelled", "spelt", "and", "yes",
                   "my", "name", "capital", "with", "then"}  # fmt: skip
_MANY = {"double": 2, "triple": 3}
_NAMED = {w[0]: frozenset(w.split()) for w in (
    "alpha alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india",
    "juliet juliett", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo",
    "sierra", "tango", "uniform", "victor", "whiskey whisky", "xray", "yankee", "zulu",
)}  # fmt: skip
_BY_WORD = {word: letter for letter, words in _NAMED.items() for word in words}
_AS_IN = re.compile(r"\b(\w+) (?:for|as in|like in|like) (\w)\w*")
_MORE_BEFORE = 9


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Lower case, no accents, no punctuation but the apostrophe, single spaces.

    Latin letters and Chinese characters are kept; signs between them become spaces.
    """
    folded = unicodedata.normalize("NFKD", text.lower().translate(_FOLDED))
    kept = "".join(
        c if c.isalnum() or c in " '" else " "
        for c in folded
        if ord(c) < 0x300 or "\u3000" <= c <= "\u9fff"
    )
    return " ".join(kept.split())


def words_of(text: str) -> list[str]:
    """Parts of plain text that can be a word or a piece of a name: each Chinese character is."""
    return _CHINESE.sub(r" \g<0> ", text).split()


@lru_cache(maxsize=8192)
def sound_key(text: str) -> str:
    """A coarse key of how `text` sounds: paired consonants merged, all vowels one letter."""
    letters = plain(text).replace(" ", "").replace("'", "")
    letters = _SOFT_C.sub("s", letters)
    for written, spoken in _DIGRAPHS:
        letters = letters.replace(written, spoken)
    return _TWICE.sub(r"\1", letters.translate(_LETTERS))


@lru_cache(maxsize=65536)
def likeness(heard: str, name: str) -> float:
    """How likely `heard` was meant as `name`, 0..1; 1.0 for the same letters."""
    a, b = plain(heard).replace(" ", ""), plain(name).replace(" ", "")
    if a == b:
        return 1.0
    letters = Indel.normalized_similarity(a, b)
    sound = Indel.normalized_similarity(sound_key(a), sound_key(b))
    return float(max(0.98 * letters, 0.45 * letters + 0.53 * sound))


@lru_cache(maxsize=1024)
def without_fillers(line: str, fillers: re.Pattern[str] = _FILLERS) -> str:
    """Leave out what people say while they think, if anything else remains."""
    kept = fillers.sub(" ", line)
    return _WIFI.sub("wifi", kept if re.search(r"\w", kept) else line)


def spelled(text: str) -> str | None:
    """Join a name that was spelled, at the end of a line: `s m i t h`, `bee e double l`,
    `o for oscar k as in kilo`, `kilo oscar echo`, `it's Smythe, that is s m y t h e`. None if not.
    """
    line = _AS_IN.sub(r"\2", plain(text))
    words = [w for w in line.split() if w not in _AROUND_LETTERS]
    run: list[str] = []
    clear = 0
    for word in reversed(words):
        if word in _MANY and run:
            run[-1] *= _MANY[word]
            continue
        letter = word if len(word) == 1 else _BY_WORD.get(word) or LETTER_NAMES.get(word, "")
        if not letter:
            break
        clear += len(word) == 1 or word in _BY_WORD
        run.append(letter)
    before = sum(word not in _MANY for word in words) - len(run)
    letters = "".join(reversed(run))
    surely = clear == len(run) if before else clear >= len(run) / 2
    if len(letters) < 3 or not surely or before > _MORE_BEFORE:
        return None
    return letters
