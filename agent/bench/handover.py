"""Where the face takes over from the body: how far somebody seems to jump there, in metres.

On the real lobby clip, whose man walks without a break, a jump is what a step is longer than his
usual pace. In drawn walks the truth is known, and a jump is what a step
is longer or shorter than the true one. Baseline: each sighting at the distance its own cues say,
as a tracker that learns nothing of how cues disagree would have it.
"""

import importlib
import itertools
import math
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.bench.figure import Figure
from agent.bench.looking import look_at_all
from agent.core.messages import ComponentHealth, PersonId, PersonLost, PersonSeen
from perception.eyes.sightings import Cue, Look
from perception.eyes.track import Track, fused_distance
from perception.senses import Camera, Picture

CHARACTER = Path(__file__).parents[2] / "actuation/embodiments/avatar/receptionist.vrm"
RATE_HZ, WALK_M_S = 15.0, 1.2
WALKS: tuple[tuple[tuple[float, float], tuple[float, float]], ...] = (
    ((6.0, 0.4), (0.8, 0.0)),
    ((5.0, -2.0), (1.2, 0.3)),
    ((1.0, 0.1), (5.5, 0.9)),
)
APART_S = 0.5


@dataclass(frozen=True, slots=True)
class Told:
    """One sighting, with what it was read from."""

    seen: PersonSeen
    cues: frozenset[Cue]
    plain_m: float
    """Distance by its own cues alone."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A drawn figure that glides along a line."""

    begin: tuple[float, float]
    end: tuple[float, float]
    size: float = 1.0
    who: int = 0

    def at(self, seconds: float) -> tuple[float, float]:
        """Where the figure is then, x and y in metres."""
        share = min(1.0, seconds * WALK_M_S / math.dist(self.begin, self.end))
        (x0, y0), (x1, y1) = self.begin, self.end
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)

    async def pictures(self) -> AsyncIterator[Picture]:
        """What the camera sees, flat out."""
        room = importlib.import_module("actuation.embodiments.room_camera")
        vrm = importlib.import_module("actuation.embodiments.vrm_file")
        camera, rng = room.RoomCamera(vrm.read_character(CHARACTER)), np.random.default_rng(1)
        (x0, y0), (x1, y1) = self.begin, self.end
        front = math.atan2(y1 - y0, x1 - x0)
        for k in range(int(math.dist(self.begin, self.end) / WALK_M_S * RATE_HZ)):
            x_m, y_m = self.at(k / RATE_HZ)
            figure = room.Figure(x_m=x_m, y_m=y_m, front_rad=front, size=self.size, who=self.who)
            yield Picture(at=k / RATE_HZ, pixels=camera.picture([figure], rng))


def handover_figures(lobby: Camera) -> list[Figure]:
    """The clip, and three drawn walks of figures of different sizes."""
    man = [one for one in told_of(lobby) if one.seen.place.distance_m < 5.0]
    figures = [_clip_figure("man in the lobby", man)]
    walks = [
        Walk(begin, end, size=size, who=who)
        for (begin, end), size, who in zip(WALKS, (1.0, 0.92, 1.08), (0, 3, 5), strict=True)
    ]
    found = [(walk, told_of(walk)) for walk in walks]
    jumps, plain = list[float](), list[float]()
    changes = 0
    for walk, told in found:
        steps = list(_steps(told, walk))
        jumps += [step for step, _, _ in steps]
        plain += [step for _, step, _ in steps]
        changes += sum(changed for _, _, changed in steps)
    ids = max((len({one.seen.person for one in told}) for _, told in found), default=0)
    figures.append(
        Figure(
            name="drawn people who walk up or off: largest jump",
            value=max(jumps, default=math.nan),
            unit="m",
            target=0.3,
            baseline=max(plain, default=math.nan),
            baseline_of="each sighting by itself",
            note=f"{len(jumps)} steps, {changes} changes of cue, 95 % under"
            f" {np.percentile(jumps, 95):.2f} m ({np.percentile(plain, 95):.2f}); {ids} id each",
        )
    )
    return figures


def _clip_figure(name: str, told: list[Told]) -> Figure:
    """What each step is longer than the person's usual pace explains."""
    ours, plain, changes = list[float](), list[float](), 0
    near = [pair for pair in itertools.pairwise(told) if _apart_s(*pair) <= APART_S]
    pace = float(np.median([math.dist(_place(a), _place(b)) / _apart_s(a, b) for a, b in near]))
    for before, now in near:
        walked = pace * _apart_s(before, now)
        ours.append(max(0.0, math.dist(_place(before), _place(now)) - walked))
        plain.append(max(0.0, math.dist(_plain(before), _plain(now)) - walked))
        changes += now.cues != before.cues
    return Figure(
        name=f"{name}: largest jump beyond his pace",
        value=max(ours, default=math.nan),
        unit="m",
        target=0.3,
        baseline=max(plain, default=math.nan),
        baseline_of="each sighting by itself",
        note=f"{len(ours)} steps, {changes} changes of cue, pace {pace:.1f} m/s",
    )


def _apart_s(before: Told, now: Told) -> float:
    return now.seen.at - before.seen.at


def _steps(told: list[Told], walk: Walk) -> Iterator[tuple[float, float, bool]]:
    """Length of each step against the true one; the same by its own cues; whether cues changed."""
    for before, now in itertools.pairwise(told):
        if now.seen.at - before.seen.at <= APART_S:
            true = np.subtract(walk.at(now.seen.at), walk.at(before.seen.at))
            ours = np.subtract(_place(now), _place(before)) - true
            plain = np.subtract(_plain(now), _plain(before)) - true
            yield math.hypot(*ours), math.hypot(*plain), now.cues != before.cues


def _place(one: Told) -> tuple[float, float]:
    return one.seen.place.x_m, one.seen.place.y_m


def _plain(one: Told) -> tuple[float, float]:
    place = one.seen.place
    share = one.plain_m / max(place.distance_m, 1e-6)
    return share * place.x_m, share * place.y_m


def told_of(camera: Camera) -> list[Told]:
    """Everybody's sightings in order, with the cues of each."""
    seen, cues = list[PersonSeen](), dict[tuple[PersonId, float], tuple[frozenset[Cue], float]]()

    def take(message: PersonSeen | PersonLost | ComponentHealth) -> None:
        if isinstance(message, PersonSeen):
            seen.append(message)

    def watch(picture: Picture, look: Look, tracks: list[Track]) -> None:
        for track in tracks:
            if track.seen_at == picture.at:
                ranges = frozenset(reading.cue for reading in track.sighting.ranges)
                cues[track.person, picture.at] = ranges, fused_distance(track.sighting, {})[0]

    look_at_all(camera, take, watch=watch)
    told = {
        (one.person, one.at): Told(one, *cues[one.person, one.at])
        for one in seen
        if (one.person, one.at) in cues
    }
    return list(told.values())
