"""Chooses what to look at in the next picture, so that eyes cost little and miss little.

Nobody in view: a few looks a second over the whole picture. People in view: their heads in every
look, one body measurement a look, and a search elsewhere now and then. Small faces escape the
networks in a whole picture, so the search goes round in tiles. Of people who overlap the body
network tells only the surest, so in every other search those who are known are painted out, and
where somebody is looked for who was not found the last time, or only so, or is in doubt. Pure.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from perception.eyes.camera import WHOLE, Box
from perception.eyes.sightings import Focus, Known
from perception.eyes.track import Track


class FocusConfig(BaseModel):
    """How much looking is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    idle_hz: float = Field(4.0, gt=0, le=30, description="Looks a second while nobody is in view.")
    busy_hz: float = Field(
        15.0, gt=0, le=60, description="Most looks a second while somebody is near."
    )
    far_hz: float = Field(
        8.0, gt=0, le=60, description="Most looks a second while all people are far away."
    )
    scan_s: float = Field(
        0.6, gt=0, le=10, description="Time between searches for new bodies, with people in view."
    )
    body_s: float = Field(
        0.4, gt=0, le=10, description="Time between body measurements of one whose face is in view."
    )
    heads: int = Field(4, ge=0, le=10, description="Most heads looked at enlarged in one look.")
    head_m: float = Field(
        5.0, gt=0, le=20, description="Faces farther away are too small to be worth a look."
    )


TILES = (
    WHOLE,
    *(Box(x, y, x + 0.5, y + 0.6) for y in (0.0, 0.4) for x in (0.0, 0.25, 0.5)),
)
_BANDS = tuple(Box(x, 0.15, x + 0.5, 0.85) for x in (0.0, 0.25, 0.5))
SCANS = (WHOLE, _BANDS[0], WHOLE, _BANDS[1], WHOLE, _BANDS[2])
"""Near bodies are found in the whole picture, far ones in its parts."""
BUSY_SCANS = (_BANDS[1], _BANDS[0], WHOLE, _BANDS[2])
"""With people in view, whoever comes near beside them stirs and is looked for at once."""
FRESH_S = 0.35
NEAR_COUNTS = 2.0
"""Whoever is near is measured before those far away have waited so many times longer."""
STIR_LOOKS, STIR_REFILL_S = 6.0, 2.0
"""Looks to spend at once on what stirs and may be nobody, as a screen does, and the time in which
one more comes in. Somebody new gives them all back."""
KNOWN_S = 1.0
"""Whoever was measured longer ago may stand otherwise by now, and is not painted out."""
STANDS_M_S = 0.5
"""Who walks faster is elsewhere, and otherwise, than when measured."""
FEWEST = 2
"""One alone hides nobody for long, and is measured the better for it."""
WAITS_S = 0.6
"""Who was not seen for so long waits for a look."""
PAINTED_KEPT = 24
"""Looks with somebody painted out that are remembered: some two seconds of them."""
CROP = 2.5
"""Side of the square around a body, against the body's height: the network wants to see the
surroundings; with 1.2 it finds one far body in five, with 2.5 nine in ten."""


class FocusPolicy:
    """Decides look by look; remembers only where the search has got to."""

    def __init__(self, config: FocusConfig) -> None:
        self._config = config
        self._last_look = float("-inf")
        self._last_scan = float("-inf")
        self._tile = self._scan = 0
        self._stir_at = float("-inf")
        self._stir_looks = STIR_LOOKS
        self._people_at_stir = 0
        self._painted = deque[float](maxlen=PAINTED_KEPT)

    def choose(self, at: float, tracks: Sequence[Track], *, stir: bool = False) -> Focus | None:
        """What to do with the picture of the moment `at`; None: let it pass.

        `stir`: something large moves where nobody is known; it is looked at before its turn.
        """
        if stir and self._heeds(at, len(tracks)):
            self._last_look = at
            heads, known = self._heads(at, tracks), self._standing(at, tracks)
            self._note(at, known)
            return Focus(scan=WHOLE, faces=self._next_tiles(1), heads=heads, known=known)
        rate_hz = self._rate_hz(tracks)
        # A picture that is a shade early is better than the next, a whole picture late.
        if at - self._last_look < 0.9 / rate_hz:
            return None
        self._last_look = at
        if not tracks:
            return Focus(scan=self._next_scan(at, tracks, ()), faces=self._next_tiles(2))
        heads, faces = self._heads(at, tracks), self._next_tiles(1)
        known = self._standing(at, tracks)
        # Searches without those who are known come on top of the others, which measure them all.
        if at - self._last_scan >= self._scan_s(at, tracks) / (2 if known else 1):
            known = known if self._paints() else ()
            scan = self._next_scan(at, tracks, known)
            self._note(at, known)
            return Focus(scan=scan, faces=faces, heads=heads, known=known)
        wanted = self._stalest_body(at, tracks)
        if wanted is None or wanted.body is None:
            return Focus(scan=None, faces=faces, heads=heads)
        region = _around(wanted.shifted(wanted.body.box, wanted.body_at, at))
        near = [t for t in tracks if t is wanted or (t.body and region.overlap(t.body.box) > 0)]
        missed = wanted.body_misses > 0 or wanted.body_at in self._painted
        hidden = len(near) > 1 and (missed or not wanted.confirmed)
        known = _known(at, near, spared=wanted) if hidden else ()
        self._note(at, known)
        _seek(at, wanted)
        return Focus(scan=None, bodies=(region,), faces=faces, heads=heads, known=known)

    def _heeds(self, at: float, people: int) -> bool:
        """Whether a stir is worth a look: as long as looks at it are left."""
        refill = (at - self._stir_at) / STIR_REFILL_S if self._stir_at > float("-inf") else 0.0
        self._stir_looks = min(STIR_LOOKS, self._stir_looks + refill)
        if people > self._people_at_stir:
            self._stir_looks = STIR_LOOKS
        self._stir_at, self._people_at_stir = at, people
        if self._stir_looks < 1 or at - self._last_look < 0.9 / self._config.busy_hz:
            return False
        self._stir_looks -= 1
        return True

    def _rate_hz(self, tracks: Sequence[Track]) -> float:
        if not tracks:
            return self._config.idle_hz
        near = any(track.place.distance_m <= self._config.head_m for track in tracks)
        return self._config.busy_hz if near else self._config.far_hz

    def _scan_s(self, at: float, tracks: Sequence[Track]) -> float:
        """Search often while nobody near claims the time."""
        held = any(
            track.place.distance_m <= self._config.head_m and at - track.seen_at <= FRESH_S
            for track in tracks
        )
        return self._config.scan_s if held else 1.5 / self._config.far_hz

    def _heads(self, at: float, tracks: Sequence[Track]) -> tuple[Box, ...]:
        near = [track for track in tracks if track.place.distance_m <= self._config.head_m]
        near.sort(key=lambda t: (t.face_sought_at, t.place.distance_m))
        heads = []
        for track in near[: self._config.heads]:
            if (head := track.head_at(at)) is not None:
                track.face_sought_at, track.face_seeks = at, track.face_seeks + 1
                heads.append(head.grown(1.7))
        return tuple(heads)

    def _stalest_body(self, at: float, tracks: Sequence[Track]) -> Track | None:
        """Whose body to measure: at once where it is all there is, else when it is due."""
        wanted = [
            track
            for track in tracks
            if track.body is not None
            and (at - track.face_at > FRESH_S or at - track.body_sought_at >= self._config.body_s)
        ]
        return max(wanted, key=lambda track: self._urgency(at, track), default=None)

    def _urgency(self, at: float, track: Track) -> float:
        near = NEAR_COUNTS if track.place.distance_m <= self._config.head_m else 1.0
        return near * min(at - track.body_sought_at, 10.0) / (1 + track.body_misses)

    def _next_tiles(self, count: int) -> tuple[Box, ...]:
        chosen = tuple(TILES[(self._tile + i) % len(TILES)] for i in range(count))
        self._tile = (self._tile + count) % len(TILES)
        return chosen

    def _note(self, at: float, known: tuple[Known, ...]) -> None:
        """Whoever is found in such a look only is looked for in such ones again."""
        if known:
            self._painted.append(at)

    def _standing(self, at: float, tracks: Sequence[Track]) -> tuple[Known, ...]:
        """Who can be painted out; nobody while somebody near walks or just came, or one waits.

        Whoever is known comes first: where looks are too few for all, no more are spent on others.
        """
        for track in tracks:
            comes = track.speed_m_s > STANDS_M_S or at - track.first_at < KNOWN_S
            near = track.place.distance_m <= self._config.head_m
            if track.confirmed and ((comes and near) or at - track.seen_at > WAITS_S):
                return ()
        known = _known(at, tracks)
        return known if len(known) >= FEWEST else ()

    def _paints(self) -> bool:
        """Every other search of each part."""
        return (self._scan + self._scan // len(BUSY_SCANS)) % 2 == 0

    def _next_scan(self, at: float, tracks: Sequence[Track], known: tuple[Known, ...]) -> Box:
        self._last_scan = at
        order = BUSY_SCANS if tracks else SCANS
        region = order[self._scan % len(order)]
        self._scan += 1
        if region is WHOLE:
            for track in tracks:
                near = track.place.distance_m <= self._config.head_m
                if track.body is not None and near and not (known and _is_known(at, track)):
                    _seek(at, track)
        return region


def _known(at: float, tracks: Sequence[Track], spared: Track | None = None) -> tuple[Known, ...]:
    """Whose body was measured a moment ago, the farthest first."""
    found = []
    for track in sorted(tracks, key=lambda t: -t.place.distance_m):
        body = track.body
        if (
            body is not None
            and body.outline is not None
            and (track is spared or _is_known(at, track))
        ):
            shift = np.array([track.shift(track.body_at, at), 0.0])
            found.append(Known(outline=body.outline + shift, spared=track is spared))
    return tuple(found)


def _is_known(at: float, track: Track) -> bool:
    lately = at - track.body_at <= KNOWN_S
    return lately and track.confirmed and track.speed_m_s <= STANDS_M_S


def _seek(at: float, track: Track) -> None:
    """Note that a look is for this body."""
    track.body_sought_at = at
    track.body_seeks += 1
    track.body_misses += 1  # taken back when the body is found


def _around(body: Box) -> Box:
    """A square of the picture with the body in its middle, kept inside."""
    (x, y), half = body.center, CROP / 2 * body.height
    # Boxes are fractions; pictures are about 4:3, so a square is narrower than it is high.
    wide = 0.75 * half
    return Box(max(0.0, x - wide), max(0.0, y - half), min(1.0, x + wide), min(1.0, y + half))
