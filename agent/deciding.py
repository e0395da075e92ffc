"""What decides, wired: the planner and the dialogue, for the agent and, alone, for a replay."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from actuation.gestures.gesturing import offered_names
from agent.configuration.adoption import LocalTime
from agent.core.bus import EVERY, LATEST, RECENT, Bus
from agent.core.clock import Clock, WallTime
from agent.core.component import Component
from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ActSuggested,
    ButtonPressed,
    ClauseSpoken,
    ComponentHealth,
    ContextChanged,
    EngagementChanged,
    FormationChanged,
    FormShown,
    HelpCalled,
    HostNotified,
    LanguageFollowed,
    LineTyped,
    MicrophoneLevel,
    PageChanged,
    PersonLost,
    PersonSeen,
    ReplyReady,
    SoundDirection,
    SpeechContinues,
    SpeechStarted,
    StageState,
    StreamQuiet,
    TicketCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnPaused,
    VisitRecorded,
    WordsHeard,
)
from agent.settings import Settings, read_settings
from behavior.dialogue.answering import Dialogue
from behavior.forms.screen import Screen
from behavior.planner import Planner
from behavior.policies.catalogue import build_policies
from behavior.proactive.suggesting import SuggestingComponent, hour_of
from behavior.reception import set_up_dialogue


def decisions(
    config: Path, *, replies: bool, offset_s: float | None = None
) -> Callable[[Bus, Clock], Iterable[Component]]:
    """The deciding components alone, for replay. `replies`: the dialogue decides again, too.

    `offset_s`: Unix time of moment 0 of the recording, so that mornings stay mornings.
    """
    settings = read_settings(config)
    # A replay tells nobody, and writes into no one's visit book.
    dialogue = settings.config.dialogue
    quiet = dialogue.model_copy(
        update={
            "visits": Path(":memory:"),
            "tickets": Path(":memory:"),
            # What differs shall come from what was changed, not from chance.
            "model": dialogue.model.model_copy(update={"temperature": 0.0}),
        }
    )
    settings = replace(settings, config=settings.config.model_copy(update={"dialogue": quiet}))

    def wire(bus: Bus, clock: Clock) -> Iterable[Component]:
        wall = WallTime(clock, offset_s)
        local_time = LocalTime(settings.site.timezone, wall)
        planner = planner_of(settings, local_time, bus=bus, clock=clock)
        yield planner
        if replies:
            yield dialogue_of(settings, planner, bus=bus, clock=clock, wall=wall, reaches_out=False)

    return wire


def planner_of(settings: Settings, local_time: LocalTime, *, bus: Bus, clock: Clock) -> Planner:
    """What is done about all that happens."""
    return Planner(
        inputs=(
            bus.subscribe(
                SpeechStarted,
                SpeechContinues,
                WordsHeard,
                TurnPaused,
                TurnEnded,
                LineTyped,
                ButtonPressed,
                ReplyReady,
                EngagementChanged,
                FormationChanged,
                ContextChanged,
                PersonLost,
                StageState,
                ActStarted,
                ClauseSpoken,
                ActFinished,
                HostNotified,
                HelpCalled,
                LanguageFollowed,
                TicketCalled,
                VisitRecorded,
                PageChanged,
                ComponentHealth,
                StreamQuiet,
                ToolStarted,
                ToolFinished,
                delivery=EVERY,
            ),
            bus.subscribe(PersonSeen, delivery=RECENT),
            bus.subscribe(ActSuggested, delivery=LATEST),
        ),
        publish=bus.publish,
        clock=clock,
        local_time=local_time,
        policies=build_policies(settings.policies),
        norms=settings.norms,
        config=settings.config.planner,
    )


def dialogue_of(
    settings: Settings,
    planner: Planner,
    *,
    bus: Bus,
    clock: Clock,
    wall: WallTime,
    reaches_out: bool = True,
    screen: Screen | None = None,
) -> Dialogue:
    """What is said in answer. `reaches_out`: sensors are read, servers asked; not in a replay."""
    return set_up_dialogue(
        inputs=bus.subscribe(
            TurnPaused,
            TurnEnded,
            EngagementChanged,
            ContextChanged,
            PersonLost,
            Act,
            ActStarted,
            ActFinished,
            ButtonPressed,
            ClauseSpoken,
            HelpCalled,
            HostNotified,
            SpeechStarted,
            FormShown,
            PageChanged,
            StreamQuiet,
            ToolFinished,
            delivery=EVERY,
            reader="dialogue",
        ),
        sightings=bus.subscribe(
            PersonSeen,
            MicrophoneLevel,
            SoundDirection,
            StageState,
            delivery=RECENT,
            reader="dialogue: senses",
        ),
        publish=bus.publish,
        site=settings.site,
        config=settings.config.dialogue,
        clock=clock,
        wall=wall,
        gestures=offered_names(settings.config.body_motion),
        house=planner,
        rules=settings.policies.tools,
        own_camera=settings.config.camera.source not in ("page", "none"),
        reaches_out=reaches_out,
        screen=screen,
    )


def suggesting_of(settings: Settings, local_time: LocalTime, *, bus: Bus) -> SuggestingComponent:
    """What a learned model would do of its own accord; the planner may or may not do it."""
    return SuggestingComponent(
        inputs=(
            bus.subscribe(*SuggestingComponent.reads, delivery=EVERY, reader="proactive"),
            bus.subscribe(PersonSeen, delivery=RECENT, reader="proactive: people"),
        ),
        publish=bus.publish,
        config=settings.policies.proactive,
        hour=lambda at: hour_of(local_time(at)),
    )
