"""The screen of the kiosk as behaviour sees it: steps go out, what is really there comes back.

Values are personal. They pass between here and the page directly, never over the bus, like
pictures and sound.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from agent.core.errors import FoyerError
from behavior.forms.config import FormConfig, Kind

Action = Literal["read", "tap", "type", "scroll"]
NEXT, BACK, SEND = "next", "back", "send"
"""The form's own buttons, as targets of a tap. Sending is never a step of the agent's."""


class ScreenError(FoyerError):
    """There is no page, it does not answer, or the form was closed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do on the form, as a hand would."""

    do: Action
    target: str = ""
    """Key of a field, `next` or `back`."""
    text: str = ""
    """What to type; of a choice, the option to tap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenField:
    """One field as it stands on the page."""

    key: str
    label: str
    kind: Kind
    required: bool
    options: tuple[str, ...]
    page: int
    value: str = ""
    visible: bool = False
    """On the page that is shown, and scrolled into view."""
    wrong: bool = False
    """The page marks it as not valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The form as it stands on the page."""

    sheet: str = ""
    """Which showing of a form it is; empty: none is shown."""
    fields: tuple[SeenField, ...] = ()
    page: int = 1
    at: str = ""
    """The field that is marked as the one being filled."""
    by_hand: bool = False
    """A hand was at the form during the step, which was left undone."""
    sent_by_hand: bool = False
    """The visitor has pressed the form's own button to send it."""

    def field(self, key: str) -> SeenField | None:
        """The field called `key`."""
        return next((one for one in self.fields if one.key == key), None)

    @property
    def values(self) -> dict[str, str]:
        """Key -> what stands in it; empty ones left out."""
        return {one.key: one.value for one in self.fields if one.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One showing of a form."""

    id: str
    form: FormConfig


class Screen(Protocol):
    """The kiosk's screen. All but `hide` raise `ScreenError`."""

    async def show(self, sheet: Sheet) -> Seen:
        """Show an empty form in place of any other."""
        ...

    async def do(self, sheet: str, step: Step) -> Seen:
        """Do one step on this showing, and look."""
        ...

    def hide(self, *, done: bool = False) -> None:
        """Empty the form and take it away; `done`: it was sent, and the page says so."""
        ...

    def touched_at(self) -> float:
        """When a hand was last at the form, seconds on the agent's axis."""
        ...


class NoScreen:
    """Where there is no kiosk page: a robot, a terminal, a test."""

    async def show(self, sheet: Sheet) -> Seen:
        """Say that there is none."""
        raise ScreenError("there is no screen that shows forms")

    async def do(self, sheet: str, step: Step) -> Seen:
        """Say that there is none."""
        raise ScreenError("there is no screen that shows forms")

    def hide(self, *, done: bool = False) -> None:
        """Nothing is shown."""

    def touched_at(self) -> float:
        """Never."""
        return float("-inf")
