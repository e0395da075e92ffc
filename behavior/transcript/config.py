"""What a transcript reads, how much of it is kept, and how its events are worded."""

from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ButtonPressed,
    ClauseSpoken,
    Engagement,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    Message,
    PersonLost,
    PersonSeen,
    ReplyReady,
    SoundDirection,
    SpeechStarted,
    ToolFinished,
    ToolOutcome,
    TurnEnded,
)
from behavior.house.site import SiteConfig
from behavior.transcript.expression_reading import why_not

READS: tuple[type[Message], ...] = (
    Act,
    ActStarted,
    ActFinished,
    ButtonPressed,
    ClauseSpoken,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    PersonLost,
    PersonSeen,
    ReplyReady,
    SoundDirection,
    SpeechStarted,
    ToolFinished,
    TurnEnded,
)
"""The kinds that make a difference to it."""
STATES = {
    Engagement.PRESENT: "is about",
    Engagement.PASSING: "passes by",
    Engagement.APPROACHING: "comes up",
    Engagement.ATTENDING: "attends to the agent",
    Engagement.ENGAGED: "is engaged with the agent",
    Engagement.DISENGAGING: "turns away",
}
_USED = {ToolOutcome.DONE: "used", ToolOutcome.LATE: "waited in vain for"}


class TranscriptConfig(BaseModel):
    """How much of an encounter is remembered while it lasts, and how finely."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: int = Field(
        240, ge=20, le=5000, description="Most lines; the oldest are folded into a summary."
    )
    watch_s: float = Field(
        4.0, gt=0.5, le=60, description="How often a line is written of somebody in view."
    )
    expressions: bool = Field(
        False,
        description="Also read mouth, head and bearing: what was observed, what it may mean, what"
        " could follow. The page tells visitors. Never where only staff go.",
    )
    passages_s: float = Field(
        1800.0,
        ge=0,
        le=86_400,
        description="How long it is known that somebody, nobody knows who, came and went.",
    )


def for_site(config: TranscriptConfig, site: SiteConfig) -> tuple[TranscriptConfig, str]:
    """The configuration as it holds at a site, and why it differs; faces of staff are not read."""
    because = why_not(site) if config.expressions else ""
    return (config.model_copy(update={"expressions": False}) if because else config), because


def deed_of(done: HostNotified | HelpCalled | ToolFinished) -> str:
    """What the agent did for a visitor, in a few words; empty: nothing to speak of."""
    match done:
        case HostNotified():
            return f"{'told' if done.delivered else 'could not reach'} the host"
        case HelpCalled():
            return f"called a person{' urgently' if done.urgent else ''}"
        case ToolFinished() if done.outcome is not ToolOutcome.DROPPED:
            found = f" ({done.found})" if done.found else ""
            return f"{_USED.get(done.outcome, 'could not use')} the tool {done.tool}{found}"
        case _:
            return ""
