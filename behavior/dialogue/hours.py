"""Answers when the house is open: on the day that is asked about, else on all."""

from datetime import datetime, timedelta

from behavior.dialogue.draft import Draft
from behavior.house.knowledge import clock_in_words, hours_in_words
from behavior.house.opening import open_on, opens_again
from behavior.understanding.days import DayNamed, Naming, day_named


def tell_hours(draft: Draft) -> bool:
    """Say whether the house is open on the one day that was named; False: none was."""
    now, desk = draft.heard.local_time, draft.desk
    if now is None or not desk.site.hours or (asked := _asked(draft, now)) is None:
        return False
    if asked.naming is Naming.HOLIDAY:
        draft.say("day.holiday", hours=hours_in_words(desk.site, desk.words))
        return True
    if asked.naming is Naming.WEEKEND:
        return _tell_weekend(draft, asked, now)
    hours = open_on(desk.site, asked.day)
    when = desk.words.on_day(asked.day, now.date(), by_date=asked.naming is Naming.NAMED)
    if hours is not None and hours.is_over(now):
        _tell_closed(draft, asked, now, "day.over")
    elif hours is not None:
        draft.say(
            "day.open",
            when=_first(when),
            start=clock_in_words(hours.start, desk.words),
            end=clock_in_words(hours.end, desk.words),
        )
    else:
        _tell_closed(draft, asked, now, "day.closed", when=_first(when))
    return True


def tell_open_now(draft: Draft) -> None:
    """Say whether the house is open at this moment and until when, or when it is open."""
    site, words, now = draft.desk.site, draft.desk.words, draft.heard.local_time
    if now is None:
        return draft.say("open.hours", hours=hours_in_words(site, words))
    asked, today = _asked(draft, now), open_on(site, now.date())
    this_day = asked is None or asked.naming is Naming.TODAY
    if this_day and today is not None and today.holds(now):
        return draft.say("open.yes", until=clock_in_words(today.end, words))
    if not tell_hours(draft):
        draft.say("open.no", hours=hours_in_words(site, words))


def _asked(draft: Draft, now: datetime) -> DayNamed | None:
    desk = draft.desk
    return day_named(draft.heard.text, desk.words, now.date(), desk.site.closed_on)


def _tell_weekend(draft: Draft, asked: DayNamed, now: datetime) -> bool:
    both = (asked.day, asked.day + timedelta(days=1))
    if any(open_on(draft.desk.site, day) for day in both):
        return False  # the whole list tells it best
    when = _first(draft.desk.words.said["weekend"])
    _tell_closed(draft, DayNamed(Naming.WEEKEND, both[1]), now, "day.closed", when=when)
    return True


def _tell_closed(draft: Draft, asked: DayNamed, now: datetime, key: str, when: str = "") -> None:
    """Say `key`, and when the house opens again if that is known."""
    site, words = draft.desk.site, draft.desk.words
    again = opens_again(site, asked.day)
    if again is None:
        return draft.say(key, when=when)
    draft.say(
        f"{key}_until",
        when=when,
        next=words.on_day(again.day, now.date()),
        start=clock_in_words(again.start, words),
    )


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
