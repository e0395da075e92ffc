"""Answers visitors: takes turns in, gives replies and their effects out.

A reply is started when a turn pauses and may be dropped again; what it does (tell a host, write
the visit book, call a person) happens only when that very revision is committed by `TurnEnded`.
Words of a revision stand once it has paused: `TurnEnded` commits what was computed for it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from agent.core.clock import Clock, WallTime
from agent.core.messages import (
    Act,
    ActFinished,
    ButtonPressed,
    Clause,
    ComponentHealth,
    Engagement,
    EngagementChanged,
    Health,
    LanguageFollowed,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    TurnEnded,
    TurnPaused,
)
from agent.core.withheld import WITHHELD, Withheld
from behavior.dialogue.addressed import Addressed
from behavior.dialogue.answer import Answer, with_question
from behavior.dialogue.config import DialogueConfig
from behavior.dialogue.conversation import (
    Conversation,
    DialogueBackend,
    Forget,
    Heard,
    LeaveForm,
    Part,
)
from behavior.dialogue.deeds import DoesDeeds
from behavior.dialogue.editions import Editions
from behavior.dialogue.encounters import Encounters
from behavior.dialogue.memory import Encounter
from behavior.dialogue.second_look import SecondLook
from behavior.house.site import SiteConfig
from behavior.tools.contract import ToolError, UseTool
from behavior.tools.desk import NO_TOOLS, For, ToolDesk
from behavior.tools.permission import ToolsConfig
from behavior.transcript.encounter import Transcript

Input = Message
"""Turns, who comes and goes, buttons; and what was done and heard, to be remembered."""

_TOOLS_A_TURN = 3


class Spawns(Protocol):
    """Runs an answer: a task group, or whoever runs it at once where there is no loop."""

    def create_task(
        self, coro: Coroutine[Any, Any, None], *, name: str | None = None
    ) -> asyncio.Task[None]:
        """Have it run."""
        ...


class Dialogue:
    """The component: one encounter at a time is spoken with, several are remembered."""

    name = "behavior.dialogue"

    def __init__(
        self,
        *,
        inputs: AsyncIterable[Input],
        publish: Callable[[Message], None],
        backend: DialogueBackend,
        deeds: DoesDeeds,
        site: SiteConfig,
        config: DialogueConfig,
        clock: Clock,
        wall: WallTime,
        sightings: AsyncIterable[Message] | None = None,
        tools: ToolDesk | None = None,
    ) -> None:
        """`sightings`: who is seen where, for what is remembered of the encounter.

        `tools`: lets tools run; without it nothing but words and messages is done.
        """
        self._tools = tools
        self._inputs = inputs
        self._sightings = sightings
        self._publish = publish
        self._backend = Editions(backend)
        self._deeds = deeds
        self._zone = ZoneInfo(site.timezone)
        self._languages: tuple[str, ...] = site.spoken
        self._language: str = site.language
        self._followed: PersonId | None = None
        """Whose language it is that was last told."""
        self._config = config
        self._clock = clock
        self._wall = wall
        self.ready = asyncio.Event()
        """Set while it can answer."""
        self._work: Answer | None = None
        self._spoken: Answer | None = None
        """A committed answer that still streams while the next turn is already heard."""
        self.encounters = Encounters(config)
        """Whose visits go on, and with whom is spoken now."""
        self._transcript = self._blank()
        self._addressed = Addressed()
        self._withheld = Withheld()

    def _blank(self) -> Transcript:
        config = self._config
        return Transcript(config.transcript, grace_s=config.grace_s, idle_s=config.idle_s)

    async def adopt(self, site: SiteConfig, backend: DialogueBackend) -> None:
        """Serve whoever comes from now on by another edition of the site and what it knows."""
        await self._backend.adopt(backend)
        self._zone = ZoneInfo(site.timezone)
        self._languages = site.spoken
        self._deeds.adopt(site)
        if self._tools is not None:
            self._tools.adopt(site)

    def obey(self, rules: ToolsConfig) -> None:
        """Let tools run by other rules, from this moment on."""
        if self._tools is not None:
            self._tools.obey(rules)

    async def run(self) -> None:
        """Answer until cancelled. A restart forgets the encounters, not the visit book."""
        self._work = self._spoken = None
        self.encounters = Encounters(self._config)
        self._transcript, self._addressed = self._blank(), Addressed()
        await self._backend.warm_up()
        self.ready.set()
        try:
            async with asyncio.TaskGroup() as group:
                own = [group.create_task(self._deeds.run()), group.create_task(self._keep_tidy())]
                if self._tools is not None:
                    own.append(group.create_task(self._tools.run()))
                if self._sightings is not None:
                    own.append(group.create_task(self._watch(self._sightings)))
                async for message in self._inputs:
                    self.take(message, group)
                await self._finish()
                for task in own:
                    task.cancel()
        finally:
            self.ready.clear()
            await self._backend.close()

    async def _watch(self, sightings: AsyncIterable[Message]) -> None:
        async for seen in sightings:
            self._sense(seen)
            if isinstance(seen, PersonSeen):
                self._transcript.take(seen)

    def _sense(self, message: Message) -> None:
        if self._tools is not None:
            self._tools.sense(message)

    async def _finish(self) -> None:
        """Keep what was promised when the input ends, as files and tests do; a bus never does."""
        for work in (self._spoken, self._work):
            if work is not None and work.task is not None:
                await asyncio.wait((work.task,))
        for encounter in self.encounters:
            self._end(encounter)
        await self._deeds.drained()

    def take(self, message: Input, group: Spawns) -> None:
        """Take in one message; answers run in `group`."""
        kept = self._withheld.kept(message)
        if not isinstance(message, TurnPaused):
            self._transcript.take(kept)
        if isinstance(kept, ActFinished):
            message = kept
        self._sense(message)
        match message:
            case TurnPaused() if message.text.strip():
                self._start(message, group)
            case TurnEnded() if message.text.strip():
                self._commit(message, group)
            case Act():
                self._addressed.plan(message, self.encounters.of(message.to))
            case ActFinished():
                encounter = self._addressed.heard(message.act, self.encounters.current)
                if encounter is not None:
                    encounter.note("agent", message.heard)
            case ButtonPressed(button=button) if button.partition("_")[0] == "next":
                group.create_task(self._call_next(button.partition("_")[2], message.at))
            case ButtonPressed(button=button) if button.partition("_")[0] == "language":
                self._choose_language(message, button.partition("_")[2])
            case ButtonPressed():
                self._press(message)
            case EngagementChanged(state=Engagement.LEFT) | PersonLost():
                if (left := self.encounters.of(message.person)) is not None:
                    left.leave(message.person, message.at)
                    if left.left_at is not None:
                        self._clear_screen(left)
            case EngagementChanged(state=Engagement.ENGAGED):
                # Whoever comes up does not end a conversation that goes on.
                if not self._transcript.in_conversation(but=message.person):
                    self.encounters.meet(message.person, message.at, self._transcript)
                self._tell_language(self.encounters.current, message.at)
            case _:
                pass

    # Turns

    def _start(self, turn: TurnPaused | TurnEnded, group: Spawns) -> Answer:
        named = turn.person if isinstance(turn, TurnEnded) else None
        # A typed line is of whoever is served: nobody's lips tell it.
        typed = isinstance(turn, TurnEnded) and turn.typed
        seen = None if typed else self._transcript.speaker(turn.turn, turn.at)
        person = named or seen
        encounter = self.encounters.meet(person, turn.at, self._transcript)
        self._addressed.answer(turn.turn, encounter)
        self._drop()
        local_time = self._local_time(turn.at)
        tools = self._tools
        heard = Heard(
            text=turn.text,
            at=turn.at,
            leave=NO_TOOLS if tools is None else tools.leave(encounter, local_time),
            confidence=turn.confidence,
            language=turn.language,
            typed=isinstance(turn, TurnEnded) and turn.typed,
            person=person or encounter.person,
            local_time=local_time,
            history=tuple(encounter.history),
            memory=self._transcript.memory(
                person or encounter.person, turn.at, since=encounter.began_at
            ),
            others=self._transcript.others(encounter.person),
        )
        work = Answer(turn.turn, turn.revision, encounter, heard)
        self._work = work
        work.task = group.create_task(self._answer(work), name=f"reply {turn.turn}")
        return work

    def _commit(self, end: TurnEnded, group: Spawns) -> None:
        work = self._work
        same = (
            work is not None
            and (work.turn, work.revision) == (end.turn, end.revision)
            and (
                end.person is None
                or work.encounter.person is None
                or work.encounter.is_of(end.person)
            )
        )
        if work is None or not same:
            work = self._start(end, group)
        if work.committed:
            return
        work.committed = True
        work.counts.set()
        about_form = work.encounter.conversation.form is not None
        work.encounter.note("visitor", WITHHELD if about_form else work.heard.text)
        work.encounter.last_at = end.at
        work.encounter.left_at = None
        work.encounter.person = work.encounter.person or end.person
        self._apply(work)

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
        if not work.committed or not work.parts:
            return
        encounter, first = work.encounter, work.parts[0]
        if not work.applied:
            work.applied = True
            if first.conversation is not None:
                encounter.conversation = first.conversation
            encounter.asked_something = encounter.asked_something or first.intent != "greeting"
            if any(isinstance(effect, LeaveForm) for effect in first.effects):
                self._clear_screen(encounter)
            if any(isinstance(effect, Forget) for effect in first.effects):
                self._forget(encounter, work.heard)
            self._deeds.do(first.effects, encounter, work.heard.at)
            if work is self._work and first.clauses and self._spoken is not None:
                self._spoken.cancel()
                self._spoken = None
        latest = work.parts[-1].conversation
        if latest is not None and latest is not first.conversation and work is self._work:
            encounter.conversation = latest  # what a tool has found goes on in it
        if len(work.parts) > 1 or first.source != "embedded":
            said = tuple(clause for part in work.parts for clause in part.clauses)
            encounter.conversation = replace(encounter.conversation, last_reply=said)
        if encounter is self.encounters.current:
            self._tell_language(encounter, work.heard.at)

    def _choose_language(self, pressed: ButtonPressed, code: str) -> None:
        """A visitor has chosen a language on the page."""
        if code in self._languages:
            encounter = self.encounters.meet(pressed.person, pressed.at, self._transcript)
            encounter.conversation = replace(
                encounter.conversation, language=code if code != self._languages[0] else ""
            )
            self._tell_language(encounter, pressed.at)

    def _tell_language(self, encounter: Encounter | None, at: float) -> None:
        """Say in which language the visitor who is here now is served, when that is news."""
        code = (encounter.conversation.language if encounter else "") or self._languages[0]
        person = encounter.person if encounter else None
        found_again = code != self._languages[0] and person != self._followed
        if code != self._language or found_again:
            self._language, self._followed = code, person
            self._publish(LanguageFollowed(at=at, language=code, person=person))

    def _drop(self) -> None:
        """Make room for the next answer. One that is committed may be heard still: it goes on."""
        work, self._work = self._work, None
        if work is None or work.task is None or work.task.done():
            return
        if not work.committed:
            return work.cancel()
        if self._spoken is not None:
            self._spoken.cancel()
        self._spoken = work

    async def _call_next(self, service: str, at: float) -> None:
        if self._tools is None:
            return
        try:
            await self._tools.call_next(service, self._local_time(at))
        except ToolError as fault:
            self._publish(
                ComponentHealth(
                    at=at, component=self.name, health=Health.DEGRADED, detail=str(fault)
                )
            )

    def _local_time(self, at: float) -> datetime:
        return datetime.fromtimestamp(self._wall.unix_s(at), self._zone)

    # Encounters

    def _press(self, button: ButtonPressed) -> None:
        known = button.person is not None or self.encounters.current is not None
        encounter = self.encounters.meet(button.person, button.at, self._transcript)
        if button.button == "forget" and known:
            self._drop()
            self._forget(encounter)
        self._deeds.press(button, encounter)

    def _forget(self, encounter: Encounter, heard: Heard | None = None) -> None:
        """What was seen and heard of the visitor goes at once."""
        self._clear_screen(encounter)
        self._addressed.forget(encounter)
        speaker = heard.memory.person if heard is not None and heard.memory is not None else None
        for person in {encounter.person, speaker, *encounter.company}:
            self._transcript.forget(person)
        for work in (self._work, self._spoken):
            if work is not None and work.encounter is encounter:
                work.remember_nothing()

    async def _keep_tidy(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + 1.0)
            self.tidy(self._clock.now())

    def tidy(self, now: float) -> None:
        """End encounters whose time is over, and delete what may not be kept any longer."""
        for encounter in self.encounters.over(now, self._touched_at):
            self._end(encounter)
        self._transcript.tidy(now)
        self._deeds.tidy(now)

    def _clear_screen(self, encounter: Encounter) -> None:
        if self._tools is not None:
            self._tools.clear_screen(encounter)

    def _touched_at(self, encounter: Encounter) -> float:
        """Who fills in a form by hand is there, without a word."""
        return float("-inf") if self._tools is None else self._tools.touched_at(encounter)

    def _end(self, encounter: Encounter) -> None:
        self._clear_screen(encounter)
        self._deeds.end(encounter)
        self._transcript.end(encounter.person)
        if self.encounters.end(encounter):
            self._tell_language(None, self._clock.now())
        self._addressed.forget(encounter)
        for person in encounter.company:
            self._transcript.end(person)
        if self._work is not None and self._work.encounter is encounter:
            self._drop()
        if self._spoken is not None and self._spoken.encounter is encounter:
            self._spoken.cancel()
            self._spoken = None
