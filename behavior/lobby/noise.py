"""How far perception is from the truth: what it misses, misplaces and makes up."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field


class DetectorNoise(BaseModel):
    """All of it off means that the agent is told the truth, as far as the camera reaches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Short, as the file is called.")
    description: str = Field("", description="One sentence.")
    place_sd_m: float = Field(0.0, ge=0, le=2, description="Jitter of a place at 1 m.")


def load_detector_noise(path: Path) -> DetectorNoise:
    """Read one kind of noise."""
    return DetectorNoise.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
