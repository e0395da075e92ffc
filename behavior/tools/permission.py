"""Which tool may run for whom: the site's rules, and a pure judgement by them.

Nothing that a visitor says, a model proposes or a file contains is looked at here. A judgement
rests on the rules (`policies/tools.yaml`), the tool, its target in the directory, and counted
facts of the encounter. Its refusals are sentences an operator can act on; they hold no names.
"""

import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from behavior.tools.contract import OUTSIDE, Tool, WantedBy, row_of
from behavior.tools.outside import McpServerConfig, McpToolConfig
from behavior.tools.rule import ToolRule as ToolRule

_MINUTE_S = 60.0
_FOLLOW_UPS = frozenset({"correction", "withdrawn"})


class NotifyRule(ToolRule):
    """When hosts may be told."""

    hosts: tuple[str, ...] = Field(
        (), description="Only these may be told, full names; empty: everybody in the directory."
    )
    not_hosts: tuple[str, ...] = Field((), description="These may never be told.")
    per_visit: int = Field(
        6, ge=0, le=1000, description="Messages during one visit, corrections with them."
    )
    hosts_per_visit: int = Field(
        3, ge=0, le=1000, description="How many different hosts one visitor may have told."
    )
    per_minute: int = Field(12, ge=0, le=1000, description="Messages in a minute, all visitors.")
    visitors_words: bool = Field(
        True,
        description="A visitor's own words may be passed on to a host, read back and confirmed.",
    )


class CalendarRule(ToolRule):
    """What may be told of calendars."""

    tells: Literal["yes_no", "time"] = Field(
        "yes_no",
        description="Of a visitor's own appointment: only whether there is one, or when, too.",
    )
    per_visit: int = Field(8, ge=0, le=1000, description="How often during one visit.")
    names_per_visit: int = Field(
        1, ge=0, le=100, description="How many different names one visitor may ask about."
    )


class ScreenRule(ToolRule):
    """How the form on the screen may be filled in."""

    per_visit: int = Field(80, ge=0, le=1000, description="How often during one visit.")
    per_minute: int = Field(120, ge=0, le=1000, description="How often in a minute, all visitors.")
    step_s: float = Field(
        3.0, ge=0.5, le=10, description="The page answers a tap or a typed word within this time."
    )


class ToolsConfig(BaseModel):
    """What the agent may do besides talking, and for whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    directory: ToolRule = Field(
        ToolRule(model_may_propose=True), description="Whether somebody works here, and where."
    )
    notify_host: NotifyRule = Field(NotifyRule(), description="Telling hosts of visitors.")
    call_staff: ToolRule = Field(
        ToolRule(per_visit=4, per_minute=12),
        description="Asking a colleague to come. Emergencies are always let through.",
    )
    way: ToolRule = Field(
        ToolRule(aloud="always", model_may_propose=True), description="Ways on the floor map."
    )
    calendar: CalendarRule = Field(CalendarRule(), description="Rooms, events, appointments.")
    queue: ToolRule = Field(
        ToolRule(per_visit=6, aloud="always"), description="Numbers for those who wait."
    )
    memory: ToolRule = Field(ToolRule(), description="Questions about this very visit.")
    look: ToolRule = Field(
        ToolRule(per_visit=8, model_may_propose=True),
        description="Looking where a visitor asks: how many people are there, and where.",
    )
    listen: ToolRule = Field(
        ToolRule(per_visit=4, model_may_propose=True),
        description="Being still and listening: whether there is a voice, how loud it is.",
    )
    sensor: ToolRule = Field(
        ToolRule(model_may_propose=True), description="The sensors that the site names."
    )
    mcp: tuple[McpServerConfig, ...] = Field(
        (), description="MCP servers; of their tools only those named here are used."
    )
    screen: ScreenRule = Field(
        ScreenRule(), description="Filling in the form on the screen: tap, type, scroll."
    )
    forms: ToolRule = Field(
        ToolRule(per_visit=6, per_minute=12),
        description="Sending a form that a visitor has said yes to.",
    )
    bridge_after_s: float = Field(
        0.6, ge=0.1, le=3, description="A tool at work for longer is bridged by a few words."
    )
    call_line: str = Field(
        "It is your turn.", description="Said after the number that is called; empty: nothing."
    )

    @model_validator(mode="after")
    def _names_differ(self) -> "ToolsConfig":
        servers = [server.name for server in self.mcp]
        tools = [tool.name for server in self.mcp for tool in server.tools]
        for what, names in (("servers", servers), ("tools", tools)):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"two MCP {what} are called {', '.join(twice)}; rename one")
        return self

    def rule(self, tool: str) -> ToolRule:
        """The rule for a tool; what no rule names is not allowed."""
        row = row_of(tool)
        named = self.outside(tool) if row is None or row.rule == "mcp" else None
        rule = named if named is not None else getattr(self, row.rule if row else "", None)
        return rule if isinstance(rule, ToolRule) else ToolRule(allowed=False)

    def outside(self, tool: str) -> McpToolConfig | None:
        """The tool of an MCP server that is called so here."""
        name = tool.removeprefix(OUTSIDE)
        tools = (one for server in self.mcp for one in server.tools)
        return next((one for one in tools if one.name == name), None)

    def row(self, tool: str) -> Tool | None:
        """The row of a tool, with what the rules say of its time and of asking first."""
        row, named = row_of(tool), self.outside(tool) if tool.startswith(OUTSIDE) else None
        if row is None or named is None:
            return None if row is None or row.rule == "mcp" else row
        return replace(row, about=named.about, acts=named.acts, deadline_s=named.deadline_s)


def group_of(tool: str) -> str:
    """Under which name a tool's uses are counted and its refusals told."""
    row = row_of(tool)
    return tool if row is None or row.rule == "mcp" else row.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What counts for a judgement, at one moment."""

    open_now: bool = True
    greeted: bool = True
    named: bool = False
    in_visit: Mapping[str, int] = field(default_factory=dict)
    """Rule -> uses during this visit."""
    in_minute: Mapping[str, int] = field(default_factory=dict)
    """Rule -> uses in the last minute, all visitors."""
    hosts: frozenset[str] | None = None
    """Hosts told during this visit; None: not counted, as in a rehearsal."""
    names: frozenset[str] = frozenset()
    """Names that were asked about during this visit, plain."""


def judge(
    config: ToolsConfig,
    tool: str,
    standing: Standing,
    *,
    host: str = "",
    name: str = "",
    follow_up: bool = False,
    wanted_by: WantedBy = WantedBy.VISITOR,
) -> str:
    """Return why the rules forbid it, or an empty text.

    `follow_up`: puts right what a host was told before. `name`: whom a calendar is asked about.
    """
    row = row_of(tool)
    if row is None:
        return "there is no such tool"
    rule, group = config.rule(tool), group_of(tool)
    said = f"tools.yaml: {group}"
    if row.rule == "mcp" and config.outside(tool) is None:
        return f"{said} is not named there"
    if not rule.allowed:
        return f"{said}.allowed is false"
    if wanted_by is WantedBy.MODEL and not (row.proposable and rule.model_may_propose):
        return f"{said}: a model may not propose it"
    if rule.hours == "open" and not standing.open_now:
        return f"{said}.hours: the site is closed"
    if rule.needs == "greeted" and not standing.greeted:
        return f"{said}.needs: nobody was spoken with yet"
    if rule.needs == "named" and not standing.named:
        return f"{said}.needs: the visitor has not said a name"
    if standing.in_visit.get(group, 0) >= rule.per_visit:
        return f"{said}.per_visit: {rule.per_visit} in this visit already"
    if standing.in_minute.get(group, 0) >= rule.per_minute:
        return f"{said}.per_minute: {rule.per_minute} in the last minute already"
    if isinstance(rule, NotifyRule):
        return _judge_host(rule, said, standing, host, follow_up)
    new = bool(name) and name not in standing.names
    if isinstance(rule, CalendarRule) and new and len(standing.names) >= rule.names_per_visit:
        return f"{said}.names_per_visit: {rule.names_per_visit} asked about already"
    return ""


def _judge_host(rule: NotifyRule, said: str, standing: Standing, host: str, follow_up: bool) -> str:
    if not host:
        return f"{said}: to nobody of the directory"
    if host in rule.not_hosts or (rule.hosts and host not in rule.hosts):
        return f"{said}.hosts: this host may not be told"
    if standing.hosts is None:
        return ""
    new = host not in standing.hosts
    if new and follow_up:
        return f"{said}: this host was told nothing that could be put right"
    if new and len(standing.hosts) >= rule.hosts_per_visit:
        return f"{said}.hosts_per_visit: {rule.hosts_per_visit} told in this visit already"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What an answer may have done, as it stands while the answer is made.

    Judged again when it is done: what counts is that moment.
    """

    config: ToolsConfig = field(default_factory=ToolsConfig)
    standing: Standing = field(default_factory=Standing)
    ready: bool = True
    """There is somebody to run tools."""

    def why_not(self, tool: str, *, host: str = "", name: str = "", follow_up: bool = False) -> str:
        """Return why it would be refused, or nothing."""
        if not self.ready:
            return "no tools here"
        return judge(self.config, tool, self.standing, host=host, name=name, follow_up=follow_up)

    def asks_first(self, tool: str) -> bool:
        """Whether the visitor has to say yes."""
        row = self.config.row(tool)
        return (row is not None and row.confirm) or self.config.rule(tool).confirm


class Uses:
    """Counts uses: of one visit while it lasts, of all visits for a minute."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = {}

    def standing(
        self, visit: "VisitUses", now: float, *, open_now: bool, greeted: bool, named: bool
    ) -> Standing:
        """The facts for a judgement at `now`, agent's axis."""
        for times in self._recent.values():
            while times and times[0] <= now - _MINUTE_S:
                times.popleft()
        return Standing(
            open_now=open_now,
            greeted=greeted,
            named=named,
            in_visit=dict(visit.counts),
            in_minute={group: len(times) for group, times in self._recent.items()},
            hosts=frozenset(visit.hosts),
            names=frozenset(visit.names),
        )

    def count(
        self, visit: "VisitUses", tool: str, now: float, *, host: str = "", name: str = ""
    ) -> None:
        """A use that was let through."""
        group = group_of(tool)
        visit.counts[group] = visit.counts.get(group, 0) + 1
        self._recent.setdefault(group, deque()).append(now)
        if host:
            visit.hosts.add(host)
        if name:
            visit.names.add(name)


@dataclass(slots=True)
class VisitUses:
    """What one visit has used up. `Forget me` does not give it back, but takes the names away."""

    counts: dict[str, int] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Keep how many, and nothing of whom."""
        self.hosts = {secrets.token_hex(8) for _ in self.hosts}
        self.names = {secrets.token_hex(8) for _ in self.names}


def is_follow_up(purpose: str) -> bool:
    """Whether a message to a host puts right an earlier one."""
    return purpose in _FOLLOW_UPS
