"""What an engine returns inside its process. Standard library only, so that it starts fast."""

from array import array
from dataclasses import dataclass
from typing import Protocol


class EngineMissingError(Exception):
    """The engine cannot work here; the text says what cures it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One clause as an engine made it."""

    rate_hz: int
    pcm: "array[int]"
    """Signed 16-bit samples, mono."""
    phones: tuple[tuple[str, float, float, int, int], ...]
    """ARPAbet name, start and end in seconds, stress 0..2, index of the token or -1."""


class Engine(Protocol):
    """A synthesiser that lives in a process of its own."""

    def speak(self, text: str, pace: float, language: str) -> Spoken:
        """Synthesise `text` (plain words split by single spaces) at `pace` times normal speed.

        `language` matters to an engine that has several; it is asked for none but its own.
        """
        ...
