"""What people hold: drawn figures with a drawn thing in a hand, and real clips, by the whole eyes.

Drawn: boxes and laptops of two looks each, in either hand of somebody who stands, sways a little
and is turned to one side; told within six seconds or not. Baseline: the same films by posture
alone. Control: the same figures with nothing in their hands. Real clips: looks, as often as
pictures allow, after which a thing is taken to be in somebody's hand; nobody there holds any of
those that are told, so all are false.
"""

import importlib
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.bench.figure import Figure
from agent.bench.handover import CHARACTER
from agent.bench.looking import look_at_all
from agent.commands.perceive_between import Between
from agent.core.errors import BackendUnavailableError
from agent.core.messages import Context
from agent.models import models_folder
from perception.engagement.among import AmongConfig
from perception.engagement.handling import HANDS, handled, metre_px
from perception.eyes.camera import CameraConfig
from perception.eyes.detectors import DetectorConfig, detector_opener
from perception.eyes.objects import (
    ObjectDetector,
    ObjectFocus,
    ObjectsConfig,
    object_opener,
)
from perception.eyes.people import PeopleConfig
from perception.eyes.sightings import Body, Focus, Look, PeopleDetector
from perception.eyes.track import Track
from perception.senses import Camera, Picture

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
Shape = tuple[Colour, tuple[tuple[float, float], ...]]
"""A convex face: its colour, and corners in metres right and down of the hand."""

SECONDS, HZ = 6.0, 10
PLACES_M: Final = (1.7, 2.2, 2.7, 3.2)
TURNED_RAD: Final = (-0.35, 0.45)
CLIPS: Final = ("lobby_approach.mp4", "single_face.mp4", "face_noface.mov")
OFTEN: Final = {"body_s": 0.03, "scan_s": 0.1, "busy_hz": 30.0, "far_hz": 30.0}
"""Bodies are measured in as many pictures as there are."""


def thing_figures(video: Path | None) -> list[Figure]:
    """Two minutes. Raises `BackendUnavailableError` where there is no model of things."""
    opener = object_opener(ObjectsConfig(), models_folder(), lambda line: None)
    if opener is None:
        raise BackendUnavailableError("no model of things: foyer models pull --objects")
    empty = sum(_carries(film, model=True) for film in _films(""))
    figures = [_drawn_figure(what, empty) for what in ("box", "laptop")]
    if video is not None:
        detector = opener()
        looks = [_looks(detector, path) for name in CLIPS if (path := video / name).is_file()]
        detector.close()
        if looks:
            figures.append(_clips_figure(looks))
    return figures


def _drawn_figure(what: str, empty: int) -> Figure:
    films = list(_films(what))
    return Figure(
        name=f"drawn, a {what} in a hand: told to carry, of {len(films)}",
        value=sum(_carries(film, model=True) for film in films), unit="", at_most=False,
        baseline=sum(_carries(film, model=False) for film in films), baseline_of="posture alone",
        control=empty, control_of="empty hands",
    )  # fmt: skip


def _clips_figure(looks: Sequence[tuple[int, int, int]]) -> Figure:
    taken, found, held = (sum(column) for column in zip(*looks, strict=True))
    return Figure(
        name=f"real clips: false things in a hand, of {taken} looks", value=held, unit="",
        target=0, note=f"{found} looks found a thing somewhere, none of which is one",
    )  # fmt: skip


def _looks(detector: ObjectDetector, path: Path) -> tuple[int, int, int]:
    """Of one clip: looks, those with any thing, and those with one in a hand."""
    recorded = importlib.import_module("perception.backends.recorded")
    focus = ObjectFocus(ObjectsConfig(every_s=0.01, near_m=20.0))
    taken = found = held = 0

    def watch(picture: Picture, look: Look, tracks: list[Track]) -> None:
        nonlocal taken, found, held
        height, width = picture.pixels.shape[:2]
        if (chosen := focus.choose(picture.at, tracks, (width, height))) is None:
            return
        things = detector.find(picture.pixels, chosen.around)
        # Whoever is looked at looks down: the most that can be told.
        told = handled(
            chosen.at, chosen.body, things, chosen.size_px, others=chosen.others,
            head_pitch_rad=-1.0,
        )  # fmt: skip
        taken, found = taken + 1, found + bool(things)
        held += told is not None and bool(told.carries or told.phones)

    often = PeopleConfig()
    often = often.model_copy(update={"focus": often.focus.model_copy(update=OFTEN)})
    camera: Camera = recorded.RecordedCamera(path)
    look_at_all(camera, lambda message: None, config=often, watch=watch)
    return taken, found, held


def _carries(film: "_Film", *, model: bool) -> bool:
    """Whether it is told, by things and posture or by posture alone."""
    objects = ObjectsConfig(backend="mediapipe" if model else "none")
    between = Between(
        CameraConfig(), AmongConfig(), between=False, context=True, objects=objects,
        models=models_folder(),
    )  # fmt: skip
    told: list[Context | None] = []

    def watch(picture: Picture, look: Look, tracks: list[Track]) -> None:
        told.extend(one.context for one in between.look(picture, tracks, []) if one.holds)

    look_at_all(film, between.tell, watch=watch)
    between.close()
    return Context.CARRYING in told


def _films(what: str) -> Iterator["_Film"]:
    """One of each place and turning; looks and hands alternate."""
    room = importlib.import_module("actuation.embodiments.room_camera")
    vrm = importlib.import_module("actuation.embodiments.vrm_file")
    camera = room.RoomCamera(vrm.read_character(CHARACTER))
    bodies = detector_opener(
        DetectorConfig(faces=False), camera=CameraConfig(), models=models_folder()
    )()
    for n, (x_m, turned_rad) in enumerate(product(PLACES_M, TURNED_RAD)):
        drawn = []
        for sway_m in (0.0, 0.02, -0.01):
            figure = room.Figure(x_m=x_m, y_m=0.15 + sway_m, front_rad=math.pi + turned_rad)
            pixels: Pixels = np.array(camera.picture([figure], np.random.default_rng(n)))
            drawn.append(_holding(pixels, what, n, bodies))
        yield _Film(tuple(drawn))
    bodies.close()


@dataclass(frozen=True)
class _Film:
    """A few pictures over and over; the camera's noise goes on."""

    drawn: tuple[Pixels, ...]

    async def pictures(self) -> AsyncIterator[Picture]:
        """What the camera sees, flat out."""
        rng = np.random.default_rng(4)
        for k in range(round(SECONDS * HZ)):
            still = self.drawn[k % len(self.drawn)]
            noisy = still + rng.integers(-3, 4, still.shape, dtype=np.int16)
            yield Picture(at=k / HZ, pixels=np.clip(noisy, 0, 255).astype(np.uint8))


def _holding(pixels: Pixels, what: str, n: int, bodies: PeopleDetector) -> Pixels:
    """With a thing drawn over the left or the right hand of who is in the picture."""
    found = bodies.look(Picture(at=0.0, pixels=pixels), Focus(faces=())).bodies
    size_px = (pixels.shape[1], pixels.shape[0])
    if not what or not found:
        return pixels
    hand, scale_px = _hand(found[0], n % 2, size_px), metre_px(found[0], size_px)
    if hand is not None and scale_px is not None:
        for colour, corners in SHAPES[what][n // 2 % 2]:
            paint(pixels, hand + scale_px * np.array(corners), colour)
    return pixels


def _hand(body: Body, side: int, size_px: tuple[int, int]) -> NDArray[np.float64] | None:
    if body.outline is None:
        return None
    _, _, points = HANDS[side]
    return np.asarray(body.outline[list(points)].mean(axis=0) * size_px)


def paint(pixels: Pixels, corners: NDArray[Any], colour: Colour) -> None:
    """Paint a convex shape; its corners go round."""
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    sides = [
        (after[0] - before[0]) * (y - before[1]) - (after[1] - before[1]) * (x - before[0])
        for before, after in zip(corners, np.roll(corners, -1, axis=0), strict=True)
    ]
    inside = np.all([side >= 0 for side in sides], axis=0)
    inside |= np.all([side <= 0 for side in sides], axis=0)
    pixels[inside] = colour


def _upright(left: float, top: float, right: float, bottom: float) -> Any:  # noqa: ANN401
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _a_box(front: Colour, wide: float, high: float, deep: float) -> tuple[Shape, ...]:
    red, green, blue = front
    top, side = (min(255, red + 26), min(255, green + 26), min(255, blue + 26)), (
        red - 36, green - 34, blue - 30,
    )  # fmt: skip
    tape = (230, 215, 180)
    left, right, above, below = -wide / 2, wide / 2, -0.05, high - 0.05
    return (
        (front, _upright(left, above, right, below)),
        (top, ((left, above), (left + deep, above - deep), (right + deep, above - deep),
               (right, above))),
        (side, ((right, above), (right + deep, above - deep), (right + deep, below - deep),
                (right, below))),
        (tape, _upright(-0.02, above, 0.02, above + high / 3)),
    )  # fmt: skip


def _a_laptop(frame: Colour, screen: Colour, keys: Colour) -> tuple[Shape, ...]:
    return (
        (frame, _upright(-0.17, -0.24, 0.17, 0.0)),
        (screen, _upright(-0.15, -0.22, 0.15, -0.02)),
        (frame, ((-0.17, 0.0), (0.17, 0.0), (0.22, 0.09), (-0.22, 0.09))),
        (keys, ((-0.14, 0.01), (0.14, 0.01), (0.17, 0.06), (-0.17, 0.06))),
    )


SHAPES: Final = {
    "box": (
        _a_box((180, 138, 92), 0.42, 0.32, 0.1),
        _a_box((158, 122, 90), 0.34, 0.26, 0.12),
    ),
    "laptop": (
        _a_laptop((188, 190, 194), (70, 96, 150), (58, 58, 62)),
        _a_laptop((48, 48, 52), (214, 224, 232), (30, 30, 34)),
    ),
}
"""Two looks of each."""
