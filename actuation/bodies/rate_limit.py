"""How much is taken from somebody who may send anything at any rate. Pure."""


class RateLimit:
    """A bucket of `burst` tokens that refills at `per_s`; each thing taken costs one."""

    def __init__(self, per_s: float, burst: float) -> None:
        """`per_s` > 0, things a second in the long run; `burst` >= 1, things at once."""
        self._per_s = per_s
        self._burst = burst
        self._tokens = burst
        self._at = float("-inf")

    def allows(self, now: float) -> bool:
        """Take one at `now`, seconds, if the bucket has it."""
        self._refill(now)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def next_at(self, now: float) -> float:
        """When the next one will be allowed, seconds."""
        self._refill(now)
        return now + max(0.0, 1 - self._tokens) / self._per_s

    def _refill(self, now: float) -> None:
        if now > self._at:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_s)
            self._at = now
