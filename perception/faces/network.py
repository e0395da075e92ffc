"""The small network from a stabilised face to 52 blendshapes, and its file of weights.

One hidden layer over what the points of a face have moved from this person's own face at rest,
together with how the head stands. Its inputs are points, so what an answer depends on can be
asked: `blame` is the derivative of a unit by each point.
"""

import json
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.faces.frame import Frame
from perception.faces.points import READ_POINTS
from perception.faces.units import UNITS

Floats = NDArray[np.float64]

FILE: Final = Path(__file__).with_name("weights.npz")
CARD: Final = Path(__file__).with_name("weights.json")
"""What the weights were made of, what they are for, and what they do."""
CENTIMETRE: Final = 0.01
GAZE_TERMS: Final = 11
COURSE_TERMS: Final = 12
BRIEF_TERMS: Final = 8
PICTURE_TERMS: Final = 4
"""Of those, what one picture says by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """All that was learned about faces."""

    face_m: Floats
    weights: Floats
    bends_m: Floats
    pose: Floats
    gaze: Floats
    """(GAZE_TERMS, 2) from terms of irises and head to yaw and pitch of the eyes."""
    first: Floats
    """(inputs, hidden)."""
    first_bias: Floats
    second: Floats
    """(hidden, 52)."""
    second_bias: Floats
    evidence: Floats
    """(units, terms) of the confidence, see `evidence.py`."""
    told: Floats
    """(units,) 1: reliable enough to be told; 0: always unknown."""
    course: Floats
    """(COURSE_TERMS,) of the confidence over time, see `evidence.py`."""
    brief_planes: Floats
    """(points * 3, units) of movements under half a second, see `brief.py`."""
    brief_noise: Floats
    """(units,) what those say of a unit that does nothing."""
    brief_curve: Floats
    """(BRIEF_TERMS,)."""

    @property
    def frame(self) -> Frame:
        """The part that stabilises."""
        return Frame(face_m=self.face_m, weights=self.weights, bends_m=self.bends_m, pose=self.pose)


def load(path: Path = FILE) -> Weights:
    """Read weights. Raises `BackendUnavailableError` for a file that is missing or damaged."""
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            arrays = {
                field.name: np.asarray(file[field.name], np.float64) for field in fields(Weights)
            }
            if arrays["course"].shape != (COURSE_TERMS,):
                raise ValueError("it is of another version")
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile, EOFError) as fault:
        raise BackendUnavailableError(
            f"faces: {path} cannot be read ({fault}); make it again: foyer train expressions"
        ) from None
    return Weights(**arrays)


def as_kept(weights: Weights) -> Weights:
    """As they come back from a file, which keeps half of the digits."""
    kept = {f.name: getattr(weights, f.name).astype(np.float32) for f in fields(Weights)}
    return Weights(**{name: array.astype(np.float64) for name, array in kept.items()})


def save(weights: Weights, path: Path, card: dict[str, object]) -> None:
    """Write weights, and their card beside them."""
    kept = {field.name: getattr(weights, field.name) for field in fields(Weights)}
    np.savez_compressed(path, **{name: array.astype(np.float32) for name, array in kept.items()})
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def inputs(moved_m: Floats, angles: Floats) -> Floats:
    """(..., inputs) of (..., 478, 3) points against the face at rest, and (..., 3) the head."""
    read = moved_m[..., list(READ_POINTS), :] / CENTIMETRE
    return np.concatenate([read.reshape(*read.shape[:-2], -1), angles], axis=-1)


def shapes_of(weights: Weights, seen: Floats) -> Floats:
    """(..., 52) in 0..1 of (..., inputs)."""
    hidden = np.tanh(seen @ weights.first + weights.first_bias)
    return np.asarray(np.clip(hidden @ weights.second + weights.second_bias, 0.0, 1.0))


def blame(weights: Weights, seen: Floats, unit: int) -> Floats:
    """(len(READ_POINTS),) how much each point counts for unit number `unit` of `UNITS`, 0 or more.

    The length of the derivative of the unit's blendshapes by the point's three coordinates.
    """
    hidden = np.tanh(seen @ weights.first + weights.first_bias)
    out = weights.second[:, UNITS[unit].columns].mean(axis=1) * (1 - hidden**2)
    slopes = (weights.first @ out)[: 3 * len(READ_POINTS)]
    return np.asarray(np.linalg.norm(slopes.reshape(-1, 3), axis=1))


def gaze_terms(stabilised_m: Floats, angles: Floats) -> Floats:
    """(..., GAZE_TERMS): irises between the corners and the lids of their eyes, and the head."""
    sides = []
    for outer, inner, upper, lower, iris in ((263, 362, 386, 374, 473), (33, 133, 159, 145, 468)):
        eye = (stabilised_m[..., outer, :] + stabilised_m[..., inner, :]) / 2
        lids = (stabilised_m[..., upper, :] + stabilised_m[..., lower, :]) / 2
        off = (stabilised_m[..., iris, :] - eye) / CENTIMETRE
        sides += [off[..., 0], off[..., 1], (lids - eye)[..., 1] / CENTIMETRE]
    yaw, pitch = angles[..., 0], angles[..., 1]
    return np.stack([np.ones_like(yaw), *sides, yaw, pitch, yaw * pitch, yaw * yaw], axis=-1)
