"""Whether what a tool is asked exists here: the last look before it runs. Pure.

A model may write any key; a visitor's line may be misheard. Only what the site holds is used.
"""

from collections.abc import Mapping

from pydantic import ValidationError

from behavior.directory import SiteConfig
from behavior.tools.contract import (
    TOOLS,
    Agenda,
    Department,
    Expected,
    Message,
    Person,
    Refuse,
    RoomAt,
    Service,
    UseTool,
    WantedBy,
    Way,
)


def fault_of(use: UseTool, site: SiteConfig) -> str:
    """Return what is wrong with the arguments, by the site's own data; empty: nothing."""
    arguments = use.arguments
    if not isinstance(arguments, TOOLS[use.tool].arguments):
        return "arguments of another tool"
    rooms = {c.place for c in site.calendars if c.purpose == "room"}
    match arguments:
        case Person(host=host) | Message(host=host):
            known = any(one.name == host for one in site.hosts)
            return "" if known else "nobody of that name in the directory"
        case Department(department=department):
            known = any(one.department == department for one in site.hosts)
            return "" if known else "no such department"
        case Way():
            keys = {arguments.to, *([arguments.start] if arguments.start else [])}
            places = [site.place(key) for key in keys]
            if any(place is None or not place.public for place in places):
                return "no such place that visitors may go to"
            on_map = all(site.floor_map.point_of(key) for key in keys)
            return "" if on_map else "the place is not on the floor map"
        case RoomAt(room=room):
            return "" if room in rooms else "no calendar of that room"
        case Agenda(room=room):
            return "" if not room or room in rooms else "no calendar of that room"
        case Service(service=service):
            known = any(one.key == service for one in site.services)
            return "" if known else "no such queue"
        case Expected():
            known = any(c.purpose == "visitors" for c in site.calendars)
            return "" if known else "no calendar of visitors"
        case _:
            return ""


def proposal(raw: object, site: SiteConfig) -> UseTool | Refuse | None:
    """Read what a model proposes. None: nothing; `Refuse`: it is no tool, or not of this site."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or set(raw) - {"name", "arguments"}:
        return Refuse(tool="unknown", because="a model proposed something that is no tool")
    name, given = raw.get("name"), raw.get("arguments") or {}
    if not isinstance(name, str) or name not in TOOLS:
        return Refuse(tool="unknown", because="a model proposed a tool that does not exist")
    try:
        arguments = TOOLS[name].arguments.model_validate(given)
    except ValidationError:
        return Refuse(tool=name, because="a model proposed arguments that the tool does not take")
    use = UseTool(tool=name, arguments=arguments, wanted_by=WantedBy.MODEL)
    if fault := fault_of(use, site):
        return Refuse(tool=name, because=f"a model proposed: {fault}")
    return use
