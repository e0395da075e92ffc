"""`foyer perform --audio FILE`: a recording's face by the learned path, as files.

Mouth, expression, head and gaze come from the sound (and its text, if `--text` gives it); `--head`
replaces any of them, as in a performance from text.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actuation.body_formats.clip import SpokenClip
from actuation.faces.heads import FaceHeads, FacePart, Filmed
from actuation.motion import FRAME_RATE_HZ
from actuation.rehearsal import LEAD_IN_S, Rehearsal, rehearse
from actuation.speech.sound_files import read_sound
from actuation.speech.voice import Speech
from actuation.stage.config import PerformerConfig
from agent.commands.perform_motion import hands_of, length_s
from agent.core.errors import BadInputError
from agent.core.messages import Act, ActId, Clause, PersonId, Place, Reason

RECORDING = "recording"


def add_audio_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--audio", type=Path, metavar="FILE", help="a recording (wav, flac, ogg, mp3) to perform"
    )
    parser.add_argument("--text", dest="said", default="", help="with --audio: what is said in it")
    parser.add_argument("--language", default="en", help="with --audio: of its text")
    parser.add_argument("--valence", type=float, help="with --audio: -1 unpleasant .. 1 pleasant")
    parser.add_argument("--arousal", type=float, help="with --audio: -1 calm .. 1 excited")


def performed(
    arguments: argparse.Namespace,
    config: PerformerConfig,
    others: Callable[[FaceHeads], None],
    body: SpokenClip | None = None,
) -> Rehearsal:
    """The recording on stage; `body`: a recorded motion to go along. Raises `BadInputError`."""
    if not 0.0 <= arguments.intensity <= 1.0:
        raise BadInputError(f"perform: intensity {arguments.intensity} is not in 0..1")
    samples, rate_hz = read_sound(arguments.audio)
    text = arguments.said.strip() or (arguments.text or "").strip()
    heads = _heads(arguments, samples, rate_hz, text, config)

    def prepare(charge: FaceHeads) -> None:
        for part, head in heads:
            charge.take(part, head, 0.0, blend_s=0.05)
        others(charge)

    speech = Speech(
        text=text or arguments.audio.stem, voice=RECORDING, rate_hz=rate_hz, samples=samples,
        phones=(), words=(),
    )  # fmt: skip
    act = Act(
        at=0.0,
        act=ActId(1),
        reason=Reason(policy="perform", because="asked for on the command line"),
        clauses=(Clause(text=speech.text),),
        intensity=arguments.intensity,
        to=PersonId("visitor"),
    )
    return rehearse(
        act,
        [speech],
        config=config,
        gestures=hands_of(arguments, body),
        at_least_s=length_s(body),
        visitor=Place(x_m=1.2, y_m=0.0),
        prepare=prepare,
    )


def _heads(
    arguments: argparse.Namespace,
    samples: NDArray[np.float32],
    rate_hz: int,
    text: str,
    config: PerformerConfig,
) -> list[tuple[FacePart, Filmed]]:
    from actuation.generators.learned_face import LearnedFace
    from actuation.generators.learned_text import expected_sounds
    from actuation.generators.learned_wish import Wish

    if text and not expected_sounds(text, arguments.language):
        print(
            f"face: the text cannot be read here in {arguments.language!r}; lips by sound alone",
            file=sys.stderr,
        )
    wish = Wish(
        emotions={arguments.expression or "friendly": 1.0},
        intensity=arguments.intensity,
        valence=arguments.valence,
        arousal=arguments.arousal,
        liveliness=(1.0 if arguments.liveliness is None else arguments.liveliness) / 2,
    )
    # Silence before and after, so that lips are ready in time and come to rest.
    lead = round(LEAD_IN_S * rate_hz)
    padded = np.pad(samples, (lead, rate_hz))
    parts = LearnedFace.load().parts(
        padded, rate_hz, text=text or None, language=arguments.language, wish=wish,
        seed=config.animation.seed, config=config.animation.face,
    )  # fmt: skip
    times = np.arange(len(parts.face)) / FRAME_RATE_HZ
    lids = np.full((len(times), 1), np.nan)
    return [
        (FacePart.MOUTH, Filmed(times, parts.mouth, source="sound")),
        (FacePart.EXPRESSION, Filmed(times, parts.expression, source="sound")),
        (FacePart.HEAD, Filmed(times, parts.head, source="sound")),
        (FacePart.GAZE, Filmed(times, np.concatenate([parts.gaze, lids], 1), source="sound")),
    ]
