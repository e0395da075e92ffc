"""The phones that a text lets expect, in order and without times: espeak-ng's reading of it.

espeak-ng is GPL-3, so it reads in a process of its own, and what it would say is thrown away.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from actuation.generators.sounds_of_speech import CLASS_OF
from actuation.generators.voices.phones import PAUSE
from actuation.spoken_text import readable

_ROOT = Path(__file__).resolve().parents[2]
_DEADLINE_S: Final = 20.0
_LONGEST: Final = 400
LANGUAGES: Final = ("en", "de", "fr", "es", "zh")


@lru_cache(maxsize=64)
def expected_sounds(text: str, language: str = "en") -> tuple[int, ...]:
    """Classes of phones, silence left out. Empty when nothing can be read, or by nobody here."""
    asked = [readable(clause, language).text for clause in _clauses(text)]
    lines = [
        json.dumps({"id": i, "text": each, "pace": 2.0, "language": language})
        for i, each in enumerate(asked)
        if each
    ]
    if not lines or language not in LANGUAGES:
        return ()
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "actuation.generators.voices.serve", "espeak"],
            input="\n".join(lines).encode() + b"\n",
            capture_output=True,
            timeout=_DEADLINE_S + len(lines),
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(CLASS_OF[name] for name in _names(ended.stdout) if name != PAUSE)


def _names(said: bytes) -> Iterator[str]:
    """Phones of all answers; the sound behind each is passed over."""
    at = said.find(b"\n") + 1
    while 0 < at < len(said):
        line_end = said.find(b"\n", at)
        if line_end < 0:
            return
        try:
            header = json.loads(said[at:line_end])
        except ValueError:
            return
        yield from (str(phone[0]) for phone in header.get("phones", ()))
        at = line_end + 1 + int(header.get("bytes", 0))


def _clauses(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?;:。！？；])\s*", text):
        words = sentence.split()
        while words:
            taken: list[str] = []
            while words and sum(map(len, taken)) + len(words[0]) < _LONGEST:
                taken.append(words.pop(0))
            yield " ".join(taken or [words.pop(0)])
