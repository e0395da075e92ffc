"""Who is in front of the agent: makes people of faces and bodies, and follows them.

The detector works beside the loop, on the newest picture each time; how often and where it looks
is `focus.py`'s choice, following people over time is `tracks.py`'s, the zero of their gaze is
`gaze.py`'s. This file puts them together and says what was seen.
"""

import asyncio
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agent.core.clock import Clock
from agent.core.errors import BackendUnavailableError
from agent.core.messages import (
    ComponentHealth,
    Health,
    PersonId,
    PersonLost,
    PersonSeen,
)
from perception.eyes.camera import Box, CameraConfig, Vector, wrapped_rad
from perception.eyes.focus import FocusConfig, FocusPolicy
from perception.eyes.gaze import GazeConfig, GazeZero, gaze_angles, head_angles
from perception.eyes.pairing import only_bodies, pair_up
from perception.eyes.picture_check import PictureCheck, PictureConfig, is_picture
from perception.eyes.sightings import Focus, Look, PeopleDetector
from perception.eyes.stir import Stir
from perception.eyes.track import Track
from perception.eyes.tracks import TrackConfig, Tracker
from perception.off_loop import GivenUpError, OffLoop
from perception.senses import Camera, Picture


class PeopleConfig(BaseModel):
    """How people are found and followed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: CameraConfig = Field(CameraConfig(), description="Where the camera is.")
    focus: FocusConfig = Field(FocusConfig(), description="How much looking is done.")
    tracks: TrackConfig = Field(TrackConfig(), description="When somebody has come and gone.")
    gaze: GazeConfig = Field(GazeConfig(), description="How the zero of the gaze is learnt.")
    pictures: PictureConfig = Field(PictureConfig(), description="When the camera is not believed.")
    body_memory_s: float = Field(
        1.0, gt=0, le=10, description="How long the turning of a body counts after it was measured."
    )
    look_timeout_s: float = Field(
        5.0, gt=0, le=60, description="A detector that takes longer for one picture is restarted."
    )
    faults_in_a_row: int = Field(
        5, ge=1, le=100, description="Pictures the detector may fail on before it is restarted."
    )


OPEN_TIMEOUT_S = 60.0
SILENCE_STEP_S = 0.5
EYES_HEIGHT_M = (0.4, 2.3)


def random_id() -> PersonId:
    """A name that says nothing about anybody."""
    return PersonId(f"p{secrets.token_hex(4)}")


class People:
    """The pure core: pictures' findings in, sightings of people out."""

    def __init__(
        self, config: PeopleConfig, new_id: Callable[[], PersonId], zero: GazeZero
    ) -> None:
        self._config = config
        self._zero = zero
        self._agent_face = _agent_face(config.camera)
        self.focus = FocusPolicy(config.focus)
        self.tracker = Tracker(config.tracks, new_id)
        self._told: set[PersonId] = set()
        """Who was seen by the face in the newest look."""

    def see(self, at: float, look: Look) -> list[PersonSeen | PersonLost]:
        """What one look means."""
        seen = [self._seen(track) for track in self.tracker.update(at, pair_up(look))]
        self._told = {one.person for one in seen}
        return [*seen, *self.miss(at)]

    def see_bodies(self, at: float, look: Look) -> list[PersonSeen]:
        """What the bodies of a look add to what its faces have told."""
        found = self.tracker.update(at, only_bodies(pair_up(look)))
        return [self._seen(track) for track in found if track.person not in self._told]

    def miss(self, at: float) -> list[PersonLost]:
        """Who has been out of view for too long at the moment `at`."""
        return [self._lost(track) for track in self.tracker.lost(at)]

    def lose_all(self) -> list[PersonLost]:
        """Nothing can be seen any more: everybody is lost."""
        gone, self.tracker.tracks = self.tracker.tracks, []
        return [self._lost(track) for track in gone if track.confirmed]

    def _lost(self, track: Track) -> PersonLost:
        self._zero.forget(track.person)
        return PersonLost(at=track.seen_at, person=track.person)

    def _seen(self, track: Track) -> PersonSeen:
        face = track.sighting.face
        recent = track.seen_at - track.body_at <= self._config.body_memory_s
        body = track.body if recent else None
        to_agent = math.atan2(-track.state[1], -track.state[0])
        head_yaw = head_pitch = gaze_off = facing = None
        if face is not None:
            head, gaze = head_angles(face, self._agent_face), gaze_angles(face, self._agent_face)
            self._zero.learn(
                track.person,
                track.seen_at,
                gaze,
                distance_m=track.place.distance_m,
                speed_m_s=track.speed_m_s,
            )
            zero = self._zero.of(track.person)
            head_yaw, head_pitch = head.minus(zero).yaw_rad, head.minus(zero).pitch_rad
            gaze_off = gaze.minus(zero).off_rad
        elif track.sighting.body is not None and track.sighting.body.head_front_rad is not None:
            head_yaw = wrapped_rad(track.sighting.body.head_front_rad - to_agent)
        if body is not None and body.front_rad is not None:
            facing = abs(wrapped_rad(body.front_rad - to_agent))
        return PersonSeen(
            at=track.seen_at,
            person=track.person,
            place=track.place,
            approach_m_s=track.approach_m_s,
            speed_m_s=track.speed_m_s,
            facing_rad=facing,
            front_rad=body.front_rad if body is not None else None,
            head_yaw_rad=head_yaw,
            head_pitch_rad=head_pitch,
            gaze_off_rad=gaze_off,
            mouth_open=face.mouth_open if face is not None else None,
            hand_raised=track.hand_raised if body is not None else None,
            lean_forward_rad=body.lean.forward_rad if body and body.lean else None,
            lean_left_rad=body.lean.left_rad if body and body.lean else None,
            face_height_m=_eyes_height(track, self._config.camera.height_m),
            confidence=_confidence(track),
        )


def _boxes(tracks: Sequence[Track], at: float) -> list[Box]:
    """Where in the picture everybody should be who is known."""
    bodies = [track.shifted(t.box, track.body_at, at) for track in tracks if (t := track.body)]
    heads = [head for track in tracks if (head := track.head_at(at)) is not None]
    return bodies + heads


def _eyes_height(track: Track, camera_m: float) -> float:
    """Where the line of sight to the eyes is at the distance that all cues agree on.

    A child whose size is taken for an adult's seems farther off, and by that lower, than it is.
    """
    low, high = EYES_HEIGHT_M
    height_m, away_m = 1.6, track.place.distance_m
    if track.face is not None:
        height_m = float(track.face.eyes[2])
        away_m = math.hypot(track.face.eyes[0], track.face.eyes[1])
    elif track.body is not None and track.body.eyes_height_m is not None:
        height_m, away_m = track.body.eyes_height_m, track.body.ranges[0].distance_m
    share = max(0.6, min(1.4, track.place.distance_m / max(away_m, 0.1)))
    return max(low, min(high, camera_m + share * (height_m - camera_m)))


def _confidence(track: Track) -> float:
    found = [part.quality for part in (track.sighting.face, track.sighting.body) if part]
    return max(found, default=0.0) * (1 - math.exp(-track.hits / 3))


def _agent_face(camera: CameraConfig) -> Vector:
    return np.array([0.0, 0.0, camera.agent_face_height_m])


class PeopleComponent:
    """Looks at the newest picture, again and again, and publishes who is there.

    Ends when the pictures end. Without a clock, pictures may come faster than time.
    """

    name = "perception.people"

    def __init__(
        self,
        *,
        camera: Camera,
        open_detector: Callable[[], PeopleDetector],
        off_loop: OffLoop,
        publish: Callable[[PersonSeen | PersonLost | ComponentHealth], None],
        config: PeopleConfig,
        clock: Clock | None = None,
        new_id: Callable[[], PersonId] = random_id,
        watch: Callable[[Picture, Look, list[Track]], None] | None = None,
    ) -> None:
        """`watch` sees each picture with what was found in it, for previews. Never stored."""
        self._camera = camera
        self._open_detector = open_detector
        self._off_loop = off_loop
        self._publish = publish
        self._config = config
        self._clock = clock
        self._new_id = new_id
        self._watch = watch
        self._zero = GazeZero(config.gaze)
        self._complaint = ""
        self._detector: PeopleDetector | None = None

    async def run(self) -> None:
        """Look until the pictures end. A restart forgets everyone; they are soon seen again."""
        people = People(self._config, self._new_id, self._zero)
        watched = False
        try:
            async with asyncio.TaskGroup() as group:
                waiting = group.create_task(self._notice_silence(people))
                await self._look_at_all(people)
                waiting.cancel()
            watched = True
        except ExceptionGroup as faults:  # one task at work, one fault: no need for a group
            raise faults.exceptions[0] from None
        finally:
            if not watched:  # a fault: those who were here must not stay for ever
                self._tell(people.lose_all())
            self._off_loop.close(self._detector.close if self._detector else None)
            self._detector = None

    async def _look_at_all(self, people: People) -> None:
        detector = await self._off_loop.call(self._open_detector, OPEN_TIMEOUT_S)
        self._detector = detector
        check, stirs, faults = PictureCheck(self._config.pictures), Stir(), 0
        async for picture in self._camera.pictures():
            if not is_picture(picture):
                continue
            self._complain(picture.at, check.complaint(picture))
            tracks = people.tracker.tracks
            stir = stirs.feel(picture, _boxes(tracks, picture.at))
            focus = people.focus.choose(picture.at, tracks, stir=stir)
            if focus is None:
                continue
            if check.disbelieved(picture.at):
                self._tell(people.lose_all())
                continue
            try:
                await self._look(people, detector, picture, focus)
            except (GivenUpError, BackendUnavailableError):
                raise
            except Exception as fault:  # the back-end's edge: one bad picture is not the end
                faults += 1
                if faults >= self._config.faults_in_a_row:
                    raise GivenUpError(
                        f"people: the detector failed on {faults} pictures in a row: {fault!r}"
                    ) from fault
            else:
                faults = 0

    async def _look(
        self, people: People, detector: PeopleDetector, picture: Picture, focus: Focus
    ) -> None:
        """Faces first, and said at once: bodies take five times as long."""
        faces, bodies = replace(focus, scan=None, bodies=()), replace(focus, faces=(), heads=())
        patience_s = self._config.look_timeout_s
        look = await self._off_loop.call(partial(detector.look, picture, faces), patience_s)
        self._tell(people.see(picture.at, look))
        if bodies.scan or bodies.bodies:
            more = await self._off_loop.call(partial(detector.look, picture, bodies), patience_s)
            look = replace(look, bodies=more.bodies)
            self._tell(people.see_bodies(picture.at, look))
        if self._watch is not None:
            self._watch(picture, look, people.tracker.tracks)

    async def _notice_silence(self, people: People) -> None:
        """When no pictures come, nobody is seen; that, too, must be said."""
        if self._clock is None:
            return
        while True:
            await self._clock.sleep_until(self._clock.now() + SILENCE_STEP_S)
            self._tell(people.miss(self._clock.now() - SILENCE_STEP_S))

    def _complain(self, at: float, complaint: str) -> None:
        if complaint != self._complaint:
            self._complaint = complaint
            health = Health.DEGRADED if complaint else Health.RUNNING
            self._publish(
                ComponentHealth(at=at, component=self.name, health=health, detail=complaint)
            )

    def _tell(self, messages: Sequence[PersonSeen | PersonLost]) -> None:
        for message in messages:
            self._publish(message)
