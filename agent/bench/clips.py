"""Real clips: when somebody came and went, and how many there were, against what the pictures show.

The truth was read off the pictures by eye, one by one, and stands here: `face_noface.mov` begins
with a man and is cut at 2.42 s; in `lobby_approach.mp4` a man comes in from the right (an edge of
him at 1.80 s, head and chest at 2.00 s), passes in front at some two metres and is gone by 4.62 s
(his head; a shoe until 4.71 s), while others walk and stand far behind. For the last figure half
of the first man's face is covered for a second by a patch of skin, as by a raised hand.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure
from agent.bench.handover import handover_figures
from agent.bench.looking import look_at_all
from agent.core.messages import ComponentHealth, PersonId, PersonLost, PersonSeen
from perception.senses import Camera, Picture

Cover = Callable[[Picture], Picture]
CUT_S = 2.42
MAN_COMES_S, MAN_GOES_S = 2.00, 4.62
NEAR_M = 5.0
COVERED_S = (0.8, 1.8)
SKIN = (196, 148, 120)


@dataclass(frozen=True, slots=True)
class Clip:
    """A video, each picture changed on its way."""

    path: Path
    cover: Cover

    async def pictures(self) -> AsyncIterator[Picture]:
        """The pictures, flat out."""
        # Heavy: only where there is something to read.
        from perception.backends.recorded import RecordedCamera

        async for picture in RecordedCamera(self.path).pictures():
            yield self.cover(picture)


def clip_figures(folder: Path) -> list[Figure]:
    """Arrivals, departures, one man all the way, one man half hidden."""
    face = seen_in(Clip(folder / "face_noface.mov", plain))
    lobby = seen_in(Clip(folder / "lobby_approach.mp4", plain))
    hidden = seen_in(Clip(folder / "face_noface.mov", half_hidden))
    near = [one for one in lobby if one.place.distance_m < NEAR_M]
    man = near[0].person if near else PersonId("")
    his = [one for one in lobby if one.person == man]
    others = {one.person for one in near} - {man}
    metres = [one.place.distance_m for one in his]
    return [
        _off("a face that is there from the start: first told", face, 0.0, first=True),
        _off("the same, cut away: last told", face, CUT_S, first=False),
        _off("man who comes into the lobby: first told", his, MAN_COMES_S, first=True),
        _off("the same: last told", his, MAN_GOES_S, first=False),
        Figure(
            name="the same: ids he goes by, and ghosts beside him",
            value=len({one.person for one in near}),
            unit="",
            target=1,
            note=f"{len(others)} others nearer than {NEAR_M:g} m; {len(his)} sightings, from"
            f" {metres[0]:.1f} m to {min(metres):.1f} m and off at {metres[-1]:.1f} m"
            if metres
            else "never seen",
        ),
        Figure(
            name="man half hidden for a second: ids",
            value=len({one.person for one in hidden}),
            unit="",
            target=1,
            note=f"{_during(hidden)} sightings while hidden",
        ),
        *handover_figures(Clip(folder / "lobby_approach.mp4", plain)),
    ]


def _off(name: str, seen: list[PersonSeen], truth_s: float, *, first: bool) -> Figure:
    told = (seen[0].at if first else seen[-1].at) if seen else float("nan")
    return Figure(
        name=name,
        value=abs(told - truth_s),
        unit="s off",
        target=0.4,
        note=f"told {told:.2f} s, true {truth_s:.2f} s",
    )


def _during(seen: list[PersonSeen]) -> int:
    return sum(COVERED_S[0] <= one.at <= COVERED_S[1] for one in seen)


def seen_in(camera: Camera) -> list[PersonSeen]:
    """All sightings, in order."""
    found = list[PersonSeen]()

    def take(message: PersonSeen | PersonLost | ComponentHealth) -> None:
        if isinstance(message, PersonSeen):
            found.append(message)

    look_at_all(camera, take)
    return found


def plain(picture: Picture) -> Picture:
    """As it is."""
    return picture


def half_hidden(picture: Picture) -> Picture:
    """The lower half of the first man's face behind a patch of skin."""
    if not COVERED_S[0] <= picture.at <= COVERED_S[1]:
        return picture
    pixels: NDArray[np.uint8] = picture.pixels.copy()
    height, width = pixels.shape[:2]
    rows, columns = np.ogrid[:height, :width]
    inside = ((columns / width - 0.47) / 0.14) ** 2 + ((rows / height - 0.66) / 0.2) ** 2 < 1
    pixels[inside] = SKIN
    return Picture(at=picture.at, pixels=pixels)
