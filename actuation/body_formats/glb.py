"""Reads the container that VRM and VRMA files are: binary glTF 2.0, its JSON and its arrays."""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BadInputError

_KIND: Final = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTH: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


DAMAGED: Final = (
    KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip
"""What a tree of JSON raises that does not hold what it should."""


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """Within, whatever the glTF lacks is told as `BadInputError`."""
    try:
        yield
    except DAMAGED as fault:
        raise BadInputError(f"{path}: its glTF is damaged ({fault!r}); export it again") from None


class GlbFile:
    """One file in memory. Raises `BadInputError` when it is no whole binary glTF."""

    def __init__(self, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError as fault:
            raise BadInputError(f"{path}: cannot be read ({fault.strerror})") from None
        if data[:4] != b"glTF":
            raise BadInputError(f"{path}: not a binary glTF file")
        try:
            length = struct.unpack_from("<I", data, 12)[0]
            self.tree: dict[str, Any] = json.loads(data[20 : 20 + length])
        except (struct.error, ValueError):
            raise BadInputError(
                f"{path}: its glTF is damaged or cut off; export it again"
            ) from None
        self.blob = data[28 + length :]
        with whole(path):
            needed = sum(buffer["byteLength"] for buffer in self.tree.get("buffers", ())[:1])
        if len(self.blob) < needed:
            raise BadInputError(
                f"{path}: {len(self.blob)} of {needed} bytes; it is cut off: export it again"
            )

    def view(self, index: int) -> bytes:
        """The bytes of a buffer view."""
        view = self.tree["bufferViews"][index]
        start = view.get("byteOffset", 0)
        return self.blob[start : start + view["byteLength"]]

    def array(self, index: int) -> NDArray[Any]:
        """(count, width) of an accessor, sparse or not; normalised integers as floats."""
        accessor = self.tree["accessors"][index]
        width, count = _WIDTH[accessor["type"]], accessor["count"]
        kind = _KIND[accessor["componentType"]]
        if "bufferView" in accessor:
            raw = self._read(
                accessor["bufferView"], accessor.get("byteOffset", 0), kind, width, count
            )
        else:
            raw = np.zeros((count, width), kind)
        if sparse := accessor.get("sparse"):
            at = sparse["indices"]
            where = self._read(
                at["bufferView"],
                at.get("byteOffset", 0),
                _KIND[at["componentType"]],
                1,
                sparse["count"],
            )[:, 0]
            raw = raw.copy()
            values = sparse["values"]
            raw[where] = self._read(
                values["bufferView"], values.get("byteOffset", 0), kind, width, sparse["count"]
            )
        if accessor.get("normalized"):
            raw = raw.astype(np.float32) / np.iinfo(kind).max
        return raw

    def _read(self, view: int, offset: int, kind: str, width: int, count: int) -> NDArray[Any]:
        step = self.tree["bufferViews"][view].get("byteStride")
        size = np.dtype(kind).itemsize * width
        data = self.view(view)[offset:]
        if step and step != size:
            rows = np.frombuffer(data[: step * (count - 1) + size], np.uint8)
            rows = np.lib.stride_tricks.as_strided(rows, (count, size), (step, 1))
            return np.frombuffer(rows.tobytes(), kind).reshape(count, width)
        return np.frombuffer(data, kind, count * width).reshape(count, width)
