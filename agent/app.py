"""Puts the agent together. The only module that knows every package; read it to see the flow.

camera -> people -> engagement --+                                   +--> page, null body
                                 |--> planner --> acts --> performer -+
microphone -> turns, words ------+       ^                            |
                  |                      |                            |
                  +--> dialogue --> replies                           |
                          ^                                           |
                          +------ what was really said and shown -----+
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from actuation.embodiments.null import NullBody
from actuation.embodiments.page import AvatarBody
from actuation.gesticulation import Gesticulation
from actuation.motion import Embodiment
from actuation.performer import Performer
from actuation.voice import Voices
from agent.core.bus import EVERY, RECENT, Bus, Delivery
from agent.core.clock import Clock, WallTime
from agent.core.component import Component
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ButtonPressed,
    ClauseSpoken,
    ComponentHealth,
    Duck,
    EngagementChanged,
    HelpCalled,
    HostNotified,
    LineTyped,
    Message,
    MicrophoneLevel,
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
from agent.models import models_folder
from agent.recorder import Recorder
from agent.reload import PolicyWatcher
from agent.runtime import ESSENTIAL, OPTIONAL, RestartPolicy, Runtime
from agent.server import PageServer, Senses
from agent.settings import (
    POLICY_FILES,
    Settings,
    SourceConfig,
    norm_files,
    norms_of,
    read_settings,
    site_language,
)
from agent.watchdog import Expectation, Watchdog, kinds_of
from behavior.dialogue import Dialogue
from behavior.planner import Planner
from behavior.policies.catalogue import PoliciesConfig, build_policies
from behavior.reception import set_up_dialogue
from perception.backends.browser import BrowserCamera, BrowserMicrophone
from perception.detectors import detector_opener
from perception.engagement import EngagementComponent
from perception.listening import Listening
from perception.off_loop import OneThread
from perception.people import PeopleComponent
from perception.recogniser_process import RecogniserProcess
from perception.recognition import RecognitionConfig
from perception.seeing import SeeingConfig
from perception.senses import Camera, Microphone
from perception.site_language import SiteLanguage
from perception.turns import TurnsConfig

COMMANDS = Delivery(capacity=256, lossy=False, max_age_s=5.0)
"""Acts and stops: none is lost, but nobody wants one that waited for a restart."""
TRAFFIC = Delivery(capacity=65_536, lossy=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent, wired and not yet started."""

    runtime: Runtime
    server: PageServer | None
    bus: Bus
    planner: Planner


def build(
    settings: Settings,
    *,
    bus: Bus,
    clock: Clock,
    wall: WallTime,
    headless: bool = False,
    overhear: Callable[[float, bytes], None] | None = None,
) -> Agent:
    """Wire one agent to `bus`. `headless`: no page is served and a null body performs.

    `overhear` gets the page's sound as well, in memory; for benches that measure on sound.
    """
    config = settings.config
    runtime = Runtime(bus=bus, clock=clock)
    page_camera, page_microphone = BrowserCamera(), BrowserMicrophone()
    avatar = AvatarBody(clock=clock, report=bus.publish, config=config.avatar)
    planner = _planner(settings, bus=bus, clock=clock, wall=wall)

    runtime.add_all(_eyes(settings, bus=bus, clock=clock, page=page_camera), OPTIONAL)
    runtime.add_all(_ears(settings, bus=bus, clock=clock, page=page_microphone), OPTIONAL)
    runtime.add(_dialogue(settings, bus=bus, clock=clock, wall=wall), OPTIONAL)
    runtime.add(planner, ESSENTIAL)

    def hear(at: float, pcm: bytes) -> None:
        page_microphone.put(at, pcm)
        if overhear is not None:
            overhear(at, pcm)

    bodies: list[Embodiment] = [avatar]
    server = None
    if headless:
        null = NullBody(clock=clock, report=bus.publish)
        bodies = [null]
        runtime.add(null, OPTIONAL)
    else:
        server = PageServer(
            config=config.server,
            clock=clock,
            facts=bus.subscribe(Message, delivery=TRAFFIC, reader="pages"),
            publish=bus.publish,
            senses=Senses(picture=page_camera.put, sound=hear),
            body=avatar,
        )
        runtime.add(server, ESSENTIAL)
    runtime.add(
        Performer(
            commands=bus.subscribe(
                Act, Stop, Duck, PrepareSpeech, delivery=COMMANDS, urgent=(Stop, Duck)
            ),
            sightings=bus.subscribe(PersonSeen, PersonLost, delivery=RECENT),
            reports=bus.subscribe(Played, delivery=RECENT),
            publish=bus.publish,
            voices=Voices(config=config.voice, clock=clock, publish=bus.publish),
            bodies=bodies,
            clock=clock,
            config=config.performer,
            gestures=lambda: Gesticulation(config.gestures),
        ),
        RestartPolicy(essential=True, stop_within_s=2.0),
    )
    runtime.add_all(_floor(settings, bus=bus, clock=clock, wall=wall, planner=planner), OPTIONAL)
    watchdog = _watchdog(settings, bus=bus, clock=clock, runtime=runtime, planner=planner)
    runtime.add(watchdog, OPTIONAL)
    return Agent(runtime=runtime, server=server, bus=bus, planner=planner)


def decisions(config: Path, *, replies: bool) -> Callable[[Bus, Clock], Iterable[Component]]:
    """The deciding components alone, for replay. `replies`: the dialogue decides again, too."""
    settings = read_settings(config)
    # A replay tells nobody, and writes into no one's visit book.
    quiet = settings.config.dialogue.model_copy(update={"visits": Path(":memory:")})
    settings = replace(settings, config=settings.config.model_copy(update={"dialogue": quiet}))

    def wire(bus: Bus, clock: Clock) -> Iterable[Component]:
        wall = WallTime(clock)
        yield _planner(settings, bus=bus, clock=clock, wall=wall)
        if replies:
            yield _dialogue(settings, bus=bus, clock=clock, wall=wall)

    return wire


def hearing(config: Path) -> tuple[TurnsConfig, RecognitionConfig, SiteLanguage]:
    """The ears' part of a configuration."""
    settings = read_settings(config)
    return settings.config.turns, settings.config.recognition, site_language(settings.site)


def seeing(config: Path) -> SeeingConfig:
    """The eyes' part of a configuration."""
    return read_settings(config).config.seeing


def _eyes(settings: Settings, *, bus: Bus, clock: Clock, page: Camera) -> Iterable[Component]:
    config = settings.config
    camera = _camera(config.camera, page, bus=bus, clock=clock)
    if camera is None:
        return
    yield PeopleComponent(
        camera=camera,
        open_detector=detector_opener(
            config.seeing.detector, camera=config.seeing.people.camera, models=models_folder()
        ),
        off_loop=OneThread("people"),
        publish=bus.publish,
        config=config.seeing.people,
        clock=clock,
    )
    yield EngagementComponent(
        events=bus.subscribe(PersonSeen, PersonLost, SpeechStarted, TurnEnded, delivery=EVERY),
        publish=bus.publish,
        config=config.seeing.engagement,
    )


def _ears(settings: Settings, *, bus: Bus, clock: Clock, page: Microphone) -> Iterable[Component]:
    config = settings.config
    words = RecogniserProcess(
        config=config.recognition,
        site=site_language(settings.site),
        publish=bus.publish,
        clock=clock,
    )
    yield words
    yield Listening(
        microphone=_microphone(config.microphone, page, clock=clock),
        words=words,
        lines=bus.subscribe(LineTyped, delivery=EVERY),
        stage=bus.subscribe(StageState, delivery=EVERY),
        publish=bus.publish,
        clock=clock,
        config=config.turns,
    )


def _dialogue(settings: Settings, *, bus: Bus, clock: Clock, wall: WallTime) -> Dialogue:
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
    )


def _planner(settings: Settings, *, bus: Bus, clock: Clock, wall: WallTime) -> Planner:
    zone = ZoneInfo(settings.site.timezone)
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
        ),
        publish=bus.publish,
        clock=clock,
        local_time=lambda at: datetime.fromtimestamp(wall.unix_s(at), zone),
        policies=build_policies(settings.policies),
        norms=settings.norms,
        config=settings.config.planner,
    )


def _floor(
    settings: Settings, *, bus: Bus, clock: Clock, wall: WallTime, planner: Planner
) -> Iterable[Component]:
    """What stands under the rooms: recording, and reloading of policies and norms."""
    if settings.config.recorder.enabled:
        yield Recorder(
            traffic=bus.subscribe(Message, delivery=TRAFFIC, reader="recorder"),
            publish=bus.publish,
            clock=clock,
            wall=wall,
            config=settings.config.recorder,
        )
    policies, norms = settings.policies, settings.norms

    def take_policies(models: dict[str, BaseModel]) -> None:
        nonlocal policies
        policies = PoliciesConfig.model_validate(models)
        planner.adopt(build_policies(policies), norms)

    def take_norms(models: dict[str, BaseModel]) -> None:
        nonlocal norms
        norms = norms_of(models, settings.norms_folder, settings.config.norms_off)
        planner.adopt(build_policies(policies), norms)

    yield PolicyWatcher(
        folder=settings.policies_folder,
        table=POLICY_FILES,
        apply=take_policies,
        publish=bus.publish,
        clock=clock,
    )
    yield PolicyWatcher(
        folder=settings.norms_folder,
        table=norm_files(settings.norms_folder),
        apply=take_norms,
        publish=bus.publish,
        clock=clock,
        name="agent.reload.norms",
    )


def _watchdog(
    settings: Settings, *, bus: Bus, clock: Clock, runtime: Runtime, planner: Planner
) -> Watchdog:
    """Who should be heard of how often. The page's senses only while the page has them on."""
    own = settings.config.microphone.source == "device"

    def listening() -> bool:
        devices = planner.situation.devices
        return own or bool(devices.page_connected and devices.microphone and not devices.muted)

    expectations = (
        Expectation(
            stream="microphone",
            quiet_s=3.0,
            kinds=(MicrophoneLevel,),
            expected=listening,
        ),
    )
    return Watchdog(
        traffic=bus.subscribe(*kinds_of(expectations), delivery=RECENT),
        publish=bus.publish,
        clock=clock,
        expectations=expectations,
        restart=runtime.restart,
        config=settings.config.watchdog,
    )


def _camera(config: SourceConfig, page: Camera, *, bus: Bus, clock: Clock) -> Camera | None:
    match config.source:
        case "page":
            return page
        case "device":
            from perception.backends.devices import LocalCamera

            return LocalCamera(clock=clock, report=bus.publish, index=config.device)
        case "file":
            from perception.backends.recorded import RecordedCamera

            return RecordedCamera(_named(config, "camera"), clock=clock)
        case "none":
            return None


def _microphone(config: SourceConfig, page: Microphone, *, clock: Clock) -> Microphone:
    match config.source:
        case "page":
            return page
        case "device":
            from perception.backends.devices_microphone import DeviceMicrophone

            return DeviceMicrophone(clock, device=config.device)
        case "file":
            from perception.backends.recorded_sound import RecordedSound

            return RecordedSound(_named(config, "microphone"), clock=clock)
        case "none":
            return BrowserMicrophone()  # one that nobody feeds: typed lines still come through


def _named(config: SourceConfig, sense: str) -> Path:
    if config.file is None:
        raise BackendUnavailableError(f"{sense}: source is `file`; set {sense}.file to one")
    return config.file
