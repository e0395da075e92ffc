"""What the camera makes of bodies: places off by a little, turns guessed, people missed.

One `Eyes` for the lobby. For each body in view it keeps a track with its own lasting errors, as a
real tracker would: whoever is out of sight for too long comes back under another id.
"""

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise

from agent.core.messages import Message, PersonId, PersonLost, PersonSeen, Place
from behavior.lobby.body import STEP_S
from behavior.lobby.noise import DetectorNoise
from behavior.lobby.room import Room
from behavior.lobby.somebody import Somebody

_MEASURED_M = 2.0
_BRUSH_M = 0.6


@dataclass(slots=True)
class Track:
    """One person as perception follows them."""

    rng: random.Random
    person: PersonId | None = None
    in_view_since: float | None = None
    seen_at: float = -math.inf
    dropped_until: float = -math.inf
    range_bias: float = 0.0
    gaze_bias: float = 0.0
    height_bias: float = 0.0
    off: list[float] = field(default_factory=lambda: [0.0, 0.0])
    """Present jitter of range and bearing."""
    vx: float = 0.0
    vy: float = 0.0
    next_at: float = -math.inf


@dataclass(slots=True)
class _Ghost:
    person: PersonId
    x: float
    y: float
    until: float


class Eyes:
    """Bodies in, sightings out."""

    def __init__(self, room: Room, noise: DetectorNoise, seed: str) -> None:
        self._room = room
        self._plan = room.plan
        self._noise = noise
        self._seed = seed
        self._rng = random.Random(f"{seed} ids")
        self._tracks: dict[int, Track] = {}
        self._ghosts: list[_Ghost] = []
        self._gone: list[tuple[float, PersonId]] = []
        self._brushed: set[tuple[int, int]] = set()
        facing = math.radians(self._plan.agent.facing_deg)
        self._cos, self._sin = math.cos(facing), math.sin(facing)
        self._keep = math.exp(-STEP_S / noise.place.jitter_lasts_s)
        self._fresh = math.sqrt(1 - self._keep**2)
        lag = noise.place.speed_lag_s
        self._follow = 1.0 if lag <= 0 else 1 - math.exp(-STEP_S / lag)
        self._period = 1.0 / noise.loss.sightings_hz

    @property
    def idle(self) -> bool:
        """Nothing is left to be told once nobody is in the room."""
        return not (self._ghosts or self._gone)

    def look(self, now: float, people: list[Somebody]) -> list[Message]:
        """Everything seen and lost at this step."""
        out: list[Message] = []
        nearest = self._nearest_first(people)
        if self._noise.loss.swap and len(nearest) > 1:
            self._mix_up(nearest)
        for i, (away, bearing, one) in enumerate(nearest):
            if self._hidden(away, bearing, nearest[:i]):
                continue
            track = self._tracks.get(one.number)
            if track is None:
                track = self._tracks[one.number] = self._new_track(one)
            seen = self._sight(now, one, track, away, bearing)
            if seen is not None:
                out.append(seen)
        self._see_ghosts(now, out)
        self._lose(now, people, out)
        return out

    def haunt(self, now: float) -> None:
        """Begin to see somebody who is not there."""
        plan, rng = self._plan, self._rng
        half = math.radians(plan.camera.field_of_view_deg) / 2 * 0.9
        away, bearing = rng.uniform(2.0, plan.camera.body_m), rng.uniform(-half, half)
        x, y = away * math.cos(bearing), away * math.sin(bearing)
        until = now + rng.expovariate(1 / self._noise.loss.ghost_s) + 0.3
        self._ghosts.append(_Ghost(self._new_id(), x, y, until))

    def sees(self, number: int, now: float) -> bool:
        """Whether perception has this person now."""
        track = self._tracks.get(number)
        return track is not None and now - track.seen_at <= 0.35

    def leave(self, one: Somebody) -> None:
        """Somebody went out of the door: the track ends in its time."""
        track = self._tracks.pop(one.number, None)
        if track is not None and track.person is not None:
            self._gone.append((track.seen_at, track.person))

    # Who can be seen

    def _nearest_first(self, people: list[Somebody]) -> list[tuple[float, float, Somebody]]:
        agent, found = self._plan.agent, []
        for one in people:
            body = one.body
            if self._room.in_sight(body.x, body.y):
                dx, dy = body.x - agent.x_m, body.y - agent.y_m
                ahead, left = dx * self._cos + dy * self._sin, dy * self._cos - dx * self._sin
                found.append((math.hypot(dx, dy), math.atan2(left, ahead), one))
        if len(found) > 1:
            found.sort(key=lambda triple: triple[0])
        return found

    def _hidden(
        self, away: float, bearing: float, nearer: list[tuple[float, float, Somebody]]
    ) -> bool:
        limit = self._noise.loss.hidden_rad
        return limit > 0 and any(
            abs(bearing - other) < limit and away > near + 0.3 for near, other, _ in nearer
        )

    def _mix_up(self, nearest: list[tuple[float, float, Somebody]]) -> None:
        """Two who brush past each other may leave with each other's ids."""
        for (away, bearing, one), (behind, aside, other) in pairwise(nearest):
            pair = (one.number, other.number)
            close = behind - away < _BRUSH_M and abs(bearing - aside) * away < _BRUSH_M
            if not close:
                self._brushed.discard(pair)
            elif pair not in self._brushed:
                self._brushed.add(pair)
                if self._rng.random() < self._noise.loss.swap:
                    self._swap(one, other)

    def _swap(self, one: Somebody, other: Somebody) -> None:
        mine, theirs = self._tracks.get(one.number), self._tracks.get(other.number)
        if mine is None or theirs is None or mine.person is None or theirs.person is None:
            return
        mine.person, theirs.person = theirs.person, mine.person
        one.ids.append(mine.person)
        other.ids.append(theirs.person)

    def _new_track(self, one: Somebody) -> Track:
        rng = random.Random(f"{self._seed} track {one.number}")
        track, noise = Track(rng), self._noise
        track.range_bias = math.exp(rng.gauss(0, noise.place.range_bias))
        track.gaze_bias = abs(rng.gauss(0, noise.turn.gaze_bias_rad))
        track.height_bias = rng.gauss(0, noise.place.height_bias_m)
        return track

    def _new_id(self) -> PersonId:
        return PersonId(f"p{self._rng.getrandbits(32):08x}")

    # One sighting

    def _sight(
        self, now: float, one: Somebody, track: Track, away: float, bearing: float
    ) -> PersonSeen | None:
        loss, rng = self._noise.loss, track.rng
        if track.in_view_since is None or now - track.seen_at > loss.bridge_s:
            if track.in_view_since is None or track.person is not None:
                track.in_view_since = now
                self._drop_name(track)
            if now - track.in_view_since < loss.late_s * (0.6 + 0.2 * away / 3):
                return None
        if now < track.dropped_until:
            return None
        rate = loss.drops_per_min / 60 * STEP_S * (away / 3) ** 1.5
        if rate and rng.random() < rate:
            track.dropped_until = now + rng.expovariate(1 / loss.drop_s)
            return None
        if now < track.next_at - 1e-6:
            return None
        track.next_at = max(track.next_at + self._period, now + self._period - STEP_S)
        if loss.switches_per_min and rng.random() < loss.switches_per_min / 60 * self._period:
            self._drop_name(track)
        if track.person is None:
            track.person = self._new_id()
            one.ids.append(track.person)
            track.vx, track.vy = one.body.vx, one.body.vy
        track.seen_at = now
        return self._sighting(now, one, track, away, bearing)

    def _drop_name(self, track: Track) -> None:
        if track.person is not None:
            self._gone.append((track.seen_at, track.person))
            track.person = None

    def _sighting(
        self, now: float, one: Somebody, track: Track, away: float, bearing: float
    ) -> PersonSeen:
        body, rng, noise = one.body, track.rng, self._noise
        gauss, place = rng.gauss, noise.place
        off = track.off
        if place.range_jitter or place.bearing_jitter_rad:
            off[0] = self._keep * off[0] + self._fresh * gauss(0, place.range_jitter)
            off[1] = self._keep * off[1] + self._fresh * gauss(0, place.bearing_jitter_rad)
        seems = away * track.range_bias * (1 + off[0])
        angle = bearing + off[1]
        track.vx += self._follow * (body.vx - track.vx)
        track.vy += self._follow * (body.vy - track.vy)
        wobble = place.speed_jitter_m_s * (0.3 + away / 3)
        vx = track.vx + (gauss(0, wobble) if wobble else 0.0)
        vy = track.vy + (gauss(0, wobble) if wobble else 0.0)
        agent = self._plan.agent
        nx, ny = (agent.x_m - body.x) / away, (agent.y_m - body.y) / away
        to_agent = math.atan2(ny, nx)
        facing, head, pitch, gaze = self._turned(one, track, away, to_agent)
        return PersonSeen(
            at=now,
            person=track.person or PersonId(""),
            place=self._place(seems, angle),
            approach_m_s=vx * nx + vy * ny,
            speed_m_s=math.hypot(vx, vy),
            facing_rad=facing,
            head_yaw_rad=head,
            head_pitch_rad=pitch,
            gaze_off_rad=gaze,
            mouth_open=None if gaze is None else one.mouth_open(rng),
            hand_raised=None if facing is None else one.hand_up,
            face_height_m=body.eye_height + track.height_bias,
            confidence=max(0.4, 0.95 - 0.04 * away),
        )

    def _place(self, away: float, angle: float) -> Place:
        return Place(x_m=away * math.cos(angle), y_m=away * math.sin(angle))

    def _turned(
        self, one: Somebody, track: Track, away: float, to_agent: float
    ) -> tuple[float | None, float | None, float | None, float | None]:
        """Facing, head yaw, head pitch and gaze, each None where it cannot be told."""
        noise, camera, rng, body = self._noise.turn, self._plan.camera, track.rng, one.body
        chest = math.remainder(body.heading - to_agent, math.tau)
        yaw = math.remainder(body.head - to_agent, math.tau)
        facing = head = pitch = gaze = None
        if not noise.facing_missing or rng.random() >= noise.facing_missing:
            jitter = noise.facing_jitter_rad * away / _MEASURED_M
            facing = abs(math.remainder(chest + rng.gauss(0, jitter), math.tau))
        turned = abs(yaw) > noise.face_turned_rad or away > camera.face_m
        if turned:
            head = math.remainder(yaw + rng.gauss(0, noise.far_head_jitter_rad), math.tau)
        else:
            head = yaw + rng.gauss(0, noise.head_jitter_rad)
            up = math.atan2(camera.height_m - body.eye_height, away)
            pitch = body.pitch - up if not one.eyes_on_agent else 0.0
            share = noise.gaze_missing * (away / _MEASURED_M) ** 2
            missed = noise.gaze_missing and (noise.gaze_missing >= 1 or rng.random() < share)
            if away <= camera.gaze_m and not missed:
                off = math.hypot(yaw, pitch) + track.gaze_bias
                gaze = min(math.pi, abs(off + rng.gauss(0, noise.gaze_jitter_rad)))
        return facing, head, pitch, gaze

    # Who is not there, or no longer

    def _see_ghosts(self, now: float, out: list[Message]) -> None:
        for ghost in self._ghosts:
            jitter = self._rng.gauss(0, 0.1)
            out.append(
                PersonSeen(
                    at=now,
                    person=ghost.person,
                    place=Place(x_m=ghost.x + jitter, y_m=ghost.y),
                    approach_m_s=self._rng.gauss(0, 0.1),
                    speed_m_s=abs(jitter),
                    confidence=0.45,
                )
            )
            if now >= ghost.until:
                self._gone.append((now, ghost.person))
        self._ghosts = [ghost for ghost in self._ghosts if now < ghost.until]

    def _lose(self, now: float, people: list[Somebody], out: list[Message]) -> None:
        bridge = self._noise.loss.bridge_s
        for one in people:
            track = self._tracks.get(one.number)
            if track is None or track.person is None or now - track.seen_at <= bridge:
                continue
            self._drop_name(track)
            track.in_view_since = None
        for pair in [pair for pair in self._gone if now - pair[0] > bridge]:
            out.append(PersonLost(at=pair[0], person=pair[1]))
            self._gone.remove(pair)
