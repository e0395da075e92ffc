"""What others may ask of the agent, and everything for which they are refused. Pure.

A command is a small JSON object under `<topic>/command/NAME`. Known are `emergency_stop`,
`emergency_release`, `stop`, and `next`, which calls the next number of the first queue, or
`next_KEY`, of the service KEY. All else is refused with a reason, and told at a bounded rate.

An emergency stop is never too old and never one too many: in a flood of stops the one that finds
the limit reached is kept and obeyed at most a tenth of a second later. A release makes machines
move again, so it must be young: one that a broker has kept for an hour is refused.
"""

import hashlib
import hmac
import re
from collections import deque
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actuation.bodies.rate_limit import RateLimit
from agent.core.errors import BadInputError
from agent.core.messages import (
    ButtonPressed,
    CommandRefused,
    EmergencyRelease,
    EmergencyStop,
    Message,
)

COMMANDS: Final = ("emergency_stop", "emergency_release", "stop", "next")
_NEXT_OF: Final = re.compile(r"next_[a-z_]{1,27}")
_STOPS_PER_S: Final = 10.0
_REFUSALS_PER_S: Final = 1.0
_IDS_KEPT: Final = 512
_PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*$"


class Command(BaseModel):
    """The body of a command."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field("", pattern=r"^[\w.:-]{0,64}$", description="Names it; needed when signed.")
    sent_unix_ms: int | None = Field(
        None, ge=0, lt=2**53, description="When it was sent; needed when signed and to release."
    )
    because: str = Field(
        "", max_length=200, pattern=_PRINTABLE, description="Why, for whoever reads the log."
    )
    hmac: str = Field(
        "", pattern=r"^([0-9a-f]{64})?$", description="Its signature; see `signature`."
    )


def signature(secret: bytes, topic: str, command: Command) -> str:
    """HMAC-SHA256, hex, over topic, id, sent_unix_ms and because, joined by line feeds."""
    signed = f"{topic}\n{command.id}\n{command.sent_unix_ms}\n{command.because}"
    return hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest()


class Gate:
    """Decides on each command that comes in."""

    def __init__(
        self,
        *,
        topic: str,
        source: str = "mqtt",
        secret: bytes | None = None,
        unsigned_stop: bool = False,
        largest_bytes: int = 4096,
        max_age_s: float = 10.0,
        per_s: float = 5.0,
    ) -> None:
        """`topic`: what command topics begin with, without the last slash."""
        self.secret = secret
        self.refused = 0
        """Commands refused, told or not."""
        self._topic = topic
        self._source = source
        self._unsigned_stop = unsigned_stop
        self._largest_bytes = largest_bytes
        self._max_age_s = max_age_s
        self._commands = RateLimit(per_s, max(1.0, 2 * per_s))
        self._stops = RateLimit(_STOPS_PER_S, _STOPS_PER_S)
        self._refusals = RateLimit(_REFUSALS_PER_S, 3)
        self._untold = 0
        self._seen: deque[str] = deque(maxlen=_IDS_KEPT)
        self._stop_waits: tuple[float, EmergencyStop] | None = None

    @property
    def stop_waits(self) -> tuple[float, EmergencyStop] | None:
        """A stop to be obeyed later, and when."""
        return self._stop_waits

    def take_waiting_stop(self) -> EmergencyStop | None:
        """Return the stop that waits and forget it."""
        waiting, self._stop_waits = self._stop_waits, None
        return waiting[1] if waiting else None

    def take(
        self, topic: str, payload: bytes, *, retained: bool, now: float, unix_s: float
    ) -> Message | None:
        """Return what a command means, its refusal, or None: it is a repetition, or not told.

        `now`: agent's axis, seconds; `unix_s`: the calendar at that moment.
        """
        name = topic.removeprefix(f"{self._topic}/")
        try:
            if name != "emergency_stop" and not self._commands.allows(now):
                raise BadInputError("too many commands; the rest is not looked at")
            command = self._read(name, payload, retained)
            self._verify(topic, name, command)
            self._judge_age(name, command, unix_s)
        except BadInputError as error:
            return self._refuse(str(error), now)
        if command.id and f"{name} {command.id}" in self._seen:
            return None
        if command.id:
            self._seen.append(f"{name} {command.id}")
        return self._meaning(name, command, now)

    def _read(self, name: str, payload: bytes, retained: bool) -> Command:
        if name not in COMMANDS and not _NEXT_OF.fullmatch(name):
            raise BadInputError(
                f"there is no command {name[:40]!r}; there is {', '.join(COMMANDS)}"
            )
        if len(payload) > self._largest_bytes:
            raise BadInputError(
                f"{name}: {len(payload)} bytes; at most {self._largest_bytes} are taken"
            )
        if retained:
            raise BadInputError(f"{name}: was retained by the broker; send it unretained")
        try:
            return Command.model_validate_json(payload or b"{}")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part)[:40] for part in first["loc"]) or "the body"
            raise BadInputError(f"{name}: {where}: {first['msg'][:120]}") from None

    def _verify(self, topic: str, name: str, command: Command) -> None:
        """Raise where it had to be signed and is not, or is wrongly."""
        if self.secret is None:
            return
        if not command.hmac and name == "emergency_stop" and self._unsigned_stop:
            return
        if not hmac.compare_digest(command.hmac, signature(self.secret, topic, command)):
            raise BadInputError(f"{name}: {'wrongly signed' if command.hmac else 'not signed'}")
        if not command.id or command.sent_unix_ms is None:
            raise BadInputError(f"{name}: a signed command needs id and sent_unix_ms")

    def _judge_age(self, name: str, command: Command, unix_s: float) -> None:
        if name == "emergency_stop":
            return
        if command.sent_unix_ms is None:
            if name == "emergency_release":
                raise BadInputError(f"{name}: needs sent_unix_ms, so that no old one releases")
            return
        age_s = unix_s - command.sent_unix_ms / 1000
        if abs(age_s) > self._max_age_s:
            when = f"{age_s:.0f} s ago" if age_s > 0 else f"{-age_s:.0f} s ahead of our clock"
            raise BadInputError(f"{name}: was sent {when}; set both clocks, or send it again")

    def _meaning(self, name: str, command: Command, now: float) -> Message | None:
        match name:
            case "emergency_stop":
                stop = EmergencyStop(at=now, source=self._source, because=command.because)
                if self._stops.allows(now):
                    self._stop_waits = None
                    return stop
                self._stop_waits = self._stop_waits or (self._stops.next_at(now), stop)
                return None
            case "emergency_release":
                # It speaks of what is now: a stop from before it is not obeyed after it.
                self._stop_waits = None
                return EmergencyRelease(at=now, source=self._source)
            case _:
                return ButtonPressed(at=now, button=name)

    def _refuse(self, because: str, now: float) -> CommandRefused | None:
        self.refused += 1
        if not self._refusals.allows(now):
            self._untold += 1
            return None
        more = f" (and {self._untold} more before)" if self._untold else ""
        self._untold = 0
        return CommandRefused(at=now, source=self._source, because=because + more)
