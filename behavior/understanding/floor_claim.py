"""How surely a short voice over the agent's own wants the floor: by its words and its sound. Pure.

Two witnesses that err apart: the recogniser, which takes "good" for "could", and an ear for how
murmurs sound, which knows few words. Their odds are multiplied. What each kind of words is worth
lies between what was set by hand on 45 made listeners and visitors and a fit to 149 others, in
quiet, noise and a room, in voices the ear had not heard.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_MOST: Final = 1e-3


class Said(StrEnum):
    """What the words of a voice look like."""

    NOTHING = "nothing"
    MURMUR = "murmur"
    """Only what listeners say."""
    FLOOR = "floor"
    """`wait`, `stop`, `excuse me`."""
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Natural logarithm of the odds: as they are heard, and more for full trust in them."""

    heard: float
    trusted: float


_WORTH: Final = {
    Said.NOTHING: Worth(heard=-0.6, trusted=0.0),
    Said.MURMUR: Worth(heard=-1.6, trusted=-1.2),
    Said.FLOOR: Worth(heard=0.5, trusted=1.4),
    Said.WORDS: Worth(heard=-0.7, trusted=1.4),
}
"""Misheard words are trusted nearly as much as others, so sound weighs more."""
_SOUND: Final = 1.2
"""What a unit of the sound's own odds is worth."""


def wants_the_floor(said: Said, *, trust: float, murmur: float) -> float:
    """Probability, 0..1. `trust` in the words and `murmur`, that it sounds like one, are 0..1."""
    sure = min(1 - _MOST, max(_MOST, murmur))
    odds = _SOUND * math.log((1 - sure) / sure)
    odds += _WORTH[said].heard + _WORTH[said].trusted * trust
    return 1.0 / (1.0 + math.exp(-odds))
