"""Runs a recogniser in a process of its own, so that it can neither block the loop nor hang it.

Every turn has a number; answers to an older one are nobody's. A recogniser that is too slow is
ended and started anew, one that fails again and again gives way to the next row of the table, and
both are told as health. Turns go on without words meanwhile. A better one whose model is fetched
beside the work is loaded beside it, too, and takes over between two turns.
"""

import asyncio
import contextlib
import json
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen, ComponentHealth, Health, Message, TurnId
from perception.audio import Sound
from perception.child_process import end, start_module
from perception.turns.taking import Heard
from perception.words.packets import Kind, Packet, pack
from perception.words.recognition import Candidate, RecognitionConfig, candidates, whisper_model
from perception.words.site_language import SiteLanguage
from perception.words.whisper_fetch import DOWNLOAD, fetched

_MOST_WAITING_BYTES = 4 * 16_000 * 30
"""Half a minute of sound waiting in the pipe: the recogniser does not read."""
_TRIES = 3
"""Unexpected ends in `_TRIES_WITHIN_S` before the next row takes over."""
_TRIES_WITHIN_S = 60.0
_PAUSE_S = 0.3
_WORDLESS_S = 300.0
"""After this long without any recogniser those that failed are tried again."""
_FETCH_AGAIN_S = 1800.0
_LATE = "it did not answer in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker:
    """A recogniser that is loaded, and why it is not a better one, if so."""

    choice: Candidate
    process: Process
    why: str = ""


class RecogniserProcess:
    """A `WordSource`, and the component that keeps its process alive."""

    name = "perception.recogniser"

    def __init__(
        self,
        *,
        config: RecognitionConfig,
        site: SiteLanguage,
        publish: Callable[[Message], None],
        clock: Clock,
        module: str = "perception.backends.recogniser_main",
        download_module: str = DOWNLOAD,
    ) -> None:
        self._config = config
        self._site = site
        self._publish = publish
        self._clock = clock
        self._module = module
        self._download_module = download_module
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(maxsize=256)
        self._process: Process | None = None
        """Gets the packets: at work, or loading, or about to take over."""
        self._worker: _Worker | None = None
        self._successor: _Worker | None = None
        self._ended_because = ""
        self._model_news = "it is fetched meanwhile" if self._wants_model() else ""
        self._turn: TurnId | None = None
        self._relearn = asyncio.Event()
        self.ready = asyncio.Event()
        """Set while a recogniser is loaded and listening."""

    def begin(self, turn: TurnId) -> None:
        """A new turn; its sound follows."""
        self._turn = turn
        self._send(Packet(kind=Kind.BEGIN, turn=turn))

    def feed(self, samples: Sound) -> None:
        """More sound of the turn. Without a recogniser it is lost, like the words in it."""
        if self._turn is not None:
            self._send(Packet(kind=Kind.SOUND, turn=self._turn, sound=samples.tobytes()))

    def settle(self, turn: TurnId, revision: int | None) -> None:
        """Ask for the best reading. Without a recogniser the answer is: no words."""
        if self._process is None:
            self._tell(Heard(turn=turn, revision=revision, text="", confidence=0.0))
        if revision is None:
            self._send(Packet(kind=Kind.LOOK, turn=turn))
        else:
            self._send(Packet(kind=Kind.SETTLE, turn=turn, revision=revision))

    def drop(self, turn: TurnId, *, late: bool) -> None:
        """The turn is over. A recogniser that is late although it was ready is started anew."""
        self._turn = None
        self._send(Packet(kind=Kind.DROP, turn=turn))
        if late and self.ready.is_set():
            self._end_process(_LATE)

    async def heard(self) -> AsyncIterator[Heard]:
        """Words as they come."""
        while True:
            yield await self._heard.get()

    async def run(self) -> None:
        """Keep a recogniser running until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_running(), name="recogniser")
            group.create_task(self._keep_learned(), name="recogniser's names")
            if self._wants_model():
                group.create_task(self._improve(), name="recogniser model")

    async def _keep_running(self) -> None:
        failed: dict[str, list[float]] = {}
        why = ""
        while True:
            now = self._clock.now()
            able = [
                c
                for c in candidates(self._config)
                if sum(now - at < _TRIES_WITHIN_S for at in failed.get(c.row, ())) < _TRIES
            ]
            if self._successor is None and not able:
                self._say(Health.FAILED, f"no recogniser starts: {why}")
                await self._clock.sleep_until(now + _TRIES_WITHIN_S)
                continue
            row = self._successor.choice.row if self._successor else able[0].row
            try:
                fault = await self._run_once(able, why)
                times = [self._clock.now()] if fault else []
            except BackendUnavailableError as hopeless:
                fault, times = str(hopeless), [self._clock.now()] * _TRIES
            if self._successor is not None:
                continue
            if fault:
                why = f"{row}: {fault}"
            if fault != _LATE or any(c.row not in (row, "none") for c in able):
                failed.setdefault(row, []).extend(times)
            self._say(Health.RESTARTING, why or f"{row} is started anew")
            await self._clock.sleep_until(self._clock.now() + _PAUSE_S)

    async def _run_once(self, able: list[Candidate], why: str) -> str:
        """Run the successor or else the best until it ends. Returns what went wrong, or ''.

        Raises `BackendUnavailableError` when it says itself that it cannot work here.
        """
        worker, self._successor = self._successor, None
        if worker is None:
            self._say(Health.STARTING, able[0].row)
            self._process = process = await self._spawn(able[0])
            worker = _Worker(choice=able[0], process=process, why=why)
        process = worker.process
        try:
            if not self.ready.is_set() and (fault := await self._load(process)):
                return fault
            self._worker, self._ended_because = worker, ""
            self._announce()
            self._say(Health.RUNNING, worker.choice.row)
            self.ready.set()
            wordless = why and worker.choice.row == "none"
            try:
                async with asyncio.timeout(_WORDLESS_S if wordless else None):
                    await self._read_answers(process)
            except TimeoutError:
                return ""
            if self._process is not process:
                return self._ended_because
            return f"it ended with {await process.wait()}"
        finally:
            if self._process is process:
                self._process = None
            if self._process is None:
                self.ready.clear()
            await end(process)

    async def _spawn(self, choice: Candidate) -> Process:
        settings = {"config": self._config.model_dump(), "site": asdict(self._site)}
        process = await start_module(self._module, choice.row)
        assert process.stdin is not None
        told = json.dumps(settings).encode()
        process.stdin.write(pack(Packet(kind=Kind.SETTINGS, turn=0, sound=told)))
        return process

    async def _load(self, process: Process) -> str:
        """Wait until it is ready. Returns what went wrong, or ''."""
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._config.ready_within_s):
                line = await process.stdout.readline()
        except TimeoutError:
            return "it was not ready in time"
        first = json.loads(line) if line else {}
        if "unavailable" in first:
            raise BackendUnavailableError(first["unavailable"])
        return "" if "ready" in first else first.get("fault", "it ended while it was loading")

    def _announce(self) -> None:
        """Say who is at work, and why it is not a better one."""
        assert self._worker is not None
        row, why = self._worker.choice.row, self._worker.why
        choice = next((c for c in candidates(self._config) if c.row == row), self._worker.choice)
        about = _about(row, self._config, self._site.languages)
        self._publish(
            BackendChosen(
                at=self._clock.now(),
                role="recogniser",
                backend=row,
                fallback=choice.fallback,
                detail="; ".join(filter(None, (choice.detail, self._model_news, why, about))),
                languages=understood(row, self._config, self._site.languages),
            )
        )

    async def _read_answers(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self._tell(Heard(**json.loads(line)))

    def _tell(self, heard: Heard) -> None:
        if self._heard.full():
            self._heard.get_nowait()
        self._heard.put_nowait(heard)

    def _send(self, packet: Packet) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        if process.stdin.transport.get_write_buffer_size() > _MOST_WAITING_BYTES:
            self._end_process("it does not read what it is sent")
            return
        process.stdin.write(pack(packet))

    def _end_process(self, why: str) -> None:
        self.ready.clear()
        if self._process is not None:
            self._ended_because = why
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process = None

    def _say(self, health: Health, detail: str) -> None:
        self._publish(
            ComponentHealth(at=self._clock.now(), component=self.name, health=health, detail=detail)
        )

    def _wants_model(self) -> bool:
        config = self._config
        return (
            config.backend in ("auto", "faster_whisper")
            and config.whisper.download
            and whisper_model(config.whisper) is None
        )

    async def _improve(self) -> None:
        """Fetch the Whisper model beside the work, and change over to it.

        A start is never slowed down by it, and a machine without a network tells it once.
        """
        await self.ready.wait()
        while why := await fetched(self._config.whisper, self._download_module):
            news = (
                f"it could not be fetched: {why}; tried again every {_FETCH_AGAIN_S / 60:.0f} min"
            )
            if news != self._model_news:
                self._model_news = news
                self._announce()
            await self._clock.sleep_until(self._clock.now() + _FETCH_AGAIN_S)
        self._model_news = ""
        best = candidates(self._config)[0]
        process = await self._spawn(best)
        try:
            if fault := await self._load(process):
                raise BackendUnavailableError(fault)
            await self._change_over(_Worker(choice=best, process=process))
        except BackendUnavailableError as fault:
            self._model_news = f"the Whisper model was fetched and does not work: {fault}"
            self._announce()
        finally:
            if self._process is not process:
                await end(process)

    def relearn(self, site: SiteLanguage) -> None:
        """Know other names and phrases, as soon as they are loaded and nobody speaks."""
        self._site = site
        self._relearn.set()

    async def _keep_learned(self) -> None:
        """Load what is to be known anew beside the work; a start by itself takes the newest."""
        while True:
            await self._relearn.wait()
            await self.ready.wait()
            self._relearn.clear()
            assert self._worker is not None
            choice = self._worker.choice
            process = await self._spawn(choice)
            try:
                if fault := await self._load(process):
                    raise BackendUnavailableError(fault)
                await self._change_over(_Worker(choice=choice, process=process), anyway=True)
            except BackendUnavailableError as fault:
                self._say(Health.DEGRADED, f"new names are heard after a restart: {fault}")
            finally:
                if self._process is not process:
                    await end(process)

    async def _change_over(self, successor: _Worker, *, anyway: bool = False) -> None:
        """Let it take over between two turns; what is said from then on goes to it."""
        while self._turn is not None or not self.ready.is_set():
            await self._clock.sleep_until(self._clock.now() + 0.1)
        assert self._worker is not None
        if self._worker.choice.row == successor.choice.row and not anyway:
            return  # a restart has found the model, too
        self._successor = successor
        self._process = successor.process
        with contextlib.suppress(ProcessLookupError):
            self._worker.process.kill()


def understood(row: str, config: RecognitionConfig, spoken: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the site's languages that are understood when they are spoken."""
    whisper = config.whisper
    several = row == "faster_whisper" and not whisper.model.rstrip("/").endswith(".en")
    if row == "none":
        return ()
    if several and whisper.language == "auto":
        return spoken
    return (whisper.language if several else "en",)


def _about(row: str, config: RecognitionConfig, spoken: tuple[str, ...]) -> str:
    known = understood(row, config, spoken)
    deaf = [code for code in spoken if code not in known]
    said = ""
    if deaf and row != "none":
        said = f"speech is understood in {', '.join(known)}; {', '.join(deaf)}: typed"
        said += "" if row == "faster_whisper" else ", or with a multilingual Whisper model"
    if row != "faster_whisper":
        return said
    whisper = config.whisper
    model = f"{whisper.model}, {whisper.compute_type} on {whisper.device}"
    return "; ".join(filter(None, (model, said)))
