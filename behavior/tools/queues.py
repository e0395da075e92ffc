"""Queues with numbers: which there are, and how long one will take, as measured today. Pure."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

_CALLS_NEEDED = 3
_PAUSE_S = 1800.0


class ServiceConfig(BaseModel):
    """Something people wait for with a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z][a-z_]*$", max_length=26, description="Short name.")
    name: str = Field(min_length=2, max_length=60, description="As it is spoken: `post counter`.")
    also: tuple[str, ...] = Field((), description="Other names visitors use for it.")
    place: str = Field("", description="Key of the place where one is served.")
    first: int = Field(1, ge=1, le=9000, description="The first number of each day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One number as it is kept. Nobody's name is kept with it."""

    number: int
    visit: str
    taken_unix_s: float
    called_unix_s: float | None = None


def estimated_wait_s(day: Sequence[Waiting], ahead: int, now_unix_s: float) -> float | None:
    """Seconds until a number with `ahead` before it is called, or None while too little is known.

    The middle of the times between calls today, pauses longer than half an hour left out, times
    those ahead and oneself; less what has passed since the last call.
    """
    calls = sorted(w.called_unix_s for w in day if w.called_unix_s is not None)
    apart = [b - a for a, b in zip(calls, calls[1:], strict=False) if b - a <= _PAUSE_S]
    if len(apart) < _CALLS_NEEDED - 1 or len(calls) < _CALLS_NEEDED:
        return None
    each_s = statistics.median(apart)
    since_s = min(each_s, max(0.0, now_unix_s - calls[-1]))
    return max(0.0, each_s * (ahead + 1) - since_s)


def minutes_about(wait_s: float) -> int:
    """A wait in minutes as people say it: 40 -> 1, 780 -> 15."""
    minutes = max(1, round(wait_s / 60))
    return minutes if minutes <= 10 else 5 * round(minutes / 5)
