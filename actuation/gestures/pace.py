"""How many gestures of a sort there may be: so many a minute, a few of them in a row. Pure."""


class Pace:
    """Asked first, told afterwards, in stage time: clauses are laid out before they are said."""

    def __init__(self, per_minute: float) -> None:
        self._per_s = per_minute / 60.0
        self._most = min(3.0, per_minute / 4)
        self._left = self._most
        self._at_s: float | None = None

    def allows(self, at_s: float) -> bool:
        """Whether there may be one more at this time."""
        return self._per_s > 0 and self._by(at_s) >= 1.0

    def spend(self, at_s: float) -> None:
        """There was one."""
        self._left = self._by(at_s) - 1.0
        self._at_s = at_s

    def _by(self, at_s: float) -> float:
        since_s = 0.0 if self._at_s is None else max(0.0, at_s - self._at_s)
        return min(self._most, self._left + since_s * self._per_s)
