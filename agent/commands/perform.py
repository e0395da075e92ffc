"""`foyer perform "TEXT" --out DIR`: what the agent would say and show, as files.

`foyer perform --audio FILE --out DIR` shows a recording's face, by the learned path, and
`--body FILE` a recorded motion.
`foyer perform --lexicon DIR` draws all gestures at their key poses instead, `--faces DIR` all mouth
shapes and all faces, to look at.
All times count from the start of `speech.wav`. `frames.jsonl` has 60 frames a second.
"""

import argparse
import asyncio
import json
import sys
import wave
from pathlib import Path
from typing import Any, get_args

import numpy as np

from actuation.body_formats.clip import SpokenClip
from actuation.body_formats.corpora import files_beside
from actuation.motion import JOINT_NAMES, Frame
from actuation.rehearsal import Rehearsal, clauses_of, rehearse
from actuation.speech.voice import Speech, VoiceConfig, VoiceName, Voices
from agent.commands.perform_audio import add_audio_arguments, performed
from agent.commands.perform_face import (
    add_face_arguments,
    named_face,
    other_sources,
    performer_config,
)
from agent.commands.perform_motion import (
    add_motion_arguments,
    formats_of,
    hands_of,
    length_s,
    read_body,
    read_skeleton,
    write_motion,
)
from agent.core.clock import LoopClock
from agent.core.errors import BadInputError
from agent.core.face_shapes import ARKIT_NAMES
from agent.core.messages import (
    Act,
    ActId,
    BackendChosen,
    Clause,
    PersonId,
    Place,
    Reason,
)

HELP = "speak a text to files: sound, frames, score, motion, preview"
LONGEST_TEXT = 20_000
PREVIEW_FPS = 20
VRM = Path(__file__).parents[2] / "actuation/embodiments/avatar/receptionist.vrm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("text", nargs="?", help="what to say; - reads standard input")
    parser.add_argument("--out", type=Path, help="folder for the files")
    parser.add_argument(
        "--lexicon", type=Path, metavar="DIR", help="draw every gesture into this folder instead"
    )
    parser.add_argument(
        "--gesture", action="append", metavar="NAME", help="with --lexicon: only this one; repeat"
    )
    parser.add_argument("--voice", choices=get_args(VoiceName), default="auto")
    add_face_arguments(parser)
    add_audio_arguments(parser)
    add_motion_arguments(parser)
    parser.add_argument("--view", choices=("body", "face"), default="body", help="of the preview")
    parser.add_argument("--no-preview", action="store_true", help="leave preview.mp4 out")


def run(arguments: argparse.Namespace) -> int:
    """Perform; print what was written."""
    if arguments.lexicon is not None:
        return _draw_lexicon(arguments.lexicon, arguments.gesture)
    if arguments.faces is not None:
        return _draw_faces(arguments.faces)
    if arguments.out is None:
        raise BadInputError("perform: where to? add --out DIR (or --lexicon DIR for the gestures)")
    formats_of(arguments)
    body = read_body(arguments.body) if arguments.body is not None else None
    if body is not None and arguments.text is None and arguments.audio is None:
        if body.sound is None:
            return _written(arguments, _silent(arguments, body))
        arguments.audio = files_beside(arguments.body)[arguments.body.stem, ".wav"]
        arguments.said = arguments.said or " ".join(word.text for word in body.words)
    if arguments.audio is not None:
        return _written(
            arguments,
            performed(
                arguments,
                performer_config(arguments),
                other_sources(arguments.head),
                body,
            ),
        )
    text = sys.stdin.read() if arguments.text == "-" else arguments.text or ""
    text = text.strip()
    if not text:
        raise BadInputError("perform: there is nothing to say; give a text, or - and one on stdin")
    if len(text) > LONGEST_TEXT:
        raise BadInputError(
            f"perform: {len(text)} characters are too many; at most {LONGEST_TEXT}, so split it"
        )
    if not 0.0 <= arguments.intensity <= 1.0:
        raise BadInputError(f"perform: intensity {arguments.intensity} is not in 0..1")
    clauses = clauses_of(text)
    speeches, chosen = asyncio.run(_speak(clauses, VoiceConfig(voice=arguments.voice)))
    for choice in chosen:
        if choice.fallback:
            print(f"voice: {choice.backend} instead ({choice.detail})", file=sys.stderr)
    rehearsal = rehearse(
        _act_of(clauses, arguments),
        speeches,
        config=performer_config(arguments),
        gestures=hands_of(arguments, body),
        at_least_s=length_s(body),
        visitor=Place(x_m=1.2, y_m=0.0),
        prepare=other_sources(arguments.head),
    )
    for line in rehearsal.left_out:
        print(f"face: {line}", file=sys.stderr)
    return _written(arguments, rehearsal)


def _silent(arguments: argparse.Namespace, body: SpokenClip) -> Rehearsal:
    """The body's motion without a word; the face lives."""
    return rehearse(
        _act_of((), arguments),
        [],
        config=performer_config(arguments),
        gestures=hands_of(arguments, body),
        at_least_s=length_s(body),
        visitor=Place(x_m=1.2, y_m=0.0),
        prepare=other_sources(arguments.head),
    )


def _written(arguments: argparse.Namespace, rehearsal: Rehearsal) -> int:
    like = read_skeleton(arguments.skeleton)
    arguments.out.mkdir(parents=True, exist_ok=True)
    written = write(rehearsal, arguments.out)
    written += write_motion(rehearsal, arguments.out, formats_of(arguments), like)
    if not arguments.no_preview:
        written.append(_preview(rehearsal, arguments.out, arguments.view))
    for path in written:
        print(path)
    return 0


def _draw_lexicon(folder: Path, names: list[str] | None) -> int:
    from actuation.embodiments.lexicon_sheet import write_sheets
    from actuation.gestures.lexemes import standard_lexicon

    lexicon = standard_lexicon()
    lexemes = list(lexicon)
    if names:
        unknown = [name for name in names if lexicon.named(name) is None]
        if unknown:
            known = ", ".join(lexeme.name for lexeme in lexemes)
            raise BadInputError(f"perform: no gesture {', '.join(unknown)}; there is {known}")
        lexemes = [lexeme for lexeme in lexemes if lexeme.name in names]
    for path in write_sheets(folder, lexemes, VRM):
        print(path)
    return 0


def _act_of(clauses: tuple[Clause, ...], arguments: argparse.Namespace) -> Act:
    expression, manner = named_face(arguments)
    return Act(
        at=0.0,
        act=ActId(1),
        reason=Reason(policy="perform", because="asked for on the command line"),
        clauses=clauses,
        expression=expression,
        intensity=arguments.intensity,
        manner=manner,
        to=PersonId("visitor"),
    )


def _draw_faces(folder: Path) -> int:
    from actuation.embodiments.face_sheet import write_face_sheets

    for path in write_face_sheets(folder, VRM):
        print(path)
    return 0


async def _speak(
    clauses: tuple[Clause, ...], config: VoiceConfig
) -> tuple[list[Speech], list[BackendChosen]]:
    chosen: list[BackendChosen] = []
    clock = LoopClock(asyncio.get_running_loop())
    voices = Voices(config=config, clock=clock, publish=chosen.append)
    try:
        return [await voices.speak(clause.text) for clause in clauses], chosen
    finally:
        await voices.close()


def write(rehearsal: Rehearsal, out: Path) -> list[Path]:
    """Write sound, frames and score; return their paths."""
    paths = [out / name for name in ("speech.wav", "frames.jsonl", "score.json")]
    with wave.open(str(paths[0]), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rehearsal.rate_hz)
        sound.writeframes((np.clip(rehearsal.samples, -1, 1) * 32767).astype("<i2").tobytes())
    with paths[1].open("w", encoding="utf-8") as lines:
        for frame in rehearsal.frames:
            lines.write(json.dumps(frame_as_json(frame)) + "\n")
    paths[2].write_text(json.dumps(score_as_json(rehearsal), indent=1) + "\n", encoding="utf-8")
    return paths


def frame_as_json(frame: Frame) -> dict[str, Any]:
    """One line of `frames.jsonl`: shapes in 0..1, unit quaternions x y z w, radians."""
    return {
        "t": round(frame.at, 4),
        "blendshapes": {
            name: round(float(v), 4) for name, v in zip(ARKIT_NAMES, frame.face, strict=True)
        },
        "joints": {
            name: [round(float(v), 5) for v in q]
            for name, q in zip(JOINT_NAMES, frame.joints, strict=True)
        },
        "gaze": {
            "yaw_rad": round(frame.gaze_yaw_rad, 4),
            "pitch_rad": round(frame.gaze_pitch_rad, 4),
        },
    }


def score_as_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """What is said when, and the strokes that go along; seconds."""
    phonemes, words, stresses = [], [], []
    for scored in rehearsal.clauses:
        start = scored.start_s
        phonemes += [
            {"phone": p.name, "start": round(start + p.start_s, 4),
             "end": round(start + p.end_s, 4), "stress": p.stress}
            for p in scored.speech.phones
        ]  # fmt: skip
        words += [
            {"word": w.text, "start": round(start + w.start_s, 4), "end": round(start + w.end_s, 4)}
            for w in scored.speech.words
        ]
        stresses += [
            {"t": round(p.at_s, 4), "word": p.word, "strength": round(p.strength, 3)}
            for p in scored.prominences
        ]
    strokes = [
        {"lexeme": s.lexeme, "start": round(s.start_s, 4), "apex": round(s.apex_s, 4),
         "end": round(s.end_s, 4)}
        for s in rehearsal.strokes
    ]  # fmt: skip
    return {
        "voice": rehearsal.clauses[0].speech.voice if rehearsal.clauses else "",
        "clauses": [
            {"text": c.speech.text, "start": round(c.start_s, 4), "end": round(c.end_s, 4)}
            for c in rehearsal.clauses
        ],
        "words": words,
        "phonemes": phonemes,
        "stresses": stresses,
        "strokes": strokes,
    }


def _preview(rehearsal: Rehearsal, out: Path, view: str) -> Path:
    from actuation.embodiments.lexicon_sheet import with_desk
    from actuation.embodiments.preview import BODY_CAMERA, FACE_CAMERA, Preview, write_film
    from actuation.embodiments.vrm_file import read_character

    camera = FACE_CAMERA if view == "face" else BODY_CAMERA
    preview = Preview(with_desk(read_character(VRM)), camera=camera)
    step = 60 // PREVIEW_FPS
    pictures = [preview.draw(frame) for frame in rehearsal.frames[::step]]
    path = out / "preview.mp4"
    write_film(
        path, pictures, fps=PREVIEW_FPS, samples=rehearsal.samples, rate_hz=rehearsal.rate_hz
    )
    return path
