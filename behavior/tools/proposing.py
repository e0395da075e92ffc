"""What a language model is told of the tools it may propose, and of what they have found. Pure.

Names, purposes and grammars are the house's and the site's own: no word of an MCP server's is here.
"""

from collections.abc import Iterable
from typing import Final

from behavior.house.site import SiteConfig
from behavior.tools.contract import TOOLS
from behavior.tools.permission import Leave

ROUNDS: Final = 2
"""So often a model is asked again with what its tools have found."""


def proposable(leave: Leave, site: SiteConfig) -> dict[str, dict[str, object]]:
    """Name -> JSON Schema of the arguments, of the tools that the rules let a model propose."""
    if not leave.ready:
        return {}
    rules, found = leave.config, dict[str, dict[str, object]]()
    for name, tool in TOOLS.items():
        rule = rules.rule(name)
        if not (tool.proposable and rule.allowed and rule.model_may_propose):
            continue
        if name == "sensor" and not site.sensors:
            continue
        found[name] = tool.arguments.model_json_schema()
    for server in rules.mcp:
        for one in server.tools:
            if one.allowed and one.model_may_propose:
                found[one.called] = one.grammar()
    return found


def told(names: Iterable[str], leave: Leave, site: SiteConfig) -> list[str]:
    """A line for each: its name and what it is for, and the keys it can be given."""
    lines = []
    for name in names:
        row = leave.config.row(name)
        about = row.about if row is not None else ""
        keys: list[str] = []
        if name == "sensor":
            keys = [f"{one.key} ({one.name})" for one in site.sensors]
        elif name == "look":
            keys = [place.key for place in site.places if place.in_view_m > 0]
        more = f"; keys: {', '.join(keys)}" if keys else ""
        lines.append(f"- `{name}`: {about}{more}")
    return lines
