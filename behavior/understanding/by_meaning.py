"""Wishes found by likeness in meaning to known questions and examples. Pure."""

from collections.abc import Sequence

from behavior.house.knowledge import Match
from behavior.languages.sounds_like import plain, words_of
from behavior.past.time_questions import by_example
from behavior.understanding.by_name import only_place
from behavior.understanding.intents import Intent, Request
from behavior.understanding.known import Known
from behavior.understanding.lines import meeting_time

_GOING_ON = 0.1
"""`and on Saturday` need not be as near to a question as a whole one."""
_OF_IT = 0.48
_ANOTHER = 0.9
"""Likeness at which a place of the same kind is named by what tells it apart."""
_ALONE, _FAR_AHEAD = 0.05, 0.1
"""A question with no rival near need not be so like."""
_ENDS, _ENDS_MORE = frozenset({Intent.FAREWELL, Intent.LOOKING}), 0.1
"""What ends something has to be surer."""
_ASKED_NOT_WISHED = 0.18
"""So much more like has a question to be to what is no question: `am I talking to a machine`."""
_OTHER_QUESTION = 0.12
"""A `when` is not well answered where a `who` was asked."""
_OTHER_PLACE = 0.2
_OTHER_MATTER = 0.35
"""What the visitor may do is not what the agent does; who asks for a number calls nobody."""
_UNYIELDING = frozenset(
    {Intent.FORGET_ME, Intent.CANCEL, Intent.STAFF, Intent.PRIVATE, Intent.MY_NAME}
)


def by_meaning(known: Known, text: str, nearest: Sequence[Match], sure_only: bool) -> Request:
    """The question or wish that the line is most like; `unknown` where none is near enough."""
    nearest = sorted(nearest, key=lambda one: one.score - _unlike(known, text, one), reverse=True)
    best = nearest[0]
    kind, _, key = best.label.partition(":")
    rival = nearest[1].score - _unlike(known, text, nearest[1]) if len(nearest) > 1 else 0.0
    less = _unlike(known, text, best)
    bar = _bar(known, text, best.score - less - rival, sure_only) + less
    bar += _ENDS_MORE if kind == "intent" and Intent(key) in _ENDS else 0.0
    because = f"nearest to {best.form!r}, likeness {best.score:.2f}"
    if best.score >= bar and _is_of_it(known, text, best, bar):
        if kind == "know":
            return Request(intent=Intent.QUESTION, text=text, entry=key, because=because)
        if kind != "time":
            return _of_example(known, Intent(key), text, because)
        if by_example(key, text) is not None and not known.words.cue("not_past").match(text):
            return Request(intent=Intent.MEMORY, text=text, entry=key, because=because)
    near = best.score >= bar - 0.06 and best.score - rival >= 0.04
    near = near and not _leads_elsewhere(known, text, best)
    if kind == "know" and near and _is_of_it(known, text, best, bar):
        return Request(intent=Intent.MAYBE_QUESTION, text=text, entry=key, because=because)
    if not sure_only and (place := only_place(known, text)):
        because = f"names `{place.key}` and nothing else that is understood"
        return Request(intent=Intent.DIRECTIONS, text=text, place=place, because=because)
    if known.words.cue("where").search(text) and known.words.cue("where_to").search(text):
        return Request(intent=Intent.DIRECTIONS, text=text, because="asks for a place we lack")
    return Request(intent=Intent.UNKNOWN, text=text, because=f"{because}: too far")


def _bar(known: Known, text: str, ahead: float, sure_only: bool) -> float:
    """How like the nearest form has to be. `ahead`: so much nearer than the next one."""
    bar = known.index.threshold + (0.05 if sure_only else 0.0)
    # One stray word is like many forms; it has to be closer.
    bar += 0.08 if len(words_of(text)) == 1 else 0.0
    bar -= _ALONE if ahead >= _FAR_AHEAD else 0.0
    return bar - (_GOING_ON if known.words.cue("goes_on").match(text) else 0.0)


def _unlike(known: Known, text: str, match: Match) -> float:
    """How much less two lines are alike than their vectors say: what sort of sentence each is."""
    asks = known.words.cue("asks_to_know").match(text)
    wish = match.label.startswith("intent:")
    answer = match.label in ("intent:yes", "intent:no")
    if wish and asks and (answer or not known.words.cue("asks").match(match.form)):
        return _ASKED_NOT_WISHED
    if _leads_elsewhere(known, text, match):
        return _OTHER_PLACE
    one, other = (_asked_by(known, line) for line in (text, plain(match.form)))
    counts = one == "amount" != other
    if _asks_of_the_other(known, text, plain(match.form)) or (wish and counts):
        return _OTHER_MATTER
    return _OTHER_QUESTION if counts or (one and other and one != other) else 0.0


def _asks_of_the_other(known: Known, text: str, form: str) -> bool:
    """Whether one asks what the visitor may do, and the other whether the agent does it."""
    mine, yours = known.words.cue("i_do"), known.words.cue("you_do")
    one, other = mine.match(text), yours.match(form)
    return one is not None and other is not None and one["verb"] == other["verb"]


def _leads_elsewhere(known: Known, text: str, match: Match) -> bool:
    """Whether a question leads to another place than the one that the line names."""
    kind, _, key = match.label.partition(":")
    point = known.entries[key].point if kind == "know" else ""
    place = only_place(known, text) if point else None
    return place is not None and place.key != point


def _asked_by(known: Known, text: str) -> str:
    """What a question asks for: `time`, `person`, `place`, `amount`; empty: none of these."""
    sorts = ("time", "person", "place", "amount")
    return next((s for s in sorts if known.words.cue(f"asks_for_{s}").match(text)), "")


def _is_of_it(known: Known, text: str, best: Match, bar: float) -> bool:
    """Whether the thing asked for is of the question, too, and not only the way of asking.

    `is there a swimming pool` is put as `is there a water fountain` is.
    """
    match = known.words.cue("is_there").match(text)
    if match is None or best.score >= bar + 0.15 or not best.label.startswith("know:"):
        return True
    near = known.index.nearest(text[match.end() :], 4)
    return any(one.label == best.label and one.score >= _OF_IT for one in near)


def _of_example(known: Known, intent: Intent, text: str, because: str) -> Request:
    if intent is Intent.DIRECTIONS:
        places = known.directory.places(text)
        place = places[0][0] if places else None
        return Request(intent=intent, text=text, place=place, because=because)
    return Request(
        intent=intent,
        text=text,
        found=known.directory.people(text),
        time=meeting_time(text, known.words),
        because=because,
    )


def better_question(known: Known, intent: Intent, nearest: Sequence[Match]) -> bool:
    """Whether a known question fits the line so well that a pattern must not take it."""
    if intent in _UNYIELDING:
        return False
    best = nearest[0]
    # Spelling alone says less than meaning: there a pattern yields to next to nothing.
    margin = 0.22 if known.english else 0.4
    return best.label.startswith("know:") and best.by_meaning >= known.index.threshold + margin


def is_known(known: Known, text: str) -> bool:
    """Whether the whole line is a question we know: `i use a wheelchair, how do i get up`."""
    best = known.index.nearest(text)[0]
    return best.label.startswith("know:") and best.by_meaning >= known.index.threshold + 0.3


def about_it(known: Known, text: str, key: str) -> Request | None:
    """Read `when does it open` as a question about the place last spoken of."""
    place = known.directory.site.place(key)
    if place is None or not known.words.cue("asks_about_it").search(text):
        return None
    named = known.words.said["the"].format(name=place.name)
    meant = known.words.cue("asks_about_it").sub(lambda m: f"{m[1]} {named} {m[2]}", text)
    best = known.index.nearest(meant)[0]
    near = best.label.startswith("know:") and best.score >= known.index.threshold + 0.12
    entry = best.label.removeprefix("know:")
    if not near or known.entries[entry].point != key:
        return None
    because = f"`it` is {named}; nearest to {best.form!r}, likeness {best.score:.2f}"
    return Request(intent=Intent.QUESTION, text=meant, entry=entry, because=because)


def another_one(known: Known, text: str, key: str) -> Request | None:
    """Read `and the accessible one` as the way to another place of the kind last spoken of."""
    place = known.directory.site.place(key)
    match = known.words.cue("another_one").match(text)
    if place is None or match is None:
        return None
    for name in (place.name, *place.also):
        for other, score, _ in known.directory.places(plain(f"{match['kind']} {name}"))[:1]:
            if score > _ANOTHER and other.key != key:
                because = f"`one` is of the kind of {place.name}"
                return Request(intent=Intent.DIRECTIONS, text=text, place=other, because=because)
    return None
