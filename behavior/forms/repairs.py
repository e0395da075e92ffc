"""How a value is put right: a letter of it, or a word of it that is spelled. Pure."""

import re

from behavior.forms.orders import match_of
from behavior.languages.sounds_like import likeness, plain, spelled

_SOUND_ALIKE = ("ckq", "szcx", "iye", "vfw", "jgy", "mn", "bp", "dt", "ao", "uv")


def repaired(line: str, value: str) -> str:
    """The value with a letter put right as in `no, with a k`, or nothing where the line is none."""
    match = match_of("repair", plain(line))
    if match is None or not value:
        return ""
    how, where, instead = match["how"], match["where"] or "", match["not"] or ""
    if single := re.match(r"(?:one|(?:a )?single) (\w)$", how):
        return _recased(re.sub(rf"{single[1]}{{2,}}", single[1], value, count=1, flags=re.I), value)
    double = re.match(r"(?:double|two) (\w)", how)
    capital = how.removeprefix("capital ")
    letters = double[1] if double else capital
    if not re.fullmatch(r"[a-z]{1,3}", letters):
        return ""
    if double:
        return _recased(re.sub(rf"{letters}+", letters * 2, value, count=1, flags=re.I), value)
    if where:
        return value + letters if where == "end" else _recased(letters + value, value)
    swaps = (
        [instead] if instead else [c for group in _SOUND_ALIKE if letters in group for c in group]
    )
    places = [value.lower().find(c) for c in swaps if c != letters and c in value.lower()]
    if not places:
        return ""
    at = min(places)
    width = len(instead) if instead else 1
    return _recased(value[:at] + letters + value[at + width :], value)


def respelled(letters: str, value: str) -> str:
    """The value with the word that sounds most like the spelled letters put in their place."""
    words = value.split()
    if len(words) < 2:
        return letters.capitalize()
    nearest = max(range(len(words)), key=lambda i: likeness(letters, words[i]))
    if likeness(letters, words[nearest]) < 0.5:
        return letters.capitalize()
    return " ".join([*words[:nearest], letters.capitalize(), *words[nearest + 1 :]])


def spelled_in(line: str) -> str:
    """The letters of a line that spells, or nothing."""
    text = re.sub(r"^(?:no|sorry|i mean|it is|it's)\s+", "", plain(line))
    return spelled(text) or ""


def _recased(changed: str, like: str) -> str:
    return (
        changed[:1].upper() + changed[1:].lower()
        if like[:1].isupper() and " " not in like
        else (
            " ".join(w[:1].upper() + w[1:] for w in changed.split())
            if like[:1].isupper()
            else changed
        )
    )
