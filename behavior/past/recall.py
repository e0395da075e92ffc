"""Looks up in one visitor's memory what a question about the past asks for. Pure.

First the events that the question takes its place in time from, then the stretch of time they
leave, then what lies in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from behavior.past.questions import Happening, Kind, Relation, TimeQuestion
from behavior.past.recall_people import Presence
from behavior.past.recall_times import About, Span, Times, next_of
from behavior.past.recalled import Recalled
from behavior.transcript.event_memory import Memory
from behavior.transcript.lines import Line, What

_ASKS = re.compile(
    r"\?|\b(?:where|what|when|how|who|which|why|can|could|may|is there|are there|do you|does|is it"
    r"|will|would like to know)\b"
    r"|^(?:and |so )?(?:do|does|did|has|have|are|was|were|shall|should)\b",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"^(?:hi|hello|hey|thanks?|thank you|okay|ok|yes|no|bye|goodbye|good \w+|fine|great|lovely)"
    r"(?: \w+){0,3}$",
    re.IGNORECASE,
)
_SEVERAL = frozenset(
    (Relation.SINCE_CAME, Relation.WITHIN, Relation.WHILE, Relation.SINCE, Relation.BETWEEN)
    + (Relation.ALL,)
)


def recall(
    memory: Memory, about: About, question: TimeQuestion, last: Span | None = None
) -> Recalled:
    """Look up a question in a memory. `last`: the stretch that the answer before rested on."""
    times = Times(memory, about, last)
    for event in (question.pivot, question.until):
        if event is not None and event.what is not Happening.WAITED and not times.spans(event):
            return Recalled(missing=event)
    return _Words(times)(question)


@dataclass(frozen=True, slots=True)
class _Words:
    """What was said and done; who came and went is `Presence`."""

    times: Times

    @property
    def memory(self) -> Memory:
        return self.times.memory

    def __call__(self, question: TimeQuestion) -> Recalled:
        times = self.times
        match question.kind:
            case Kind.I_SAID | Kind.WHEN_I_SAID:
                return self._said(question, by_agent=False)
            case Kind.YOU_SAID | Kind.WHEN_YOU_SAID:
                return self._said(question, by_agent=True)
            case Kind.HOW_OFTEN | Kind.HOW_OFTEN_YOU:
                said = self.memory.said(question.kind is Kind.HOW_OFTEN_YOU)
                found = times.within(question, self._on_topic(question, said))
                return _of(found, count=len(found))
            case Kind.YOU_DID:
                return _of(times.within(question, self.memory.of(What.TOLD_HOST, What.CALLED)))
            case Kind.WHEN_TOLD:
                return self._told(question)
            case Kind.YOU_GESTURED | Kind.I_GESTURED:
                pool = times.gestures(question.kind is Kind.YOU_GESTURED)
                return _of(times.within(question, pool)[-1:])
            case Kind.I_STOOD:
                return self._stood(question)
            case _:
                return Presence(times)(question)

    # Words and deeds

    def _said(self, question: TimeQuestion, *, by_agent: bool) -> Recalled:
        pool = self.times.within(question, self.memory.said(by_agent))
        if question.topic:
            pool = self._on_topic(question, pool)
        elif question.asks:
            # Where the place in time tells which it is, whatever was wanted counts as asked.
            told = question.relation in _SEVERAL or question.pivot is not None
            known = _SMALL_TALK if told else _ASKS
            pool = tuple(o for o in pool if bool(known.search(o.words)) is not told) or pool
        if not pool:
            return Recalled()
        if question.number > 0:
            return _of(pool[question.number - 1 : question.number])
        if question.number < 0:
            return _of(pool[question.number : question.number + 1 or None])
        if question.most > 1:
            first = question.relation is Relation.FIRST
            return _of(pool[: question.most] if first else pool[-question.most :])
        match question.relation:
            case Relation.FIRST | Relation.AFTER | Relation.AFTER_THAT | Relation.WHEN:
                return _of(pool[:1])
            case Relation.AFTER_ME:
                return _of(pool[:1])
            case Relation.AGO:
                then = self.memory.now - question.seconds
                return _of((min(pool, key=lambda one: abs(_middle(one) - then)),))
            case relation if relation in _SEVERAL:
                return _of(pool)
            case _:
                return _of(pool[-1:])

    def _on_topic(self, question: TimeQuestion, pool: Sequence[Line]) -> tuple[Line, ...]:
        if not question.topic or not pool:
            return tuple(pool)
        found = self.times.about(question.topic, pool)
        if pool[0].what is What.AGENT_SAID:
            found = self._answers(question.topic, pool, found)
        if not found and pool[0].what is What.AGENT_SAID:
            # The agent's answer to a line about it, whatever words it used.
            asked = self.times.about(question.topic, self.memory.said(by_agent=False))
            answers = (next_of(pool, one.ended) for one in asked)
            found = tuple(one for one in answers if one is not None)
        return found or (tuple(pool) if question.loose else ())

    def _answers(
        self, topic: str, pool: Sequence[Line], direct: tuple[Line, ...]
    ) -> tuple[Line, ...]:
        """Where a question and its answer hold more of the topic together, that answer."""
        asked = self.memory.said(by_agent=False)
        wanted = set(topic.split())
        best, answer = 0, None
        for line in pool:
            before = [one for one in asked if one.ended <= line.began + 0.5]
            both = f"{before[-1].words if before else ''} {line.words}".lower()
            share = len(wanted & set(re.findall(r"[\w']+", both)))
            if share > best or (share == best and line in direct):
                best, answer = share, line
        enough = len(wanted) > 1 and best == len(wanted) and answer is not None
        return (answer,) if enough and answer is not None and answer not in direct else direct

    def _told(self, question: TimeQuestion) -> Recalled:
        told = self.memory.of(What.TOLD_HOST)
        wanted = set(question.topic.split())
        named = [one for one in told if wanted & set(one.whom.lower().split())]
        if wanted and any(one.whom for one in told):
            return _of(named[-1:])
        return _of(told[-1:])

    def _stood(self, question: TimeQuestion) -> Recalled:
        seen = [
            one for one in self.memory.lines if one.glance and one.glance.distance_m is not None
        ]
        found = self.times.within(question, seen)
        first = question.relation in {Relation.FIRST, Relation.WHEN, Relation.AFTER}
        return _of(found[:1] if first else found[-1:])


def _of(lines: Sequence[Line], count: int = 0) -> Recalled:
    if not lines:
        return Recalled()
    span = min(one.began for one in lines), max(one.ended for one in lines)
    return Recalled(span=span, lines=tuple(lines), count=count or len(lines))


def _middle(line: Line) -> float:
    return (line.began + line.ended) / 2
