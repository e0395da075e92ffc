"""`foyer puppeteer SOURCE`: your face and hands move the agent's, live or from a film.

SOURCE is a video, or `camera` (`camera:1`, `camera:Integrated`). What it makes goes to a figure in
another program (`--to vmc`, `--to livelink`, with `:HOST:PORT`), to the page of an agent at work
(`--page`, face, head and eyes only), to a film of you beside the character (`--film`), to lines of
frames as `foyer perform` writes them (`--frames`). Pictures stay in memory; a film is written only
where it is asked for.
"""

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from actuation.bodies.puppet_configs import LiveLinkConfig, VmcConfig
from actuation.motion import FrameChunk
from agent.commands.perform import VRM, frame_as_json
from agent.core.clock import Clock, LoopClock
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.messages import ComponentHealth, Message
from agent.models import models_folder
from agent.puppet_page import PagePuppet
from agent.puppeteer import Moved, Puppet, puppeteer
from perception.faces.network import load
from perception.faces.puppet import LivePuppet
from perception.off_loop import OneThread
from perception.senses import Camera

if TYPE_CHECKING:
    from actuation.embodiments.datagrams import DatagramBody
    from actuation.embodiments.preview import Preview

LEAD_S: Final = 0.05
"""Frames are for so much later: a figure blends between two of them."""
FILM_PX: Final = 320
CAMERA: Final = ((0.0, 1.5, 1.45), (0.0, 1.43, 0.0), 0.46)
"""Of a film: face, chest and hands."""
ENDS_S: Final = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("source", help="a video, or camera, camera:1, camera:NAME")
    parser.add_argument("--to", action="append", default=[], metavar="vmc|livelink[:HOST[:PORT]]")
    parser.add_argument(
        "--page", metavar="ADDRESS", help="of the console of an agent at work, with its token"
    )
    parser.add_argument("--no-hands", action="store_true", help="the face alone")
    parser.add_argument("--film", type=Path, metavar="MP4", help="you beside the character")
    parser.add_argument("--frames", type=Path, metavar="JSONL", help="what the puppet did")
    parser.add_argument("--seconds", type=float, help="stop after so long")


def run(arguments: argparse.Namespace) -> int:
    """Move the puppet until the pictures end."""
    if not (arguments.to or arguments.film or arguments.frames or arguments.page):
        raise BadInputError("nothing to move; give --to, --page, --film or --frames")
    if arguments.seconds is not None and not arguments.seconds > 0:
        raise BadInputError(f"--seconds {arguments.seconds}: give more than 0")
    for path in (arguments.film, arguments.frames):
        if path is not None and not path.parent.is_dir():
            raise BadInputError(f"{path}: there is no folder {path.parent}")
    done = asyncio.run(_perform(arguments))
    hands = "" if arguments.no_hands else f", hands in {done.hands}"
    print(f"a face in {done.faces} of {done.pictures} pictures{hands}", file=sys.stderr)
    if not done.faces:
        raise BadInputError(f"{arguments.source}: no face was seen; show one, near")
    return 0


@dataclass(slots=True)
class _Done:
    pictures: int = 0
    faces: int = 0
    hands: int = 0


async def _perform(arguments: argparse.Namespace) -> _Done:
    clock, thread = LoopClock(asyncio.get_running_loop()), OneThread("puppeteer")
    page = PagePuppet(arguments.page) if arguments.page else None
    bodies = [_body(wanted, clock) for wanted in arguments.to]
    puppet, close = await thread.call(partial(_eyes, not arguments.no_hands), 60.0)
    camera = _camera(arguments.source, clock, live=bool(bodies or page))
    try:
        async with asyncio.TaskGroup() as group:
            sending = [group.create_task(body.run()) for body in bodies]
            sending += [group.create_task(page.run())] if page else []
            done = await _follow(arguments, puppeteer(camera, puppet, thread), bodies, page, clock)
            for body in bodies:
                await body.rest()
            for task in sending:
                task.cancel()
            if page is not None:
                await page.give_back()
        return done
    except ExceptionGroup as faults:  # one at work, one fault: no need for a group
        raise _only(faults) from None
    finally:
        thread.close(close)
        thread.wait(ENDS_S)


def _only(faults: ExceptionGroup[Exception]) -> Exception:
    first = faults.exceptions[0]
    return _only(first) if isinstance(first, ExceptionGroup) else first


def _eyes(hands: bool) -> tuple[Puppet, Callable[[], None]]:
    """What looks, and how to put it away."""
    # Heavy: only where there is something to see.
    from perception.backends.mediapipe_face import FacePoints
    from perception.backends.mediapipe_hands import HandPoints

    face = LivePuppet(load().frame)
    eyes, fingers = FacePoints(models_folder()), None
    if hands:
        try:
            fingers = HandPoints(models_folder())
        except BackendUnavailableError as fault:
            print(f"{fault}; until then the hands rest", file=sys.stderr)

    def close() -> None:
        eyes.close()
        if fingers is not None:
            fingers.close()

    look = None if fingers is None else fingers.hands
    return Puppet(face=face, find=eyes.find, find_hands=look), close


async def _follow(
    arguments: argparse.Namespace,
    movements: AsyncIterator[Moved],
    bodies: "list[DatagramBody]",
    page: PagePuppet | None,
    clock: Clock,
) -> _Done:
    done, film, begin = _Done(), _Film(arguments.film), -1.0
    out = arguments.frames.open("w", encoding="utf-8") if arguments.frames else None
    with out or contextlib.nullcontext():
        async for moved in movements:
            begin = moved.picture.at if not done.pictures else begin
            at = moved.picture.at - begin
            done.pictures += 1
            done.hands += moved.hands > 0
            film.add(at, moved)
            if moved.seen is not None:
                done.faces += 1
                if page is not None:
                    page.apply(moved.seen)
            if moved.frame is not None:
                shown = FrameChunk(
                    generation=1, frames=(replace(moved.frame, at=clock.now() + LEAD_S),)
                )
                for body in bodies:
                    body.apply(shown)
                if out is not None:
                    out.write(json.dumps(frame_as_json(replace(moved.frame, at=at))) + "\n")
            if arguments.seconds is not None and at >= arguments.seconds:
                break
    film.write()
    return done


def _camera(source: str, clock: Clock, *, live: bool) -> Camera:
    """A device, or a film in its own time where a figure follows it, else flat out."""
    if source.partition(":")[0] == "camera":
        from perception.backends.devices import LocalCamera

        which = source.partition(":")[2]
        return LocalCamera(clock=clock, report=_say, index=int(which) if which.isdigit() else which)
    from perception.backends.recorded import RecordedCamera

    return RecordedCamera(Path(source), clock=clock if live else None)


def _say(message: Message) -> None:
    if isinstance(message, ComponentHealth):
        print(f"{message.component}: {message.health}: {message.detail}", file=sys.stderr)


def _body(wanted: str, clock: Clock) -> "DatagramBody":
    kind, _, where = wanted.partition(":")
    host, _, port = where.partition(":")
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise BadInputError(f"--to {wanted}: {port!r} is no port, 1 to 65535")
    given = ({"host": host} if host else {}) | ({"port": int(port)} if port else {})
    if kind == "vmc":
        from actuation.embodiments.vmc import VmcBody

        return VmcBody(
            config=VmcConfig.model_validate(given), clock=clock, publish=_say, traffic=_nothing()
        )
    if kind == "livelink":
        from actuation.embodiments.livelink import LiveLinkBody

        return LiveLinkBody(
            config=LiveLinkConfig.model_validate(given), clock=clock, publish=_say,
            traffic=_nothing(),
        )  # fmt: skip
    raise BadInputError(f"--to {wanted}: give vmc or livelink, and :HOST:PORT")


async def _nothing() -> AsyncIterator[Message]:
    """A puppet hears nothing."""
    return
    yield


class _Film:
    """You on the left, the character on the right; silent."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._pictures: list[tuple[float, NDArray[np.uint8]]] = []
        self._preview: Preview | None = None
        self._last: NDArray[np.uint8] | None = None

    def add(self, at: float, moved: Moved) -> None:
        """One picture."""
        if self._path is None:
            return
        from actuation.embodiments.preview import Preview
        from actuation.embodiments.vrm_file import read_character

        if self._preview is None:
            self._preview = Preview(read_character(VRM), size=FILM_PX, camera=CAMERA)
        if moved.frame is not None:
            self._last = self._preview.draw(moved.frame)
        if self._last is not None:
            self._pictures.append((at, np.hstack([_square(moved.picture.pixels), self._last])))

    def write(self) -> None:
        """Write what was collected."""
        if self._path is None or not self._pictures:
            return
        from actuation.embodiments.preview import write_film

        lasts = max(self._pictures[-1][0] - self._pictures[0][0], 0.1)
        fps = max(1, round((len(self._pictures) - 1) / lasts))
        silence = np.zeros(round(16_000 * len(self._pictures) / fps), np.float32)
        pictures = [picture for _, picture in self._pictures]
        write_film(self._path, pictures, fps=fps, samples=silence, rate_hz=16_000)


def _square(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of a picture, `FILM_PX` a side, by the nearest pixel."""
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    places = (np.arange(FILM_PX) * side // FILM_PX).astype(int)
    return np.ascontiguousarray(pixels[top + places][:, left + places])
