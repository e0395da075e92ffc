"""Numbers, telephone numbers and dates as they are said. Pure."""

import re
from datetime import date, timedelta

_UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_NUMBERS = {w: n for n, w in enumerate(_UNITS)} | {w: 20 + 10 * n for n, w in enumerate(_TENS)}
DIGITS = {w: str(n) for n, w in enumerate(_UNITS[:10])} | {"oh": "0", "o": "0", "nought": "0"}
_MONTHS = {
    name: n
    for n, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905


def number_in(text: str) -> str:
    """A number as digits, or nothing."""
    if match := re.search(r"-?\d{1,9}", text):
        return match[0]
    total, any_word = 0, False
    for word in text.split():
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in _NUMBERS:
            total += _NUMBERS[word]
        elif word in ("none", "no", "nobody"):
            pass
        elif word not in ("and", "of", "us", "people", "in", "all", "we", "are", "there", "only"):
            continue
        else:
            continue
        any_word = True
    return str(total) if any_word else ""


def phone_in(text: str) -> str:
    """A telephone number as digits, with its plus, or nothing."""
    out: list[str] = []
    twice = 1
    for word in re.findall(r"[a-z]+|\d|\+", text.lower()):
        if word in ("double", "triple"):
            twice = 2 if word == "double" else 3
            continue
        sign = "+" if word in ("plus", "+") else word if word.isdigit() else DIGITS.get(word, "")
        if sign == "+" and out:
            return ""
        out += [sign] * (twice if sign else 0)
        twice = 1
    return "".join(out)


def iso_day(value: str) -> date | None:
    """A day written as 2026-05-12, or None."""
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def date_in(text: str, raw: str, today: date | None) -> date | None:
    """The day that plain words or a written date mean, or None. `today`: for `tomorrow`."""
    if match := re.search(r"\b(\d{4}-\d{2}-\d{2})\b", raw):
        return iso_day(match[1])
    if match := re.search(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b", raw):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if today is None:
        return None
    for near, days in (("day after tomorrow", 2), ("tomorrow", 1), ("today", 0), ("now", 0)):
        if re.search(rf"\b{near}\b", text):
            return today + timedelta(days=days)
    words = text.split()
    for n, name in enumerate(_WEEKDAYS):
        if name in words:
            return today + timedelta(days=(n - today.weekday() - 1) % 7 + 1)
    month = next((_MONTHS[w] for w in words if w in _MONTHS), None)
    number = _day_of_month(words)
    if month is None or number is None:
        return None
    year = next((int(w) for w in words if re.fullmatch(r"20\d\d", w)), None)
    day = _day(year or today.year, month, number)
    past = day is not None and year is None and day < today
    return _day(today.year + 1, month, number) if past else day


def _day_of_month(words: list[str]) -> int | None:
    total = 0
    for word in words:
        if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word):
            return int(match[1])
        total += _ORDINALS.get(word, 0) or (_NUMBERS.get(word, 0) if word != "zero" else 0)
    return total if 1 <= total <= 31 else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
