"""The words about a form, spoken over `/ws`; part of `agent/pages/wire.py`.

The server shows a form (`form_show`), asks for one step at a time (`form_step`) and takes it away
(`form_hide`). The page answers each with what then stands on it (`form_seen`, with the same
`number`), and tells of itself when a hand has been at it (number 0).

    page -> server   form_seen
    server -> page   form_show form_step form_hide
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from behavior.forms.config import KEY, LONGEST_VALUE, Kind

SHEET = r"^[a-z0-9]{0,32}$"
_Word = Annotated[str, Field(max_length=60)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ShownField(_Wire):
    """One field, as the page is to show it."""

    key: str
    label: str
    kind: Kind
    required: bool
    page: int
    help: str
    text: str
    options: list[str]
    longest: int


class FormShow(_Wire):
    """Show this form, empty, in place of any other."""

    kind: Literal["form_show"] = "form_show"
    number: int
    sheet: str
    """Names this showing of it."""
    title: str
    fields: list[ShownField]


class FormStep(_Wire):
    """Do one step on the form, and tell what is there."""

    kind: Literal["form_step"] = "form_step"
    number: int
    sheet: str
    do: Literal["read", "tap", "type", "scroll"]
    target: str
    text: str


class FormHide(_Wire):
    """Empty the form and take it away."""

    kind: Literal["form_hide"] = "form_hide"
    done: bool
    """It was sent."""


class SeenFieldSaid(_Wire):
    """One field as it stands on the page."""

    key: str = Field(pattern=KEY)
    label: _Word
    kind: Kind
    required: bool
    options: list[_Word] = Field(max_length=12)
    page: int = Field(ge=1, le=9)
    value: str = Field(max_length=LONGEST_VALUE)
    visible: bool
    wrong: bool


class FormSeen(_Wire):
    """What stands on the page."""

    kind: Literal["form_seen"] = "form_seen"
    number: int = Field(ge=0, le=2**31 - 1)
    """Of the step it answers; 0: a hand was at the form."""
    sheet: str = Field(pattern=SHEET)
    """Empty: no form is shown."""
    fields: list[SeenFieldSaid] = Field(max_length=24)
    page: int = Field(ge=1, le=9)
    at: str = Field(max_length=32)
    by_hand: bool
    sent_by_hand: bool
