"""Trains the reader: what the listener hears, and where in the text we are, to a better mouth.

The listener is taken as it is. Some sentences come without their text, some with another's, some
with slips, so that the reader knows when not to believe what it reads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from actuation.generators.learned_alignment import EXPECTED, SOUNDS, Following
from actuation.generators.learned_network import (
    BEHIND,
    FRAMES,
    Listener,
    NetworkShape,
    Reader,
)
from actuation.generators.training.corpus import Taught
from actuation.generators.training.lessons import mouth_loss
from actuation.generators.training.listening import Heard, sentence
from actuation.generators.training.loop import Pace, Progress, device, fast, learn

_NO_TEXT, _WRONG_TEXT, _SLIPS = 0.15, 0.08, 0.4
_LOST: Final = FRAMES * BEHIND


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLesson:
    """How to train."""

    sentences: int = 1800
    steps: int = 700
    batch: int = 16
    rate: float = 2e-3
    seed: int = 2


@dataclass(frozen=True, slots=True)
class _Page:
    """One sentence as the reader gets it."""

    hidden: NDArray[np.float32]
    mouth: NDArray[np.float32]
    expected: NDArray[np.float32]
    taught: NDArray[np.float32]


def priors_of(corpus: Sequence[Taught]) -> NDArray[np.float64]:
    """(SOUNDS,) how often each class is taught."""
    counts = sum((np.bincount(one.sounds, minlength=SOUNDS) for one in corpus), np.ones(SOUNDS))
    return np.asarray(counts / counts.sum(), np.float64)


def train(
    corpus: Sequence[Taught],
    listener: Listener,
    shape: NetworkShape,
    priors: NDArray[np.float64],
    lesson: ReadingLesson,
    report: Callable[[Progress], None],
) -> Reader:
    """A trained reader."""
    torch.manual_seed(lesson.seed)
    rng = np.random.default_rng((lesson.seed, 0))
    where = device()
    listener = listener.to(where)
    pages = _pages(corpus, listener, priors, lesson, rng)
    reader = Reader(shape, 0.05).to(where)

    def loss_at(step: int) -> torch.Tensor:
        drawn = np.random.default_rng((lesson.seed, step)).integers(len(pages), size=lesson.batch)
        return _loss(reader, [pages[int(i)] for i in drawn], where)

    learn(reader, loss_at, Pace(steps=lesson.steps, rate=lesson.rate, seed=lesson.seed), report)
    listener.cpu()
    return reader.cpu().eval()


def _loss(reader: Reader, drawn: Sequence[_Page], where: torch.device) -> torch.Tensor:
    longest = max(len(page.hidden) for page in drawn)

    def stacked(name: str, each: int) -> torch.Tensor:
        parts = [getattr(page, name) for page in drawn]
        full = [np.pad(p, ((0, longest * each - len(p)), (0, 0))) for p in parts]
        return torch.from_numpy(np.stack(full)).to(where)

    counts = np.zeros((len(drawn), longest * FRAMES), np.float32)
    for row, page in zip(counts, drawn, strict=True):
        row[_LOST : len(page.mouth)] = 1.0
    with fast(where):
        said, _ = reader(
            stacked("hidden", 1),
            stacked("mouth", FRAMES),
            stacked("expected", FRAMES),
            reader.stack.begin(len(drawn)),
        )
    return mouth_loss(said.float(), stacked("taught", FRAMES), torch.from_numpy(counts).to(where))


def _pages(
    corpus: Sequence[Taught],
    listener: Listener,
    priors: NDArray[np.float64],
    lesson: ReadingLesson,
    rng: np.random.Generator,
) -> list[_Page]:
    order = rng.permutation(len(corpus))
    pages = []
    for i in range(lesson.sentences):
        one = corpus[int(order[i % len(order)])]
        heard = sentence(one, corpus, rng)
        pages.append(_page(heard, _text_for(one, corpus, rng), listener, priors))
    return pages


def _page(
    heard: Heard,
    text: NDArray[np.uint8] | None,
    listener: Listener,
    priors: NDArray[np.float64],
) -> _Page:
    where = next(listener.parameters()).device
    with torch.inference_mode():
        looks = torch.from_numpy(heard.looks[None]).to(where)
        hidden, mouth, sounds, _ = listener(looks, listener.stack.begin(1))
        likely = torch.softmax(sounds[0].float(), -1).cpu().numpy()
    if text is None:
        expected = np.zeros((len(likely), EXPECTED), np.float32)
    else:
        # The first steps are before the sound.
        expected = np.zeros((len(likely), EXPECTED), np.float32)
        expected[_LOST:] = Following(text, priors).push(likely[_LOST:].astype(np.float64))
    return _Page(hidden[0].cpu().numpy(), mouth[0].cpu().numpy(), expected, heard.mouth)


def _text_for(
    one: Taught, corpus: Sequence[Taught], rng: np.random.Generator
) -> NDArray[np.uint8] | None:
    luck = rng.random()
    if luck < _NO_TEXT:
        return None
    if luck < _NO_TEXT + _WRONG_TEXT:
        return corpus[int(rng.integers(len(corpus)))].expected
    if luck < _NO_TEXT + _WRONG_TEXT + _SLIPS:
        return _with_slips(one.expected, rng)
    return one.expected


def _with_slips(expected: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Some phones left out, some taken for others, as dialects and hasty speech do."""
    kept = expected[rng.random(len(expected)) > 0.04].copy()
    changed = rng.random(len(kept)) < 0.04
    kept[changed] = rng.integers(1, SOUNDS, int(changed.sum()))
    return kept
