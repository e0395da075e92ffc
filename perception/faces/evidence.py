"""How sure it is that a unit is there: for one picture, and over time.

Per picture, a logistic curve a unit, fitted on people the network never saw: of how far the unit
seems to have gone, of how far the head is turned, of how small the face is.

Over time, one more logistic curve, the same for every unit: what this picture says, how far the
unit seems to have gone, and how far both are from their own running means of the last second.
Fitted on films of people whom nothing else was learned from.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.network import COURSE_TERMS, Weights
from perception.faces.units import UNITS

Floats = NDArray[np.float64]

TERMS: Final = 6
SURE: Final = 0.7
"""A state is told from this confidence on; below it is unknown."""
MEANS_S: Final = (0.05, 0.12, 0.3, 0.8)
"""Of what the running means remember."""
PICTURE_ALONE: Final = np.eye(COURSE_TERMS)[1]
"""The course that believes each picture."""
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
        """`course`: (COURSE_TERMS,) weights, as in `Weights.course`."""
        self._course = course
        self._at: float | None = None
        self._means = np.zeros((len(MEANS_S), 2, len(UNITS)))

    def take(self, at: float, seen: Floats, intensity: Floats) -> Floats:
        """(units,) probability now. `seen`: (units,) from this picture; `intensity`: (units,)."""
        return sigmoid(self.terms(at, seen, intensity) @ self._course)

    def terms(self, at: float, seen: Floats, intensity: Floats) -> Floats:
        """(units, COURSE_TERMS) of this picture, which is remembered."""
        sharp = np.clip(seen, _LEAST, 1 - _LEAST)
        now = np.stack([np.log(sharp / (1 - sharp)), intensity])
        if self._at is None:
            self._means[:] = now
        step = 0.0 if self._at is None else max(at - self._at, 0.0)
        self._at = at
        kept = np.exp(-step / np.array(MEANS_S))[:, None, None]
        self._means = kept * self._means + (1 - kept) * now
        off = now - self._means
        return np.stack(
            [
                np.ones_like(seen), now[0], intensity, np.sqrt(np.maximum(intensity, 0)),
                *off[:, 0], *off[:, 1],
            ],
            axis=-1,
        )  # fmt: skip
