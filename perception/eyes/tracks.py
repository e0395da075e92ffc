"""Follows people over the floor from picture to picture. Pure: time comes with what was seen.

Each track is a constant-velocity Kalman filter on the floor. A distance comes from the face, the
feet or the body's size, and these disagree by a tenth or so in ways that last for one person; a
track therefore learns by how much each cue disagrees, so that nobody jumps when the face comes
into view or the feet leave it. The most trusted cue in view slowly has its way.
"""

import math
from collections.abc import Callable, Iterable

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from agent.core.messages import PersonId
from perception.eyes.track import (
    Sighting,
    Track,
    correct,
    doubtful,
    elsewhere,
    floor_noise,
    fused_distance,
    limited,
    note_hand,
    note_middle,
    on_floor,
    predict,
)


class TrackConfig(BaseModel):
    """When a sighting becomes a person, and when a person has gone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hits_to_confirm: int = Field(
        3, ge=1, le=20, description="Sightings of a body until it counts as a person."
    )
    face_hits_to_confirm: int = Field(
        5, ge=1, le=20, description="The same for a face of which no body is seen."
    )
    doubt_s: float = Field(
        0.7,
        gt=0,
        le=5,
        description="An unconfirmed sighting not seen again for this long is dropped.",
    )
    bridge_s: float = Field(
        1.5, gt=0, le=10, description="A person out of view for this long has gone."
    )
    agility_m_s2: float = Field(
        0.6, gt=0, le=5, description="How suddenly people change their walk; higher follows faster."
    )
    settle_s: float = Field(
        3.0, gt=0, le=30, description="Time in which the most trusted distance has its way."
    )


FOUND_SHARE = 0.5
"""Who is really there is found in at least this part of the looks."""
FAIR_CHANCES = 4
"""Updates without a sighting before one in doubt is dropped; a look is one or two updates."""
GATE = 9.0
"""Squared normalised distance within which a sighting may belong to a track."""


class Tracker:
    """Everybody in view."""

    def __init__(self, config: TrackConfig, new_id: Callable[[], PersonId]) -> None:
        self._config = config
        self._new_id = new_id
        self.tracks: list[Track] = []

    def update(self, at: float, sightings: Iterable[Sighting]) -> list[Track]:
        """Take in one picture's sightings; returns the confirmed people seen in it."""
        for track in self.tracks:
            predict(track, at, self._config.agility_m_s2)
        left = self._without_owned(at, list(sightings))
        # People first: what is not yet known to be one must not take their sightings.
        for known in (True, False):
            group = [track for track in self.tracks if track.confirmed is known]
            for track, sighting in _pairs(group, left):
                left.remove(sighting)
                self._see(track, at, sighting)
        for track in self.tracks:
            track.missed_updates = 0 if track.seen_at == at else track.missed_updates + 1
        self._reunite(at)
        self.tracks += [self._begin(at, sighting) for sighting in left]
        return [track for track in self.tracks if track.confirmed and track.seen_at == at]

    def _without_owned(self, at: float, sightings: list[Sighting]) -> list[Sighting]:
        """A body goes to whoever its face went to, however far off it seems; returns the rest."""
        left = []
        for sighting in sightings:
            face = sighting.whose
            owners = [t for t in self.tracks if face is not None and t.face is face]
            if owners and owners[0].face_at == at:
                self._see(owners[0], at, sighting)
            else:
                left.append(sighting)
        return left

    def lost(self, at: float) -> list[Track]:
        """Drop whoever has not been seen for too long; returns the confirmed among them."""
        gone = [track for track in self.tracks if self._is_gone(track, at)]
        self.tracks = [t for t in self.tracks if t not in gone]
        return [track for track in gone if track.confirmed]

    def _reunite(self, at: float) -> None:
        """Whoever was out of sight for a moment and is found again keeps their name."""
        for new in [t for t in self.tracks if t.confirmed and t.confirmed_at == at]:
            missing = [t for t in self.tracks if t.confirmed and t.seen_at < new.first_at]
            missing = [t for t in missing if _could_be(t, new)]
            old = min(missing, key=lambda t: math.dist(t.state[:2], new.state[:2]), default=None)
            if old is not None:
                new.person, new.first_at = old.person, old.first_at
                self.tracks.remove(old)

    def _is_gone(self, track: Track, at: float) -> bool:
        away_s = at - track.seen_at
        if track.confirmed:
            return away_s > self._config.bridge_s
        # On a machine so busy that looks are rare, a doubtful one gets a second look.
        looked = track.missed_updates >= FAIR_CHANCES or away_s > self._config.bridge_s * 3
        return looked and away_s > self._config.doubt_s

    def _begin(self, at: float, sighting: Sighting) -> Track:
        distance, noise = fused_distance(sighting, {})
        lasting = {r.cue: limited(math.log(distance / r.distance_m)) for r in sighting.ranges}
        track = Track(
            person=self._new_id(),
            state=np.array([*on_floor(distance, sighting.bearing_rad), 0.0, 0.0]),
            spread=np.diag([0.0, 0.0, 0.5, 0.5]),
            at=at,
            first_at=at,
            seen_at=at,
            sighting=sighting,
            lasting=lasting,
            face_seeks=1 if sighting.face else 0,
            body_seeks=1 if sighting.body else 0,
        )
        track.spread[:2, :2] = floor_noise(distance, sighting.bearing_rad, noise)
        self._remember(track, at, sighting)
        return track

    def _see(self, track: Track, at: float, sighting: Sighting) -> None:
        elapsed = max(at - track.seen_at, 0.0)
        expected = max(track.place.distance_m, 0.1)
        for reading in sighting.ranges:
            if reading.cue not in track.lasting:
                track.lasting[reading.cue] = limited(math.log(expected / reading.distance_m))
        distance, noise = fused_distance(sighting, track.lasting)
        noise *= doubtful(track, distance, noise)
        correct(track, distance, sighting.bearing_rad, noise)
        self._settle(track, sighting, elapsed)
        track.hits += 1
        track.seen_at, track.sighting = at, sighting
        self._remember(track, at, sighting)

    def _settle(self, track: Track, sighting: Sighting, elapsed_s: float) -> None:
        """Let the most trusted cue in view lose its offset, and the others follow it."""
        leader = max(sighting.ranges, key=lambda reading: reading.trust)
        share = 1 - math.exp(-elapsed_s / self._config.settle_s)
        track.lasting[leader.cue] *= 1 - share
        here = math.log(max(track.place.distance_m, 0.1))
        for reading in sighting.ranges:
            if reading.cue is not leader.cue:
                offset = limited(here - math.log(reading.distance_m))
                track.lasting[reading.cue] += share * (offset - track.lasting[reading.cue])

    def _remember(self, track: Track, at: float, sighting: Sighting) -> None:
        if sighting.face is not None:
            track.face, track.face_at = sighting.face, at
            track.face_hits += 1
        if sighting.body is not None:
            track.body, track.body_at = sighting.body, at
            note_hand(track, sighting.body.hand_raised)
            track.body_hits, track.body_misses = track.body_hits + 1, 0
        if not track.confirmed and self._is_person(track):
            track.confirmed, track.confirmed_at = True, at
        note_middle(track, at, sighting)

    def _is_person(self, track: Track) -> bool:
        """Patterns fool the networks now and then; people are found again and again."""
        config = self._config
        faces = track.face_hits >= FOUND_SHARE * track.face_seeks
        bodies = track.body_hits >= FOUND_SHARE * track.body_seeks
        if track.face_hits and track.body_hits:
            return (faces or bodies) and track.hits >= config.hits_to_confirm
        if track.body_hits:
            return bodies and track.body_hits >= config.hits_to_confirm
        return faces and track.face_hits >= config.face_hits_to_confirm


def _could_be(old: Track, new: Track) -> bool:
    """Whether a lost track's walk, or stopping on the way, leads to where the new one is."""
    walked_to = math.atan2(old.state[1], old.state[0])
    low, high = sorted((old.sighting.bearing_rad, walked_to))
    here = math.atan2(new.state[1], new.state[0])
    outside = max(low - here, here - high, 0.0)
    far, near = sorted((old.place.distance_m, new.place.distance_m), reverse=True)
    return outside * near < 0.6 and far < 1.5 * near


def _pairs(tracks: list[Track], sightings: list[Sighting]) -> list[tuple[Track, Sighting]]:
    """Which sighting belongs to whom: nearest first, each once."""
    costs = [
        (_cost(track, sighting), i, j)
        for i, track in enumerate(tracks)
        for j, sighting in enumerate(sightings)
        if not elsewhere(track, sighting)
    ]
    pairs, used_tracks, used_sightings = [], set(), set()
    for cost, i, j in sorted(costs):
        if cost > GATE:
            break
        if i not in used_tracks and j not in used_sightings:
            used_tracks.add(i)
            used_sightings.add(j)
            pairs.append((tracks[i], sightings[j]))
    return pairs


def _cost(track: Track, sighting: Sighting) -> float:
    """Squared distance in units of what may be expected."""
    distance, noise = fused_distance(sighting, track.lasting)
    miss = np.array(on_floor(distance, sighting.bearing_rad)) - track.state[:2]
    # A cue not met before on this person may be a quarter off.
    known = any(reading.cue in track.lasting for reading in sighting.ranges)
    relative = max(2.5 * noise, 0.12 if known else 0.25)
    doubt = floor_noise(distance, sighting.bearing_rad, relative)
    doubt += np.eye(2) * 0.15**2
    return float(miss @ np.linalg.solve(track.spread[:2, :2] + doubt, miss))
