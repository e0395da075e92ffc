"""How an unknown word may be said, in ARPAbet: for surnames that no dictionary has.

Letter-to-sound by the longest matching spelling, left to right, in two readings: as an English
reader says it, and with the plain vowels of most other languages. Rough on purpose: a recogniser
needs something near what is said, and takes several readings of one word. Pure.
"""

from itertools import product

_CONSONANTS = {
    "tsch": "CH", "sch": "SH", "tch": "CH", "chr": "K R", "ck": "K", "ch": "CH", "sh": "SH",
    "th": "TH", "ph": "F", "kh": "K", "gh": "G", "wh": "W", "qu": "K W", "ng": "NG", "nk": "NG K",
    "dge": "JH", "dj": "JH", "zh": "ZH", "ts": "T S", "tz": "T S", "cz": "CH", "sz": "SH",
    "rz": "ZH", "sc": "S K", "x": "K S", "b": "B", "c": "K", "d": "D", "f": "F", "g": "G",
    "h": "HH", "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "p": "P", "q": "K", "r": "R",
    "s": "S", "t": "T", "v": "V", "w": "W", "y": "Y", "z": "Z",
}  # fmt: skip
_ENGLISH = {
    "eau": "OW", "igh": "AY", "eigh": "EY", "augh": "AO", "ough": "AO", "ee": "IY", "ea": "IY",
    "oo": "UW", "ou": "AW", "ow": "OW", "oa": "OW", "oi": "OY", "oy": "OY", "ai": "EY",
    "ay": "EY", "au": "AO", "aw": "AO", "ei": "AY", "ey": "IY", "ie": "IY", "ue": "UW",
    "ui": "UW", "eu": "Y UW", "ew": "UW", "ar": "AA R", "er": "ER", "ir": "ER", "ur": "ER",
    "or": "AO R", "yr": "ER", "a": "AE", "e": "EH", "i": "IH", "o": "AA", "u": "AH", "y": "IY",
}  # fmt: skip
_PLAIN = {
    "ee": "EY", "aa": "AA", "oo": "OW", "ei": "EY", "ai": "AY", "ay": "AY", "au": "AW",
    "ou": "UW", "eu": "OY", "ie": "IY", "ue": "UW", "oe": "ER", "ae": "EH", "er": "ER",
    "a": "AA", "e": "EH", "i": "IY", "o": "OW", "u": "UW", "y": "IY",
}  # fmt: skip
_SOFT = {"ce": "S", "ci": "S", "cy": "S", "ge": "JH", "gi": "JH", "gy": "JH"}
_VOWELS = "aeiouy"


def pronunciations(word: str) -> tuple[str, ...]:
    """One to four readings of `word`, ARPAbet without stress, likeliest first, no two alike."""
    letters = "".join(c for c in word.lower() if c.isascii() and c.isalpha())
    if not letters:
        return ()
    readings = [_read(letters, _ENGLISH, soft=True), _read(letters, _PLAIN, soft=False)]
    readings += [_reduced(reading) for reading in readings]
    return tuple(dict.fromkeys(" ".join(reading) for reading in readings if reading))


def _read(letters: str, vowels: dict[str, str], *, soft: bool) -> list[str]:
    phones: list[str] = []
    at = 0
    while at < len(letters):
        size, sound = _next(letters, at, vowels, soft=soft)
        phones += sound.split()
        at += size
    return [p for i, p in enumerate(phones) if i == 0 or p != phones[i - 1]]


def _next(letters: str, at: int, vowels: dict[str, str], *, soft: bool) -> tuple[int, str]:
    """How many letters from `at` make the next sound, and the sound."""
    here, rest = letters[at], letters[at:]
    last = at + 1 == len(letters)
    if here == "e" and last and at > 1 and vowels is _ENGLISH:
        return 1, ""  # silent: Blake
    if here == "a" and last:
        return 1, "AH"
    if here == "o" and last:
        return 1, "OW"
    if here in "iu" and last:
        return 1, "IY" if here == "i" else "UW"
    if here == "y" and at == 0 and len(letters) > 1 and letters[1] in _VOWELS:
        return 1, "Y"
    if vowels is _ENGLISH and _long(letters, at):
        return 1, {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW", "y": "AY"}[here]
    if soft and rest[:2] in _SOFT:
        return 1, _SOFT[rest[:2]]
    if rest[:2] == "ng" and not last and at + 2 < len(letters):
        return 2, "NG G"
    if not soft and here == "j":
        return 1, "Y"
    if not soft and here == "w":
        return 1, "V"
    for size, table in product((4, 3, 2, 1), (_CONSONANTS, vowels)):
        if len(rest) >= size and rest[:size] in table:
            return size, table[rest[:size]]
    return 1, ""


def _long(letters: str, at: int) -> bool:
    """A vowel made long by a silent e: the a of Blake."""
    tail = letters[at:]
    return (
        len(tail) == 3
        and tail[0] in _VOWELS
        and tail[1] not in _VOWELS + "wx"
        and tail[2] == "e"
        and at > 0
        and letters[at - 1] not in _VOWELS
    )


def _reduced(phones: list[str]) -> list[str]:
    """As said quickly: vowels after the first stand short, an unstressed one is a schwa."""
    vowels = [i for i, p in enumerate(phones) if p in ("AE", "AA", "EH", "AH", "OW", "IH")]
    return [
        "AH" if i in vowels[1:] and i != len(phones) - 1 and p in ("AE", "AA", "EH", "OW") else p
        for i, p in enumerate(phones)
    ]
