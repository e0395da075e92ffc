"""Estimates a camera's angle of view from people who walk before it. Pure.

How far somebody seems to be grows with the focal length that is assumed; how far to the side does
not. So with a wrong angle of view whoever walks towards the camera seems faster, or slower, than
whoever walks across, and the angle is the one with which people are, on the whole, as fast either
way. Bodies and feet alone cannot tell it: both distances grow alike. It takes people who walk in
different directions; the interval is what is left when other people are drawn (Efron 1979).
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agent.core.messages import PersonId

Floats = NDArray[np.float64]

WALK_S = (1.2, 2.5)
"""A stretch of a walk is at least and at most so long."""
FEWEST_SIGHTINGS = 6
WALKING_M_S = (0.5, 2.5)
WALKS, WALKERS = 8, 4
"""Stretches and people needed."""
STEEP, FLAT = 0.7, 0.3
"""Shares of a walk that go along the camera's axis, squared: two stretches of each are needed."""
FOVS_DEG = np.arange(30.0, 121.0, 1.0)
DRAWS = 200
SURE_DEG = 8.0
"""An interval wider than this to either side says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewGuess:
    """The angle of view, by the people seen."""

    horizontal_fov_deg: float
    off_deg: float
    """Half of the interval in which 90 % of other draws of these people lie."""
    walks: int
    people: int

    @property
    def sure(self) -> bool:
        """Whether it says more than what a camera's maker says."""
        return self.off_deg <= SURE_DEG


@dataclass(slots=True)
class ViewFit:
    """Collects walks, read with the stated angle of view, and says what fits them."""

    stated_fov_deg: float
    pan_rad: float = 0.0
    _open: dict[PersonId, list[tuple[float, float, float]]] = field(default_factory=dict)
    _walks: list[tuple[str, float, float, float]] = field(default_factory=list)
    """Who, speed across, speed along, and the variance of the latter."""

    def take(self, person: PersonId, at: float, distance_m: float, bearing_rad: float) -> None:
        """Somebody was seen at this moment, at the distance that the size of their body says."""
        turned = bearing_rad - self.pan_rad
        point = (at, distance_m * math.sin(turned), distance_m * math.cos(turned))
        stretch = self._open.setdefault(person, [])
        if stretch and (at - stretch[-1][0] > 0.7 or at - stretch[0][0] > WALK_S[1]):
            self._close(person)
            stretch = self._open.setdefault(person, [])
        stretch.append(point)

    def _close(self, person: PersonId) -> None:
        points = np.array(self._open.pop(person, []))
        if len(points) < FEWEST_SIGHTINGS or points[-1, 0] - points[0, 0] < WALK_S[0]:
            return
        across, _ = _speed(points[:, 0], points[:, 1])
        along, doubt = _speed(points[:, 0], points[:, 2])
        self._walks.append((str(person), across, along, doubt))

    def guess(self) -> ViewGuess | str:
        """The angle of view, or why it cannot be told."""
        for person in list(self._open):
            self._close(person)
        walks = [w for w in self._walks if WALKING_M_S[0] <= math.hypot(*w[1:3]) <= WALKING_M_S[1]]
        names = sorted({w[0] for w in walks})
        if len(walks) < WALKS or len(names) < WALKERS:
            return f"{len(walks)} walks of {len(names)} people; {WALKS} of {WALKERS} are needed"
        moves = np.array([w[1:] for w in walks])
        best = self._fit(moves)
        if best is None:
            return "all walk the same way; some must walk across and some towards the camera"
        low, high = self._interval(walks, names)
        return ViewGuess(
            horizontal_fov_deg=best,
            off_deg=round((high - low) / 2, 1),
            walks=len(walks),
            people=len(names),
        )

    def _interval(
        self, walks: list[tuple[str, float, float, float]], names: list[str]
    ) -> tuple[float, float]:
        rng, found = np.random.default_rng(0), list[float]()
        of = {name: np.array([w[1:] for w in walks if w[0] == name]) for name in names}
        for _ in range(DRAWS):
            drawn = np.concatenate(
                [of[names[i]] for i in rng.integers(len(names), size=len(names))]
            )
            if (fov := self._fit(drawn)) is not None:
                found.append(fov)
        if len(found) < DRAWS / 2:
            return float(FOVS_DEG[0]), float(FOVS_DEG[-1])
        low, high = np.percentile(found, (5, 95))
        return float(low), float(high)

    def _fit(self, moves: Floats) -> float | None:
        """The angle with which log speed does not depend on which way one walks."""
        stated = math.tan(math.radians(self.stated_fov_deg) / 2)
        across = moves[:, 0] ** 2
        along = np.maximum(moves[:, 1] ** 2 - moves[:, 2], 0.0)
        steep = along / np.maximum(across + along, 1e-6)
        if (steep > STEEP).sum() < 2 or (steep < FLAT).sum() < 2:
            return None
        slopes = []
        for fov in FOVS_DEG:
            longer = (stated / math.tan(math.radians(fov) / 2)) ** 2 * along
            whole = np.maximum(across + longer, 1e-3)
            share = longer / whole
            off = share - share.mean()
            slopes.append(float(off @ np.log(whole)) / max(float(off @ off), 1e-9))
        return float(FOVS_DEG[int(np.argmin(np.abs(slopes)))])


def _speed(times: Floats, places: Floats) -> tuple[float, float]:
    """Speed by a straight line, and the variance of it."""
    since = times - times.mean()
    spread = float(since @ since)
    speed = float(since @ places) / spread
    left = places - places.mean() - speed * since
    return speed, float(left @ left) / max(len(times) - 2, 1) / spread
