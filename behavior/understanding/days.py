"""Which day somebody speaks of: today, tomorrow, Saturday, the weekend, a holiday."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from behavior.house.site import WEEKDAYS
from behavior.languages.sounds_like import plain
from behavior.languages.tongue import Tongue

_TELLING = 4
"""Letters from which a word of a holiday's name says which one is meant."""


class Naming(StrEnum):
    """How a day was called."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    """The coming Saturday; the Sunday after it is meant as well."""
    NAMED = "named"
    """One of the days that the site itself has a name for."""
    HOLIDAY = "holiday"
    """A holiday of which the site says nothing: its date is not known."""


@dataclass(frozen=True, slots=True)
class DayNamed:
    """A day as it was named. `day` is `today` where it is not known."""

    naming: Naming
    day: date


def day_named(
    text: str, words: Tongue, today: date, named: Mapping[date, str] | None = None
) -> DayNamed | None:
    """The one day that a line speaks of, seen from `today`; None for no day, or several.

    `named`: days that have a name at this site.
    """
    line = plain(text)
    ahead = {
        day: _shared(line, name) for day, name in sorted((named or {}).items()) if day >= today
    }
    if any(ahead.values()):
        return DayNamed(Naming.NAMED, max(ahead, key=lambda day: ahead[day]))
    found: list[DayNamed] = []
    if words.cue("holiday").search(line):
        found.append(DayNamed(Naming.HOLIDAY, today))
    if words.cue("tomorrow").search(line):
        found.append(DayNamed(Naming.TOMORROW, today + timedelta(days=1)))
    if words.cue("weekend").search(line):
        found.append(DayNamed(Naming.WEEKEND, today + timedelta(days=(5 - today.weekday()) % 7)))
    for index, weekday in enumerate(WEEKDAYS):
        if words.cue(f"day_{weekday}").search(line):
            days = timedelta(days=(index - today.weekday()) % 7)
            found.append(DayNamed(Naming.WEEKDAY, today + days))
    if not found and words.cue("today").search(line):
        found.append(DayNamed(Naming.TODAY, today))
    return found[0] if len(found) == 1 else None


def _shared(line: str, name: str) -> int:
    """How many words of a day's name a line has; none without one that tells which it is."""
    said = set(line.replace("'", "").split())
    own = plain(name).replace("'", "").split()
    telling = next((word for word in own if len(word) >= _TELLING), None)
    return sum(word in said for word in own) if telling in said else 0
