"""iCalendar (RFC 5545) from a file or from an address on the local network, as events of a day.

Recurrence rules, exceptions and time zones are read by `recurring-ical-events`. What is fetched is
bounded in size and time, comes from private addresses only, and follows no redirection.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from behavior.backends.local_http import fetched
from behavior.tools.calendars import CalendarConfig, Event
from behavior.tools.contract import ToolError

_MAX_BYTES = 2_000_000
_EVENTS_A_DAY = 500
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})


@dataclass(slots=True)
class _Kept:
    read_at: float
    calendar: icalendar.Calendar
    days: dict[date, tuple[Event, ...]]


class CalendarShelf:
    """All calendars of a site. What was read is kept for `refresh_s`, days and all."""

    def __init__(self, *, folder: Path, zone: ZoneInfo, now: Callable[[], float]) -> None:
        """`folder`: where names of files are looked up. `now`: the agent's axis, seconds."""
        self._folder = folder
        self._zone = zone
        self._now = now
        self._kept: dict[str, _Kept] = {}
        self._reading: dict[str, asyncio.Lock] = {}

    async def events(self, config: CalendarConfig, day: date) -> tuple[Event, ...]:
        """Return the events of one day. Raises `ToolError` with what is wrong."""
        lock = self._reading.setdefault(config.source, asyncio.Lock())
        async with lock:
            kept = self._kept.get(config.source)
            if kept is None or self._now() - kept.read_at > config.refresh_s:
                data = await self._data(config.source)
                calendar = await asyncio.to_thread(_parsed, data, config.source)
                kept = self._kept[config.source] = _Kept(self._now(), calendar, {})
            if day not in kept.days:
                days = await asyncio.to_thread(_events_of, kept.calendar, day, self._zone)
                kept.days[day] = days
            return kept.days[day]

    async def _data(self, source: str) -> bytes:
        if "://" in source:
            return await fetched(source, "calendar", max_bytes=_MAX_BYTES)
        path = Path(source)
        return await asyncio.to_thread(_file, path if path.is_absolute() else self._folder / path)


def _file(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ToolError(f"calendar {path}: no such file")
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ToolError(f"calendar {path}: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise ToolError(f"calendar {path}: larger than {_MAX_BYTES // 1_000_000} MB")
    return data


def _parsed(data: bytes, source: str) -> icalendar.Calendar:
    try:
        calendar = icalendar.Calendar.from_ical(data)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ToolError(
            f"calendar {_short(source)}: not iCalendar ({type(error).__name__})"
        ) from None
    if not isinstance(calendar, icalendar.Calendar):
        raise ToolError(f"calendar {_short(source)}: not iCalendar")
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE")
        for rule in rules if isinstance(rules, list) else [rules] if rules else []:
            if _TOO_OFTEN & {str(f) for f in rule.get("FREQ", ())}:
                raise ToolError(f"calendar {_short(source)}: an event that recurs every minute")
    return calendar


def _short(source: str) -> str:
    return urlsplit(source).hostname or "" if "://" in source else source


def _events_of(calendar: icalendar.Calendar, day: date, zone: ZoneInfo) -> tuple[Event, ...]:
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    try:
        found = recurring_ical_events.of(calendar, skip_bad_series=True).between(
            start, start + timedelta(days=1)
        )
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise ToolError(f"calendar: its events cannot be read ({type(error).__name__})") from None
    events = [_event(row, zone) for row in found[:_EVENTS_A_DAY]]
    return tuple(sorted((e for e in events if e is not None), key=lambda e: e.begins))


def _event(row: icalendar.Event, zone: ZoneInfo) -> Event | None:
    if str(row.get("STATUS", "")).upper() == "CANCELLED":
        return None
    try:
        begins, ends = _at(row.start, zone), _at(row.end, zone)
    except icalendar.error.InvalidCalendar:
        return None  # no beginning: it is nowhere in time
    public = str(row.get("CLASS", "PUBLIC")).upper() == "PUBLIC"
    busy = str(row.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
    invited = row.get("ATTENDEE") or []
    names = [
        str(a.params.get("CN", "")) for a in (invited if isinstance(invited, list) else [invited])
    ]
    return Event(
        begins=begins,
        ends=ends,
        title=str(row.get("SUMMARY", "")),
        public=public,
        busy=busy,
        names=tuple(name for name in names if name),
    )


def _at(value: date | datetime, zone: ZoneInfo) -> datetime:
    """At the site's time; floating times and whole days are the site's own."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    if value.tzinfo is None:
        return value.replace(tzinfo=zone)
    return value.astimezone(UTC).astimezone(zone)
