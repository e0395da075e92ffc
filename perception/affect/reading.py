"""From action units to what a face may express: observation, interpretation, conclusion. Pure.

A small joint model: a category makes some units likely (the prototypes of the FACS manual's
emotion tables, Ekman and Friesen 1978), and units depend on each other whatever the category:
muscles that act together, antagonists, what speech does. What a face shows of its units is evidence
for the rest; all 2^n combinations are summed, so categories, units nobody told, valence and
arousal are one distribution and cannot contradict each other. Valence and arousal of a category
lie where Russell's circumplex (1980) has it.

The figures of the table are set by hand and were measured on nobody. Most of the units it names
are never told by the eyes at hand, so mostly nothing can be concluded, which is then said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What a face may express."""

    name: str
    units: tuple[int, ...]
    """Its prototype."""
    valence: float
    arousal: float
    also: str
    """What else the same units come with."""


CATEGORIES: Final = (
    Category(name="nothing in particular", units=(), valence=0.0, arousal=0.0, also=""),
    Category(name="enjoyment", units=(6, 12), valence=0.8, arousal=0.4,
             also="politeness, a greeting, embarrassment"),
    Category(name="sadness", units=(1, 4, 15, 17), valence=-0.7, arousal=-0.4,
             also="doubt, a shrug, tiredness"),
    Category(name="surprise", units=(1, 2, 5, 26), valence=0.1, arousal=0.8,
             also="a question, emphasis in speech"),
    Category(name="fear", units=(1, 2, 4, 5, 20, 26), valence=-0.6, arousal=0.7,
             also="effort, bright light"),
    Category(name="anger", units=(4, 5, 7, 24), valence=-0.6, arousal=0.7,
             also="concentration, reading, bright light"),
    Category(name="disgust", units=(9, 10, 15), valence=-0.6, arousal=0.3,
             also="a sneeze, bright light"),
    Category(name="contempt", units=(14,), valence=-0.4, arousal=0.1,
             also="hesitation, a suppressed smile"),
)  # fmt: skip
DEPENDENCIES: Final[dict[tuple[int, int], float]] = {
    (1, 2): 1.0, (6, 12): 1.2, (4, 7): 0.7, (9, 10): 0.8, (15, 17): 0.9, (5, 26): 0.5, (1, 4): 0.4,
    (12, 15): -2.0, (12, 24): -0.8, (24, 26): -2.0, (5, 7): -0.8,
    (18, 22): 1.0, (18, 26): 0.5, (22, 26): 1.0, (12, 18): -1.5, (12, 22): -1.0,
}  # fmt: skip
"""How much likelier two units are together than apart, as logarithms of odds."""
SPEECH: Final = (18, 22)
"""Lips that funnel or pucker speak; a jaw that drops with them does, too."""
USUAL: Final = 0.06
PROTOTYPE: Final = 0.6
RESTING: Final = 0.5
"""How often a face expresses nothing in particular."""
CLEAR: Final = 0.5
"""Below, nothing is concluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A unit that is there."""

    number: int
    name: str
    confidence: float
    by: tuple[str, ...] = ()
    """Parts of the face it was read by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One interpretation of one face; never a fact."""

    observed: tuple[str, ...]
    interpreted: tuple[str, ...]
    concluded: str
    category: str
    """Empty: nothing can be concluded."""
    likely: float
    """Of the category, 0..1, within the model."""
    valence: float
    """-1..1."""
    arousal: float
    """-1..1."""

    def lines(self) -> tuple[str, ...]:
        """The chain as it is shown."""
        return (
            *(f"observed: {one}" for one in self.observed),
            *(f"may mean: {one}" for one in self.interpreted),
            f"concluded: {self.concluded}",
        )


class Interpreter:
    """Holds the joint table of categories and units."""

    def __init__(self) -> None:
        self._units = sorted(
            {u for c in CATEGORIES for u in c.units} | {u for pair in DEPENDENCIES for u in pair}
        )
        count = len(self._units)
        places = np.arange(2**count, dtype=np.uint32)
        self._on = (places[:, None] >> np.arange(count, dtype=np.uint32)) & 1 == 1
        self._table = self._joint()

    def read(self, shown: Sequence[Shown]) -> Reading:
        """What the units that are there may express together."""
        sure = self._posterior(shown)
        shares = sure.sum(axis=0)
        best = int(np.argmax(shares))
        likely = float(shares[best])
        category = CATEGORIES[best]
        valence = float(shares @ [c.valence for c in CATEGORIES])
        arousal = float(shares @ [c.arousal for c in CATEGORIES])
        observed = tuple(_observed(one) for one in shown)
        clear = best > 0 and likely >= CLEAR and bool(shown)
        return Reading(
            observed=observed or ("nothing that moves is told",),
            interpreted=self._interpreted(shown, sure) if shown else (),
            concluded=_concluded(category, likely, valence, arousal, clear=clear),
            category=category.name if clear else "",
            likely=likely, valence=valence, arousal=arousal,
        )  # fmt: skip

    def _joint(self) -> Floats:
        """(2^units, categories) probabilities, each category's own sum its prior."""
        on = self._on.astype(np.float64)
        coupled = np.zeros(len(on))
        for (a, b), odds in DEPENDENCIES.items():
            coupled += odds * on[:, self._units.index(a)] * on[:, self._units.index(b)]
        columns = []
        for category in CATEGORIES:
            chance = np.array([PROTOTYPE if u in category.units else USUAL for u in self._units])
            odds = np.log(chance / (1 - chance))
            weights = np.exp(on @ odds + coupled)
            columns.append(weights / weights.sum())
        priors = np.full(len(CATEGORIES), (1 - RESTING) / (len(CATEGORIES) - 1))
        priors[0] = RESTING
        return np.asarray(np.stack(columns, axis=1) * priors)

    def _posterior(self, shown: Sequence[Shown]) -> Floats:
        """(2^units, categories) after what is seen; what is not told stays open."""
        weights = np.ones(len(self._on))
        for one in shown:
            if one.number not in self._units:
                continue
            there = self._on[:, self._units.index(one.number)]
            sure = float(np.clip(one.confidence, 0.01, 0.99))
            # As evidence: the confidence already holds how usual the unit is.
            odds = sure / (1 - sure) * (1 - USUAL) / USUAL
            weights = weights * np.where(there, odds, 1.0)
        joint = self._table * weights[:, None]
        return np.asarray(joint / joint.sum())

    def _interpreted(self, shown: Sequence[Shown], sure: Floats) -> tuple[str, ...]:
        best = 1 + int(np.argmax(sure.sum(axis=0)[1:]))
        category = CATEGORIES[best]
        numbers = {one.number for one in shown}
        said = []
        if numbers & set(SPEECH):
            said.append("lips that funnel or pucker mostly speak, and then say nothing else")
        with_it = [u for u in category.units if u in numbers]
        if not with_it:
            return (*said, "no pattern that is known goes with it")
        without = [u for u in category.units if u not in numbers]
        said.append(
            f"{_numbers(with_it)} of the pattern {_numbers(category.units)} of {category.name}"
            + (f"; the same comes with {category.also}" if category.also else "")
        )
        within = sure[:, best] / max(float(sure[:, best].sum()), 1e-12)
        for unit in without:
            there = float(within[self._on[:, self._units.index(unit)]].sum())
            said.append(f"unit {unit} was not told; going with the others it would be {there:.2f}")
        return tuple(said)


def _observed(one: Shown) -> str:
    by = f", by {', '.join(one.by)}" if one.by else ""
    return f"{one.name} (unit {one.number}, {one.confidence:.2f}{by})"


def _numbers(units: Sequence[int]) -> str:
    return "+".join(str(unit) for unit in units) or "none"


def _concluded(
    category: Category, likely: float, valence: float, arousal: float, *, clear: bool
) -> str:
    about = f"valence {valence:+.1f}, arousal {arousal:+.1f}"
    if not clear:
        return f"nothing can be concluded ({about})"
    return f"may express {category.name}, {likely:.2f} ({about}); an interpretation, often wrong"
