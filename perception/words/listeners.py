"""What listeners say, and what those say who want the floor: two grammars for one short voice.

A recogniser that must choose among all words takes "good" for "could". Held against these two
alone, the sound itself says which of them it fits better: `Reading.listens`. Pure. English.
"""

from collections.abc import Sequence
from typing import Final

_ADJECTIVES: Final = (
    *("good", "great", "nice", "lovely", "interesting", "brilliant", "amazing", "wonderful"),
    *("excellent", "super", "awesome", "fantastic", "perfect", "cool"),
)
LISTENS: Final = (
    *("mm", "mhm", "hm", "hm hm", "huh", "uh huh", "aha", "ah", "oh", "yes", "yeah", "yep", "yup"),
    *("okay", "right", "sure", "fine", "exactly", "of course", "got it", "i see", "really", "true"),
    *("thanks", "thank you", "alright", "all right", "wow", "makes sense", "fair enough", "indeed"),
    *("absolutely", "i understand", "understood", "no worries", "no problem", "good to know"),
    *("sure thing", "that's right", "well", "i know", "good to hear", "that works", "gotcha"),
    *_ADJECTIVES,
    *(f"that's {one}" for one in _ADJECTIVES[:5]),
    *(f"{lead} {one}" for lead in ("very", "how", "sounds") for one in _ADJECTIVES[:3]),
)
CLAIMS: Final = (
    *("wait", "stop", "no", "sorry", "excuse me", "hold on", "hang on", "hey", "hello", "help"),
    *("listen", "pardon", "what", "where", "when", "why", "who", "how", "which", "but", "and"),
    *("can i", "can you", "could i", "could you", "may i", "i need", "i have", "i am", "i want"),
    *("i'm", "one moment", "just a moment", "just a second", "not", "not that", "please"),
    *("is it", "is there", "is that", "do you", "are you", "enough", "actually", "never mind"),
    *("what about", "my", "the", "to", "me", "it", "there", "then", "now", "tell me", "let me"),
)
MOST: Final = 3
"""So many of them in one voice."""


def grammar(phrases: Sequence[str]) -> str:
    """One to `MOST` of `phrases`, in JSGF."""
    more = " ".join(["[<one>]"] * (MOST - 1))
    return (
        "#JSGF V1.0;\ngrammar said;\n"
        f"public <said> = <one> {more};\n<one> = {' | '.join(phrases)};\n"
    )


def words(phrases: Sequence[str]) -> list[str]:
    """Every word of `phrases`, once."""
    return sorted({word for phrase in phrases for word in phrase.split()})
