"""Days: when the house is open, who comes when, alone or with others."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field


class Hour(BaseModel):
    """An hour of the day with its traffic."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hour: int = Field(ge=0, le=23, description="The hour that begins here, local time.")
    arrivals: float = Field(ge=0, le=2000, description="Arrivals (alone or groups) in this hour.")
    more: dict[str, float] = Field({}, description="Intentions that are so many times likelier.")


class DayProfile(BaseModel):
    """One kind of day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Short, as the file is called.")
    description: str = Field("", description="One sentence.")
    held_out: bool = Field(False, description="Never trained or tuned on; for tests only.")
    opens_hour: float = Field(8.0, ge=0, le=24, description="Local time.")
    closes_hour: float = Field(18.0, ge=0, le=24, description="Local time.")
    hours: tuple[Hour, ...] = Field(min_length=1, description="Traffic, hour by hour.")
    groups: float = Field(1.0, ge=0, le=20, description="Factor on the likelihood of company.")
    intentions: dict[str, float] = Field(description="Weight of each intention among arrivals.")


def load_day_profile(path: Path) -> DayProfile:
    """Read one day."""
    return DayProfile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
