"""Reads the lexicon of gestures and finds one by name, by words, or by the meaning of a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from actuation.gestures.handshapes import SHAPES
from agent.core.errors import BadInputError

_WORD = re.compile(r"\w+")
LEXICON = Path(__file__).parents[1] / "lexicon"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Both are safe; the one in C reads the lexicon six times as fast."""
Direction = tuple[float, float, float]
Schema = Literal[
    "path", "container", "up_down", "near_far", "centre_periphery", "left_right", "balance",
    "force", "link", "part_whole", "split_merge", "surface", "scale", "cycle", "object",
]  # fmt: skip
"""Image schemas: the shapes of bodily experience in which ideas are spoken and gestured of
(Johnson 1987; Cienki and Mueller 2008)."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HandKey(_Entry):
    """One pose of the hand within a stroke."""

    t: float = Field(ge=-2, le=3, description="Seconds against the apex of the stroke.")
    hand: Direction = Field(
        description="Wrist against mid-shoulder, arm lengths: out, up, forward."
    )
    palm: Direction = Field(description="Where the palm looks: out, up, forward.")
    fingers: Direction = Field(description="Where the fingers point: out, up, forward.")
    shape: str = Field("relaxed", description="A hand shape by name.")
    elbow: Direction = Field((0.55, -1.0, -0.35), description="Where the elbow tends to.")

    @field_validator("shape")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in SHAPES:
            raise ValueError(f"no hand shape {name!r}; there is {', '.join(SHAPES)}")
        return name

    @field_validator("palm", "fingers", "elbow")
    @classmethod
    def _points_somewhere(cls, direction: Direction) -> Direction:
        if not any(abs(part) > 1e-3 for part in direction):
            raise ValueError("a direction of no length")
        return direction


class HeadKey(_Entry):
    """One pose of the head within a stroke, degrees added to where it looks."""

    t: float = Field(ge=-2, le=3, description="Seconds against the apex of the stroke.")
    pitch_deg: float = Field(0.0, ge=-30, le=30, description="Up positive.")
    yaw_deg: float = Field(0.0, ge=-40, le=40, description="Left positive.")
    roll_deg: float = Field(0.0, ge=-25, le=25, description="Towards the left shoulder negative.")


class Lexeme(_Entry):
    """One gesture: its meaning, the words that call for it, and its key poses."""

    name: str = ""
    kind: Literal["emblem", "deictic", "iconic", "metaphoric", "beat"]
    meaning: str = Field(min_length=3, description="What it says, for people and for retrieval.")
    words: tuple[str, ...] = Field((), description="Words that call for it in a text.")
    not_in: tuple[str, ...] = Field(
        (), description="Longer words in which those words mean something else."
    )
    examples: tuple[str, ...] = Field((), description="Sentences that it goes with.")
    schema_: Schema | None = Field(
        None, alias="schema", description="The image schema that its form draws."
    )
    hands: Literal["one", "both", "head"]
    aimed: bool = Field(False, description="Turned toward the true place where that is known.")
    offered: bool = Field(
        True,
        description="A language model is told of it and may ask for it by name; else its words, "
        "its meaning or an act's own cue call for it.",
    )
    fixed: bool = Field(
        False, description="At a place of the body: the size of gestures does not move it."
    )
    keys: tuple[HandKey, ...] = ()
    other: tuple[HandKey, ...] = Field(
        (), description="What the other hand does meanwhile, a key for each key. Needs hands: both."
    )
    head: tuple[HeadKey, ...] = ()
    hold_s: float = Field(0.0, ge=0, le=3, description="Held after the last key, seconds.")

    @model_validator(mode="after")
    def _hands_keep_time(self) -> "Lexeme":
        if self.other and self.hands != "both":
            raise ValueError("other hand: needs hands: both")
        if self.other and [key.t for key in self.other] != [key.t for key in self.keys]:
            raise ValueError("other hand: must have a key at the time of each key")
        for keys in (self.keys, self.head):
            times = [key.t for key in keys]
            if times != sorted(set(times)):
                raise ValueError("keys must rise in time")
        return self

    def of_the_head(self, side: str = "right") -> "Lexeme | None":
        """What the head does while a hand does its part, as a gesture of its own.

        It is written for the right hand; for the left it is mirrored.
        """
        if self.hands == "head" or not self.head:
            return None
        sign = 1.0 if side == "right" else -1.0
        head = tuple(
            key.model_copy(update={"yaw_deg": sign * key.yaw_deg, "roll_deg": sign * key.roll_deg})
            for key in self.head
        )
        alone = {"name": f"{self.name}_head", "hands": "head", "head": head, "keys": ()}
        return self.model_copy(update={**alone, "other": (), "aimed": False, "words": ()})


@dataclass(frozen=True, slots=True)
class Called:
    """A lexeme that words of a text call for."""

    first_word: int
    """Index of the first of the words, in the text split at white space."""
    after_words: int
    """Index after the last."""
    lexeme: Lexeme


class Lexicon:
    """All gestures a character knows."""

    def __init__(self, lexemes: dict[str, Lexeme]) -> None:
        self._lexemes = lexemes
        self._patterns: dict[str, list[tuple[re.Pattern[str], str, bool]]] = {}
        for name, lexeme in lexemes.items():
            for words in (*lexeme.words, *lexeme.not_in):
                row = (_pattern(words), name, words in lexeme.words)
                self._patterns.setdefault(_WORD.findall(words.lower())[0], []).append(row)
        self._vocabulary = {
            name: _stems(f"{name.replace('_', ' ')} {lexeme.meaning} {' '.join(lexeme.words)}")
            for name, lexeme in lexemes.items()
        }

    def __iter__(self) -> Iterator[Lexeme]:
        """All lexemes, in the order of the files."""
        return iter(self._lexemes.values())

    def __contains__(self, name: str) -> bool:
        """Whether there is a lexeme of that name."""
        return name in self._lexemes

    def named(self, name: str) -> Lexeme | None:
        """The lexeme of that name, if there is one."""
        return self._lexemes.get(name)

    def in_text(self, text: str) -> list[Called]:
        """Lexemes that words of `text` call for, in the order of the text.

        Of two that overlap, the one with the longer words stays.
        """
        lowered = text.lower().replace("\u2019", "'")
        found = sorted(
            (
                (match.start(), match.end(), name, counts)
                for word in dict.fromkeys(_WORD.findall(lowered))
                for pattern, name, counts in self._patterns.get(word, ())
                for match in pattern.finditer(lowered)
            ),
            key=lambda hit: hit[0] - hit[1],
        )
        taken: list[tuple[int, int]] = []
        called = []
        for start, end, name, counts in found:
            if any(start < b and a < end for a, b in taken):
                continue
            if not counts and not any(
                other == name and real and start < b and a < end for a, b, other, real in found
            ):
                continue
            taken.append((start, end))
            if counts:
                first = len(text[:start].split())
                after = first + len(text[start:end].split())
                called.append(Called(first, after, self._lexemes[name]))
        return sorted(called, key=lambda each: each.first_word)

    def like(self, meaning: str) -> Lexeme | None:
        """The lexeme whose description shares most words with `meaning`; None if none does.

        Word overlap, not understanding: for callers that cannot name a lexeme.
        """
        best = self.by_common_words(meaning)
        return self._lexemes[best[0]] if best else None

    def by_common_words(self, text: str) -> list[str]:
        """Names of lexemes whose description has words of `text`, those with most first."""
        wanted = _stems(text)
        shared = [(len(wanted & known), name) for name, known in self._vocabulary.items()]
        return [name for count, name in sorted(shared, reverse=True) if count]


def _pattern(words: str) -> re.Pattern[str]:
    """Those words as whole words, any white space between them."""
    inner = r"\s+".join(re.escape(word) for word in words.lower().split())
    return re.compile(rf"(?<![\w'-]){inner}" + (r"(?![\w'])" if words[-1].isalnum() else ""))


def _stems(text: str) -> frozenset[str]:
    dull = {"the", "and", "for", "with", "that", "this", "not", "are", "you", "one"}
    words = re.findall(r"[a-z']{3,}", text.lower())
    return frozenset(re.sub(r"(ing|ed|es|s)$", "", word) for word in words if word not in dull)


def load_lexicon(folder: Path = LEXICON) -> Lexicon:
    """Read every YAML file of `folder`. Raises `BadInputError` with file, entry and field."""
    lexemes: dict[str, Lexeme] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            tree = yaml.load(path.read_text(encoding="utf-8"), _LOADER) or {}
        except yaml.YAMLError as fault:
            raise BadInputError(f"{path.name}: not YAML: {fault}") from None
        for name, entry in tree.items():
            try:
                lexemes[name] = Lexeme.model_validate({"name": name, **entry})
            except (ValidationError, TypeError) as fault:
                raise BadInputError(f"{path.name}: {name}: {fault}") from None
            if not lexemes[name].keys and not lexemes[name].head:
                raise BadInputError(f"{path.name}: {name}: has no keys")
    if not lexemes:
        raise BadInputError(f"{folder.name}/: no gestures in it")
    return Lexicon(lexemes)


@cache
def standard_lexicon() -> Lexicon:
    """The lexicon that comes with the product, read once."""
    return load_lexicon()
