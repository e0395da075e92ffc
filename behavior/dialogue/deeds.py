"""What a committed reply does in the world: tells people, writes the visit book, forgets.

Deeds run one after the other in their own task, so that a slow disk or a dead webhook never keeps
a visitor waiting for words. What fails is said, and a person is called instead.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from agent.core.backend import pick
from agent.core.clock import Clock, WallTime
from agent.core.errors import FoyerError
from agent.core.messages import (
    ButtonPressed,
    ComponentHealth,
    Health,
    HelpCalled,
    HostNotified,
    Message,
    VisitRecorded,
)
from behavior.dialogue.conversation import CallHelp, Effect, Forget, NotifyHost, RecordVisit
from behavior.dialogue.memory import Encounter, VisitBook
from behavior.dialogue.notifications import CHANNELS, Channel, NotifyConfig, send_with_retry
from behavior.dialogue.unsent import OnItsWay, Unsent
from behavior.house.site import Host, Notify, SiteConfig
from behavior.tools.contract import Refuse
from behavior.tools.desk import ToolDesk
from behavior.tools.permission import is_follow_up

T = TypeVar("T")
Stands = Callable[[], Awaitable[bool]] | None

_PURPOSES = {
    "appointment": "{visitor} is here for you",
    "delivery": "A delivery for you is at the desk",
    "correction": "Correction: your visitor's name is {visitor}",
    "withdrawn": "Correction: {visitor} is not here for you",
    "words": "{visitor} asks to pass on: {words}",
}
_SWEEP_S = 3600.0
_AGAIN_S = 30.0
"""Visits that the disk did not take are tried again so often."""
_MOST_WAITING = 500


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
        self._site = site
        self._path = book
        self._retention_days = retention_days
        self._notify = notify
        self._clock = clock
        self._wall = wall
        self._book: VisitBook | None = None
        self._disk: ThreadPoolExecutor | None = None
        self._queue: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._messengers: asyncio.TaskGroup | None = None
        self._out: dict[asyncio.Task[None], Encounter | None] = {}
        """What is on its way out, and about whose visit it is."""
        self._channels: dict[str, Channel] = {}
        self._swept_at: float | None = None
        self._waiting: list[tuple[RecordVisit, Encounter, float]] = []
        """Visits that the disk did not take; they are written when it does."""
        self._tried_at = float("-inf")
        self._book_fault = ""
        self._unsent = Unsent(lambda work: self._on_disk(lambda book: book.lend(work)))
        self._keys: dict[str, Encounter] = {}
        """Of messages on their way, and about whose visit each is."""
        self._former: tuple[Host, ...] = ()
        """Hosts of earlier editions of the site, for visits that go on."""

    def adopt(self, site: SiteConfig) -> None:
        """Reach the people of another edition of the site; those who are gone from it, too."""
        here = {host.name for host in site.hosts}
        self._former = tuple(h for h in (*self._site.hosts, *self._former) if h.name not in here)
        self._site = site

    async def run(self) -> None:
        """Do what is asked, in order, until cancelled."""
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="visit-book")
        try:
            async with asyncio.TaskGroup() as self._messengers:
                await self._send_left_over()
                while True:
                    deed = await self._queue.get()
                    try:
                        await deed()
                    except (FoyerError, OSError, sqlite3.Error) as fault:
                        self._tell_book(str(fault))
                    finally:
                        self._queue.task_done()
        finally:
            self._messengers = None
            if self._book is not None:
                await asyncio.get_running_loop().run_in_executor(self._disk, self._book.close)
                self._book = None
            self._disk.shutdown(wait=False)

    async def drained(self) -> None:
        """Return when everything asked for so far is done."""
        await self._queue.join()
        while self._out:
            await asyncio.wait(tuple(self._out))

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
                    self._if(stands, self._record_or_wait, effect, encounter, at)
                case Forget():
                    self._forget(encounter)

    def press(self, button: ButtonPressed, encounter: Encounter) -> None:
        """A button: call a person, or forget."""
        if button.button in {"help", "staff"}:
            urgent = button.button == "help"
            because = f"the button {button.button!r} was pressed"
            self._help(CallHelp(urgent=urgent, because=because), encounter, button.at)
            record = RecordVisit(kind="help", detail=because)
            self._later(self._record_or_wait, record, encounter, button.at)
        elif button.button == "forget":
            self._forget(encounter)

    def end(self, encounter: Encounter) -> None:
        """An encounter is over: note it if nothing else did, without any words."""
        self._later(self._record_question, encounter)
        encounter.history.clear()

    def tidy(self, now: float) -> None:
        """Delete old visits, once an hour; write what the disk did not take, when it does."""
        if self._waiting and now - self._tried_at >= _AGAIN_S:
            self._tried_at = now
            self._later(self._write_waiting)
        if self._swept_at is None or now - self._swept_at >= _SWEEP_S:
            self._swept_at = now
            self._later(self._expire, now)

    async def record(self, visit: RecordVisit, encounter: Encounter, at: float) -> None:
        """Write a visit; return once it is on the disk. Raises `FoyerError`."""
        try:
            await self._record(visit, encounter, at)
        except (OSError, sqlite3.Error) as fault:
            raise FoyerError(f"the visit book: {fault}") from None

    async def send(self, notify: Notify, subject: str, text: str) -> str:
        """Send to an address of the site; return an empty text, or what went wrong."""
        return await self._send(notify, subject, text)

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
        duty = self._site.emergency.notify if call.urgent else self._site.staff
        subject = "urgent: help wanted" if call.urgent else "a person is wanted"
        if self._messengers is None:
            self._later(self._send_apart, duty, subject, call.because)
        else:  # past the queue: what waits there may wait for somebody to finish a sentence
            self._send_out(self._send_and_complain(duty, subject, call.because))

    def _forget(self, encounter: Encounter) -> None:
        # The numbers are looked up when its turn comes: a visit may still be on its way to the
        # book. The memory itself is emptied now.
        encounter.forget()
        self._waiting = [one for one in self._waiting if one[1] is not encounter]
        for task, about in tuple(self._out.items()):
            if about is encounter:
                task.cancel()  # still on its way, or waiting to be tried again
        self._later(self._forget_visits, encounter)

    async def _forget_visits(self, encounter: Encounter) -> None:
        visits = tuple(encounter.visits.values())
        encounter.visits.clear()
        encounter.asked_something = False
        keys = [key for key, about in self._keys.items() if about is encounter]
        await self._unsent.drop(*keys)
        for key in keys:
            self._keys.pop(key, None)
        if visits:
            await self._on_disk(lambda book: book.forget(visits))

    async def _tell_host(
        self, tell: NotifyHost, encounter: Encounter, at: float, forgotten: int
    ) -> None:
        if encounter.forgotten == forgotten:
            self._send_out(self._tell_host_now(tell, encounter, at), encounter)

    async def _tell_host_now(self, tell: NotifyHost, encounter: Encounter, at: float) -> None:
        known = (*self._site.hosts, *self._former)
        host = next((h for h in known if h.name == tell.host), None)
        notify = host.notify if host else Notify()
        text = _PURPOSES[tell.purpose].format(visitor=tell.visitor, words=tell.words)
        if tell.time:
            text += f" (appointment at {tell.time})"
        subject = f"visitor: {tell.purpose}"
        message = OnItsWay(
            key=secrets.token_hex(16),
            asked_unix_s=self._wall.unix_s(at),
            host=tell.host,
            subject=subject,
            text=text,
        )
        self._keys[message.key] = encounter
        await self._unsent.keep(message)
        problem = await self._send(notify, subject, text, message.key)
        await self._unsent.drop(message.key)
        self._keys.pop(message.key, None)
        self._publish(
            HostNotified(
                at=at,
                host=tell.host,
                person=encounter.person,
                channel=notify.channel,
                delivered=not problem,
                detail=problem,
            )
        )
        if problem:
            missed = encounter.conversation.unreachable
            encounter.conversation = replace(
                encounter.conversation, unreachable=(*missed, tell.host)
            )
            because = "a host could not be reached; a visitor waits"
            self._help(CallHelp(urgent=False, because=because), encounter, at)

    async def _send_apart(self, notify: Notify, subject: str, text: str) -> None:
        self._send_out(self._send_and_complain(notify, subject, text))

    async def _send_and_complain(self, notify: Notify, subject: str, text: str) -> None:
        problem = await self._send(notify, subject, text)
        if problem and notify is self._site.emergency.notify and notify != self._site.staff:
            self._complain(f"the people on duty could not be told: {problem}; staff are told")
            problem = await self._send(self._site.staff, subject, text)
        if problem:
            self._complain(f"staff could not be told: {problem}")

    async def _send_left_over(self) -> None:
        """What an earlier run was killed over is sent now, unless it has become old."""
        if not self._path.is_file():
            return
        now = self._clock.now()
        for message in await self._unsent.left_over():
            age_s = self._wall.unix_s(now) - message.asked_unix_s
            if age_s <= self._notify.left_over_s:
                self._send_out(self._tell_late(message))
            else:
                await self._unsent.drop(message.key)
                self._complain("a message to a host was held up by a restart, and too old to send")

    async def _tell_late(self, message: OnItsWay) -> None:
        known = (*self._site.hosts, *self._former)
        host = next((h for h in known if h.name == message.host), None)
        notify = host.notify if host else Notify()
        problem = await self._send(notify, message.subject, message.text, message.key)
        await self._unsent.drop(message.key)
        at = self._clock.now()
        self._publish(
            HostNotified(
                at=at,
                host=message.host,
                channel=notify.channel,
                delivered=not problem,
                detail=problem or "held up by a restart",
            )
        )
        if problem:
            because = "a host could not be reached; a visitor waits"
            self._help(
                CallHelp(urgent=False, because=because), Encounter(began_at=at, last_at=at), at
            )

    async def _send(self, notify: Notify, subject: str, text: str, key: str = "") -> str:
        try:
            channel = self._channels.get(notify.channel)
            if channel is None:
                channel = pick("notification", CHANNELS, notify.channel)(self._notify)
                self._channels[notify.channel] = channel
        except FoyerError as fault:
            return str(fault)
        return await send_with_retry(
            channel, notify.address, subject, text, config=self._notify, clock=self._clock, key=key
        )

    def _send_out(self, work: Coroutine[Any, Any, None], about: Encounter | None = None) -> None:
        """Messages go out side by side: a dead address must not hold up the visit book."""
        if self._messengers is not None:
            task = self._messengers.create_task(work)
            self._out[task] = about
            task.add_done_callback(lambda done: self._out.pop(done, None))

    async def _record(self, visit: RecordVisit, encounter: Encounter, at: float) -> None:
        earlier = encounter.visits.get(visit.kind)
        unix_s = self._wall.unix_s(at)
        number = await self._on_disk(lambda book: book.record(visit, unix_s, instead_of=earlier))
        encounter.visits[visit.kind] = number
        self._tell_book("")
        self._publish(VisitRecorded(at=at, visit=number, purpose=visit.kind))

    async def _record_or_wait(self, visit: RecordVisit, encounter: Encounter, at: float) -> None:
        try:
            await self._record(visit, encounter, at)
        except (FoyerError, OSError, sqlite3.Error):
            self._waiting.append((visit, encounter, at))
            del self._waiting[:-_MOST_WAITING]
            raise

    async def _write_waiting(self) -> None:
        while self._waiting:
            await self._record(*self._waiting[0])
            del self._waiting[0]

    async def _record_question(self, encounter: Encounter) -> None:
        # Decided when its turn comes: what this encounter asked for before is in the book by then.
        waits = any(about is encounter for _, about, _ in self._waiting)
        if encounter.asked_something and not encounter.visits and not waits:
            question = RecordVisit(kind="question")
            await self._record_or_wait(question, encounter, encounter.began_at)

    async def _expire(self, now: float) -> None:
        unix_s = self._wall.unix_s(now)
        await self._on_disk(lambda book: book.expire(unix_s, self._retention_days))
        self._tell_book("")

    async def _on_disk(self, job: Callable[[VisitBook], T]) -> T:
        def work() -> T:
            if self._book is None:
                self._book = VisitBook(self._path)
            return job(self._book)

        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def _tell_book(self, fault: str) -> None:
        """How the visit book is, when that is news."""
        if fault and str(self._path) not in fault:
            fault = f"{fault}: {self._path}; free some space, or make it writable"
        if fault and self._waiting:
            fault += f"; {len(self._waiting)} visits wait to be written"
        if fault == self._book_fault:
            return
        self._book_fault = fault
        self._publish(
            ComponentHealth(
                at=self._clock.now(),
                component="behavior.visit_book",
                health=Health.DEGRADED if fault else Health.RUNNING,
                detail=fault,
            )
        )

    def _complain(self, detail: str) -> None:
        self._publish(
            ComponentHealth(
                at=self._clock.now(),
                component="behavior.dialogue",
                health=Health.DEGRADED,
                detail=detail,
            )
        )
