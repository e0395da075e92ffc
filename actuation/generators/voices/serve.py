"""A voice's own process: `python -m actuation.generators.voices.serve ENGINE`.

One JSON line in (`id`, `text`, `pace`, `language`), one JSON line out (`id`, `rate_hz`, `phones`,
`bytes`, or `error`) followed by that many bytes of 16-bit sound. The first line out is a greeting:
`ready`, or `missing` with the cure. Ends when its input ends, so it never outlives the agent.

An engine whose greeting has `usual_db` may be asked to be `early`: then a line with `rate_hz` and
`phones` comes before the sound, the sound in pieces, each after a line with `bytes`, and at last
the phones once more.
"""

import importlib
import json
import os
import sys
from typing import Any, BinaryIO

from actuation.generators.voices.engine import EarlyEngine, Engine, EngineMissingError, RawPhones
from agent.core.errors import in_one_line

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
        if name not in _ENGINES:
            raise EngineMissingError(f"no engine is called {name!r} in {__file__}; add a row there")
        module, attribute = _ENGINES[name]
        engine: Engine = getattr(importlib.import_module(module), attribute)()
    except EngineMissingError as error:
        _send(out, {"missing": str(error)})
        return 1
    except Exception as error:  # the edge of a back-end; nobody reads its standard error
        _send(out, {"missing": in_one_line(error)})
        return 1
    usual_db = engine.usual_db if isinstance(engine, EarlyEngine) else None
    _send(out, {"ready": True, "usual_db": usual_db})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            if request.get("early") and isinstance(engine, EarlyEngine):
                _speak_early(out, engine, request)
                continue
            spoken = engine.speak(request["text"], request["pace"], request["language"])
        except Exception as error:  # the edge of a back-end
            _send(out, {"id": request["id"], "error": repr(error), "bytes": 0})
            continue
        pcm = spoken.pcm.tobytes()
        header = {
            "id": request["id"],
            "rate_hz": spoken.rate_hz,
            "phones": _rounded(spoken.phones),
            "bytes": len(pcm),
        }
        _send(out, header, pcm)
    return 0


def _speak_early(out: BinaryIO, engine: EarlyEngine, request: dict[str, Any]) -> None:
    number = request["id"]

    def planned(rate_hz: int, phones: RawPhones) -> None:
        _send(out, {"id": number, "rate_hz": rate_hz, "phones": _rounded(phones)})

    def more(pcm: bytes) -> None:
        _send(out, {"id": number, "bytes": len(pcm)}, pcm)

    spoken = engine.speak_early(
        request["text"], request["pace"], request["language"], planned, more
    )
    _send(out, {"id": number, "bytes": 0, "phones": _rounded(spoken)})


def _rounded(phones: RawPhones) -> list[tuple[str, float, float, int, int]]:
    return [(p, round(a, 4), round(b, 4), s, t) for p, a, b, s, t in phones]


def _send(out: BinaryIO, header: dict[str, object], pcm: bytes = b"") -> None:
    out.write(json.dumps(header).encode() + b"\n" + pcm)
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
