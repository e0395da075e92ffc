"""Where in time a question is meant, as far as single phrases tell it: `two minutes ago`. Pure."""

import re
from dataclasses import dataclass, replace

from behavior.past.questions import Event, Relation
from behavior.past.time_words import AGO, RECENTLY, RELATIONS, VERBS, WITHIN, seconds_of

_ME = re.compile(
    r"\b(?P<how>before|after|with|beside) (?:me|us|myself)(?: did)?\b"
    r"|\b(?P<i>before|after) (?:i|we) (?:did|was|were|have|had)$"
)
_OF_ME = {"before": Relation.BEFORE_ME, "after": Relation.AFTER_ME}
_KEPT = frozenset(("did", "have", "had", "i", "you"))
_RECENT_S = 180.0
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5}
_FROM_END = re.compile(
    r"\b(?:last (?:but|before) (?:one|the last|last)|second (?:to|from) (?:the )?last"
    r"|next to (?:the )?last|penultimate|second last|(?P<noun>\w+) before (?:the )?last)\b"
)
_ORDINAL = re.compile(
    r"\b(second|third|fourth|fifth)(?= (?:\w+ )?(?:question|thing|answer|time|request|sentence|i\b"
    r"|you\b|one|remark|statement|did\b|have\b))"
)
_MOST = re.compile(
    r"\b(?:last|latest|first|the|my|your|what) (two|three|four|five) (?:\w+ )?"
    r"(?:questions?|things?|answers?|requests?|sentences?)\b"
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
_ALL = re.compile(r"\b(?:everything|all)(?: the things| that)?\b|\bwhat all\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in time something is looked for."""

    relation: Relation = Relation.ANY
    seconds: float = 0.0
    pivot: Event | None = None
    until: Event | None = None
    number: int = 0
    most: int = 1
    with_me: bool = False


def placed(text: str) -> tuple[str, Place]:
    """Take out what places a line in time by itself; return the rest and the place."""
    place = Place()
    if match := _FROM_END.search(text):
        place = replace(place, number=-2)
        text = _without(text, match, match["noun"] or "")
    elif match := _MOST.search(text):
        first = match[0].startswith("first")
        relation = Relation.FIRST if first else Relation.LAST
        place = replace(place, most=_COUNTS[match[1]], relation=relation)
    elif match := _ORDINAL.search(text):
        place = replace(place, number=_ORDINALS[match[1]])
        text = _without(text, match)
    if match := AGO.search(text):
        place = replace(place, relation=Relation.AGO, seconds=seconds_of(match))
        return _without(text, match), place
    if match := WITHIN.search(text):
        place = replace(place, relation=Relation.WITHIN, seconds=seconds_of(match))
        return _without(text, match), place
    if match := _ME.search(text):
        how = match["how"] or match["i"]
        if how in _OF_ME:
            place = replace(place, relation=_OF_ME[how])
        else:
            place = replace(place, with_me=True)
        text = _without(text, match)
    if place.relation is Relation.ANY:
        for relation, patterns in RELATIONS.items():
            for pattern in patterns:
                if match := pattern.search(text):
                    kept = " ".join(w for w in match[0].split() if w in _KEPT or w in VERBS)
                    return _without(text, match, kept), replace(place, relation=relation)
        if match := RECENTLY.search(text):
            place = replace(place, relation=Relation.WITHIN, seconds=_RECENT_S)
            return _without(text, match), place
        if match := _ALL.match(text):
            return _without(text, match, "what"), replace(place, relation=Relation.ALL)
    return text, place


def _without(text: str, match: re.Match[str], instead: str = "") -> str:
    return " ".join(f"{text[: match.start()]} {instead} {text[match.end() :]}".split())
