"""A voice's own process: `python -m actuation.generators.voices.serve ENGINE`.

One JSON line in (`id`, `text`, `pace`, `language`), one JSON line out (`id`, `rate_hz`, `phones`,
`bytes`, or `error`) followed by that many bytes of 16-bit sound. The first line out is a greeting:
`ready`, or `missing` with the cure. Ends when its input ends, so it never outlives the agent.
"""

import importlib
import json
import os
import sys
from typing import BinaryIO

from actuation.generators.voices.engine import Engine, EngineMissingError

_ENGINES = {
    "flite": ("actuation.generators.voices.flite", "FliteEngine"),
    "espeak": ("actuation.generators.voices.espeak", "EspeakEngine"),
    "piper": ("actuation.generators.voices.piper", "PiperEngine"),
    "kokoro": ("actuation.generators.voices.kokoro", "KokoroEngine"),
}


def main(name: str) -> int:
    """Serve requests of standard input until it ends."""
    # Libraries print where they please; only this copy of the pipe carries the protocol.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        module, attribute = _ENGINES[name]
        engine: Engine = getattr(importlib.import_module(module), attribute)()
    except EngineMissingError as error:
        _send(out, {"missing": str(error)})
        return 1
    _send(out, {"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            spoken = engine.speak(request["text"], request["pace"], request["language"])
        except Exception as error:  # the edge of a back-end
            _send(out, {"id": request["id"], "error": repr(error), "bytes": 0})
            continue
        pcm = spoken.pcm.tobytes()
        header = {
            "id": request["id"],
            "rate_hz": spoken.rate_hz,
            "phones": [(p, round(a, 4), round(b, 4), s, t) for p, a, b, s, t in spoken.phones],
            "bytes": len(pcm),
        }
        _send(out, header, pcm)
    return 0


def _send(out: BinaryIO, header: dict[str, object], pcm: bytes = b"") -> None:
    out.write(json.dumps(header).encode() + b"\n" + pcm)
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
