"""Which tool a visitor's line asks for, and with what: patterns, then the site's own data.

A tool is asked for only with arguments that the site knows: a person of the directory, a place
with a calendar, a queue it has. What a line says beyond that goes nowhere. Pure.
"""

import re
from datetime import datetime, timedelta

from behavior.house.directory import Directory
from behavior.house.site import Destination, SiteConfig
from behavior.languages.sounds_like import plain
from behavior.languages.tongue import ENGLISH, Tongue, tongue
from behavior.tools.asking_senses import observation_for
from behavior.tools.clock_times import time_of_day
from behavior.tools.contract import (
    Agenda,
    Department,
    Expected,
    NoArguments,
    Person,
    RoomAt,
    Service,
    UseTool,
    Way,
)
from behavior.tools.permission import ToolsConfig
from behavior.tools.queues import ServiceConfig
from behavior.tools.trust import fit_name
from behavior.tools.wanted import Asked as Asked

_ENGLISH = tongue(ENGLISH)
_HOURS = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve".split(),  # noqa: SIM905
        range(1, 13),
        strict=True,
    )
) | {"noon": 12}
_MINUTES = {"thirty": 30, "fifteen": 15, "forty five": 45, "fifty": 50, "twenty": 20}
_BEFORE = {"half past": 30, "quarter past": 15, "ten past": 10, "five past": 5,
           "quarter to": -15, "ten to": -10, "five to": -5}  # fmt: skip
_AT = re.compile(
    r"\b(?:at|around|about|by|from) "
    r"(?:a )?(?P<before>half past |quarter (?:past|to) |ten (?:past|to) |five (?:past|to) )?"
    r"(?P<hour>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|\d{1,2})"
    r"(?:[: ](?P<digits>\d{2})(?!\d))?"
    r"(?: (?P<minutes>thirty|fifteen|forty five|fifty|twenty))?"
    r"(?: (?:o'?clock))?(?: (?P<half>a ?m|p ?m|in the morning|in the afternoon|tonight))?\b"
)
_FOR_EYES = re.compile(r"\b(?:see|look|watch)\b")
"""Not a question for a calendar alone."""


def asked_for(
    line: str,
    directory: Directory,
    *,
    now: datetime | None,
    visitor: str = "",
    words: Tongue = _ENGLISH,
    rules: ToolsConfig | None = None,
) -> Asked | None:
    """Return the tool that a line asks for, or None. `visitor`: the name given before.

    `rules` name what may be asked of MCP servers.
    """
    text = plain(line)
    site = directory.site
    looked_up = _calendar(text, directory, now, visitor, words) if site.calendars else None
    if site.services and _names_service(text, site) and (found := _queue(text, site, words)):
        return found
    found = observation_for(text, directory, rules, words)
    for_eyes = found is not None and _FOR_EYES.search(text) is not None
    if looked_up is not None and _is_out_of_sight(looked_up, site) and not for_eyes:
        return looked_up
    if found:
        return found
    if looked_up is not None:
        return looked_up
    if site.services and (found := _queue(text, site, words)):
        return found
    if site.floor_map.points and (found := _way(text, directory, words)):
        return found
    return _directory(text, directory, words)


def use_of(asked: Asked) -> UseTool:
    """The use that is wanted; only where nothing is missing."""
    return UseTool(tool=asked.tool, arguments=asked.arguments or NoArguments())


# Calendars


def _calendar(
    text: str, directory: Directory, now: datetime | None, visitor: str, words: Tongue
) -> Asked | None:
    site = directory.site
    if any(c.purpose == "visitors" for c in site.calendars) and words.tool("expected").search(text):
        name = fit_name(visitor)
        known = len(name.split()) >= 2
        return Asked("expected", Expected(visitor=name) if known else None)
    rooms = {c.place for c in site.calendars if c.purpose == "room" and c.place}
    if not rooms:
        return None
    place = _place_with(directory, text, rooms)
    at = _time_in(text, now, words)
    if place is not None and words.tool("room_free").search(text):
        return Asked("room_free", RoomAt(room=place.key, at=at))
    if words.tool("agenda").search(text):
        return Asked("agenda", Agenda(room=place.key if place else "", at=at))
    return None


def _is_out_of_sight(asked: Asked, site: SiteConfig) -> bool:
    """Whether a room is asked about that cannot be seen from the desk."""
    place = site.place(getattr(asked.arguments, "room", ""))
    return asked.tool == "room_free" and place is not None and not place.in_view_m


def _place_with(directory: Directory, text: str, keys: set[str]) -> Destination | None:
    return next(
        (p for p, score, _ in directory.places(text) if p.key in keys and score > 0.8), None
    )


def _time_in(text: str, now: datetime | None, words: Tongue) -> datetime | None:
    """The next time of day that the words may mean, within the day."""
    if words.code != ENGLISH:
        found = time_of_day(text, words.code)
        return _on_the_day(now, found.minutes, found.certain) if found and now else None
    match = _AT.search(text)
    if match is None or now is None:
        return None
    hour = _HOURS.get(match["hour"]) or int(match["hour"]) if match["hour"] != "0" else 0
    if hour > 23:
        return None
    minutes = int(match["digits"] or 0) + _MINUTES.get(match["minutes"] or "", 0)
    minutes += _BEFORE.get((match["before"] or "").strip(), 0)
    half = (match["half"] or "").replace(" ", "")
    if half in {"pm", "intheafternoon", "tonight"} and hour < 12:
        hour += 12
    elif half in {"am", "inthemorning"} and hour == 12:
        hour = 0
    return _on_the_day(now, 60 * hour + minutes, bool(half) or hour >= 12)


def _on_the_day(now: datetime, minutes: int, certain: bool) -> datetime:
    at = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
    if not certain and (at < now - timedelta(minutes=30) or minutes < 7 * 60):
        at += timedelta(hours=12)  # `at three` is in the afternoon
    return at


# Queues


def _queue(text: str, site: SiteConfig, words: Tongue) -> Asked | None:
    service = _service(text, site)
    if words.tool("my_number").search(text):
        return Asked("my_number", Service(service=service.key))
    if words.tool("take_number").search(text):
        return Asked("take_number", Service(service=service.key))
    return None


def _names_service(text: str, site: SiteConfig) -> bool:
    return any(plain(name) in text for s in site.services for name in (s.name, *s.also))


def _service(text: str, site: SiteConfig) -> ServiceConfig:
    named = [s for s in site.services if any(plain(name) in text for name in (s.name, *s.also))]
    return named[0] if named else site.services[0]


# Ways


def _way(text: str, directory: Directory, words: Tongue) -> Asked | None:
    step_free = bool(words.tool("step_free").search(text))
    on_foot = not step_free and bool(words.tool("without_lift").search(text))
    text = words.tool("step_free").sub(" ", text)  # `I cannot climb stairs` asks for no stairs
    text = words.tool("without_lift").sub(" ", text) if on_foot else text
    site = directory.site
    start = ""
    if match := words.tool("way_from").search(text):
        from_where, to_where = (group for group in match.groups() if group)
        begins = _on_map(directory, from_where)
        start = begins.key if begins else ""
        text = to_where if start else text
    place = _on_map(directory, text)
    wanted = step_free or on_foot or start or (place is not None and not place.directions)
    if place is None or not wanted or not place.public:
        return None
    if step_free and place.key == "lift" and site.floor_map.point_of("lift") is None:
        return None
    return Asked("way", Way(to=place.key, start=start, step_free=step_free, without_lift=on_foot))


def _on_map(directory: Directory, text: str) -> Destination | None:
    floors = directory.site.floor_map
    return next(
        (p for p, score, _ in directory.places(text) if score > 0.8 and floors.point_of(p.key)),
        None,
    )


# The directory


def _directory(text: str, directory: Directory, words: Tongue) -> Asked | None:
    if words.tool("who").search(text):
        found = directory.people(text)
        if found.sure and len(found.hosts) == 1:
            return Asked("who", Person(host=found.hosts[0].name))
    if match := words.tool("department").search(text):
        named = next((g for g in match.groups() if g), "")
        if hosts := directory.department(named):
            return Asked("department", Department(department=hosts[0].department))
    return None
