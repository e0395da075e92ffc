"""A kiosk screen without a browser: it does steps as the page does, or misbehaves as told."""

import asyncio
from dataclasses import replace

from behavior.forms.screen import ScreenError, Seen, SeenField

IN_VIEW = 3
"""Fields of a page that are seen without scrolling."""


class ScriptedScreen:
    """Keeps a form as a page would. `takes_s`: how long a step takes."""

    def __init__(self, *, takes_s=0.01):
        self.takes_s = takes_s
        self.shown = 0
        self.hidden = []
        self.steps = []
        self.sheet = None
        self.values = {}
        self.page, self.at, self.top = 1, "", 0
        self.sent_by_hand = False
        self.touched = float("-inf")
        self.before_step = lambda step: None
        """Called before each step is done: a hand, a reload, a changed form."""
        self.disfigured = lambda fields: fields
        """What another page makes of the fields it was given."""
        self.deaf = False
        """It does nothing that it is asked to."""
        self.silent = False
        """It never answers."""

    # As `behavior.forms.screen.Screen`.

    async def show(self, sheet):
        self.sheet, self.values = sheet, {}
        self.page, self.at, self.top, self.sent_by_hand = 1, "", 0, False
        self.shown += 1
        return await self._answer()

    async def do(self, sheet, step):
        self.steps.append(step)
        self.before_step(step)
        if not self.deaf and self.sheet is not None and self.sheet.id == sheet:
            self._do(step)
        return await self._answer()

    def hide(self, *, done=False):
        self.hidden.append(done)
        self.sheet, self.values = None, {}

    def touched_at(self):
        return self.touched

    # A visitor's hand, and worse.

    def by_hand(self, key, value):
        self.values[key] = value

    def reload(self):
        self.sheet, self.values, self.page, self.at = None, {}, 1, ""

    # Inside.

    def _do(self, step):
        field = self.sheet.form.field(step.target)
        match step.do:
            case "tap" if step.target in ("next", "back"):
                self.page += 1 if step.target == "next" else -1
                self.top = 0
            case "scroll" if field is not None:
                self.page = field.page
                self.top = max(0, self._place(field) - IN_VIEW + 1)
            case "tap" if field is not None and field.page == self.page:
                self.at = field.key
                if step.text:
                    self.values[field.key] = step.text
            case "type" if field is not None and field.page == self.page:
                self.at = field.key
                self.values[field.key] = step.text

    def _place(self, field):
        return [f.key for f in self.sheet.form.fields if f.page == field.page].index(field.key)

    async def _answer(self):
        if self.silent:
            await asyncio.Event().wait()
        sheet = self.sheet
        await asyncio.sleep(self.takes_s)
        if self.sheet is not sheet and sheet is not None and self.sheet is None and self.hidden:
            raise ScreenError("the form was taken away")
        return self.seen()

    def seen(self):
        if self.sheet is None:
            return Seen()
        fields = tuple(
            SeenField(
                key=f.key,
                label=f.label,
                kind=f.kind,
                required=f.required,
                options=f.options,
                page=f.page,
                value=self.values.get(f.key, ""),
                visible=f.page == self.page and 0 <= self._place(f) - self.top < IN_VIEW,
            )
            for f in self.sheet.form.fields
        )
        return Seen(
            sheet=self.sheet.id,
            fields=self.disfigured(fields),
            page=self.page,
            at=self.at,
            sent_by_hand=self.sent_by_hand,
        )


def relabelled(key, label):
    """A page on which a field is called otherwise."""
    return lambda fields: tuple(replace(f, label=label) if f.key == key else f for f in fields)
