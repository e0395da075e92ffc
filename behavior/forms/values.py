"""From words to the value of a field, and whether a value will do. Pure.

Values are kept in one form each: dates as 2026-05-12, yes and no as `yes` and `no`, numbers and
telephone numbers as digits, choices and hosts as the site writes them.
"""

import re
from dataclasses import dataclass
from datetime import date

from behavior.forms.config import FieldConfig
from behavior.forms.numbers import DIGITS, date_in, iso_day, number_in, phone_in
from behavior.house.directory import Directory
from behavior.languages.sounds_like import LETTER_NAMES, likeness, plain, spelled
from behavior.tools.trust import fit_name, without_tricks
from behavior.understanding.lines import INTENTS, bare_name

_LIKE = 0.72
_CODE_LENGTH = 12
_SENTENCE = re.compile(
    r"\b(?:i|i'm|you|it|it's|he|she|they|we|is|are|was|were|has|have|had|do|does|did|don't|can|could|"
    r"would|should|what|who|why|how|where|when|which|not|for|with|that|this|there|want|put)\b"
)
"""What stands in sentences and seldom in a value: it is asked back."""
_NOTHING = frozenset(
    """me you it that this these those her him them us mine yours something anything actually well
    right fine good great wait moment second please no yes""".split()  # noqa: SIM905
)
"""Alone, these name nothing that could stand in a field."""
_SMALL = frozenset({"of", "the", "and", "for", "in", "de", "von", "van"})
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[a-z0-9][a-z0-9.-]*\.[a-z]{2,24}", re.IGNORECASE)
_YES, _NO = INTENTS["yes"], INTENTS["no"]
_AGREES = re.compile(r"\bi (?:do |fully )?(?:agree|accept)\b|^(?:agreed?|accept(?:ed)?)\b")
_ALL_RIGHT = re.compile(
    r"\b(?:everything|all|that|it)(?:'s| is| looks| seems) (?:all )?(?:right|correct|fine|good|"
    r"ok|okay)\b"
)
_NOT_SETTLED = re.compile(
    r"^(?:and |but |so |sorry |wait )*(?:what|why|who|how|when|where|which|did|do i|do you|does|"
    r"must|should|shall|have i|can|could|may|would|am i|is|are)\b|\bif\b|\bunless\b"
)
"""A question or a condition is neither yes nor no: `what did i agree to`."""
_DISAGREES = re.compile(r"\b(?:not|don't|do not|won't|never) (?:agree|accept)\b|\bdisagree\b")
_AROUND = re.compile(
    r"^(?:(?:yes|well|ok|okay|sure|so|please|it's|it is|its|that's|that is|that would be|"
    r"it would be|the|is|are|to|as|be|a|an|just|write|put|enter|called|with|at|by|for)\s+)+",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:[\s,.;!?]+(?:please|thanks|thank you|and|also|or so|actually|sorry|instead))*[\s,.;!?]*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Read:
    """A value that was read. `sure`: no need to ask back."""

    value: str
    sure: bool = True


def read_value(
    field: FieldConfig, words: str, *, directory: Directory, today: date | None
) -> Read | None:
    """Return what `words` put into a field, or None where they make no value for it."""
    text = without_tricks(words).strip()
    bare = _BEHIND.sub("", _AROUND.sub("", text))
    sure = True
    match field.kind:
        case "name":
            found = _name(text)
        case "host":
            return _host(plain(bare), directory)
        case "choice":
            return _choice(plain(text), field)
        case "yes_no" | "agree":
            found = yes_or_no(plain(text))
        case "date":
            day = date_in(plain(bare), text, today)
            found = day.isoformat() if day is not None else ""
        case "number":
            found = number_in(plain(bare))
        case "phone":
            found = phone_in(bare)
        case "email":
            found = _email(bare)
        case _:
            found, sure = _text(bare), not _SENTENCE.search(plain(bare))
    return Read(found, sure) if found and not fault_in(field, found, directory) else None


def fault_in(field: FieldConfig, value: str, directory: Directory) -> str:
    """What is wrong with a value, whoever put it in; empty: nothing, or nothing is there."""
    if not value:
        return ""
    if len(value) > field.longest or value != without_tricks(value):
        return "too long or not readable"
    match field.kind:
        case "name":
            return "" if fit_name(value) else "not a name"
        case "host":
            found = directory.people(plain(value), expected=True)
            good = found.sure and len(found.hosts) == 1
            return "" if good else "nobody of that name here"
        case "choice":
            return "" if value in field.options else "not one of the options"
        case "yes_no":
            return "" if value in ("yes", "no") else "neither yes nor no"
        case "agree":
            return "" if value in ("yes", "") else "not agreed to"
        case "date":
            return "" if iso_day(value) else "not a date"
        case "number":
            return "" if re.fullmatch(r"-?\d{1,9}", value) else "not a number"
        case "phone":
            digits = re.sub(r"\D", "", value)
            good = 4 <= len(digits) <= 16 and not re.search(r"[^\d +()/.-]", value)
            return "" if good else "not a telephone number"
        case "email":
            return "" if _EMAIL.fullmatch(value) else "not an e-mail address"
        case _:
            return ""


def host_named(value: str, directory: Directory) -> str:
    """The full name in the directory that a value stands for, or nothing."""
    found = directory.people(plain(value), expected=True)
    return found.hosts[0].name if found.sure and len(found.hosts) == 1 else ""


def spoken(field: FieldConfig, value: str) -> str:
    """A value as it is said: `12 May 2026` for 2026-05-12."""
    if field.kind == "date" and (day := iso_day(value)):
        return f"{day.day} {day:%B} {day.year}"
    if field.kind == "phone":
        return " ".join(value.replace(" ", ""))
    return value


def without_lead(words: str) -> str:
    """The words without `it's`, `that would be` in front and `please` behind."""
    return _BEHIND.sub("", _AROUND.sub("", words.strip()))


def _name(text: str) -> str:
    if letters := spelled(text):
        return letters.capitalize()
    return bare_name(_BEHIND.sub("", text))


def _text(text: str) -> str:
    if all(word in _NOTHING for word in plain(text).split()):
        return ""
    if letters := _letters(text):
        return letters.upper()
    if len(text) <= _CODE_LENGTH and any(c.isdigit() for c in text):
        return text.upper()  # a number plate
    if text != text.lower() or len(text.split()) > 3:
        return text[:1].upper() + text[1:]
    # Heard, so without capitals; so short it is a name rather than a sentence.
    return " ".join(w if w in _SMALL else w[:1].upper() + w[1:] for w in text.split())


def _letters(text: str) -> str:
    """A number plate or another code, spelled: `b a b one two three`."""
    words = plain(re.sub(r"\b\w+ (?:for|as in) (\w)\w*", r"\1", text.lower())).split()
    signs = [
        w if len(w) == 1 or w.isdigit() else DIGITS.get(w) or LETTER_NAMES.get(w, "") for w in words
    ]
    single = sum(len(w) == 1 or w.isdigit() or w in DIGITS for w in words)
    if len(signs) < 3 or not all(signs) or 2 * single < len(words):
        return ""
    return "".join(signs)


def yes_or_no(text: str) -> str:
    """`yes`, `no` or nothing, of a plain line."""
    if _NOT_SETTLED.search(text):
        return ""
    if _ALL_RIGHT.search(text) and " not " not in f" {text} ":
        return "yes"
    if _DISAGREES.search(text) or _NO.search(text) or re.match(r"no\b", text):
        return "no"
    return "yes" if _AGREES.search(text) or _YES.search(text) or re.match(r"yes\b", text) else ""


def _choice(text: str, field: FieldConfig) -> Read | None:
    def words(option: str) -> list[str]:
        return [plain(one) for one in (option, *field.options_also.get(option, ()))]

    def like(option: str) -> float:
        return max(likeness(bare, one) for one in words(option))

    inside = [
        option
        for option in field.options
        if any(re.search(rf"\b{re.escape(one)}\b", text) for one in words(option))
    ]
    if len(inside) == 1:
        return Read(inside[0])
    bare = plain(without_lead(text))
    ranked = sorted(field.options, key=lambda option: -like(option))
    best, second = (like(option) for option in ranked[:2])
    if inside or best < _LIKE or best - second < 0.1:
        return None
    return Read(ranked[0], sure=best > 0.85)


def _host(text: str, directory: Directory) -> Read | None:
    letters = spelled(text)
    found = directory.people(letters or text, expected=True)
    if len(found.hosts) != 1:
        return None
    return Read(found.hosts[0].name, sure=found.sure)


def _email(text: str) -> str:
    if match := _EMAIL.search(text):
        return match[0].lower()
    said = f" {text.lower()} "
    for word, sign in ((" at ", "@"), (" dot ", "."), (" point ", "."), (" underscore ", "_"),
                       (" minus ", "-"), (" dash ", "-"), (" hyphen ", "-")):  # fmt: skip
        said = said.replace(word, sign)
    said = re.sub(r"\b(?:" + "|".join(DIGITS) + r")\b", lambda m: DIGITS[m[0]], said)
    joined = re.sub(r"\s+", "", said)
    return joined if _EMAIL.fullmatch(joined) else ""
