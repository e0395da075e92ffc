"""Wishes that a line gives away by naming a place, a person or a department. Pure.

Each returns None where the name says too little, or a known question is nearer.
"""

from collections.abc import Sequence

from behavior.house.directory import Found
from behavior.house.knowledge import Match
from behavior.house.site import Destination
from behavior.languages.sounds_like import words_of
from behavior.languages.tongue import Tongue
from behavior.understanding.intents import Intent, Request
from behavior.understanding.known import SURELY, Known
from behavior.understanding.lines import meeting_time

_FEW_WORDS = 10
_ELSEWHERE = 0.93
"""Likeness at which a question counts that points to another place than the line names."""


def way(known: Known, text: str, nearest: Sequence[Match]) -> Request | None:
    """The way to a place of the house."""
    places = known.directory.places(text)
    if not places:
        return None
    place, score, span = places[0]
    exact = score > 0.97 and span[1] - span[0] > 1 and len(words_of(text)) < 7
    where = known.words.cue("where")
    if not (where.search(text) or exact or _is_all(text, span, known.words)):
        return None
    best = nearest[0] if nearest else None
    if best and best.label.startswith("know:"):
        entry = known.entries[best.label.removeprefix("know:")]
        bar = 0.88 if entry.point == place.key else 0.80
        if entry.point and entry.point != place.key:
            bar = _ELSEWHERE  # `i need a toilet` is not for wheelchairs unless it says so
        bar += known.index.threshold - 0.60
        if best.score >= bar and not known.words.cue("where_is").match(text):
            return None
        if best.score >= 0.93:
            return None
    because = f"asks the way to `{place.key}`, likeness {score:.2f}"
    return Request(intent=Intent.DIRECTIONS, text=text, place=place, because=because)


def _is_all(text: str, span: tuple[int, int], words: Tongue) -> bool:
    """Whether nothing but small words stands beside the name of the place."""
    parts = words_of(text)
    return all(w in words.small for w in parts[: span[0]] + parts[span[1] :])


def only_place(known: Known, text: str) -> Destination | None:
    """The one place that a line names exactly, where nothing else of it is understood."""
    places = [place for place, score, _ in known.directory.places(text) if score >= 0.98]
    short = len(words_of(text)) <= _FEW_WORDS
    return places[0] if len(places) == 1 and short else None


def _is_thing(known: Known, text: str, span: tuple[int, int]) -> bool:
    """Whether an article stands before the words, as before no name: `a wee`."""
    before = words_of(text)[: span[0]][-1:] or words_of(text)[span[0] : span[0] + 1]
    return bool(before) and known.words.cue("article").fullmatch(before[0]) is not None


def meeting(known: Known, text: str, nearest: Sequence[Match]) -> Request | None:
    """A visit to somebody, or to a department."""
    found = known.directory.people(text)
    cue = known.words.cue("meet").search(text)
    departments = known.directory.department(text)
    best = nearest[0] if nearest else None
    other = best is not None and best.label != f"intent:{Intent.MEET_HOST}"
    if other and best and best.score >= known.index.threshold + SURELY and not found.hosts:
        return None
    asks_where = departments and (
        known.words.cue("where").search(text) or known.words.cue("fetches").search(text)
    )
    if not cue and not found.hosts and not asks_where:
        return None
    faint = len(found.hosts) == 1 and not found.sure and found.score < 0.80
    if faint and _is_thing(known, text, found.span):
        return _visit(known, text, Found(), "a visit") if cue else None
    if not cue and faint and len(words_of(text)) > 4:
        # Half a likeness to a name, and nothing else that speaks of a visit: not enough.
        return None
    because = f"a visit; {found.hosts[0].name} at {found.score:.2f}" if found.hosts else "a visit"
    return _visit(known, text, found, because)


def _visit(known: Known, text: str, found: Found, because: str) -> Request:
    time = meeting_time(text, known.words)
    return Request(intent=Intent.MEET_HOST, text=text, found=found, time=time, because=because)
