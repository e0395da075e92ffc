"""Which gestures the words of a clause call for, and on which words: counting first, then meaning.

Who forbids holds up a hand and shows nothing of what shall not be done. Lists are counted on the
fingers: `first you ..., second ...`, the items after a colon, and how many things there are.
Everything else comes ranked from `gesture_meaning`; of two that want the same words the better one
stays, and what fits only a little is left out. Pure.
"""

import re
from dataclasses import dataclass
from typing import Final

from actuation.gestures.lexemes import Lexeme, Lexicon
from actuation.gestures.meaning import GestureMeaning

_ENOUGH: Final = 0.75
"""Score below which a gesture is not made: one good reason has about 1."""
_LIST: Final = 3.0
"""Score of a gesture that counts: nothing else is that sure."""
_LOOKED_AT: Final = 12
_STOP: Final = "halt"
_FORBIDS: Final = (
    ("do", "not"), ("don't",), ("never",), ("you", "must", "not"), ("you", "mustn't"),
    ("you", "may", "not"), ("nobody", "may"), ("nobody", "must"), ("no", "one", "may"),
)  # fmt: skip
"""How a sentence, or a part of it, begins that forbids something."""
_BEFORE_IT: Final = frozenset(("please", "but", "and", "so", "no", "oh", "stop", "careful", "wait"))
"""Words that may stand before it."""
_ALLOWED: Final = frozenset((
    "worry", "hesitate", "mind", "forget", "mention", "be", "think", "know", "get", "miss", "panic",
    "say", "let", "feel", "ask", "tell", "before", "again", "have", "had", "has", "did", "was",
))  # fmt: skip
"""Whoever says not to do these forbids nothing."""
_ITEMS = ("item_first", "item_second", "item_third", "item_fourth", "item_last")
_ORDINALS = {
    "first": 0, "firstly": 0, "second": 1, "secondly": 1, "third": 2, "thirdly": 2,
    "fourth": 3, "fourthly": 3, "fifth": 4, "fifthly": 4, "finally": 4, "lastly": 4,
}  # fmt: skip
_OPENS_A_STEP = frozenset((
    "you", "we", "i", "he", "she", "it", "they", "there", "please", "go", "take", "come", "let",
    "your", "our", "my", "comes", "sign", "fill", "show", "tell", "put", "leave", "wait", "turn",
))  # fmt: skip
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MEASURED = frozenset((
    "minutes", "hours", "seconds", "days", "weeks", "months", "years", "euros", "dollars", "pounds",
    "cents", "metres", "meters", "kilometres", "miles", "degrees", "percent", "o'clock", "times",
    "thirty", "fifteen", "hundreds", "is", "was", "has", "thousands",
))  # fmt: skip

_ENGLISH_WORDS = """
the is are you i it we they to of and a in at on for with this that there please
"""
_OTHER_WORDS = """
der die das und ist nicht sie ich ein eine hat wir bitte zu mit auf im den dem
le la les est et vous je un une des du pour avec dans sur nous il
el los las y es usted por para con una del en se su que
"""
_ENGLISH, _OTHER = frozenset(_ENGLISH_WORDS.split()), frozenset(_OTHER_WORDS.split())


@dataclass(frozen=True, slots=True)
class Call:
    """A gesture that a clause calls for."""

    lexeme: Lexeme
    score: float
    first_word: int | None
    """Index of the first of its words, in the text split at white space; None: the whole text."""
    after_words: int | None


def calls_of(
    text: str, lexicon: Lexicon, meaning: GestureMeaning, *, before: str = ""
) -> list[Call]:
    """The gestures that `text` calls for, best first, none on another's words.

    `before`: what was said or asked before it, which counts a little. None for a text that looks
    like another language than English: its words would be taken for others.
    """
    words = text.split()
    if _foreign(words):
        return []
    found: list[tuple[str, float, int | None, int | None]]
    found = [(_STOP, _LIST, at, after) for at, after in _forbidden(words)]
    found += [(name, _LIST, at, after) for name, at, after in _counted(words)]
    for meant in meaning.rank(text, asked=before, most=_LOOKED_AT):
        if meant.score >= _ENOUGH:
            found.append((meant.lexeme, meant.score, meant.first_word, meant.after_words))
    calls: list[Call] = []
    for name, score, first, after in found:
        lexeme = lexicon.named(name)
        if lexeme is not None and not any(_overlap(first, after, each) for each in calls):
            calls.append(Call(lexeme, score, first, after))
    return calls


def _foreign(words: list[str]) -> bool:
    """Whether there are more small words of other languages than of English."""
    bare = [word.strip(".,;:!?").lower() for word in words]
    return sum(word in _OTHER for word in bare) > sum(word in _ENGLISH for word in bare)


def _overlap(first: int | None, after: int | None, call: Call) -> bool:
    if first is None or after is None or call.first_word is None or call.after_words is None:
        return first is None and call.first_word is None
    return first < call.after_words and call.first_word < after


def _forbidden(words: list[str]) -> list[tuple[int, int]]:
    """First word, and the one after the last, of all that forbids something."""
    bare = [word.strip(".,;:!?").lower().replace("\u2019", "'") for word in words]
    found: list[tuple[int, int]] = []
    begins = True
    for at, word in enumerate(bare):
        opening = next((o for o in _FORBIDS if tuple(bare[at : at + len(o)]) == o), None)
        if begins and opening is not None:
            verb = bare[at + len(opening)] if at + len(opening) < len(bare) else ""
            if verb and verb not in _ALLOWED:
                ends = (i + 1 for i in range(at, len(words)) if words[i][-1] in ".,;:!?")
                found.append((at, next(ends, len(words))))
        begins = words[at][-1] in ".,;:!?" or (begins and word in _BEFORE_IT) or word == "and"
    return found


def _counted(words: list[str]) -> list[tuple[str, int, int]]:
    """Gestures that count, with their words: places in a list, and how many there are."""
    bare = [re.sub(r"[^\w'-]", "", word).lower() for word in words]
    found = [
        (_ITEMS[_ORDINALS[word]], at, at + 1)
        for at, word in enumerate(bare)
        if word in _ORDINALS and _opens(words, bare, at)
    ]
    listed = _listed(words)
    if len(found) < 2 and listed:
        found = [(_ITEMS[min(n, 4)], at, at + 1) for n, at in enumerate(listed)]
    for at, word in enumerate(bare[:-1]):
        follows = bare[at + 1]
        many = follows == "of" or (follows.endswith("s") and not follows.endswith("ss"))
        if word in _NUMBERS and many and follows not in _MEASURED:
            found.append((word, at, at + 2))
    return found


def _opens(words: list[str], bare: list[str], at: int) -> bool:
    """Whether an ordinal opens a step of a list, rather than counting floors or doors."""
    if bare[at - 1 : at] and bare[at - 1] in {"the", "your", "my", "a", "at", "this"}:
        return False
    following = bare[at + 1] if at + 1 < len(bare) else ""
    of_all = bare[at + 1 : at + 3] == ["of", "all"]
    opens = following in _OPENS_A_STEP or of_all or bare[at].endswith("ly")
    return opens or words[at].endswith((",", ":"))


def _listed(words: list[str]) -> list[int]:
    """Where the items begin that follow a colon, if there are three or more."""
    colons = [i for i, word in enumerate(words) if word.endswith(":")]
    if not colons or colons[0] + 1 >= len(words):
        return []
    starts = [colons[0] + 1]
    for i in range(colons[0] + 2, len(words)):
        if words[i] in {"and", "or"}:
            continue
        if words[i - 1].endswith((",", ";")) or words[i - 1] in {"and", "or"}:
            starts.append(i)
    return starts if len(starts) >= 3 else []
