"""A voice in a process of its own: asked over a pipe, killed when it is late, started again."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actuation.speech.early_sound import EarlySound
from actuation.speech.sound import RawPhone, dress
from actuation.speech.text import Readable
from actuation.speech.voice import Early, Speech, VoiceConfig, VoiceFailedError
from agent.core.errors import BackendUnavailableError

_ROOT = Path(__file__).resolve().parents[3]
_LONGEST_S = 90.0
_LINE_LIMIT = 1 << 20
_SAME_S = 0.005
"""Phones whose ends differ by less than a frame of the engine are as planned."""


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "actuation.generators.voices.serve", name]


class ProcessVoice:
    """One engine behind a pipe. One request at a time."""

    def __init__(self, *, name: str, config: VoiceConfig, command: list[str] | None = None) -> None:
        self.name = name
        self._config = config
        self._command = command or _command(name)
        self._process: asyncio.subprocess.Process | None = None
        self._asked = 0
        self._usual_db: float | None = None

    @property
    def pid(self) -> int | None:
        """Of its process; None when none runs."""
        return None if self._process is None else self._process.pid

    def kill(self) -> None:
        """End the process at once; the next clause starts another."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def start(self) -> None:
        """Start the process unless it runs; raise `BackendUnavailableError` with the cure."""
        if self._process is not None and self._process.returncode is None:
            return
        await self.close()
        # The models are files of the operator's own; the process reads where they are from here.
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]),
            "FOYER_PIPER_MODEL": self._config.piper_model,
            "FOYER_KOKORO_MODEL": self._config.kokoro_model,
        }
        try:
            async with asyncio.timeout(self._config.start_deadline_s):
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    limit=_LINE_LIMIT,
                    env=environment,
                )
                greeting = await self._line()
        except (OSError, TimeoutError, VoiceFailedError) as error:
            await self.close()
            raise BackendUnavailableError(
                f"voice: {self.name} does not start ({str(error) or 'too slow'})"
            ) from None
        except asyncio.CancelledError:
            await self.close()
            raise
        if not greeting.get("ready"):
            await self.close()
            raise BackendUnavailableError(f"voice: {self.name}: {greeting.get('missing')}")
        self._usual_db = greeting.get("usual_db")

    async def speak(self, text: str, words: Readable) -> Speech:
        """Synthesise. After a fault the process is ended: no late answer is taken for a new one."""
        async with self._asking():
            await self._ask(words, early=False)
            header = await self._answer()
            pcm = await self._sound(header)
            return self._speech(text, words, header, pcm)

    async def speak_early(self, text: str, words: Readable, early: Early) -> Speech:
        """Synthesise like `speak`, telling of it as it comes where the engine can."""
        await self.start()
        if self._usual_db is None:
            return await self.speak(text, words)
        async with self._asking():
            await self._ask(words, early=True)
            plan = await self._answer()
            sound = EarlySound(
                text=text,
                voice=self.name,
                words=words,
                rate_hz=_rate_hz(plan),
                phones=_phones(plan),
                usual_db=float(self._usual_db),
                level_db=self._config.level_db,
            )
            early.begun(sound.speech)
            given = 0
            while size := (piece := await self._answer())["bytes"]:
                given += size
                if given > 2 * 48_000 * _LONGEST_S:
                    raise VoiceFailedError(f"{self.name} speaks without end")
                if sound.add(_samples(await self._sound(piece))):
                    early.more()
            if given == 0 or _apart_s(_phones(plan), _phones(piece)) > _SAME_S:
                raise VoiceFailedError(f"{self.name} said other times than it had planned")
            return sound.whole()

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """One request: whatever goes wrong in it ends the process."""
        await self.start()
        try:
            async with asyncio.timeout(self._config.deadline_s):
                yield
        except TimeoutError:
            await self.close()
            raise VoiceFailedError(f"{self.name} took over {self._config.deadline_s:g} s") from None
        except (OSError, ValueError, KeyError, TypeError, asyncio.IncompleteReadError) as fault:
            await self.close()
            raise VoiceFailedError(f"{self.name}: {fault!r}") from None
        except (VoiceFailedError, asyncio.CancelledError):
            await self.close()
            raise

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        # The pipes' transports are closed here, not by the garbage collector.
        process._transport.close()  # type: ignore[attr-defined]

    async def _ask(self, words: Readable, *, early: bool) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise VoiceFailedError(f"{self.name} is not running")
        self._asked += 1
        request = {
            "id": self._asked,
            "text": words.text,
            "pace": self._config.pace,
            "language": words.language,
            "early": early,
        }
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()

    async def _answer(self) -> dict[str, Any]:
        header = await self._line()
        if header.get("id") != self._asked or "error" in header:
            raise VoiceFailedError(f"{self.name}: {header.get('error', 'answers out of order')}")
        return header

    async def _sound(self, header: dict[str, Any]) -> bytes:
        """The bytes that a line announces."""
        size = header["bytes"]
        if not (isinstance(size, int) and 0 <= size <= 2 * 48_000 * _LONGEST_S):
            raise VoiceFailedError(f"{self.name} announces {size} bytes")
        assert self._process is not None
        assert self._process.stdout is not None
        return await self._process.stdout.readexactly(size)

    async def _line(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise VoiceFailedError(f"{self.name} ended")
        try:
            answer = json.loads(line)
        except ValueError:
            raise VoiceFailedError(f"{self.name} sends no JSON") from None
        if not isinstance(answer, dict):
            raise VoiceFailedError(f"{self.name} sends no object")
        return answer

    def _speech(self, text: str, words: Readable, header: dict[str, Any], pcm: bytes) -> Speech:
        return dress(
            text=text,
            voice=self.name,
            words=words,
            rate_hz=_rate_hz(header),
            samples=_samples(pcm),
            phones=_phones(header),
            level_db=self._config.level_db,
        )


def _samples(pcm: bytes) -> NDArray[np.float32]:
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)


def _rate_hz(header: dict[str, Any]) -> int:
    rate_hz = int(header["rate_hz"])
    if not 8_000 <= rate_hz <= 48_000:
        raise ValueError(f"rate of {rate_hz} Hz")
    return rate_hz


def _phones(header: dict[str, Any]) -> list[RawPhone]:
    if not np.all(np.isfinite([(start, end) for _, start, end, _, _ in header["phones"]])):
        raise ValueError("the time of a phone is no number")
    return [(str(n), float(a), float(b), int(s), int(t)) for n, a, b, s, t in header["phones"]]


def _apart_s(planned: list[RawPhone], spoken: list[RawPhone]) -> float:
    """How far the ends of the same phones lie apart."""
    if [p[0] for p in planned] != [p[0] for p in spoken]:
        return np.inf
    return max((abs(a[2] - b[2]) for a, b in zip(planned, spoken, strict=True)), default=np.inf)
