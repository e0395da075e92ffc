"""JSON pointers (RFC 6901): one value out of somebody else's data."""

from typing import Final

_DEEPEST: Final = 20


class NotThereError(LookupError):
    """There is nothing at the pointer."""


def at_pointer(data: object, pointer: str) -> object:
    """The value at `pointer`; empty: the whole. Raises `NotThereError`."""
    if not pointer:
        return data
    parts = pointer.split("/")
    if parts[0] or len(parts) > _DEEPEST:
        raise NotThereError(pointer)
    for part in parts[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(data, dict) and key in data:
            data = data[key]
        elif isinstance(data, list) and key.isdecimal() and int(key) < len(data):
            data = data[int(key)]
        else:
            raise NotThereError(pointer)
    return data
