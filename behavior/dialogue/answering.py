"""Answers visitors: takes turns in, gives replies and their effects out.

A reply is started when a turn pauses and may be dropped again; what it does (tell a host, write
the visit book, call a person) happens only when that very revision is committed by `TurnEnded`.
Words of a revision stand once it has paused: `TurnEnded` commits what was computed for it.
"""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.core.clock import Clock, WallTime
from agent.core.messages import (
    Act,
    ActFinished,
    ButtonPressed,
    ComponentHealth,
    Engagement,
    EngagementChanged,
    Health,
    LanguageFollowed,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
    SpeechStarted,
    TurnEnded,
    TurnPaused,
)
from agent.core.withheld import WITHHELD, Withheld
from behavior.dialogue.addressed import Addressed
from behavior.dialogue.answer import Answer
from behavior.dialogue.config import DialogueConfig
from behavior.dialogue.conversation import (
    DialogueBackend,
    Effect,
    Forget,
    Heard,
    LeaveForm,
)
from behavior.dialogue.deeds import DoesDeeds
from behavior.dialogue.editions import Editions
from behavior.dialogue.encounters import Encounters
from behavior.dialogue.memory import Encounter
from behavior.dialogue.step_free import OnWheels
from behavior.dialogue.under_way import AnswersUnderWay, Spawns
from behavior.house.site import SiteConfig
from behavior.tools.contract import ToolError
from behavior.tools.desk import NO_TOOLS, ToolDesk
from behavior.tools.permission import ToolsConfig
from behavior.transcript.encounter import Transcript

Input = Message
"""Turns, who comes and goes, buttons; and what was done and heard, to be remembered."""


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
        self._answers = AnswersUnderWay(
            backend=self._backend,
            tools=tools,
            publish=publish,
            local_time=self._local_time,
            counts=self._do,
            goes_on=self._went_on,
        )
        self.encounters = Encounters(config)
        """Whose visits go on, and with whom is spoken now."""
        self._transcript = self._blank()
        self._addressed = Addressed()
        self._on_wheels = OnWheels()
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
        self._answers.start_over()
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
        await self._answers.finished()
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
        self._on_wheels.take(message)
        if isinstance(message, TurnPaused | TurnEnded):
            words = bool(message.text.strip())
            if words or isinstance(message, TurnEnded):
                self._answers.settle(message.turn, words=words)
        match message:
            case SpeechStarted(goes_on=before) if before is not None:
                self._answers.doubt(before, message.turn)
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
        # A typed line is of whoever is served: nobody's lips tell it. One who has left types none.
        served = self.encounters.current
        typed = isinstance(turn, TurnEnded) and turn.typed
        here = typed and not (served is not None and served.left_at is not None)
        seen = None if here else self._transcript.speaker(turn.turn, turn.at)
        person = named or seen
        encounter = self.encounters.meet(person, turn.at, self._transcript)
        self._addressed.answer(turn.turn, encounter)
        self._answers.drop()
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
            on_wheels=(person or encounter.person) in self._on_wheels,
        )
        return self._answers.begin(Answer(turn.turn, turn.revision, encounter, heard), group)

    def _commit(self, end: TurnEnded, group: Spawns) -> None:
        work = self._answers.to(end)
        if work is None:
            work = self._start(end, group)
        if work.committed:
            return
        about_form = work.encounter.conversation.form is not None
        work.encounter.note("visitor", WITHHELD if about_form else work.heard.text)
        work.encounter.last_at = end.at
        work.encounter.left_at = None
        work.encounter.person = work.encounter.person or end.person
        self._answers.commit(work)

    def _do(self, work: Answer, effects: Sequence[Effect]) -> None:
        """An answer counts now: what it does is done."""
        encounter = work.encounter
        if any(isinstance(effect, LeaveForm) for effect in effects):
            self._clear_screen(encounter)
        if any(isinstance(effect, Forget) for effect in effects):
            self._forget(encounter, work.heard)
        stands = None if work.heard.typed else self._stands_later(work)
        self._deeds.do(effects, encounter, work.heard.at, stands)

    def _stands_later(self, work: Answer) -> Callable[[], Awaitable[bool]]:
        """Tells, once it is sure, whether its words were all."""
        sure_at = self._clock.now() + self._config.taken_back_s

        async def stands() -> bool:
            await self._clock.sleep_until(sure_at)
            await work.settled.wait()
            return not work.withdrawn

        return stands

    def _went_on(self, work: Answer) -> None:
        if work.encounter is self.encounters.current:
            self._tell_language(work.encounter, work.heard.at)

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
            self._answers.drop()
            self._forget(encounter)
        self._deeds.press(button, encounter)

    def _forget(self, encounter: Encounter, heard: Heard | None = None) -> None:
        """What was seen and heard of the visitor goes at once."""
        self._clear_screen(encounter)
        self._addressed.forget(encounter)
        speaker = heard.memory.person if heard is not None and heard.memory is not None else None
        for person in {encounter.person, speaker, *encounter.company}:
            self._transcript.forget(person)
        self._answers.forget(encounter)

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
        self._answers.end(encounter)
