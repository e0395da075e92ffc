"""The server behind the pages: who is connected, what they are told, what they may ask.

The network itself is in `agent/pages/site.py`, which is imported when the server starts. One kiosk
page is active at a time: it has the camera, the microphone and the voice. A second one is told so
and may take over; consoles are as many as there are operators.
"""

import asyncio
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from actuation.embodiments.page import PageLink
from actuation.stage.live_talk import LiveTalks
from agent.core.clock import Clock
from agent.core.errors import BadInputError
from agent.core.messages import (
    ButtonPressed,
    ComponentHealth,
    EmergencyRelease,
    EmergencyStop,
    Health,
    LineTyped,
    Message,
    PageChanged,
)
from agent.interpreting import Interpretations
from agent.pages.access import same_token, token_from
from agent.pages.buttons import VISITOR_BUTTONS, chooses_language, is_button
from agent.pages.config import ServerConfig
from agent.pages.device_trouble import device_trouble
from agent.pages.form import KioskForm
from agent.pages.form_wire import FormSeen
from agent.pages.lobby import Room
from agent.pages.page import Closed, Page
from agent.pages.panel import PageView
from agent.pages.puppet import Puppet
from agent.pages.wire import (
    MAX_PICTURE_BYTES,
    MAX_SOUND_BYTES,
    PROTOCOL,
    Button,
    Close,
    Devices,
    Figures,
    Hello,
    Line,
    Pace,
    Panel,
    PlayedReport,
    Pong,
    ToPage,
    Welcome,
    decode,
)
from behavior.transcript.config import TranscriptConfig
from perception.backends.browser import PICTURE, unpack

TICK_S = 0.1
PANEL_EVERY_S = 0.25
OLD_S = 10.0
WEB = Path(__file__).parents[1] / "web" / "dist"


class Body(Protocol):
    """What the server needs of the avatar's body."""

    @property
    def generation(self) -> int:
        """The generation shown now."""
        ...

    def attach(self, link: PageLink) -> None:
        """A kiosk page is there."""
        ...

    def detach(self, link: PageLink) -> None:
        """It has gone."""
        ...

    def played(
        self,
        *,
        at: float,
        utterance: int,
        score_s: float,
        first: bool = False,
        lip_error_s: float | None = None,
    ) -> None:
        """It says what came out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """Where the kiosk's pictures and sound go: (moment on the agent's axis, bytes)."""

    picture: Callable[[float, bytes], None]
    sound: Callable[[float, bytes], None]


class PageServer:
    """Serves the pages. `run` until cancelled; `started` is set when the address is known."""

    name = "agent.server"

    def __init__(
        self,
        *,
        config: ServerConfig,
        clock: Clock,
        facts: AsyncIterable[Message],
        publish: Callable[[Message], None],
        senses: Senses,
        body: Body,
        web: Path = WEB,
        room: Room | None = None,
        elsewhere: frozenset[str] = frozenset(),
        languages: tuple[str, ...] = (),
        form: KioskForm | None = None,
        transcript: TranscriptConfig | None = None,
        talks: LiveTalks | None = None,
        interpretations: Interpretations | None = None,
    ) -> None:
        """`room`: a simulated lobby to show.

        `elsewhere`: which of `camera`, `microphone` are not the page's own: it need not ask for
        them, and is not to be told that they are off. `form`: shows forms on the kiosk page.
        `languages`: in which visitors are served, the site's own first. `transcript`: how much of
        an encounter the console shows. `talks`: operators may speak by the agent's mouth.
        `interpretations`: of faces, for the console, where the operator asked for them.
        """
        self.puppet = Puppet(clock=clock, publish=publish, talks=talks)
        self.form = form or KioskForm(clock)
        self.config = config
        self.web = web
        self.room = room
        self.token = token_from(config.token_file)
        self.started = asyncio.Event()
        self.address = ""
        """`http://127.0.0.1:8710`, once started."""
        self.pages: set[Page] = set()
        self._clock = clock
        self._facts = facts
        self._publish = publish
        self._senses = senses
        self._body = body
        self._elsewhere = elsewhere
        self._trouble = ""
        self._languages = languages or (config.language[:2],)
        self._view = PageView(
            help_text=config.help_text, language=self._languages[0], transcript=transcript,
            interpretations=interpretations,
        )  # fmt: skip
        self._kiosk: Page | None = None
        self._panel_at = 0.0
        self._pace = Pace(pictures_hz=config.idle_pictures_hz)

    @property
    def console_address(self) -> str:
        """The operator's address, with the token in it. Print it; log it nowhere."""
        return f"{self.address}/console?token={self.token}"

    @property
    def lobby_address(self) -> str:
        """The simulated lobby's address, with the token in it."""
        return f"{self.address}/lobby?token={self.token}"

    @property
    def shown(self) -> bool:
        """A kiosk page is open and answers its pings."""
        return self._kiosk is not None and self._kiosk.keeps_up(self._clock.now())

    async def run(self) -> None:
        """Listen, serve and tell the pages what happens, until cancelled."""
        from agent.pages.site import listening  # aiohttp takes a while to import

        async with listening(self) as address:
            self.address = address
            self.started.set()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._tell_facts())
                    group.create_task(self._tick())
            finally:
                self.started.clear()
                for page in self.pages:
                    page.outbox.close(Close.STOPPING, "the server is stopping")

    # What a socket does, called by the site.

    def open(self, *, trusted: bool) -> Page:
        """A socket was opened."""
        page = Page(opened_at=self._clock.now(), trusted=trusted)
        if len(self.pages) >= self.config.pages_at_once:
            page.outbox.close(Close.TOO_MANY, "too many pages are open")
        self.pages.add(page)
        return page

    def close(self, page: Page) -> None:
        """A socket has gone."""
        self.pages.discard(page)
        if page is self._kiosk:
            self._kiosk = None
            self.form.detach(page)
            self._body.detach(page)
            self._publish(
                PageChanged(at=self._clock.now(), connected=False, camera=False, microphone=False)
            )
            self._report(Health.DEGRADED, "no kiosk page is open")

    def receive(self, page: Page, message: str | bytes) -> None:
        """Take in one message. Raises `Closed` when the socket is to be closed for it."""
        now = self._clock.now()
        try:
            if isinstance(message, bytes):
                self._sensed(page, message, now)
            else:
                self._said(page, message, now)
        except BadInputError as fault:
            raise Closed(Close.MALFORMED, str(fault)) from None

    def press(self, button: str) -> None:
        """An operator pressed something."""
        self._pressed(button, "console", self._clock.now())

    def panel(self) -> Panel:
        """What the panel shows now."""
        return self._view.panel(self._clock.now(), self._page_figures())

    def health(self) -> dict[str, object]:
        """What `/health` says."""
        now = self._clock.now()
        return {
            "at": now,
            "kiosk": self._kiosk is not None,
            "pages": len(self.pages),
            "components": [part.model_dump() for part in self._view.health.values()],
            "page": self._page_figures(),
            "panel": self._view.panel(now, {}).latencies_ms,
        }

    # Inside.

    def _said(self, page: Page, text: str, now: float) -> None:
        said = decode(text)
        if isinstance(said, Hello):
            self._hello(page, said, now)
            return
        if not page.role:
            raise Closed(Close.MALFORMED, "the first message is a hello")
        page.allows(said.kind, now)
        match said:
            case Pong():
                page.echoed(said.at, now, said.client_s)
            case Button():
                self._button(page, said, now)
            case Line() if page is self._kiosk:
                if text := " ".join(said.text.split()):
                    self._publish(LineTyped(at=now, text=text))
            case Devices() if page is self._kiosk:
                self._devices(page, said, now)
            case PlayedReport() if page is self._kiosk:
                self._played(page, said, now)
            case Figures():
                page.figures = said
            case FormSeen() if page is self._kiosk:
                self.form.seen(said)
            case _:
                raise Closed(Close.MALFORMED, f"a {page.role} page does not send {said.kind}")

    def _hello(self, page: Page, said: Hello, now: float) -> None:
        if page.role:
            raise Closed(Close.MALFORMED, "a second hello")
        if said.protocol != PROTOCOL:
            text = f"this server speaks protocol {PROTOCOL}, not {said.protocol}; reload the page"
            raise Closed(Close.MALFORMED, text)
        if said.token is not None and not same_token(said.token, self.token):
            raise Closed(Close.TOKEN, "the token is not right")
        page.trusted = page.trusted or said.token is not None
        if said.role == "console" and not page.trusted:
            raise Closed(Close.TOKEN, "the console needs the operator's token")
        if said.role == "kiosk":
            self._make_room(said, now)
        page.greet(said.role, said.page, now)
        page.say(self._welcome(page))
        page.tick(now)
        for word in (*self._view.for_newcomer(), self._pace):
            page.say(word)
        if said.role == "kiosk":
            self._kiosk = page
            self.form.attach(page)
            self._body.attach(page)
            self._publish(
                PageChanged(
                    at=now,
                    connected=True,
                    camera="camera" in self._elsewhere,
                    microphone="microphone" in self._elsewhere,
                )
            )
            self._trouble = ""
            self._report(Health.RUNNING, "")

    def _make_room(self, said: Hello, now: float) -> None:
        other = self._kiosk
        if other is None:
            return
        same = other.page == said.page
        if not same and not said.take_over and other.keeps_up(now):
            raise Closed(Close.BUSY, "the receptionist is already shown on another page")
        other.outbox.close(Close.TAKEN_OVER, "another page has taken over")
        self.form.detach(other)
        self._body.detach(other)
        self._kiosk = None

    def _welcome(self, page: Page) -> Welcome:
        return Welcome(
            role="console" if page.role == "console" else "kiosk",
            name=self.config.agent_name,
            language=self.config.language,
            generation=self._body.generation,
            avatar="/avatar.vrm",
            panel=self._may_know(page),
            asks=not {"camera", "microphone"} <= self._elsewhere,
            languages=list(self._languages),
            build=_build_of(self.web),
        )

    def _may_know(self, page: Page) -> bool:
        return page.trusted or (page.role == "kiosk" and self.config.panel == "open")

    def _button(self, page: Page, said: Button, now: float) -> None:
        if not is_button(said.button):
            raise Closed(Close.MALFORMED, f"there is no button {said.button}")
        anyone = said.button in VISITOR_BUTTONS or chooses_language(said.button)
        if not anyone and not page.trusted:
            raise Closed(Close.TOKEN, f"{said.button} needs the operator's token")
        if not (page is self._kiosk or page.trusted):
            return
        self._pressed(said.button, "page" if page is self._kiosk else "console", now)

    def _pressed(self, button: str, source: str, now: float) -> None:
        match button:
            case "emergency":
                self._publish(EmergencyStop(at=now, source=source))
            case "release":
                self._publish(EmergencyRelease(at=now, source=source))
            case _:
                self._publish(ButtonPressed(at=now, button=button))

    def _devices(self, page: Page, said: Devices, now: float) -> None:
        page.devices = said
        trouble = device_trouble(said, self._elsewhere)
        if trouble != self._trouble:
            self._trouble = trouble
            self._report(Health.DEGRADED if trouble else Health.RUNNING, trouble)
        self._publish(
            PageChanged(
                at=now,
                connected=True,
                camera=said.camera or "camera" in self._elsewhere,
                microphone="microphone" in self._elsewhere or (said.microphone and not said.muted),
                muted=said.muted,
                detail=said.detail,
            )
        )

    def _played(self, page: Page, said: PlayedReport, now: float) -> None:
        at = page.clock.at(said.client_s)
        if at is None or now - at > OLD_S:
            return
        self._body.played(
            at=min(at, now + 0.1),
            utterance=said.utterance,
            score_s=said.score_s,
            first=said.first,
            lip_error_s=said.lip_error_s,
        )

    def _sensed(self, page: Page, message: bytes, now: float) -> None:
        if page is not self._kiosk:
            raise Closed(Close.MALFORMED, "only the active kiosk page sends pictures and sound")
        sensed = unpack(message)
        at = page.clock.at(sensed.client_s)
        kind = "picture" if sensed.kind == PICTURE else "sound"
        if not page.allows(kind, now) or at is None or now - at > OLD_S:
            return
        most = MAX_PICTURE_BYTES if sensed.kind == PICTURE else MAX_SOUND_BYTES
        if len(sensed.payload) > most:
            raise BadInputError(f"a {kind} has at most {most} bytes")
        put = self._senses.picture if sensed.kind == PICTURE else self._senses.sound
        put(min(at, now), sensed.payload)

    async def _tell_facts(self) -> None:
        async for message in self._facts:
            self._tell(self._view.see(message))

    async def _tick(self) -> None:
        while True:
            now = self._clock.now()
            for page in self.pages:
                page.tick(now)
            self._tell(self._view.tick(now))
            self._set_pace()
            if now >= self._panel_at:
                self._panel_at = now + PANEL_EVERY_S
                self._tell_panel()
            await self._clock.sleep_until(now + TICK_S)

    def _set_pace(self) -> None:
        there = self._view.anyone_there
        hz = self.config.pictures_hz if there else self.config.idle_pictures_hz
        if hz != self._pace.pictures_hz:
            self._pace = Pace(pictures_hz=hz)
            self._tell([self._pace])

    def _tell(self, words: list[ToPage]) -> None:
        for page in self.pages:
            if page is self._kiosk or page.role == "console":
                for word in words:
                    page.say(word)

    def _tell_panel(self) -> None:
        knowing = [page for page in self.pages if page.role and self._may_know(page)]
        if knowing:
            panel = self.panel()
            # Whoever stands at an open panel does not read what others have said.
            public = panel.model_copy(update={"transcript": []})
            for page in knowing:
                page.say(panel if page.trusted else public)

    def _page_figures(self) -> dict[str, float]:
        kiosk = self._kiosk
        if kiosk is None:
            return {}
        trip = kiosk.clock.round_trip_s
        figures = {f"{kind} dropped": float(n) for kind, n in kiosk.dropped.items() if n}
        if trip is not None:
            figures["round trip ms"] = round(1000 * trip, 1)
        if kiosk.figures is not None:
            figures["frames Hz"] = round(kiosk.figures.frames_hz, 1)
            figures["late chunks"] = float(kiosk.figures.late_chunks)
            figures["voice margin ms"] = round(1000 * kiosk.figures.margin_s)
            figures["output latency ms"] = round(1000 * kiosk.figures.output_latency_s)
        return figures

    def _report(self, health: Health, detail: str) -> None:
        self._publish(
            ComponentHealth(
                at=self._clock.now(), component="agent.page", health=health, detail=detail
            )
        )


def _build_of(web: Path) -> str:
    """What the built pages were made from; they may be built anew while the agent runs."""
    try:
        return (web / ".built-from").read_text(encoding="ascii")[:16]
    except (OSError, ValueError):
        return ""
