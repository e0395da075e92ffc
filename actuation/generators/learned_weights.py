"""The weights of the learned face in one file, and the card beside it that says what they are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.generators.learned_alignment import SOUNDS
from actuation.generators.learned_network import NetworkShape
from agent.core.errors import BadInputError

FILE: Final = Path(__file__).with_name("learned_face.npz")
_CURE = "`foyer train face --out FILE` makes one"
NOT_EVIDENCE: Final = (
    "Distilled from a rule teacher on synthetic voices: agreement with the teacher says nothing "
    "about how people's lips move, nor about voices unlike those named here."
)


class FaceCard(BaseModel):
    """What a file of weights is, and how it was made. Lies beside it as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: NetworkShape = NetworkShape()
    priors: tuple[float, ...] = Field(
        (1 / SOUNDS,) * SOUNDS, description="How often each class of phone is heard at all."
    )
    closes_from: tuple[float, float] = Field(
        (0.25, 0.65), description="Odds from which lips begin to meet, and from which they have."
    )
    meets_from: tuple[float, float] = Field(
        (0.25, 0.65), description="The same for the lower lip and the upper teeth."
    )
    closes_from_read: tuple[float, float] | None = Field(
        None, description="`closes_from` where the text is known; none: the same."
    )
    meets_from_read: tuple[float, float] | None = Field(
        None, description="`meets_from` where the text is known; none: the same."
    )
    usual: tuple[float, ...] = Field(
        (), description="The mean of loud sound at the voices learned from; empty: nothing is "
        "evened out.",
    )  # fmt: skip
    command: str = Field("", description="The command that made it.")
    data: str = Field("", description="What it learned from.")
    held_out: str = Field("", description="What it did not learn from and was measured on.")
    seeds: tuple[int, ...] = ()
    date: str = ""
    figures: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="By voice held out and way of driving."
    )
    is_no_evidence_of: str = NOT_EVIDENCE

    def odds(self, *, read: bool) -> tuple[tuple[float, float], tuple[float, float]]:
        """From which odds lips meet, and lip and teeth; `read`: with the text."""
        if not read:
            return self.closes_from, self.meets_from
        return self.closes_from_read or self.closes_from, self.meets_from_read or self.meets_from


def write(path: Path, weights: Mapping[str, Any], card: FaceCard) -> None:
    """Write weights, as 16-bit numbers, and the card beside them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {name: np.asarray(value, np.float16) for name, value in weights.items()}
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        np.savez_compressed(file, **kept)
    beside.replace(path)
    text = json.dumps(card.model_dump(mode="json"), indent=2)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def read(path: Path = FILE) -> tuple[dict[str, NDArray[np.float32]], FaceCard]:
    """Weights by name and their card, or `BadInputError`."""
    try:
        card = FaceCard.model_validate_json(path.with_suffix(".json").read_bytes())
        with np.load(path) as file:
            weights = {name: file[name].astype(np.float32) for name in file.files}
    except (OSError, ValueError) as fault:
        raise BadInputError(f"{path}: no weights of the learned face: {fault}; {_CURE}") from None
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise BadInputError(f"{path}: weights that are no numbers; {_CURE}")
    return weights, card
