"""How a visitor puts a line: choices in brackets, politeness, contractions, hesitation, restarts.

`[can|could] you show me [the way|] to the lift` is four lines. What is added keeps the meaning.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from tests.made_yaml import read_yaml

SCENARIOS = Path(__file__).parent / "scenarios"
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_BEFORE_ANY = ("", "", "", "um", "uh", "well", "okay", "so")
_BEFORE_FIRST = ("", "", "hello", "hi", "good morning", "excuse me", "hi there", "uh hello", "um")
_AFTER = ("", "", "", "please", "thank you", "thanks")
_SHORT = {
    "i am": "i'm", "where is": "where's", "what is": "what's", "i have": "i've got",
    "i would like": "i'd like", "do not": "don't", "can not": "can't", "cannot": "can't",
    "it is": "it's", "who is": "who's", "i will": "i'll", "that is": "that's",
}  # fmt: skip
_LONG = {short: long for long, short in _SHORT.items() if short not in {"i've got", "can't"}}
_ASKS = re.compile(r"^(?:where|what|when|how|who|can|could|is|are|do|i |i'm|please|may)\b")


def chosen(line: str, chance: random.Random) -> str:
    """`line` with one of each choice in brackets."""
    while match := _CHOICE.search(line):
        line = line[: match.start()] + chance.choice(match[1].split("|")) + line[match.end() :]
    return " ".join(line.split())


def plain_words(line: str) -> str:
    """Lower case, as a recogniser writes."""
    return " ".join(re.sub(r"[^\w' ]", " ", line.lower()).split())


def put(line: str, chance: random.Random, *, first: bool) -> str:
    """One way of saying `line`; its choices are made already."""
    words = plain_words(line)
    for table in (_SHORT, _LONG):
        for one, other in table.items():
            if chance.random() < 0.3:
                behind = r"(?<!do )(?<!did )(?<!can )(?<!could )(?<!may )(?<!should )(?<!that )"
                words = re.sub(rf"{behind}\b{one}\b(?! (?:to|not|a robot))", other, words, count=1)
    long = len(words.split()) > 2
    if long and _ASKS.match(words) and chance.random() < 0.08:
        begun = words.split()[: chance.choice((1, 2))]
        words = " ".join((*begun, chance.choice(("uh", "um", "er")), words))
    elif long and chance.random() < 0.12:
        at = chance.randrange(1, len(words.split()))
        parts = words.split()
        words = " ".join((*parts[:at], chance.choice(("uh", "um")), *parts[at:]))
    before = chance.choice(_BEFORE_FIRST if first else _BEFORE_ANY)
    after = chance.choice(_AFTER) if long and _ASKS.match(words) else ""
    if before and words.startswith(before.split()[0]):
        before = ""
    if after and words.endswith(("please", "thanks", "thank you")):
        after = ""
    return " ".join(filter(None, (before, words, after)))


def scenarios(language: str = "en") -> list[dict]:
    """All scenarios in a language; `language:` says which, English where it is left out."""
    found = []
    for path in sorted(SCENARIOS.glob("*.yaml")):
        for one in read_yaml(path) or ():
            if one.get("language", "en") == language:
                found.append({"file": path.stem, **one})
    return found


def every_wording(chance: random.Random, *, each: int, language: str = "en") -> Iterator[str]:
    """Lines that visitors say in the scenarios, `each` of every wording with choices."""
    for scenario in scenarios(language):
        for turn in scenario["turns"]:
            for line in turn.get("says", ()):
                for _ in range(each if "[" in line else 1):
                    yield plain_words(chosen(line, chance))
