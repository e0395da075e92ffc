"""Wishes that words give away, and where those words mean something else. Pure.

`where do I put this parcel` is a delivery, `where is the parcel shelf` a way; `thanks, and the
toilet` is no thanks alone; `this damned lift` is no insult.
"""

from collections.abc import Callable, Iterable, Sequence

from behavior.house.knowledge import Match
from behavior.languages.sounds_like import words_of
from behavior.understanding.by_meaning import better_question, by_meaning
from behavior.understanding.by_name import meeting, way
from behavior.understanding.intents import SMALL, Intent, Request
from behavior.understanding.known import Known


def by_pattern(
    known: Known,
    text: str,
    candidates: Iterable[str],
    nearest: Sequence[Match],
    again: Callable[[str], Request],
) -> Request | None:
    """The first wish whose words stand in one of `candidates`, which say the same as `text`.

    `again` reads what is left of a line without its swearing.
    """
    for candidate in dict.fromkeys(candidates):
        for name, pattern in known.words.intents.items():
            intent = Intent(name)
            if pattern.search(candidate) and not better_question(known, intent, nearest):
                return _task(known, intent, text, again) or Request(
                    intent=intent, text=text, because=f"the words of `{intent.value}`"
                )
    return None


def _task(
    known: Known, intent: Intent, text: str, again: Callable[[str], Request]
) -> Request | None:
    """Let a pattern give way where a place or person makes the line mean something else."""
    match intent:
        case Intent.DELIVERY | Intent.PICKUP | Intent.SIGNATURE:
            return _parcel(known, intent, text)
        case Intent.PRIVATE:
            return _private(known, text)
        case Intent.STAFF if known.directory.department(text):
            return meeting(known, text, ())
        case Intent.DIRECTIONS:
            places = known.directory.places(text)
            place = places[0][0] if places else None
            return Request(intent=intent, text=text, place=place, because="is lost")
        case Intent.HOW_FAR:
            places = known.directory.places(text)
            place = places[0][0] if places else None
            return Request(intent=intent, text=text, place=place, because="asks how far it is")
        case Intent.OTHER_HOUSE:
            return _of_this_house(known, text)
        case Intent.INSULT:
            return _without_swearing(known, text, again)
        case Intent.THANKS | Intent.COMPLIMENT if len(words_of(text)) > 2:
            return _beside_thanks(known, intent, text)
    return None


def _of_this_house(known: Known, text: str) -> Request | None:
    """`is this the library` in a house that has one, or is one, is no wrong house."""
    here = set(words_of(known.directory.site.name.lower())) & set(words_of(text))
    if here:
        return by_meaning(known, text, known.index.nearest(text), False)
    return way(known, f"where is {text}", ())


def _parcel(known: Known, intent: Intent, text: str) -> Request | None:
    places = known.directory.places(text)
    if intent is Intent.DELIVERY and places and known.words.cue("where_is").search(text):
        if places[0][0].key == known.directory.site.parcels:
            return None
        return way(known, text, ())
    found = known.directory.people(text)
    return Request(intent=intent, text=text, found=found, because=f"the words of `{intent.value}`")


def _private(known: Known, text: str) -> Request:
    found = known.directory.people(known.words.cue("possessive").sub("", text))
    if not found.hosts and not known.words.cue("who_else").search(text):
        return by_meaning(known, text, known.index.nearest(text), False)
    return Request(intent=Intent.PRIVATE, text=text, found=found, because="asks for private facts")


def _without_swearing(known: Known, text: str, again: Callable[[str], Request]) -> Request | None:
    """What is wanted beside the swearword, if anything is."""
    calm = " ".join(known.words.cue("swearing").sub(" ", text).split())
    rest = again(calm) if calm and calm != text else None
    return rest if rest and rest.intent not in SMALL | {Intent.INSULT} else None


def _beside_thanks(known: Known, intent: Intent, text: str) -> Request | None:
    """What is wanted beside the thanks; a no; or a wish that was not understood."""
    if _is_no(known, text):
        return Request(intent=Intent.NO, text=text, because="a no, and thanks")
    rest = _rest_of(known, text)
    behind = intent is Intent.THANKS and not known.words.cue("thanks_words").match(text)
    lost = rest.intent is Intent.UNKNOWN and behind and len(words_of(rest.text)) > 1
    return rest if rest.intent not in SMALL or lost else None


def _is_no(known: Known, text: str) -> bool:
    """`not now thanks`, `no thank you very much`: a no, politely."""
    rest = " ".join(known.words.cue("thanks_words").sub(" ", text).split())
    no = known.words.intents.get(Intent.NO)
    return no is not None and (no.search(rest) or no.search(text)) is not None


def _rest_of(known: Known, text: str) -> Request:
    rest = " ".join(known.words.cue("thanks_words").sub(" ", text).split())
    nearest = known.index.nearest(rest)
    found = way(known, rest, nearest) or meeting(known, rest, nearest)
    return found or by_meaning(known, rest, nearest, True)
