"""What a unit was read by, as maps over the face, and how much lies where FACS sees the unit.

Two maps. The *sensitivity* of a point is what the reading would change if the point moved (the
derivative). What the reading is *read by* is what is lost of it when a part of the face keeps still
(occlusion). Each comes with two controls: the share of points that lie in the region, and what the
same network gives whose landmarks were dealt anew, so that each is taken for another. Only what
lies beyond both was learned of the face.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.network import Weights, blame
from perception.faces.points import POINTS, READ_POINTS, REGIONS
from perception.faces.reader import NAMED_POINTS, hidden_parts, share_in_regions
from perception.faces.units import UNITS

Floats = NDArray[np.float64]

DEALINGS: Final = 60
_OUTER: Final = (0.05, 0.95)
REGION_OF: Final = {i: region for region, points in REGIONS.items() for i in points}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of one map, how much lies inside the region, 0..1, and what chance would give."""

    inside: float
    dealt: float
    """The mean of readers whose landmarks were dealt anew."""
    dealt_low: float
    """Of those, one in twenty gave less."""
    dealt_high: float
    """Of those, one in twenty gave more."""

    @property
    def beyond_chance(self) -> bool:
        """More than nineteen in twenty of those."""
        return self.inside > self.dealt_high


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One unit of one picture. All shares are of the whole map."""

    sensitivity: Floats
    """(478,) 0 or more, 1 together; 0 where nothing is read."""
    regions: tuple[tuple[str, float], ...]
    """Each part of the face with its share of the sensitivity, most first."""
    landmarks: tuple[tuple[int, str, float], ...]
    """The points that count most: number, part of the face, share of the sensitivity."""
    sensitive: Share
    parts: tuple[tuple[str, float], ...]
    """As `hidden_parts` tells; empty where keeping still takes nothing away."""
    read_by: Share | None
    """None where `parts` is empty, or no dealing lost anything."""
    points_inside: float
    """The share of points in the region: chance, were all alike."""

    @property
    def read_by_points(self) -> Floats:
        """(478,) of every point the share of its part in what the unit is read by."""
        shares = np.zeros(POINTS)
        for part, share in self.parts:
            shares[list(REGIONS[part])] = share
        return shares


def explained(weights: Weights, known: Floats, unit: int, *, dealings: int = DEALINGS) -> Explained:
    """Maps of unit number `unit` of `UNITS`. `known`: (inputs,), as in `FaceReading.known`."""
    heat = blame(weights, known, unit)
    shares = heat / max(heat.sum(), 1e-12)
    spread = np.zeros(POINTS)
    spread[list(READ_POINTS)] = shares
    by_region = {region: float(spread[list(points)].sum()) for region, points in REGIONS.items()}
    most = np.argsort(-shares)[:NAMED_POINTS]
    inside, points_inside = share_in_regions(weights, known, unit)
    parts = hidden_parts(weights, known, unit)
    others = _others(weights, known, unit, dealings)
    return Explained(
        sensitivity=spread,
        regions=tuple(sorted(by_region.items(), key=lambda one: -one[1])),
        landmarks=tuple(
            (READ_POINTS[int(i)], REGION_OF[READ_POINTS[int(i)]], float(shares[i])) for i in most
        ),
        sensitive=_against(inside, [share for share, _ in others]),
        parts=parts,
        read_by=_read_by(parts, unit, [share for _, share in others if share is not None]),
        points_inside=points_inside,
    )


def dealt_anew(weights: Weights, rng: np.random.Generator) -> Weights:
    """The same network with its landmarks dealt anew: it takes each point for another."""
    count = 3 * len(READ_POINTS)
    order = rng.permutation(len(READ_POINTS))
    first = weights.first.copy()
    first[:count] = first[:count].reshape(len(READ_POINTS), -1)[order].reshape(count, -1)
    return replace(weights, first=first)


def parts_inside(parts: tuple[tuple[str, float], ...], unit: int) -> float:
    """Of what a unit is read by, the share where FACS sees it, 0..1."""
    return sum(share for part, share in parts if part in UNITS[unit].regions)


def _others(
    weights: Weights, known: Floats, unit: int, dealings: int
) -> list[tuple[float, float | None]]:
    """Both shares inside the region, by each of the readers whose landmarks were dealt anew.

    The second is None where that reader loses nothing by any part's keeping still.
    """
    # The same dealings each time: two runs say the same.
    rng = np.random.default_rng(unit)
    found: list[tuple[float, float | None]] = []
    for _ in range(dealings):
        other = dealt_anew(weights, rng)
        parts = hidden_parts(other, known, unit)
        share = share_in_regions(other, known, unit)[0]
        found.append((share, parts_inside(parts, unit) if parts else None))
    return found


def _read_by(
    parts: tuple[tuple[str, float], ...], unit: int, others: list[float]
) -> Share | None:  # fmt: skip
    return _against(parts_inside(parts, unit), others) if parts and others else None


def _against(inside: float, others: list[float]) -> Share:
    low, high = np.quantile(others, _OUTER)
    return Share(
        inside=inside, dealt=float(np.mean(others)), dealt_low=float(low), dealt_high=float(high)
    )
