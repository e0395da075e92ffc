"""What `foyer perform` writes and reads of bodies: motion files, and recordings that are played.

`foyer perform --body FILE.bvh --out DIR` plays a recorded motion (BVH or SMPL-X npz) on the
character, with the sound and words that lie beside it (FILE.wav, FILE.TextGrid); with a TEXT, the
agent says that meanwhile. `--skeleton FILE` writes motion.bvh for the skeleton of a .bvh or .vrm.
"""

import argparse
import sys
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np

from actuation.body_formats.bvh import read_bvh_figure, write_bvh
from actuation.body_formats.clip import MotionClip, SpokenClip
from actuation.body_formats.corpora import read_recording
from actuation.body_formats.figure import Figure
from actuation.body_formats.smplx import RATE_HZ, write_smplx
from actuation.body_formats.vrm_skeleton import read_vrm_figure
from actuation.body_formats.vrma import write_vrma
from actuation.generators.body_sources import LEARNED
from actuation.gestures.contract import Gestures
from actuation.gestures.gesticulation import Gesticulation
from actuation.gestures.gesturing import RULES
from actuation.gestures.recorded import RecordedGestures
from actuation.gestures.style import BodyWish
from actuation.motion import FACE_INDEX, FRAME_RATE_HZ
from actuation.rehearsal import LEAD_IN_S, Rehearsal
from agent.core.backend import pick
from agent.core.errors import BackendUnavailableError, BadInputError
from agent.core.face_shapes import ARKIT_NAMES

Format = Literal["bvh", "vrma", "npz"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
JAW_OPEN_RAD: Final = 0.35
"""A jaw opened wholly, in the SMPL-X arrays."""
LONGEST_S: Final = 600.0


def add_motion_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--body",
        type=Path,
        metavar="FILE",
        help="play a recorded motion (.bvh, or .npz in the SMPL-X format) on the character; its"
        " .wav and .TextGrid are used where they lie beside it",
    )
    parser.add_argument(
        "--hands",
        choices=(RULES, "learned"),
        default=RULES,
        help="who moves arms and hands: the rules, or the learned body with the rules beneath it",
    )
    parser.add_argument(
        "--skeleton",
        type=Path,
        metavar="FILE",
        help="write motion.bvh for the skeleton of this .bvh or .vrm, not for the character's",
    )
    parser.add_argument(
        "--formats",
        default=",".join(FORMATS),
        help=f"which motion files to write, of {','.join(FORMATS)} (all), or none",
    )


def formats_of(arguments: argparse.Namespace) -> tuple[Format, ...]:
    """The formats asked for. Raises `BadInputError`."""
    asked = [each.strip() for each in arguments.formats.split(",") if each.strip()]
    if asked == ["none"]:
        return ()
    unknown = [each for each in asked if each not in FORMATS]
    if unknown or not asked:
        raise BadInputError(
            f"perform: no motion format {', '.join(unknown) or '(nothing)'}; there are"
            f" {', '.join(FORMATS)}, and none"
        )
    return tuple(name for name in FORMATS if name in asked)


def read_skeleton(path: Path | None) -> Figure | None:
    """The skeleton that motion.bvh is written for; None: the character's own."""
    if path is None:
        return None
    if path.suffix.lower() == ".vrm":
        return read_vrm_figure(path)
    if path.suffix.lower() == ".bvh":
        return read_bvh_figure(path)[1]
    raise BadInputError(f"{path}: a skeleton is read from .bvh and .vrm")


def read_body(path: Path) -> SpokenClip:
    """A recording to play; what lacks is told. Raises `BadInputError`."""
    clip = read_recording(path)
    for line in clip.lacks:
        print(f"body: {line}", file=sys.stderr)
    if clip.motion.length_s > LONGEST_S:
        print(f"body: only its first {LONGEST_S:.0f} s are played", file=sys.stderr)
    return clip


def hands_of(arguments: argparse.Namespace, body: SpokenClip | None) -> Gestures:
    """Who moves arms and hands; a recorded `body` goes before them. Raises `BadInputError`."""
    hands: Gestures = Gesticulation()
    if arguments.hands != RULES:
        try:
            hands = pick("body", LEARNED, arguments.hands).shipped().gestures(0, BodyWish())
        except BackendUnavailableError as missing:
            raise BadInputError(f"perform: --hands {arguments.hands}: {missing}") from None
    return hands if body is None else played(body, hands)


def played(clip: SpokenClip, behind: Gestures | None = None) -> RecordedGestures:
    """Gestures that play the clip from the first sample of the sound on."""
    gestures = RecordedGestures(behind or Gesticulation())
    gestures.play(clip.name, clip.motion.between(0.0, LONGEST_S), LEAD_IN_S)
    return gestures


def length_s(clip: SpokenClip | None) -> float:
    """How long a performance takes at least."""
    if clip is None:
        return 0.0
    return LEAD_IN_S + min(clip.motion.length_s, LONGEST_S) + 0.7


def write_motion(
    rehearsal: Rehearsal, out: Path, formats: tuple[Format, ...], like: Figure | None
) -> list[Path]:
    """Write motion.bvh, motion.vrma, motion.npz; return their paths."""
    joints = np.stack([frame.joints for frame in rehearsal.frames])
    clip = MotionClip(joints=joints, rate_hz=FRAME_RATE_HZ)
    faces = rehearsal.faces
    paths = [out / f"motion.{name}" for name in formats]
    for path in paths:
        if path.suffix == ".bvh":
            write_bvh(path, clip, like=like)
        elif path.suffix == ".vrma":
            write_vrma(path, clip, face=dict(zip(ARKIT_NAMES, faces.T, strict=True)))
        else:
            slow = clip.at_rate(RATE_HZ)
            at = np.linspace(0, len(faces) - 1, slow.frames)
            jaw = np.interp(at, np.arange(len(faces)), faces[:, FACE_INDEX["jawOpen"]])
            write_smplx(path, slow, jaw_rad=JAW_OPEN_RAD * jaw)
    return paths
