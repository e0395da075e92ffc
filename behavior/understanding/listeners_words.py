"""What listeners say without wanting the floor, taken out of what was heard. Pure."""

import re
from collections.abc import Sequence
from functools import cache

from behavior.situation.hearing import plain

_LEADS = "that's|that is|it's|it is|this is|sounds|how|very|so|really|quite|pretty|too|oh"


def without(text: str, phrases: Sequence[str], assessments: Sequence[str] = ()) -> str:
    """What is left of `text` (as `plain` gives it) without what listeners say, if anything.

    The longer of `phrases` are looked for first; `assessments` as often as they are said, with
    what leads up to them: `that's very good`.
    """
    rest = f" {text} "
    if assessments:
        rest = f" {_assessing(tuple(assessments)).sub(' ', rest)} "
    for phrase in sorted(phrases, key=len, reverse=True):
        while (said := f" {plain(phrase)} ") in rest:
            rest = rest.replace(said, " ", 1)
    return " ".join(rest.split())


def only_listens(text: str, rest: str, particles: Sequence[str], most: int) -> bool:
    """`rest` of `text` are words that nobody says alone, and all together are `most` or fewer."""
    return not set(rest.split()) - set(particles) and len(text.split()) <= most


@cache
def _assessing(words: tuple[str, ...]) -> re.Pattern[str]:
    said = "|".join(re.escape(plain(word)) for word in words)
    return re.compile(rf"(?<= )(?:(?:{_LEADS}) )*(?:{said})(?= )")
