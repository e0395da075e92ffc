"""How somebody wears a face: how lively, how evenly, with which habits. Pure.

Style and seed change brows, lids, head and eyes; the mouth's share of a style is the same for every
seed, so that lips depend on nothing but what is said and worn.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from actuation.faces.expressions import SHAPES, Bearing, HeadHeld, vector_of
from actuation.joints.moves import REWIND_S, Bump
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float64]


class Habit(BaseModel):
    """One entry of `habits.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    shapes: dict[str, float]
    head: HeadHeld = HeadHeld.model_construct(yaw_rad=0.0, pitch_rad=0.0, roll_rad=0.0)
    every_s: float = Field(gt=1)
    rise_s: float = Field(gt=0)
    hold_s: float = Field(ge=0)
    fall_s: float = Field(gt=0)


@lru_cache(maxsize=1)
def habits() -> Mapping[str, Habit]:
    """All habits of `habits.yaml` by name."""
    text = Path(__file__).with_name("habits.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Habit]).validate_python(yaml.safe_load(text))


class FaceStyle(BaseModel):
    """How somebody wears a face."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    liveliness: float = Field(
        1.0, ge=0, le=2, description="How much brows and head go along with speech; 0: still."
    )
    asymmetry: float = Field(
        0.06, ge=0, le=0.5, description="How much stronger one side of a face is than the other."
    )
    habits: tuple[str, ...] = Field(
        ("brow_flash", "head_tilt", "eye_smile", "chin_up"),
        description="Small things the face does of itself while nothing is said, by name.",
    )

    @field_validator("habits")
    @classmethod
    def _known_habits(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in habits():
                raise ValueError(f"no habit {name}; there is {', '.join(habits())}")
        return names


def styled(worn: Bearing, style: FaceStyle, side: float) -> Bearing:
    """A bearing with one side stronger.

    `side`: -1..1, which side the brows and eyes favour; the mouth's left is always the stronger
    (10.1126/science.705335), so that lips do not depend on a seed.
    """
    shapes = worn.shapes.copy()
    for i, name in enumerate(ARKIT_NAMES):
        if not name.endswith(("Left", "Right")) or name.startswith(("eyeBlink", "eyeLook")):
            continue
        favoured = 1.0 if name.startswith("mouth") else side
        sign = 1.0 if name.endswith("Left") else -1.0
        shapes[i] *= 1 + sign * favoured * style.asymmetry
    return replace(worn, shapes=np.clip(shapes, 0.0, 1.0))


class Habits:
    """The habits of one character over time: seeded, and only while nothing is said."""

    def __init__(self, style: FaceStyle, *, seed: int, start: float) -> None:
        self._random = np.random.default_rng((seed, 0x4AB17))
        self._all = [habits()[name] for name in style.habits if style.liveliness > 0]
        self._often = style.liveliness
        self._next = [start + self._gap(each) for each in self._all]
        self._under_way: list[tuple[Bump, Floats]] = []

    def evaluate(self, times: Floats, *, busy: bool) -> Floats:
        """(n, 52 + 3): shapes and head to add at rising `times`. `busy`: none begins now."""
        for i, habit in enumerate(self._all):
            while self._next[i] <= times[-1]:
                at = self._next[i]
                self._next[i] = at + self._gap(habit)
                if not busy:
                    self._begin(habit, at)
        oldest = times[0] - REWIND_S
        self._under_way = [each for each in self._under_way if each[0].over_at > oldest]
        added = np.zeros((len(times), SHAPES + 3))
        for bump, what in self._under_way:
            added += bump.evaluate(times)[:, None] * what
        return added

    def _begin(self, habit: Habit, at: float) -> None:
        strength, side = float(self._random.uniform(0.6, 1.2)), float(self._random.choice((-1, 1)))
        head = np.array([habit.head.yaw_rad, habit.head.pitch_rad, habit.head.roll_rad])
        head[[0, 2]] *= side
        bump = Bump(
            at + habit.rise_s, strength, rise_s=habit.rise_s, hold_s=habit.hold_s,
            fall_s=habit.fall_s,
        )  # fmt: skip
        self._under_way.append((bump, np.concatenate([vector_of(habit.shapes), head])))

    def _gap(self, habit: Habit) -> float:
        mean = habit.every_s / max(self._often, 0.1)
        return 0.35 * mean + float(self._random.exponential(0.65 * mean))
