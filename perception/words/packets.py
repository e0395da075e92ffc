"""What the loop and the recogniser's process say to each other through a pipe."""

import struct
from dataclasses import dataclass
from enum import IntEnum

HEADER = struct.Struct("<BIII")
"""Kind, turn, revision, bytes of sound that follow."""


class Kind(IntEnum):
    """What a packet asks."""

    SETTINGS = 0
    """First of all, once: JSON in `sound`, since an argument list has a limit and is public."""
    BEGIN = 1
    SOUND = 2
    SETTLE = 3
    DROP = 4
    LOOK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One request. `sound` is float32 samples as bytes, or what the kind says."""

    kind: Kind
    turn: int
    revision: int = 0
    sound: bytes = b""


def pack(packet: Packet) -> bytes:
    """`packet` as bytes."""
    head = HEADER.pack(packet.kind, packet.turn, packet.revision, len(packet.sound))
    return head + packet.sound


def unpack(received: bytearray) -> Packet | None:
    """Take the first whole packet out of `received`; None until there is one."""
    if len(received) < HEADER.size:
        return None
    kind, turn, revision, size = HEADER.unpack_from(received)
    if len(received) < HEADER.size + size:
        return None
    sound = bytes(received[HEADER.size : HEADER.size + size])
    del received[: HEADER.size + size]
    return Packet(kind=Kind(kind), turn=turn, revision=revision, sound=sound)
