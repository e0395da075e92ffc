"""Writes every message to MCAP, off the loop, so that what happened can be seen and re-run.

Messages only: sound and pictures are not on the bus and are never here. Written at least once a
second, so a killed process loses the last second. A full disk costs the recording, not the agent.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, Field

from agent.core.bus import Subscription
from agent.core.clock import Clock, WallTime
from agent.core.messages import ComponentHealth, Health, Message
from agent.core.withheld import Withheld
from agent.recording import NS, Recorded, RecordingWriter, without_words

_log = logging.getLogger(__name__)

_QUEUE = 8192
"""Messages waiting for the disk: minutes of an ordinary encounter."""
_LAST_WRITE_S = 5.0


class RecorderConfig(BaseModel):
    """What is kept of encounters on this machine's disk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(
        False, description="Record messages (never sound or pictures); tell visitors if you do."
    )
    folder: Path = Field(Path("var/recordings"), description="Where the files go.")
    words: bool = Field(
        True,
        description="Keep what visitors say and type, but for what is said while a form is filled"
        " in. Without it decisions cannot be re-run fully.",
    )
    file_mb: float = Field(64, gt=0, le=4096, description="A file larger than this is closed.")
    keep_files: int = Field(
        50, ge=1, le=100_000, description="Older files beyond this number are deleted."
    )
    keep_days: float = Field(
        7, gt=0, le=3650, description="Files older than this many days are deleted."
    )
    flush_s: float = Field(
        1.0, gt=0, le=60, description="How often what was seen is brought to disk."
    )
    retry_s: float = Field(
        10, gt=0, le=3600, description="After a disk error, try a new file this much later."
    )


Opener = Callable[[Path], IO[bytes]]


def _open_new(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")


class Recorder:
    """Takes everything from the bus to disk. Reports its faults as `ComponentHealth`."""

    name = "agent.recorder"

    def __init__(
        self,
        *,
        traffic: Subscription[Message],
        publish: Callable[[ComponentHealth], None],
        clock: Clock,
        config: RecorderConfig,
        wall: WallTime | None = None,
        open_file: Opener = _open_new,
    ) -> None:
        """`traffic`: everything, `bus.subscribe(Message, delivery=EVERY)`."""
        self.lost = 0
        """Messages that found the queue full."""
        self.path: Path | None = None
        """The file that is being written, for the console."""
        self._traffic = traffic
        self._publish = publish
        self._clock = clock
        self._config = config
        self._wall = wall or WallTime(clock)
        self._open_file = open_file
        self._queue: queue.Queue[Recorded] = queue.Queue(_QUEUE)
        self._withheld = Withheld()

    async def run(self) -> None:
        """Record until cancelled, then bring the file to its proper end."""
        loop = asyncio.get_running_loop()
        self._queue = queue.Queue(_QUEUE)
        disk = _Disk(
            self._queue, self._config, self._wall, self._open_file, self._tell_from_thread(loop)
        )
        thread = threading.Thread(target=disk.run, name=self.name, daemon=True)
        thread.start()
        try:
            async for message in self._traffic:
                self.path = disk.path
                self._take(message)
        finally:
            for message in self._traffic.waiting():
                self._take(message)
            self._traffic.discard()
            disk.closing.set()
            # The last second of an encounter is worth a short wait; the runtime bounds it.
            await asyncio.to_thread(thread.join, _LAST_WRITE_S)

    def _take(self, message: Message) -> None:
        kept = self._withheld.kept(message)
        kept = kept if self._config.words else without_words(kept)
        try:
            self._queue.put_nowait(Recorded(self._clock.now(), kept))
        except queue.Full:
            self.lost += 1
            if self.lost == 1:
                self._tell(Health.DEGRADED, "the disk is too slow: the recording has gaps")

    def _tell(self, health: Health, detail: str) -> None:
        self._publish(
            ComponentHealth(at=self._clock.now(), component=self.name, health=health, detail=detail)
        )

    def _tell_from_thread(self, loop: asyncio.AbstractEventLoop) -> Callable[[Health, str], None]:
        def tell(health: Health, detail: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has closed
                loop.call_soon_threadsafe(self._tell, health, detail)

        return tell


class _Disk:
    """The writing thread: files open, turn over, fail and come back here."""

    def __init__(
        self,
        inbox: "queue.Queue[Recorded]",
        config: RecorderConfig,
        wall: WallTime,
        open_file: Opener,
        tell: Callable[[Health, str], None],
    ) -> None:
        self.path: Path | None = None
        self.closing = threading.Event()
        self._inbox = inbox
        self._config = config
        self._wall = wall
        self._open_file = open_file
        self._tell = tell
        self._writer: RecordingWriter | None = None
        self._stream: IO[bytes] | None = None
        self._retry_at = float("-inf")
        self._failing = False

    def run(self) -> None:
        """Write what arrives, once in `flush_s` (real seconds), until told to end."""
        closing = False
        while not closing:
            closing = self.closing.wait(self._config.flush_s)
            batch = list(self._waiting())
            # While the disk fails the messages are let go, up to the next try.
            if batch and batch[-1].seen_at >= self._retry_at:
                self._write(batch)
        self._close()

    def _waiting(self) -> Iterator[Recorded]:
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._inbox.get_nowait()

    def _write(self, batch: list[Recorded]) -> None:
        """Write and flush. A fault of the disk closes the file and is told once."""
        try:
            writer = self._writer or self._open(batch[0].seen_at)
            for recorded in batch:
                writer.write(recorded)
            writer.flush()
            if writer.size_bytes() > self._config.file_mb * 1e6:
                self._close()
        except OSError as error:
            self._abandon_file()
            self._retry_at = batch[-1].seen_at + self._config.retry_s
            if not self._failing:
                _log.error("recording stopped", extra={"errno": error.errno})
                detail = (
                    f"recording stopped: {error.strerror}: {self._config.folder}; free some space"
                    f" or name another folder. Tried again every {self._config.retry_s:g} s"
                )
                self._tell(Health.DEGRADED, detail)
            self._failing = True
            return
        if self._failing:
            self._failing = False
            self._tell(Health.RUNNING, "recording again, in a new file")

    def _open(self, at: float) -> RecordingWriter:
        stamp = datetime.fromtimestamp(self._wall.unix_s(at)).strftime("%Y%m%d-%H%M%S")
        for turn in range(1000):
            path = self._config.folder / f"{stamp}{f'-{turn}' if turn else ''}.mcap"
            try:
                self._stream = self._open_file(path)
            except FileExistsError:
                continue
            self.path = path
            # The calendar may have been set since the last file.
            self._writer = RecordingWriter(self._stream, round(self._wall.unix_s(0.0) * NS))
            self._tidy(at)
            return self._writer
        raise FileExistsError(17, "no free file name", str(self._config.folder))

    def _tidy(self, at: float) -> None:
        """Delete what is too old or too many. The newest, this one, always stays."""
        oldest = self._wall.unix_s(at) - self._config.keep_days * 86400
        with contextlib.suppress(OSError):  # another process tidies too
            files = sorted((p.stat().st_mtime, p) for p in self._config.folder.glob("*.mcap"))
            surplus = len(files) - self._config.keep_files
            for index, (written_at, path) in enumerate(files):
                if path != self.path and (index < surplus or written_at < oldest):
                    path.unlink(missing_ok=True)

    def _close(self) -> None:
        """Bring the file to its proper end, if the disk lets us."""
        writer, stream, self._writer, self._stream = self._writer, self._stream, None, None
        if writer is None or stream is None:
            return
        try:
            writer.finish()
            stream.close()
        except OSError:
            self._stream = stream
            self._abandon_file()

    def _abandon_file(self) -> None:
        """Let go of a file that cannot be written. What it holds stays readable."""
        self._writer, stream, self._stream = None, self._stream, None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
