"""The pose of the mouth in each phone, and how much the phone cares about each part of it.

Two axes carry speech, jaw and lips (JALI, 10.1145/2897824.2925984). A part that a phone does not
care about moves through from one neighbour to the next.
"""

from dataclasses import dataclass
from typing import Final

from actuation.speech.phones import PAUSE


@dataclass(frozen=True, slots=True)
class Pose:
    """A mouth to be reached, and by which of its parts."""

    shape: dict[str, float]
    """Columns of the mouth; what is not named is 0."""
    cares: dict[str, float]
    """0..1 for each group; a group that is not named is not cared about."""


def posed(cares: str, **shape: float) -> Pose:
    """`cares`: groups, each with an optional weight: `jaw round:0.5`."""
    weights = {}
    for word in cares.split():
        group, _, weight = word.partition(":")
        weights[group] = float(weight or 1.0)
    return Pose(shape, weights)


# Between two rounded phones the tongue's consonants let go of the rounding a little: a trough, as
# English lips have it (Perkell 1986, Speech Communication 5:47).
_ALL = "jaw round spread part tongue"
REST = posed(_ALL)
POSES: Final[dict[str, Pose]] = {
    "aa": posed(_ALL, jaw=0.62, lower=0.30, upper=0.10),
    "ae": posed(_ALL, jaw=0.50, stretch=0.32, smile=0.10, lower=0.32, upper=0.20),
    "ah": posed(_ALL, jaw=0.42, lower=0.24, upper=0.10),
    "ao": posed(_ALL, jaw=0.48, funnel=0.50, pucker=0.15, lower=0.10),
    "eh": posed(_ALL, jaw=0.38, stretch=0.28, smile=0.06, lower=0.30, upper=0.14),
    "er": posed(_ALL, jaw=0.26, funnel=0.38, pucker=0.22, lower=0.10),
    "ih": posed(_ALL, jaw=0.24, stretch=0.26, smile=0.06, lower=0.26, upper=0.12),
    "iy": posed(_ALL, jaw=0.15, stretch=0.42, smile=0.20, lower=0.30, upper=0.16),
    "uh": posed(_ALL, jaw=0.24, funnel=0.40, pucker=0.32),
    "uw": posed(_ALL, jaw=0.11, funnel=0.22, pucker=0.78),
    "ax": posed("jaw round:0.5 spread:0.5 part tongue", jaw=0.26, lower=0.18, upper=0.08),
    "w": posed("jaw round spread part tongue", jaw=0.08, funnel=0.16, pucker=0.88),
    "r": posed("jaw:0.7 round:0.8 spread:0.6 part:0.5 tongue", jaw=0.15, funnel=0.36, pucker=0.32),
    "y": posed("jaw spread:0.8 part:0.6 tongue", jaw=0.13, stretch=0.34, smile=0.12, lower=0.2),
    "sh": posed(_ALL, jaw=0.10, funnel=0.62, pucker=0.22, lower=0.26, upper=0.20),
    "s": posed(
        "jaw round:0.12 spread:0.5 part:0.8 tongue", jaw=0.06, stretch=0.24, lower=0.28, upper=0.14
    ),
    "t": posed("jaw:0.6 round:0.12 part:0.3 tongue", jaw=0.12, lower=0.16),
    "l": posed("jaw:0.5 round:0.12 part:0.3 tongue", jaw=0.20, lower=0.18),
    "th": posed(
        "jaw:0.8 round:0.12 part:0.6 tongue", jaw=0.18, lower=0.20, upper=0.06, tongue=0.42
    ),
    "k": posed("jaw:0.4 round:0.12 tongue", jaw=0.18),
    "hh": posed("tongue"),
    "p": posed("jaw:0.85 tongue", jaw=0.05),
    "f": posed("jaw:0.85 part tongue spread:0.3", jaw=0.09, upper=0.22),
}
LIKE = {
    "axr": "er", "ix": "ih", "b": "p", "m": "p", "v": "f", "z": "s", "zh": "sh", "ch": "sh",
    "jh": "sh", "d": "t", "n": "t", "dx": "t", "dh": "th", "g": "k", "ng": "k", PAUSE: "pau",
}  # fmt: skip
POSES["pau"] = REST
DIPHTHONGS = {
    "aw": ("aa", "uw"), "ay": ("aa", "ih"), "ey": ("eh", "iy"), "ow": ("ao", "uw"),
    "oy": ("ao", "iy"),
}  # fmt: skip
LIP_HEAVY = frozenset(("uw", "ow", "oy", "w", "sh", "zh", "ch", "jh"))
