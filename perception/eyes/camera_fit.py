"""Estimates how a camera hangs from the people who walk before it. Pure.

How far somebody is can be read off the size of their body, which needs no floor, and off where
their feet touch it, which needs the camera's height and tilt. The height and tilt with which both
agree for many people, near and far, are the camera's. People differ in size by a tenth, so it
takes some of them; the spread says how sure it is. The angle of view is asked of those who walk
(`camera_view.py`); where they cannot tell it, the stated one stays.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agent.core.messages import PersonId
from perception.eyes.camera import CameraConfig
from perception.eyes.camera_view import ViewFit, ViewGuess
from perception.eyes.sightings import Body, Cue

FEWEST = 30
"""Bodies with feet that are needed to say anything."""
HEIGHTS_M = np.arange(0.6, 3.01, 0.1)
TILTS_RAD = np.radians(np.arange(-20.0, 20.01, 0.25))
LEVEL_RAD = 0.02
LIKELY_M = 0.5
"""By how much a stated height may well be wrong."""
DEPTH = 1.5
"""The farthest must be so many times as far as the nearest for the height to be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraGuess:
    """How the camera hangs, by the people seen."""

    height_m: float
    tilt_deg: float
    spread: float
    """Median relative difference of the two distances that is left; 0.1 is people's size."""
    bodies: int
    view: ViewGuess | str
    """The angle of view, or why it cannot be told."""

    @property
    def horizontal_fov_deg(self) -> float | None:
        """The angle of view, where it is sure enough to be used."""
        return _sure_deg(self.view)

    def as_yaml(self) -> str:
        """What to write into the site's configuration, with the reasons."""
        fov = self.horizontal_fov_deg
        if isinstance(self.view, str):
            told = f"      # angle of view: {self.view}"
        else:
            told = (
                f"{self.view.walks} walks of {self.view.people} people,"
                f" {self.view.horizontal_fov_deg:g} +- {self.view.off_deg:g}"
            )
            sure = f"      horizontal_fov_deg: {fov:g}  # {told}"
            told = sure if fov is not None else f"      # angle of view not sure: {told}"
        return "\n".join(
            [
                f"# {self.bodies} bodies; {self.spread:.0%} is left between feet and size",
                "seeing:",
                "  people:",
                "    camera:",
                f"      height_m: {self.height_m:g}",
                f"      tilt_deg: {self.tilt_deg:g}",
                told,
            ]
        )


@dataclass(slots=True)
class CameraFit:
    """Collects bodies, and says what fits them."""

    config: CameraConfig
    """What the distances of the bodies were read with."""
    _feet_rad: list[float] = field(default_factory=list)
    """How far below level the feet seemed."""
    _body_m: list[float] = field(default_factory=list)
    _view: ViewFit = field(init=False)

    def __post_init__(self) -> None:
        pan_rad = math.radians(self.config.pan_deg)
        self._view = ViewFit(self.config.horizontal_fov_deg, pan_rad)

    def follow(self, person: PersonId, at: float, body: Body) -> None:
        """Take in where somebody who is followed was seen at this moment."""
        for reading in body.ranges:
            if reading.cue is Cue.BODY:
                self._view.take(person, at, reading.distance_m, body.bearing_rad)

    def take(self, bodies: Iterable[Body]) -> None:
        """Take in the bodies of one picture; those without feet say nothing."""
        for body in bodies:
            metres = {reading.cue: reading.distance_m for reading in body.ranges}
            if Cue.FEET in metres and Cue.BODY in metres:
                self._feet_rad.append(math.atan2(self.config.height_m, metres[Cue.FEET]))
                self._body_m.append(metres[Cue.BODY])

    def guess(self) -> CameraGuess | None:
        """Height and tilt with which feet and sizes agree best; None: too few were seen."""
        if len(self._body_m) < FEWEST:
            return None
        view = self._view.guess()
        sure_deg = _sure_deg(view)
        longer = 1.0 if sure_deg is None else self._longer(sure_deg)
        tilt_rad = math.radians(self.config.tilt_deg)
        # With a longer lens all is as many times farther, and as many times less below the middle.
        below = np.tan(np.array(self._feet_rad) + tilt_rad) / longer
        feet, metres = np.arctan(below) - tilt_rad, longer * np.array(self._body_m)
        near, far = np.percentile(metres, (5, 95))
        heights = HEIGHTS_M if far >= DEPTH * near else np.array([self.config.height_m])
        fits = [(*_tilt_for(float(height), feet, metres), float(height)) for height in heights]
        cost = [
            spread * (1 + 0.02 * ((height - self.config.height_m) / LIKELY_M) ** 2)
            for _, spread, height in fits
        ]
        tilt_rad, spread, height_m = fits[int(np.argmin(cost))]
        return CameraGuess(
            height_m=round(height_m, 2),
            tilt_deg=round(self.config.tilt_deg + math.degrees(tilt_rad), 1),
            spread=round(spread, 3),
            bodies=len(metres),
            view=view,
        )

    def _longer(self, fov_deg: float) -> float:
        """Focal length of an angle of view against that of the stated one."""
        stated = math.tan(math.radians(self.config.horizontal_fov_deg) / 2)
        return stated / math.tan(math.radians(fov_deg) / 2)


def _tilt_for(
    height_m: float, feet_rad: NDArray[np.float64], metres: NDArray[np.float64]
) -> tuple[float, float]:
    """The change of tilt with which feet are, in the median, where sizes say; what is left."""
    best, least = (0.0, math.inf), math.inf
    for tilt in TILTS_RAD:
        below = feet_rad - tilt
        if np.mean(below > LEVEL_RAD) < 0.95:
            continue
        apart = np.log(height_m / np.tan(np.maximum(below, LEVEL_RAD))) - np.log(metres)
        middle = float(np.median(apart))
        if abs(middle) < least:
            least = abs(middle)
            best = (float(tilt), float(np.median(np.abs(apart - middle))))
    return best


def _sure_deg(view: ViewGuess | str) -> float | None:
    return view.horizontal_fov_deg if isinstance(view, ViewGuess) and view.sure else None
