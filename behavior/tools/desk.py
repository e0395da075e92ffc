"""Runs tools: judged by the rules, off the loop, within their deadlines, for the turn that asked.

One place lets tools run. What a visitor wants was judged when the answer was drafted; here it is
judged again at the moment it counts, with what was used meanwhile. Beyond `bridge_after_s` a few
words bridge the wait; a tool that is late, fails or is not allowed is told honestly.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from agent.core.clock import Clock
from agent.core.messages import (
    Message,
    TicketCalled,
    ToolFinished,
    ToolOutcome,
    ToolRefused,
    ToolStarted,
    TurnId,
)
from behavior.dialogue.conversation import Conversation, Part
from behavior.dialogue.memory import Encounter
from behavior.house.opening import open_on
from behavior.house.site import SiteConfig
from behavior.languages.sounds_like import plain
from behavior.tools.arguments import fault_of
from behavior.tools.contract import Expected, Result, Tool, ToolError, UseTool, WantedBy, row_of
from behavior.tools.observations import Reading, Sight, Sounds, as_state
from behavior.tools.permission import Leave, Standing, ToolsConfig, Uses, group_of, judge
from behavior.tools.senses import Senses
from behavior.tools.telling import Voice

log = logging.getLogger(__name__)

_AT_ONCE: Final = 16
"""Tools at work at one time; more are refused rather than piled up."""
_STILL_EVERY_S: Final = 2.5
"""So often it is said, or noted where nothing may be said, that a tool is still at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class For:
    """For whom and what a tool runs."""

    encounter: Encounter
    turn: TurnId
    revision: int
    at: float
    local_time: datetime
    committed: asyncio.Event
    """Set once the turn counts."""


@dataclass(slots=True)
class _End:
    """How a use has ended."""

    outcome: ToolOutcome = ToolOutcome.DROPPED
    detail: str = ""
    found: str = ""


class DoesTools(Protocol):
    """The work itself; see `behavior.tools.work`."""

    def adopt(self, site: SiteConfig, rules: ToolsConfig) -> None:
        """Work by another edition of the site, or by other rules."""
        ...

    async def run(self, rules: ToolsConfig) -> None:
        """Keep up what works beside the loop, such as servers, until cancelled."""
        ...

    def do(
        self, use: UseTool, encounter: Encounter, local_time: datetime, rules: ToolsConfig
    ) -> Awaitable[Result]:
        """Do it. Raises `ToolError`."""
        ...

    async def call_next(self, service: str, local_time: datetime) -> TicketCalled | None:
        """Call the next number; None: nobody waits, or there is no such queue."""
        ...

    async def close(self) -> None:
        """Let go of files and threads."""
        ...


class DoesForms(Protocol):
    """The work on the screen; see `behavior.forms.work`."""

    def adopt(self, site: SiteConfig) -> None:
        """Show the forms of another edition of the site."""
        ...

    def do(
        self, use: UseTool, encounter: Encounter, local_time: datetime, rules: ToolsConfig
    ) -> Awaitable[Result]:
        """Do it. Raises `ToolError`."""
        ...

    def leave(self, encounter: Encounter) -> None:
        """Empty the form of this visit and take it away."""
        ...

    def touched_at(self, encounter: Encounter) -> float:
        """When a hand was last at this visit's form."""
        ...

    def close(self) -> None:
        """Empty whatever is shown."""
        ...


class ToolDesk:
    """Lets tools run, or not."""

    def __init__(
        self,
        *,
        work: DoesTools,
        voice: Callable[[SiteConfig], Voice],
        site: SiteConfig,
        config: ToolsConfig,
        publish: Callable[[Message], None],
        clock: Clock,
        senses: Senses | None = None,
        forms: DoesForms | None = None,
    ) -> None:
        """`senses` tell where the eyes go for a look; without them, nowhere in particular."""
        self._senses = senses
        self._forms = forms
        self._work = work
        self._voice_of = voice
        self._voice = voice(site)
        self._site = site
        self._config = config
        self._publish = publish
        self._clock = clock
        self._uses = Uses()
        self._workers: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[Result | ToolError]] = set()

    async def run(self) -> None:
        """Own what runs, until cancelled; then drop it and let go of files."""
        try:
            async with asyncio.TaskGroup() as self._workers:
                await self._work.run(self._config)
                await asyncio.get_running_loop().create_future()
        finally:
            self._workers = None
            if self._forms is not None:
                self._forms.close()
            await self._work.close()

    def adopt(self, site: SiteConfig) -> None:
        """Go by another edition of the site."""
        self._site, self._voice = site, self._voice_of(site)
        self._work.adopt(site, self._config)
        if self._senses is not None:
            self._senses.adopt(site)
        if self._forms is not None:
            self._forms.adopt(site)

    def obey(self, config: ToolsConfig) -> None:
        """Go by other rules, from this moment on."""
        self._config = config
        self._work.adopt(self._site, config)

    def sense(self, message: Message) -> None:
        """Take in what perception and stage report, for looking and listening."""
        if self._senses is not None:
            self._senses.take(message)

    def clear_screen(self, encounter: Encounter) -> None:
        """Empty this visit's form on the screen and take it away, in mid-step if need be."""
        if self._forms is not None:
            self._forms.leave(encounter)

    def touched_at(self, encounter: Encounter) -> float:
        """When a hand was last at this visit's form on the screen; long ago: never."""
        return float("-inf") if self._forms is None else self._forms.touched_at(encounter)

    def leave(self, encounter: Encounter, local_time: datetime | None) -> Leave:
        """What an answer that is made now may have done."""
        return Leave(config=self._config, standing=self._standing(encounter, local_time))

    def permit(
        self,
        tool: str,
        encounter: Encounter,
        *,
        host: str = "",
        follow_up: bool = False,
        local_time: datetime | None = None,
    ) -> bool:
        """Judge, count and tell a use that somebody else carries out: messages, calls."""
        standing = self._standing(encounter, local_time)
        because = judge(self._config, tool, standing, host=host, follow_up=follow_up)
        if because:
            self.refuse(tool, because, encounter)
            return False
        self._uses.count(encounter.uses, tool, self._clock.now(), host=host)
        return True

    def refuse(
        self,
        tool: str,
        because: str,
        encounter: Encounter,
        wanted_by: WantedBy = WantedBy.VISITOR,
    ) -> None:
        """Tell the operator that the rules said no."""
        self._publish(
            ToolRefused(
                at=self._clock.now(),
                tool=tool,
                because=because,
                wanted_by=wanted_by.value,
                person=encounter.person,
            )
        )

    async def answers(
        self, use: UseTool, before: Conversation, to: For
    ) -> AsyncGenerator[Part, None]:
        """Yield words while it runs, then the words of its result. Closing it drops the work."""
        because = self._why_not(use, to)
        if because:
            self.refuse(use.tool, because, to.encounter, use.wanted_by)
            yield self._voice.refused(use, before, because)
            return
        if self._asks_first(use):
            yield self._voice.ask(use, before, self._site)
            return
        row = self._config.row(use.tool)
        if row is not None and row.acts:
            await to.committed.wait()
            because = self._why_not(use, to)  # others may have used it up meanwhile
            if because:
                self.refuse(use.tool, because, to.encounter, use.wanted_by)
                yield self._voice.refused(use, before, because)
                return
        self._uses.count(to.encounter.uses, use.tool, self._clock.now(), name=_name_in(use))
        async for part in self._run(use, before, to):
            yield part

    async def _run(self, use: UseTool, before: Conversation, to: For) -> AsyncGenerator[Part, None]:
        row = self._config.row(use.tool)
        if row is None:
            raise RuntimeError(f"{use.tool}: there is no such tool")  # judged before
        toward = None
        if self._senses is not None:
            toward = self._senses.toward(use, to.encounter.person)
        if row.bridge_first:
            yield self._voice.bridge(use, before, toward)
        began = self._clock.now()
        self._publish(
            ToolStarted(at=began, tool=use.tool, turn=to.turn, revision=to.revision, toward=toward)
        )
        work = self._start(use, to)
        end = _End()
        try:
            bridged = row.bridge_first
            while await self._waits(work, began, row, bridged):
                if bridged:
                    yield self._voice.still(use, before)
                else:
                    yield self._voice.bridge(use, before)
                bridged = True
            yield self._outcome(use, before, work, row.deadline_s, end)
        finally:
            work.cancel()  # where it cannot be stopped, what it brings is not used
            now = self._clock.now()
            self._publish(
                ToolFinished(
                    at=now,
                    tool=use.tool,
                    turn=to.turn,
                    revision=to.revision,
                    outcome=end.outcome,
                    took_s=round(now - began, 3),
                    detail=end.detail,
                    found=end.found,
                )
            )

    async def _waits(
        self, work: "asyncio.Task[Result | ToolError]", began: float, row: Tool, more: bool
    ) -> bool:
        """Wait for it a while; True: it goes on, and it is time to say so."""
        left_s = row.deadline_s - (self._clock.now() - began)
        first_s = max(self._config.bridge_after_s, row.bridge_after_s)
        pause_s = _STILL_EVERY_S if more else first_s
        await asyncio.wait((work,), timeout=max(0.0, min(pause_s, left_s)))
        return not work.done() and left_s > pause_s

    def _outcome(
        self,
        use: UseTool,
        before: Conversation,
        work: "asyncio.Task[Result | ToolError]",
        deadline_s: float,
        end: "_End",
    ) -> Part:
        if not work.done():
            end.outcome, end.detail = ToolOutcome.LATE, f"nothing within {deadline_s:g} s"
            return self._voice.failed(use, before, end.detail)
        result = work.result()
        if isinstance(result, ToolError):
            end.outcome, end.detail = ToolOutcome.FAILED, str(result)
            return self._voice.failed(use, before, end.detail)
        end.outcome, end.found = ToolOutcome.DONE, _found(result)
        return self._voice.tell(use, result, before, self._config.rule(use.tool))

    def _start(self, use: UseTool, to: For) -> asyncio.Task[Result | ToolError]:
        if self._workers is None:
            raise RuntimeError("run first")

        async def do() -> Result | ToolError:
            try:
                on_screen = self._forms is not None and group_of(use.tool) in ("screen", "forms")
                work = self._forms if on_screen and self._forms is not None else self._work
                return await work.do(use, to.encounter, to.local_time, self._config)
            except ToolError as fault:
                return fault
            except Exception as fault:  # the back-end edge: a tool that breaks is told, not felt
                log.exception("a tool broke", extra={"tool": use.tool})
                return ToolError(type(fault).__name__)  # only ours are known to hold no names

        task = self._workers.create_task(do(), name=f"tool {use.tool}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def call_next(self, service: str, local_time: datetime) -> None:
        """An operator calls the next number: of a service, or of the first one."""
        if not self._site.services:
            return
        key = service or self._site.services[0].key
        called = await self._work.call_next(key, local_time)
        if called is not None:
            self._publish(replace(called, at=self._clock.now()))

    # How it is judged

    def _why_not(self, use: UseTool, to: For) -> str:
        row = row_of(use.tool)
        if row is None:
            return "there is no such tool"
        if row.by_desk:
            return "only the desk's own answers do this"
        standing = self._standing(to.encounter, to.local_time)
        because = judge(
            self._config, use.tool, standing, name=_name_in(use), wanted_by=use.wanted_by
        )
        if because:
            return because
        if fault := fault_of(use, self._site, self._config):
            return fault
        if len(self._running) >= _AT_ONCE:
            return f"{_AT_ONCE} tools are at work already"
        return ""

    def _asks_first(self, use: UseTool) -> bool:
        return Leave(config=self._config).asks_first(use.tool) and not use.confirmed

    def _standing(self, encounter: Encounter, local_time: datetime | None) -> Standing:
        return self._uses.standing(
            encounter.uses,
            self._clock.now(),
            open_now=_open(self._site, local_time),
            greeted=any(who == "agent" for who, _ in encounter.history),
            named=encounter.conversation.visitor is not None,
        )


def _name_in(use: UseTool) -> str:
    return plain(use.arguments.visitor) if isinstance(use.arguments, Expected) else ""


def _found(result: Result) -> str:
    """What the console may read of it: geometry, loudness, a value; never anybody's words."""
    return as_state(result) if isinstance(result, Sight | Sounds | Reading) else ""


def _open(site: SiteConfig, local_time: datetime | None) -> bool:
    if local_time is None or not site.hours:
        return True
    today = open_on(site, local_time.date())
    return today is not None and today.holds(local_time)


NO_TOOLS: Final = Leave(ready=False)
"""Where nothing runs tools, as in the lab."""
