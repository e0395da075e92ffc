"""Where in time a question about the past looks: events of one memory, and windows. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from behavior.past.questions import By, Event, Happening, Kind, Relation, TimeQuestion
from behavior.transcript.event_memory import Memory
from behavior.transcript.lines import Line, What

AGO_SLACK = 0.5
"""`Two minutes ago` is meant within half of that, either way ..."""
AGO_LEAST_S = 15.0
"""... but at least so widely."""
_EPS_S = 1e-6
ALWAYS = -1e9

Span = tuple[float, float]
About = Callable[[str, Sequence[Line]], tuple[Line, ...]]
"""Those of some lines that are about a topic."""


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one memory. `last`: the stretch the answer before rested on."""

    memory: Memory
    about: About
    last: Span | None = field(default=None)

    def gestures(self, by_agent: bool) -> tuple[Line, ...]:
        """What was shown: by the agent, or a raised hand or a nod of the visitor."""
        if by_agent:
            return tuple(one for one in self.memory.of(What.AGENT_SAID, What.AGENT_DID) if one.deed)
        seen = (one for one in self.memory.lines if one.glance is not None)
        return tuple(
            one for one in seen if one.glance and (one.glance.hand_raised or one.glance.nods)
        )

    def within(self, question: TimeQuestion, pool: Sequence[Line]) -> tuple[Line, ...]:
        """Those that lie where in time the question asks for them."""
        windows = self.windows(question)
        return tuple(
            one
            for one in pool
            if any(one.ended > a + _EPS_S and one.began < b - _EPS_S for a, b in windows)
        )

    def windows(self, question: TimeQuestion) -> tuple[Span, ...]:
        """The stretches of time that the question leaves."""
        now, came = self.memory.now, self.memory.came_at
        match question.relation:
            case Relation.AGO:
                slack = max(AGO_LEAST_S, AGO_SLACK * question.seconds)
                return ((now - question.seconds - slack, now - question.seconds + slack),)
            case Relation.WITHIN:
                return ((now - question.seconds, now),)
            case Relation.BEFORE_THAT | Relation.AFTER_THAT:
                that = self.last or self._last_words(question)
                if that is None:
                    return ()
                before = question.relation is Relation.BEFORE_THAT
                return ((ALWAYS, that[0]) if before else (that[1], now),)
            case Relation.BEFORE_ME if came is not None:
                return ((ALWAYS, came),)
            case Relation.SINCE_CAME | Relation.AFTER_ME if came is not None:
                return ((came, now),)
            case _ if question.pivot is not None:
                return self._around(question, question.pivot)
            case _:
                return ((ALWAYS, now),)

    def _around(self, question: TimeQuestion, pivot: Event) -> tuple[Span, ...]:
        """The stretches that lie before, after, at or between events."""
        now, spans = self.memory.now, self.spans(pivot)
        if not spans:
            return ()
        if pivot.what is Happening.CUT and question.relation is not Relation.AFTER:
            return spans  # what was being said then
        at_once = question.relation in {Relation.WHEN, Relation.WHILE}
        if at_once and pivot.what is Happening.GESTURED:
            return spans[-1:]
        if at_once and pivot.what is Happening.WAS:
            return spans
        first, last = spans[0], spans[-1]
        match question.relation:
            case Relation.BEFORE | Relation.UNTIL:
                return ((ALWAYS, first[0]),)
            case Relation.BETWEEN:
                ends = self.spans(question.until) if question.until is not None else ()
                later = [one for one in ends if one[0] >= first[1] - _EPS_S]
                return (
                    ((first[1], later[0][0]),)
                    if later
                    else ((ends[0][1], first[0]),)
                    if ends
                    else ()
                )
            case Relation.WHILE if last[1] > last[0]:
                return spans
            case Relation.WHEN | Relation.WHILE if pivot.by is By.OTHER:
                return ((last[0] - 2.0, now),)
            case Relation.SINCE if last[1] >= now:  # since I have been waiting
                return ((first[0], now),)
            case _:
                return ((last[1], now),)

    def _last_words(self, question: TimeQuestion) -> Span | None:
        """What `that` means where nothing was asked of the past before: the last words said."""
        said = self.memory.said(question.kind in {Kind.YOU_SAID, Kind.WHEN_YOU_SAID})
        return (said[-1].began, said[-1].ended) if said else None

    def spans(self, event: Event) -> tuple[Span, ...]:
        """When an event happened, oldest first."""
        memory = self.memory
        match event.what:
            case Happening.SAID:
                return _spans_of(self._told_of(event))
            case Happening.TOLD:
                return _spans_of(memory.of(What.TOLD_HOST) or memory.of(What.CALLED))
            case Happening.GESTURED:
                return _spans_of(self.gestures(event.by is not By.VISITOR))
            case Happening.CUT:
                return _spans_of([one for one in memory.said(by_agent=True) if one.cut])
            case Happening.WAS | Happening.WAITED if event.by is By.OTHER:
                return tuple(
                    (one.came_at, memory.now if one.left_at is None else one.left_at)
                    for one in memory.others
                )
            case Happening.CAME if event.by is By.OTHER:
                return tuple((one.came_at, one.came_at) for one in memory.others)
            case Happening.LEFT if event.by is By.OTHER:
                gone = sorted(one.left_at for one in memory.others if one.left_at is not None)
                return tuple((at, at) for at in gone)
            case Happening.WAITED:
                told = memory.of(What.TOLD_HOST)
                since = told[0].began if told else memory.came_at
                return () if since is None else ((since, memory.now),)
            case _ if event.by is not By.OTHER and memory.came_at is not None:
                return ((memory.came_at, memory.now),)
            case _:
                return ()

    def _told_of(self, event: Event) -> tuple[Line, ...]:
        if event.by is By.BOTH:
            both = self.memory.of(What.SAID, What.AGENT_SAID)
            return self.about(event.topic, both) if event.topic else both
        said = self.memory.said(event.by is By.AGENT)
        found = self.about(event.topic, said) if event.topic else said
        if found or event.by is By.VISITOR:
            return found
        asked = self.about(event.topic, self.memory.said(by_agent=False))
        return tuple(n for one in asked if (n := next_of(said, one.ended)) is not None)


def _spans_of(lines: Sequence[Line]) -> tuple[Span, ...]:
    return tuple((one.began, one.ended) for one in lines)


def next_of(lines: Sequence[Line], after: float) -> Line | None:
    """The first of some lines that begins after a moment."""
    return next((one for one in lines if one.began >= after - 0.5), None)
