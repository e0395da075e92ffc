"""The phones that a text lets expect, in order and without times: espeak-ng's reading of it.

espeak-ng is GPL-3, so it reads in a process of its own, and what it would say is thrown away. The
process stays for the next text; one that hangs is ended, and the text counts as unreadable.
"""

import atexit
import json
import os
import re
import select
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from actuation.generators.sounds_of_speech import CLASS_OF
from actuation.speech.phones import PAUSE
from actuation.speech.text import readable

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND: Final = (sys.executable, "-m", "actuation.generators.voices.serve", "espeak")
_LONGEST: Final = 400
LANGUAGES: Final = ("en", "de", "fr", "es", "zh")


def expected_sounds(text: str, language: str = "en") -> tuple[int, ...]:
    """Classes of phones, silence left out. Empty when nothing can be read, or by nobody here.

    Takes some hundredths of a second, the first time half a second. Safe between threads.
    """
    if language not in LANGUAGES:
        return ()
    try:
        return _read(text, language)
    except _UnreadableError:
        return ()


class _UnreadableError(Exception):
    """Nobody here reads it. Not remembered: the next time it may be possible."""


@lru_cache(maxsize=256)
def _read(text: str, language: str) -> tuple[int, ...]:
    found: list[int] = []
    for clause in _clauses(text):
        words = readable(clause, language)
        if words.text:
            names = _READER.read(words.text, language)
            found += [CLASS_OF[name] for name in names if name != PAUSE]
    return tuple(found)


class _Reader:
    """espeak-ng behind a pipe."""

    def __init__(self, command: Sequence[str] = _COMMAND, deadline_s: float = 10.0) -> None:
        self._command = command
        self._deadline_s = deadline_s
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._held = b""

    def read(self, text: str, language: str) -> list[str]:
        """Names of phones, or `_UnreadableError` when the process cannot."""
        asked = json.dumps({"id": 1, "text": text, "pace": 2.0, "language": language})
        with self._turn:
            try:
                process = self._started()
                assert process.stdin is not None
                process.stdin.write(asked.encode() + b"\n")
                process.stdin.flush()
                header = json.loads(self._line())
                self._take(int(header.get("bytes", 0)))
            except (OSError, ValueError, EOFError, TimeoutError):
                self._end()
                raise _UnreadableError from None
        return [str(phone[0]) for phone in header.get("phones", ())]

    def end(self) -> None:
        """End the process; the next text starts another."""
        with self._turn:
            self._end()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": str(_ROOT)},
            )
            if not json.loads(self._line()).get("ready"):
                raise EOFError
        return self._process

    def _end(self) -> None:
        process, self._process, self._held = self._process, None, b""
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _line(self) -> bytes:
        while b"\n" not in self._held:
            self._held += self._more()
        line, _, self._held = self._held.partition(b"\n")
        return line

    def _take(self, count: int) -> None:
        while len(self._held) < count:
            self._held += self._more()
        self._held = self._held[count:]

    def _more(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        if not select.select([pipe], [], [], self._deadline_s)[0]:
            raise TimeoutError
        part = os.read(pipe, 1 << 16)
        if not part:
            raise EOFError
        return part


_READER: Final = _Reader()
atexit.register(_READER.end)


def _clauses(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?;:。！？；])\s*", text):
        words = sentence.split()
        while words:
            taken: list[str] = []
            while words and sum(map(len, taken)) + len(words[0]) < _LONGEST:
                taken.append(words.pop(0))
            yield " ".join(taken or [words.pop(0)])
