"""A site in another language: its places, people's departments and texts as they are said there.

What a site has not written in a language stays as it is in the site's own, and is said to be so.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "de", "fr", "es", "zh"]
"""Languages that the package has words for."""


class PlaceWords(BaseModel):
    """A place in another language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="As it is spoken there.")
    also: tuple[str, ...] = Field((), description="Other names visitors use for it.")
    directions: str = Field("", description="The way from the desk; empty: only in the site's own.")
    screen: str = Field("", description="One line for the page; made from the name when empty.")


class SiteWords(BaseModel):
    """What is said of the site in another language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    staff_name: str = Field(min_length=1, description="The person who is called: `ein Kollege`.")
    parcels_signed_by: str = Field("", description="Who signs for deliveries, in a few words.")
    emergency_text: str = Field(min_length=4, description="Said first in any emergency.")
    fire_text: str = Field(min_length=4, description="Said when a visitor reports fire or smoke.")
    facts: dict[str, str] = Field(
        default_factory=dict, description="Facts that are put otherwise in this language."
    )
    departments: dict[str, str] = Field(
        default_factory=dict, description="Departments as visitors call them there."
    )
    services: dict[str, str] = Field(
        default_factory=dict, description="Key of a queue -> its name there."
    )
    places: dict[str, PlaceWords] = Field(
        default_factory=dict, description="Key of a place -> its words."
    )
    people: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Name of a host -> other forms of it there."
    )
