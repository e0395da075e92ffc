"""What `foyer perceive --explain` tells and draws of one action unit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.core.messages import PersonId
from perception.faces.points import POINTS, READ_POINTS, REGIONS
from perception.faces.reader import FaceReading, UnitSeen
from perception.faces.sensitivity import Explained, Share
from perception.faces.units import Unit

if TYPE_CHECKING:
    from perception.backends.face_map import FaceMap


def map_of(
    person: PersonId, unit: Unit, reading: FaceReading, seen: UnitSeen, found: Explained
) -> "FaceMap":
    """The drawing on a plain ground: the face's own points, seen from the front."""
    # Heavy: only where something is drawn.
    from perception.backends.face_map import FaceMap, Panel

    read = np.zeros(POINTS, np.bool_)
    read[list(READ_POINTS)] = True
    sensitive = Panel(
        title="Sensitivity: what each point would change if it moved",
        values=found.sensitivity,
        lines=_under(found, found.sensitive, found.regions[:4]),
    )
    read_by = Panel(
        title="Read by: what is lost when a part keeps still",
        values=found.read_by_points,
        lines=_under(found, found.read_by, found.parts[:4]),
    )
    return FaceMap(
        heading=f"AU {unit.number}: {unit.name}",
        about=f"{person} at {reading.at:.2f} s; told: {seen.told}, confidence"
        f" {seen.confidence:.2f}, intensity {seen.intensity:.2f}; against {_rest(reading)}",
        places=reading.face_m[:, :2] * (1, -1),
        read=read,
        outlined=[REGIONS[region] for region in unit.regions],
        panels=(sensitive, read_by),
        key=f"where FACS sees it: {', '.join(unit.regions)}. Left here is the person's right."
        " Specks are not read.",
    )


def line_of(
    person: PersonId, unit: Unit, reading: FaceReading, seen: UnitSeen, found: Explained
) -> dict[str, Any]:
    """What is printed of one unit, as JSON."""
    return {
        "kind": "FaceUnitExplained", "at": round(reading.at, 4), "person": person,
        "unit": unit.number, "name": unit.name, "told": str(seen.told),
        "confidence": _short(seen.confidence), "intensity": _short(seen.intensity),
        "asymmetry": _short(seen.asymmetry), "against": _rest(reading),
        "facs_sees_it_at": list(unit.regions), "points_inside": _short(found.points_inside),
        "sensitivity": {
            **_share(found.sensitive),
            "regions": {region: _short(share) for region, share in found.regions},
            "landmarks": [
                {"point": point, "region": region, "share": round(share, 4)}
                for point, region, share in found.landmarks
            ],
        },
        "read_by": {
            **(_share(found.read_by) if found.read_by is not None else {"inside": None}),
            "parts": {part: _short(share) for part, share in found.parts},
        },
    }  # fmt: skip


def _rest(reading: FaceReading) -> str:
    return "own face at rest" if reading.own_rest else "mean face"


def _share(share: Share) -> dict[str, Any]:
    return {
        "inside": _short(share.inside), "beyond_chance": share.beyond_chance,
        "dealt_anew": {
            "mean": _short(share.dealt), "low": _short(share.dealt_low),
            "high": _short(share.dealt_high),
        },
    }  # fmt: skip


def _under(
    found: Explained, share: Share | None, most: Sequence[tuple[str, float]]
) -> tuple[str, str]:
    """Two lines under a map."""
    if share is None:
        return "nothing is lost by any part's keeping still", ""
    chance = "more than" if share.beyond_chance else "no more than"
    return (
        f"inside the outline {share.inside:.0%}, {chance} chance: points there"
        f" {found.points_inside:.0%}, dealt anew {share.dealt_low:.0%} to {share.dealt_high:.0%}",
        ", ".join(f"{name} {part:.0%}" for name, part in most),
    )


def _short(value: float) -> float:
    return round(value, 3)
