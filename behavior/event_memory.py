"""What one visitor may be told of the time that has passed, and how it is looked up. Pure.

A `Memory` holds the visitor's own words, what the agent said to them and did for them, and of
other people only when they came and went: nobody's words, name or id. So no question, however it
is put, can bring out what somebody else said.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agent.core.messages import PersonId
from behavior.transcript_lines import Line, What, text_of, tokens_of

_ASKS = re.compile(
    r"\?|\b(?:where|what|when|how|who|which|why|can|could|may|is there|are there|do you|does|is it"
    r"|will|would like to know)\b",
    re.IGNORECASE,
)
AGO_SLACK = 0.5
"""`Two minutes ago` is meant within half of that, either way ..."""
AGO_LEAST_S = 15.0
"""... but at least so widely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Somebody was there. Nothing else is known of them."""

    came_at: float
    left_at: float | None = None
    """None: is there still."""
    stopped: bool = False
    """Came to the agent, and did not only pass by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The past as far as one visitor may be told of it."""

    now: float
    person: PersonId | None = None
    came_at: float | None = None
    """When the visitor came into view, or began to speak."""
    lines: tuple[Line, ...] = ()
    """About the visitor, oldest first."""
    others: tuple[Passage, ...] = ()
    """Who else was there, by their coming."""

    def said(self, by_agent: bool) -> tuple[Line, ...]:
        """What the visitor, or the agent to the visitor, has said."""
        what = What.AGENT_SAID if by_agent else What.SAID
        return tuple(one for one in self.lines if one.what is what)

    def text(self, tokens: int) -> str:
        """The newest of it in about so many tokens, in seconds before now; empty: nothing fits."""
        here = sum(one.left_at is None for one in self.others)
        others = f"others in view: {here}" if self.others else ""
        lines = text_of(
            self.lines, self.now, tokens=tokens - tokens_of(others) if others else tokens
        )
        return "\n".join(one for one in (lines, others) if one) if lines else ""


class Kind(StrEnum):
    """What is asked of the past."""

    I_SAID = "i_said"
    YOU_SAID = "you_said"
    YOU_DID = "you_did"
    CAME_BEFORE = "came_before"
    CAME_SINCE = "came_since"
    HOW_LONG_HERE = "how_long_here"
    HOW_LONG_WAITED = "how_long_waited"
    WHEN_CAME = "when_came"
    WHEN_I_SAID = "when_i_said"
    WHEN_YOU_SAID = "when_you_said"
    WHEN_TOLD = "when_told"
    HOW_OFTEN = "how_often"
    OTHERS = "others"
    """About what other people said, wanted or are called: never answered."""


class Relation(StrEnum):
    """Where in time it is looked for."""

    ANY = "any"
    LAST = "last"
    FIRST = "first"
    AGO = "ago"
    """Around `seconds` before now."""
    WITHIN = "within"
    """In the last `seconds`."""
    BEFORE_THAT = "before_that"
    """Before what was last spoken of."""
    AFTER_THAT = "after_that"
    BEFORE = "before"
    """Before the line about `pivot`."""
    AFTER = "after"
    WHILE_I = "while_i"
    """While the visitor spoke; `while_you`: while the agent did."""
    WHILE_YOU = "while_you"
    WHILE_WAITING = "while_waiting"
    SINCE_CAME = "since_came"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeQuestion:
    """A question about the past, as understood."""

    kind: Kind
    relation: Relation = Relation.ANY
    topic: str = ""
    pivot: str = ""
    """What the line is about that the answer lies before or after."""
    pivot_by_agent: bool = False
    seconds: float = 0.0
    asks: bool = False
    """What was asked, rather than said at all."""
    number: int = 0
    """The second, third ... of them, from 1; 0: not by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What was found, with the stretch of time it rests on."""

    span: tuple[float, float] | None = None
    """Seconds on the agent's axis; None: nothing of the kind happened."""
    lines: tuple[Line, ...] = ()
    others: tuple[Passage, ...] = ()
    count: int = 0


About = Callable[[str, Sequence[Line]], tuple[Line, ...]]
"""Those of some lines that are about a topic."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Answers questions from one memory. `last`: the stretch the answer before rested on."""

    memory: Memory
    about: About
    last: tuple[float, float] | None = field(default=None)

    def __call__(self, question: TimeQuestion) -> Recalled:
        """Look it up."""
        match question.kind:
            case Kind.I_SAID | Kind.WHEN_I_SAID:
                return self._said(question, by_agent=False)
            case Kind.YOU_SAID | Kind.WHEN_YOU_SAID:
                return self._said(question, by_agent=True)
            case Kind.HOW_OFTEN:
                own = self.memory.said(by_agent=False)
                found = self.about(question.topic, own) if question.topic else own
                return _of(found, count=len(found))
            case Kind.YOU_DID:
                done = [o for o in self.memory.lines if o.what in {What.TOLD_HOST, What.CALLED}]
                return _of(self._within(question, done))
            case Kind.WHEN_TOLD:
                told = [one for one in self.memory.lines if one.what is What.TOLD_HOST]
                return _of(told[-1:])
            case Kind.CAME_BEFORE:
                return self._before_me()
            case Kind.CAME_SINCE:
                return self._since(question)
            case Kind.HOW_LONG_HERE:
                return self._until_now(self.memory.came_at)
            case Kind.HOW_LONG_WAITED:
                told = [one for one in self.memory.lines if one.what is What.TOLD_HOST]
                return self._until_now(told[0].began if told else self.memory.came_at)
            case Kind.WHEN_CAME:
                came = self.memory.came_at
                return Recalled(span=None if came is None else (came, came))
            case Kind.OTHERS:
                return Recalled()

    def _until_now(self, since: float | None) -> Recalled:
        return Recalled(span=None if since is None else (since, self.memory.now))

    # Words

    def _said(self, question: TimeQuestion, *, by_agent: bool) -> Recalled:
        pool = self._within(question, self.memory.said(by_agent))
        if question.topic:
            found = self.about(question.topic, pool)
            if not found and by_agent:
                # The agent's answer to a line about it, whatever words it used.
                asked = self.about(question.topic, self.memory.said(by_agent=False))
                answers = (_next(pool, one.ended) for one in asked)
                found = tuple(one for one in answers if one is not None)
            pool = found
        elif question.asks:
            pool = tuple(one for one in pool if _ASKS.search(one.words)) or pool
        if not pool:
            return Recalled()
        if question.number:
            return _of(pool[question.number - 1 : question.number])
        match question.relation:
            case Relation.FIRST | Relation.AFTER | Relation.AFTER_THAT:
                return _of(pool[:1])
            case Relation.AGO:
                then = self.memory.now - question.seconds
                return _of((min(pool, key=lambda one: abs(_middle(one) - then)),))
            case Relation.SINCE_CAME | Relation.WITHIN | Relation.WHILE_WAITING:
                return _of(pool)
            case _:
                return _of(pool[-1:])

    def _within(self, question: TimeQuestion, pool: Sequence[Line]) -> tuple[Line, ...]:
        """Those that lie where in time the question asks for them."""
        began, ended = self._window(question)
        if ended < began:
            return ()
        return tuple(one for one in pool if one.ended > began + 1e-6 and one.began < ended - 1e-6)

    def _window(self, question: TimeQuestion) -> tuple[float, float]:
        now, none = self.memory.now, (1.0, 0.0)
        match question.relation:
            case Relation.AGO:
                slack = max(AGO_LEAST_S, AGO_SLACK * question.seconds)
                return now - question.seconds - slack, now - question.seconds + slack
            case Relation.WITHIN:
                return now - question.seconds, now
            case Relation.BEFORE_THAT | Relation.AFTER_THAT:
                that = self.last or self._last_words(question)
                if that is None:
                    return none
                before = question.relation is Relation.BEFORE_THAT
                return (-1e9, that[0]) if before else (that[1], now)
            case Relation.BEFORE | Relation.AFTER:
                found = self.about(question.pivot, self.memory.said(question.pivot_by_agent))
                if not found:
                    return none
                if question.relation is Relation.BEFORE:
                    return -1e9, found[0].began
                return found[-1].ended, now
            case Relation.WHILE_WAITING:
                told = [one for one in self.memory.lines if one.what is What.TOLD_HOST]
                return (told[0].began, now) if told else (self.memory.came_at or 0.0, now)
            case Relation.SINCE_CAME if self.memory.came_at is not None:
                return self.memory.came_at, now
            case _:
                return -1e9, now

    def _last_words(self, question: TimeQuestion) -> tuple[float, float] | None:
        """What `that` means where nothing was asked of the past before: the last words said."""
        said = self.memory.said(question.kind in {Kind.YOU_SAID, Kind.WHEN_YOU_SAID})
        return (said[-1].began, said[-1].ended) if said else None

    # Other people

    def _before_me(self) -> Recalled:
        came = self.memory.came_at
        earlier = [one for one in self.memory.others if came is not None and one.came_at < came]
        # Who only passed by did not come to the agent; they count if there is nobody else.
        stopped = [one for one in earlier if one.stopped] or earlier
        if not stopped:
            return Recalled()
        last = stopped[-1]
        return Recalled(
            span=(last.came_at, self.memory.now if last.left_at is None else last.left_at),
            others=tuple(stopped),
            count=len(stopped),
        )

    def _since(self, question: TimeQuestion) -> Recalled:
        windows = [self._window(question)]
        if question.relation in {Relation.ANY, Relation.AFTER_THAT}:
            windows = [(self.memory.came_at or -1e9, self.memory.now)]
        elif question.relation in {Relation.WHILE_I, Relation.WHILE_YOU}:
            said = self.memory.said(question.relation is Relation.WHILE_YOU)
            windows = [(one.began, one.ended) for one in said]
        came = [
            one
            for one in self.memory.others
            if any(began < one.came_at <= ended for began, ended in windows)
        ]
        if not came:
            return Recalled(span=(windows[0][0], windows[-1][1]) if windows else None)
        span = came[0].came_at, came[-1].came_at
        return Recalled(span=span, others=tuple(came), count=len(came))


def _of(lines: Sequence[Line], count: int = 0) -> Recalled:
    if not lines:
        return Recalled()
    span = min(one.began for one in lines), max(one.ended for one in lines)
    return Recalled(span=span, lines=tuple(lines), count=count or len(lines))


def _next(lines: Sequence[Line], after: float) -> Line | None:
    return next((one for one in lines if one.began >= after - 0.5), None)


def _middle(line: Line) -> float:
    return (line.began + line.ended) / 2
