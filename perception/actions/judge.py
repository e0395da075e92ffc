"""How likely each phrase is true of a body, learned from motions that are no action.

One hidden layer over the cues of a hand (`cues.py`), each with whether it was seen at all. Trained
with bodies, hands and faces missing, so a phrase is judged by whatever is there; where nothing
tells of it the answer is how often it is true at all.
"""

import json
import math
import zipfile
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.core.errors import BackendUnavailableError
from perception.actions.cues import CUES
from perception.actions.phrases import PHRASES

Floats = NDArray[np.float64]

FILE: Final = Path(__file__).with_name("weights.npz")
CARD: Final = Path(__file__).with_name("weights.json")
SHARE: Final = 0.5
"""Of what is judged in the mean of judged and measured, where both are known."""
_LEAST: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """All that was learned about phrases."""

    middle: Floats
    """(CUES,)."""
    spread: Floats
    """(CUES,)."""
    first: Floats
    """(2 * CUES, hidden)."""
    first_bias: Floats
    second: Floats
    """(hidden, phrases)."""
    second_bias: Floats


@cache
def own_weights() -> Weights | None:
    """Those that ship; None where there are none."""
    return load() if FILE.is_file() else None


def load(path: Path = FILE) -> Weights:
    """Read weights. Raises `BackendUnavailableError` for a file that is missing or damaged."""
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            weights = Weights(
                **{
                    field.name: np.asarray(file[field.name], np.float64)
                    for field in fields(Weights)
                }
            )
            if weights.second.shape[1] != len(PHRASES) or len(weights.middle) != CUES:
                raise ValueError("of other phrases")
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile, EOFError) as fault:
        raise BackendUnavailableError(
            f"actions: {path} cannot be read ({fault}); make it again: foyer train actions"
        ) from None
    return weights


def seen_inputs(weights: Weights, rows: Floats) -> Floats:
    """(..., 2 * CUES) of (..., CUES): unknown cues stand at their middle and say so."""
    known = np.isfinite(rows)
    apart = np.clip(
        (np.where(known, rows, weights.middle) - weights.middle) / weights.spread, -5, 5
    )
    return np.concatenate([apart, known - 0.5], axis=-1)


def likely(weights: Weights, rows: Floats) -> Floats:
    """(..., phrases) probabilities of (..., CUES) cues."""
    hidden = np.tanh(seen_inputs(weights, rows) @ weights.first + weights.first_bias)
    return sigmoid(hidden @ weights.second + weights.second_bias)


def sigmoid(value: Floats) -> Floats:
    """Of the logistic curve, without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(value, -40, 40))))


def both(measured: float, judged: float) -> float:
    """The mean of two truths, taken as odds; what was not measured is as judged."""
    if not math.isfinite(measured):
        return judged
    values = np.clip([measured, judged], _LEAST, 1 - _LEAST)
    odds = np.log(values / (1 - values))
    return float(sigmoid((1 - SHARE) * odds[0] + SHARE * odds[1]))


def save(weights: Weights, path: Path, card: dict[str, object]) -> None:
    """Write weights, and their card beside them."""
    kept = {field.name: getattr(weights, field.name) for field in fields(Weights)}
    np.savez_compressed(path, **{name: array.astype(np.float32) for name, array in kept.items()})
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
