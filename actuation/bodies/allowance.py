"""How often something may happen: a bucket that fills steadily and holds a few. Pure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Allowance:
    """`at_once` in a row, and `per_s` a second in the long run."""

    per_s: float
    at_once: int
    _left: float = field(init=False)
    _at: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._left = float(self.at_once)

    def take(self, now: float) -> bool:
        """Whether one more may happen at `now`, seconds; it counts when it may."""
        if self._at is not None:
            filled = self._left + (now - self._at) * self.per_s
            self._left = min(float(self.at_once), filled)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
