"""What goes out to the people of the house: hosts are told, whoever is on duty is called.

Messages go out side by side, each tried again for a while: a dead address holds up nothing. One
that does not get through is told, and a person is called instead.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from agent.core.backend import pick
from agent.core.clock import Clock, WallTime
from agent.core.errors import FoyerError
from agent.core.messages import ComponentHealth, Health, HostNotified, Message, PersonId
from behavior.dialogue.conversation import CallHelp, NotifyHost
from behavior.dialogue.memory import Encounter
from behavior.dialogue.notifications import CHANNELS, Channel, NotifyConfig, send_with_retry
from behavior.dialogue.unsent import OnItsWay, Unsent
from behavior.dialogue.visit_keeper import VisitKeeper
from behavior.house.site import Host, Notify, SiteConfig

_PURPOSES = {
    "appointment": "{visitor} is here for you",
    "delivery": "A delivery for you is at the desk",
    "correction": "Correction: your visitor's name is {visitor}",
    "withdrawn": "Correction: {visitor} is not here for you",
    "words": "{visitor} asks to pass on: {words}",
}
_CALLS = {True: "urgent: help wanted", False: "a person is wanted"}
"""By whether it is urgent."""
_UNREACHABLE = "a host could not be reached; a visitor waits"
Help = Callable[[CallHelp, Encounter, float], None]


class Errands:
    """Runs them in a group of tasks, which is lent from `begin` to `end`."""

    def __init__(
        self,
        *,
        publish: Callable[[Message], None],
        site: SiteConfig,
        notify: NotifyConfig,
        keeper: VisitKeeper,
        help_: Help,
        clock: Clock,
        wall: WallTime,
    ) -> None:
        """`help_`: calls a person where a host cannot be reached."""
        self.channels: dict[str, Channel] = {}
        """By name, as they are first needed."""
        self._publish = publish
        self._site = site
        self._former: tuple[Host, ...] = ()
        """Hosts of earlier editions of the site, for visits that go on."""
        self._notify = notify
        self._keeper = keeper
        self._help = help_
        self._clock = clock
        self._wall = wall
        self._unsent = Unsent(lambda work: keeper.lend(lambda book: book.lend(work)))
        self._keys: dict[str, Encounter] = {}
        """Of messages on their way, and about whose visit each is."""
        self._group: asyncio.TaskGroup | None = None
        self._out: dict[asyncio.Task[None], Encounter | None] = {}
        """What is on its way out, and about whose visit it is."""

    def adopt(self, site: SiteConfig) -> None:
        """Reach the people of another edition of the site; those who are gone from it, too."""
        here = {host.name for host in site.hosts}
        self._former = tuple(h for h in (*self._site.hosts, *self._former) if h.name not in here)
        self._site = site

    async def begin(self, group: asyncio.TaskGroup) -> None:
        """From now on errands run in `group`; what an earlier run was killed over goes out."""
        self._group = group
        if not self._keeper.path.is_file():
            return
        now = self._clock.now()
        for message in await self._unsent.left_over():
            age_s = self._wall.unix_s(now) - message.asked_unix_s
            if age_s <= self._notify.left_over_s:
                self._go(self._tell_late(message) if message.host else self._see_to_call(message))
                continue
            await self._unsent.drop(message.key)
            whose = "a message to a host" if message.host else "a call for help"
            self._complain(f"{whose} was held up by a restart, and too old to send")

    def end(self) -> None:
        """No errand is begun any more."""
        self._group = None

    @property
    def running(self) -> bool:
        """Errands are run now."""
        return self._group is not None

    async def drained(self) -> None:
        """Return when nothing is on its way."""
        while self._out:
            await asyncio.wait(tuple(self._out))

    def tell_host(self, tell: NotifyHost, encounter: Encounter, at: float) -> None:
        """Have a host told of a visitor."""
        self._go(self._tell_host(tell, encounter, at), encounter)

    def call(self, *, urgent: bool, because: str) -> None:
        """Have whoever is on duty told; in an emergency that nobody hears, the staff."""
        asked_unix_s = self._wall.unix_s(self._clock.now())
        message = OnItsWay(
            key=secrets.token_hex(16),
            asked_unix_s=asked_unix_s,
            host="",
            subject=_CALLS[urgent],
            text=because,
        )
        self._go(self._see_to_call(message))

    def cancel(self, encounter: Encounter) -> None:
        """What is still on its way about this visit, or waits to be tried again, is given up."""
        for task, about in tuple(self._out.items()):
            if about is encounter:
                task.cancel()

    async def forget(self, encounter: Encounter) -> None:
        """Nothing about this visit lies on the disk to be sent."""
        keys = [key for key, about in self._keys.items() if about is encounter]
        await self._unsent.drop(*keys)
        for key in keys:
            self._keys.pop(key, None)

    async def send(self, notify: Notify, subject: str, text: str, key: str = "") -> str:
        """Send to an address of the site; return an empty text, or what went wrong."""
        try:
            channel = self.channels.get(notify.channel)
            if channel is None:
                channel = pick("notification", CHANNELS, notify.channel)(self._notify)
                self.channels[notify.channel] = channel
        except FoyerError as fault:
            return str(fault)
        return await send_with_retry(
            channel, notify.address, subject, text, config=self._notify, clock=self._clock, key=key
        )

    async def _tell_host(self, tell: NotifyHost, encounter: Encounter, at: float) -> None:
        text = _PURPOSES[tell.purpose].format(visitor=tell.visitor, words=tell.words)
        if tell.time:
            text += f" (appointment at {tell.time})"
        message = OnItsWay(
            key=secrets.token_hex(16),
            asked_unix_s=self._wall.unix_s(at),
            host=tell.host,
            subject=f"visitor: {tell.purpose}",
            text=text,
        )
        self._keys[message.key] = encounter
        await self._unsent.keep(message)
        problem = await self._deliver(message, at, person=encounter.person)
        self._keys.pop(message.key, None)
        if problem:
            missed = encounter.conversation.unreachable
            encounter.conversation = replace(
                encounter.conversation, unreachable=(*missed, tell.host)
            )
            self._help(CallHelp(urgent=False, because=_UNREACHABLE), encounter, at)

    async def _tell_late(self, message: OnItsWay) -> None:
        at = self._clock.now()
        if await self._deliver(message, at, otherwise="held up by a restart"):
            nobody = Encounter(began_at=at, last_at=at)
            self._help(CallHelp(urgent=False, because=_UNREACHABLE), nobody, at)

    async def _deliver(
        self,
        message: OnItsWay,
        at: float,
        *,
        person: PersonId | None = None,
        otherwise: str = "",
    ) -> str:
        """Send it, and tell what came of it; return what went wrong."""
        known = (*self._site.hosts, *self._former)
        host = next((h for h in known if h.name == message.host), None)
        notify = host.notify if host else Notify()
        problem = await self.send(notify, message.subject, message.text, message.key)
        await self._unsent.drop(message.key)
        self._publish(
            HostNotified(
                at=at,
                host=message.host,
                person=person,
                channel=notify.channel,
                delivered=not problem,
                detail=problem or otherwise,
            )
        )
        return problem

    async def _see_to_call(self, message: OnItsWay) -> None:
        # Side by side: nobody in need waits for a disk.
        async with asyncio.TaskGroup() as both:
            both.create_task(self._unsent.keep(message))
            both.create_task(self._call(message))
        await self._unsent.drop(message.key)

    async def _call(self, message: OnItsWay) -> None:
        """Tell whoever is on duty; in an emergency that nobody hears, the staff."""
        subject, text, key = message.subject, message.text, message.key
        site = self._site
        duty = site.emergency.notify if subject == _CALLS[True] else site.staff
        problem = await self.send(duty, subject, text, key)
        if problem and duty != site.staff:
            self._complain(f"the people on duty could not be told: {problem}; staff are told")
            problem = await self.send(site.staff, subject, text, key)
        if problem:
            self._complain(f"staff could not be told: {problem}")

    def _go(self, errand: Coroutine[Any, Any, None], about: Encounter | None = None) -> None:
        if self._group is None:
            errand.close()
            return
        task = self._group.create_task(errand)
        self._out[task] = about
        task.add_done_callback(lambda done: self._out.pop(done, None))

    def _complain(self, detail: str) -> None:
        self._publish(
            ComponentHealth(
                at=self._clock.now(),
                component="behavior.dialogue",
                health=Health.DEGRADED,
                detail=detail,
            )
        )
