"""When the house is open: on one day, at one moment, and when again. Local dates and minutes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from behavior.house.site import WEEKDAYS, SiteConfig, opening_minutes

_LOOKS_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class OpenHours:
    """From when to when a house is open on one day, in minutes since midnight."""

    day: date
    start: int
    end: int

    def holds(self, now: datetime) -> bool:
        """Whether that local moment is within."""
        return self.day == now.date() and self.start <= _minute(now) < self.end

    def is_over(self, now: datetime) -> bool:
        """Whether that local moment is after them on the same day."""
        return self.day == now.date() and _minute(now) >= self.end


def _minute(now: datetime) -> int:
    return now.hour * 60 + now.minute


def open_on(site: SiteConfig, day: date) -> OpenHours | None:
    """The hours of a day; None when the house is closed all day."""
    hours = site.hours.get(WEEKDAYS[day.weekday()])
    if hours is None or day in site.closed_on:
        return None
    return OpenHours(day, *opening_minutes(hours, str(day)))


def opens_again(site: SiteConfig, after: date) -> OpenHours | None:
    """The first day after `after` that has hours; None if there is none in two months."""
    days = (after + timedelta(days=n) for n in range(1, _LOOKS_AHEAD_DAYS))
    return next((found for day in days if (found := open_on(site, day)) is not None), None)
