"""What a visitor wants done with a form: have it, fill it, go back, skip, send, give up. Pure."""

import re
from dataclasses import dataclass
from importlib import resources

import yaml

from behavior.forms.config import FieldConfig, FormConfig
from behavior.languages.sounds_like import likeness, plain

_DATA = yaml.safe_load(
    resources.files("behavior").joinpath("forms", "patterns.yaml").read_text("utf-8")
)
_PATTERNS = {name: tuple(map(re.compile, lines)) for name, lines in _DATA.items()}
_ORDERS = ("cancel", "by_hand", "send", "read_back", "empty", "back", "help", "scroll", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a visitor wants done with the form. `field`: the one named, if any."""

    what: str = ""
    field: str = ""
    value: str = ""
    """The words for it, where the line gives them."""
    up: bool = False


def wanted_form(line: str, forms: tuple[FormConfig, ...]) -> FormConfig | None:
    """The form that a line asks for, or None."""
    text = plain(line)
    for form in forms:
        for words in map(plain, (form.title, *form.also)):
            # `check me in` is `check in`.
            loosely = r"(?: (?:me|us|myself|ourselves))? ".join(map(re.escape, words.split()))
            at = re.search(rf"\b{loosely}\b", text)
            if at is None:
                continue
            if match_of("unless", text) is None:
                return form
    return forms[0] if forms and match_of("start", text) else None


def order_in(line: str, form: FormConfig) -> Order:
    """What the line wants done; `Order()`: nothing of that kind."""
    text = plain(line)
    for pattern in _PATTERNS["change"]:
        if match := pattern.search(text):
            named = field_named(match["field"], form)
            if named is not None:
                value = match.groupdict().get("value") or ""
                return Order(what="change", field=named.key, value=_as_said(value, line))
    for what in _ORDERS:
        if match := match_of(what, text):
            groups = match.groupdict()
            named = field_named(groups.get("field") or "", form)
            if what == "empty" and named is None:
                continue
            up = groups.get("way") == "up" or "previous" in text
            return Order(what=what, field=named.key if named else "", up=up)
    return Order()


def match_of(what: str, text: str) -> re.Match[str] | None:
    """The first pattern of that kind that a plain line holds."""
    return next((m for pattern in _PATTERNS[what] if (m := pattern.search(text))), None)


def field_named(words: str, form: FormConfig) -> FieldConfig | None:
    """The field that words name: by its label, its other words, or its kind."""
    text = plain(words)
    if not text:
        return None
    best, score = None, 0.0
    for one in form.fields:
        names = (one.label, *one.also, one.key.replace("_", " "))
        mine = max(likeness(text, plain(name)) for name in names)
        inside = any(re.search(rf"\b{re.escape(plain(name))}\b", text) for name in names)
        mine = max(mine, 0.9 if inside else 0.0)
        if mine > score:
            best, score = one, mine
    return best if score >= 0.8 else None


def _as_said(words: str, line: str) -> str:
    """Words of the plain text as they stand in the line, with its capitals and signs."""
    if not words:
        return ""
    loose = r"\W+".join(re.escape(word) for word in words.split())
    match = re.search(loose + r"\S*", line, re.IGNORECASE)
    return match[0] if match else words
