"""Does on the screen what the rules let through: shows, fills and sends forms, and clears away.

One form is shown at a time, for one visit. It is emptied at once when it is sent or given up, when
its visitor leaves or wants to be forgotten, and when this ends.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from agent.core.errors import FoyerError
from agent.core.messages import FormShown, Message
from behavior.dialogue.memory import Encounter
from behavior.forms.config import FormConfig
from behavior.forms.filling import Filling
from behavior.forms.screen import BACK, NEXT, Screen, ScreenError, Seen, Sheet, Step
from behavior.forms.state import FormState, Outcome
from behavior.forms.steps import open_fields
from behavior.forms.values import fault_in
from behavior.house.directory import Directory
from behavior.house.site import SiteConfig
from behavior.tools.contract import (
    Fill,
    ScrollTo,
    Send,
    Tap,
    ToolError,
    TypeIn,
    UseTool,
    WantedBy,
)
from behavior.tools.permission import ToolsConfig


class Delivers(Protocol):
    """Takes a form that a visitor has said yes to where the site wants it."""

    async def deliver(
        self,
        form: FormConfig,
        values: Mapping[str, str],
        encounter: Encounter,
        *,
        sheet: str,
        local_time: datetime,
    ) -> str:
        """Deliver once; a second try goes on where the first one failed.

        Returns the host who was told. Raises `FoyerError`.
        """
        ...


class FormWork:
    """The form that is shown, and what may be done with it."""

    def __init__(
        self,
        *,
        screen: Screen,
        site: SiteConfig,
        publish: Callable[[Message], None],
        now: Callable[[], float],
    ) -> None:
        self.delivers: Delivers | None = None
        self._screen = screen
        self._site, self._directory = site, Directory(site)
        self._publish = publish
        self._now = now
        self._sheet: Sheet | None = None
        self._visit = ""
        self._turn = asyncio.Lock()

    def adopt(self, site: SiteConfig) -> None:
        """Show forms of another edition of the site from now on."""
        self._site, self._directory = site, Directory(site)

    async def do(
        self, use: UseTool, encounter: Encounter, local_time: datetime, rules: ToolsConfig
    ) -> FormState:
        """Do it. Raises `ToolError`, which holds no values."""
        async with self._turn:
            try:
                match use.arguments:
                    case Fill():
                        return await self._fill(use.arguments, encounter, rules.screen.step_s)
                    case Send():
                        return await self._send(use.arguments, encounter, local_time, rules)
                    case _:
                        return await self._step(use, encounter, rules.screen.step_s)
            except ScreenError as fault:
                raise ToolError(str(fault)) from None
            except TimeoutError:
                raise ToolError("the page did not answer in time") from None

    def leave(self, encounter: Encounter) -> None:
        """Empty the form of this visit and take it away, in mid-step if need be."""
        if self._sheet is not None and encounter.key == self._visit:
            self._hide()

    def touched_at(self, encounter: Encounter) -> float:
        """When a hand was last at this visit's form, seconds on the agent's axis."""
        own = self._sheet is not None and encounter.key == self._visit
        return self._screen.touched_at() if own else float("-inf")

    def close(self) -> None:
        """Empty whatever is shown."""
        self._hide()

    # How it is done

    async def _fill(self, fill: Fill, encounter: Encounter, step_s: float) -> FormState:
        form = next(one for one in self._site.forms if one.key == fill.form)
        sheet, opened = self._sheet_for(form, encounter)
        filling = Filling(screen=self._screen, sheet=sheet, step_s=step_s)
        known = {one.field: one.value for one in fill.known}
        values = {one.field: one.value for one in fill.values if form.field(one.field)}
        if opened:
            seen = await filling.show()
            values = {key: value for key, value in known.items() if form.field(key)} | values
        else:
            seen = await filling.look(known)
            if fill.asked in filling.by_hand:
                values.pop(fill.asked, None)  # it was answered already, by hand
        wanted = fill.at

        def at(now: Seen) -> str:
            missing = open_fields(form, now.values, fill.skipped)
            return wanted or (missing[0] if missing else "")

        seen = await filling.run(seen, values, at)
        state = _state(form, Outcome.FILLED, seen, filling)
        # What this conversation knows of already was taken away with its page, or meanwhile.
        again = opened and any(known.values())
        return replace(state, opened=opened and not again, reloaded=state.reloaded or again)

    async def _send(
        self, send: Send, encounter: Encounter, local_time: datetime, rules: ToolsConfig
    ) -> FormState:
        sheet = self._shown(encounter)
        form = sheet.form
        known = {one.field: one.value for one in send.known if one.value}
        filling = Filling(screen=self._screen, sheet=sheet, step_s=rules.screen.step_s)
        seen = await filling.look(known)
        if filling.put_back:
            seen = await filling.run(seen, {}, lambda _: "")
            return _state(form, Outcome.DIFFERENT, seen, filling)
        if send.pressed and not seen.sent_by_hand:
            return _state(form, Outcome.FILLED, seen, filling)
        if faulty := self._faulty(form, seen):
            return replace(_state(form, Outcome.INCOMPLETE, seen, filling), faulty=faulty)
        if not send.pressed and seen.values != known:
            return _state(form, Outcome.DIFFERENT, seen, filling)
        host = await self._deliver(sheet, seen, encounter, local_time)
        if sheet is self._sheet:  # nobody has given it up meanwhile
            self._hide(done=True)
        return replace(_state(form, Outcome.SENT, seen, filling), host_told=host)

    async def _deliver(
        self, sheet: Sheet, seen: Seen, encounter: Encounter, local_time: datetime
    ) -> str:
        if self.delivers is None:
            raise ToolError("there is nowhere to send a form to")
        try:
            return await self.delivers.deliver(
                sheet.form, seen.values, encounter, sheet=sheet.id, local_time=local_time
            )
        except FoyerError as fault:
            raise ToolError(str(fault)) from None

    async def _step(self, use: UseTool, encounter: Encounter, step_s: float) -> FormState:
        """One tap, typing or scroll by itself, looked after like those of a filling."""
        sheet = self._shown(encounter)
        step = self._as_step(use, sheet.form)
        filling = Filling(screen=self._screen, sheet=sheet, step_s=step_s)
        seen = await filling.once(step)
        return _state(sheet.form, Outcome.FILLED, seen, filling)

    def _as_step(self, use: UseTool, form: FormConfig) -> Step:
        match use.arguments:
            case Tap(target=target, option=option):
                step = Step(do="tap", target=target, text=option)
            case TypeIn(field=key, text=text):
                step = Step(do="type", target=key, text=text)
            case ScrollTo(field=key):
                step = Step(do="scroll", target=key)
            case _:
                return Step(do="read")
        field = form.field(step.target)
        if field is None and not (step.do == "tap" and step.target in (NEXT, BACK)):
            raise ToolError("the form that is shown has no such field")
        if field is not None and step.text:
            if field.kind == "agree" and use.wanted_by is WantedBy.MODEL:
                raise ToolError("only the visitor may agree")
            if fault := fault_in(field, step.text, self._directory):
                raise ToolError(f"{field.key}: {fault}")
        return step

    def _faulty(self, form: FormConfig, seen: Seen) -> tuple[str, ...]:
        """Fields that are missing or will not do, whoever filled them in."""
        return tuple(
            field.key
            for field, there in zip(form.fields, seen.fields, strict=True)
            if (field.required and not there.value)
            or there.wrong
            or fault_in(field, there.value, self._directory)
        )

    def _shown(self, encounter: Encounter) -> Sheet:
        if self._sheet is None or encounter.key != self._visit:
            raise ToolError("no form of this visit is shown")
        return self._sheet

    def _sheet_for(self, form: FormConfig, encounter: Encounter) -> tuple[Sheet, bool]:
        """The showing to go on with, and whether it is a new one."""
        if self._sheet is not None and (self._visit, self._sheet.form) == (encounter.key, form):
            return self._sheet, False
        self._hide()
        self._sheet, self._visit = Sheet(id=secrets.token_hex(8), form=form), encounter.key
        self._publish(FormShown(at=self._now(), form=form.key, shown=True))
        return self._sheet, True

    def _hide(self, *, done: bool = False) -> None:
        sheet, self._sheet, self._visit = self._sheet, None, ""
        if sheet is not None:
            self._screen.hide(done=done)
            self._publish(FormShown(at=self._now(), form=sheet.form.key, shown=False))


def _state(form: FormConfig, outcome: Outcome, seen: Seen, filling: Filling) -> FormState:
    return FormState(
        form=form,
        outcome=outcome,
        values=tuple(seen.values.items()),
        at=seen.at,
        by_hand=tuple(filling.by_hand),
        not_taken=tuple(filling.not_taken),
        reloaded=filling.reloaded,
        changed=filling.changed,
    )
