"""All the knobs of seeing in one model, for configurations and command lines."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from perception.affect.config import AffectConfig
from perception.closer import CloserConfig
from perception.engagement.among import AmongConfig
from perception.engagement.groups import GroupConfig
from perception.engagement.relation import EngagementConfig
from perception.eyes.detectors import DetectorConfig
from perception.eyes.objects import ObjectsConfig
from perception.eyes.people import PeopleConfig


class SeeingConfig(BaseModel):
    """From pictures to people and their engagement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: DetectorConfig = Field(
        DetectorConfig(), description="What finds faces and bodies in pictures."
    )
    people: PeopleConfig = Field(PeopleConfig(), description="How people are found and followed.")
    engagement: EngagementConfig = Field(
        EngagementConfig(), description="When somebody counts as attending and as engaged."
    )
    groups: GroupConfig = Field(
        GroupConfig(), description="What counts as standing together, and as a queue."
    )
    among: AmongConfig = Field(
        AmongConfig(), description="What passes among people, and what changes how one is read."
    )
    objects: ObjectsConfig = Field(
        ObjectsConfig(), description="What people hold in their hands and at their ears."
    )
    closer: CloserConfig = Field(
        CloserConfig(), description="Faces and actions of those who are near; off unless asked for."
    )
    affect: AffectConfig = Field(
        AffectConfig(), description="What faces may express, for the operator alone; off by law's"
        " and by default."
    )  # fmt: skip

    @model_validator(mode="after")
    def _what_is_interpreted_is_looked_at(self) -> Self:
        if self.affect.enabled and not self.closer.faces:
            raise ValueError("affect.enabled needs `closer: {faces: true}`")
        return self
