"""What the words of a line give away by themselves: urgency, corrections, names, times."""

import re
from importlib import resources

import yaml

from behavior.sounds_like import plain
from behavior.tools.trust import fit_name

_DATA = yaml.safe_load(resources.files("behavior").joinpath("patterns.yaml").read_text("utf-8"))


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_URGENT = {name: _any_of(lines) for name, lines in _DATA["urgency"].items()}
INTENTS = {str(name): _any_of(lines) for name, lines in _DATA["intents"].items()}
"""Patterns of each intent, in the order in which they are tried."""
CUES = {name: _any_of(lines) for name, lines in _DATA["cues"].items()}
"""Patterns that are no intent by themselves."""
LEAD = CUES["lead"]
_NOT_A_NAME = frozenset(_DATA["not_a_name"].split())


def urgency(line: str) -> str | None:
    """Return the emergency that `line` speaks of, if any. Plain text in."""
    text = _URGENT["not_urgent"].sub(" ", line)
    if _URGENT["fire"].search(text):
        return "fire"
    if (
        _URGENT["medical"].search(text)
        or _URGENT["threat"].search(text)
        or _URGENT["help"].fullmatch(text.strip())
    ):
        return "emergency"
    return None


def correction(line: str) -> str | None:
    """Return what a line like `no, i said ...` puts in place, if it is one."""
    match = CUES["correction"].match(plain(line))
    if match is None:
        return None
    rest = (match[1] or match[2] or "").strip()
    return (
        rest if rest and not re.match(r"^(?:thanks?|thank you|problem|idea|one)\b", rest) else None
    )


def bare_name(line: str) -> str:
    """Read a visitor's name where one was asked for, or return nothing."""
    text = plain(line)
    name, _ = own_name(text, line)
    if name:
        return name
    text = re.sub(
        r"^(?:(?:yes|sure|um+|uh+|well|of course|it's|it is|its|i'm|i am|okay|the name is)\s+)+",
        "",
        text,
    )
    text = re.sub(r"\s+(?:please|thanks|thank you|from .*|here|is my name)$", "", text)
    words = text.split()
    odd = {
        "where",
        "what",
        "when",
        "how",
        "why",
        "you",
        "i",
        "is",
        "are",
        "can",
        "do",
        "does",
        "the",
    }
    if not 1 <= len(words) <= 4 or any(w in odd or w in _NOT_A_NAME for w in words):
        return ""
    return fit_name(_as_written(" ".join(words), line))


def meeting_time(line: str) -> str:
    """Return a time of day as the visitor said it, or nothing."""
    match = CUES["time"].search(plain(line))
    return match[1] if match else ""


def own_name(text: str, line: str) -> tuple[str, str]:
    """Split off `my name is ...`: (name as to be shown, the rest of the line)."""
    match = CUES["name"].search(text) or CUES["this_is"].match(text)
    if match is None:
        match = CUES["i_am"].match(text)
        if match is None or match[1].split()[0] in _NOT_A_NAME:
            return "", text
    words: list[str] = []
    for word in match[1].split():
        if CUES["after_name"].match(word) or word in _NOT_A_NAME or len(words) == 4:
            break
        words.append(word)
    if not words:
        return "", text
    end = match.start(1) + len(" ".join(words))
    rest = (text[: match.start()] + " " + text[end:]).strip()
    rest = re.sub(r"^(?:and|from (?:\w+ )?\w+)\s*|\s*\band$", "", LEAD.sub("", rest + " ").strip())
    # A name nobody bears is none; what is left of the line is read by itself.
    return fit_name(_as_written(" ".join(words), line)), rest.strip()


def _as_written(name: str, line: str) -> str:
    """Give a name the capitals of a typed line, or one for each word."""
    found = re.search(re.escape(name), line, re.IGNORECASE)
    if found and found[0] != found[0].lower():
        return found[0]
    return " ".join(word.capitalize() for word in name.split())
