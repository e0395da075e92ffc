"""What every further body's configuration begins with."""

from pydantic import BaseModel, ConfigDict, Field


class NamedBody(BaseModel):
    """A body beside the page's avatar."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", max_length=40, description="How it is called in logs; empty: its kind.")
