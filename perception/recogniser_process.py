"""Runs a recogniser in a process of its own, so that it can neither block the loop nor hang it.

Every turn has a number; answers to an older one are nobody's. A recogniser that is too slow is
ended and started anew, one that cannot be started gives way to the next row of the table, and
both are told as health. Turns go on without words meanwhile.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import BackendChosen, ComponentHealth, Health, Message, TurnId
from perception.audio import Sound
from perception.packets import Kind, Packet, pack
from perception.recognition import Candidate, RecognitionConfig, candidates, whisper_model
from perception.site_language import SiteLanguage
from perception.turns import Heard

_MOST_WAITING_BYTES = 4 * 16_000 * 30
"""Half a minute of sound waiting in the pipe: the recogniser does not read."""
_TRIES = 3
"""Unexpected ends in `_TRIES_WITHIN_S` before the next row takes over."""
_TRIES_WITHIN_S = 60.0
_PAUSE_S = 0.3


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
    ) -> None:
        self._config = config
        self._site = site
        self._publish = publish
        self._clock = clock
        self._module = module
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(maxsize=256)
        self._process: Process | None = None
        self._turn: TurnId | None = None
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
            self._end_process()

    async def heard(self) -> AsyncIterator[Heard]:
        """Words as they come."""
        while True:
            yield await self._heard.get()

    async def run(self) -> None:
        """Keep a recogniser running until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_running(), name="recogniser")
            if self._wants_model():
                group.create_task(self._fetch_model(), name="recogniser model")

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
            if not able:
                self._say(Health.FAILED, f"no recogniser starts: {why}")
                await self._clock.sleep_until(now + _TRIES_WITHIN_S)
                continue
            best = able[0]
            try:
                fault = await self._run_once(best, why if failed else "")
                times = [self._clock.now()] if fault else []
            except BackendUnavailableError as hopeless:
                fault, times = str(hopeless), [self._clock.now()] * _TRIES
            if fault:
                why = f"{best.row}: {fault}"
            failed.setdefault(best.row, []).extend(times)
            self._say(Health.RESTARTING, why or f"{best.row} is started anew")
            await self._clock.sleep_until(self._clock.now() + _PAUSE_S)

    async def _run_once(self, choice: Candidate, why: str) -> str:
        """Start `choice` and read its answers until it ends. Returns what went wrong, or ''.

        Raises `BackendUnavailableError` when it says itself that it cannot work here.
        """
        self._say(Health.STARTING, choice.row)
        settings = {"config": self._config.model_dump(), "site": asdict(self._site)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, choice.row, json.dumps(settings),
            stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, env=_environment(),
        )  # fmt: skip
        self._process = process
        try:
            first = await self._first_words(process)
            if "unavailable" in first:
                raise BackendUnavailableError(first["unavailable"])
            if "ready" not in first:
                return "it was not ready in time"
            detail = "; ".join(filter(None, (choice.detail, why, _about(choice.row, self._config))))
            fallback = choice.fallback or bool(why and choice.row not in why)
            self._publish(
                BackendChosen(
                    at=self._clock.now(),
                    role="recogniser",
                    backend=choice.row,
                    fallback=fallback,
                    detail=detail,
                )
            )
            self._say(Health.RUNNING, choice.row)
            self.ready.set()
            await self._read_answers(process)
            return "" if process.returncode is None or process.returncode < 0 else "it ended"
        finally:
            self.ready.clear()
            self._process = None
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _first_words(self, process: Process) -> dict[str, object]:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._config.ready_within_s):
                line = await process.stdout.readline()
        except TimeoutError:
            return {}
        return json.loads(line) if line else {}

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
            self._end_process()
            return
        process.stdin.write(pack(packet))

    def _end_process(self) -> None:
        self.ready.clear()
        if self._process is not None:
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
            config.backend == "auto"
            and config.whisper.download
            and whisper_model(config.whisper) is None
        )

    async def _fetch_model(self) -> None:
        """Fetch the Whisper model beside the work; change over when it is there."""
        whisper = self._config.whisper
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "perception.backends.whisper", whisper.model, whisper.folder,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL, env=_environment(),
        )  # fmt: skip
        try:
            async with asyncio.timeout(whisper.download_within_s):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if whisper_model(whisper) is None:
            self._say(
                Health.DEGRADED,
                f"the Whisper model {whisper.model} could not be fetched; the embedded recogniser "
                f"goes on. Put it into {whisper.folder}, or set whisper.download: false",
            )
            return
        while self._turn is not None:
            await self._clock.sleep_until(self._clock.now() + 0.5)
        self._end_process()


def _about(row: str, config: RecognitionConfig) -> str:
    if row != "faster_whisper":
        return ""
    return f"{config.whisper.model}, {config.whisper.compute_type} on {config.whisper.device}"


def _environment() -> dict[str, str]:
    """As ours, and able to find this package however we were started."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "2"}
