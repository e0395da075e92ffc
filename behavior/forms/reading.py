"""Which values a visitor's line gives: for the field that was asked for, and for others. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from behavior.forms.config import FormConfig
from behavior.forms.orders import field_named
from behavior.forms.values import Read, read_value, without_lead
from behavior.house.directory import Directory
from behavior.languages.sounds_like import plain

_BEFORE_LABEL = (
    r"(?:(?:^|[,.;!?]\s*|\band\s+|\balso\s+)(?:(?:my|the|our|for the|as)\s+)?|\b(?:my|the|our)\s+)"
)
_VERB = r"(?:\s*[:=]|'s|\s+(?:is called|is|are|would be|should be|should say|to be|to|as))?[\s,:]+"
_I = r"(?:(?:i am|i'm|im|i|we are|we're|we)\s+)?"
_OF_KIND = {
    "name": r"\b(?:my name(?:'s| is)|i am called|i'm called|call me|this is|i am|i'm|im)\s+",
    "host": r"\b(?:" + _I + r"(?:here\s+)?(?:to (?:see|meet|visit)|visiting|seeing|"
    r"meeting(?: with)?|(?:a |my )?visit (?:with|to)|"
    r"(?:have )?an? (?:appointment|meeting|interview) with)|\bmy host(?:'s| is))\s+",
    "email": r"\b(?:my e-?\s?mail(?: address)?|e-?\s?mail(?: address)?)(?:'s| is)\s+",
    "phone": r"\b(?:(?:my|the) (?:tele|mobile |cell )?(?:phone )?number(?:'s| is)|"
    r"(?:reach|call) me (?:at|on|under))\s+",
}  # fmt: skip
_MANNERS = re.compile(
    r"\b(?:hello|hi|hey|yes|no|ok|okay|sure|thanks?|sorry|actually|well|so|oh|hm+|um+|right|and|but|"
    r"then|please|fine|good)\b"
)
_JOINTS = re.compile(
    r"(?:\s*[,;.!?]?\s+(?:and|also|then|plus|for|my|our|the|i|we|i'm|i'd like|would like|want|wish|"
    r"came|come|need))+$",
    re.IGNORECASE,
)
_STAYING = re.compile(
    r"^(?:(?:i|we|i'm|we're|i'll|we'll|am|are|will|be|stay|staying|leave|leaving|here|till|until|for|"
    r"make|it|take|the)\s+)+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The values a line gives."""

    values: Mapping[str, Read] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    """Fields that were named with words that make no value for them."""


def values_in(
    line: str, form: FormConfig, asked: str, *, directory: Directory, today: date | None
) -> Reading:
    """The values that a line gives: of fields it names, and of the one that was asked for."""

    def read(key: str, words: str) -> Read | None:
        wanted = form.field(key)
        own = _own(words)
        if wanted is None or not own:
            return None
        return read_value(wanted, own, directory=directory, today=today)

    values: dict[str, Read] = {}
    unread: list[str] = []
    if (named := _named_behind(line, form)) and (found := read(*named)) is not None:
        return Reading(values={named[0]: found})
    cues = _cues_in(line, form)
    ends = [cue.at for cue in cues[1:]] + [len(line)]
    told = zip(cues, ends, strict=False)
    for cue, ends_at in told:
        found = read(cue.field, line[cue.begins : ends_at])
        if found is not None:
            values.setdefault(cue.field, found)
        elif cue.sure and cue.field not in values:
            unread.append(cue.field)
    before = line[: cues[0].at] if cues else line
    if asked not in values and not (cues and _only_manners(before)):
        values |= {asked: found} if (found := read(asked, before)) is not None else {}
    if (choice := _only_an_option(line, form, asked)) is not None:
        return Reading(values=choice)
    first = form.field(asked)
    free = first is not None and first.kind == "text" and bool(cues) and cues[0].at > 0
    if not values and (free or not any(cue.sure for cue in cues)):
        # What sounded like a cue was none: `i am leaving at noon`, `to see the company doctor`.
        values |= {asked: found} if (found := read(asked, line)) is not None else {}
        unread = [] if values else unread
    return Reading(values=values, unread=tuple(unread))


def _own(words: str) -> str:
    """A stretch of a line without the joints to its neighbours."""
    text = re.sub(r"^[\s,.;:!?]+|[\s,;:!?]+$", "", words)
    return re.sub(r"^(?:and|also|then|plus)\s+", "", _JOINTS.sub("", text), flags=re.I).rstrip(
        " ,;"
    )


def _only_an_option(line: str, form: FormConfig, asked: str) -> dict[str, Read] | None:
    """The choice beside what was asked for that a line makes, where it says nothing else."""
    text = _STAYING.sub("", plain(without_lead(plain(_MANNERS.sub("", plain(line))))))
    for one in form.fields:
        if one.kind != "choice" or one.key == asked:
            continue
        for option in one.options:
            if text in map(plain, (option, *one.options_also.get(option, ()))):
                return {one.key: Read(option)}
    return None


def _only_manners(words: str) -> bool:
    """`hello`, `yes`, `ok`: nothing that could be an answer beside what follows."""
    return not without_lead(_MANNERS.sub("", plain(words)).strip())


@dataclass(frozen=True, slots=True)
class _Cue:
    """Words that say which field comes next."""

    field: str
    at: int
    begins: int
    """Where the value begins."""
    sure: bool
    """It names the field; `i am` may mean anything."""


def _cues_in(line: str, form: FormConfig) -> list[_Cue]:
    """The cues in the order of the line."""
    found = []
    for match in _cue_pattern(form).finditer(line.replace("’", "'")):
        key, _, by = str(match.lastgroup).rpartition("__")
        if match.end() < len(line):
            found.append(_Cue(key, match.start(), match.end(), sure=by == "label"))
    return found


def _named_behind(line: str, form: FormConfig) -> tuple[str, str] | None:
    """(field, words) of a line such as `Acme is the company`."""
    match = re.match(r"\s*(.*\S)\s+(?:is|are|would be)\s+(?:my|the|our)\s+(.+)$", line, re.I)
    field = field_named(match[2], form) if match is not None else None
    return (field.key, match[1]) if match is not None and field is not None else None


_Named = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""Of a field: key, kind, its names, the words that come before its value."""


def _cue_pattern(form: FormConfig) -> re.Pattern[str]:
    return _pattern_of(tuple((f.key, f.kind, (f.label, *f.also), f.after) for f in form.fields))


@lru_cache(maxsize=32)
def _pattern_of(fields: tuple[_Named, ...]) -> re.Pattern[str]:
    """One pattern of all fields' cues; the longer one wins where two begin together."""
    cues: list[tuple[int, str]] = []
    kinds: set[str] = set()
    for key, kind, named, after in fields:
        names = "|".join(_loosely(name) for name in sorted(named, key=len, reverse=True))
        cues.append((40, f"(?P<{key}__label>{_BEFORE_LABEL}(?:{names}){_VERB})"))
        if after:
            words = "|".join(map(_loosely, after))
            cues.append((30, rf"(?P<{key}__after>\b{_I}(?:{words})\s+)"))
        if kind in _OF_KIND and kind not in kinds:
            kinds.add(kind)
            weight = 10 if kind == "name" else 35  # `i am` is a part of many others
            cues.append((weight, f"(?P<{key}__kind>{_OF_KIND[kind]})"))
    return re.compile("|".join(cue for _, cue in sorted(cues, key=lambda c: -c[0])), re.IGNORECASE)


def _loosely(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())
