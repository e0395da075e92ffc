"""Points of a face freed of the head's motion: what is left is what muscles did, and noise.

A similarity (rotation, size, place) is fitted to points that hardly move, each weighted by how
still it was over learned faces, first to the mean face and then to the person's own face at rest.
What the detector's mesh still bends with the head's turn is taken out by a polynomial of the turn
that was learned with it. The least-squares fit is Umeyama's (10.1109/34.88573).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.faces.points import MODEL_INDEX, MODEL_M

Floats = NDArray[np.float64]

TURN_TERMS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a head stands in the picture."""

    turn: Floats
    """(3, 3): from the face's own frame into the picture's (right, up, out)."""
    size: float
    """Picture units to a metre of an ordinary face."""
    middle: Floats
    """(3,) weighted middle of the points, in the picture."""

    @property
    def angles(self) -> Floats:
        """(3,) yaw to the person's left, pitch up, roll to their right, radians."""
        forward, across = self.turn[:, 2], self.turn[:, 0]
        yaw, pitch = np.arctan2(forward[0], forward[2]), np.arcsin(np.clip(forward[1], -1, 1))
        level = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
        up = np.cross(forward, level)
        return np.array([yaw, pitch, np.arctan2(across @ up, across @ level)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What was learned about still points. Arrays over all 478 points."""

    face_m: Floats
    """(478, 3) the mean face, metres, in its own frame."""
    weights: Floats
    """(478,) how much each point holds the frame."""
    bends_m: Floats
    """(TURN_TERMS, 478 * 3) what the mesh seems to move with the terms of the head's turn."""
    pose: Floats
    """(TURN_TERMS + 1, 3) from the fitted angles' terms to the true angles."""


def plain(points: Floats) -> tuple[Standing, Floats]:
    """The fit to sixteen points of the canonical model: no learning, no person. Metres."""
    weights = np.ones(len(MODEL_INDEX))
    standing = fitted(points[MODEL_INDEX], MODEL_M, weights)
    return standing, own(points, standing, MODEL_M.mean(axis=0))


def fitted(points: Floats, model: Floats, weights: Floats) -> Standing:
    """How `model` (n, 3) stands so that it lies on `points` (n, 3)."""
    share = weights / weights.sum()
    middle, model_middle = share @ points, share @ model
    seen, known = points - middle, model - model_middle
    u, sizes, vt = np.linalg.svd((seen * share[:, None]).T @ known)
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    spread = float((share[:, None] * known**2).sum())
    size = float((sizes * flip).sum()) / max(spread, 1e-12)
    return Standing(turn=(u * flip) @ vt, size=max(size, 1e-9), middle=middle)


def own(points: Floats, standing: Standing, model_middle: Floats) -> Floats:
    """The points in the face's own frame, metres."""
    return np.asarray((points - standing.middle) @ standing.turn / standing.size + model_middle)


def stabilised(
    points: Floats, frame: Frame, rest_m: Floats | None = None
) -> tuple[Standing, Floats]:
    """How the head stands, and (478, 3) points without that. `rest_m`: this person's face."""
    model = frame.face_m if rest_m is None else rest_m
    standing = fitted(points, model, frame.weights)
    middle = frame.weights @ model / frame.weights.sum()
    bent = (turn_terms(standing.angles) @ frame.bends_m).reshape(-1, 3)
    return standing, own(points, standing, middle) - bent


def turn_terms(angles: Floats) -> Floats:
    """(..., TURN_TERMS) of (..., 3) yaw, pitch, roll."""
    yaw, pitch, roll = np.moveaxis(angles, -1, 0)
    return np.stack(
        [
            yaw, pitch, roll, yaw * yaw, pitch * pitch, yaw * pitch, yaw * roll, yaw**3,
            yaw * yaw * pitch,
        ],
        axis=-1,
    )  # fmt: skip


def head_angles(standing: Standing, frame: Frame) -> Floats:
    """(3,) yaw, pitch, roll of the head, freed of the detector's own leaning."""
    terms = np.concatenate([[1.0], turn_terms(standing.angles)])
    return np.asarray(terms @ frame.pose)
