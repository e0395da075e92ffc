"""A time of day in a line of another language than English, as hour and minute. Pure.

um halb vier      15:30, for visits are by day       à trois heures et demie     a las tres y media
um 15 Uhr 30                                         下午三点半
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_UNITS = {
    "de": "null ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
    "fr": "zero une deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "cero una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "zh": "零 一 二 三 四 五 六 七 八 九 十 十一 十二",
}
_ALSO = {"eins": 1, "mittag": 12, "midi": 12, "mediodia": 12, "两": 2}
_HOUR = r"(?P<hour>\d{1,2}|{words})"
_FORMS = {
    "de": r"\b(?:um|gegen|ab) (?P<before>halb |viertel nach |viertel vor )?{hour}"
    r"(?: uhr)?(?: (?P<minutes>\d{2}|dreissig|funfzehn))?(?: (?P<half>nachmittags|abends))?\b",
    "fr": r"\b(?:a|vers) {hour}(?: ?h| heures?)?"
    r"(?: (?P<after>et demie|et quart|moins le quart)| ?(?P<minutes>\d{2}|trente|quinze))?"
    r"(?: (?P<half>de l'apres midi|du soir))?\b",
    "es": r"\ba las? {hour}(?: (?P<after>y media|y cuarto|menos cuarto))?"
    r"(?: (?:y )?(?P<minutes>\d{2}|treinta|quince))?(?: (?P<half>de la tarde|de la noche))?\b",
    "zh": r"(?P<half>下午|晚上)?{hour}点(?:(?P<after>半|一刻)|(?P<minutes>\d{1,2})分?)?",
}
_SHIFT = {"halb": -30, "viertel nach": 15, "viertel vor": -15, "et demie": 30, "et quart": 15,
          "moins le quart": -15, "y media": 30, "y cuarto": 15, "menos cuarto": -15, "半": 30,
          "一刻": 15}  # fmt: skip
_MINUTES = {"dreissig": 30, "funfzehn": 15, "trente": 30, "quinze": 15, "treinta": 30, "quince": 15}
_HALF_DAY = 12


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Minutes since midnight, and whether it is certain which half of the day is meant."""

    minutes: int
    certain: bool


def time_of_day(text: str, code: str) -> TimeOfDay | None:
    """The time that plain text of that language names, if it names one."""
    form = _form(code)
    match = form.search(text) if form is not None else None
    if match is None:
        return None
    found = match.groupdict()
    hour = _number(found["hour"], code)
    if not 0 <= hour <= 23:
        return None
    afternoon = bool(found.get("half"))
    hour += _HALF_DAY if afternoon and hour < _HALF_DAY else 0
    shift = _SHIFT.get((found.get("before") or found.get("after") or "").strip(), 0)
    spoken = found.get("minutes") or ""
    minutes = _MINUTES.get(spoken) or (int(spoken) if spoken.isdigit() else 0)
    certain = afternoon or hour >= _HALF_DAY or hour == 0
    return TimeOfDay(60 * hour + minutes + shift, certain)


@lru_cache(maxsize=8)
def _form(code: str) -> re.Pattern[str] | None:
    if code not in _FORMS:
        return None
    words = sorted((*_UNITS[code].split(), *_ALSO), key=len, reverse=True)
    hour = _HOUR.replace("{words}", "|".join(words))
    return re.compile(_FORMS[code].replace("{hour}", hour))


def _number(word: str, code: str) -> int:
    if word.isdigit():
        return int(word)
    units = _UNITS[code].split()
    return units.index(word) if word in units else _ALSO[word]
