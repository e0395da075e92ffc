"""Understands questions about the past: `what did I say about parking`, `who came before me`. Pure.

A few patterns give the kind of question, others where in time it is meant, and what is left of its
words is the topic. All of it is in `questions_about_time.yaml`.
"""

import re
from dataclasses import replace
from importlib import resources

import yaml

from behavior.event_memory import Kind, Relation, TimeQuestion
from behavior.sounds_like import plain, without_fillers

_DATA = yaml.safe_load(
    resources.files("behavior").joinpath("questions_about_time.yaml").read_text("utf-8")
)
WORDING: dict[str, list[str]] = _DATA["wording"]
"""How the answers are worded; joined to the wordings of the dialogue."""


def _any_of(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one) for one in patterns)


_KINDS = {Kind(name): _any_of(lines) for name, lines in _DATA["kinds"].items()}
_BARE = _any_of(_DATA["bare"])
_RELATIONS = {Relation(name): _any_of(lines) for name, lines in _DATA["relations"].items()}
_FOLLOW_UP = {Relation(name): _any_of(lines) for name, lines in _DATA["follow_up"].items()}
_MEANT: dict[str, str] = _DATA["heard_as"]
_REWRITTEN = [(re.compile(pattern), instead) for pattern, instead in _DATA["rewritten"]]
_RELEVANT = re.compile(_DATA["relevant"])
EXAMPLES: dict[str, list[str]] = _DATA["examples"]
"""Kind -> lines that stand for it, to be found by likeness in meaning."""
_STOP = frozenset(str(_DATA["stop_words"]).split())
_NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0,
    "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "fifteen": 15.0,
    "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "half a": 0.5, "half an": 0.5,
    "a couple of": 2.0,
    "couple of": 2.0, "a few": 3.0, "few": 3.0, "some": 3.0, "several": 4.0,
    "": 1.0, "the": 1.0,
}  # fmt: skip
_UNITS_S = {"second": 1.0, "moment": 15.0, "while": 120.0, "minute": 60.0, "hour": 3600.0}
_NUMBER = "|".join(sorted((n for n in _NUMBERS if n), key=len, reverse=True))
_AGO = re.compile(rf"\b(?:(\d+|{_NUMBER}) )?(second|moment|while|minute|hour)s? ago\b")
_WITHIN = re.compile(
    rf"\b(?:in|on|during|within|over) the (?:last|past)"
    rf" (?:(\d+|{_NUMBER}) )?(second|minute|hour)s?\b"
)
_PIVOT = re.compile(
    r"\b(before|after|when|since) (i|you) (?:had |have |just |first )?"
    r"(?:said|say|asked|ask|told|tell|mentioned|explained|talked|spoke|answered|wanted|named)\b(.*)"
)
_ORDINALS = {"second": 2, "third": 3, "fourth": 4}
_ORDINAL = re.compile(r"\b(second|third|fourth) (?:question|thing|answer|time|request|sentence)\b")
_ASKED = re.compile(r"\b(?:questions?|ask|asked|want to know|wanted to know)\b")
_WORDS = frozenset({Kind.I_SAID, Kind.YOU_SAID, Kind.WHEN_I_SAID, Kind.WHEN_YOU_SAID})


def by_example(kind: str, line: str) -> TimeQuestion | None:
    """The question of a line that is like an example of `kind`; None: it speaks of no past."""
    text = _as_meant(line)
    if not _RELEVANT.search(text) or any(pattern.search(text) for pattern in _BARE):
        return None
    question = _placed(TimeQuestion(kind=Kind(kind)), text)
    return _about(question, text, text) if question.kind in _WORDS else question


def time_question(line: str) -> TimeQuestion | None:
    """What `line` asks about the past; None: it does not."""
    text = _as_meant(line)
    if any(pattern.search(text) for pattern in _BARE):
        return None
    for kind, patterns in _KINDS.items():
        for pattern in patterns:
            if (match := pattern.search(text)) is not None:
                rest = match.groupdict().get("rest") or ""
                question = _placed(TimeQuestion(kind=kind), text)
                if kind in _WORDS or kind is Kind.HOW_OFTEN:
                    question = _about(question, rest or match[0], text)
                return question if _is_of_the_past(question, text) else None
    return None


def _as_meant(line: str) -> str:
    """Plain text, with what recognisers often write in place of small words put right."""
    words = plain(without_fillers(line)).split()
    text = " ".join(_MEANT.get(word, word) for word in words)
    for pattern, instead in _REWRITTEN:
        text = " ".join(pattern.sub(instead, text).split())
    return text


def follow_up(line: str, before: TimeQuestion | None) -> TimeQuestion | None:
    """What `and before that?` asks, after an answer to `before`."""
    text = plain(line)
    for relation, patterns in _FOLLOW_UP.items():
        if before is not None and any(pattern.search(text) for pattern in patterns):
            return replace(before, relation=relation, topic="", pivot="", number=0)
    return None


def _placed(question: TimeQuestion, text: str) -> TimeQuestion:
    """With where in time it is meant."""
    if match := _AGO.search(text):
        return replace(question, relation=Relation.AGO, seconds=_seconds(match))
    if match := _WITHIN.search(text):
        return replace(question, relation=Relation.WITHIN, seconds=_seconds(match))
    if (match := _PIVOT.search(text)) and (pivot := _content(match[3])):
        before = match[1] == "before"
        return replace(
            question,
            relation=Relation.BEFORE if before else Relation.AFTER,
            pivot=pivot,
            pivot_by_agent=match[2] == "you",
        )
    for relation, patterns in _RELATIONS.items():
        if any(pattern.search(text) for pattern in patterns):
            return replace(question, relation=relation)
    if match := _ORDINAL.search(text):
        return replace(question, number=_ORDINALS[match[1]])
    return question


def _about(question: TimeQuestion, rest: str, text: str) -> TimeQuestion:
    """With its topic: what is left of its words."""
    for pattern in (_AGO, _WITHIN, _PIVOT):
        rest = pattern.sub(" ", rest)
    for patterns in _RELATIONS.values():
        for pattern in patterns:
            rest = pattern.sub(" ", rest)
    return replace(question, topic=_content(rest), asks=_ASKED.search(text) is not None)


def _is_of_the_past(question: TimeQuestion, text: str) -> bool:
    """`Did you tell me` or `what did you say` alone ask for no more than the last words."""
    if question.kind is not Kind.YOU_SAID:
        return True
    return bool(
        question.topic
        or question.number
        or question.relation is not Relation.ANY
        or re.search(r"\b(?:earlier|just now|all this time)\b", text)
    )


def _content(words: str) -> str:
    return " ".join(w for w in plain(words).split() if w not in _STOP and w.strip("'"))


def _seconds(match: re.Match[str]) -> float:
    number = match[1] or ""
    return (float(number) if number.isdigit() else _NUMBERS[number]) * _UNITS_S[match[2]]
