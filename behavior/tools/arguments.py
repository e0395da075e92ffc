"""Whether what a tool is asked exists here: the last look before it runs. Pure.

A model may write any key; a visitor's line may be misheard. Only what the site holds is used.
"""

from collections.abc import Mapping

from pydantic import ValidationError

from behavior.house.site import SiteConfig
from behavior.tools.contract import (
    OUTSIDE,
    Agenda,
    Department,
    Expected,
    Fill,
    Look,
    Message,
    OutsideArguments,
    Person,
    Refuse,
    RoomAt,
    Send,
    SensorArguments,
    Service,
    ToolError,
    UseTool,
    WantedBy,
    Way,
    row_of,
)
from behavior.tools.permission import ToolsConfig


def fault_of(use: UseTool, site: SiteConfig, rules: ToolsConfig | None = None) -> str:  # noqa: C901 - one case a kind of arguments
    """Return what is wrong with the arguments, by the site's own data; empty: nothing."""
    arguments, row = use.arguments, row_of(use.tool)
    if row is None or not isinstance(arguments, row.arguments):
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
        case Look(at="place", place=key):
            return "" if site.place(key) is not None else "no such place"
        case SensorArguments(sensor=key):
            known = any(one.key == key for one in site.sensors)
            return "" if known else "no such sensor"
        case OutsideArguments():
            return _outside(use.tool, arguments, rules)
        case Fill(form=form) | Send(form=form):
            return "" if any(one.key == form for one in site.forms) else "no such form"
        case Expected():
            known = any(c.purpose == "visitors" for c in site.calendars)
            return "" if known else "no calendar of visitors"
        case _:
            return ""


def _unnamed(tool: str, rules: ToolsConfig | None) -> bool:
    """An MCP server's tool that the rules do not name; its name goes nowhere."""
    return tool.startswith(OUTSIDE) and (rules is None or rules.outside(tool) is None)


def _outside(tool: str, arguments: OutsideArguments, rules: ToolsConfig | None) -> str:
    named = rules.outside(tool) if rules is not None else None
    if named is None:
        return "no such tool of an MCP server"
    try:
        named.sent(arguments)
    except ToolError as fault:
        return str(fault)
    return ""


def proposal(
    raw: object, site: SiteConfig, rules: ToolsConfig | None = None
) -> UseTool | Refuse | None:
    """Read what a model proposes. None: nothing; `Refuse`: it is no tool, or not of this site.

    `rules` name the tools of MCP servers; without them there are none.
    """
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or set(raw) - {"name", "arguments"}:
        return Refuse(tool="unknown", because="a model proposed something that is no tool")
    name, given = raw.get("name"), raw.get("arguments") or {}
    row = row_of(name) if isinstance(name, str) else None
    if row is None or not isinstance(name, str) or _unnamed(name, rules):
        return Refuse(tool="unknown", because="a model proposed a tool that does not exist")
    try:
        arguments = row.arguments.model_validate(given)
    except ValidationError:
        return Refuse(tool=name, because="a model proposed arguments that the tool does not take")
    use = UseTool(tool=name, arguments=arguments, wanted_by=WantedBy.MODEL)
    if fault := fault_of(use, site, rules):
        return Refuse(tool=name, because=f"a model proposed: {fault}")
    return use
