"""Understands questions about the past: `what did I say about parking`, `who came before me`. Pure.

A small grammar: what is asked (`time_clauses` finds the word), whose doing it was, what sort of
event, about what, and where in time from which other event. Which kind of question that makes is
decided in `time_kinds`. The words themselves are in `time_words.yaml`, the answers' wordings and
examples for likeness in meaning in `questions_about_time.yaml`.
"""

import re
from dataclasses import replace
from importlib import resources

import yaml

from behavior.languages.sounds_like import plain
from behavior.past.questions import By, Happening, Kind, Relation, TimeQuestion
from behavior.past.time_clauses import Clause, taken_apart
from behavior.past.time_kinds import asks, kind_of
from behavior.past.time_places import Place
from behavior.past.time_words import BEYOND, Meant, as_meant, complement_of, topic_of

_DATA = yaml.safe_load(
    resources.files("behavior.past").joinpath("questions_about_time.yaml").read_text("utf-8")
)
WORDING: dict[str, list[str]] = _DATA["wording"]
"""How the answers are worded; joined to the wordings of the dialogue."""
EXAMPLES: dict[str, list[str]] = _DATA["examples"]
"""Kind -> lines that stand for it, to be found by likeness in meaning."""
_BARE = tuple(re.compile(one) for one in _DATA["bare"])
_FOLLOW_UP = {
    Relation(name): tuple(re.compile(one) for one in lines)
    for name, lines in _DATA["follow_up"].items()
}
_OFTEN = frozenset({Kind.HOW_OFTEN, Kind.HOW_OFTEN_YOU})
_SAY = frozenset(("say", "said"))
_RELEVANT = re.compile(_DATA["relevant"])

_REPEATED = frozenset(("", "say", "said", "saying", "tell", "told", "telling", "speak", "talk"))
_ASKED = re.compile(r"\b(?:questions?|ask|asked|asking|want to know|wanted to know|inquired?)\b")
_TOPICS = frozenset({Kind.I_SAID, Kind.YOU_SAID, Kind.WHEN_I_SAID, Kind.WHEN_YOU_SAID,
                     Kind.HOW_OFTEN, Kind.HOW_OFTEN_YOU})  # fmt: skip
_OF_BEFORE = re.compile(r"\b(?:earlier|just now|all this time|remember|before|back then)\b")


def time_question(line: str) -> TimeQuestion | None:
    """What `line` asks about the past; None: it does not."""
    meant = as_meant(line)
    if _is_bare(line, meant):
        return None
    clause, place = taken_apart(meant)
    ours = clause.by in {By.VISITOR, By.AGENT, By.BOTH} or clause.what in {
        Happening.CAME, Happening.LEFT, Happening.SAID}  # fmt: skip
    if BEYOND.search(meant.text) and ours and asks(clause, meant):
        return TimeQuestion(kind=Kind.EARLIER_VISIT)
    kind = kind_of(clause, place, meant)
    if kind is None:
        return None
    question = _with_topic(_placed(kind, place, clause), clause, meant)
    return question if _is_of_the_past(question, meant, clause.verb) else None


def by_example(kind: str, line: str) -> TimeQuestion | None:
    """The question of a line that is like an example of `kind`; None: it speaks of no past."""
    meant = as_meant(line)
    if not _RELEVANT.search(meant.text) or _is_bare(line, meant):
        return None
    clause, place = taken_apart(meant)
    return _with_topic(_placed(Kind(kind), place, clause), clause, meant)


def follow_up(line: str, before: TimeQuestion | None) -> TimeQuestion | None:
    """What `and before that?` asks, after an answer to `before`."""
    text = plain(line)
    for relation, patterns in _FOLLOW_UP.items():
        if before is not None and any(pattern.search(text) for pattern in patterns):
            return replace(
                before, relation=relation, topic="", pivot=None, until=None, number=0, most=1
            )
    return None


def _is_bare(line: str, meant: Meant) -> bool:
    return any(one.search(plain(line)) or one.search(meant.text) for one in _BARE)


# With its place and topic


def _placed(kind: Kind, place: Place, clause: Clause) -> TimeQuestion:
    relation, pivot = place.relation, place.pivot
    if relation is Relation.WHEN and clause.verb.endswith("ing") and pivot is not None:
        answered = kind is Kind.I_SAID and pivot.by is By.AGENT and pivot.what is Happening.SAID
        relation = Relation.BEFORE if answered else relation  # `what was I asking when you said`
    return TimeQuestion(
        kind=kind,
        relation=relation,
        seconds=place.seconds,
        pivot=place.pivot,
        until=place.until,
        number=place.number,
        most=place.most,
    )


def _with_topic(question: TimeQuestion, clause: Clause, meant: Meant) -> TimeQuestion:
    """With what it is about: what is left of its words."""
    asked = _ASKED.search(" ".join(clause.words)) is not None and "answer" not in clause.words
    if question.kind is Kind.WHEN_TOLD:
        return replace(question, topic=_whom(clause))
    if question.kind not in _TOPICS:
        return question
    after = " ".join(clause.words[clause.verb_at + 1 :]) if clause.verb_at >= 0 else ""
    topic = topic_of(after)
    if not topic and question.kind in _OFTEN and clause.verb in _SAY:
        topic = " ".join(w for w in after.split() if w not in {"to", "you", "me", "that", "it"})
    if topic and clause.asked == "how":
        topic = " ".join((topic_of(" ".join(clause.words[: clause.verb_at])), topic)).strip()
    if topic:
        return replace(question, topic=topic, asks=asked)
    # What stands before the verb may be but a turn of phrase: `which strange words did I say`.
    before = topic_of(" ".join(clause.words[: max(clause.verb_at, 0)] or clause.words))
    if not before and (said := complement_of(after)):
        return replace(question, topic=said, asks=asked)
    return replace(question, topic=before, loose=bool(before), asks=asked)


def _whom(clause: Clause) -> str:
    """The name in `when did you tell Priya`; nothing for `her`, `my host`."""
    left = topic_of(" ".join(clause.words)).split()
    return " ".join(w for w in left if w not in {"host", "contact", "appointment", "know", "her"})


def _is_of_the_past(question: TimeQuestion, meant: Meant, verb: str) -> bool:
    """`Did you tell me` or `what did you say` alone ask for no more than the last words."""
    if question.kind is not Kind.YOU_SAID:
        return True
    return bool(
        question.topic
        or question.number
        or question.most > 1
        or question.relation is not Relation.ANY
        or _OF_BEFORE.search(meant.text)
        or verb not in _REPEATED
    )
