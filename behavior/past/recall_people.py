"""Looks up who came and went, and how long somebody was here: of others only times. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from behavior.past.questions import Kind, Relation, TimeQuestion
from behavior.past.recall_times import ALWAYS, Span, Times
from behavior.past.recalled import Recalled
from behavior.transcript.event_memory import Passage
from behavior.transcript.lines import What

_TOGETHER_S = 6.0
"""Whoever came within so long of the visitor came with them."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Answers questions about coming, staying and going."""

    times: Times

    def __call__(self, question: TimeQuestion) -> Recalled:
        """Look it up."""
        memory = self.times.memory
        match question.kind:
            case Kind.CAME_BEFORE:
                return self._before_me()
            case Kind.CAME_SINCE:
                return self._passed(question, lambda one: one.came_at)
            case Kind.WENT:
                return self._passed(question, lambda one: one.left_at)
            case Kind.CAME_WITH:
                return self._with_me()
            case Kind.WHEN_OTHER_CAME | Kind.WHEN_OTHER_WENT | Kind.HOW_LONG_OTHER:
                return self._one_other(question)
            case Kind.HOW_LONG_HERE:
                return self._until_now(memory.came_at)
            case Kind.HOW_LONG_WAITED:
                told = memory.of(What.TOLD_HOST)
                return self._until_now(told[0].began if told else memory.came_at)
            case Kind.HOW_LONG_TALKED:
                talk = memory.of(What.SAID, What.AGENT_SAID)
                return self._until_now(talk[0].began if talk else None)
            case Kind.WHEN_CAME if memory.came_at is not None:
                return Recalled(span=(memory.came_at, memory.came_at))
            case _:
                return Recalled()

    def _until_now(self, since: float | None) -> Recalled:
        return Recalled(span=None if since is None else (since, self.times.memory.now))

    def _earlier(self) -> list[Passage]:
        came = self.times.memory.came_at
        earlier = [
            one for one in self.times.memory.others if came is not None and one.came_at < came
        ]
        # Who only passed by did not come to the agent; they count if there is nobody else.
        return [one for one in earlier if one.stopped] or earlier

    def _before_me(self) -> Recalled:
        stopped = self._earlier()
        if not stopped:
            return Recalled()
        return Recalled(span=self._stay(stopped[-1]), others=tuple(stopped), count=len(stopped))

    def _stay(self, one: Passage) -> Span:
        return one.came_at, self.times.memory.now if one.left_at is None else one.left_at

    def _with_me(self) -> Recalled:
        came = self.times.memory.came_at
        near = [one for one in self.times.memory.others
                if came is not None and abs(one.came_at - came) <= _TOGETHER_S]  # fmt: skip
        if not near:
            return Recalled()
        span = near[0].came_at, near[-1].came_at
        return Recalled(span=span, others=tuple(near), count=len(near))

    def _one_other(self, question: TimeQuestion) -> Recalled:
        """Which other person is meant: the one before me, the one after me, the last one."""
        came = self.times.memory.came_at or 0.0
        others = list(self.times.memory.others)
        if question.relation is Relation.BEFORE_ME:
            others = self._earlier()
        elif question.relation is Relation.AFTER_ME:
            others = [one for one in others if one.came_at > came][:1]
        if question.kind is Kind.WHEN_OTHER_WENT:
            others = sorted(
                (o for o in others if o.left_at is not None), key=lambda o: o.left_at or 0
            )
        if not others:
            return Recalled()
        one = others[-1]
        span = self._stay(one)
        if question.kind is Kind.WHEN_OTHER_CAME:
            span = one.came_at, one.came_at
        elif question.kind is Kind.WHEN_OTHER_WENT:
            span = span[1], span[1]
        return Recalled(span=span, others=(one,), count=1)

    def _passed(
        self, question: TimeQuestion, moment: Callable[[Passage], float | None]
    ) -> Recalled:
        came = self.times.memory.came_at
        windows = self.times.windows(question)
        if question.relation in {Relation.ANY, Relation.AFTER_THAT, Relation.LAST, Relation.FIRST}:
            windows = ((came if came is not None else ALWAYS, self.times.memory.now),)
        elif question.relation is Relation.WHEN and question.pivot is not None:
            windows = tuple((b - 3.0, e + 3.0) for b, e in self.times.spans(question.pivot))
        found = [
            (at, one)
            for one in self.times.memory.others
            if (at := moment(one)) is not None and any(b < at <= e for b, e in windows)
        ]
        found.sort(key=lambda pair: pair[0])
        if not found:
            return Recalled(span=(windows[0][0], windows[-1][1]) if windows else None)
        span = found[0][0], found[-1][0]
        return Recalled(span=span, others=tuple(one for _, one in found), count=len(found))
