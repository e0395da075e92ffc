"""Results in the desk's own words. What may be said aloud is the site's rule. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.core.messages import Clause, Gaze, GazeTarget, Place
from behavior.dialogue.conversation import Asked, Conversation, Meeting, Part
from behavior.dialogue.wording import Wording, in_language, load_wording
from behavior.forms.state import FormState
from behavior.forms.telling import tell as tell_form
from behavior.house.site import SiteConfig
from behavior.tools.contract import (
    Expectation,
    NoRoute,
    NoTicket,
    OnAt,
    People,
    Programme,
    Result,
    RoomState,
    Route,
    Service,
    Ticket,
    Tool,
    UseTool,
    Who,
    row_of,
)
from behavior.tools.observations import Reading, Sight, Sounds, Told, as_state
from behavior.tools.permission import ToolRule
from behavior.tools.phrases import Phrases, phrases_in
from behavior.tools.queues import minutes_about
from behavior.tools.seen_words import seen_line
from behavior.tools.trust import fit_to_tell


@dataclass(frozen=True, slots=True)
class Voice:
    """In which words the agent tells of its tools."""

    wording: Wording
    staff: str
    site: SiteConfig | None = None
    """For visitors who are served in another language than the site's own."""

    def tell(self, use: UseTool, result: Result, before: Conversation, rule: ToolRule) -> Part:
        """The end of the answer: the result in words, and how the conversation goes on."""
        if isinstance(result, FormState):
            return self._tell_form(use, result, before, rule)
        line = _line(result, phrases_in(self._code(before)))
        after, clauses = self._words(before, line)
        after = replace(after, asked=line.asked, asked_about=line.about, wanted=line.wanted)
        if line.host and line.asked is Asked.CONFIRM_HOST:
            after = _about_hosts(after, (line.host,))
        if isinstance(result, People):
            after = _about_hosts(after, result.hosts)
        spoken = tuple(_aloud(clause, rule) for clause in clauses)
        part = _part(use, spoken, after, f"the tool `{use.tool}`")
        if isinstance(result, Sight | Sounds | Reading | Told):
            return replace(part, observed=as_state(result))
        return part

    def _tell_form(
        self, use: UseTool, state: FormState, before: Conversation, rule: ToolRule
    ) -> Part:
        def words(
            conversation: Conversation, key: str, said: Mapping[str, str]
        ) -> tuple[Conversation, tuple[Clause, ...]]:
            return self._words(conversation, _Line(key, said))

        after, clauses = tell_form(state, before, words)
        spoken = tuple(_aloud(clause, rule) for clause in clauses)
        return _part(use, spoken, after, f"the form on the screen: {state.outcome.value}")

    def ask(self, use: UseTool, before: Conversation, site: SiteConfig) -> Part:
        """The visitor has to say yes first."""
        words = {}
        if isinstance(use.arguments, Service):
            key = use.arguments.service
            words["service"] = next((s.name for s in site.services if s.key == key), key)
        line = _Line(_row(use).ask or "tool.ask", words)
        after, clauses = self._words(before, line)
        after = replace(after, asked=Asked.CONFIRM_TOOL, asked_about="", wanted=use)
        return _part(use, clauses, after, "asks before it is done")

    def bridge(self, use: UseTool, before: Conversation, toward: Place | None = None) -> Part:
        """A few words while it runs; the eyes are where it looks."""
        _, clauses = self._words(before, _Line(_row(use).bridge))
        if toward is not None:
            gaze = Gaze(target=GazeTarget.PLACE, place=toward)
            clauses = tuple(replace(clause, gaze=gaze) for clause in clauses)
        return replace(_part(use, clauses, None, "a tool takes a while"), last=False)

    def still(self, use: UseTool, before: Conversation) -> Part:
        """A few words more, or none where nothing may be said: it is still at work."""
        clauses: tuple[Clause, ...] = ()
        if not _row(use).quiet:
            _, clauses = self._words(before, _Line("tool.still"))
        return replace(_part(use, clauses, None, "a tool is still at work"), last=False)

    def failed(self, use: UseTool, before: Conversation, because: str) -> Part:
        """It could not be done; a person is offered."""
        return self._offer(use, before, _row(use).failed, because)

    def refused(self, use: UseTool, before: Conversation, because: str) -> Part:
        """It may not be done; a person is offered."""
        return self._offer(use, before, "tool.refused", because)

    def _offer(self, use: UseTool, before: Conversation, key: str, because: str) -> Part:
        after, clauses = self._words(before, _Line(key))
        after = replace(after, asked=Asked.STAFF, asked_about="")
        return _part(use, clauses, after, because)

    def _words(
        self, before: Conversation, line: "_Line"
    ) -> tuple[Conversation, tuple[Clause, ...]]:
        staff = self.staff
        words = {"staff": staff, "staff_capital": staff[:1].upper() + staff[1:], **line.words}
        code = before.language
        wording = load_wording(code) if code else self.wording
        if code and self.site is not None:
            words |= _in_language(words, self.site, code)
        after, clauses = wording.say(
            before, line.key, toward=line.toward, screen=line.screen or None, **_harmless(words)
        )
        return after, in_language(clauses, code)

    def _code(self, before: Conversation) -> str:
        """The language that is spoken."""
        return before.language or (self.site.language if self.site is not None else "")


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    words: Mapping[str, str] = field(default_factory=dict)
    toward: Place | None = None
    screen: str = ""
    asked: Asked = Asked.NOTHING
    about: str = ""
    host: str = ""
    wanted: UseTool | None = None


def _line(result: Result, said: Phrases) -> _Line:  # noqa: C901 - one case a kind of result
    match result:
        case Who():
            return _who(result)
        case People():
            hosts = _listed(result.hosts)
            return _Line(
                "tool.department",
                {"department": result.department, "hosts": hosts},
                asked=Asked.HOST,
            )
        case Route():
            key = "tool.way" if result.toward is not None else "tool.way.from"
            key += ".free" if result.step_free else ""
            return _Line(
                key, {"steps": " | ".join(result.steps)}, result.toward, screen=result.screen
            )
        case NoRoute():
            key = "tool.way.none.free" if result.step_free else "tool.way.none"
            return _Line(key, {"place": result.to}, asked=Asked.STAFF)
        case RoomState():
            return _room(result, said)
        case Programme():
            return _programme(result, said)
        case Expectation():
            return _expected(result, said)
        case Ticket():
            return _ticket(result, said)
        case Sight() | Sounds() | Reading() | Told():
            seen = seen_line(result, said)
            return _Line(seen.key, seen.words, screen=seen.screen)
        case FormState():
            raise TypeError("a form is told by behavior.forms.telling")
        case NoTicket():
            return _Line(
                "tool.queue.none",
                {"service": result.name},
                asked=Asked.CONFIRM_TOOL,
                wanted=UseTool(tool="take_number", arguments=Service(service=result.service)),
            )


def _row(use: UseTool) -> Tool:
    row = row_of(use.tool)
    if row is None:
        raise KeyError(use.tool)
    return row


def _who(who: Who) -> _Line:
    status = fit_to_tell(who.status).rstrip(".")
    key = "tool.who.status" if status else "tool.who" if who.department else "tool.who.plain"
    words = {"host": who.host, "department": who.department, "status": status}
    return _Line(key, words, asked=Asked.CONFIRM_HOST, about=who.host, host=who.host)


def _room(state: RoomState, said: Phrases) -> _Line:
    key = "tool.room.free" if state.free else "tool.room.taken"
    when = said("now") if state.now else said("at", time=_clock(state.at, said))
    words = {"room": state.room, "when": when}
    if state.until is None:
        return _Line(key, words)
    return _Line(f"{key}.until", words | {"until": _clock(state.until, said)})


def _programme(found: Programme, said: Phrases) -> _Line:
    when = said("at", time=_clock(found.at, said)) if found.at else said("next_while")
    if found.on:
        return _Line("tool.agenda", {"things": " | ".join(_on(one, said) for one in found.on)})
    return _Line("tool.agenda.private" if found.taken else "tool.agenda.nothing", {"when": when})


def _on(one: OnAt, said: Phrases) -> str:
    where = said("in_room", room=one.room) if one.room else ""
    times = {"begins": _clock(one.begins, said), "ends": _clock(one.ends, said)}
    return said("event", title=one.title, where=where, **times)


def _expected(found: Expectation, said: Phrases) -> _Line:
    if found.begins is not None:
        words = {"time": _clock(found.begins, said)}
        return _Line("tool.expected.time", words, asked=Asked.HOST)
    key = "tool.expected.yes" if found.found else "tool.expected.no"
    return _Line(key, asked=Asked.HOST)


def _ticket(ticket: Ticket, said: Phrases) -> _Line:
    number = str(ticket.number)
    if ticket.called:
        return _Line("tool.queue.called", {"number": number, "service": ticket.name})
    few = f"ahead_{ticket.ahead}" if ticket.ahead < _FEW else "ahead"
    wait = ""
    if ticket.wait_s is not None:
        minutes = minutes_about(ticket.wait_s)
        wait = said("wait_1" if minutes == 1 else "wait", count=str(minutes))
    words = {
        "number": number, "service": ticket.name,
        "ahead": said(few, count=str(ticket.ahead)), "wait": wait,
    }  # fmt: skip
    key = "tool.queue.number" if ticket.new else "tool.queue.yours"
    return _Line(key, words, screen=said("ticket", service=ticket.name, number=number))


_FEW = 2
"""Of fewer people before one there are phrases of their own."""


def _clock(at: datetime, said: Phrases) -> str:
    return said.clock(at.hour * 60 + at.minute)


def _in_language(words: Mapping[str, str], site: SiteConfig, code: str) -> dict[str, str]:
    """Those of the words that the site has in that language."""
    staff = site.in_language(code).staff_name
    put = {"staff": staff, "staff_capital": staff[:1].upper() + staff[1:]}
    told = next((told for known, told in site.languages.items() if known == code), None)
    if told is not None and "department" in words:
        put["department"] = told.departments.get(words["department"], words["department"])
    return put | _names_in_language(words, site, code)


def _names_in_language(words: Mapping[str, str], site: SiteConfig, code: str) -> dict[str, str]:
    """The names of places and queues as that language has them."""
    there = site.in_language(code)
    names = {own.the: other.name for own, other in zip(site.places, there.places, strict=True)}
    names |= {own.name: other.name for own, other in zip(site.places, there.places, strict=True)}
    queues = zip(site.services, there.services, strict=True)
    names |= {own.name: other.name for own, other in queues}
    put = {
        key: names[words[key]] for key in ("room", "place", "service") if words.get(key) in names
    }
    if "room" in put:  # begins the sentence
        put["room"] = put["room"][:1].upper() + put["room"][1:]
    if "things" in words:  # rooms stand inside what is on
        put["things"] = words["things"]
        for own, name in sorted(names.items(), key=lambda one: -len(one[0])):
            said = rf"(?<=[,，])( ?){re.escape(own)}(?=[,，])"
            put["things"] = re.sub(said, rf"\g<1>{name}", put["things"])
    return put


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _aloud(clause: Clause, rule: ToolRule) -> Clause:
    if clause.discreet is None or rule.aloud == "discreetly":
        return clause
    text = clause.text if rule.aloud == "always" else clause.discreet
    return replace(clause, text=text, discreet=None)


def _harmless(words: Mapping[str, str]) -> dict[str, str]:
    """Data must not be read as marks of the wording: no braces, brackets, faces, choices."""
    kept = {"steps", "things"}  # ` | ` between sentences of our own making
    table = str.maketrans("", "", "<>[]{}()")
    bar = str.maketrans("", "", "<>[]{}()|")
    return {k: v.translate(table if k in kept else bar) for k, v in words.items()}


def _about_hosts(after: Conversation, hosts: tuple[str, ...]) -> Conversation:
    meeting = after.meeting or Meeting()
    return replace(after, meeting=replace(meeting, options=hosts))


def _part(use: UseTool, clauses: tuple[Clause, ...], after: Conversation | None, why: str) -> Part:
    return Part(
        clauses=clauses, last=True, intent=f"tool.{use.tool}", because=why, conversation=after
    )
