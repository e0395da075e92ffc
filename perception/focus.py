"""Chooses what to look at in the next picture, so that eyes cost little and miss little.

Nobody in view: a few looks a second over the whole picture. People in view: their heads in every
look, one body measurement a look, and a search elsewhere now and then. Small faces escape the
networks in a whole picture, so the search goes round in tiles. Pure.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from perception.camera import WHOLE, Box
from perception.sightings import Focus
from perception.tracks import Track


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
SCANS = (WHOLE, Box(0.0, 0.0, 0.6, 1.0), WHOLE, Box(0.4, 0.0, 1.0, 1.0))
FRESH_S = 0.35


class FocusPolicy:
    """Decides look by look; remembers only where the search has got to."""

    def __init__(self, config: FocusConfig) -> None:
        self._config = config
        self._last_look = float("-inf")
        self._last_scan = float("-inf")
        self._tile = self._scan = 0

    def choose(self, at: float, tracks: Sequence[Track]) -> Focus | None:
        """What to do with the picture of the moment `at`; None: let it pass."""
        rate_hz = self._rate_hz(tracks)
        # A picture that is a shade early is better than the next, a whole picture late.
        if at - self._last_look < 0.9 / rate_hz:
            return None
        self._last_look = at
        if not tracks:
            return Focus(scan=self._next_scan(at), faces=self._next_tiles(2))
        heads = self._heads(at, tracks)
        due = at - self._last_scan >= self._config.scan_s
        stale = None if due else self._stalest_body(at, tracks)
        if stale is not None and stale.body is not None:
            stale.body_sought_at = at
            return Focus(
                scan=None, bodies=(_around(stale),), faces=self._next_tiles(1), heads=heads
            )
        scan = self._next_scan(at) if due else None
        return Focus(scan=scan, faces=self._next_tiles(1), heads=heads)

    def _rate_hz(self, tracks: Sequence[Track]) -> float:
        if not tracks:
            return self._config.idle_hz
        near = any(track.place.distance_m <= self._config.head_m for track in tracks)
        return self._config.busy_hz if near else self._config.far_hz

    def _heads(self, at: float, tracks: Sequence[Track]) -> tuple[Box, ...]:
        near = [t for t in tracks if t.place.distance_m <= self._config.head_m and t.head]
        near.sort(key=lambda t: (t.face_sought_at, t.place.distance_m))
        chosen = near[: self._config.heads]
        for track in chosen:
            track.face_sought_at = at
        return tuple(track.head.grown(1.7) for track in chosen if track.head is not None)

    def _stalest_body(self, at: float, tracks: Sequence[Track]) -> Track | None:
        """Whose body to measure: at once where it is all there is, else when it is due."""
        wanted = [
            track
            for track in tracks
            if track.body is not None
            and (at - track.face_at > FRESH_S or at - track.body_sought_at >= self._config.body_s)
        ]
        return min(wanted, key=lambda track: track.body_sought_at, default=None)

    def _next_tiles(self, count: int) -> tuple[Box, ...]:
        chosen = tuple(TILES[(self._tile + i) % len(TILES)] for i in range(count))
        self._tile = (self._tile + count) % len(TILES)
        return chosen

    def _next_scan(self, at: float) -> Box:
        self._last_scan = at
        self._scan = (self._scan + 1) % len(SCANS)
        return SCANS[self._scan]


def _around(track: Track) -> Box:
    """Room for the body to have moved."""
    assert track.body is not None
    box = track.body.box
    grown = box.grown(1.3)
    # Bodies are tall: without extra width the arms and the next step are cut off.
    extra = max(0.0, 0.5 * box.height - grown.width) / 2
    return Box(max(0.0, grown.left - extra), grown.top, min(1.0, grown.right + extra), grown.bottom)
