"""How eyes leave whom they look at: how often, for how long, where to.

All from the people of Andrist et al. 2013 (10.1007/978-3-642-40415-3_22): while speaking for
1.96 s (SD 0.32), 4.75 s (1.39) apart; while listening for 1.14 s (0.27), 7.21 s (1.88) apart;
thinking for 3.54 s (1.26). To the side 58 % of the time, down 29 %, up 14 %; thinking up 39 %,
down 29 %, to the side 31 %.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AWAY_RAD: Final = (0.16, 0.27)
_SHORTEST_S, _NEAREST_S = 0.4, 0.8


@dataclass(frozen=True, slots=True)
class Leaving:
    """How eyes leave. Means and spreads in seconds."""

    lasts: tuple[float, float]
    apart: tuple[float, float]
    up: float
    """Share of the times that they go up."""
    down: float

    def lasts_s(self, random: np.random.Generator) -> float:
        """How long they stay away."""
        return max(_SHORTEST_S, float(random.normal(*self.lasts)))

    def apart_s(self, random: np.random.Generator) -> float:
        """How long they stay on, before they leave again."""
        return max(_NEAREST_S, float(random.normal(*self.apart)))

    def direction(self, random: np.random.Generator) -> Floats:
        """(2,) yaw and pitch from whom they leave, radians."""
        which, size = random.random(), float(random.uniform(*_AWAY_RAD))
        side = 1.0 if random.random() < 0.5 else -1.0
        if which < self.up:
            return np.array([0.5 * side * size, 0.75 * size])
        if which < self.up + self.down:
            return np.array([0.35 * side * size, -size])
        return np.array([side * size, float(random.uniform(-0.05, 0.03))])


SPEAKING: Final = Leaving((1.96, 0.32), (4.75, 1.39), 0.137, 0.288)
LISTENING: Final = Leaving((1.14, 0.27), (7.21, 1.88), 0.137, 0.288)
THINKING: Final = Leaving((3.54, 1.26), (4.75, 1.39), 0.393, 0.294)
