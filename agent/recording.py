"""Recordings on disk: one MCAP file of messages, readable even when its writer was killed.

Each message kind is a channel `/Kind` with JSON data and a JSON Schema, so Foxglove opens the
file. `log_time` is when the message was seen on the bus and rises strictly, so that the order of
arrival is exact; `publish_time` is the message's own `at`; both are Unix time in nanoseconds. The
metadata record `foyer` holds `axis_offset_ns`, which leads back to the agent's own axis.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import zstandard
from mcap.exceptions import McapError
from mcap.records import Channel, Metadata
from mcap.records import Message as McapMessage
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer

from agent.core.codec import KINDS, encode, from_line, schema
from agent.core.errors import BadInputError
from agent.core.messages import (
    HostNotified,
    LineTyped,
    Message,
    TurnEnded,
    TurnPaused,
    WordsHeard,
)

NS = 1_000_000_000
_CHUNK_BYTES = 256 * 1024
_MOST_RECORD_BYTES = 64 * 1024 * 1024
_TORN = (McapError, zstandard.ZstdError, struct.error, ValueError, EOFError, MemoryError)
NOT_RECORDED = "(not recorded)"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message of a recording."""

    seen_at: float
    """When it was published, seconds on the agent's axis. `message.at` is when it was true."""
    message: Message


def without_words(message: Message) -> Message:
    """The message without what a visitor said or typed and without names."""
    match message:
        case WordsHeard():
            return replace(message, text=message.text and NOT_RECORDED, stable=None)
        case TurnPaused() | TurnEnded() | LineTyped() if message.text:
            return replace(message, text=NOT_RECORDED)
        case HostNotified():
            return replace(message, host=NOT_RECORDED, detail="")
    return message


class RecordingWriter:
    """Writes one file. Not thread-safe; lives in the recorder's thread."""

    def __init__(self, stream: IO[bytes], axis_offset_ns: int) -> None:
        self._stream = stream
        self._offset_ns = axis_offset_ns
        self._writer = Writer(stream, chunk_size=_CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile="", library="foyer")
        self._writer.add_metadata("foyer", {"axis_offset_ns": str(axis_offset_ns), "version": "1"})
        self._channels: dict[str, int] = {}
        self._last_ns = 0
        self._sequence = 0

    def write(self, recorded: Recorded) -> None:
        """Add one message. It is on disk after the next `flush`."""
        kind = type(recorded.message).__name__
        channel = self._channels.get(kind) or self._open_channel(kind)
        self._last_ns = max(self._last_ns + 1, self._ns(recorded.seen_at))
        self._sequence += 1
        data = json.dumps(encode(recorded.message), ensure_ascii=False, allow_nan=False)
        self._writer.add_message(
            channel_id=channel,
            log_time=self._last_ns,
            publish_time=max(0, self._ns(recorded.message.at)),
            data=data.encode("utf-8", "replace"),
            sequence=self._sequence,
        )

    def flush(self) -> None:
        """Hand everything to the operating system: from here on a killed process loses none."""
        # The library closes a chunk only by size; a killed process would lose the open one.
        self._writer._Writer__finalize_chunk()
        self._stream.flush()

    def finish(self) -> None:
        """Write the index and the end of the file. Does not close the stream."""
        self._writer.finish()
        self._stream.flush()

    def size_bytes(self) -> int:
        """Bytes written so far."""
        return self._stream.tell()

    def _ns(self, at: float) -> int:
        return self._offset_ns + round(at * NS)

    def _open_channel(self, kind: str) -> int:
        described = json.dumps(schema(KINDS[kind])).encode()
        schema_id = self._writer.register_schema(f"foyer.{kind}", "jsonschema", described)
        channel = int(self._writer.register_channel(f"/{kind}", "json", schema_id))
        self._channels[kind] = channel
        return channel


class Recording:
    """A recording read from a file: iterate its messages in the order of their arrival."""

    def __init__(self, path: Path) -> None:
        """Raises `BadInputError` when this is no recording."""
        self.path = path
        self.truncated = False
        """Whether the file has no proper end. Known after iterating."""
        self.unknown = 0
        """Messages of kinds that this version does not know. Known after iterating."""
        self.offset_ns = 0
        try:
            with path.open("rb") as stream:
                begin = stream.read(8)
        except OSError as error:
            raise BadInputError(f"{path}: {error.strerror}") from None
        if begin != b"\x89MCAP0\r\n":
            raise BadInputError(f"{path}: is no recording (MCAP file)")

    def __iter__(self) -> Iterator[Recorded]:
        """Yield every whole message. A torn end is where it stops."""
        self.truncated, self.unknown = False, 0
        with self.path.open("rb") as stream:
            yield from self._messages(stream)

    def _messages(self, stream: IO[bytes]) -> Iterator[Recorded]:
        topics: dict[int, str] = {}
        reader = StreamReader(stream, validate_crcs=True, record_size_limit=_MOST_RECORD_BYTES)
        records = iter(reader.records)
        while True:
            try:
                record = next(records, None)
            except _TORN:
                self.truncated = True  # torn or damaged from here on
                return
            if record is None:
                return
            if isinstance(record, Metadata) and record.name == "foyer":
                self.offset_ns = int(record.metadata.get("axis_offset_ns", "0"))
            elif isinstance(record, Channel):
                topics[record.id] = record.topic
            elif isinstance(record, McapMessage):
                recorded = self._decode(record, topics.get(record.channel_id, ""))
                if recorded is not None:
                    yield recorded

    def _decode(self, record: McapMessage, topic: str) -> Recorded | None:
        if topic.removeprefix("/") not in KINDS:
            self.unknown += 1
            return None
        try:
            message = from_line(record.data)
        except BadInputError as error:
            raise BadInputError(f"{self.path}: {topic}: {error}") from None
        return Recorded((record.log_time - self.offset_ns) / NS, message)
