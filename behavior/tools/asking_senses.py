"""Whether a line asks to look, to listen, for a sensor or for a tool of an MCP server. Pure.

Nobody is looked for: a line that asks who somebody is, how they look, or for one of the house's
own people is answered with what the agent does not do.
"""

import re
from dataclasses import replace
from functools import lru_cache

from behavior.house.directory import Directory
from behavior.house.site import Destination
from behavior.languages.sounds_like import likeness, plain
from behavior.languages.tongue import Tongue
from behavior.tools.contract import (
    Listen,
    Look,
    OutsideArguments,
    RoomAt,
    SensorArguments,
)
from behavior.tools.outside import McpToolConfig
from behavior.tools.permission import ToolsConfig
from behavior.tools.wanted import Asked

_ALIKE = 0.88
_PEOPLE = re.compile(r"\b(?:anybody|anyone|somebody|someone|people|any one|some one)\b")
_LEAD = re.compile(
    r"^(?:(?:please|and|so|can you tell me|could you tell me|do you know|tell me) )+"
)


def observation_for(
    text: str, directory: Directory, rules: ToolsConfig | None, words: Tongue
) -> Asked | None:
    """Return what is asked of eyes, ears, sensors and servers. `text`: plain."""
    text = _LEAD.sub("", text)
    firm = (
        (_outside(text, rules) if rules is not None else None)
        or _sensor(text, directory)
        or _private(text, directory, words)
    )
    if firm is None and (listened := _listen(text, words)):
        return sure(listened)
    if firm is None and (looked := _look(text, directory, words)):
        # What the house says of its eyes in general comes before a look at the visitor.
        general = looked.arguments == Look(at="visitor") or looked.arguments == Look()
        return looked if general and not words.tool("look_anybody").search(text) else sure(looked)
    return sure(firm) if firm is not None else None


def sure(asked: Asked) -> Asked:
    """The same, whatever known question it is like."""
    return replace(asked, firm=True)


# What is private


def _private(text: str, directory: Directory, words: Tongue) -> Asked | None:
    if words.tool("overhear").search(text):
        because = "asked for what others say to each other"
        return Asked("listen", None, refuse=because, say="tool.listen.private")
    if words.tool("who_is_it").search(text):
        because = "asked who somebody is, or how they look"
        return Asked("look", None, refuse=because, say="tool.look.nobody_known")
    if _looks(text, words) and names_somebody(text, directory):
        because = "asked to look for somebody by name"
        return Asked("look", None, refuse=because, say="tool.look.nobody_known")
    return None


def is_it_somebody(text: str, directory: Directory, words: Tongue) -> Asked | None:
    """Of a whole line: to look, and whether it is somebody. Its parts would each seem harmless."""
    asks = words.tool("look_is_it").search(text) and _looks(text, words)
    if not asks or not names_somebody(text, directory):
        return None
    because = "asked to look for somebody by name"
    return Asked("look", None, refuse=because, say="tool.look.nobody_known", firm=True)


def _looks(text: str, words: Tongue) -> bool:
    eyes = ("look_for", "look_anybody", "look_around", "look_behind_me", "look_by_eye")
    return any(words.tool(name).search(text) for name in eyes)


def names_somebody(text: str, directory: Directory) -> bool:
    """Whether one of the house's own people is named."""
    return directory.people(_PEOPLE.sub(" ", text)).sure


# Eyes


def _look(text: str, directory: Directory, words: Tongue) -> Asked | None:
    if words.tool("look_at_back").search(text) and words.tool("look_anybody").search(text):
        return Asked("look", Look(at="behind_visitor"))
    if words.tool("look_behind_me").search(text):
        return Asked("look", Look(at="behind_visitor"))
    if words.tool("look_see_me").search(text):
        return Asked("look", Look(at="visitor"))
    place = _place(text, directory)
    see = words.tool("look_by_eye").search(text)
    if place is not None and (see or _at_place(text, place, words)):
        return _look_at(place, directory, free=bool(words.tool("look_free").search(text)))
    if not _asks_for_people(text, words):
        return None
    if words.tool("look_elsewhere").search(text):
        return Asked("look", Look(), say="tool.look.blind.elsewhere")
    at = "nearest" if words.tool("look_nearest").search(text) else "around"
    return Asked("look", Look(at=at))


def _asks_for_people(text: str, words: Tongue) -> bool:
    return any(words.tool(name).search(text) for name in ("look_anybody", "look_around"))


def _at_place(text: str, place: Destination, words: Tongue) -> bool:
    """Whether people there are asked for; a place that cannot be seen is told to be so."""
    if words.tool("look_anybody").search(text):
        return True
    return place.in_view_m > 0 and bool(words.tool("look_crowd").search(text))


def _look_at(place: Destination, directory: Directory, *, free: bool) -> Asked:
    rooms = {c.place for c in directory.site.calendars if c.purpose == "room"}
    look = Asked("look", Look(at="place", place=place.key))
    if free and place.key in rooms:
        booked = Asked("room_free", RoomAt(room=place.key))
        if place.in_view_m <= 0:
            return Asked("room_free", RoomAt(room=place.key), say="tool.look.by_calendar")
        return Asked("look", look.arguments, then=booked)
    return look


def _place(text: str, directory: Directory) -> Destination | None:
    return next((place for place, score, _ in directory.places(text) if score > 0.85), None)


# Ears


def _listen(text: str, words: Tongue) -> Asked | None:
    return Asked("listen", Listen()) if words.tool("listen").search(text) else None


# What the site names


def _sensor(text: str, directory: Directory) -> Asked | None:
    for sensor in directory.site.sensors:
        if any(_is_asked(text, phrase) for phrase in sensor.asks):
            return Asked("sensor", SensorArguments(sensor=sensor.key))
    return None


def _is_asked(text: str, phrase: str) -> bool:
    words = plain(phrase)
    return bool(words) and (f" {words} " in f" {text} " or likeness(text, words) >= _ALIKE)


def _outside(text: str, rules: ToolsConfig) -> Asked | None:
    for server in rules.mcp:
        for tool in server.tools:
            if not tool.allowed:
                continue
            for phrase in tool.phrases:
                given = _given(text, phrase, tool)
                if given is not None:
                    return Asked(tool.called, OutsideArguments(given=given))
    return None


def _given(text: str, phrase: str, tool: McpToolConfig) -> dict[str, str] | None:
    """What the visitor's words put into the slots of a phrase; None: they do not ask for it."""
    if "{" not in phrase:
        return {} if _is_asked(text, phrase) else None
    match = _expression(phrase).search(text)
    if match is None:
        return None
    given = {name: words.strip() for name, words in match.groupdict().items()}
    for name, words in given.items():
        choices = {plain(choice): choice for choice in tool.arguments[name].choices}
        if choices:
            near = max(choices, key=lambda one, said=words: likeness(said, one))  # type: ignore[misc]
            if likeness(words, near) < _ALIKE:
                return None
            given[name] = choices[near]
    return given


@lru_cache(maxsize=256)
def _expression(phrase: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[a-z][a-z0-9_]*\})", phrase)
    made = [
        f"(?P<{part[1:-1]}>.{{1,80}}?)" if part.startswith("{") else re.escape(plain(part))
        for part in parts
        if part.strip()
    ]
    return re.compile(r"(?:^|\b)" + r"\s*".join(made) + r"(?: please)?$")
