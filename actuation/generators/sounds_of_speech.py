"""Classes of phones that look and sound alike: what the network hears, what a text lets expect."""

from typing import Final

from actuation.speech.phones import PAUSE, PHONES

CLASSES: Final = (
    PAUSE, "p b", "m", "f v", "th dh", "t d dx", "n", "s z", "sh zh", "ch jh", "k g", "ng", "l",
    "r", "er axr", "w", "y", "hh", "aa", "ae", "ah", "ax", "ao", "eh", "ih ix", "iy", "uh", "uw",
    "aw", "ay", "ey", "ow", "oy",
)  # fmt: skip
SILENCE: Final = 0
CLASS_OF: Final = {name: i for i, names in enumerate(CLASSES) for name in names.split()}
assert set(CLASS_OF) == PHONES
