"""Fills a form step by step, and looks after each one whether it did what it was to do.

What it meets is noticed and dealt with: a hand at the form wins, a page that was loaded anew or
that shows another form gets the site's form again with everything in it, a field that does not
take its value is left and told. What cannot be dealt with is a `ScreenError`.
"""

import asyncio
from collections.abc import Callable, Mapping

from behavior.forms.config import FormConfig
from behavior.forms.screen import Screen, ScreenError, Seen, Sheet, Step
from behavior.forms.steps import Goal, Mismatch, Wrong, as_described, mismatch, next_step

_STEPS_A_FIELD = 6
_AGAIN = 2
"""How often the form is put back, or a step tried again, before it is given up."""
_READ = Step(do="read")


class Filling:
    """One run over a form: from what is there to what is wanted."""

    def __init__(self, *, screen: Screen, sheet: Sheet, step_s: float) -> None:
        """`step_s`: the page answers each step within this time."""
        self.by_hand: list[str] = []
        self.not_taken: list[str] = []
        self.reloaded = self.changed = False
        self._screen = screen
        self._sheet = sheet
        self._form: FormConfig = sheet.form
        self._step_s = step_s
        self._believed: dict[str, str] = {}
        """What was last seen in the fields, with all that was meant to be there."""
        self.put_back = 0
        """How often the form was shown anew because it was lost or another one."""
        self._failed: dict[str, int] = {}

    async def show(self) -> Seen:
        """Show the form, empty."""
        async with asyncio.timeout(self._step_s):
            seen = await self._screen.show(self._sheet)
        if not as_described(self._form, seen):
            raise ScreenError("the page shows another form than it was given")
        return seen

    async def look(self, known: Mapping[str, str]) -> Seen:
        """See what is there. `known`: what was there when it was last seen."""
        self._believed = dict(known)
        seen = await self._do(_READ)
        wrong = mismatch(self._form, self._sheet.id, _READ, seen, seen)
        if wrong is not None and wrong.wrong is not Wrong.BY_HAND:
            return await self._put_form_back(wrong)
        self._notice(seen, self._form_keys())
        return seen

    async def run(self, seen: Seen, values: Mapping[str, str], at: Callable[[Seen], str]) -> Seen:
        """Go on from `seen` until `values` are in, marking the field that `at` names."""
        goal = dict(values)
        if self.put_back:
            goal = self._believed | goal
        for _ in range(_STEPS_A_FIELD * (len(self._form.fields) + 2)):
            step = next_step(self._form, seen, Goal(values=goal, at=at(seen)))
            if step is None:
                return seen
            after = await self._do(step)
            wrong = mismatch(self._form, self._sheet.id, step, seen, after)
            if wrong is None:
                self._believed = after.values
                seen = after
            else:
                seen = await self._cope(wrong, step, after, goal)
        raise ScreenError("the form does not come to rest")

    async def once(self, step: Step) -> Seen:
        """Do one step by itself. Raises `ScreenError` where it went otherwise."""
        before = await self._do(_READ)
        if (wrong := mismatch(self._form, self._sheet.id, _READ, before, before)) is None:
            after = await self._do(step)
            wrong = mismatch(self._form, self._sheet.id, step, before, after)
            self._believed = before.values
            if wrong is None:
                return after
            if wrong.wrong is Wrong.BY_HAND:
                self._notice(after, wrong.fields)
                return after
        raise ScreenError(f"the step went otherwise: {wrong.wrong.value}")

    async def _cope(self, wrong: Mismatch, step: Step, after: Seen, goal: dict[str, str]) -> Seen:
        if wrong.wrong in (Wrong.RELOADED, Wrong.CHANGED):
            seen = await self._put_form_back(wrong)
            for key, value in self._believed.items():
                goal.setdefault(key, value)
            return seen
        if wrong.wrong is Wrong.BY_HAND:
            self._notice(after, wrong.fields)
            for key in wrong.fields:
                goal.pop(key, None)  # a hand wins over what was said
            return after
        self._failed[step.target] = tries = self._failed.get(step.target, 0) + 1
        if tries >= _AGAIN:
            if goal.pop(step.target, None) is None:
                raise ScreenError("the page does not do as it is asked")
            self.not_taken.append(step.target)
        return after

    async def _put_form_back(self, wrong: Mismatch) -> Seen:
        self.put_back += 1
        if self.put_back > _AGAIN:
            raise ScreenError("the form on the page is changed again and again")
        self.reloaded = self.reloaded or wrong.wrong is Wrong.RELOADED
        self.changed = self.changed or wrong.wrong is Wrong.CHANGED
        return await self.show()

    def _notice(self, seen: Seen, keys: tuple[str, ...]) -> None:
        for key in keys:
            if seen.values.get(key, "") != self._believed.get(key, "") and key not in self.by_hand:
                self.by_hand.append(key)
        self._believed = seen.values

    def _form_keys(self) -> tuple[str, ...]:
        return tuple(field.key for field in self._form.fields)

    async def _do(self, step: Step) -> Seen:
        """One step; where the page does not answer in time, look once what has become of it."""
        try:
            async with asyncio.timeout(self._step_s):
                return await self._screen.do(self._sheet.id, step)
        except TimeoutError:
            pass
        try:
            async with asyncio.timeout(self._step_s):
                return await self._screen.do(self._sheet.id, _READ)
        except TimeoutError:
            raise ScreenError(f"the page did not answer within {self._step_s:g} s") from None
