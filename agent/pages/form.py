"""The form on the kiosk page: steps go to the page that is active, what it shows comes back.

A direct line between behaviour and the page: what stands in a form never travels on the bus.
"""

import asyncio
import itertools
from collections.abc import Callable
from typing import Protocol

from agent.core.clock import Clock
from agent.pages.form_wire import FormHide, FormSeen, FormShow, FormStep, ShownField
from behavior.forms.screen import ScreenError, Seen, SeenField, Sheet, Step

_GONE = "no kiosk page is open"


class FormPage(Protocol):
    """The page at the other end."""

    def say(self, message: FormShow | FormStep | FormHide) -> None:
        """Queue it for the page."""
        ...


class KioskForm:
    """Behaviour's `Screen`, on whichever page is the kiosk. The server attaches and detaches it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._page: FormPage | None = None
        self._sheet = ""
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Seen]] = {}
        self._touched_at = float("-inf")

    # For behaviour, as `behavior.forms.screen.Screen`.

    async def show(self, sheet: Sheet) -> Seen:
        """Show an empty form in place of any other."""
        self._give_up("another form is shown")
        self._sheet = sheet.id
        fields = [
            ShownField(
                key=field.key,
                label=field.label,
                kind=field.kind,
                required=field.required,
                page=field.page,
                help=field.help,
                text=field.text,
                options=list(field.options),
                longest=field.longest,
            )
            for field in sheet.form.fields
        ]
        return await self._ask(
            lambda number: FormShow(
                number=number, sheet=sheet.id, title=sheet.form.title, fields=fields
            )
        )

    async def do(self, sheet: str, step: Step) -> Seen:
        """Do one step on this showing, and look."""
        if sheet != self._sheet:
            raise ScreenError("the form was taken away")
        return await self._ask(
            lambda number: FormStep(
                number=number, sheet=sheet, do=step.do, target=step.target, text=step.text
            )
        )

    def hide(self, *, done: bool = False) -> None:
        """Empty the form and take it away, whatever is being done on it."""
        self._sheet = ""
        self._give_up("the form was taken away")
        if self._page is not None:
            self._page.say(FormHide(done=done))

    def touched_at(self) -> float:
        """When a hand was last at the form."""
        return self._touched_at

    # For the server.

    def attach(self, page: FormPage) -> None:
        """This page is the kiosk from now on. What an earlier conversation left on it goes."""
        self._page = page
        if not self._sheet:
            page.say(FormHide(done=False))

    def detach(self, page: FormPage) -> None:
        """It has gone."""
        if page is self._page:
            self._page = None
            self._give_up(_GONE)

    def seen(self, said: FormSeen) -> None:
        """The page tells what it shows. An answer that nobody waits for is dropped."""
        if said.number == 0:
            if said.sheet == self._sheet:
                self._touched_at = self._clock.now()
            return
        waiting = self._waiting.pop(said.number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(_as_seen(said))

    # Inside.

    async def _ask(self, words: Callable[[int], FormShow | FormStep]) -> Seen:
        if self._page is None:
            raise ScreenError(_GONE)
        number = next(self._numbers)
        answer: asyncio.Future[Seen] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._page.say(words(number))
        try:
            return await answer
        finally:
            self._waiting.pop(number, None)

    def _give_up(self, because: str) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ScreenError(because))
        self._waiting.clear()


def _as_seen(said: FormSeen) -> Seen:
    fields = tuple(
        SeenField(
            key=field.key,
            label=field.label,
            kind=field.kind,
            required=field.required,
            options=tuple(field.options),
            page=field.page,
            value=field.value,
            visible=field.visible,
            wrong=field.wrong,
        )
        for field in said.fields
    )
    return Seen(
        sheet=said.sheet,
        fields=fields,
        page=said.page,
        at=said.at,
        by_hand=said.by_hand,
        sent_by_hand=said.sent_by_hand,
    )
