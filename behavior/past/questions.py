"""What may be asked of the past, as understood: a kind, a place in time, a topic. No rules here."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is asked of the past."""

    I_SAID = "i_said"
    YOU_SAID = "you_said"
    WHEN_I_SAID = "when_i_said"
    WHEN_YOU_SAID = "when_you_said"
    HOW_OFTEN = "how_often"
    """How often the visitor said it; `how_often_you`: the agent."""
    HOW_OFTEN_YOU = "how_often_you"
    YOU_DID = "you_did"
    WHEN_TOLD = "when_told"
    YOU_GESTURED = "you_gestured"
    I_GESTURED = "i_gestured"
    """A raised hand, a nod."""
    I_STOOD = "i_stood"
    """How far away."""
    WHEN_CAME = "when_came"
    HOW_LONG_HERE = "how_long_here"
    HOW_LONG_WAITED = "how_long_waited"
    HOW_LONG_TALKED = "how_long_talked"
    CAME_BEFORE = "came_before"
    CAME_SINCE = "came_since"
    CAME_WITH = "came_with"
    WENT = "went"
    """Who has left."""
    WHEN_OTHER_CAME = "when_other_came"
    WHEN_OTHER_WENT = "when_other_went"
    HOW_LONG_OTHER = "how_long_other"
    OTHERS = "others"
    """About what other people said, wanted or are called: never answered."""
    UNKEPT = "unkept"
    """How somebody looked, what they thought or did elsewhere: nothing of it is kept."""
    EARLIER_VISIT = "earlier_visit"
    """Yesterday, the last time: a visit's memory ends with it."""


class Relation(StrEnum):
    """Where in time it is looked for."""

    ANY = "any"
    LAST = "last"
    FIRST = "first"
    ALL = "all"
    AGO = "ago"
    """Around `seconds` before now."""
    WITHIN = "within"
    """In the last `seconds`."""
    BEFORE_THAT = "before_that"
    """Before what was last spoken of."""
    AFTER_THAT = "after_that"
    BEFORE = "before"
    """Before the event `pivot`."""
    AFTER = "after"
    WHEN = "when"
    """As it happened, or next after it."""
    WHILE = "while"
    SINCE = "since"
    UNTIL = "until"
    BETWEEN = "between"
    """After `pivot` and before `until`."""
    SINCE_CAME = "since_came"
    BEFORE_ME = "before_me"
    """Of other people: who came before the visitor did."""
    AFTER_ME = "after_me"


class By(StrEnum):
    """Whose doing an event was."""

    VISITOR = "visitor"
    AGENT = "agent"
    BOTH = "both"
    OTHER = "other"


class Happening(StrEnum):
    """What sort of event."""

    SAID = "said"
    CAME = "came"
    LEFT = "left"
    WAITED = "waited"
    WAS = "was"
    """Was there, stood there."""
    TOLD = "told"
    """A host or a colleague was told or called."""
    DID = "did"
    GESTURED = "gestured"
    CUT = "cut"
    """Was interrupted."""
    LOOKED = "looked"
    """How somebody looked, felt or thought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a question takes its place in time from: `before I asked about the lift`."""

    by: By
    what: Happening
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeQuestion:
    """A question about the past, as understood."""

    kind: Kind
    relation: Relation = Relation.ANY
    topic: str = ""
    loose: bool = False
    """The topic may be no more than a turn of phrase: without a line about it, any line will do."""
    pivot: Event | None = None
    until: Event | None = None
    seconds: float = 0.0
    asks: bool = False
    """What was asked, rather than said at all."""
    number: int = 0
    """The second, third ... of them from 1; from the end: -1, -2; 0: not by number."""
    most: int = 1
    """`My last two questions`: so many."""
