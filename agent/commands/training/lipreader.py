"""`foyer train lipreader`: the reader of lips learns from made speech, and is judged on other.

Held out: the sentences, the voice, and one expression at its full.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from actuation.embodiments.vrm_file import read_character
from actuation.generators.lip_reader import FILE, LipReader, LipReaderCard
from actuation.generators.lip_reader_camera import CHARACTER, MouthCamera
from actuation.generators.lip_reader_corpus import (
    HELD_OUT_EXPRESSION,
    HELD_OUT_VOICE,
    RATE_HZ,
    VOICE,
    Clip,
    clip_of,
    spoken,
    texts,
)
from actuation.generators.lip_reader_training import (
    Progress,
    frame_accuracy,
    prior_of,
    train,
    write,
)
from agent.bench.face_reading import LipTest
from agent.bench.face_takes import MORE_SENTENCES, SENTENCES, by_rule
from agent.core.errors import BackendUnavailableError, BadInputError

CLIPS, STEPS = 320, 1500
_TUNE_EVERY = 16
HELD_OUT = SENTENCES + MORE_SENTENCES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--episodes", type=int, default=CLIPS, metavar="N", help="clips to draw")
    parser.add_argument("--steps", type=int, default=STEPS, metavar="N", help="of training")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of clips and training")
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="weights (.npz)")


def run(arguments: argparse.Namespace) -> int:
    """Draw, learn, judge, write."""
    out, count = arguments.out, arguments.episodes
    if count < _TUNE_EVERY:
        raise BadInputError(f"train lipreader: at least {_TUNE_EVERY} --episodes (clips)")
    began = perf_counter()
    clips = _drawn(count, arguments.seed)
    seen, learned = clips[::_TUNE_EVERY], [c for i, c in enumerate(clips) if i % _TUNE_EVERY]
    network = train(learned, steps=arguments.steps, seed=arguments.seed, told=_told(began))
    card = LipReaderCard(
        command=f"foyer train lipreader --episodes {count} --steps {arguments.steps} "
        f"--seed {arguments.seed}",
        data=f"{len(learned)} clips, {_minutes(learned):.1f} min of words in random order by "
        f"{VOICE}, moved by the rules, all faces but {HELD_OUT_EXPRESSION.value}",
        held_out_data=f"{len(HELD_OUT)} sentences by {HELD_OUT_VOICE}, looked straight at",
        date=datetime.now(UTC).date().isoformat(),
        parameters=sum(p.numel() for p in network.parameters()),
        prior=prior_of(learned),
    )
    reader = LipReader(network, card)
    measures = {"pictures_of_other_clips": frame_accuracy(reader, seen)} | _held_out(reader)
    rounded = {name: round(value, 4) for name, value in measures.items()}
    write(out, network, card.model_copy(update={"held_out": rounded}))
    told = ", ".join(f"{name} {value}" for name, value in rounded.items())
    print(f"{out}: {card.parameters} weights; {told}")
    print(f"{perf_counter() - began:.0f} s in all")
    return 0


def _drawn(count: int, seed: int) -> list[Clip]:
    rows = texts(count, seed, without=HELD_OUT)
    speeches = asyncio.run(spoken(rows))
    camera = MouthCamera(read_character(CHARACTER))
    random = np.random.default_rng((seed, 0xC11B))
    clips = [clip_of(speech, camera, random) for speech in speeches]
    _say(f"drew {len(clips)} clips, {_minutes(clips):.1f} min")
    return clips


def _held_out(reader: LipReader) -> dict[str, float]:
    """Measures on the sentences by the other voice; none where that voice is not here."""
    try:
        speeches = asyncio.run(spoken(HELD_OUT, HELD_OUT_VOICE))
    except BackendUnavailableError as missing:
        _say(f"not judged on held-out speech: {missing}")
        return {}
    found: dict[str, float] = {}
    for face in (None, HELD_OUT_EXPRESSION):
        test = LipTest(reader, [by_rule(speech, face) for speech in speeches])
        verdict = test.verdict(test.seen)
        of = f"_{face.value}" if face else ""
        found |= {
            f"visemes{of}": verdict.viseme_accuracy,
            f"visemes{of}_by_chance": test.viseme_chance,
            f"words{of}": verdict.word_accuracy,
            f"words{of}_by_chance": test.word_chance,
        }
    return found


def _minutes(clips: Sequence[Clip]) -> float:
    return sum(len(c.times) for c in clips) / RATE_HZ / 60


def _told(began: float) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if progress.step % 250 == 0 or progress.step == progress.steps:
            took = perf_counter() - began
            share = f"{progress.step} of {progress.steps} steps"
            _say(f"{share}, loss {progress.loss:.3f}, {took:.0f} s")

    return tell


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
