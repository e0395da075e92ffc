"""The recogniser's own process: `python -m perception.backends.recogniser_main`.

Reads `Packet`s from standard input, writes one JSON object a line to standard output. It ends
when its input does. Whatever a library prints goes to standard error.
"""

import json
import os
import select
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from agent.core.backend import pick
from agent.core.errors import FoyerError, in_one_line
from perception.words.packets import HEADER, Kind, Packet, unpack
from perception.words.recognition import RECOGNISERS, Recogniser, RecognitionConfig
from perception.words.site_language import SiteLanguage


class _Input:
    """Packets from a pipe, and whether another is waiting."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bytes = bytearray()

    def read(self) -> Packet | None:
        """The next packet, or None at the end."""
        while (found := unpack(self._bytes)) is None:
            more = os.read(self._descriptor, 1 << 16)
            if not more:
                return None
            self._bytes += more
        return found

    def waiting(self) -> bool:
        """Whether `read` has something to do at once."""
        if len(self._bytes) >= HEADER.size:
            return True
        return bool(select.select([self._descriptor], [], [], 0)[0])


def serve(recogniser: Recogniser, source: _Input, answer: Callable[[dict[str, Any]], None]) -> None:
    """Answer packets until the input ends. Between them, tell words so far."""
    turn = told = None
    while (packet := source.read()) is not None:
        match packet.kind:
            case Kind.BEGIN:
                turn, told = packet.turn, None
                recogniser.start()
            case Kind.SOUND if packet.turn == turn:
                recogniser.feed(np.frombuffer(packet.sound, np.float32))
                if not source.waiting() and (text := recogniser.partial()) and text != told:
                    told = text
                    answer({"turn": turn, "text": text, "confidence": 0.5})
            case Kind.LOOK if packet.turn == turn:
                told = recogniser.partial() or told
                answer({"turn": turn, "text": told or "", "confidence": 0.5})
            case Kind.SETTLE if packet.turn == turn:
                reading = recogniser.finish()
                answer(
                    {
                        "turn": turn,
                        "revision": packet.revision,
                        "text": reading.text,
                        "confidence": reading.confidence,
                        "language": reading.language,
                        "ends_here": reading.ends_here,
                        "ends_in_english": reading.ends_in_english,
                        "whole_here": reading.whole_here,
                        "listens": reading.listens,
                    }
                )
            case Kind.DROP if packet.turn == turn:
                turn = None


def main() -> int:
    """Load the row named by the argument with the settings sent first, say ready, serve."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(fields: dict[str, Any]) -> None:
        answers.write(json.dumps(fields) + "\n")
        answers.flush()

    row, source = sys.argv[1], _Input(0)
    first = source.read()
    if first is None:
        return 0  # whoever started it has gone
    settings = json.loads(first.sound)
    try:
        recogniser: Recogniser = pick("recogniser", RECOGNISERS, row)(
            RecognitionConfig.model_validate(settings["config"]),
            SiteLanguage(**{key: tuple(value) for key, value in settings["site"].items()}),
        )
    except FoyerError as fault:
        answer({"unavailable": str(fault)})
        return 3
    except Exception as fault:  # the edge of a back-end; nobody reads its standard error
        answer({"fault": in_one_line(fault)})
        return 4
    answer({"ready": row})
    serve(recogniser, source, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
