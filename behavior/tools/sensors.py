"""Sensors that a site names: where a value is read, what it may be, and how it is said.

What a sensor sends is somebody else's data: it is a number within a range, one of the words that
the site lists, or a short text that is fit to be said. All else is refused with the reason. Pure.
"""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from behavior.tools.contract import ToolError
from behavior.tools.observations import Reading
from behavior.tools.pointers import NotThereError, at_pointer
from behavior.tools.trust import fit_to_tell

MAX_BYTES = 65_536
_AHEAD_S = 120.0
_VARIABLE = r"^([A-Za-z_][A-Za-z0-9_]*)?$"


class TopicSource(BaseModel):
    """A topic of an MQTT broker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, description="The broker's name or address.")
    port: int = Field(1883, ge=1, le=65535, description="1883, or 8883 with tls as a rule.")
    topic: str = Field(min_length=1, pattern=r"^[^#+]+$", description="Without wildcards.")
    tls: bool = Field(False, description="Encrypted, with the machine's own certificates.")
    user: str = Field("", description="Name to log in with; empty: no login.")
    password_env: str = Field(
        "", pattern=_VARIABLE, description="Environment variable that holds the password."
    )
    retained: bool = Field(
        False,
        description="Also believe what the broker has kept: nobody knows how old it is, unless"
        " `time` says so.",
    )

    @property
    def broker(self) -> tuple[str, int, bool, str, str]:
        """What one connection serves."""
        return self.host, self.port, self.tls, self.user, self.password_env


class HttpSource(BaseModel):
    """An address on the local network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        pattern=r"^https?://[^\s@]+$", description="On the local network; no password in it."
    )
    token_env: str = Field(
        "", pattern=_VARIABLE, description="Environment variable that holds a bearer token."
    )


class SensorConfig(BaseModel):
    """One sensor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name used in this file.")
    name: str = Field(min_length=2, description="As it is spoken, with its article.")
    mqtt: TopicSource | None = Field(None, description="Read from an MQTT broker ...")
    http: HttpSource | None = Field(None, description="... or from an address ...")
    file: str = Field("", description="... or from a file beside the site's.")
    value: str = Field("", description="JSON pointer to the value, `/temperature`; empty: all.")
    time: str = Field("", description="JSON pointer to when it was measured, if it says so.")
    kind: Literal["number", "boolean", "text"] = Field("number", description="What it is.")
    unit: str = Field("", max_length=20, description="Of a number, as it is spoken.")
    least: float | None = Field(None, description="A number below this is refused as absurd ...")
    most: float | None = Field(None, description="... and one above this.")
    digits: int = Field(0, ge=0, le=3, description="Digits of a number after the point, spoken.")
    true: tuple[str, ...] = Field(
        ("true", "on", "yes", "1"), description="Words that mean yes, for a boolean."
    )
    false: tuple[str, ...] = Field(
        ("false", "off", "no", "0"), description="Words that mean no, for a boolean."
    )
    words: Mapping[str, str] = Field(
        default_factory=dict,
        description="What is said for each value; for a boolean `yes` and `no`. For a text with"
        " this list no other value is believed.",
    )
    say: str = Field(
        "",
        max_length=160,
        description="What is said otherwise, with {value} and {unit}; empty: name and value.",
    )
    asks: tuple[str, ...] = Field((), description="Phrases by which visitors ask for it.")
    max_age_s: float = Field(600.0, gt=0, le=86_400, description="Older than this: not told.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if sum((self.mqtt is not None, self.http is not None, bool(self.file))) != 1:
            raise ValueError(f"{self.key}: write one of mqtt, http and file")
        if self.kind == "number" and (self.least is None or self.most is None):
            raise ValueError(f"{self.key}: write least and most, so that nonsense is not told")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"{self.key}: least is more than most")
        if self.kind == "boolean" and set(self.words) != {"yes", "no"}:
            raise ValueError(f"{self.key}: write words: {{yes: ..., no: ...}}, whole sentences")
        for pointer in (self.value, self.time):
            if pointer and not pointer.startswith("/"):
                raise ValueError(f"{self.key}: write a JSON pointer such as /{pointer}")
        try:
            self.say.format(value="", unit="", name="")
        except (LookupError, ValueError):
            raise ValueError(f"{self.key}: say may hold {{value}}, {{unit}} and {{name}}") from None
        return self

    @property
    def where(self) -> str:
        """From where it is read, for an operator, without anything that may be secret."""
        if self.mqtt is not None:
            return f"the topic {self.mqtt.topic} at {self.mqtt.host}"
        if self.http is not None:
            return urlsplit(self.http.url).hostname or "the address"
        return self.file


def beside_site(sensors: Iterable[SensorConfig], folder: Path) -> tuple[SensorConfig, ...]:
    """The sensors of a site whose file lies in `folder`, their own files with full names."""
    return tuple(
        one.model_copy(update={"file": str(folder / one.file)}) if one.file else one
        for one in sensors
    )


def reading_of(config: SensorConfig, raw: bytes, age_s: float | None, unix_s: float) -> Reading:
    """The value in what a sensor sent. Raises `ToolError` with what is wrong, and never with it.

    `age_s`: since it came; None: nobody knows. `unix_s`: now.
    """
    data = _data(config, raw)
    age_s = _age_s(config, data, age_s, unix_s)
    if age_s > config.max_age_s:
        raise fault(config, f"is {age_s:.0f} s old; at most {config.max_age_s:g} s are allowed")
    try:
        found = at_pointer(data, config.value)
    except NotThereError:
        raise fault(config, f"there is no {config.value}") from None
    value = _value(config, found)
    return Reading(
        sensor=config.key,
        name=config.name,
        value=value,
        unit=config.unit,
        age_s=max(0.0, age_s),
        words=_words(config, value),
    )


def fault(config: SensorConfig, what: str) -> ToolError:
    """A refusal, with the sensor's key and where it is read."""
    return ToolError(f"sensor {config.key} ({config.where}): {what}")


def _data(config: SensorConfig, raw: bytes) -> object:
    if len(raw) > MAX_BYTES:
        raise fault(config, f"more than {MAX_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise fault(config, "no UTF-8 text") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        if config.value or config.time:
            raise fault(config, "no JSON") from None
        return text


def _age_s(config: SensorConfig, data: object, age_s: float | None, unix_s: float) -> float:
    if config.time:
        try:
            measured = _unix_s(at_pointer(data, config.time))
        except (NotThereError, ValueError, OverflowError):
            raise fault(config, f"no time at {config.time}") from None
        if measured > unix_s + _AHEAD_S:
            raise fault(config, "was measured in the future; a clock is wrong")
        return unix_s - measured
    if age_s is None:
        raise fault(config, "was kept by the broker, so nobody knows how old it is; see `retained`")
    return age_s


def _unix_s(raw: object) -> float:
    """Seconds, milliseconds or an ISO time with its zone. Raises ValueError."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError("no time")
    if isinstance(raw, str):
        at = datetime.fromisoformat(raw)
        if at.tzinfo is None:
            raise ValueError("no zone")
        return at.timestamp()
    if not math.isfinite(raw):
        raise ValueError("no time")
    return raw / 1000 if raw > 1e11 else float(raw)


def _value(config: SensorConfig, found: object) -> float | str | bool:
    match config.kind:
        case "number":
            return _number(config, found)
        case "boolean":
            return _boolean(config, found)
        case _:
            return _text(config, found)


def _number(config: SensorConfig, found: object) -> float:
    try:
        number = math.nan if isinstance(found, bool) else float(found)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise fault(config, "is no number") from None
    assert config.least is not None
    assert config.most is not None
    if not config.least <= number <= config.most:
        raise fault(config, f"is not within {config.least:g} and {config.most:g}: absurd")
    return number


def _boolean(config: SensorConfig, found: object) -> bool:
    word = str(found).casefold()
    if word in {one.casefold() for one in config.true}:
        return True
    if word in {one.casefold() for one in config.false}:
        return False
    raise fault(config, "is neither yes nor no; see `true` and `false`")


def _text(config: SensorConfig, found: object) -> str:
    text = found if isinstance(found, str) else ""
    if config.words:
        if text not in config.words:
            raise fault(config, "is none of its `words`")
        return text
    fit = fit_to_tell(text)
    if not fit:
        raise fault(config, "is no text, or none that is fit to be said")
    return fit


def _words(config: SensorConfig, value: float | str | bool) -> str:
    if isinstance(value, bool):
        return config.words["yes" if value else "no"]
    if isinstance(value, str) and value in config.words:
        return config.words[value]
    told = f"{value:.{config.digits}f}" if isinstance(value, float) else value
    if config.say:
        return config.say.format(value=told, unit=config.unit, name=config.name)
    unit = f" {config.unit}" if config.unit else ""
    return f"{config.name[:1].upper()}{config.name[1:]}: {told}{unit}."
