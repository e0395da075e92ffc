"""The words that questions about the past are made of, and lines put into plain form by them. Pure.

All of it stands in `time_words.yaml`.
"""

import re
from dataclasses import dataclass
from importlib import resources

import yaml

from behavior.languages.sounds_like import plain, without_fillers
from behavior.past.questions import Happening, Relation

_DATA = yaml.safe_load(
    resources.files("behavior.past").joinpath("time_words.yaml").read_text("utf-8")
)
_HEARD_AS: dict[str, str] = _DATA["heard_as"]
_REWRITTEN = [(re.compile(pattern), instead) for pattern, instead in _DATA["rewritten"]]
_OPENERS = re.compile(rf"^(?:(?:{_DATA['openers']})\s+)+")
_FRAMES: list[str] = _DATA["frames"]
_ASKED_NEXT = (
    r"(?= (?:what|which|who|when|where|how\w*|whether|if|why|my|your|the (?:very )?(?:first|second"
    r"|third|fourth|last|previous|thing|things|question|answer|latest|order)"
    r"|(?:everything|all)(?: that)? (?:i|you|we)|did)\b)"
)
_FRAME = re.compile(rf"^(?:{'|'.join(_FRAMES)}){_ASKED_NEXT}")
_FRAME_WITHIN = re.compile(rf"(?<=\w) (?:{_FRAMES[0]}){_ASKED_NEXT}")
_TAG = re.compile(
    r" (?:(?:do|can|could|would) you (?:still )?(?:know|remember|recall|tell me|say|remind me)"
    r"|if you remember|(?<!you )(?<!to )(?:please )?(?:tell|remind) me)$"
)
_CLEFT = re.compile(r" (?:and )?(what|which|who|when) (?:was|is|were) (?:it|that|this|they)$")
_CLEFT_FIRST = re.compile(
    r"^(what|which|who|when) (?:was|is|were) (?:it|that|the thing|the things)(?: that)? "
    r"(?=(?:i|you|we)\b)"
)
_THE_THING = re.compile(
    r"\b(?:what|which)? ?(?:was|were|is)? ?(?:the|that|this) "
    r"(?P<which>(?:(?!two|three|four|five)\w+ )?)things? (?:that |which )?(?=(?:i|you|we)\b)"
)
_OF_ME = re.compile(
    r"\bwhat (?:do|did) you (?:still )?(?:know|remember|recall|have) (?:of|about|on) (?=my\b|me\b)"
)
_COMPLEMENT = re.compile(r"^(?:(?:to )?(?:you|me) )?(?:that )?((?:i|we) (?:\w+ )*\w+)$")
ASKED = "qq"
"""Stands where words that only introduce a question stood."""

WH = frozenset(str(_DATA["wh"]).split())
AUX = frozenset(str(_DATA["aux"]).split())
FUTURE = frozenset(str(_DATA["future"]).split())
OTHERS = frozenset(str(_DATA["certainly_other"]).split())
SUBJECTS: dict[str, frozenset[str]] = {
    who: frozenset(words.split()) for who, words in _DATA["subjects"].items()
}
VERBS: dict[str, Happening] = {
    word: Happening(kind) for kind, words in _DATA["verbs"].items() for word in words.split()
}
BEYOND = re.compile(_DATA["beyond"])
RELATIONS = {
    Relation(name): tuple(re.compile(one) for one in patterns)
    for name, patterns in _DATA["relations"].items()
}
_STOP = frozenset(str(_DATA["stop_words"]).split())
_IRREGULAR = frozenset(str(_DATA["past"]).split())
_NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0,
    "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "fifteen": 15.0,
    "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0,
    "half": 0.5, "half a": 0.5, "half an": 0.5,
    "a couple of": 2.0, "couple of": 2.0, "a couple": 2.0,
    "a few": 3.0, "few": 3.0, "some": 3.0, "several": 4.0, "one and a half": 1.5, "the": 1.0,
    "": 1.0,
}  # fmt: skip
_UNITS_S: dict[str, float] = _DATA["units"]
_NUMBER = "|".join(sorted((n for n in _NUMBERS if n), key=len, reverse=True))
_UNIT = "|".join(sorted(_UNITS_S, key=len, reverse=True))
_AMOUNT = rf"(?:(?P<number>\d+|{_NUMBER}) )?(?P<unit>{_UNIT})s?"
_AMOUNT_2 = _AMOUNT.replace("<number>", "<number_2>").replace("<unit>", "<unit_2>")
AGO = re.compile(rf"\b(?:about |around |some )?{_AMOUNT} (?:ago|back|earlier|before now)\b")
WITHIN = re.compile(
    rf"\b(?:in|on|during|within|over|for|inside)? ?(?:the|these|this) (?:last|past|previous)"
    rf" {_AMOUNT}\b(?! (?:before|after))|\bsince {_AMOUNT_2}$|\bwithin (?P<bare>a|one) minute\b"
)
RECENTLY = re.compile(r"\b(?:recently|lately)\b")


@dataclass(frozen=True, slots=True)
class Meant:
    """A line in plain form."""

    text: str
    framed: bool
    """It was introduced as a question: `can you tell me ...`, `I forgot ...`."""


def as_meant(line: str) -> Meant:
    """Put a line into plain form: small words put right, phrases as single words, frames gone."""
    words = plain(without_fillers(line)).split()
    text = " ".join(_HEARD_AS.get(word, word) for word in words)
    for pattern, instead in _REWRITTEN:
        text = _single(pattern.sub(instead, text))
    framed = False
    for _ in range(4):
        text = _OPENERS.sub("", text)
        shorter = _single(_FRAME.sub(f" {ASKED}", text))
        if shorter == text:
            break
        text, framed = shorter.removeprefix(f"{ASKED} "), True
    text = _OF_ME.sub("what did i say about ", text)
    if _FRAME_WITHIN.search(text) and not text.startswith(("what", "who", "which", "did", "how")):
        text, framed = _single(_FRAME_WITHIN.sub(f" {ASKED}", text)), True
    if cut := _TAG.search(text):
        text, framed = text[: cut.start()], True
    if tag := _CLEFT.search(text):
        text, framed = f"{tag[1]} {text[: tag.start()]}", True
    text = _CLEFT_FIRST.sub(r"\1 ", text)
    text = _THE_THING.sub(r"what \g<which>", text)
    return Meant(_single(text), framed)


def topic_of(words: str) -> str:
    """What is left of some words when all that belongs to the question itself is taken out."""
    return " ".join(
        word
        for word in words.split()
        if word.strip("'") and word not in _STOP and word not in VERBS
        and not any(word in some for some in SUBJECTS.values())
    )  # fmt: skip


def complement_of(words: str) -> str:
    """The clause after `say that`, where it holds no word of its own: `that I have come`."""
    match = _COMPLEMENT.search(words)
    return match[1] if match else ""


def is_past(verb: str) -> bool:
    """Whether a verb stands in the past."""
    return verb in _IRREGULAR or verb.endswith("ed")


def seconds_of(match: re.Match[str]) -> float:
    """How long an amount of time is."""
    found = match.groupdict()
    if found.get("bare"):
        return 60.0
    number = found.get("number") or found.get("number_2") or ""
    unit = found.get("unit") or found.get("unit_2") or "minute"
    return (float(number) if number.isdigit() else _NUMBERS[number]) * _UNITS_S[unit]


def _single(text: str) -> str:
    return " ".join(text.split())
