"""What a line comes to that is put in another way: without its frame, or read as a plainer line.

    i was wondering whether the lift is far      is the lift far
    have you got me down for today               am i expected today
    could we have the meeting room at three      is the meeting room free at three

Requests that are known by their words (tools) get the words they are known by. English only. Pure.
"""

import re
from importlib import resources

import yaml

from behavior.house.directory import Directory
from behavior.house.knowledge import Index
from behavior.languages.sounds_like import words_of
from behavior.languages.tongue import Tongue

ANYWHERE, WITH_ROOM, WITH_DEPARTMENT = "as:", "room:", "department:"
_DATA = yaml.safe_load(
    resources.files("behavior.understanding").joinpath("read_as.yaml").read_text("utf-8")
)
_KINDS = {ANYWHERE: "anywhere", WITH_ROOM: "with_room", WITH_DEPARTMENT: "with_department"}
FORMS: tuple[tuple[str, str], ...] = tuple(
    (f"{label}{meant}", line)
    for label, kind in _KINDS.items()
    for meant, lines in _DATA[kind].items()
    for line in lines
)
"""Label with the plainer line, and a line that is read as it; to be put into the index."""
_WHOLE = {"i'm": "i am", "it's": "it is", "there's": "there is", "you're": "you are",
          "we're": "we are", "they're": "they are", "i've": "i have",
          "we've": "we have"}  # fmt: skip
_INDIRECT = re.compile(
    r"^(?:if|whether) (?P<who>i|you|we|he|she|it|they|there|this|any(?:one|body)|some(?:one|body)"
    r"|(?:the|my|your|a|an)(?: [\w']+){1,3}?)"
    r" (?P<verb>am|are|is|was|have|has|can|could|may|might|will|would|should)\b ?(?P<rest>.*)$"
)
_OWNED = re.compile(r"^(?:an?|any|the|some|my)\b")
_ASKS_FOR_SOMEBODY = re.compile(
    r"\b(?:who|whom|any(?:one|body)|some(?:one|body)|person|responsible|in charge)\b"
)
_LEAST_WORDS = 2


def unframed(text: str, words: Tongue) -> str:
    """The request inside `do you happen to know ...`, `i have no idea ...`. Plain text."""
    inner, before = text, ""
    while inner != before:
        before = inner
        for cue in ("frame", "frame_behind"):
            rest = words.cue(cue).sub("", inner).strip()
            inner = rest if len(words_of(rest)) >= _LEAST_WORDS else inner
    return _direct(inner) if inner != text else text


def _direct(text: str) -> str:
    """`whether the room is free` as `is the room free`."""
    spelled = " ".join(_WHOLE.get(word, word) for word in text.split())
    match = _INDIRECT.match(spelled)
    if match is None:
        return text
    who, verb, rest = match["who"], match["verb"], match["rest"]
    if verb in {"have", "has"} and _OWNED.match(rest):
        return f"{'do' if verb == 'have' else 'does'} {who} have {rest}"
    return f"{verb} {who} {rest}".strip()


def read_as(text: str, directory: Directory, index: Index, words: Tongue) -> tuple[str, str]:
    """The plainer line that `text` is near to, and why.

    Two empty words if there is none; an empty line with a reason if there is to be none.
    """
    for label, line, name in _hidden(text, directory):
        best = index.nearest(line, 1, only=label)
        if best and best[0].score >= index.threshold:
            meant = best[0].label.removeprefix(label)
            if not meant:
                return "", f"like {best[0].form!r}"
            at = words.cue("time").search(text)
            said = meant.format(room=name, department=name) + (f" {at[0]}" if at else "")
            return said, f"like {best[0].form!r}, {best[0].score:.2f}"
    return "", ""


def _hidden(text: str, directory: Directory) -> list[tuple[str, str, str]]:
    """The line with a name in it hidden: what is wanted of a room is alike for all rooms."""
    found: list[tuple[str, str, str]] = []
    rooms = {one.place for one in directory.site.calendars if one.purpose == "room"}
    for place, score, (start, end) in directory.places(text):
        if place.key in rooms and score >= 0.95:
            parts = words_of(text)
            line = " ".join((*parts[:start], "room", *parts[end:]))
            found.append((WITH_ROOM, line, place.name))
            break
    if _ASKS_FOR_SOMEBODY.search(text) and (hosts := directory.department(text)):
        name = hosts[0].department.lower()
        named = rf"\b(?:the )?{re.escape(name)}(?: department| team)?\b"
        line = re.sub(named, "the department", text)
        found.append((WITH_DEPARTMENT, line, name))
    return found
