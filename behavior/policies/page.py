"""Shows that it is ready when the page comes up."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    Expression,
    Gaze,
    GazeTarget,
    Message,
    PageChanged,
    Posture,
    Priority,
)
from behavior.situation.state import Situation
from behavior.wishes import NOTHING, UNNUMBERED, Wish, Wishes, because


class PageConfig(BaseModel):
    """What a page shows first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    once_in_s: float = Field(
        10.0, ge=0, le=600, description="A page that reloads sooner finds everything as it was."
    )


class PagePolicy:
    """Pure: the first look of a page that has just connected. It says nothing."""

    name: ClassVar[str] = "page"
    hears: ClassVar[tuple[type[Message], ...]] = (PageChanged,)

    def __init__(self, config: PageConfig) -> None:
        self._config = config

    def decide(self, situation: Situation, message: Message) -> Wishes:
        """Return a friendly, silent pose for a new page."""
        connected = isinstance(message, PageChanged) and message.connected
        if not connected or situation.since("page.ready") < self._config.once_in_s:
            return NOTHING
        if not situation.quiet or situation.encounter is not None:
            return NOTHING
        act = Act(
            at=message.at,
            act=UNNUMBERED,
            reason=because("page.ready", "the page has connected"),
            expression=Expression.FRIENDLY,
            intensity=0.4,
            gaze=Gaze(target=GazeTarget.AMBIENT),
            posture=Posture.ATTENTIVE,
            priority=Priority.IDLE,
        )
        return Wishes(acts=(Wish(act=act),))
