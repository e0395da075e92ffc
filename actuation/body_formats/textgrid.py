"""Reads Praat's TextGrid, long and short, in UTF-8 or UTF-16: which words are said when."""

import re
from pathlib import Path
from typing import Final

from actuation.body_formats.clip import TimedWord
from agent.core.errors import BadInputError

SILENT: Final = frozenset({"", "sil", "sp", "spn", "<sil>", "<eps>", "<p:>", "#", "<unk>"})
_TOKENS: Final = re.compile(r'"(?:[^"]|"")*"|<exists>|<absent>|[-+]?\d[\d.eE+-]*')


def read_textgrid(path: Path) -> dict[str, tuple[TimedWord, ...]]:
    """Intervals of each interval tier by its name, silent ones included; points are left out.

    Raises `BadInputError` with file, line and cure.
    """
    text = _text_of(path)
    tokens = [(m.group(), m.start()) for m in _TOKENS.finditer(_bare(text))]
    return _Tiers(path, text, tokens).read()


def read_words(path: Path) -> tuple[TimedWord, ...]:
    """The words of a TextGrid: its tier `words` or the first, without silences."""
    tiers = read_textgrid(path)
    named = [name for name in tiers if "word" in name.lower()]
    tier = tiers[named[0]] if named else next(iter(tiers.values()), ())
    return tuple(word for word in tier if word.text.lower() not in SILENT)


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise BadInputError(f"{path}: cannot be read ({fault.strerror}); check the path") from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif data[1:2] == b"\x00":
        encoding = "utf-16-le"
    elif data[:1] == b"\x00":
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "TextGrid" not in text[:300]:
        raise BadInputError(f'{path}: no TextGrid; it begins with File type = "ooTextFile"')
    return text


def _bare(text: str) -> str:
    """Without the names of the long form (`xmin = `, `intervals [3]:`), lengths kept."""

    def blank(found: re.Match[str]) -> str:
        return found.group() if found.group().startswith('"') else " " * len(found.group())

    return re.sub(r'"(?:[^"]|"")*"|\[\d*\]:?|[A-Za-z]\w*[?:]?(?!["\w>])', blank, text)


class _Tiers:
    """Reads the values, which are the same in both forms."""

    def __init__(self, path: Path, text: str, tokens: list[tuple[str, int]]) -> None:
        self._path, self._text, self._tokens = path, text, tokens
        self._at = 0

    def read(self) -> dict[str, tuple[TimedWord, ...]]:
        self._string("the file type")
        self._string('"TextGrid"')
        self._number("the begin")
        self._number("the end")
        if self._next("<exists>") != "<exists>":
            return {}
        tiers: dict[str, tuple[TimedWord, ...]] = {}
        for _ in range(self._count("the number of tiers")):
            kind = self._string("the class of a tier")
            name = self._string("the name of a tier")
            self._number("the tier's begin")
            self._number("the tier's end")
            count = self._count("the number of intervals")
            if kind == "IntervalTier":
                tiers[name] = tuple(self._interval() for _ in range(count))
            else:
                for _ in range(count):
                    self._number("a time")
                    self._string("a mark")
        return tiers

    def _interval(self) -> TimedWord:
        begin, end = self._number("a begin"), self._number("an end")
        if end < begin:
            raise self._fault(f"an interval ends at {end:g} s, before it begins at {begin:g} s")
        return TimedWord(text=self._string("a text").strip(), begin_s=begin, end_s=end)

    def _number(self, what: str) -> float:
        token = self._next(what)
        try:
            return float(token)
        except ValueError:
            raise self._fault(f"{token[:40]} where {what} belongs (a number)") from None

    def _count(self, what: str) -> int:
        number = self._number(what)
        if not 0 <= number <= len(self._tokens):
            raise self._fault(f"{what} is {number:g}, more than the file has; export it again")
        return int(number)

    def _string(self, what: str) -> str:
        token = self._next(what)
        if not token.startswith('"'):
            raise self._fault(f"{token[:40]} where {what} belongs (in quotation marks)")
        return token[1:-1].replace('""', '"')

    def _next(self, what: str) -> str:
        if self._at >= len(self._tokens):
            raise self._fault(f"ends where {what} belongs; the file is cut off: export it again")
        token = self._tokens[self._at][0]
        self._at += 1
        return token

    def _fault(self, what: str) -> BadInputError:
        place = self._tokens[min(self._at, len(self._tokens)) - 1][1] if self._tokens else 0
        line = self._text.count("\n", 0, place) + 1
        return BadInputError(f"{self._path}:{line}: {what}")
