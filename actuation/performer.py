"""The component that performs acts: it gives the stage its commands, its sound and its time.

One task makes sound, clause by clause, what is wanted now before what may be wanted; one makes the
first pictures of it, once it is out; one moves time on, some ten times a second; all of them work
on one `Stage`.
"""

import asyncio
import itertools
from collections.abc import AsyncIterable, Callable, Sequence

from actuation.bodies.bodies import Bodies
from actuation.faces.heads import as_part
from actuation.generators.networks import Networks
from actuation.gestures.contract import Gestures, HeadGestures
from actuation.motion import FRAME_RATE_HZ, Embodiment
from actuation.speech.mouths import SoundMouths
from actuation.speech.voice import Voices
from actuation.stage.config import PerformerConfig
from actuation.stage.early_clause import EarlyClause
from actuation.stage.live_talk import LiveTalks
from actuation.stage.playback import ActOnStage
from actuation.stage.stage import Stage
from agent.core.clock import Clock
from agent.core.errors import BadInputError
from agent.core.messages import (
    Act,
    ActFinished,
    Clause,
    CommandRefused,
    Duck,
    EmergencyRelease,
    EmergencyStop,
    HoldFace,
    Message,
    PersonLost,
    PersonSeen,
    Played,
    PrepareSpeech,
    Stop,
)

Command = Act | Stop | Duck | PrepareSpeech | HoldFace

_NOW, _MAYBE = 0, 1
_GENERATIONS_APART = 10

_Wanted = tuple[int, int, ActOnStage | None, int, tuple[str, str]]
"""Rank, order, the act, which of its clauses, and its words with their language."""


class Performer:
    """The one writer of all bodies."""

    name = "actuation.performer"

    def __init__(
        self,
        *,
        commands: AsyncIterable[Command],
        sightings: AsyncIterable[PersonSeen | PersonLost],
        reports: AsyncIterable[Played],
        emergencies: AsyncIterable[EmergencyStop | EmergencyRelease],
        publish: Callable[[Message], None],
        voices: Voices,
        bodies: Sequence[Embodiment],
        clock: Clock,
        config: PerformerConfig | None = None,
        gestures: Callable[[], Gestures] = HeadGestures,
        talks: LiveTalks | None = None,
        networks: Networks | None = None,
    ) -> None:
        """`talks`: people who speak by the agent's mouth. `networks`: where learned lips run."""
        self._commands = commands
        self._sightings = sightings
        self._reports = reports
        self._emergencies = emergencies
        self._publish = publish
        self._voices = voices
        self._mouths = SoundMouths(
            clock=clock,
            publish=publish,
            worker=networks.for_sounds if networks is not None else None,
        )
        self._bodies = Bodies(bodies, clock=clock, publish=publish)
        self._clock = clock
        self._config = config or PerformerConfig()
        self._gestures = gestures
        self._talks = talks
        self._order = itertools.count()
        self._utterances = itertools.count(1)
        self._generation = 0
        self._wanted: asyncio.PriorityQueue[_Wanted]
        self._due: asyncio.Event
        """Something has begun to be heard whose pictures are to be made."""

    async def run(self) -> None:
        """Perform until cancelled, then let the bodies rest. A restart begins at rest."""
        self._wanted = asyncio.PriorityQueue()
        self._due = asyncio.Event()
        stage = Stage(
            config=self._config,
            gestures=self._gestures(),
            lead_s=self._bodies.lead_s,
            start=self._clock.now(),
            publish=self._publish,
            send=self._bodies.apply,
            want=lambda act, index, _: self._want(_NOW, act.act.clauses[index], act, index),
            # Bodies outlive a restart and raise the generation themselves when they rest.
            generation=self._generation + _GENERATIONS_APART,
            utterances=self._utterances,
        )
        if self._talks is not None:
            self._talks.serve(self._mouths.live)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._bodies.connect())
                group.create_task(self._make_sound(stage))
                group.create_task(self._show(stage))
                group.create_task(self._heed(stage))
                group.create_task(self._obey(stage))
                group.create_task(self._watch(stage))
                group.create_task(self._listen_to_bodies(stage))
                group.create_task(self._move_on(stage))
        finally:
            stage.abandon(self._clock.now())
            self._generation = stage.generation
            if self._talks is not None:
                self._talks.serve(None)
            await self._bodies.rest()
            self._mouths.close()
            await self._voices.close()

    async def _obey(self, stage: Stage) -> None:
        async for command in self._commands:
            now = self._clock.now()
            match command:
                case Act() if self._bodies.halted:
                    self._refuse(command, now)
                case Act():
                    stage.act(command, now)
                case Stop():
                    stage.stop(command, now)
                case Duck():
                    stage.duck(command, now)
                case HoldFace():
                    self._hold_face(stage, command, now)
                case PrepareSpeech():
                    for clause in command.clauses:
                        self._want(_MAYBE, clause)

    def _hold_face(self, stage: Stage, command: HoldFace, now: float) -> None:
        try:
            held = dict(zip(command.columns, command.values, strict=False))
            stage.hold_face(as_part(command.part), held, adds=command.adds)
        except BadInputError as fault:
            self._publish(CommandRefused(at=now, source=command.source, because=str(fault)))

    async def _heed(self, stage: Stage) -> None:
        """Emergencies come by a line of their own: no act stands before them, none is too old."""
        async for message in self._emergencies:
            now = self._clock.now()
            if isinstance(message, EmergencyStop):
                self._bodies.halt(message.because or message.source)
                stage.give_up(now, "emergency stop")
            else:
                self._bodies.release()
                stage.begin_again(now)

    def _refuse(self, act: Act, now: float) -> None:
        """Nothing is performed while an emergency stop holds; whoever waits is told."""
        self._publish(
            ActFinished(
                at=now, act=act.act, heard="", interrupted=True, detail="emergency stop holds"
            )
        )

    async def _watch(self, stage: Stage) -> None:
        async for sighting in self._sightings:
            stage.attention.see(sighting)

    async def _listen_to_bodies(self, stage: Stage) -> None:
        async for played in self._reports:
            if played.body == self._bodies.mouthpiece:
                lag_s = stage.report(played, self._clock.now())
                if lag_s is not None:
                    self._bodies.follow(lag_s)

    async def _make_sound(self, stage: Stage) -> None:
        await self._voices.start()
        while True:
            _, _, wanted_by, index, (text, language) = await self._wanted.get()
            if wanted_by is not None and wanted_by.over:
                continue
            if wanted_by is None:
                await self._voices.speak(text, language)
                continue
            early = EarlyClause(stage, wanted_by, index, self._clock, self._due.set)
            talk = self._talks.of(wanted_by.act.act) if self._talks is not None else None
            if talk is not None:
                talk.on_stage(early)
                continue
            speech = await self._voices.speak(text, language, early)
            if not early.whole(speech):
                track = await self._mouths.mouth(speech)
                stage.have_sound(wanted_by, index, speech, self._clock.now(), track=track)
                self._due.set()

    async def _show(self, stage: Stage) -> None:
        """Make the pictures of what has just begun, after what is heard of it has gone out."""
        while True:
            await self._due.wait()
            self._due.clear()
            stage.advance(self._clock.now())

    async def _move_on(self, stage: Stage) -> None:
        period = self._config.chunk_frames / FRAME_RATE_HZ
        while True:
            now = self._clock.now()
            stage.advance(now)
            await self._clock.sleep_until(now + period)

    def _want(
        self, rank: int, clause: Clause, wanted_by: ActOnStage | None = None, index: int = 0
    ) -> None:
        said = (clause.text, clause.language)
        self._wanted.put_nowait((rank, next(self._order), wanted_by, index, said))
