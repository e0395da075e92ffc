"""Answers under way: the one being made, and one that is still heard while the next turn begins.

Parts are published as they come. An answer that nobody waits for says nothing any more; what was
committed is done all the same.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from agent.core.messages import (
    Clause,
    Message,
    TurnEnded,
    TurnId,
)
from behavior.dialogue.answer import Answer, with_question
from behavior.dialogue.conversation import (
    Conversation,
    Effect,
    Part,
)
from behavior.dialogue.editions import Editions
from behavior.dialogue.memory import Encounter
from behavior.dialogue.second_look import SecondLook
from behavior.tools.contract import UseTool
from behavior.tools.desk import For, ToolDesk

_TOOLS_A_TURN = 3


class Spawns(Protocol):
    """Runs an answer: a task group, or whoever runs it at once where there is no loop."""

    def create_task(
        self, coro: Coroutine[Any, Any, None], *, name: str | None = None
    ) -> asyncio.Task[None]:
        """Have it run."""
        ...


class AnswersUnderWay:
    """At most two: of the turn that is answered now, and of the one before."""

    def __init__(
        self,
        *,
        backend: Editions,
        tools: ToolDesk | None,
        publish: Callable[[Message], None],
        local_time: Callable[[float], datetime],
        counts: Callable[[Answer, Sequence[Effect]], None],
        goes_on: Callable[[Answer], None],
    ) -> None:
        """`counts` gets the effects of an answer once, as soon as it counts; they are to be done.

        `goes_on` is called when the conversation of a committed answer has gone on.
        """
        self._backend = backend
        self._tools = tools
        self._publish = publish
        self._local_time = local_time
        self._counts = counts
        self._goes_on = goes_on
        self._work: Answer | None = None
        self._spoken: Answer | None = None
        """A committed answer that still streams while the next turn is already heard."""
        self._doubted: tuple[Answer, TurnId] | None = None
        """Whose words may have been half a turn only, and the turn that will tell."""

    def start_over(self) -> None:
        """Know of no answer any more."""
        self._work = self._spoken = self._doubted = None

    def begin(self, work: Answer, group: Spawns) -> Answer:
        """Have it made in `group`."""
        self._work = work
        work.task = group.create_task(self._answer(work), name=f"reply {work.turn}")
        return work

    def to(self, end: TurnEnded) -> Answer | None:
        """The answer that is being made to just these words of this person, if there is one."""
        work = self._work
        if work is None or (work.turn, work.revision) != (end.turn, end.revision):
            return None
        known = end.person is not None and work.encounter.person is not None
        return None if known and not work.encounter.is_of(end.person) else work

    def commit(self, work: Answer) -> None:
        """Let it count."""
        work.committed = True
        work.settled.set()
        work.counts.set()
        self._apply(work)

    def drop(self) -> None:
        """Make room for the next answer. One that is committed may be heard still: it goes on."""
        work, self._work = self._work, None
        if work is None or work.task is None or work.task.done():
            return
        if not work.committed:
            return work.cancel()
        if self._spoken is not None:
            self._spoken.cancel()
        self._spoken = work

    def doubt(self, turn: TurnId, by: TurnId) -> None:
        """A voice, `by`, goes on with a turn that was taken for over: is there a word in it?"""
        for work in (self._work, self._spoken):
            if work is not None and work.turn == turn and work.committed:
                work.settled.clear()
                self._doubted = (work, by)

    def settle(self, by: TurnId, *, words: bool) -> None:
        """There was, and all that the first half had changed is as before it; or there was none."""
        if self._doubted is None or self._doubted[1] != by:
            return
        work, self._doubted = self._doubted[0], None
        if words:
            work.withdrawn = True
            encounter = work.encounter
            if work.before is not None and encounter.conversation is work.after:
                encounter.conversation = work.before
            encounter.take_back("visitor", work.heard.text)
            if work.task is not None:
                work.task.cancel()
        work.settled.set()

    def forget(self, encounter: Encounter) -> None:
        """Its visitor wants to be forgotten, and may be answered just now."""
        for work in (self._work, self._spoken):
            if work is not None and work.encounter is encounter:
                work.remember_nothing()
        if self._doubted is not None and self._doubted[0].encounter is encounter:
            self.settle(self._doubted[1], words=True)

    def end(self, encounter: Encounter) -> None:
        """Its visitor has left."""
        if self._doubted is not None and self._doubted[0].encounter is encounter:
            self.settle(self._doubted[1], words=False)
        if self._work is not None and self._work.encounter is encounter:
            self.drop()
        if self._spoken is not None and self._spoken.encounter is encounter:
            self._spoken.cancel()
            self._spoken = None

    async def finished(self) -> None:
        """Return when both are made."""
        for work in (self._spoken, self._work):
            if work is not None and work.task is not None:
                await asyncio.wait((work.task,))

    async def _answer(self, work: Answer) -> None:
        conversation = work.encounter.conversation
        uses: list[UseTool] = []
        question: tuple[Clause, ...] = ()
        async with contextlib.aclosing(self._backend.answer(conversation, work.heard)) as stream:
            async for part in stream:
                uses += (e for e in part.effects if isinstance(e, UseTool))
                question = question or part.question
                if not self._give(work, replace(part, last=part.last and not uses)):
                    return
        if uses and self._tools is not None:
            await self._use_tools(work, uses[:_TOOLS_A_TURN], question, self._tools)

    async def _use_tools(
        self, work: Answer, uses: list[UseTool], question: tuple[Clause, ...], tools: ToolDesk
    ) -> None:
        """One tool after the other, in the order asked for; an open question comes last."""
        before = work.parts[0].conversation or work.encounter.conversation
        to = For(
            encounter=work.encounter,
            turn=work.turn,
            revision=work.revision,
            at=work.heard.at,
            local_time=self._local_time(work.heard.at),
            committed=work.counts,
        )
        again = SecondLook(self._backend, work.heard)
        wanted = deque(uses)
        while wanted:
            use = wanted.popleft()
            async with contextlib.aclosing(tools.answers(use, before, to)) as stream:
                async for part in stream:
                    if again.wants(use, part):
                        if not await self._look_again(work, again, part, before, bool(wanted)):
                            return
                        wanted.extendleft(again.uses[:1])
                        before = part.conversation or before
                        continue
                    last = part.last and not wanted
                    if last and part.conversation is not None:
                        part = with_question(part, before, question)
                    before = part.conversation or before
                    if not self._give(work, replace(part, last=last)):
                        return

    async def _look_again(
        self, work: Answer, again: SecondLook, found: Part, before: Conversation, more: bool
    ) -> bool:
        """Have the model tell what its tool has found; False: nobody waits for it any more."""
        async with contextlib.aclosing(again.words(found, before)) as stream:
            async for part in stream:
                last = part.last and not more and not again.uses
                if not self._give(work, replace(part, last=last)):
                    return False
        return True

    def _give(self, work: Answer, part: Part) -> bool:
        """Have a part of an answer spoken; False: nobody waits for this answer any more."""
        work.parts.append(part)
        if work is not self._work and work is not self._spoken:
            self._apply(work)  # superseded while a thread ran on: says nothing any more,
            return False  # but what was committed is done
        self._publish(work.message(part))
        self._apply(work)
        return True

    def _apply(self, work: Answer) -> None:
        """Make a committed answer count: the conversation goes on, its effects run, once."""
        if not work.committed or not work.parts or work.withdrawn:
            return
        encounter, first = work.encounter, work.parts[0]
        if not work.applied:
            work.applied = True
            work.before = encounter.conversation
            if first.conversation is not None:
                encounter.conversation = first.conversation
            encounter.asked_something = encounter.asked_something or first.intent != "greeting"
            self._counts(work, first.effects)
            if work is self._work and first.clauses and self._spoken is not None:
                self._spoken.cancel()
                self._spoken = None
        latest = work.parts[-1].conversation
        if latest is not None and latest is not first.conversation and work is self._work:
            encounter.conversation = latest  # what a tool has found goes on in it
        if len(work.parts) > 1 or first.source != "embedded":
            said = tuple(clause for part in work.parts for clause in part.clauses)
            encounter.conversation = replace(encounter.conversation, last_reply=said)
        work.after = encounter.conversation
        self._goes_on(work)
