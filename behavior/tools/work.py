"""The tools themselves: each gives a typed result, and none of them says a word."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from agent.core.backend import Row, Table, pick
from agent.core.errors import FoyerError
from agent.core.messages import TicketCalled
from behavior.dialogue.memory import Encounter
from behavior.house.site import SiteConfig
from behavior.tools.calendars import CalendarConfig, Event, expectation, programme, room_state
from behavior.tools.contract import (
    Agenda,
    Department,
    Expected,
    Listen,
    Look,
    NoRoute,
    NoTicket,
    OutsideArguments,
    People,
    Person,
    Result,
    RoomAt,
    Route,
    SensorArguments,
    Service,
    Ticket,
    ToolError,
    UseTool,
    Way,
    Who,
)
from behavior.tools.floor_map import find_way
from behavior.tools.permission import CalendarRule, ToolsConfig
from behavior.tools.queues import ServiceConfig, Waiting, estimated_wait_s
from behavior.tools.reach import Reach
from behavior.tools.senses import Senses

T = TypeVar("T")

SHELVES: Table = {
    "icalendar": Row(
        path="behavior.backends.tool_calendar:CalendarShelf",
        about="iCalendar files and addresses on the local network",
        packages=("icalendar", "recurring_ical_events", "aiohttp"),
    ),
}


TICKETS: Table = {
    "sqlite": Row(
        path="behavior.backends.tool_tickets:TicketBook",
        about="numbers in one SQLite file; needs nothing else",
    ),
}


class Tickets(Protocol):
    """Numbers of queues on a disk. Blocking."""

    def take(
        self, service: str, day: str, visit: str, unix_s: float, *, first: int
    ) -> tuple[Waiting, bool]:
        """Give a number."""
        ...

    def day(self, service: str, day: str) -> tuple[Waiting, ...]:
        """All of a day."""
        ...

    def call_next(self, service: str, day: str, unix_s: float) -> int | None:
        """Call the lowest that waits."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class Calendars(Protocol):
    """Events of a day."""

    async def events(self, config: CalendarConfig, day: date) -> tuple[Event, ...]:
        """Return them. Raises `ToolError`."""
        ...


class Work:
    """Does what `ToolDesk` lets through."""

    def __init__(
        self,
        *,
        site: SiteConfig,
        tickets: Callable[[], Tickets],
        now: Callable[[], float],
        folder: Path = Path(),
        senses: Senses | None = None,
        reach: Reach | None = None,
    ) -> None:
        """`tickets` opens the book of numbers; called once, in its thread, when first needed.

        `folder`: where calendars' files are looked up. Without `senses` nobody looks or listens,
        without `reach` no sensor is read and no server asked, as in a replay.
        """
        self._senses = senses
        self._reach = reach
        self._site = site
        self._open_tickets = tickets
        self._now = now
        self._folder = folder
        self._tickets: Tickets | None = None
        self._disk: ThreadPoolExecutor | None = None
        self._shelf: Calendars | None = None

    def adopt(self, site: SiteConfig, rules: ToolsConfig) -> None:
        """Work by another edition of the site, or by other rules."""
        if site is not self._site:
            self._site, self._shelf = site, None
        if self._reach is not None:
            self._reach.adopt(site, rules)

    async def run(self, rules: ToolsConfig) -> None:
        """Keep up sensors and servers, until cancelled."""
        if self._reach is not None:
            await self._reach.run(self._site, rules)

    async def do(
        self, use: UseTool, encounter: Encounter, local_time: datetime, rules: ToolsConfig
    ) -> Result:
        """Do it. Raises `ToolError`."""
        match use.arguments:
            case Person(host=name):
                host = next(h for h in self._site.hosts if h.name == name)
                return Who(host=host.name, department=host.department, status=host.status)
            case Department(department=department):
                named = tuple(h.name for h in self._site.hosts if h.department == department)
                return People(department=department, hosts=named)
            case Way():
                return self._way(use.arguments)
            case RoomAt() | Agenda() | Expected():
                return await self._look_up(use.arguments, local_time, rules.calendar)
            case Service(service=key):
                return await self._number(use.tool, self._service(key), encounter, local_time)
            case Look() | Listen() if self._senses is not None:
                return await self._sense(use.arguments, encounter, self._senses)
            case SensorArguments(sensor=key) if self._reach is not None:
                sensor = next(one for one in self._site.sensors if one.key == key)
                return await self._reach.read(sensor, local_time.timestamp())
            case OutsideArguments() if self._reach is not None:
                return await self._reach.ask(rules, use.tool, use.arguments)
        raise ToolError(f"{use.tool}: nobody does it")

    async def close(self) -> None:
        """Let go of the book of numbers."""
        if self._disk is not None:
            book, self._tickets = self._tickets, None
            if book is not None:
                await asyncio.get_running_loop().run_in_executor(self._disk, book.close)
            self._disk.shutdown(wait=False)
            self._disk = None

    @staticmethod
    async def _sense(asked: Look | Listen, encounter: Encounter, senses: Senses) -> Result:
        if isinstance(asked, Look):
            return await senses.look(asked, encounter)
        return await senses.listen(asked, encounter)

    # Ways

    def _way(self, way: Way) -> Result:
        floors, to = self._site.floor_map, self._site.place(way.to)
        goal, start = floors.point_of(way.to), floors.desk
        if way.start and (begins := floors.point_of(way.start)):
            start = begins.key
        if to is None or goal is None:
            raise ToolError("way: the place is not on the floor map")
        found = find_way(
            floors,
            start,
            goal.key,
            step_free=way.step_free,
            name=to.the,
            without_lift=way.without_lift,
        )
        if found is None or not found[0]:
            return NoRoute(to=to.the, step_free=way.step_free)
        steps, length_m, toward = found
        return Route(
            to=to.the,
            steps=steps,
            length_m=length_m,
            toward=toward if start == floors.desk else None,
            step_free=way.step_free,
            screen=to.screen or f"{to.name[:1].upper()}{to.name[1:]}",
        )

    # Calendars

    async def _look_up(
        self, asked: RoomAt | Agenda | Expected, now: datetime, rule: CalendarRule
    ) -> Result:
        shelf = self._shelf_of(now)
        at = now
        if not isinstance(asked, Expected) and asked.at is not None:
            at = asked.at if asked.at.tzinfo else asked.at.replace(tzinfo=now.tzinfo)
        if isinstance(asked, Expected):
            events: list[Event] = []
            for config in self._site.calendars:
                if config.purpose == "visitors":
                    events += await shelf.events(config, now.date())
            told = rule.tells == "time"
            return expectation(events, visitor=asked.visitor, tells_time=told)
        rooms = [
            c for c in self._site.calendars
            if c.purpose == "room" and (not asked.room or c.place == asked.room)
        ]  # fmt: skip
        found = [(e, c) for c in rooms for e in await shelf.events(c, at.date())]
        if isinstance(asked, RoomAt):
            place = self._site.place(asked.room)
            room = place.the if place else asked.room
            return room_state([e for e, _ in found], room=room, at=at, now=now)
        rows = [(e, self._room(c.place), c.titles) for e, c in found]
        return programme(rows, at=at if asked.at is not None else None, now=now)

    def _room(self, key: str) -> str:
        place = self._site.place(key)
        return place.the if place else ""

    def _shelf_of(self, now: datetime) -> Calendars:
        if self._shelf is None:
            try:
                opened = pick("calendars", SHELVES, "icalendar")
            except FoyerError as error:
                raise ToolError(str(error)) from None
            self._shelf = opened(folder=self._folder, zone=now.tzinfo, now=self._now)
        return self._shelf

    # Queues

    def _service(self, key: str) -> ServiceConfig:
        return next(s for s in self._site.services if s.key == key)

    async def _number(
        self, tool: str, service: ServiceConfig, encounter: Encounter, now: datetime
    ) -> Result:
        day, unix_s, visit = now.date().isoformat(), now.timestamp(), encounter.key

        def work(book: Tickets) -> tuple[Waiting | None, bool, tuple[Waiting, ...]]:
            if tool == "take_number":
                held, new = book.take(service.key, day, visit, unix_s, first=service.first)
                return held, new, book.day(service.key, day)
            rows = book.day(service.key, day)
            mine = [w for w in rows if w.visit == visit]
            return (mine[-1] if mine else None), False, rows

        held, new, rows = await self._on_disk(work)
        if held is None:
            return NoTicket(service=service.key, name=service.name)
        ahead = sum(1 for w in rows if w.called_unix_s is None and w.number < held.number)
        place = self._site.place(service.place)
        return Ticket(
            service=service.key,
            name=service.name,
            number=held.number,
            ahead=ahead,
            wait_s=estimated_wait_s(rows, ahead, unix_s),
            place=place.the if place else "",
            new=new,
            called=held.called_unix_s is not None,
        )

    async def call_next(self, service: str, local_time: datetime) -> TicketCalled | None:
        """Call the next number; None: nobody waits, or there is no such queue."""
        known = next((s for s in self._site.services if s.key == service), None)
        if known is None:
            return None
        day, unix_s = local_time.date().isoformat(), local_time.timestamp()
        number = await self._on_disk(lambda book: book.call_next(service, day, unix_s))
        if number is None:
            return None
        place = self._site.place(known.place)
        where = f"Please come to {place.the}." if place else f"{known.name}."
        return TicketCalled(at=0.0, service=service, number=number, place=where)

    async def _on_disk(self, job: Callable[[Tickets], T]) -> T:
        if self._disk is None:
            self._disk = ThreadPoolExecutor(1, thread_name_prefix="tickets")

        def work() -> T:
            if self._tickets is None:
                self._tickets = self._open_tickets()
            return job(self._tickets)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._disk, work)
        except (sqlite3.Error, OSError, FoyerError) as error:
            raise ToolError(f"the book of numbers: {error}") from None
