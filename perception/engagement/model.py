"""The model: a sum of one curve a cue, so that each cue's share in a decision can be stated.

A generalised additive model (Hastie and Tibshirani 1986): the log-odds of being engaged are a
constant plus, for each cue, the value of a curve given at a few knots, straight in between. Each
curve may only rise or only fall, as its cue's meaning demands: a model of few recordings cannot
learn that 20 degrees off is better than 10. An unknown cue adds nothing.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent.core.errors import BadInputError
from perception.engagement.cues import Cue, Known

FILE = Path(__file__).with_name("weights.json")
_CONFIG = ConfigDict(extra="forbid", frozen=True)


class Curve(BaseModel):
    """What one cue adds to the log-odds."""

    model_config = _CONFIG

    knots: tuple[float, ...] = Field(min_length=2, description="Values of the cue, rising.")
    adds: tuple[float, ...] = Field(description="Log-odds added at each knot.")
    usual: float = Field(
        0.0, description="What it added on average where it was learned; reasons count from here."
    )

    @model_validator(mode="after")
    def _fits(self) -> "Curve":
        if len(self.adds) != len(self.knots) or sorted(set(self.knots)) != list(self.knots):
            raise ValueError("knots must rise, with one value each")
        return self

    def at(self, value: float) -> float:
        """What it adds at a value; beyond the knots it stays as at the last."""
        knots, adds = self.knots, self.adds
        if value <= knots[0]:
            return adds[0]
        for i in range(1, len(knots)):
            if value < knots[i]:
                share = (value - knots[i - 1]) / (knots[i] - knots[i - 1])
                return adds[i - 1] + share * (adds[i] - adds[i - 1])
        return adds[-1]


class Card(BaseModel):
    """How the weights were made, and what they were measured to do."""

    model_config = _CONFIG

    command: str = Field("", description="The command that made it.")
    data: str = Field("", description="What it learned from.")
    date: str = ""
    intended: str = Field("", description="What it is for, and what not.")
    measured: dict[str, float] = Field(default_factory=dict, description="On data left out.")


class Weights(BaseModel):
    """All there is to the model."""

    model_config = _CONFIG

    card: Card = Card()
    constant: float = Field(description="Log-odds when nothing is known.")
    curves: Mapping[Cue, Curve] = Field(description="One for each cue that it uses.")

    def shares(self, known: Known) -> dict[Cue, float]:
        """What each known cue adds to the log-odds."""
        found = {}
        for cue, curve in self.curves.items():
            value = known.get(cue)
            if value is not None:
                found[cue] = curve.at(value)
        return found

    def reasons(self, known: Known) -> dict[Cue, float]:
        """What each known cue adds beyond what it usually does."""
        return {cue: share - self.curves[cue].usual for cue, share in self.shares(known).items()}

    def log_odds(self, known: Known) -> float:
        """Of being engaged, now."""
        return self.constant + sum(self.shares(known).values())


def read_weights(path: Path = FILE) -> Weights:
    """Read a file of weights. Raises `BadInputError` with the file and what is wrong in it."""
    try:
        return Weights.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as fault:
        raise BadInputError(f"{path}: not the engagement model: {fault}") from fault


@cache
def own_weights() -> Weights:
    """Those that ship."""
    return read_weights()
