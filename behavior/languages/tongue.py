"""The words of one language: what gives a wish away, and how things are put. Data, read once.

English is the YAML files of `understanding/`, and the `wording.yaml` of dialogue and tools; each
other language is one file beside this one. All are read into the same `Tongue`, so the same rules
serve every language.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from behavior.languages.sounds_like import plain

ENGLISH = "en"
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """One language. Two are the same only if they are the same object."""

    code: str
    """As in BCP 47, the language alone: `de`."""
    name: str
    """In itself: `Deutsch`."""
    urgent: Mapping[str, re.Pattern[str]]
    intents: Mapping[str, re.Pattern[str]]
    """Patterns of each intent, in the order in which they are tried."""
    cues: Mapping[str, re.Pattern[str]]
    """Patterns that are no intent by themselves."""
    tools: Mapping[str, re.Pattern[str]]
    not_a_name: frozenset[str]
    everyday: frozenset[str]
    """One of these alone is never a bent name."""
    small: frozenset[str]
    """Words that may stand beside a bare name of a place."""
    nobody: frozenset[str]
    """Words after `to see` that name nobody."""
    ordinals: tuple[frozenset[str], ...]
    examples: Mapping[str, tuple[str, ...]]
    said: Mapping[str, str]
    """Small pieces that sentences are made of; see `say_clock` and the others."""
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Wordings; empty for English, which has files of its own."""
    own_words: frozenset[str] = frozenset()
    """Words of this language that hardly occur in the others, for knowing it when typed."""
    sure_words: frozenset[str] = frozenset()
    """Those that give it away alone: `guten tag`."""
    languages: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Code of a language -> how this one calls it; `other`: those nobody here speaks."""
    language_names: Mapping[str, str] = field(default_factory=dict)

    def cue(self, name: str) -> re.Pattern[str]:
        """The pattern of that name, or one that never matches."""
        return self.cues.get(name, _NEVER)

    def tool(self, name: str) -> re.Pattern[str]:
        """The pattern of that tool, or one that never matches."""
        return self.tools.get(name, _NEVER)

    # How numbers, times and lists are put.

    def listed(self, names: tuple[str, ...]) -> str:
        """`a, b and c`."""
        if len(names) < 2:
            return "".join(names)
        return self.said["comma"].join(names[:-1]) + self.said["and"] + names[-1]

    def clock(self, minutes: int) -> str:
        """Say a time of day: 480 -> `8 am`, 1050 -> `5 30 pm`."""
        hour, minute = divmod(minutes, 60)
        half = "am" if hour % 24 < 12 else "pm"
        words = {"h12": (hour - 1) % 12 + 1, "h": hour % 24 or (24 if hour else 0), "m": minute}
        form = self.said["clock_minutes" if minute else "clock"]
        return form.format(**words, mm=f"{minute:02d}", half=half)

    def date(self, day: datetime.date) -> str:
        """Say a date: `Wednesday, 4 June`."""
        return self._dated("date", day)

    def on_day(self, day: datetime.date, today: datetime.date, *, by_date: bool = False) -> str:
        """Say when something is: `today`, `tomorrow`, `on Saturday`, `on Friday, 25 December`.

        By date where it is a week ahead or more, or `by_date`.
        """
        ahead = (day - today).days
        if ahead in (0, 1):
            return self.said[("today", "tomorrow")[ahead]]
        if by_date or not 0 < ahead < 7:
            return self._dated("on_date", day)
        return self.said["on_day"].format(day=self.days(day.weekday(), day.weekday()))

    def _dated(self, form: str, day: datetime.date) -> str:
        days, months = self.said["days"].split("|"), self.said["months"].split("|")
        return self.said[form].format(
            weekday=days[day.weekday()], day=day.day, month=months[day.month - 1]
        )

    def days(self, first: int, last: int) -> str:
        """Say one day of the week, 0 is Monday, or a run of them."""
        names = self.said["days"].split("|")
        if first == last:
            return names[first]
        return self.said["day_run"].format(first=names[first], last=names[last])


@lru_cache(maxsize=16)
def tongue(code: str) -> Tongue:
    """Read a language that comes with the package. Raises `KeyError` for others."""
    if code not in LANGUAGES:
        raise KeyError(code)
    data = _english() if code == ENGLISH else _read("languages", f"{code}.yaml")
    return Tongue(
        code=code,
        name=data["name"],
        urgent=_compiled(data["urgency"]),
        intents=_compiled(data["intents"]),
        cues=_compiled(data["cues"]),
        tools=_compiled(data.get("tools", {})),
        not_a_name=frozenset(plain(data["not_a_name"]).split()),
        everyday=frozenset(plain(data["everyday"]).split()),
        small=frozenset(plain(data["small"]).split()),
        nobody=frozenset(plain(data["nobody"]).split()),
        ordinals=tuple(frozenset(plain(line).split()) for line in data["ordinals"]),
        examples={k: tuple(v) for k, v in data["examples"].items()},
        said=data["said"],
        lines={k: tuple(v) for k, v in data.get("wording", {}).items()},
        own_words=frozenset(w for line in data["own_words"] for w in plain(line).split()),
        sure_words=frozenset(plain(line) for line in data["sure_words"]),
        languages={k: re.compile(v) for k, v in data["languages"].items()},
        language_names=data["language_names"],
    )


def _english() -> dict[str, Any]:
    data = _read("understanding", "patterns.yaml")
    data["tools"] = _read("tools", "patterns.yaml")
    data["examples"] = _read("understanding", "examples.yaml")
    data["everyday"] = _read("understanding", "everyday_words.yaml")["words"]
    return data


def _read(*path: str) -> dict[str, Any]:
    text = resources.files("behavior").joinpath(*path).read_text("utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def _compiled(rows: Mapping[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {str(name): re.compile("|".join(lines)) for name, lines in rows.items() if lines}


LANGUAGES = ("en", "de", "fr", "es", "zh")
"""Languages that come with the package, the one everything falls back to first."""
