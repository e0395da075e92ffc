"""What the words of a line give away by themselves: urgency, corrections, names, times."""

import re

from behavior.languages.sounds_like import plain
from behavior.languages.tongue import Tongue, tongue
from behavior.tools.trust import fit_name

_ENGLISH = tongue("en")
INTENTS = _ENGLISH.intents
"""English patterns of each intent, in the order in which they are tried."""
CUES = _ENGLISH.cues
"""English patterns that are no intent by themselves."""


def urgency(line: str, words: Tongue = _ENGLISH) -> str | None:
    """Return the emergency that `line` speaks of, if any. Plain text in."""
    urgent = words.urgent
    text = urgent["not_urgent"].sub(" ", line)
    if urgent["fire"].search(text):
        return "fire"
    if (
        urgent["medical"].search(text)
        or urgent["threat"].search(text)
        or urgent["help"].fullmatch(text.strip())
    ):
        return "emergency"
    return None


def correction(line: str, words: Tongue = _ENGLISH) -> str | None:
    """Return what a line like `no, i said ...` puts in place, if it is one."""
    match = words.cue("correction").match(plain(line))
    if match is None:
        return None
    rest = next((group for group in match.groups() if group), "").strip()
    return rest if rest and not words.cue("no_correction").match(rest) else None


def bare_name(line: str, words: Tongue = _ENGLISH) -> str:
    """Read a visitor's name where one was asked for, or return nothing."""
    text = plain(line)
    name, _ = own_name(text, line, words)
    if name:
        return name
    text = words.cue("before_name").sub("", text)
    text = words.cue("behind_name").sub("", text)
    parts = text.split()
    odd = words.cue("odd_in_name").search(text) or any(p in words.not_a_name for p in parts)
    several = words.cue("and_name").split(text)
    if len(several) == 2 and all(1 <= len(one.split()) <= 2 for one in several) and not odd:
        return fit_name(_as_written(text, line))
    said = len(parts) > 1 and all(part in words.everyday for part in parts)
    if not 1 <= len(parts) <= 4 or odd or said:
        return ""
    return fit_name(_as_written(" ".join(parts), line))


def meeting_time(line: str, words: Tongue = _ENGLISH) -> str:
    """Return a time of day as the visitor said it, or nothing."""
    match = words.cue("time").search(plain(line))
    return next((group for group in match.groups() if group), "") if match else ""


def own_name(text: str, line: str, words: Tongue = _ENGLISH) -> tuple[str, str]:
    """Split off `my name is ...`: (name as to be shown, the rest of the line)."""
    match = words.cue("name").search(text) or words.cue("this_is").match(text)
    if match is None:
        match = words.cue("i_am").match(text)
        if match is None or _is_no_name(match[1].split()[0], words):
            return "", text
    name: list[str] = []
    for word in match[1].split():
        if words.cue("after_name").match(word) or word in words.not_a_name or len(name) == 4:
            break
        name.append(word)
    if not name:
        return "", text
    end = match.start(1) + len(" ".join(name))
    rest = (text[: match.start()] + " " + text[end:]).strip()
    rest = words.cue("beside_name").sub("", words.cue("lead").sub("", rest + " ").strip())
    # A name nobody bears is none; what is left of the line is read by itself.
    return fit_name(_as_written(" ".join(name), line)), rest.strip()


def _is_no_name(word: str, words: Tongue) -> bool:
    """Whether a word after `I am` says how or what one is: `waiting`, `late`, `delighted`."""
    everyday = word in words.not_a_name or word in words.everyday
    return everyday or words.cue("no_name_ending").search(word) is not None


def _as_written(name: str, line: str) -> str:
    """Give a name the capitals and accents of a typed line, or a capital for each word."""
    found = _written(name, line)
    if found and found != found.lower():
        return found
    return " ".join(word.capitalize() for word in (found or name).split())


def _written(name: str, line: str) -> str:
    """Where a plain name stands in a line, as it stands there; nothing if it does not."""
    if found := re.search(re.escape(name), line, re.IGNORECASE):
        return found[0]
    words = line.split()
    count = len(name.split())
    for i in range(len(words) - count + 1):
        written = " ".join(words[i : i + count]).strip('.,;:!?¿¡"()')
        if plain(written) == name:
            return written
    return ""
