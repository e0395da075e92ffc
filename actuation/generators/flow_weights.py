"""The weights of the learned body in one file, and the card beside it that says what they are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from actuation.generators.flow_network import FlowShape
from actuation.generators.flow_parts import WIDTH, Scale
from agent.core.errors import BadInputError

FILE: Final = Path(__file__).with_name("flow_body.npz")
_CURE = "`foyer train gesture --out FILE` makes one"
NOT_EVIDENCE: Final = (
    "Distilled from the rule body on synthetic voices: when and how it moves with speech is what "
    "the rules assume. It says nothing about how people gesture, about liking, or about real "
    "voices, and its figures are not comparable with published ones."
)


class BodyCard(BaseModel):
    """What a file of weights is, and how it was made. Lies beside it as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: FlowShape = FlowShape()
    moves_trunk: bool = Field(
        False, description="Trunk, neck and head were learned too; else rules and gaze move them."
    )
    command: str = Field("", description="The command that made it.")
    data: str = Field("", description="What it learned from.")
    held_out: str = Field("", description="What it did not learn from and was measured on.")
    seeds: tuple[int, ...] = ()
    date: str = ""
    figures: dict[str, float] = Field(default_factory=dict, description="On what was held out.")
    is_no_evidence_of: str = NOT_EVIDENCE


def write(path: Path, weights: Mapping[str, Any], scale: Scale, card: BodyCard) -> None:
    """Write weights, as 16-bit numbers, and the card beside them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {name: np.asarray(value, np.float16) for name, value in weights.items()}
    kept |= {"scale.mean": scale.mean, "scale.spread": scale.spread}
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        np.savez_compressed(file, **kept)
    beside.replace(path)
    text = json.dumps(card.model_dump(mode="json"), indent=2)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def read(path: Path = FILE) -> tuple[dict[str, NDArray[np.float32]], Scale, BodyCard]:
    """Weights by name, the scale of their numbers, and their card, or `BadInputError`."""
    try:
        card = BodyCard.model_validate_json(path.with_suffix(".json").read_bytes())
        with np.load(path) as file:
            weights = {name: file[name].astype(np.float32) for name in file.files}
        scale = Scale(weights.pop("scale.mean"), weights.pop("scale.spread"))
    except (OSError, ValueError, KeyError) as fault:
        raise BadInputError(f"{path}: no weights of the learned body: {fault}; {_CURE}") from None
    whole = [*weights.values(), scale.mean, scale.spread]
    if not all(np.isfinite(value).all() for value in whole):
        raise BadInputError(f"{path}: weights that are no numbers; {_CURE}")
    if scale.mean.shape != (WIDTH,) or scale.spread.shape != (WIDTH,) or scale.spread.min() <= 0:
        raise BadInputError(f"{path}: a scale of another body; {_CURE}")
    return weights, scale, card
