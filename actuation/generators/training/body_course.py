"""The whole course of the learned body: takes, lessons, judging, weights.

Takes and what is half learned are kept in a working folder as soon as they are there, so an
interrupted course goes on where it was.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from actuation.body_formats.clip import SpokenClip
from actuation.body_formats.corpora import read_corpus
from actuation.faces.expressions import faces
from actuation.generators.flow_condition import EMOTION, STATES, STYLE, Feeling, Said, Word
from actuation.generators.flow_network import FlowNetwork, FlowShape
from actuation.generators.flow_parts import RATE_HZ, Scale
from actuation.generators.flow_weights import NOT_EVIDENCE, BodyCard, read, write
from actuation.generators.learned_sound import RATE_HZ as SOUND_HZ
from actuation.generators.training import body_corpus, body_lessons, body_windows
from actuation.generators.training.body_corpus import Take, stresses_of
from actuation.generators.training.body_lessons import BodyLesson
from actuation.generators.training.body_windows import Schooled
from actuation.generators.training.corpus import at_rate
from actuation.generators.training.loop import Progress
from actuation.generators.voices.engine import EngineMissingError
from agent.core.errors import BadInputError

_PIECE_S, _LEAST_S = 10.0, 2.0
_EMOTIONS = {
    "neutral": "neutral", "happiness": "happy", "anger": "angry", "sadness": "sad",
    "contempt": "contemptuous", "surprise": "surprised", "fear": "afraid", "disgust": "disgusted",
}  # fmt: skip
RECORDED_NO_EVIDENCE = (
    "Learned from the recordings named here and their licences apply to these weights. A small "
    "held-out loss says that it goes on as those people did, not that anybody likes it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyCourse:
    """What to do."""

    out: Path
    work: Path
    takes: int = 700
    """Of made voices with the rule body; 0: only recordings."""
    corpus: Path | None = None
    """A folder of BVH, BEAT or BEAT2."""
    hold_out: str = "flite:slt"
    """The voice that is kept for the judging; of recordings every eighth stretch is."""
    seed: int = 1
    shape: FlowShape = FlowShape()
    lesson: BodyLesson = BodyLesson()
    begin: Path | None = None
    """Weights that are gone on from, instead of chance."""
    command: str = ""

    @property
    def key(self) -> str:
        """What its takes depend on."""
        made = f"{self.takes}-{self.hold_out.replace(':', '-')}-{self.seed}"
        if self.corpus is None:
            return made
        where = hashlib.blake2b(str(self.corpus.resolve()).encode(), digest_size=4).hexdigest()
        return f"{made}-{where}"


def run(course: BodyCourse, say: Callable[[str], None]) -> BodyCard:
    """Teach, judge, write. Raises `BadInputError` when there is nothing to learn from."""
    begun = _Begun.of(course)
    learned, held_out = takes_of(course, say)
    if not learned or not held_out:
        raise BadInputError(
            "train gesture: too little motion: needed are at least two stretches of "
            f"{_LEAST_S:g} s, better some minutes"
        )
    scale = begun.scale or body_windows.usual(learned)
    ready, judged = (body_windows.schooled(takes, scale) for takes in (learned, held_out))
    newborn = FlowNetwork(course.shape)
    if begun.weights:
        newborn.load_state_dict(begun.weights)
    before = body_lessons.held_out_loss(newborn, judged, scale)
    say(f"loss on what is held out, before: {before:.3f}")
    network = body_lessons.train(
        ready, course.shape, scale, course.lesson, _tell(say),
        course.work / f"{course.key}.pt", begun.weights,
    )  # fmt: skip
    weights = {
        name: value.detach().numpy().astype(np.float16).astype(np.float32)
        for name, value in network.state_dict().items()
    }
    network.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()})
    card = BodyCard(
        shape=course.shape,
        moves_trunk=course.corpus is not None,
        command=course.command,
        data=_data(course, learned) + begun.told,
        held_out=_held_out(course, held_out),
        seeds=(course.seed, course.lesson.seed),
        date=datetime.now(UTC).date().isoformat(),
        figures=_figures(network, judged, scale, before),
        is_no_evidence_of=NOT_EVIDENCE if course.corpus is None else RECORDED_NO_EVIDENCE,
    )
    write(course.out, weights, scale, card)
    return card


@dataclass(frozen=True, slots=True)
class _Begun:
    """What there is before the first step."""

    weights: dict[str, torch.Tensor]
    scale: Scale | None
    told: str

    @classmethod
    def of(cls, course: BodyCourse) -> "_Begun":
        if course.begin is None:
            return cls({}, None, "")
        weights, scale, card = read(course.begin)
        if card.shape != course.shape:
            raise BadInputError(
                f"train gesture: {course.begin} has {card.shape}, not {course.shape}; give the "
                "--width and --blocks it was made with"
            )
        told = f"; it went on from `{card.command}` ({card.data})"
        return cls({k: torch.from_numpy(v) for k, v in weights.items()}, scale, told)


def takes_of(course: BodyCourse, say: Callable[[str], None]) -> tuple[list[Take], list[Take]]:
    """What is learned from, and what is held out."""
    path = course.work / f"takes-{course.key}.npz"
    if path.is_file():
        say(f"{path}: as it was made before")
        takes = body_corpus.read(path)
    else:
        takes = [*_recorded(course, say), *_made(course, say)]
        body_corpus.write(path, takes)
    if course.corpus is None:
        kept = " ".join(course.hold_out.split(":"))
        apart = [take.speaker == kept for take in takes]
    else:
        apart = [i % 8 == 7 for i in range(len(takes))]
    if len(takes) > 1 and not any(apart):
        apart[-1] = True
    pairs = list(zip(takes, apart, strict=True))
    return [t for t, a in pairs if not a], [t for t, a in pairs if a]


def _made(course: BodyCourse, say: Callable[[str], None]) -> Iterator[Take]:
    if not course.takes:
        return

    def told(number: int) -> None:
        if number % 100 == 0:
            say(f"{number} of {course.takes} takes")

    voices = [f"flite:{v}" for v in body_corpus.FLITE] + ["espeak"]
    others = [v for v in voices if v != course.hold_out]
    apart = max(3, course.takes // 12)
    try:
        yield from body_corpus.made(course.takes, course.seed, voices=others, told=told)
        yield from body_corpus.made(
            apart, course.seed + 1000, voices=[course.hold_out], told=lambda _: None
        )
    except EngineMissingError as fault:
        raise BadInputError(
            f"train gesture: {fault}; pip install espeakng-loader, or apt-get install flite"
        ) from None


def _recorded(course: BodyCourse, say: Callable[[str], None]) -> Iterator[Take]:
    if course.corpus is None:
        return
    for clip in read_corpus(course.corpus, tell=say):
        for note in clip.lacks:
            say(f"{clip.name}: {note}")
        yield from pieces_of(clip)


def pieces_of(clip: SpokenClip) -> Iterator[Take]:
    """Stretches of a recording, `_PIECE_S` each, with what is known of them."""
    motion = clip.motion.at_rate(RATE_HZ)
    for begin in np.arange(0.0, motion.length_s, _PIECE_S):
        if motion.length_s - begin < _LEAST_S:
            break
        part = motion.between(float(begin), float(begin) + _PIECE_S)
        spoken = _said(clip, float(begin), part.length_s)
        known = _EMOTIONS.get(clip.emotion or "")
        feeling = np.zeros(EMOTION, np.float32)
        if known is not None:
            face = faces()[known]
            feeling = Feeling(known, 0.6, 0.6 * face.valence, 0.6 * face.arousal).numbers()
        state = STATES.index("speak" if spoken else "idle")
        yield Take(
            motion=part.joints.astype(np.float16),
            said=spoken,
            slots=(),
            beats=(),
            states=np.full(part.frames, state, np.uint8),
            feeling=feeling,
            style=np.zeros(STYLE, np.float32),
            speaker=clip.speaker or clip.name,
        )


def _said(clip: SpokenClip, begin_s: float, length_s: float) -> tuple[Said, ...]:
    words = tuple(
        Word(w.text, w.begin_s - begin_s, w.end_s - begin_s)
        for w in clip.words
        if w.end_s > begin_s and w.begin_s < begin_s + length_s
    )
    if clip.sound is None:
        return (Said(0.0, np.zeros(0, np.float32), SOUND_HZ, words, ()),) if words else ()
    a = round(begin_s * clip.sound_rate_hz)
    b = round((begin_s + length_s) * clip.sound_rate_hz)
    sound = at_rate(clip.sound[a:b], clip.sound_rate_hz)
    return (Said(0.0, sound, SOUND_HZ, words, stresses_of(words, sound, SOUND_HZ)),)


def _figures(
    network: FlowNetwork, judged: Sequence[Schooled], scale: Scale, before: float
) -> dict[str, float]:
    after = body_lessons.held_out_loss(network, judged, scale)
    others = [
        Schooled(one.seen, _speech_of(one, other), one.whole, one.take)
        for one, other in zip(judged, [*judged[1:], judged[0]], strict=True)
    ]
    mismatched = body_lessons.held_out_loss(network, others, scale)
    return {
        "held-out loss before": round(before, 4),
        "held-out loss": round(after, 4),
        "held-out loss with another's speech": round(mismatched, 4),
    }


def _speech_of(one: Schooled, other: Schooled) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.resize(other.timed, one.timed.shape)


def _tell(say: Callable[[str], None]) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if progress.step % 100 == 0 or progress.step == progress.steps:
            say(f"{progress.step} of {progress.steps} steps, loss {progress.loss:.3f}")

    return tell


def _data(course: BodyCourse, takes: Sequence[Take]) -> str:
    minutes = sum(len(take.motion) for take in takes) / RATE_HZ / 60
    speakers = len({take.speaker for take in takes})
    teacher = "the project's own rule body in styles and feelings drawn by chance"
    whose = f"recordings of {course.corpus.name}" if course.corpus is not None else "made voices"
    if course.corpus is not None and course.takes:
        whose += " and made voices"
    body = teacher if course.takes else "motion as it was recorded"
    return (
        f"{len(takes)} takes, {minutes:.0f} min, {speakers} speakers of {whose}; {body}; "
        f"{course.lesson.steps} steps of {course.lesson.batch} windows"
    )


def _held_out(course: BodyCourse, takes: Sequence[Take]) -> str:
    what = course.hold_out if course.corpus is None else "every eighth stretch"
    return f"{what}, {len(takes)} takes"
