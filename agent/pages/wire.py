"""The words spoken over `/ws` between the server and a page: the JSON half.

Text messages are JSON objects with a `kind`, at most `MAX_JSON_BYTES`. Binary messages begin with
one byte that says what they are; their layouts live where they are packed and unpacked
(`actuation/embodiments/page.py`, `perception/backends/browser.py`) and, for the page, in
`agent/web/src/wire.ts`. `agent/web/test/golden.json` holds bytes and texts that both sides test.

A conversation: the page says `hello`, the server answers `welcome` and pings. The page echoes each
`ping` with its own clock, so the server knows how the clocks relate and tells the page (`offset_s`
in the next ping). From then on times in the page's messages are its own clock (`client_s`, seconds)
and times in the server's are stage time (`at`, seconds on the agent's axis).

    page -> server   hello pong line button devices played figures    + picture, sound (binary)
                     form_seen
    server -> page   welcome ping cut volume caption card state workers panel notice pace
                     form_show form_step form_hide
                                                                      + voice, frames (binary)
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agent.core.errors import BadInputError
from agent.pages.form_wire import FormHide, FormSeen, FormShow, FormStep

PROTOCOL = 1
MAX_JSON_BYTES = 16_000
MAX_PICTURE_BYTES = 600_000
MAX_SOUND_BYTES = 16_000
MAX_MESSAGE_BYTES = MAX_PICTURE_BYTES + 64
"""The largest message of any kind; more closes the socket with 1009."""


class Close:
    """Why the server closed the socket. 1009 (too big) is the transport's own."""

    MALFORMED = 4000
    TOKEN = 4001
    BUSY = 4002
    TAKEN_OVER = 4003
    TOO_SLOW = 4004
    TOO_MANY = 4005
    RATE = 4006
    SILENT = 4007
    STOPPING = 4008


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Seconds = Annotated[float, Field(ge=-1e9, le=1e9)]


class Hello(_Wire):
    """The first message of a page."""

    kind: Literal["hello"] = "hello"
    protocol: int
    role: Literal["kiosk", "console"]
    page: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    """Random, one per page load; lets a page that lost its socket have its place again."""
    token: str | None = Field(None, max_length=200)
    take_over: bool = False


class Pong(_Wire):
    """The echo of a `ping`, with the page's clock when it was written."""

    kind: Literal["pong"] = "pong"
    at: Seconds
    """Copied from the ping."""
    client_s: Seconds


class Line(_Wire):
    """A visitor typed a line."""

    kind: Literal["line"] = "line"
    text: str = Field(min_length=1, max_length=400)


class Button(_Wire):
    """A visitor or operator pressed something."""

    kind: Literal["button"] = "button"
    button: str = Field(pattern=r"^[a-z_]{1,32}$")


class Devices(_Wire):
    """What the page can see, hear and play with."""

    kind: Literal["devices"] = "devices"
    camera: bool
    microphone: bool
    muted: bool
    sound: Literal["on", "blocked", "none"]
    """`blocked`: the browser wants a tap before it lets the page speak."""
    detail: str = Field("", max_length=200)


class PlayedReport(_Wire):
    """What came out of the page: score time `score_s` was heard at `client_s`."""

    kind: Literal["played"] = "played"
    generation: int = Field(ge=0, le=2**32 - 1)
    utterance: int = Field(ge=0, le=2**31 - 1)
    score_s: Seconds
    client_s: Seconds
    first: bool = False
    last: bool = False
    """The utterance ended here, or was cut here."""
    silent: bool = False
    """Kept time without sound, because the browser lets none out yet."""
    lip_error_s: Seconds | None = None


class Figures(_Wire):
    """How the page is doing, about once in five seconds."""

    kind: Literal["figures"] = "figures"
    frames_hz: float = Field(ge=0, le=1000)
    late_chunks: int = Field(ge=0)
    """Stretches of voice that came too late for their moment since the page was loaded."""
    margin_s: Seconds
    """By how much the last voice chunk was early."""
    output_latency_s: Seconds
    """From the audio clock to the loudspeaker, as the browser tells it."""


Said = Hello | Pong | Line | Button | Devices | PlayedReport | Figures | FormSeen
FromPage = Annotated[Said, Field(discriminator="kind")]
_FROM_PAGE: TypeAdapter[Said] = TypeAdapter(FromPage)


class Welcome(_Wire):
    """The answer to `hello`."""

    kind: Literal["welcome"] = "welcome"
    protocol: int = PROTOCOL
    role: Literal["kiosk", "console"]
    name: str
    language: str
    generation: int
    avatar: str
    """Where the page finds the character (VRM)."""
    panel: bool
    """Whether this page is told facts about people."""
    asks: bool = True
    """Whether the page's own camera or microphone is wanted."""
    languages: list[str] = ["en"]
    """In which visitors are served, the site's own first."""
    build: str = ""
    """Names the pages as they are built now. Who was welcomed under another loads itself anew."""


class Ping(_Wire):
    """Asks the page for its clock; `offset_s` is what to add to it for the agent's, if known."""

    kind: Literal["ping"] = "ping"
    at: float
    offset_s: float | None


class CutSaid(_Wire):
    """Drop all unplayed sound and frames of generations below this one, now."""

    kind: Literal["cut"] = "cut"
    generation: int


class VolumeSaid(_Wire):
    """Set the voice's gain now, smoothed by the page."""

    kind: Literal["volume"] = "volume"
    gain: float


class Caption(_Wire):
    """Words of one side. The newest caption of a side replaces the one before."""

    kind: Literal["caption"] = "caption"
    who: Literal["agent", "visitor"]
    clauses: list[str]
    current: int | None = None
    """The clause being spoken; all before it were heard. None: nothing is being spoken."""
    final: bool = False
    languages: list[str] = []
    """Of each clause, such as `de`; empty: the page's."""


class Card(_Wire):
    """A line to show large, such as a room number; an empty text takes it away."""

    kind: Literal["card"] = "card"
    text: str
    language: str = ""


class LanguageSaid(_Wire):
    """The language of whoever is served now; the page's own texts follow it."""

    kind: Literal["language"] = "language"
    language: str


class State(_Wire):
    """What the agent is doing, for the visitor."""

    kind: Literal["state"] = "state"
    doing: Literal["idle", "hearing", "thinking", "speaking"]


class Worker(_Wire):
    """Which back-end is at work in a role."""

    role: str
    backend: str
    fallback: bool
    detail: str = ""
    languages: list[str] = []
    """What it understands or speaks; empty: it does not say."""


class Workers(_Wire):
    """Who is at work."""

    kind: Literal["workers"] = "workers"
    workers: list[Worker]


class PanelDoing(_Wire):
    """Something that somebody does, and what it was told by."""

    what: str
    hand: str = ""
    """`left` or `right`, where it is one side's."""
    sure: float | None = None
    by: list[str] = []


class PanelPerson(_Wire):
    """One person as the panel draws them. Directions over the floor, agent's frame."""

    person: str
    x_m: float
    y_m: float
    facing_rad: float | None
    gaze_off_rad: float | None
    front_rad: float | None = None
    """Of the chest."""
    look_rad: float | None = None
    """Of the head; None: not seen."""
    looks_here: bool | None = None
    state: str
    cues: list[str]
    units: list[PanelDoing] = []
    """Action units of the face, where the site asks for them."""
    did: PanelDoing | None = None


class PanelGroup(_Wire):
    """People who stand together, or queue."""

    people: list[str]
    arrangement: str
    x_m: float
    y_m: float
    queue: bool = False


class PanelAct(_Wire):
    """One act, refusal or stop, with its reason."""

    at: float
    what: str
    policy: str
    because: str
    norms: list[str] = []
    refused_by: str = ""


class PanelHealth(_Wire):
    """One component that said something about its health."""

    component: str
    health: str
    detail: str


class Panel(_Wire):
    """Facts about people and the agent's reasons, for those who may know."""

    kind: Literal["panel"] = "panel"
    at: float
    people: list[PanelPerson]
    groups: list[PanelGroup] = []
    heard: str
    level_db: float | None
    speech: float | None
    acts: list[PanelAct]
    latencies_ms: dict[str, float]
    health: list[PanelHealth] = []
    page: dict[str, float] = {}
    transcript: list[str] = []
    """The encounter, a line an event; for operators alone, for it holds what visitors said."""


class Notice(_Wire):
    """Something to tell whoever looks at the page; an empty text takes it back."""

    kind: Literal["notice"] = "notice"
    code: str
    text: str


class Pace(_Wire):
    """How many pictures a second are wanted now."""

    kind: Literal["pace"] = "pace"
    pictures_hz: float


ToPage = (
    Welcome
    | Ping
    | CutSaid
    | VolumeSaid
    | Caption
    | Card
    | LanguageSaid
    | State
    | Workers
    | Panel
    | Notice
    | Pace
    | FormShow
    | FormStep
    | FormHide
)


def encode(message: ToPage) -> str:
    """The message as JSON text."""
    return message.model_dump_json()


def decode(text: str | bytes) -> Said:
    """Read a page's message, or raise `BadInputError` that says what is wrong with it."""
    if len(text) > MAX_JSON_BYTES:
        raise BadInputError(f"a control message may have {MAX_JSON_BYTES} bytes, not {len(text)}")
    try:
        return _FROM_PAGE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "message"
        raise BadInputError(f"{where}: {first['msg']}") from None
