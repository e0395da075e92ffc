"""A small glTF 2.0 binary writer: accessors (dense and sparse), images, one buffer."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT, UBYTE, USHORT, UINT = 5126, 5121, 5123, 5125
_KIND = {FLOAT: np.float32, UBYTE: np.uint8, USHORT: np.uint16, UINT: np.uint32}
_SHAPE = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


class Document:
    """The JSON tree of a glTF file and its one binary buffer."""

    def __init__(self, generator: str) -> None:
        self.json: dict[str, Any] = {"asset": {"version": "2.0", "generator": generator}}
        for key in ("accessors", "bufferViews", "nodes", "meshes", "materials", "skins"):
            self.json[key] = []
        self._bytes = bytearray()
        self._zeros: dict[int, int] = {}

    def view(self, data: bytes, target: int | None = None) -> int:
        """Store bytes, padded to four; the number of the buffer view."""
        while len(self._bytes) % 4:
            self._bytes.append(0)
        at = len(self._bytes)
        entry: dict[str, Any] = {"buffer": 0, "byteOffset": at, "byteLength": len(data)}
        if target is not None:
            entry["target"] = target
        self._bytes += data
        self.json["bufferViews"].append(entry)
        return len(self.json["bufferViews"]) - 1

    def accessor(
        self,
        values: NDArray[Any],
        kind: int,
        *,
        normalized: bool = False,
        limits: bool = False,
        target: int | None = 34962,
    ) -> int:
        """Store an array of shape (n,) or (n, k); the number of the accessor."""
        array = np.ascontiguousarray(values, dtype=_KIND[kind])
        width = 1 if array.ndim == 1 else array.shape[1]
        entry: dict[str, Any] = {
            "bufferView": self.view(array.tobytes(), target),
            "componentType": kind,
            "count": len(array),
            "type": _SHAPE[width],
        }
        if normalized:
            entry["normalized"] = True
        if limits:
            entry["min"] = array.min(axis=0).tolist()
            entry["max"] = array.max(axis=0).tolist()
        return self._add(entry)

    def sparse(self, values: NDArray[Any], threshold: float, *, limits: bool) -> int:
        """Store (n, 3) floats of which most are zero."""
        array = np.asarray(values, np.float32)
        live = np.nonzero(np.abs(array).max(axis=1) > threshold)[0]
        count = len(array)
        entry: dict[str, Any] = {"componentType": FLOAT, "count": count, "type": "VEC3"}
        if len(live) == 0:
            if count not in self._zeros:
                self._zeros[count] = self._add(entry | {"min": [0.0] * 3, "max": [0.0] * 3})
            return self._zeros[count]
        if limits:
            kept = array[live]
            entry["min"] = np.minimum(kept.min(axis=0), 0).tolist()
            entry["max"] = np.maximum(kept.max(axis=0), 0).tolist()
        kind = USHORT if count < 65536 else UINT
        entry["sparse"] = {
            "count": len(live),
            "indices": {
                "bufferView": self.view(live.astype(_KIND[kind]).tobytes()),
                "componentType": kind,
            },
            "values": {"bufferView": self.view(array[live].tobytes())},
        }
        return self._add(entry)

    def _add(self, entry: dict[str, Any]) -> int:
        self.json["accessors"].append(entry)
        return len(self.json["accessors"]) - 1

    def texture(self, rgb: NDArray[Any]) -> int:
        """Store an 8-bit image (h, w, 3); the number of its texture."""
        self.json.setdefault("samplers", [{"magFilter": 9729, "minFilter": 9987}])
        images = self.json.setdefault("images", [])
        images.append({"bufferView": self.view(png(rgb)), "mimeType": "image/png"})
        textures = self.json.setdefault("textures", [])
        textures.append({"source": len(images) - 1, "sampler": 0})
        return len(textures) - 1

    def write(self, path: Path) -> int:
        """Write the .glb; its size in bytes."""
        for key in [k for k, v in self.json.items() if v == []]:
            del self.json[key]
        self.json["buffers"] = [{"byteLength": len(self._bytes)}]
        text = json.dumps(self.json, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self._bytes) + b"\0" * (-len(self._bytes) % 4)
        total = 12 + 8 + len(text) + 8 + len(data)
        head = struct.pack("<III", 0x46546C67, 2, total)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        chunks += struct.pack("<II", len(data), 0x004E4942) + data
        path.write_bytes(head + chunks)
        return total


def png(rgb: NDArray[Any]) -> bytes:
    """An 8-bit RGB image (h, w, 3) as PNG bytes."""
    pixels = np.ascontiguousarray(rgb, np.uint8)
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)

    def chunk(tag: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + chunk(b"IEND", b"")
    )
