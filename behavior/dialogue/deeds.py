"""What a committed reply does in the world: tells people, writes the visit book, forgets.

Deeds run one after the other in their own task, so that a slow disk or a dead webhook never keeps
a visitor waiting for words. How people are told is in `errands.py`, the book in `visit_keeper.py`.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from agent.core.clock import Clock, WallTime
from agent.core.errors import FoyerError
from agent.core.messages import ButtonPressed, HelpCalled, Message
from behavior.dialogue.conversation import CallHelp, Effect, Forget, NotifyHost, RecordVisit
from behavior.dialogue.errands import Errands
from behavior.dialogue.memory import Encounter
from behavior.dialogue.notifications import NotifyConfig
from behavior.dialogue.visit_keeper import VisitKeeper
from behavior.house.site import Notify, SiteConfig
from behavior.tools.contract import Refuse
from behavior.tools.desk import ToolDesk
from behavior.tools.permission import is_follow_up

Stands = Callable[[], Awaitable[bool]] | None

_SWEEP_S = 3600.0


class DoesDeeds(Protocol):
    """Does what a committed answer asks for."""

    def adopt(self, site: SiteConfig) -> None:
        """Reach the people of another edition of the site; those who are gone from it, too."""
        ...

    async def run(self) -> None:
        """Do what is asked, until cancelled."""
        ...

    async def drained(self) -> None:
        """Return when everything asked for so far is done."""
        ...

    def do(
        self, effects: Sequence[Effect], encounter: Encounter, at: float, stands: Stands = None
    ) -> None:
        """Have these effects of one answer done, in order.

        `stands` returns, once it is sure, whether the answer still counts: nothing that cannot be
        taken back is done before. None: it does.
        """
        ...

    def press(self, button: ButtonPressed, encounter: Encounter) -> None:
        """A button was pressed."""
        ...

    def end(self, encounter: Encounter) -> None:
        """An encounter is over."""
        ...

    def tidy(self, now: float) -> None:
        """Delete what may not be kept any longer."""
        ...


class Deeds:
    """Runs effects in order. Owned by the dialogue, which starts `run`."""

    def __init__(
        self,
        *,
        publish: Callable[[Message], None],
        site: SiteConfig,
        book: Path,
        retention_days: float,
        notify: NotifyConfig,
        clock: Clock,
        wall: WallTime,
        tools: ToolDesk | None = None,
    ) -> None:
        """`tools` judges by the site's rules what may be done; without it all may."""
        self._tools = tools
        self._publish = publish
        self.keeper = VisitKeeper(
            path=book, retention_days=retention_days, publish=publish, clock=clock, wall=wall
        )
        self.errands = Errands(
            publish=publish,
            site=site,
            notify=notify,
            keeper=self.keeper,
            help_=self._help,
            clock=clock,
            wall=wall,
        )
        self._queue: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._swept_at: float | None = None

    def adopt(self, site: SiteConfig) -> None:
        """Reach the people of another edition of the site; those who are gone from it, too."""
        self.errands.adopt(site)

    async def run(self) -> None:
        """Do what is asked, in order, until cancelled."""
        self.keeper.open()
        try:
            async with asyncio.TaskGroup() as group:
                await self.errands.begin(group)
                while True:
                    deed = await self._queue.get()
                    try:
                        await deed()
                    except (FoyerError, OSError, sqlite3.Error) as fault:
                        self.keeper.tell(str(fault))
                    finally:
                        self._queue.task_done()
        finally:
            self.errands.end()
            await self.keeper.close()

    async def drained(self) -> None:
        """Return when everything asked for so far is done."""
        await self._queue.join()
        await self.errands.drained()

    # What may be asked for; all of it returns at once

    def do(
        self, effects: Sequence[Effect], encounter: Encounter, at: float, stands: Stands = None
    ) -> None:
        """Have these effects of one answer done, in order, if it `stands`."""
        for effect in effects:
            match effect:
                case CallHelp():
                    # Nobody in danger waits for a rule.
                    if effect.urgent or self._may("call_staff", encounter):
                        self._help(effect, encounter, at)
                case NotifyHost(host=host, purpose=purpose):
                    follow_up = is_follow_up(purpose)
                    if self._may("notify_host", encounter, host=host, follow_up=follow_up):
                        forgotten = encounter.forgotten
                        self._if(stands, self._tell_host, effect, encounter, at, forgotten)
                case Refuse(tool=tool, because=because) if self._tools is not None:
                    self._tools.refuse(tool, because, encounter)
                case RecordVisit():
                    self._if(stands, self.keeper.record_or_wait, effect, encounter, at)
                case Forget():
                    self._forget(encounter)

    def press(self, button: ButtonPressed, encounter: Encounter) -> None:
        """A button: call a person, or forget."""
        if button.button in {"help", "staff"}:
            urgent = button.button == "help"
            because = f"the button {button.button!r} was pressed"
            self._help(CallHelp(urgent=urgent, because=because), encounter, button.at)
            record = RecordVisit(kind="help", detail=because)
            self._later(self.keeper.record_or_wait, record, encounter, button.at)
        elif button.button == "forget":
            self._forget(encounter)

    def end(self, encounter: Encounter) -> None:
        """An encounter is over: note it if nothing else did, without any words."""
        self._later(self.keeper.record_question, encounter)
        encounter.history.clear()

    def tidy(self, now: float) -> None:
        """Delete old visits, once an hour; write what the disk did not take, when it does."""
        if self.keeper.may_try(now):
            self._later(self.keeper.write_waiting)
        if self._swept_at is None or now - self._swept_at >= _SWEEP_S:
            self._swept_at = now
            self._later(self.keeper.expire, now)

    async def record(self, visit: RecordVisit, encounter: Encounter, at: float) -> None:
        """Write a visit; return once it is on the disk. Raises `FoyerError`."""
        try:
            await self.keeper.record(visit, encounter, at)
        except (OSError, sqlite3.Error) as fault:
            raise FoyerError(f"the visit book: {fault}") from None

    async def send(self, notify: Notify, subject: str, text: str) -> str:
        """Send to an address of the site; return an empty text, or what went wrong."""
        return await self.errands.send(notify, subject, text)

    # How it is done

    def _may(
        self, tool: str, encounter: Encounter, *, host: str = "", follow_up: bool = False
    ) -> bool:
        if self._tools is None:
            return True
        return self._tools.permit(tool, encounter, host=host, follow_up=follow_up)

    def _later(self, deed: Callable[..., Awaitable[None]], *arguments: object) -> None:
        self._queue.put_nowait(partial(deed, *arguments))

    def _if(self, stands: Stands, deed: Callable[..., Awaitable[None]], *arguments: object) -> None:
        async def perhaps() -> None:
            if stands is None or await stands():
                await deed(*arguments)

        self._later(perhaps)

    def _help(self, call: CallHelp, encounter: Encounter, at: float) -> None:
        # Published at once: nobody in need waits for a disk or a network.
        self._publish(
            HelpCalled(at=at, urgent=call.urgent, because=call.because, person=encounter.person)
        )
        if (
            self.errands.running
        ):  # past the queue: what waits there may wait for the end of a sentence
            self.errands.call(urgent=call.urgent, because=call.because)
        else:
            self._later(self._call, call)

    async def _call(self, call: CallHelp) -> None:
        self.errands.call(urgent=call.urgent, because=call.because)

    def _forget(self, encounter: Encounter) -> None:
        # The numbers are looked up when its turn comes: a visit may still be on its way to the
        # book. The memory itself is emptied now.
        encounter.forget()
        self.keeper.let_go(encounter)
        self.errands.cancel(encounter)
        self._later(self._forget_visits, encounter)

    async def _forget_visits(self, encounter: Encounter) -> None:
        await self.errands.forget(encounter)
        await self.keeper.forget(encounter)

    async def _tell_host(
        self, tell: NotifyHost, encounter: Encounter, at: float, forgotten: int
    ) -> None:
        if encounter.forgotten == forgotten:
            self.errands.tell_host(tell, encounter, at)
