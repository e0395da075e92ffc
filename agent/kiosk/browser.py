"""The screen of a kiosk: a full-screen Chromium that shows the page, kept alive.

It is started again when it ends and when its page no longer answers the server's pings: a crashed
tab leaves the process alive. Its profile is its own; camera and microphone are allowed there to
this agent's address alone, and only where the page is to use them at all.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import ComponentHealth, Health, Message
from agent.kiosk.priority import behind_the_agent, drawing_last

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Final = (
    "--kiosk",
    "--noerrdialogs",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--disable-features=Translate,MediaRouter,OptimizationHints",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    "--autoplay-policy=no-user-gesture-required",
    "--ozone-platform-hint=auto",
)
_ALLOW, _BLOCK = 1, 2
_LOOK_EVERY_S: Final = 1.0
_END_WITHIN_S: Final = 2.0
_LOOK_FOR_CHILDREN_EVERY_S: Final = 0.01
_WELL_AFTER_S: Final = 120.0


class KioskConfig(BaseModel):
    """The browser that `foyer kiosk` shows the page with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    browser: str = Field("", description="Its program; empty: the first Chromium or Chrome found.")
    profile: Path = Field(
        Path("var/kiosk-browser"), description="Folder for its profile, which is nobody else's."
    )
    page_within_s: float = Field(
        60.0, ge=5, le=600, description="A page that is not there by then: the browser is replaced."
    )
    page_silent_s: float = Field(
        15.0, ge=5, le=600, description="A page that answers no ping for so long: likewise."
    )
    first_delay_s: float = Field(
        1.0, ge=0, le=60, description="Pause before it is started again; it doubles each time."
    )
    longest_delay_s: float = Field(30.0, ge=0, le=600, description="The pause grows no longer.")


class Shows(Protocol):
    """What is asked of the page server."""

    started: asyncio.Event
    address: str

    @property
    def shown(self) -> bool:
        """A kiosk page is open and answers."""
        ...


class Process(Protocol):
    """A browser that was started."""

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        ...

    async def give_way(self) -> None:
        """Let its drawing come after all else that runs."""
        ...

    async def end(self) -> None:
        """End it and all its children, whatever they do."""
        ...


Launch = Callable[[Sequence[str]], Awaitable[Process]]


class KioskBrowser:
    """Starts the browser once the page is served, and keeps it alive."""

    name = "agent.kiosk"

    def __init__(
        self,
        *,
        config: KioskConfig,
        server: Shows,
        senses: Mapping[str, bool],
        clock: Clock,
        publish: Callable[[Message], None],
        flags: Sequence[str] = (),
        launch: Launch | None = None,
    ) -> None:
        """`senses`: whether the page may use `camera` and `microphone`. `flags`: further ones."""
        self.restarts = 0
        self._config = config
        self._server = server
        self._senses = senses
        self._clock = clock
        self._publish = publish
        self._flags = tuple(flags)
        self._launch = launch or launched

    async def run(self) -> None:
        """Show the page until cancelled. Raises `BackendUnavailableError` without a browser."""
        delay_s = self._config.first_delay_s
        while True:
            await self._server.started.wait()
            begun_at = self._clock.now()
            why = await self._show()
            if self._clock.now() - begun_at > _WELL_AFTER_S:
                delay_s = self._config.first_delay_s
            self.restarts += 1
            self._say(Health.DEGRADED, f"{why}; it is started again in {delay_s:g} s")
            await self._clock.sleep_until(self._clock.now() + delay_s)
            delay_s = min(2 * delay_s, self._config.longest_delay_s)

    async def _show(self) -> str:
        """One life of the browser; returns why it is over."""
        profile = self._config.profile.absolute()
        command = command_line(
            program_of(self._config.browser), profile, self._server.address, self._flags
        )
        await asyncio.to_thread(prepare_profile, profile, self._server.address, self._senses)
        process = await self._launch(command)
        try:
            return await self._watch(process)
        finally:
            await process.end()

    async def _watch(self, process: Process) -> str:
        seen, seen_at = False, self._clock.now()
        while process.returncode is None:
            now = self._clock.now()
            if self._server.shown:
                if not seen:
                    self._say(Health.RUNNING, "")
                seen, seen_at = True, now
            elif not self._server.started.is_set():
                seen_at = now  # the server is away, not the page
            patience_s = self._config.page_silent_s if seen else self._config.page_within_s
            if now - seen_at > patience_s:
                what = "its page stopped answering" if seen else "its page never came"
                return f"browser: {what} for {patience_s:g} s"
            await process.give_way()
            await self._clock.sleep_until(now + _LOOK_EVERY_S)
        return f"browser: it ended ({_ending(process.returncode)})"

    def _say(self, health: Health, detail: str) -> None:
        self._publish(
            ComponentHealth(at=self._clock.now(), component=self.name, health=health, detail=detail)
        )


def program_of(wanted: str) -> str:
    """Path of the browser, or `BackendUnavailableError`."""
    for name in (wanted,) if wanted else NAMES:
        if path := shutil.which(name):
            return path
    looked_for = wanted or ", ".join(NAMES)
    raise BackendUnavailableError(
        f"kiosk: there is no browser {looked_for}; apt install chromium, or set kiosk.browser"
    )


def command_line(program: str, profile: Path, address: str, flags: Sequence[str]) -> list[str]:
    """What is run."""
    return [program, *FLAGS, f"--user-data-dir={profile}", *flags, f"{address}/"]


def preferences(before: Mapping[str, Any], address: str, senses: Mapping[str, bool]) -> Any:  # noqa: ANN401 - JSON
    """The profile's preferences: what is allowed to whom, and that it ended well last time."""
    origin = urlsplit(address)
    site = f"{origin.scheme}://{origin.netloc},*"
    after: dict[str, Any] = dict(before)
    profile = dict(after.get("profile", {}))
    settings = dict(profile.get("content_settings", {}))
    exceptions = dict(settings.get("exceptions", {}))
    defaults = dict(profile.get("default_content_setting_values", {}))
    for sense in ("camera", "microphone"):
        key = "media_stream_camera" if sense == "camera" else "media_stream_mic"
        exceptions[key] = {site: {"setting": _ALLOW if senses.get(sense) else _BLOCK}}
        defaults[key] = _BLOCK
    defaults |= {"notifications": _BLOCK, "geolocation": _BLOCK, "popups": _BLOCK}
    settings["exceptions"] = exceptions
    # Otherwise it asks whether to restore the pages of the crash.
    profile |= {"exit_type": "Normal", "exited_cleanly": True}
    profile |= {"content_settings": settings, "default_content_setting_values": defaults}
    after["profile"] = profile
    return after


def prepare_profile(profile: Path, address: str, senses: Mapping[str, bool]) -> None:
    """Write the preferences, and end a browser that an earlier agent left behind there.

    With one still running a new one would only hand it the address, and end.
    """
    folder = profile / "Default"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _end_former(profile)
    path = folder / "Preferences"
    before: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        read = json.loads(path.read_text(encoding="utf-8"))
        before = read if isinstance(read, dict) else {}
    written = path.with_suffix(".new")
    written.write_text(json.dumps(preferences(before, address, senses)), encoding="utf-8")
    written.replace(path)


def _end_former(profile: Path) -> None:
    lock = profile / "SingletonLock"
    with contextlib.suppress(OSError, ValueError):
        number = int(os.readlink(lock).rpartition("-")[2])
        command = Path(f"/proc/{number}/cmdline").read_bytes()
        if f"--user-data-dir={profile}".encode() in command.split(b"\0"):
            os.kill(number, signal.SIGKILL)
    for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
        with contextlib.suppress(OSError):
            (profile / name).unlink()


class _Started:
    """A process with a group of its own, so that it ends with all its children."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._drawing: int | None = None

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    async def give_way(self) -> None:
        self._drawing = await asyncio.to_thread(drawing_last, self._process.pid, self._drawing)

    async def end(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_WITHIN_S):
                    await self._process.wait()
                    await self._emptied()
                    return

    async def _emptied(self) -> None:
        """Wait for its children as well; they are no longer ours to wait for."""
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.killpg(self._process.pid, 0)
                await asyncio.sleep(_LOOK_FOR_CHILDREN_EVERY_S)


async def launched(command: Sequence[str]) -> Process:
    """Start the browser."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            process_group=0,
        )
    except OSError as fault:
        raise BackendUnavailableError(f"kiosk: {command[0]}: {fault.strerror}") from None
    behind_the_agent(process.pid)
    return _Started(process)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
