"""Takes a form to where the site wants it: a channel, the visit book, a message to the host."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from agent.core.errors import FoyerError
from behavior.dialogue.conversation import Effect, NotifyHost, RecordVisit
from behavior.dialogue.memory import Encounter
from behavior.forms.config import FormConfig
from behavior.forms.values import host_named, spoken
from behavior.house.directory import Directory
from behavior.house.site import Notify, SiteConfig
from behavior.tools.permission import Leave


class DoesDeeds(Protocol):
    """What a delivery needs of `behavior.dialogue.deeds`."""

    def do(self, effects: Sequence[Effect], encounter: Encounter, at: float) -> None:
        """Have a host told."""
        ...

    async def record(self, visit: RecordVisit, encounter: Encounter, at: float) -> None:
        """Write into the visit book; return once it is on the disk."""
        ...

    async def send(self, notify: Notify, subject: str, text: str) -> str:
        """Send; return an empty text, or what went wrong."""
        ...


class JudgesHosts(Protocol):
    """What a delivery needs of the tool desk."""

    def leave(self, encounter: Encounter, local_time: datetime | None) -> Leave:
        """What may be done now."""
        ...


class Delivery:
    """Delivers each showing of a form once, in the order: channel, visit book, host."""

    def __init__(self, *, deeds: DoesDeeds, tools: JudgesHosts, site: SiteConfig) -> None:
        self._deeds = deeds
        self._tools = tools
        self._site = site
        self._sheet = ""
        self._done: set[str] = set()
        """What of the newest showing has been delivered, so that no second try repeats it."""

    async def deliver(
        self,
        form: FormConfig,
        values: Mapping[str, str],
        encounter: Encounter,
        *,
        sheet: str,
        local_time: datetime,
    ) -> str:
        """Deliver what is not delivered yet; return the host who was told, if any."""
        if sheet != self._sheet:
            self._sheet, self._done = sheet, set()
        directory = Directory(self._site)
        host = host_named(values.get(form.send.tell_host, ""), directory)
        lines = [
            f"{field.label}: {spoken(field, values[field.key])}"
            for field in form.fields
            if values.get(field.key)
        ]
        names = [values.get(field.key, "") for field in form.fields if field.kind == "name"]
        visitor = names[0] if names else ""
        if form.send.channel and "channel" not in self._done:
            to = Notify(channel=form.send.channel, address=form.send.address)
            text = "\n".join((form.title, *lines, f"Reference: {sheet}"))
            if problem := await self._deeds.send(to, f"form: {form.key}", text):
                raise FoyerError(problem)
            self._done.add("channel")
        if form.send.visit_book and "book" not in self._done:
            visit = RecordVisit(
                kind="registration", visitor=visitor, host=host, detail="; ".join(lines)
            )
            await self._deeds.record(visit, encounter, encounter.last_at)
            self._done.add("book")
        if not host or self._tools.leave(encounter, local_time).why_not("notify_host", host=host):
            return ""
        if "host" not in self._done:
            tell = NotifyHost(host=host, visitor=visitor or "a visitor", purpose="appointment")
            self._deeds.do((tell,), encounter, encounter.last_at)
            self._done.add("host")
        return host
