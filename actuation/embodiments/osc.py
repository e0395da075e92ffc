"""Open Sound Control 1.0, sending side only: messages and bundles as bytes. Pure.

A message is an address, a string of type tags and the arguments. Everything is big-endian and
fills whole words of four bytes; strings end with at least one zero. A bundle is `#bundle`, a time
tag and messages with their lengths before them.
"""

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Argument = int | float | str
IMMEDIATELY: Final = 1
"""The time tag that means: now."""
SAFE_BYTES: Final = 1400
"""A datagram of this size passes Ethernet, VPNs and most wireless links in one piece."""
_BUNDLE: Final = b"#bundle\0"


def text(value: str) -> bytes:
    """A string, ended and filled up with zeros. Raises `ValueError` when it is not plain ASCII."""
    if not value.isascii() or "\0" in value:
        raise ValueError(f"OSC strings are ASCII without zeros, not {value!r}")
    return value.encode("ascii") + b"\0" * (4 - len(value) % 4)


def message(address: str, *arguments: Argument) -> bytes:
    """One message. Integers are 32 bits and signed, floats single precision."""
    return _head(address, arguments) + b"".join(map(_packed, arguments))


def bundle(messages: Sequence[bytes], time_tag: int = IMMEDIATELY) -> bytes:
    """Messages that belong together. `time_tag`: 64 bits, as NTP counts."""
    parts = [_BUNDLE, struct.pack(">Q", time_tag)]
    for each in messages:
        parts += [struct.pack(">i", len(each)), each]
    return b"".join(parts)


def bundles(messages: Sequence[bytes], most_bytes: int = SAFE_BYTES) -> list[bytes]:
    """The messages in as few bundles as keep `most_bytes`, in their order.

    Raises `ValueError` when one message alone is too large.
    """
    packed: list[bytes] = []
    for group in _groups([len(each) for each in messages], most_bytes):
        packed.append(bundle([messages[i] for i in group]))
    return packed


class Sheet:
    """Bundles packed once, whose floats are filled in again and again.

    All in OSC lies on words of four bytes, so all bundles are one array of words and a new set of
    values is one assignment.
    """

    def __init__(
        self, messages: Sequence[tuple[str, *tuple[Argument, ...]]], most_bytes: int = SAFE_BYTES
    ) -> None:
        """`messages`: address and arguments each; every float among them is a place to fill."""
        packed = [message(*each) for each in messages]
        data, slots = bytearray(), list[int]()
        ends = [0]
        for group in _groups([len(each) for each in packed], most_bytes):
            at = len(data) + 16
            for i in group:
                slots += [(at + 4 + place) // 4 for place in _floats(messages[i])]
                at += 4 + len(packed[i])
            data += bundle([packed[i] for i in group])
            ends.append(len(data))
        self._words = np.frombuffer(data, ">f4")
        self._slots = np.array(slots, np.intp)
        whole = memoryview(data)
        self._parts = tuple(whole[a:b] for a, b in zip(ends, ends[1:], strict=False))

    @property
    def values(self) -> NDArray[np.float32]:
        """The floats as they are now, in the order of the messages."""
        return self._words[self._slots].astype(np.float32)

    def filled(self, values: NDArray[np.float32]) -> tuple[memoryview, ...]:
        """The bundles with `values` in them, to be sent before the next call."""
        self._words[self._slots] = values
        return self._parts


def _head(address: str, arguments: Sequence[Argument]) -> bytes:
    if not address.startswith("/"):
        raise ValueError(f"an OSC address begins with a slash, unlike {address!r}")
    return text(address) + text("," + "".join(map(_tag, arguments)))


def _tag(argument: Argument) -> str:
    return "s" if isinstance(argument, str) else "f" if isinstance(argument, float) else "i"


def _packed(argument: Argument) -> bytes:
    if isinstance(argument, str):
        return text(argument)
    return struct.pack(">f" if isinstance(argument, float) else ">i", argument)


def _floats(parts: tuple[str, *tuple[Argument, ...]]) -> list[int]:
    """Where the floats of a message lie, bytes from its beginning."""
    address, *arguments = parts
    at, places = len(_head(address, arguments)), []
    for argument in arguments:
        if isinstance(argument, float):
            places.append(at)
        at += len(_packed(argument))
    return places


def _groups(lengths: Sequence[int], most_bytes: int) -> list[list[int]]:
    """Which messages share a bundle: neighbours, as many as fit."""
    groups: list[list[int]] = []
    free = 0
    for i, length in enumerate(lengths):
        if 16 + 4 + length > most_bytes:
            raise ValueError(f"an OSC message of {length} bytes does not fit into {most_bytes}")
        if not groups or 4 + length > free:
            groups.append([])
            free = most_bytes - 16
        groups[-1].append(i)
        free -= 4 + length
    return groups
