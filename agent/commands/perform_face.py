"""What `foyer perform` says about faces: which face, whose, and who else moves parts of it."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from actuation.animation import AnimationConfig
from actuation.faces.expressions import faces
from actuation.faces.face import FaceConfig
from actuation.faces.heads import PART_COLUMNS, FaceHead, FaceHeads, FacePart, Filmed, slider
from actuation.faces.style import FaceStyle
from actuation.generators.rules_neck import head_pose
from actuation.motion import JOINT_INDEX, JOINT_NAMES
from actuation.stage.config import PerformerConfig
from agent.core.errors import BadInputError
from agent.core.messages import Expression
from agent.models import models_folder

Floats = NDArray[np.float64]

_VIDEOS = (".mp4", ".mov", ".mkv", ".webm", ".avi")
_NOT_WORN = (
    "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthStretch", "mouthLowerDown",
    "mouthUpperUp", "mouthRoll", "tongueOut", "eyeBlink", "eyeLook",
)  # fmt: skip


def add_face_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--expression", "--emotion", choices=list(faces()), help="one of the agent's faces"
    )
    parser.add_argument("--intensity", type=float, default=0.6, help="of the expression, 0..1")
    parser.add_argument(
        "--manner", default="", help='the face in words: "apologetic, eyebrows up, no smile"'
    )
    parser.add_argument("--seed", type=int, help="another life of the same face")
    parser.add_argument("--liveliness", type=float, help="0 still .. 2 very lively")
    parser.add_argument("--asymmetry", type=float, help="0 even .. 0.5 one-sided")
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="PART=FROM",
        help="let another source move mouth, expression, head or gaze: a video of "
        "somebody who plays it, FILE.jsonl as frames.jsonl is written, or column:value,...; repeat",
    )
    parser.add_argument(
        "--faces", type=Path, metavar="DIR", help="draw every mouth shape and every face instead"
    )


def named_face(arguments: argparse.Namespace) -> tuple[Expression | None, str]:
    """The expression of an act, and the instruction that goes along."""
    name, manner = arguments.expression, arguments.manner
    if name is None or name in set(Expression):
        return (Expression(name) if name else None), manner
    return None, f"{name}, {manner}" if manner else name


def performer_config(arguments: argparse.Namespace) -> PerformerConfig:
    """How the act is brought on stage: style and seed."""
    style = {
        name: value
        for name in ("liveliness", "asymmetry")
        if (value := getattr(arguments, name)) is not None
    }
    try:
        face = FaceConfig(style=FaceStyle(**style))
        usual = AnimationConfig()
        seed = usual.seed if arguments.seed is None else arguments.seed
        return PerformerConfig(animation=AnimationConfig(face=face, seed=seed))
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadInputError(f"perform: --{name}: {first['msg']}, not {first['input']}") from None


def other_sources(wanted: list[str]) -> Callable[[FaceHeads], None]:
    """Put the sources of `--head` in charge from the first frame on."""
    heads = [_source(each) for each in wanted]

    def prepare(charge: FaceHeads) -> None:
        for part, head in heads:
            charge.take(part, head, 0.0, blend_s=0.05)

    return prepare


def _source(wanted: str) -> tuple[FacePart, FaceHead]:
    name, _, what = wanted.partition("=")
    if name not in set(FacePart) or not what:
        parts = ", ".join(FacePart)
        raise BadInputError(f"perform: --head {wanted}: give PART=FROM, PART one of {parts}")
    part = FacePart(name)
    if Path(what).suffix == ".jsonl":
        return part, read_film(Path(what), part)
    if Path(what).suffix.lower() in _VIDEOS:
        return part, read_video(Path(what), part)
    values = {}
    for pair in what.split(","):
        column, _, value = pair.partition(":")
        try:
            values[column.strip()] = float(value)
        except ValueError:
            raise BadInputError(f"perform: --head {wanted}: {pair!r} is not column:value") from None
    return part, slider(part, values)


def read_video(path: Path, part: FacePart) -> Filmed:
    """One part of a face from a film of somebody who plays it."""
    from perception.backends.mediapipe_puppet import film_puppet

    frames = film_puppet(path, models_folder())
    rows = [
        _row(
            {
                "blendshapes": frame.shapes,
                "head": dict(zip(PART_COLUMNS[FacePart.HEAD], frame.head, strict=True)),
                "gaze": {"yaw_rad": frame.eyes[0], "pitch_rad": frame.eyes[1]},
            },
            part,
        )
        for frame in frames
    ]
    return Filmed(np.array([frame.at_s for frame in frames]), np.stack(rows))


def read_film(path: Path, part: FacePart) -> Filmed:
    """One part of a face from a file of frames: a JSON object a line, `t` in seconds, rising.

    Expression and mouth are read from `blendshapes`, head pose from `head` (yaw_rad, pitch_rad,
    roll_rad) or the `joints`, gaze from `gaze` against the head. What is not there has no opinion;
    nor has an expression about what speech and blinks move: those are the mouth's and the gaze's.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInputError(f"{path}: cannot be read ({fault})") from None
    times, rows = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            frame = json.loads(line)
            times.append(float(frame["t"]))
            rows.append(_row(frame, part))
        except (ValueError, KeyError, TypeError) as fault:
            raise BadInputError(f"{path}:{number}: not a frame ({fault!r})") from None
    if not rows:
        raise BadInputError(f"{path}: there is no frame in it")
    if not np.all(np.isfinite(times)) or np.any(np.diff(times) < 0):
        raise BadInputError(f"{path}: t must be seconds that rise from line to line")
    return Filmed(np.array(times), np.stack(rows))


def _row(frame: dict[str, Any], part: FacePart) -> Floats:
    columns = PART_COLUMNS[part]
    if part is FacePart.EXPRESSION:
        shapes = frame.get("blendshapes", {})
        return _named({n: v for n, v in shapes.items() if not n.startswith(_NOT_WORN)}, columns)
    if part is FacePart.MOUTH:
        return _mouth(frame.get("blendshapes", {}))
    head = _named(frame.get("head", {}), PART_COLUMNS[FacePart.HEAD])
    if "head" not in frame and "joints" in frame:
        joints = np.tile([0.0, 0.0, 0.0, 1.0], (1, len(JOINT_NAMES), 1))
        for name, turn in frame["joints"].items():
            joints[0, JOINT_INDEX[name]] = turn
        head = head_pose(joints)[0]
    if part is FacePart.HEAD:
        return head
    gaze = frame.get("gaze", {})
    eyes = np.array([gaze.get(name, np.nan) for name in ("yaw_rad", "pitch_rad")], np.float64)
    shapes = frame.get("blendshapes", {})
    return np.array([*(eyes + np.nan_to_num(head[:2])), shapes.get("eyeBlinkLeft", np.nan)])


def _named(values: dict[str, Any], columns: tuple[str, ...]) -> Floats:
    return np.array([values.get(name, np.nan) for name in columns], np.float64)


def _mouth(shapes: dict[str, float]) -> Floats:
    """Columns of the mouth from ARKit's shapes: closures where mouthClose takes the jaw back.

    A source that cannot tell closures and contacts leaves them to the rules.
    """

    def both(name: str) -> float:
        return float(shapes.get(f"{name}Left", 0.0) + shapes.get(f"{name}Right", 0.0)) / 2

    jaw = float(shapes.get("jawOpen", 0.0))
    close = teeth = float("nan")
    if "mouthClose" in shapes:
        close = min(float(shapes["mouthClose"]) / jaw, 1.0) if jaw > 0.01 else 0.0
        rolled = float(shapes.get("mouthRollLower", 0.0)) - 0.22 * close
        teeth = float(np.clip(rolled / 0.55, 0.0, 1.0))
    values = {
        "jaw": jaw, "funnel": float(shapes.get("mouthFunnel", 0.0)),
        "pucker": float(shapes.get("mouthPucker", 0.0)), "stretch": both("mouthStretch"),
        "lower": both("mouthLowerDown"), "upper": both("mouthUpperUp"),
        "tongue": float(shapes.get("tongueOut", 0.0)), "close": close, "teeth": teeth,
    }  # fmt: skip
    return np.array([values.get(name, 0.0) for name in PART_COLUMNS[FacePart.MOUTH]])
