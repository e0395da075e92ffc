"""Sentences for the corpus: frames filled from word lists, lists of words, words that do not exist.

Invented words bring every lip sound beside every vowel, which real sentences never do evenly.
Deterministic by seed.
"""

import random
import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

FILE: Final = Path(__file__).with_name("words.yaml")
_HOLE = re.compile(r"\{(\w+)\}")
_INVENTED_SHARE: Final = 0.25


class Words(BaseModel):
    """One language of `words.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: dict[str, tuple[str, ...]]
    frames: tuple[str, ...]
    onsets: tuple[str, ...] = ()
    nuclei: tuple[str, ...] = ()
    codas: tuple[str, ...] = ()


@cache
def vocabulary() -> dict[str, Words]:
    """Words by language."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {language: Words.model_validate(words) for language, words in read.items()}


def sentence(language: str, rng: random.Random) -> str:
    """One sentence; in English every fourth is made of invented words."""
    words = vocabulary()[language]
    if words.nuclei and rng.random() < _INVENTED_SHARE:
        made = " ".join(_invented(words, rng) for _ in range(rng.randint(3, 7)))
        return made[0].upper() + made[1:] + "."

    def fill(hole: re.Match[str]) -> str:
        return rng.choice(words.lists[hole[1]])

    made = _HOLE.sub(fill, rng.choice(words.frames))
    return made[0].upper() + made[1:]


def sentences(language: str, count: int, seed: int) -> tuple[str, ...]:
    """`count` different sentences."""
    rng = random.Random(f"{language} {seed}")
    made: dict[str, None] = {}
    while len(made) < count:
        made[sentence(language, rng)] = None
    return tuple(made)


def _invented(words: Words, rng: random.Random) -> str:
    syllables = rng.choice((1, 1, 2, 2, 3))
    return "".join(
        rng.choice(words.onsets) + rng.choice(words.nuclei) + rng.choice(words.codas)
        for _ in range(syllables)
    )
