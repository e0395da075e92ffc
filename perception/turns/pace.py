"""How long a person's own pauses are, and so how much longer than others they are waited for.

Two things tell: silences after which the same turn went on, and ends that proved wrong because the
voice came back at once. Waits only grow by this, never shrink: who speaks fast gains nothing from
being hurried. Nothing is kept of anyone but a few durations under an id that expires. Pure.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

_USUAL_S: Final = 0.85
"""Four pauses of five within a turn are shorter: Heldner and Edlund, J. of Phonetics 38, 2010."""
_KEPT, _PEOPLE = 12, 16
_LEARNS_FROM: Final = 3.0
"""So many pauses weigh as much as the belief that a stranger pauses as others do."""
_SAME_WITHIN_S: Final = 20.0
"""A voice this long after the last one may be another person's, where nobody can tell."""
_CUT_GROWS, _MOST = 1.35, 3.0
_CUT_WITHIN_S: Final = 1.2
_EASES: Final = 0.93
"""Of what cut ends have added, so much is left after a turn that ended well."""
STRANGER: Final = "stranger"


@dataclass(slots=True)
class _Habit:
    pauses_s: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    cut: float = 1.0

    def factor(self) -> float:
        if not self.pauses_s:
            return min(self.cut, _MOST)
        usual = float(np.percentile(self.pauses_s, 80)) / _USUAL_S
        trust = len(self.pauses_s) / (len(self.pauses_s) + _LEARNS_FROM)
        return float(min(_MOST, max(1.0, usual**trust) * self.cut))


class Pace:
    """Whose pauses are how long. Times are seconds on the agent's axis."""

    def __init__(self) -> None:
        self._habits: OrderedDict[Hashable, _Habit] = OrderedDict()
        self._speaker: Hashable = STRANGER
        self._heard_at = float("-inf")
        self._ended_at: float | None = None

    @property
    def factor(self) -> float:
        """By how much waits grow for whoever speaks now, 1..3."""
        habit = self._habits.get(self._speaker)
        return 1.0 if habit is None else habit.factor()

    def began(self, at: float) -> None:
        """A turn began. Soon after an end, that end was none; long after it, anyone may speak."""
        if at - self._heard_at > _SAME_WITHIN_S:
            self._speaker = STRANGER
            self._habits.pop(STRANGER, None)
        if self._ended_at is not None:
            habit = self._of(self._speaker)
            if 0.0 < at - self._ended_at <= _CUT_WITHIN_S:
                habit.cut = min(_MOST, habit.cut * _CUT_GROWS)
                habit.pauses_s.append(at - self._ended_at)
            else:
                habit.cut = 1.0 + (habit.cut - 1.0) * _EASES
        self._ended_at = None
        self._heard_at = at

    def went_on(self, silence_s: float, at: float) -> None:
        """The same turn went on after `silence_s`."""
        self._of(self._speaker).pauses_s.append(max(0.0, silence_s))
        self._heard_at = at

    def ended(self, at: float, *, last_voiced_at: float, said: bool) -> None:
        """The turn is over; the voice had ended at `last_voiced_at`. `said`: there were words."""
        self._ended_at = last_voiced_at if said else None
        self._heard_at = at

    def was(self, person: Hashable | None) -> None:
        """Who it was that spoke, where that is known: what was learned is theirs."""
        if person is None or person == self._speaker:
            return
        if person not in self._habits:
            strange = self._habits.pop(self._speaker, None) if self._speaker == STRANGER else None
            self._habits[person] = strange or _Habit()
        self._speaker = person
        self._keep_few()

    def _of(self, who: Hashable) -> _Habit:
        habit = self._habits.setdefault(who, _Habit())
        self._habits.move_to_end(who)
        self._keep_few()
        return habit

    def _keep_few(self) -> None:
        while len(self._habits) > _PEOPLE:
            self._habits.popitem(last=False)
