"""The whole course of the learned face: corpus, listener, reader, manner, judging, weights.

Everything is kept in a working folder as soon as it is there, so an interrupted course goes on
where it was.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from torch import nn

from actuation.generators.learned_face import LearnedFace
from actuation.generators.learned_model import FaceModel
from actuation.generators.learned_network import NetworkShape
from actuation.generators.learned_sound import RATE_HZ
from actuation.generators.learned_weights import FaceCard, read, write
from actuation.generators.training import corpus as corpora
from actuation.generators.training import judging, lessons, manners, reading
from actuation.generators.training.corpus import FLITE_VOICES, Order, Taught
from actuation.generators.training.loop import Progress
from agent.core.errors import BadInputError

UNHEARD: Final = Path(__file__).with_name("unheard.yaml")
_TEST_ESPEAK = ("en-us+f2 55 50", "en-gb+m3 40 50", "en-us+klatt 50 50")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What to do."""

    out: Path
    work: Path
    """For the corpus and what is half done."""
    hold_out: str = "flite:slt"
    """An engine, or one of its voices, kept for the judging: `espeak`, `flite`, `flite:slt`."""
    sentences: int = 3000
    seed: int = 1
    shape: NetworkShape = NetworkShape()
    lesson: lessons.Lesson = lessons.Lesson()
    reads: reading.ReadingLesson = reading.ReadingLesson()
    manner: manners.MannerLesson = manners.MannerLesson()
    begin: Path | None = None
    """Weights whose listener is gone on from, instead of chance."""
    card_only: bool = False
    """Keep the weights of `out`; only what they are worn and judged by is found anew."""
    command: str = ""

    @property
    def key(self) -> str:
        """What its corpus depends on."""
        return f"{self.hold_out.replace(':', '-')}-{self.sentences}-{self.seed}"

    @property
    def engines(self) -> tuple[str, ...]:
        """Those that are learned from."""
        return tuple(e for e in ("espeak", "flite") if e != self.hold_out)

    @property
    def voices(self) -> tuple[str, ...]:
        """Flite's that are learned from."""
        return tuple(v for v in FLITE_VOICES if f"flite:{v}" != self.hold_out)


def _begun(course: Course) -> tuple[dict[str, torch.Tensor] | None, str]:
    if course.begin is None:
        return None, ""
    weights, card = read(course.begin)
    own = {
        name.removeprefix("listener."): torch.from_numpy(value)
        for name, value in weights.items()
        if name.startswith("listener.")
    }
    return own, f"; the listener went on from `{card.command}` ({card.data})"


def run(course: Course, say: Callable[[str], None]) -> FaceCard:
    """Teach, judge, write. Raises `BadInputError` when there is no voice to learn from."""
    if course.card_only:
        weights, card = read(course.out)
        if card.held_out != course.hold_out:
            raise BadInputError(
                f"train face: {course.out} was made with {card.held_out} held out; "
                f"say --hold-out {card.held_out}"
            )
        return _carded(weights, card, _corpus(course, say), course, say)
    torch.manual_seed(course.seed)
    begun, before = _begun(course)
    taught = _corpus(course, say)
    priors = reading.priors_of(taught)
    listener = lessons.train(
        taught, course.shape, course.lesson, _tell(say, "listener"),
        course.work / f"listener-{course.key}.part", begun,
    )  # fmt: skip
    reader = reading.train(
        taught, listener, course.shape, priors, course.reads, _tell(say, "reader")
    )
    manner = manners.train(taught, listener, course.shape, course.manner, _tell(say, "manner"))
    weights = weights_of(listener=listener, reader=reader, manner=manner)
    card = FaceCard(
        shape=course.shape,
        priors=tuple(round(float(p), 6) for p in priors),
        command=course.command,
        data=_data(taught) + _lessons(course) + before,
        held_out=course.hold_out,
        seeds=(course.seed, course.lesson.seed, course.reads.seed, course.manner.seed),
        date=datetime.now(UTC).date().isoformat(),
    )
    return _carded(weights, card, taught, course, say)


def _carded(
    weights: dict[str, NDArray[np.float32]],
    card: FaceCard,
    taught: Sequence[Taught],
    course: Course,
    say: Callable[[str], None],
) -> FaceCard:
    """Find how the weights are worn, judge them, write both."""
    card = card.model_copy(update=_met(weights, card, taught))
    card = card.model_copy(update={"figures": judged(weights, card, course, say)})
    write(course.out, weights, card)
    return card


def weights_of(**networks: nn.Module) -> dict[str, NDArray[np.float32]]:
    """All weights by name, as they will be read: through 16 bits."""
    return {
        f"{name}.{key}": value.detach().numpy().astype(np.float16).astype(np.float32)
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }


def judged(
    weights: dict[str, NDArray[np.float32]],
    card: FaceCard,
    course: Course,
    say: Callable[[str], None],
) -> dict[str, dict[str, float]]:
    """Figures by voice held out and way of driving."""
    face = LearnedFace(FaceModel(weights, card))
    found: dict[str, dict[str, float]] = {}
    for voice, orders in test_orders(course).items():
        spoken = list(corpora.make(orders, 99, lambda _: None))
        if not spoken:
            say(f"{voice} is not here, so it is not measured")
            continue
        measured = judging.figures(face, spoken)
        for line in judging.told(measured):
            say(f"{voice}: {line}")
        found |= {f"{voice}, {way}": each for way, each in measured.items()}
    return found


def test_orders(course: Course) -> dict[str, list[Order]]:
    """Sentences nobody learned from, by the voices that are held out; else by all."""
    texts = yaml.safe_load(UNHEARD.read_text(encoding="utf-8"))
    if course.hold_out == "espeak":
        speakers = {f"espeak {v}": ("espeak", v) for v in _TEST_ESPEAK}
    else:
        voices = [v for v in FLITE_VOICES if course.hold_out in ("flite", f"flite:{v}")]
        speakers = {f"flite {v}": ("flite", v) for v in voices}
    return {
        name: [
            Order(engine=engine, speaker=speaker, language="en", pace=1.0, text=text)
            for text in texts
        ]
        for name, (engine, speaker) in speakers.items()
    }


def _corpus(course: Course, say: Callable[[str], None]) -> list[Taught]:
    path = course.work / f"corpus-{course.key}.npz"
    if path.is_file():
        say(f"{path}: as it was made before")
        return corpora.read(path)
    wanted = corpora.orders(course.engines, course.sentences, course.seed, voices=course.voices)
    random.Random(course.seed).shuffle(wanted)

    def spoken(number: int) -> None:
        if number % 500 == 0:
            say(f"spoken {number} of {len(wanted)} sentences")

    taught = list(corpora.make(wanted, course.seed, spoken))
    if not taught:
        raise BadInputError(
            "train face: no voice to learn from; pip install espeakng-loader, "
            "or apt-get install flite"
        )
    corpora.write(path, taught)
    return taught


def _met(
    weights: dict[str, NDArray[np.float32]], card: FaceCard, taught: Sequence[Taught]
) -> dict[str, tuple[float, ...]]:
    some = taught[:: max(1, len(taught) // 150)]
    usual = judging.usual(some)
    model = FaceModel(weights, card.model_copy(update={"usual": usual}))
    met = judging.thresholds(model, some)
    return {
        "usual": usual, "closes_from": met.closes, "meets_from": met.meets,
        "closes_from_read": met.closes_read, "meets_from_read": met.meets_read,
    }  # fmt: skip


def _tell(say: Callable[[str], None], what: str) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if progress.step % 100 == 0 or progress.step == progress.steps:
            say(f"{what}: {progress.step} of {progress.steps} steps, loss {progress.loss:.3f}")

    return tell


def _lessons(course: Course) -> str:
    one, two, three = course.lesson, course.reads, course.manner
    return (
        f"; listener {one.steps} steps of {one.batch} stretches, reader {two.steps} of {two.batch} "
        f"on {two.sentences} sentences, manner {three.steps} of {three.batch}"
    )


def _data(taught: Sequence[Taught]) -> str:
    hours = sum(len(one.samples) for one in taught) / RATE_HZ / 3600
    engines = sorted({one.speaker.split()[0] for one in taught})
    speakers = len({" ".join(one.speaker.split()[:2]) for one in taught})
    return (
        f"{len(taught)} made sentences, {hours:.2f} h with their silences, "
        f"{speakers} voices of {' and '.join(engines)}; "
        "teacher: the rule path with the engines' own phone times"
    )
