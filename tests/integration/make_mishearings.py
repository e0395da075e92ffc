"""Measures what the embedded recogniser makes of visitors' sentences: `mishearings.yaml`.

    .venv/bin/python -m tests.integration.make_mishearings [--most N]

A voice of flite says each wording of the scenarios, each question of the knowledge files and each
example line, every other one in hiss; the real ears (voice activity, turns, pocketsphinx with the
demonstration site's language) hear them. What was said and what was heard are aligned word by word;
runs of words that came out otherwise are counted, and so is how often each word came out right.
The table keeps counts only. Needs flite; takes about a second and a half a sentence.
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import yaml

from agent.bench.hearing import in_noise, word_errors
from agent.core.clock import LoopClock
from agent.core.messages import TurnEnded
from agent.settings import hearing
from perception.backends.recorded_sound import CHUNK, read_sound
from perception.listening import Listening
from perception.senses import SOUND_RATE_HZ, SoundChunk
from perception.words.process import RecogniserProcess
from perception.words.recognition import RecognitionConfig
from perception.words.site_language import spoken
from tests.integration.mishearing import TABLE, aligned
from tests.integration.wordings import every_wording

ROOT = Path(__file__).parents[2]
VOICES = (("slt", 60.0), ("slt", 38.0))
"""Voice of flite, and by how many decibels it is louder than the hiss."""
_QUIET_S = (0.5, 1.4)


def sentences(most: int) -> list[str]:
    """What visitors say, once each, in an order that does not change."""
    found = dict.fromkeys(spoken(line) for line in _lines())
    kept = [line for line in found if 1 <= len(line.split()) <= 16]
    random.Random(3).shuffle(kept)
    return kept[:most]


def _lines() -> Iterator[str]:
    yield from every_wording(random.Random(2), each=2)
    for path in sorted((ROOT / "configs" / "knowledge").glob("*.md")):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("## "):
                yield line[3:]
    examples = yaml.safe_load(
        (ROOT / "behavior" / "understanding" / "examples.yaml").read_text("utf-8")
    )
    for lines in examples.values():
        yield from lines


def say(text: str, voice: str, louder_db: float) -> np.ndarray:
    """`text` in a voice of flite, in hiss, between two stretches of near silence."""
    flite = shutil.which("flite")
    if flite is None:
        raise SystemExit("the made visitors need flite: apt install flite")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "said.wav")
        command = [flite, "-voice", voice, "-t", text, "-o", str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        sound = in_noise(read_sound(path), louder_db)
    hush = np.random.default_rng(1).standard_normal(round(sum(_QUIET_S) * SOUND_RATE_HZ)) * 1e-4
    lead = round(_QUIET_S[0] * SOUND_RATE_HZ)
    return np.concatenate([hush[:lead], sound, hush[lead:]]).astype(np.float32)


class _Played:
    def __init__(self, sound: np.ndarray) -> None:
        self._sound = sound

    async def sound(self) -> AsyncIterator[SoundChunk]:
        for i in range(0, self._sound.size, CHUNK):
            yield SoundChunk(at=i / SOUND_RATE_HZ, samples=self._sound[i : i + CHUNK])


async def _nothing() -> AsyncIterator[None]:
    return
    yield


async def hear(said: list[tuple[str, str, float]]) -> AsyncIterator[str]:
    """What the ears make of each (text, voice, decibels), one after the other."""
    clock = LoopClock(asyncio.get_running_loop())
    _, _, site = hearing(ROOT / "configs" / "demo.yaml")
    texts: list[str] = []
    words = RecogniserProcess(
        config=RecognitionConfig(backend="pocketsphinx"),
        site=site,
        publish=lambda message: (
            texts.append(message.text) if isinstance(message, TurnEnded) else None
        ),
        clock=clock,
    )
    turns, _, _ = hearing(ROOT / "configs" / "demo.yaml")
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(words.run())
        await words.ready.wait()
        for one in said:
            texts.clear()
            await Listening(
                microphone=_Played(say(*one)),
                words=words,
                lines=_nothing(),
                stage=_nothing(),
                publish=lambda message: (
                    texts.append(message.text) if isinstance(message, TurnEnded) else None
                ),
                clock=clock,
                config=turns,
                in_step=True,
            ).run()
            yield " ".join(filter(None, texts))
        keeper.cancel()


def table(pairs: list[tuple[str, str]]) -> dict:
    """Counts of what became of which words, and the share of words that came out wrong."""
    right: Counter[str] = Counter()
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    errors = words = nothing = 0
    for said, heard in pairs:
        if not heard:
            nothing += 1
            continue
        e, n = word_errors(said, heard)
        errors, words = errors + e, words + n
        for one, other in aligned(said.split(), heard.split()):
            if one == other:
                right.update(one)
            else:
                wrong[" ".join(one)][" ".join(other)] += 1
    return {
        "sentences": len(pairs),
        "unheard": nothing,
        "words": words,
        "word_error_rate": round(errors / words, 4),
        "right": dict(sorted(right.items())),
        "wrong": {one: dict(sorted(others.items())) for one, others in sorted(wrong.items())},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=700, help="sentences at most, each voice")
    lines = sentences(parser.parse_args().most)
    said = [(line, *VOICES[i % len(VOICES)]) for i, line in enumerate(lines)]
    asyncio.run(measure(said))


async def measure(said: list[tuple[str, str, float]]) -> None:
    """Hear it all; the table is written now and then, for it takes long."""
    pairs: list[tuple[str, str]] = []
    async with contextlib.aclosing(hear(said)) as ears:
        async for heard in ears:
            pairs.append((said[len(pairs)][0], heard))
            if len(pairs) % 20 == 0 or len(pairs) == len(said):
                write(table(pairs))
                sys.stdout.write(f"{len(pairs)} {pairs[-1]}\n")
                sys.stdout.flush()


def write(made: dict) -> None:
    """Keep a table."""
    head = "# Made by tests/integration/make_mishearings.py; see its head.\n"
    TABLE.write_text(head + yaml.safe_dump(made, allow_unicode=True, width=100), "utf-8")


if __name__ == "__main__":
    main()
