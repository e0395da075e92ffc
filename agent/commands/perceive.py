"""`foyer perceive VIDEO`: people, positions and engagement of a video as JSON lines."""

import argparse
import asyncio
import contextlib
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from agent.commands.perceive_between import Between
from agent.commands.perceive_explain import POOR, Explaining, add_explain_arguments, explaining
from agent.commands.perceive_more import Closer
from agent.config import load
from agent.core.codec import encode
from agent.core.errors import BadInputError
from agent.core.messages import (
    ComponentHealth,
    Engagement,
    Message,
    PersonId,
    PersonLost,
    PersonSeen,
)
from agent.models import models_folder
from perception.engagement.groups import Groups
from perception.engagement.states import EngagementCore
from perception.eyes.camera_fit import FEWEST, CameraFit
from perception.eyes.detectors import detector_opener
from perception.eyes.people import PeopleComponent
from perception.eyes.sightings import Look
from perception.eyes.track import Track
from perception.off_loop import OneThread
from perception.seeing import SeeingConfig
from perception.senses import Picture

if TYPE_CHECKING:
    from perception.backends.preview import Preview

ENDS_S = 5.0
"""The networks are put away before the program ends, or they complain."""
NOBODY = "nobody was seen; if somebody is in it, see that it is upright and light enough"
HELP = "read a video: people, positions, engagement as JSON lines"


class PerceiveConfig(BaseModel):
    """The part of a configuration that seeing needs; the rest of the file is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    seeing: SeeingConfig = Field(SeeingConfig(), description="From pictures to people.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "video", type=Path, help="mp4, mov, webm, mkv, avi or y4m; a still, too, with --explain"
    )
    parser.add_argument("--config", type=Path, help="take `seeing` from this configuration")
    parser.add_argument(
        "--fit-camera",
        action="store_true",
        help="say how the camera seems to hang, as YAML for the site, on the error output",
    )
    parser.add_argument(
        "--actions", type=Path, nargs="?", const=Path(), metavar="YAML",
        help="tell what they do, by the sentences that ship or by a file of your own",
    )  # fmt: skip
    parser.add_argument("--faces", action="store_true", help="tell action units and nods")
    parser.add_argument(
        "--brief", action="store_true", help="with --faces: movements under half a second, too"
    )
    parser.add_argument(
        "--between", action="store_true", help="tell who looks at, faces, touches, greets whom"
    )
    parser.add_argument(
        "--context", action="store_true", help="tell who is on the phone, carries, waits, ..."
    )
    add_explain_arguments(parser)
    parser.add_argument("--preview", type=Path, metavar="MP4", help="draw what is seen to a video")


def run(arguments: argparse.Namespace) -> int:
    """Print one message a line, flat out, in the video's own time."""
    config = load(arguments.config, PerceiveConfig) if arguments.config else PerceiveConfig()
    maps = explaining(arguments)
    if maps is not None and not config.seeing.detector.faces:
        raise BadInputError(
            f"--explain needs faces; seeing.detector.faces is off: {arguments.config}"
        )
    # Heavy: only when there is something to read.
    from perception.backends.recorded import RecordedCamera

    with _preview(arguments.preview) as preview:
        groups = Groups(config.seeing.groups)
        camera = config.seeing.people.camera
        between = Between(
            camera, config.seeing.among, between=arguments.between, context=arguments.context,
            objects=config.seeing.objects, models=models_folder(),
        )  # fmt: skip
        teller = _Teller(EngagementCore(config.seeing.engagement), groups, preview, between)
        closer = Closer(
            actions=arguments.actions, faces=arguments.faces or maps is not None,
            seeing=config.seeing, brief=arguments.brief,
        )  # fmt: skip
        fit, numbers = CameraFit(config.seeing.people.camera), itertools.count(1)

        def watch(picture: Picture, look: Look, tracks: list[Track]) -> None:
            fit.take(look.bodies)
            for track in tracks:
                if track.confirmed and track.body is not None and track.body_at == picture.at:
                    fit.follow(track.person, picture.at, track.body)
            close = closer.take(picture, tracks)
            for line in close:
                print(line, flush=True)
            for message in between.look(picture, tracks, close):
                _print(message)
            if maps is not None:
                maps.take(picture, tracks)
            teller.draw(picture, look, tracks)

        thread = OneThread("people")
        people = PeopleComponent(
            camera=RecordedCamera(arguments.video),
            open_detector=detector_opener(
                config.seeing.detector,
                camera=camera,
                models=models_folder(),
            ),
            off_loop=thread,
            publish=teller.tell,
            config=closer.looking(config.seeing.people),
            new_id=lambda: PersonId(f"p{next(numbers)}"),
            watch=watch,
        )
        try:
            asyncio.run(people.run())
        finally:
            closer.close()
            between.close()
            thread.wait(ENDS_S)
    if maps is not None:
        _explain(arguments.video, maps)
    elif not teller.anybody:
        print(f"{arguments.video}: {NOBODY}", file=sys.stderr)
    elif closer.poor:
        print(f"{arguments.video}: {POOR}", file=sys.stderr)
    if arguments.fit_camera:
        print(_fitted(fit), file=sys.stderr)
    return 0


def _explain(video: Path, maps: Explaining) -> None:
    """Print and draw what the units were read by."""
    try:
        lines, notes = maps.finish()
    except BadInputError as fault:
        raise BadInputError(f"{video}: {fault}") from None
    for line in lines:
        print(line, flush=True)
    for note in notes:
        print(f"{video}: {note}", file=sys.stderr)


def _fitted(fit: CameraFit) -> str:
    """What to write into the site's configuration."""
    guess, camera = fit.guess(), fit.config
    if guess is None:
        return f"camera: fewer than {FEWEST} people were seen with their feet; let some walk by"
    stated = f"{camera.height_m:g} m, {camera.tilt_deg:g} and {camera.horizontal_fov_deg:g} degrees"
    return f"# camera: stated {stated}; by the people seen:\n{guess.as_yaml()}"


@contextlib.contextmanager
def _preview(path: Path | None) -> "Iterator[Preview | None]":
    if path is None:
        yield None
        return
    from perception.backends.preview import Preview

    with Preview(path) as preview:
        yield preview


class _Teller:
    """Prints what is seen and what follows for engagement; keeps the newest for the preview."""

    def __init__(
        self,
        engagement: EngagementCore,
        groups: Groups,
        preview: "Preview | None",
        between: Between,
    ) -> None:
        self._between = between
        self._engagement = engagement
        self._groups = groups
        self._preview = preview
        self._newest: dict[PersonId, PersonSeen] = {}
        self._states: dict[PersonId, Engagement] = {}

    @property
    def anybody(self) -> bool:
        """Whether somebody was seen so far."""
        return bool(self._newest)

    def tell(self, message: PersonSeen | PersonLost | ComponentHealth) -> None:
        """Print the message, and the change of engagement it brings."""
        _print(message)
        self._between.tell(message)
        if isinstance(message, ComponentHealth):
            return
        if isinstance(message, PersonSeen):
            self._newest[message.person] = message
        if (change := self._engagement.take(message)) is not None:
            self._states[change.person] = change.state
            self._between.tell(change)
            _print(change)
        for formation in self._groups.take(message):
            self._between.tell(formation)
            _print(formation)

    def draw(self, picture: Picture, look: Look, tracks: list[Track]) -> None:
        """Put the people of this picture into the preview."""
        if self._preview is None:
            return
        shown = [
            (
                self._newest[track.person],
                self._states.get(track.person),
                track.body.box if track.body and track.seen_at == track.body_at else None,
                track.head_at(picture.at),
            )
            for track in tracks
            if track.confirmed and track.seen_at == picture.at
        ]
        self._preview.add(picture, shown)


def _print(message: Message) -> None:
    print(json.dumps(_rounded(encode(message)), ensure_ascii=False), flush=True)


def _rounded(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
