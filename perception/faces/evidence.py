"""How sure it is that a unit is there: for one picture, and over time.

Per picture, a logistic curve a unit, fitted on people the network never saw: of how far the unit
seems to have gone, of how far the head is turned, of how small the face is. Over time, a unit is
on or off and changes seldom (a two-state Markov chain, filtered forward); one picture counts for
less than it says, because neighbouring pictures err alike.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.network import Weights
from perception.faces.units import UNITS

Floats = NDArray[np.float64]

TERMS: Final = 6
SURE: Final = 0.7
"""A state is told from this confidence on; below it is unknown."""
LONGEST_STEP_S: Final = 1.0
_LEAST: Final = 1e-4
_ORDINARY_PX: Final = 130.0


def evidence_terms(intensity: Floats, angles: Floats, size_px: Floats) -> Floats:
    """(..., units, TERMS) of (..., units) intensities, (..., 3) angles, (...,) face widths."""
    yaw, pitch = np.abs(angles[..., 0, None]), np.abs(angles[..., 1, None])
    small = _ORDINARY_PX / np.maximum(size_px, 1.0)[..., None]
    parts = np.broadcast_arrays(
        np.ones_like(intensity), intensity, np.sqrt(np.maximum(intensity, 0)), yaw, pitch, small
    )
    return np.stack(parts, axis=-1)


def presence(weights: Weights, intensity: Floats, angles: Floats, size_px: Floats) -> Floats:
    """(..., units) probability that each unit is there, from one picture."""
    terms = evidence_terms(intensity, angles, size_px)
    return sigmoid((terms * weights.evidence).sum(axis=-1))


def sigmoid(value: Floats) -> Floats:
    """Of the logistic curve, without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(value, -40, 40))))


class Course:
    """What is on, over time, for one face. Pure: time comes with the pictures."""

    def __init__(self, course: Floats) -> None:
        """`course`: trust in one picture 0..1, changes a second to on and to off."""
        self._trust, self._on_hz, self._off_hz = (float(v) for v in course)
        self._usual = self._on_hz / (self._on_hz + self._off_hz)
        self._at: float | None = None
        self._there = np.full(len(UNITS), self._usual)

    def take(self, at: float, seen: Floats) -> Floats:
        """(units,) probability now, given `seen`, the probability from this picture alone."""
        step = 0.0 if self._at is None else min(max(at - self._at, 0.0), LONGEST_STEP_S)
        self._at = at
        fade = math.exp(-(self._on_hz + self._off_hz) * step)
        before = self._usual + (self._there - self._usual) * fade
        sharp = np.clip(seen, _LEAST, 1 - _LEAST)
        odds = np.log(sharp / (1 - sharp)) - math.log(self._usual / (1 - self._usual))
        before = np.clip(before, _LEAST, 1 - _LEAST)
        self._there = sigmoid(np.log(before / (1 - before)) + self._trust * odds)
        return self._there
