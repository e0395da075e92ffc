"""Puts the agent together. The only module that knows every package; read it to see the flow.

camera -> people -> engagement --+                                   +--> page, null body
                                 |--> planner --> acts --> performer -+
microphone -> turns, words ------+       ^                            |
                  |                      |                            |
                  +--> dialogue --> replies                           |
                          ^                                           |
                          +------ what was really said and shown -----+
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from actuation.embodiments.catalogue import RunningBody, build_body
from actuation.embodiments.null import NullBody
from actuation.embodiments.page import AvatarBody
from actuation.motion import Embodiment
from actuation.performer import Performer
from actuation.voice import Voices
from agent.adoption import Hands, LocalTime, Parts, watcher
from agent.core.bus import EVERY, LATEST, RECENT, Bus, Delivery
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
    Duck,
    EmergencyRelease,
    EmergencyStop,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    LineTyped,
    Message,
    PageChanged,
    PersonLost,
    PersonSeen,
    Played,
    PrepareSpeech,
    ReplyReady,
    SpeechContinues,
    SpeechStarted,
    StageState,
    Stop,
    StreamQuiet,
    TurnEnded,
    TurnPaused,
    VisitRecorded,
    WordsHeard,
)
from agent.expectations import Pulse, WatchedCamera, expectations
from agent.local_sound import LocalSound
from agent.models import models_folder
from agent.recorder import Recorder
from agent.robot_senses import RobotSenses
from agent.runtime import ESSENTIAL, OPTIONAL, RestartPolicy, Runtime
from agent.server import PageServer, Senses
from agent.settings import (
    Settings,
    read_settings,
    site_language,
)
from agent.sources import camera_of, microphone_of
from agent.stand_ins import REAL, StandIns
from agent.watchdog import Watchdog, kinds_of
from behavior.dialogue import Dialogue
from behavior.lobby.live import LiveLobby
from behavior.planner import Planner
from behavior.policies.catalogue import build_policies
from behavior.proactive.suggesting import SuggestingComponent, hour_of
from behavior.reception import set_up_dialogue
from perception.backends.browser import BrowserCamera, BrowserMicrophone
from perception.detectors import detector_opener
from perception.engagement import EngagementComponent
from perception.listening import Listening
from perception.off_loop import OneThread
from perception.people import PeopleComponent
from perception.recogniser_process import RecogniserProcess
from perception.relay import SoundRelay
from perception.senses import Camera, Microphone

COMMANDS = Delivery(capacity=256, lossy=False, max_age_s=5.0)
"""Acts and stops: none is lost, but nobody wants one that waited for a restart."""
TRAFFIC = Delivery(capacity=65_536, lossy=False)
NEEDED = RestartPolicy(essential=True, stop_within_s=2.0)
"""The agent is nothing without it, and it has something to put away when it ends."""
SPARED = RestartPolicy(essential=False, stop_within_s=2.0)
"""The agent goes on without it; it has a thread, a process or a file to put away."""
PLUGGED = SPARED.model_copy(update={"unavailable_retry_s": 10.0})
"""As SPARED, and a person may be plugging it in just now."""


class _Page(NamedTuple):
    """The senses of the kiosk page."""

    camera: BrowserCamera
    microphone: BrowserMicrophone


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent, wired and not yet started."""

    runtime: Runtime
    server: PageServer | None
    bus: Bus
    planner: Planner
    ready: Mapping[str, asyncio.Event]
    """What a visitor needs, by the operator's name for it; each is set once it is there."""


def build(
    settings: Settings,
    *,
    bus: Bus,
    clock: Clock,
    wall: WallTime,
    headless: bool = False,
    overhear: Callable[[float, bytes], None] | None = None,
    stand_ins: StandIns = REAL,
) -> Agent:
    """Wire one agent to `bus`. `headless`: no page is served and a null body performs.

    `overhear` gets the page's sound as well, in memory; for benches that measure on sound.
    """
    config = settings.config
    runtime = Runtime(bus=bus, clock=clock)
    page = _Page(BrowserCamera(), BrowserMicrophone())
    local_time = LocalTime(settings.site.timezone, wall)
    planner = _planner(settings, local_time, bus=bus, clock=clock)
    dialogue = _dialogue(settings, planner, bus=bus, clock=clock, wall=wall)
    ready = {"dialogue": dialogue.ready}

    def saw(stream: str) -> None:
        watchdog.saw(stream)

    robot = RobotSenses(config, clock=clock, publish=bus.publish)
    camera = stand_ins.camera or camera_of(
        config.camera, robot.camera_or(page.camera), publish=bus.publish, clock=clock
    )
    watched = None if camera is None else WatchedCamera(camera, saw)
    lobby = None
    if config.camera.source == "lobby":
        lobby = _lobby(settings, local_time, bus=bus, clock=clock)
    if watched is not None:
        runtime.add(_people(settings, watched, stand_ins, bus=bus, clock=clock), SPARED)
        ready["eyes"] = watched.asked
    if lobby is not None:
        runtime.add(lobby, SPARED)
    engagement = _engagement(settings, bus=bus) if watched or lobby else None
    if engagement is not None:
        runtime.add(engagement, SPARED)
    sound = LocalSound(config)
    microphone = robot.microphone_or(page.microphone)
    ears = list(_ears(settings, microphone, sound, stand_ins, bus=bus, clock=clock))
    for part in ears:
        runtime.add(part, PLUGGED if isinstance(part, SoundRelay) else SPARED)
        if isinstance(part, RecogniserProcess):
            ready["recogniser"] = part.ready
    if settings.policies.proactive.enabled:
        runtime.add(_suggesting(settings, local_time, bus=bus), SPARED)
    runtime.add(dialogue, SPARED)
    runtime.add(planner, ESSENTIAL)

    server = None
    body: Embodiment = (null := NullBody(clock=clock, report=bus.publish))
    if headless:
        runtime.add(null, OPTIONAL)
    else:
        body, server = _page_and_body(
            settings,
            page,
            overhear,
            bus=bus,
            clock=clock,
            speaks=not (sound.speaks or robot.speaks),
            room=lobby,
        )
        runtime.add(server, NEEDED)
        ready["page"] = server.started
    speakers, others = sound.in_order(list(_other_bodies(settings, bus=bus, clock=clock)))
    runtime.add_all(speakers, PLUGGED)
    runtime.add_all(robot.parts([*speakers, *others]), PLUGGED)
    runtime.add_all(others, SPARED)
    bodies = [*speakers, body, *others, Pulse(saw)]
    voices = Voices(config=config.voice, clock=clock, publish=bus.publish, rows=stand_ins.voices)
    hands = Hands(config.gestures)
    performer = _performer(settings, bodies, voices, hands, bus=bus, clock=clock)
    runtime.add(performer, NEEDED)
    parts = Parts(
        planner=planner,
        dialogue=dialogue,
        local_time=local_time,
        voices=voices,
        hands=hands,
        engagement=engagement,
        listening=next(part for part in ears if isinstance(part, Listening)),
        recogniser=next((part for part in ears if isinstance(part, RecogniserProcess)), None),
    )
    runtime.add_all(_floor(settings, parts, bus=bus, clock=clock, wall=wall), SPARED)
    rows = expectations(config, lambda: planner.situation.devices, watched)
    watchdog = Watchdog(
        traffic=bus.subscribe(*kinds_of(rows), delivery=RECENT, reader="watchdog"),
        publish=bus.publish,
        clock=clock,
        expectations=rows,
        restart=runtime.restart,
        config=config.watchdog,
        watch_loop=stand_ins.watch_loop,
    )
    runtime.add(watchdog, OPTIONAL)
    return Agent(runtime=runtime, server=server, bus=bus, planner=planner, ready=ready)


def decisions(
    config: Path, *, replies: bool, offset_s: float | None = None
) -> Callable[[Bus, Clock], Iterable[Component]]:
    """The deciding components alone, for replay. `replies`: the dialogue decides again, too.

    `offset_s`: Unix time of moment 0 of the recording, so that mornings stay mornings.
    """
    settings = read_settings(config)
    # A replay tells nobody, and writes into no one's visit book.
    quiet = settings.config.dialogue.model_copy(update={"visits": Path(":memory:")})
    settings = replace(settings, config=settings.config.model_copy(update={"dialogue": quiet}))

    def wire(bus: Bus, clock: Clock) -> Iterable[Component]:
        wall = WallTime(clock, offset_s)
        local_time = LocalTime(settings.site.timezone, wall)
        planner = _planner(settings, local_time, bus=bus, clock=clock)
        yield planner
        if replies:
            yield _dialogue(settings, planner, bus=bus, clock=clock, wall=wall)

    return wire


def _people(
    settings: Settings, camera: Camera, stand_ins: StandIns, *, bus: Bus, clock: Clock
) -> PeopleComponent:
    config = settings.config.seeing
    return PeopleComponent(
        camera=camera,
        open_detector=stand_ins.open_detector
        or detector_opener(config.detector, camera=config.people.camera, models=models_folder()),
        off_loop=stand_ins.off_loop or OneThread("people"),
        publish=bus.publish,
        config=config.people,
        clock=clock,
    )


def _lobby(settings: Settings, local_time: LocalTime, *, bus: Bus, clock: Clock) -> LiveLobby:
    """Simulated people in place of a camera; they hear and see what the stage reports."""
    return LiveLobby(
        inputs=(
            bus.subscribe(Act, Stop, Duck, delivery=EVERY, reader="lobby: acts"),
            bus.subscribe(
                ActStarted,
                ClauseSpoken,
                ActFinished,
                StageState,
                HostNotified,
                HelpCalled,
                delivery=EVERY,
                reader="lobby: stage",
            ),
        ),
        publish=bus.publish,
        clock=clock,
        local_time=local_time,
        config=settings.config.lobby,
    )


def _engagement(settings: Settings, *, bus: Bus) -> EngagementComponent:
    return EngagementComponent(
        events=bus.subscribe(
            PersonSeen, PersonLost, SpeechStarted, TurnEnded, delivery=EVERY, reader="engagement"
        ),
        publish=bus.publish,
        config=settings.config.seeing.engagement,
    )


def _ears(
    settings: Settings,
    page: Microphone,
    sound: LocalSound,
    stand_ins: StandIns,
    *,
    bus: Bus,
    clock: Clock,
) -> Iterable[Component]:
    config = settings.config
    words = stand_ins.words or RecogniserProcess(
        config=config.recognition,
        site=site_language(settings.site),
        publish=bus.publish,
        clock=clock,
    )
    if isinstance(words, RecogniserProcess):
        yield words
    microphone = stand_ins.microphone or microphone_of(
        config.microphone, page, clock=clock, system=sound.system
    )
    microphone = sound.heard_by(microphone, clock=clock, publish=bus.publish)
    if config.microphone.source == "device":
        microphone = SoundRelay(microphone)
        yield microphone
    yield Listening(
        microphone=microphone,
        words=words,
        lines=bus.subscribe(LineTyped, delivery=EVERY, reader="turns: lines"),
        stage=bus.subscribe(StageState, delivery=EVERY, reader="turns: stage"),
        publish=bus.publish,
        clock=clock,
        config=config.turns,
        detector=stand_ins.voice_detector,
    )


def _dialogue(
    settings: Settings, planner: Planner, *, bus: Bus, clock: Clock, wall: WallTime
) -> Dialogue:
    return set_up_dialogue(
        inputs=bus.subscribe(
            TurnPaused,
            TurnEnded,
            EngagementChanged,
            PersonLost,
            ActFinished,
            ButtonPressed,
            delivery=EVERY,
            reader="dialogue",
        ),
        publish=bus.publish,
        site=settings.site,
        config=settings.config.dialogue,
        clock=clock,
        wall=wall,
        house=planner,
    )


def _planner(settings: Settings, local_time: LocalTime, *, bus: Bus, clock: Clock) -> Planner:
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
                PersonLost,
                StageState,
                ActStarted,
                ClauseSpoken,
                ActFinished,
                HostNotified,
                HelpCalled,
                VisitRecorded,
                PageChanged,
                ComponentHealth,
                StreamQuiet,
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


def _suggesting(settings: Settings, local_time: LocalTime, *, bus: Bus) -> SuggestingComponent:
    return SuggestingComponent(
        inputs=(
            bus.subscribe(*SuggestingComponent.reads, delivery=EVERY, reader="proactive"),
            bus.subscribe(PersonSeen, delivery=RECENT, reader="proactive: people"),
        ),
        publish=bus.publish,
        config=settings.policies.proactive,
        hour=lambda at: hour_of(local_time(at)),
    )


def _page_and_body(
    settings: Settings,
    page: _Page,
    overhear: Callable[[float, bytes], None] | None,
    *,
    bus: Bus,
    clock: Clock,
    speaks: bool,
    room: LiveLobby | None,
) -> tuple[AvatarBody, PageServer]:
    """The avatar, and the server of the page that shows it, sees and hears."""
    avatar = AvatarBody(
        clock=clock, report=bus.publish, config=settings.config.avatar, speaks=speaks
    )

    def hear(at: float, pcm: bytes) -> None:
        page.microphone.put(at, pcm)
        if overhear is not None:
            overhear(at, pcm)

    server = PageServer(
        config=settings.config.server,
        clock=clock,
        facts=bus.subscribe(Message, delivery=TRAFFIC, reader="pages"),
        publish=bus.publish,
        senses=Senses(picture=page.camera.put, sound=hear),
        body=avatar,
        room=room,
        elsewhere=settings.config.elsewhere,
    )
    return avatar, server


def _other_bodies(settings: Settings, *, bus: Bus, clock: Clock) -> Iterable[RunningBody]:
    """Robots, streams and puppets that play the same score beside the page."""
    for i, config in enumerate(settings.config.bodies):
        yield build_body(
            config,
            clock=clock,
            publish=bus.publish,
            traffic=bus.subscribe(Message, delivery=TRAFFIC, reader=f"body {i + 1}: {config.kind}"),
        )


def _performer(
    settings: Settings,
    bodies: Sequence[Embodiment],
    voices: Voices,
    hands: Hands,
    *,
    bus: Bus,
    clock: Clock,
) -> Performer:
    config = settings.config
    return Performer(
        commands=bus.subscribe(
            Act,
            Stop,
            Duck,
            PrepareSpeech,
            delivery=COMMANDS,
            urgent=(Stop, Duck),
        ),
        sightings=bus.subscribe(PersonSeen, PersonLost, delivery=RECENT),
        reports=bus.subscribe(Played, delivery=RECENT),
        emergencies=bus.subscribe(EmergencyStop, EmergencyRelease, delivery=EVERY),
        publish=bus.publish,
        voices=voices,
        bodies=bodies,
        clock=clock,
        config=config.performer,
        gestures=hands,
    )


def _floor(
    settings: Settings, parts: Parts, *, bus: Bus, clock: Clock, wall: WallTime
) -> Iterable[Component]:
    """What stands under the rooms: recording, and taking on what changes in the configuration."""
    if settings.config.recorder.enabled:
        yield Recorder(
            traffic=bus.subscribe(Message, delivery=TRAFFIC, reader="recorder"),
            publish=bus.publish,
            clock=clock,
            wall=wall,
            config=settings.config.recorder,
        )
    yield watcher(settings, parts, publish=bus.publish, clock=clock)
