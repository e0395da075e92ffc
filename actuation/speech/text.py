"""Turns written words into words a voice can say, and remembers which came from which.

Times, room codes, sums and addresses are read as people say them. What no English voice can say
(emoji, other scripts, mark-up signs) is left out, so no engine ever sees a command in the text.
"""

import re
import unicodedata
from dataclasses import dataclass

from actuation.speech.languages import SPOKEN, joined, tokens_of, written_words

LONGEST_CLAUSE = 600
"""Characters. A clause is one breath; longer ones are a mistake of the writer."""

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_ROOM_WORDS = frozenset(
    ("room", "rooms", "suite", "office", "desk", "floor", "building", "gate", "extension")
)
_SIGNS = {"&": "and", "+": "plus", "%": "percent", "=": "equals", "@": "at", "#": "number"}
_MONEY = {"$": "dollars", "€": "euros", "£": "pounds"}
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "œ": "oe", "đ": "d",
     "ð": "d", "þ": "th", "’": "'", "‘": "'", "“": "", "”": "", "–": "-", "—": ",", "…": "."}
)  # fmt: skip

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\.?)?", re.IGNORECASE)
_ROOM = re.compile(r"(\d{1,2})[.\-](\d{2,3})")
_CODE = re.compile(r"([A-Za-z]{1,2})-?(\d{1,4})")
_ORDINAL = re.compile(r"(\d{1,4})(?:st|nd|rd|th)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_PHONE = re.compile(r"\+?\d[\d\-]{6,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """What an engine is given: plain tokens, each with the written word it stands for."""

    words: tuple[str, ...]
    """The text as written, split at white space."""
    tokens: tuple[str, ...]
    """ASCII words with at most closing punctuation."""
    source: tuple[int, ...]
    """Index into `words` of each token."""
    language: str = "en"

    @property
    def text(self) -> str:
        """The tokens, one space between them; none between Chinese characters."""
        return joined(self.tokens) if self.language == "zh" else " ".join(self.tokens)


def readable(text: str, language: str = "en") -> Readable:
    """Make `text` sayable. Longer than `LONGEST_CLAUSE` is cut at a word. May come out empty.

    What is written in a language that no voice speaks is read as English.
    """
    if len(text) > LONGEST_CLAUSE:
        text = text[:LONGEST_CLAUSE].rsplit(" ", 1)[0]
    if language != "en" and language in SPOKEN:
        return _readable_in(language, text)
    words = tuple(text.split())
    tokens: list[str] = []
    source: list[int] = []
    for i, word in enumerate(words):
        before = re.sub(r"\W", "", words[i - 1]).lower() if i else ""
        for token in _say(_plain(word), before):
            tokens.append(token)
            source.append(i)
    return Readable(words=words, tokens=tuple(tokens), source=tuple(source))


def _readable_in(language: str, text: str) -> Readable:
    words = written_words(text)
    tokens: list[str] = []
    source: list[int] = []
    for i, word in enumerate(words):
        said = tokens_of(word, language)
        if not said and tokens and word[:1] in "?!.,;:" and tokens[-1][-1:].isalnum():
            tokens[-1] += word[0]  # French puts a space before it
        tokens += said
        source += [i] * len(said)
    return Readable(
        words=words,
        tokens=tuple(tokens),
        source=tuple(source),
        language=language,
    )


def _plain(word: str) -> str:
    """Latin letters without marks, digits and a few signs; everything else goes."""
    folded = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(c for c in folded if " " < c <= "~" or c in _MONEY)


def _say(word: str, before: str) -> list[str]:
    tail = ""
    if match := re.search(r"[.,;:!?)\]]+$", word):
        mark = match.group()
        word = word[: match.start()]
        tail = next((m for m in mark if m in "?!.,;:"), "")
    core = word.strip("\"'()[]{}<>*_~`^|\\/-,.;:!?")
    said = _read(core, before) if core else []
    said = [t for t in (re.sub(r"[^A-Za-z'\-.]", "", s).strip("-.'") for s in said) if t]
    if said:
        said[-1] += tail
    return said


def _read(core: str, before: str) -> list[str]:  # noqa: PLR0911 - one line a kind of word
    if core in _SIGNS:
        return [_SIGNS[core]]
    if core.replace("'", "").replace("-", "").isalpha():
        return [core]
    if match := _TIME.fullmatch(core):
        return _time(int(match[1]), int(match[2]), match[3])
    if _PHONE.fullmatch(core) and sum(c.isdigit() for c in core) >= 7:
        return [_ONES[int(c)] for c in core if c.isdigit()]
    if (match := _ROOM.fullmatch(core)) and (before in _ROOM_WORDS or len(match[2]) == 3):
        return [*cardinal(int(match[1])), *_code_digits(match[2])]
    if core.isdigit() and len(core) == 3 and before in _ROOM_WORDS:
        return _code_digits(core)
    if match := _CODE.fullmatch(core):
        return [*match[1].upper(), *_code_digits(match[2])]
    if match := _ORDINAL.fullmatch(core):
        return _ordinal(int(match[1]))
    if core[0] in _MONEY and (numbers := _read(core[1:], "")):
        return [*numbers, _MONEY[core[0]]]
    if re.fullmatch(r"\d+\.\d+", core):
        whole, _, part = core.partition(".")
        return [*cardinal(int(whole)), "point", *(_ONES[int(c)] for c in part)]
    if _NUMBER.fullmatch(core):
        return cardinal(int(core.replace(",", "")))
    return _pieces(core)


def _pieces(core: str) -> list[str]:
    """Read a mixed word such as an address piece by piece."""
    said: list[str] = []
    for piece in re.findall(r"[A-Za-z']+|\d+|[&+%=@#$€£./]", core):
        if piece.isdigit():
            said += cardinal(int(piece)) if len(piece) <= 4 else [_ONES[int(c)] for c in piece]
        elif piece == ".":
            said.append("dot")
        elif piece in _SIGNS or piece in _MONEY:
            said.append(_SIGNS.get(piece) or _MONEY[piece])
        elif piece != "/":
            said.append(piece)
    return said


def _time(hour: int, minute: int, half: str | None) -> list[str]:
    said = cardinal(hour)
    if minute == 0:
        said += ["o'clock"] if half is None else []
    elif minute < 10:
        said += ["oh", *cardinal(minute)]
    else:
        said += cardinal(minute)
    return said + ([f"{half.upper()}", "M"] if half else [])


def _code_digits(digits: str) -> list[str]:
    """Read the number of a room: 12 twelve, 204 two oh four, 315 three fifteen, 1200 twelve..."""
    if len(digits) <= 2 and not digits.startswith("0"):
        return cardinal(int(digits))
    if len(digits) == 3 and digits[1] not in "0" and digits[0] != "0":
        return [_ONES[int(digits[0])], *cardinal(int(digits[1:]))]
    if len(digits) == 4 and digits[0] != "0" and digits[2] != "0":
        return [*cardinal(int(digits[:2])), *cardinal(int(digits[2:]))]
    return ["oh" if c == "0" else _ONES[int(c)] for c in digits]


def _ordinal(number: int) -> list[str]:
    *rest, last = cardinal(number)
    if last.endswith("y"):
        return [*rest, last[:-1] + "ieth"]
    return [*rest, _ORDINALS.get(last, last + "th")]


def cardinal(number: int) -> list[str]:
    """English words of a whole number, 0 or more; digit by digit beyond a billion."""
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        return [_TENS[number // 10], *(cardinal(number % 10) if number % 10 else [])]
    for size, name in ((100, "hundred"), (1_000, "thousand"), (1_000_000, "million")):
        if number < size * (10 if size == 100 else 1_000):
            rest = number % size
            return [*cardinal(number // size), name, *(cardinal(rest) if rest else [])]
    return [_ONES[int(c)] for c in str(number)]
