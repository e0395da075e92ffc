"""A form as a site writes it down: its fields, how they are asked for, where it goes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal[
    "text", "name", "host", "choice", "yes_no", "agree", "date", "number", "email", "phone"
]
KEY = r"^[a-z][a-z0-9_]{0,31}$"
LONGEST_VALUE = 400
_MOST_LETTERS = 15_000
_BESIDE_LETTERS = 130
"""Of a field besides its words and its value, as it is written on the way."""


class FieldConfig(BaseModel):
    """One field of a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=KEY, description="Short name used in this file.")
    label: str = Field(min_length=2, max_length=60, description="As it stands over the field.")
    kind: Kind = Field(
        "text",
        description="What goes in. host: somebody of the directory; agree: a box that only the"
        " visitor's own yes may tick.",
    )
    required: bool = Field(True, description="The form is not sent without it.")
    page: int = Field(1, ge=1, le=9, description="On which page of the form it stands.")
    ask: str = Field(
        "", max_length=160, description="How the agent asks for it; made from the label when empty."
    )
    help: str = Field(
        "", max_length=200, description="What it is for; shown below it, and told when asked."
    )
    text: str = Field("", max_length=4000, description="A longer text to read above the field.")
    also: tuple[str, ...] = Field((), max_length=20, description="Other words for the field.")
    after: tuple[str, ...] = Field(
        (), max_length=20, description="Words that a visitor says before its value: `i work for`."
    )
    options: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = Field(
        (), max_length=12, description="What a choice is between."
    )
    options_also: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Other words for an option, by the option."
    )
    longest: int = Field(80, ge=1, le=LONGEST_VALUE, description="Characters it may have at most.")

    @model_validator(mode="after")
    def _options_for_choices(self) -> "FieldConfig":
        if (self.kind == "choice") != (len(self.options) >= 2):
            raise ValueError(f"{self.key}: a choice has two options or more, nothing else has any")
        if len({option.lower() for option in self.options}) < len(self.options):
            raise ValueError(f"{self.key}: two options are the same")
        if strange := sorted(set(self.options_also) - set(self.options)):
            raise ValueError(f"{self.key}: there is no option {', '.join(strange)}")
        if self.kind == "agree" and not self.required:
            raise ValueError(f"{self.key}: what nobody has to agree to is a yes_no field")
        return self


class SendConfig(BaseModel):
    """Where a form goes once the visitor has said yes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visit_book: bool = Field(True, description="Write it into the visit book.")
    tell_host: str = Field(
        "", description="Key of the host field: this person is told that the visitor is here."
    )
    channel: str = Field(
        "", description="Send all of it by this row of the notification table; empty: nowhere."
    )
    address: str = Field("", description="What the channel needs: a URL, a mailbox, a topic.")


def _letters(field: FieldConfig) -> int:
    """How much the page may have to send about a field."""
    words = (field.key, field.label, *field.options)
    return field.longest + sum(len(word) + 4 for word in words) + _BESIDE_LETTERS


class FormConfig(BaseModel):
    """One form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=KEY, description="Short name used in this file.")
    title: str = Field(min_length=2, max_length=60, description="As it stands over the form.")
    also: tuple[str, ...] = Field(
        (), max_length=20, description="What visitors want when they want this form: `register`."
    )
    fields: tuple[FieldConfig, ...] = Field(min_length=1, max_length=24, description="In order.")
    send: SendConfig = Field(SendConfig(), description="Where it goes.")

    @model_validator(mode="after")
    def _fields_fit(self) -> "FormConfig":
        keys = [field.key for field in self.fields]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"two fields have the key {', '.join(twice)}")
        pages = [field.page for field in self.fields]
        if pages != sorted(pages) or set(pages) != set(range(1, max(pages) + 1)):
            raise ValueError("pages go up by one from 1, in the order of the fields")
        if (size := sum(map(_letters, self.fields))) > _MOST_LETTERS:
            raise ValueError(
                f"all its words and values could have {size} letters and the page may send"
                f" {_MOST_LETTERS}: make it two forms, or its values shorter (`longest`)"
            )
        host = self.send.tell_host
        if host and self.kind_of(host) != "host":
            raise ValueError(f"send.tell_host: {host} is no field of kind host")
        return self

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.fields[-1].page

    def field(self, key: str) -> FieldConfig | None:
        """The field called `key`."""
        return next((field for field in self.fields if field.key == key), None)

    def kind_of(self, key: str) -> str:
        """Its kind; empty: there is no such field."""
        found = self.field(key)
        return found.kind if found is not None else ""
