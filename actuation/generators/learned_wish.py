"""What is wished of a learned face beside its lips, and what chance adds to it. Pure, numpy.

Faces are the agent's own of `expressions.yaml`, alone or mixed, the eight basic emotions among
them; or a place on the circumplex of valence and arousal (Russell 1980, 10.1037/h0077714). None of
it reaches the mouth, which is another network's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actuation.faces.expressions import Bearing, bearing, bearing_at, faces
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES

Floats = NDArray[np.float32]

FACES: Final = (
    "neutral", "happy", "sad", "angry", "afraid", "surprised", "disgusted", "contemptuous",
    "friendly", "calm", "apologetic", "concerned", "thinking", "attentive", "serious",
    "sympathetic", "proud", "playful", "tired", "doubtful",
)  # fmt: skip
"""What the network was taught; the order of its inputs."""
IDENTITY: Final = 4
"""Numbers of the identity adapter: strength of brows, of nods, of sway, and which side leads."""
CONDITION: Final = len(FACES) + 4 + IDENTITY
CHANCE: Final = 6
PARTS: Final = {
    "expression": slice(0, len(ARKIT_NAMES)),
    "head": slice(len(ARKIT_NAMES), len(ARKIT_NAMES) + 3),
    "gaze": slice(len(ARKIT_NAMES) + 3, len(ARKIT_NAMES) + 5),
    "speaks": slice(len(ARKIT_NAMES) + 5, len(ARKIT_NAMES) + 6),
}
MANNER: Final = len(ARKIT_NAMES) + 6
STIRS: Final = np.array(
    [name.startswith("brow") for name in ARKIT_NAMES] + [True] * 3 + [False] * 3
)
"""(MANNER,) what a lively style moves further: brows and head."""
_WAVES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a sound is to be worn. All values are taken into their range; NaN is refused."""

    emotions: Mapping[str, float] = field(default_factory=lambda: {"friendly": 1.0})
    """Weights of faces by name, 0..1 each; `Expression` values are such names."""
    intensity: float = 0.5
    """0..1."""
    valence: float | None = None
    """-1..1 unpleasant to pleasant; with `arousal` it takes the place of `emotions`."""
    arousal: float | None = None
    """-1..1 calm to excited."""
    liveliness: float = 0.5
    """The style: 0 reserved, 1 lively."""
    articulation: float = 1.0
    """0.5..1.5: strength of lip and jaw motion; closures stay closures."""
    identity: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """-1..1 each: the adapter of one character, see `IDENTITY`."""

    def __post_init__(self) -> None:
        numbers = [self.intensity, self.liveliness, self.articulation, *self.identity]
        numbers += [v for v in (self.valence, self.arousal) if v is not None]
        numbers += list(self.emotions.values())
        if not np.isfinite(numbers).all():
            raise BadInputError("wish: a value that is no number; give 0..1, or -1..1 for feelings")
        if len(self.identity) != IDENTITY:
            raise BadInputError(f"wish: identity of {len(self.identity)} numbers, not {IDENTITY}")
        if unknown := [name for name in self.emotions if name not in FACES]:
            raise BadInputError(f"wish: no face {unknown[0]}; there is {', '.join(FACES)}")

    @property
    def by_feeling(self) -> bool:
        """Valence and arousal are given instead of faces."""
        return self.valence is not None or self.arousal is not None

    def mixed(self) -> Mapping[str, float]:
        """Weights of faces times intensity, 0..1; empty where it goes by feeling."""
        strength = float(np.clip(self.intensity, 0, 1))
        if self.by_feeling:
            return {}
        return {e: float(np.clip(w, 0, 1)) * strength for e, w in self.emotions.items()}

    def felt(self) -> tuple[float, float]:
        """Valence and arousal, -1..1."""
        strength = float(np.clip(self.intensity, 0, 1))
        if self.by_feeling:
            place = np.clip([self.valence or 0.0, self.arousal or 0.0], -1, 1) * strength
            return float(place[0]), float(place[1])
        known, mixed = faces(), self.mixed()
        valence = sum(known[e].valence * w for e, w in mixed.items())
        arousal = sum(known[e].arousal * w for e, w in mixed.items())
        return float(np.clip(valence, -1, 1)), float(np.clip(arousal, -1, 1))

    def bearing(self) -> Bearing:
        """The face that is wished, by rule: what the network was taught to wear."""
        if self.by_feeling:
            return bearing_at(*self.felt())
        return bearing(self.mixed().items())

    @property
    def amplitude(self) -> float:
        """How far brows and head go from where they rest: 1 for a liveliness of a half.

        The teacher's own law, 0.3 for the stillest and 1.7 for the liveliest. It is applied to
        what the network says, not asked of it: a network that guesses at stresses hears little of
        a factor that only the biggest motions show.
        """
        return 0.3 + 1.4 * float(np.clip(self.liveliness, 0, 1))

    def condition(self) -> Floats:
        """(CONDITION,) as the network takes it, for a liveliness of a half."""
        mixed = self.mixed()
        return np.array(
            [
                *(mixed.get(name, 0.0) for name in FACES),
                *self.felt(),
                float(self.by_feeling),
                0.5,
                *np.clip(self.identity, -1, 1),
            ],
            np.float32,
        )


def chance(seed: int, times_s: NDArray[np.float64]) -> Floats:
    """(n, CHANCE) slow noise, about -2..2: a pure function of seed and time, 0.05 to 0.6 Hz."""
    hz, phase, weight = _waves(seed)
    turns = 2 * np.pi * (times_s[:, None, None] * hz + phase)
    return np.asarray((np.sin(turns) * weight).sum(-1), np.float32)


@cache
def _waves(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(abs(seed))
    hz = rng.uniform(0.05, 0.6, (CHANCE, _WAVES))
    weight = rng.uniform(0.5, 1.0, (CHANCE, _WAVES))
    weight *= np.sqrt(2 / np.sum(weight**2, axis=1, keepdims=True))
    return hz, rng.random((CHANCE, _WAVES)), weight
