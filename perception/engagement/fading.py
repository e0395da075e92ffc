"""A mean over the last seconds in which older values fade. Pure, and the same at any rate."""

import math

KNOWN_S = 0.1
"""What has been seen for less than this is not known yet."""


class FadingMean:
    """One mean with its own memory, weighted by time and not by the number of values."""

    __slots__ = ("_enough", "_sum", "_tau_s", "_weight")

    def __init__(self, tau_s: float) -> None:
        self._tau_s = tau_s
        self._sum = self._weight = 0.0
        self._enough = (1 - math.exp(-KNOWN_S / tau_s)) * 0.999

    def take(self, elapsed_s: float, value: float | None, trust: float = 1.0) -> None:
        """Let `elapsed_s` pass; `value` held during it. None: it could not be seen."""
        keep = math.exp(-elapsed_s / self._tau_s)
        self._sum *= keep
        self._weight *= keep
        if value is not None:
            self._sum += (1 - keep) * trust * value
            self._weight += (1 - keep) * trust

    @property
    def value(self) -> float | None:
        """The mean, or None while too little of the memory is filled."""
        return self._sum / self._weight if self._weight >= self._enough else None
