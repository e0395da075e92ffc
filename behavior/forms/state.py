"""What a conversation knows of a form that is being filled, and what the screen told of it."""

from dataclasses import dataclass
from enum import StrEnum

from behavior.forms.config import FormConfig


class Outcome(StrEnum):
    """How it ended."""

    FILLED = "filled"
    SENT = "sent"
    DIFFERENT = "different"
    """Not sent: the form is not as it was when the visitor said yes."""
    INCOMPLETE = "incomplete"
    """Not sent: something is missing or will not do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTalk:
    """A form as the agent and the visitor have talked about it."""

    form: str
    """Key of the form in the site."""
    known: tuple[tuple[str, str], ...] = ()
    """What the agent last saw on the page. Personal data."""
    wanted: tuple[tuple[str, str], ...] = ()
    """What was said and has not been seen on the page yet. Personal data."""
    asked: str = ""
    """The field that was asked for."""
    doubted: tuple[str, str] = ("", "")
    """A field and a value that the visitor is asked to confirm. Personal data."""
    last: tuple[str, ...] = ()
    """Fields that were filled last: what `no, it is ...` is about."""
    skipped: tuple[str, ...] = ()
    """Optional fields that the visitor would rather leave empty."""
    confirming: bool = False
    """All of `known` was read back, and a yes is a yes to sending just that."""
    look_over: bool = False
    """The visitor wants to hear what is in it so far."""
    tries: int = 0
    """How often in a row the answer to the field was not understood."""

    @property
    def values(self) -> dict[str, str]:
        """What is known and wanted, field by field; an empty one is to be emptied."""
        return dict(self.known) | dict(self.wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """What the use of a form came to, as it was seen on the page."""

    form: FormConfig
    outcome: Outcome
    values: tuple[tuple[str, str], ...] = ()
    """What stands in the fields now. Personal data."""
    at: str = ""
    """The field that is marked for the visitor to go on with."""
    opened: bool = False
    """The form was shown just now, for the first time."""
    by_hand: tuple[str, ...] = ()
    """Fields that a hand has filled or changed since they were last seen."""
    not_taken: tuple[str, ...] = ()
    """Fields that did not take what was put in."""
    faulty: tuple[str, ...] = ()
    """Fields whose content will not do, or that have to be filled before it can be sent."""
    reloaded: bool = False
    """The page had lost the form; it was shown and filled again."""
    changed: bool = False
    """The page had another form than the site's; it was put back and filled again."""
    host_told: str = ""
    """Who was told that the visitor is here."""
