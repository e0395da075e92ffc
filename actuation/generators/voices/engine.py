"""What an engine returns inside its process. Standard library only, so that it starts fast."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

RawPhones = tuple[tuple[str, float, float, int, int], ...]
"""ARPAbet name, start and end in seconds, stress 0..2, index of the token or -1."""


class EngineMissingError(Exception):
    """The engine cannot work here; the text says what cures it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One clause as an engine made it."""

    rate_hz: int
    pcm: "array[int]"
    """Signed 16-bit samples, mono."""
    phones: RawPhones


class Engine(Protocol):
    """A synthesiser that lives in a process of its own."""

    def speak(self, text: str, pace: float, language: str) -> Spoken:
        """Synthesise `text` (plain words split by single spaces) at `pace` times normal speed.

        `language` matters to an engine that has several; it is asked for none but its own.
        """
        ...


@runtime_checkable
class EarlyEngine(Protocol):
    """An engine that knows the times of its phones before it has made the sound."""

    usual_db: float | None
    """Level of its speech, RMS decibels under full scale; None: not early on this machine."""

    def speak_early(
        self,
        text: str,
        pace: float,
        language: str,
        planned: Callable[[int, RawPhones], None],
        more: Callable[[bytes], None],
    ) -> RawPhones:
        """Synthesise: `planned` gets the rate and all phones, then `more` the sound in pieces.

        Returns the phones as they were spoken.
        """
        ...
