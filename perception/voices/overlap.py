"""Whether two people speak at once: a second of sound at a time, and where the voices come from.

A fitted line through the features of `overlap_features.py` (`foyer train overlap`); where an array
tells directions, two of them at once weigh more than how it sounds. What is told is a fact about
the sound: a turn says how much of it may be mixed, and nobody is silenced here.
"""

import json
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.core.messages import Message, SoundDirection, SpeechContinues, TurnEnded
from perception.audio import FRAME_S
from perception.senses import SoundChunk
from perception.voices.overlap_features import FRAMES, NAMES, Features, FrameFeatures, features

WEIGHTS: Final = Path(__file__).with_name("overlap_weights.json")
_VOICE = 0.5
_LEAST_VOICED: Final = 0.6
_EVERY: Final = 8
_RECENT_S: Final = 0.5
_TWO_PLACES, _ONE_PLACE = 2.5, -1.5
"""What an array's two directions, or one, add to the evidence, natural logarithm of odds."""


@dataclass(frozen=True, slots=True)
class OverlapWeights:
    """A line through standardised features."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float

    def evidence(self, found: Features) -> float:
        """For two voices, natural logarithm of odds; limited, as sound alone never proves it."""
        told = float((found - self.mean) / self.scale @ self.weights) + self.bias
        return max(-4.0, min(4.0, told))


@cache
def read_weights(path: Path = WEIGHTS) -> OverlapWeights:
    """The fitted weights. Raises `ValueError` for those of other features."""
    told = json.loads(path.read_text(encoding="utf-8"))
    if tuple(told["features"]) != NAMES:
        raise ValueError(f"{path}: fitted to other features; run foyer train overlap")
    mean, scale, weights = (np.array(told[k], np.float64) for k in ("mean", "scale", "weights"))
    return OverlapWeights(mean, scale, weights, float(told["bias"]))


class OverlapJudge:
    """Looks at the last second of voice four times a second."""

    def __init__(self, weights: OverlapWeights | None = None) -> None:
        """`weights`: others than the fitted ones, for fitting and tests."""
        self._weights = weights or read_weights()
        self._frames = FrameFeatures()
        self._rows: deque[tuple[NDArray[np.float64], bool]] = deque(maxlen=FRAMES)
        self._since_look = 0
        self._direction: SoundDirection | None = None
        self._looks: list[float] = []
        self.now = 0.0
        """How surely two speak at once just now, 0..1."""

    def see(self, message: Message) -> None:
        """Take in a direction of sound."""
        if isinstance(message, SoundDirection) and message.speech:
            self._direction = message

    def hear(
        self, frame: SoundChunk, probability: float, *, agent_speaks: bool
    ) -> Sequence[Message]:
        """Listen along; publishes nothing of its own."""
        if agent_speaks:  # what is left of its own voice is no second visitor
            self._rows.clear()
            self.now = 0.0
            return ()
        if probability < _VOICE and not any(voice for _, voice in self._rows):
            self._rows.clear()
            self._frames.skip(frame.samples)  # an empty hall costs nothing
            return ()
        self._rows.append((self._frames.read(frame.samples), probability >= _VOICE))
        self._since_look += 1
        voiced = sum(voice for _, voice in self._rows)
        if voiced < _LEAST_VOICED * FRAMES:
            self.now = 0.0
        elif len(self._rows) == FRAMES and self._since_look >= _EVERY:
            self._since_look = 0
            self._look(frame.at + FRAME_S)
        return ()

    def complete(self, message: Message) -> Message:
        """A voice that goes on with what is told now; a turn with the share of it that was two."""
        match message:
            case SpeechContinues():
                return replace(message, overlap=round(self.now, 2))
            case TurnEnded(typed=False):
                looks, self._looks = self._looks, []
                share = sum(looks) / len(looks) if looks else 0.0
                return replace(message, overlap=round(share, 2))
            case _:
                return message

    def _look(self, at: float) -> None:
        found = features(np.array([row for row, _ in self._rows]))
        if found is None:
            return
        evidence = self._weights.evidence(found)
        direction = self._direction
        if direction is not None and at - direction.at <= _RECENT_S:
            evidence += _TWO_PLACES if direction.others_rad else _ONE_PLACE
        self.now = 1.0 / (1.0 + math.exp(-evidence))
        self._looks.append(self.now)
        del self._looks[:-400]
