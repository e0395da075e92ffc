"""How a body is held in a mood: trunk, shoulders, sway and breath, apart from what the hands do.

The data are in `bearings.yaml`. A bearing is one vector, so that it moves smoothly from one to
the next. A mood changes how the body is held and never how far or how fast a hand goes: that is
style (`body_style`).
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from actuation.faces.expressions import amount_of, faces
from actuation.gestures.style import BodyWish
from agent.core.errors import BadInputError

Floats = NDArray[np.float64]

BODY_BEARING_SIZE: Final = 6
SPINE, CHEST, UP, FORWARD, SWAY, BREATH = range(BODY_BEARING_SIZE)
_NEAR: Final = 0.28
"""How near, in valence and arousal, a bearing is to matter (as for faces)."""


class BodyBearing(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    spine: float = Field(0.0, ge=-0.15, le=0.15)
    chest: float = Field(0.0, ge=-0.15, le=0.15)
    shoulders_up: float = Field(0.0, ge=-0.1, le=0.15)
    shoulders_forward: float = Field(0.0, ge=-0.15, le=0.15)
    sway: float = Field(1.0, ge=0, le=3)
    breath: float = Field(1.0, ge=0, le=3)

    def vector(self) -> Floats:
        """(BODY_BEARING_SIZE,): nothing of it is 0."""
        return np.array([
            self.spine, self.chest, self.shoulders_up, self.shoulders_forward,
            self.sway - 1, self.breath - 1,
        ])  # fmt: skip


@lru_cache(maxsize=1)
def body_bearings() -> Mapping[str, BodyBearing]:
    """All bearings of `bearings.yaml` by name."""
    text = Path(__file__).with_name("bearings.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, BodyBearing]).validate_python(yaml.safe_load(text))


def body_bearing(name: str, intensity: float) -> Floats:
    """(BODY_BEARING_SIZE,) of one face's body; `intensity` is taken into 0..1.

    A face without an entry of its own holds itself by its valence and arousal. Names that are no
    face are refused.
    """
    if name not in faces():
        raise BadInputError(f"body: no {name}; there is {', '.join(faces())}")
    known = body_bearings().get(name)
    if known is not None:
        return known.vector() * amount_of(intensity)
    face = faces()[name]
    return body_bearing_at(face.valence, face.arousal) * amount_of(intensity)


def body_bearing_at(valence: float, arousal: float) -> Floats:
    """(BODY_BEARING_SIZE,) by how pleasant and how lively a mood is, each -1..1.

    Bearings near that point, weighed by a Gaussian of their distance. As with faces, anger and
    disgust are not reached: pleasantness and liveliness do not tell them from fear.
    """
    at = np.clip(np.nan_to_num([valence, arousal]), -1.0, 1.0)
    names = [name for name in body_bearings() if name not in {"angry", "disgusted", "contemptuous"}]
    away = np.array([[faces()[n].valence, faces()[n].arousal] for n in names]) - at
    weights = np.exp(-np.sum(away**2, axis=1) / (2 * _NEAR**2)) + 1e-9
    mixed = sum(w * body_bearings()[n].vector() for w, n in zip(weights, names, strict=True))
    return np.asarray(mixed / weights.sum())


def bearing_wished(wish: BodyWish) -> Floats:
    """(BODY_BEARING_SIZE,) of a wish: its emotion by name, else its valence and arousal."""
    if wish.emotion is not None:
        return body_bearing(wish.emotion, wish.intensity)
    if wish.valence == 0.0 and wish.arousal == 0.0:
        return np.zeros(BODY_BEARING_SIZE)
    return body_bearing_at(wish.valence, wish.arousal) * wish.intensity
