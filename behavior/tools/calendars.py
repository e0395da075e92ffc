"""What calendars say, as far as it may be told: free or taken, what is on, whether one is expected.

Events come ready from `behavior.backends.tool_calendar`. Titles are somebody else's words: told
only where the site says so, and only if they are fit to be said. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from behavior.languages.sounds_like import likeness, plain
from behavior.tools.contract import Expectation, OnAt, Programme, RoomState
from behavior.tools.trust import fit_to_tell, without_tricks

_SAME_NAME = 0.9
_AT_MOST = 3
_SOON = timedelta(minutes=90)


class CalendarConfig(BaseModel):
    """One iCalendar file or address, and what it is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(
        min_length=1,
        description="A file beside the site's, or an http(s) address on the local network.",
    )
    purpose: Literal["room", "visitors"] = Field(
        "room",
        description="room: what is on there; visitors: who is expected, told to nobody else.",
    )
    place: str = Field("", description="Key of the place it belongs to; for rooms.")
    titles: bool = Field(False, description="Titles of public events may be told to visitors.")
    refresh_s: float = Field(60.0, ge=5, le=86_400, description="How old what is told may be.")

    @field_validator("source")
    @classmethod
    def _no_secret_in_it(cls, source: str) -> str:
        if "://" in source:
            parts = urlsplit(source)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("write an http or https address, or the name of a file")
            if parts.username or parts.password:
                raise ValueError(
                    "no user name or password in the address; this file is read by many"
                )
        return source


def seen_from_here(calendars: Iterable[CalendarConfig], folder: Path) -> tuple[CalendarConfig, ...]:
    """The calendars of a site whose file lies in `folder`, with their own files' full names."""
    return tuple(
        calendar
        if "://" in calendar.source
        else calendar.model_copy(update={"source": str(folder / calendar.source)})
        for calendar in calendars
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of one day, at the site's time."""

    begins: datetime
    ends: datetime
    title: str = ""
    public: bool = True
    """Its class is not private or confidential."""
    busy: bool = True
    """It takes the room; a transparent or cancelled one does not."""
    names: tuple[str, ...] = ()
    """Those invited. Told to nobody."""


def room_state(events: Iterable[Event], *, room: str, at: datetime, now: datetime) -> RoomState:
    """Whether the room is free at `at`, and until when."""
    busy = sorted((e for e in events if e.busy and e.ends > at), key=lambda e: e.begins)
    taken_until: datetime | None = None
    for event in busy:
        if event.begins <= (taken_until or at):
            taken_until = max(taken_until or at, event.ends)
    free = taken_until is None
    until = next((e.begins for e in busy), None) if free else taken_until
    same_day = until is not None and until.date() == at.date()
    near = abs((at - now).total_seconds()) < 60
    return RoomState(room=room, free=free, at=at, now=near, until=until if same_day else None)


def programme(
    events: Iterable[tuple[Event, str, bool]], *, at: datetime | None, now: datetime
) -> Programme:
    """What is on at `at`, or from now on today. Each event comes with its room and its licence."""
    on: list[OnAt] = []
    taken = 0
    for event, room, titles in sorted(events, key=lambda row: row[0].begins):
        begins_by = at if at is not None else now + _SOON
        if event.ends <= (at or now) or event.begins > begins_by or not event.busy:
            continue
        title = fit_to_tell(event.title) if titles and event.public else ""
        if title:
            on.append(OnAt(title=title, room=room, begins=event.begins, ends=event.ends))
        else:
            taken += 1
    return Programme(on=tuple(on[:_AT_MOST]), at=at, taken=taken)


def expectation(events: Iterable[Event], *, visitor: str, tells_time: bool) -> Expectation:
    """Whether somebody of this name is invited today. Of nobody else is anything told."""
    wanted = plain(without_tricks(visitor))
    if len(wanted.split()) < 2:
        return Expectation(found=False)  # a given name alone would be a guessing game
    found = [e for e in events if any(_same(wanted, plain(name)) for name in e.names)]
    if not found:
        return Expectation(found=False)
    first = min(found, key=lambda e: e.begins)
    return Expectation(found=True, begins=first.begins if tells_time else None)


def _same(one: str, other: str) -> bool:
    return bool(other) and (one == other or likeness(one, other) >= _SAME_NAME)
