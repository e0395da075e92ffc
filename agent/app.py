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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from actuation.embodiments.catalogue import RunningBody, build_body
from actuation.embodiments.null import NullBody
from actuation.embodiments.page import AvatarBody
from actuation.generators.networks import Networks
from actuation.gestures.gesturing import gesturing, with_recordings
from actuation.motion import Embodiment
from actuation.performer import Performer
from actuation.speech.voice import Voices
from actuation.stage.live_talk import LiveTalks
from agent.configuration.adoption import Hands, LocalTime, Parts, watcher
from agent.core.bus import EVERY, RECENT, Bus, Delivery
from agent.core.clock import Clock, WallTime
from agent.core.messages import (
    Act,
    ActFinished,
    ActStarted,
    ClauseSpoken,
    ContextChanged,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    EngagementChanged,
    FaceMoved,
    FormationChanged,
    HelpCalled,
    HoldFace,
    HostNotified,
    LineTyped,
    Message,
    PersonLost,
    PersonSeen,
    Played,
    PrepareSpeech,
    SoundDirection,
    SpeechStarted,
    StageState,
    Stop,
    TurnEnded,
    VisitorActed,
)
from agent.deciding import dialogue_of, planner_of, suggesting_of
from agent.expectations import Pulse, WatchedCamera, expectations
from agent.interpreting import interpretations
from agent.listening_along import ListeningAlong
from agent.local_sound import LocalSound
from agent.looking_among import LookingAmong, each_of
from agent.looking_at_objects import LookingAtObjects
from agent.looking_closer import LookingCloser
from agent.models import models_folder
from agent.pages.form import KioskForm
from agent.pages.server import PageServer, Senses
from agent.reading_ahead import read_ahead
from agent.recorder import Recorder
from agent.robot_senses import RobotSenses
from agent.runtime import ESSENTIAL, OPTIONAL, RestartPolicy, Runtime
from agent.settings import Settings, site_language
from agent.sources import camera_of, microphone_of
from agent.stand_ins import REAL, StandIns
from agent.turn_endings import ending_of
from agent.watchdog import Watchdog, kinds_of
from behavior.lobby.live import LiveLobby
from behavior.planner import Planner
from behavior.transcript.config import for_site
from perception.backends.browser import BrowserCamera, BrowserMicrophone
from perception.engagement.states import EngagementComponent
from perception.eyes.detectors import detector_opener
from perception.eyes.objects import object_opener
from perception.eyes.people import PeopleComponent
from perception.listening import Listening
from perception.microphone.relay import SoundRelay
from perception.off_loop import OneThread
from perception.seeing import SeeingConfig
from perception.senses import Camera
from perception.words.process import RecogniserProcess

COMMANDS = Delivery(capacity=256, lossy=False, max_age_s=5.0)
"""Acts and stops: none is lost, but nobody wants one that waited for a restart."""
TRAFFIC = Delivery(capacity=65_536, lossy=False)
NEEDED = RestartPolicy(essential=True, stop_within_s=2.0)
"""The agent is nothing without it, and it has something to put away when it ends."""
SPARED = RestartPolicy(essential=False, stop_within_s=2.0)
"""The agent goes on without it; it has a thread, a process or a file to put away."""
PLUGGED = SPARED.model_copy(update={"unavailable_retry_s": 10.0})
"""As SPARED, and a person may be plugging it in just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent, wired and not yet started."""

    runtime: Runtime
    server: PageServer | None
    bus: Bus
    planner: Planner
    ready: Mapping[str, asyncio.Event]
    """What a visitor needs, by the operator's name for it; each is set once it is there."""
    settled: asyncio.Event
    """To be set by whoever runs it, once all of that is there: now the loop has to breathe."""


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
    read_ahead()
    wiring = _Wiring(settings, bus=bus, clock=clock, wall=wall, stand_ins=stand_ins)
    wiring.eyes()
    wiring.ears()
    wiring.manners()
    wiring.stage(headless=headless, overhear=overhear)
    wiring.floor()
    return wiring.agent()


class _Wiring:
    """One agent in the making: room by room, with what the rooms share."""

    def __init__(
        self, settings: Settings, *, bus: Bus, clock: Clock, wall: WallTime, stand_ins: StandIns
    ) -> None:
        self._settings, self._config = settings, settings.config
        self._bus, self._clock, self._wall = bus, clock, wall
        self._stand_ins = stand_ins
        self._runtime = Runtime(bus=bus, clock=clock)
        self._ready: dict[str, asyncio.Event] = {}
        self._settled = asyncio.Event()
        self._local_time = LocalTime(settings.site.timezone, wall)
        self._planner = planner_of(settings, self._local_time, bus=bus, clock=clock)
        self._form = KioskForm(clock)
        self._dialogue = dialogue_of(
            settings, self._planner, bus=bus, clock=clock, wall=wall, screen=self._form
        )
        self._page_camera, self._page_microphone = BrowserCamera(), BrowserMicrophone()
        self._sound = LocalSound(self._config)
        self._robot = RobotSenses(self._config, clock=clock, publish=bus.publish)
        self._voices = Voices(
            config=self._config.voice,
            clock=clock,
            publish=bus.publish,
            rows=stand_ins.voices,
            language=settings.site.language,
        )
        self._networks = Networks()
        self._hands = Hands(
            self._config.gestures,
            with_recordings(
                self._config.body_motion.recordings,
                gesturing(
                    self._config.body_motion,
                    clock=clock,
                    publish=bus.publish,
                    networks=self._networks,
                ),
            ),
        )
        self._talks = LiveTalks(clock=clock, publish=bus.publish)
        self._watched: WatchedCamera | None = None
        self._lobby: LiveLobby | None = None
        self._engagement: EngagementComponent | None = None
        self._recogniser: RecogniserProcess | None = None
        self._server: PageServer | None = None

    # The rooms, as a fact passes through them.

    def eyes(self) -> None:
        """camera -> people -> engagement; or simulated people in the camera's place."""
        camera = self._stand_ins.camera or camera_of(
            self._config.camera,
            self._robot.camera_or(self._page_camera),
            publish=self._bus.publish,
            clock=self._clock,
        )
        if camera is not None:
            self._watched = WatchedCamera(camera, self._saw)
            self._runtime.add(self._people(self._watched), SPARED)
            self._ready["eyes"] = self._watched.asked
        if self._config.camera.source == "lobby":
            self._lobby = self._live_lobby()
            self._runtime.add(self._lobby, SPARED)
        if self._watched or self._lobby:
            self._engagement = EngagementComponent(
                events=self._bus.subscribe(
                    PersonSeen,
                    PersonLost,
                    SpeechStarted,
                    TurnEnded,
                    ContextChanged,
                    delivery=EVERY,
                    reader="engagement",
                ),
                publish=self._bus.publish,
                config=self._config.seeing.engagement,
                groups=self._config.seeing.groups,
            )
            self._runtime.add(self._engagement, SPARED)

    def ears(self) -> None:
        """microphone -> turns and words."""
        bus, clock, config = self._bus, self._clock, self._config
        words = self._stand_ins.words or RecogniserProcess(
            config=config.recognition,
            site=site_language(self._settings.site),
            publish=bus.publish,
            clock=clock,
        )
        if isinstance(words, RecogniserProcess):
            self._recogniser = words
            self._runtime.add(words, SPARED)
            self._ready["recogniser"] = words.ready
        page = self._robot.microphone_or(self._page_microphone)
        microphone = self._stand_ins.microphone or microphone_of(
            config.microphone, page, clock=clock, system=self._sound.system
        )
        along = ListeningAlong(config, bus.publish)
        microphone = along.watched(microphone)
        microphone = self._sound.heard_by(microphone, clock=clock, publish=bus.publish)
        if config.microphone.source == "device":
            microphone = SoundRelay(microphone)
            self._runtime.add(microphone, PLUGGED)
            self._runtime.add(self._sound.watch(clock, bus.publish), OPTIONAL)
        self._listening = Listening(
            microphone=microphone,
            words=words,
            lines=bus.subscribe(LineTyped, delivery=EVERY, reader="turns: lines"),
            stage=bus.subscribe(StageState, delivery=EVERY, reader="turns: stage"),
            publish=bus.publish,
            clock=clock,
            config=config.turns,
            detector=self._stand_ins.voice_detector,
            judges=along.judges,
            ending=ending_of(config.turns, self._stand_ins, publish=bus.publish, clock=clock),
            sights=bus.subscribe(
                PersonSeen, PersonLost, SoundDirection, delivery=RECENT, reader="turns: sights"
            ),
        )
        self._runtime.add(self._listening, SPARED)

    def manners(self) -> None:
        """What to do about it: the planner, the dialogue, and the learned suggestions."""
        if self._settings.policies.proactive.enabled:
            self._runtime.add(
                suggesting_of(self._settings, self._local_time, bus=self._bus), SPARED
            )
        self._runtime.add(self._dialogue, SPARED)
        self._ready["dialogue"] = self._dialogue.ready
        self._runtime.add(self._planner, ESSENTIAL)

    def stage(self, *, headless: bool, overhear: Callable[[float, bytes], None] | None) -> None:
        """acts -> performer -> page and other bodies."""
        bus = self._bus
        body: Embodiment = self._null_body() if headless else self._page(overhear)
        speakers, others = self._sound.in_order(list(self._other_bodies()))
        self._runtime.add_all(speakers, PLUGGED)
        self._runtime.add_all(self._robot.parts([*speakers, *others]), PLUGGED)
        self._runtime.add_all(others, SPARED)
        performer = Performer(
            commands=bus.subscribe(
                Act, Stop, Duck, PrepareSpeech, HoldFace, delivery=COMMANDS, urgent=(Stop, Duck)
            ),
            sightings=bus.subscribe(PersonSeen, PersonLost, delivery=RECENT),
            reports=bus.subscribe(Played, delivery=RECENT),
            emergencies=bus.subscribe(EmergencyStop, EmergencyRelease, delivery=EVERY),
            publish=bus.publish,
            voices=self._voices,
            bodies=[*speakers, body, *others, Pulse(self._saw)],
            clock=self._clock,
            config=self._config.performer,
            gestures=self._hands,
            talks=self._talks,
            networks=self._networks,
        )
        self._runtime.add(performer, NEEDED)

    def floor(self) -> None:
        """What stands under the rooms: recording, taking on changed files, the watchdog."""
        bus, clock, config = self._bus, self._clock, self._config
        if config.recorder.enabled:
            recorder = Recorder(
                traffic=bus.subscribe(Message, delivery=TRAFFIC, reader="recorder"),
                publish=bus.publish,
                clock=clock,
                wall=self._wall,
                config=config.recorder,
            )
            self._runtime.add(recorder, SPARED)
        parts = Parts(
            planner=self._planner,
            dialogue=self._dialogue,
            local_time=self._local_time,
            voices=self._voices,
            hands=self._hands,
            engagement=self._engagement,
            listening=self._listening,
            recogniser=self._recogniser,
        )
        self._runtime.add(watcher(self._settings, parts, publish=bus.publish, clock=clock), SPARED)
        rows = expectations(config, lambda: self._planner.situation.devices, self._watched)
        self._watchdog = Watchdog(
            traffic=bus.subscribe(*kinds_of(rows), delivery=RECENT, reader="watchdog"),
            publish=bus.publish,
            clock=clock,
            expectations=rows,
            restart=self._runtime.restart,
            config=config.watchdog,
            watch_loop=self._stand_ins.watch_loop,
            ready=self._settled,
        )
        self._runtime.add(self._watchdog, OPTIONAL)

    def agent(self) -> Agent:
        """The whole."""
        return Agent(
            runtime=self._runtime,
            server=self._server,
            bus=self._bus,
            planner=self._planner,
            ready=self._ready,
            settled=self._settled,
        )

    # Parts of them.

    def _saw(self, stream: str) -> None:
        self._watchdog.saw(stream)

    def _people(self, camera: Camera) -> PeopleComponent:
        config, stand_ins = self._config.seeing, self._stand_ins
        closer = LookingCloser(config.closer, self._bus.publish)
        among = LookingAmong(
            config.among,
            config.people.camera,
            events=self._bus.subscribe(
                EngagementChanged,
                FormationChanged,
                FaceMoved,
                VisitorActed,
                delivery=EVERY,
                reader="among",
            ),
            publish=self._bus.publish,
        )
        self._runtime.add(among, OPTIONAL)
        objects = self._objects(config, among)
        return PeopleComponent(
            camera=camera,
            open_detector=stand_ins.open_detector
            or detector_opener(
                config.detector, camera=config.people.camera, models=models_folder()
            ),
            off_loop=stand_ins.off_loop or OneThread("people"),
            publish=among.tell,
            config=closer.looking(config.people),
            clock=self._clock,
            watch=each_of(
                closer.watch if config.closer.asked else None,
                among.watch,
                objects.watch if objects is not None else None,
            ),
        )

    def _objects(self, config: SeeingConfig, among: LookingAmong) -> LookingAtObjects | None:
        """What people hold, where a model is at hand and somebody wants to know."""
        stand_ins = self._stand_ins
        opener = stand_ins.open_objects
        if opener is None and stand_ins.open_detector is None:
            opener = object_opener(config.objects, models_folder())
        if opener is None or not config.among.contexts:
            return None
        objects = LookingAtObjects(
            config.objects,
            open_detector=opener,
            off_loop=stand_ins.off_loop or OneThread("objects"),
            clock=self._clock,
            tell=among.handle,
        )
        self._runtime.add(objects, OPTIONAL)
        return objects

    def _live_lobby(self) -> LiveLobby:
        """Simulated people; they see what the agent does, and hear what the stage reports."""
        return LiveLobby(
            inputs=(
                self._bus.subscribe(Act, Stop, Duck, delivery=EVERY, reader="lobby: acts"),
                self._bus.subscribe(
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
            publish=self._bus.publish,
            clock=self._clock,
            local_time=self._local_time,
            config=self._config.lobby,
        )

    def _null_body(self) -> Embodiment:
        null = NullBody(clock=self._clock, report=self._bus.publish)
        self._runtime.add(null, OPTIONAL)
        return null

    def _page(self, overhear: Callable[[float, bytes], None] | None) -> Embodiment:
        """The avatar, and the server of the page that shows it, sees and hears."""
        avatar = AvatarBody(
            clock=self._clock,
            report=self._bus.publish,
            config=self._config.avatar,
            speaks=not (self._sound.speaks or self._robot.speaks),
        )

        def hear(at: float, pcm: bytes) -> None:
            self._page_microphone.put(at, pcm)
            if overhear is not None:
                overhear(at, pcm)

        self._server = PageServer(
            config=self._config.server,
            clock=self._clock,
            facts=self._bus.subscribe(Message, delivery=TRAFFIC, reader="pages"),
            publish=self._bus.publish,
            senses=Senses(picture=self._page_camera.put, sound=hear),
            body=avatar,
            room=self._lobby,
            elsewhere=self._config.elsewhere,
            form=self._form,
            languages=self._settings.site.spoken,
            transcript=for_site(self._config.dialogue.transcript, self._settings.site)[0],
            talks=self._talks,
            interpretations=interpretations(self._config.seeing, self._settings.site),
        )
        self._runtime.add(self._server, NEEDED)
        self._ready["page"] = self._server.started
        return avatar

    def _other_bodies(self) -> Iterable[RunningBody]:
        """Robots, streams and puppets that play the same score beside the page."""
        for i, config in enumerate(self._config.bodies):
            reader = f"body {i + 1}: {config.kind}"
            yield build_body(
                config,
                clock=self._clock,
                publish=self._bus.publish,
                traffic=self._bus.subscribe(Message, delivery=TRAFFIC, reader=reader),
            )
