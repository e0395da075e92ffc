"""What a visitor may want of a receptionist, and one such wish as it was read from a line."""

from dataclasses import dataclass
from enum import StrEnum

from behavior.house.directory import Found
from behavior.house.site import Destination
from behavior.tools.asking import Asked as ToolWanted


class Intent(StrEnum):
    """What a visitor wants of a receptionist."""

    EMERGENCY = "emergency"
    FIRE = "fire"
    FORGET_ME = "forget_me"
    REPEAT = "repeat"
    CANCEL = "cancel"
    STAFF = "staff"
    MEET_HOST = "meet_host"
    HOST_STATUS = "host_status"
    PRIVATE = "private"
    DELIVERY = "delivery"
    SIGNATURE = "signature"
    PICKUP = "pickup"
    DIRECTIONS = "directions"
    TOOL = "tool"
    QUESTION = "question"
    MAYBE_QUESTION = "maybe_question"
    OPEN_NOW = "open_now"
    TIME = "time"
    DATE = "date"
    NAME = "name"
    MY_NAME = "my_name"
    MEMORY = "memory"
    """A question about what was seen or said before."""
    WAIT = "wait"
    FAREWELL = "farewell"
    THANKS = "thanks"
    GREETING = "greeting"
    HOW_ARE_YOU = "how_are_you"
    JOKE = "joke"
    COMPLIMENT = "compliment"
    INSULT = "insult"
    PERSONAL = "personal"
    BACKCHANNEL = "backchannel"
    SOMEBODY_MISSING = "somebody_missing"
    """A child has lost its parents, or parents their child."""
    DOOR = "door"
    """A door is to be opened."""
    LOUDER = "louder"
    """The last words again, for somebody who hears badly."""
    IN_WRITING = "in_writing"
    """To read and to type, by who does not hear or speak."""
    BLIND = "blind"
    """Somebody does not see, and says so."""
    GO_ON = "go_on"
    HELP = "help"
    """Help with something that is not said yet."""
    LOOKING = "looking"
    """Wants nothing."""
    PLEASANT = "pleasant"
    """Remarks on the weather and the day."""
    WHICH_SIDE = "which_side"
    """On which side the place last spoken of is."""
    HOW_FAR = "how_far"
    INTERPRETER = "interpreter"
    APOLOGY = "apology"
    """Somebody was rude, and is sorry."""
    OTHER_HOUSE = "other_house"
    """Looks for another building."""
    COMPLAINT = "complaint"
    """Something of the house is broken or dirty, or nobody came."""
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


SMALL = frozenset(
    {Intent.THANKS, Intent.GREETING, Intent.YES, Intent.NO, Intent.UNKNOWN, Intent.WAIT,
     Intent.COMPLIMENT, Intent.MAYBE_QUESTION, Intent.REPEAT, Intent.NAME, Intent.LOUDER,
     Intent.GO_ON, Intent.HELP, Intent.LOOKING, Intent.PLEASANT, Intent.APOLOGY}
)  # fmt: skip
"""Intents that do not make a part of a line a request of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing a line asks for."""

    intent: Intent
    text: str
    """The part of the line, plain."""
    because: str = ""
    found: Found = Found()
    place: Destination | None = None
    entry: str = ""
    """Key of a knowledge entry."""
    name: str = ""
    """The visitor's own name, where the line gives it."""
    time: str = ""
    tool: ToolWanted | None = None
    """A tool that is wanted, with its arguments."""
