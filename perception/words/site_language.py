"""What is likely to be said here: a site's own names, rooms and phrases among general ones.

Pure. `SiteLanguage` is plain data from the site's YAML; `sentences` expands the general phrases
of `visitor_phrases.yaml` with it, as food for a language model.
"""

import random
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PHRASES = Path(__file__).with_name("visitor_phrases.yaml")
ANYONE = ("john smith", "mary jones", "robert brown", "susan clark")
"""Stand in for a directory where a site names nobody."""

_SMALL_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_ROUND_NUMBERS = "- - twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _SMALL_NUMBERS.split(), _ROUND_NUMBERS.split()
_SAID = {"mr": "mister", "mrs": "missus", "dr": "doctor", "ms": "miss", "ok": "okay"}
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLanguage:
    """Words a recogniser should expect at one site. Written as people write them."""

    names: tuple[str, ...] = ()
    """People one may ask for: `Anna Keller`."""
    rooms: tuple[str, ...] = ()
    """Rooms and places: `Room Aurora`, `2.14`."""
    phrases: tuple[str, ...] = ()
    """Whole sentences worth expecting, such as the questions of the knowledge files."""
    company: tuple[str, ...] = ()
    """What the house is called."""
    languages: tuple[str, ...] = ("en",)
    """In which visitors are served, such as `de`; the site's own first."""


def spoken(text: str) -> str:
    """`text` as the words one says: lower case, plain letters, numbers as words."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    plain = "".join(c for c in folded if not unicodedata.combining(c)).replace("’", "'")
    plain = re.sub(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)", " ", plain).replace("&", " and ")
    plain = plain.replace("wi-fi", "wifi")
    words = re.findall(r"\d+|[a-z]+(?:'[a-z]+)*", plain)
    return " ".join(_number(word) if word.isdigit() else _SAID.get(word, word) for word in words)


def _number(digits: str) -> str:
    """`214` as one says the number of a room: two fourteen."""
    value = int(digits)
    if digits.startswith("0") or value > 9999:
        return " ".join(_ONES[int(d)] for d in digits)
    if value < 20:
        return _ONES[value]
    if value < 100:
        return f"{_TENS[value // 10]} {_ONES[value % 10]}".removesuffix(" zero")
    head, tail = divmod(value, 100)
    if tail == 0:
        return f"{_number(str(head))} hundred" if head % 10 else f"{_ONES[head // 10]} thousand"
    return f"{_number(str(head))} {'oh ' if tail < 10 else ''}{_number(str(tail))}"


def sentences(site: SiteLanguage, *, forms: int = 150, seed: int = 1) -> list[tuple[str, float]]:
    """Sentences with weights: `forms` of every general phrase, and the site's own phrases.

    Every phrase has the same weight in all. Every name and room of the site occurs.
    """
    slots, phrases = _general()
    filler = _Filler({**slots, **_site_slots(site)}, random.Random(seed))
    said: list[tuple[str, float]] = []
    for phrase in phrases:
        said += ((filler.fill(phrase), 1.0) for _ in range(forms))
    own = [spoken(text) for text in (*site.names, *site.rooms, *site.phrases, *site.company)]
    said += ((text, float(forms) / 2) for text in own if text)
    return [(text, weight) for text, weight in said if text]


def expected_names(site: SiteLanguage) -> list[str]:
    """People by all ways to call them, rooms and the house, as they are spoken."""
    people = [spoken(name) for name in site.names]
    parts = [part for name in people for part in (name.split()[:1] + name.split()[-1:])]
    places = [spoken(text) for text in (*site.rooms, *site.company)]
    return [name for name in dict.fromkeys((*people, *parts, *places)) if name]


def site_words(site: SiteLanguage) -> set[str]:
    """Every word of the site's own names, rooms and phrases."""
    texts = (*site.names, *site.rooms, *site.phrases, *site.company)
    return {word for text in texts for word in spoken(text).split()}


def _site_slots(site: SiteLanguage) -> dict[str, list[str]]:
    people = [p for p in map(spoken, site.names) if p] or list(ANYONE)
    return {
        "person": people,
        "first": sorted({p.split()[0] for p in people}),
        "last": sorted({p.split()[-1] for p in people}),
        "room": [r for r in map(spoken, site.rooms) if r] or ["meeting room"],
        "company": [c for c in map(spoken, site.company) if c] or ["the company"],
    }


@cache
def _general() -> tuple[Mapping[str, list[str]], list[str]]:
    data = yaml.safe_load(PHRASES.read_text(encoding="utf-8"))
    return data["slots"], data["phrases"]


class _Filler:
    """Fills choices and slots. Goes through the options in turn, so that each occurs."""

    def __init__(self, slots: Mapping[str, list[str]], chance: random.Random) -> None:
        self._slots = slots
        self._chance = chance
        self._turns: dict[str, Iterator[str]] = {}

    def fill(self, phrase: str) -> str:
        """One form of `phrase`."""
        text = re.sub(
            r"\[([^\]]*)\]", lambda m: self._next(m.group(0), m.group(1).split("|")), phrase
        )
        while "{" in text:
            text = re.sub(r"\{(\w+)\}", lambda m: self._next(m.group(1), None), text)
        return " ".join(text.split())

    def _next(self, key: str, options: list[str] | None) -> str:
        if key not in self._turns:
            self._turns[key] = self._endless(options if options is not None else self._slots[key])
        return next(self._turns[key])

    def _endless(self, options: list[str]) -> Iterator[str]:
        while True:
            yield from self._chance.sample(options, len(options))
