"""Why people come, as data: how they walk, what they want, what they say."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field


class Intention(BaseModel):
    """One kind of person in the lobby."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Short, as the file is called.")
    description: str = Field("", description="One sentence.")
    held_out: bool = Field(False, description="Never trained or tuned on; for tests only.")
    wants_help: bool = Field(description="Comes to be served by a receptionist.")
    speed_m_s: tuple[float, float] = Field((1.0, 1.5), description="Walking, slowest, fastest.")
    eye_height_m: tuple[float, float] = Field((1.5, 1.75), description="Lowest, highest.")
    says: tuple[str, ...] = Field((), description="Ways to begin; `{host}` and the like stand for "
                                  "names of the house.")  # fmt: skip


def load_intentions(folder: Path) -> dict[str, Intention]:
    """Read all intentions of a folder, by name."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        one = Intention.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        found[one.name] = one
    return found
