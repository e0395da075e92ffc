"""Image schemas in a text: the words that speak of an idea as of space, force and things.

Most of what hands draw while people talk follows such schemas (Johnson 1987; Cienki and Mueller
2008; Lhommet and Marsella 2014): prices `go up`, a plan `leads to` a goal, a matter is `weighed`.
Which words and constructions speak of which schema is data, `image_schemas.yaml`; this file finds
them in any inflection. Pure. What it does not know: irony, and words of two meanings.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actuation.gestures.lexemes import Schema
from agent.core.errors import BadInputError

SCHEMAS = Path(__file__).parent / "image_schemas.yaml"
_GAP = 6
"""So many words at most where a construction has dots."""
_IRREGULAR = {
    "went": "go", "gone": "go", "goes": "go", "began": "begin", "begun": "begin", "grew": "grow",
    "grown": "grow", "fell": "fall", "fallen": "fall", "rose": "rise", "risen": "rise",
    "brought": "bring", "left": "leave", "sent": "send", "held": "hold", "kept": "keep",
    "built": "build", "took": "take", "taken": "take", "came": "come", "chose": "choose",
    "chosen": "choose", "met": "meet", "gave": "give", "given": "give", "understood": "understand",
    "threw": "throw", "thrown": "throw", "drew": "draw", "drawn": "draw", "got": "get",
    "became": "become", "shown": "show", "told": "tell", "said": "say", "ran": "run",
    "sank": "sink", "shrank": "shrink", "caught": "catch", "spoke": "speak", "slept": "sleep",
    "flew": "fly", "flown": "fly", "drove": "drive", "driven": "drive", "ate": "eat",
    "eaten": "eat", "wrote": "write", "written": "write", "paid": "pay", "better": "better",
    "children": "child", "people": "people", "made": "make", "won": "win", "lost": "lose",
    "forgot": "forget", "forgotten": "forget", "sung": "sing", "sang": "sing", "drank": "drink",
    "bought": "buy", "sold": "sell", "swam": "swim", "wore": "wear", "worn": "wear",
}  # fmt: skip


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Schema = Field(alias="schema", description="The image schema.")
    shows: tuple[str, ...] = Field(min_length=1, description="Gestures that draw it, best first.")
    says: tuple[str, ...] = Field(min_length=1, description="Words and constructions.")
    strength: float = Field(1.0, gt=0, le=1, description="How surely these words mean it.")


@dataclass(frozen=True, slots=True)
class SchemaFound:
    """Words that speak of an image schema."""

    schema: Schema
    shows: tuple[str, ...]
    """Names of the gestures that draw it, best first."""
    first_word: int
    """Index of the first of the words, in the text split at white space."""
    after_words: int
    """Index after the last."""
    length: int
    """How many words of the text had to be there."""
    strength: float
    """How surely these words mean it, up to 1."""


class ImageSchemas:
    """All constructions that are known."""

    def __init__(self, rows: tuple[_Row, ...]) -> None:
        self._by_first: dict[str, list[tuple[tuple[tuple[str, ...], ...], _Row]]] = {}
        for row in rows:
            for says in row.says:
                parts = tuple(tuple(map(stem, part.split())) for part in says.split("..."))
                self._by_first.setdefault(parts[0][0], []).append((parts, row))
        self.gestures = frozenset(name for row in rows for name in row.shows)
        """Every gesture that a row names."""

    def found_in(self, text: str) -> list[SchemaFound]:
        """What `text` says, in its order; of two rows for one gesture the longer words stay."""
        stems = [stem(word) for word in text.split()]
        best: dict[tuple[str, ...], SchemaFound] = {}
        for at, first in enumerate(stems):
            for parts, row in self._by_first.get(first, ()):
                after = _match(stems, at, parts)
                if after is None:
                    continue
                length = sum(len(part) for part in parts)
                found = SchemaFound(row.schema_, row.shows, at, after, length, row.strength)
                if row.shows not in best or best[row.shows].length < length:
                    best[row.shows] = found
        return sorted(best.values(), key=lambda each: each.first_word)


def _match(stems: list[str], at: int, parts: tuple[tuple[str, ...], ...]) -> int | None:
    """Index after the last word of the construction that begins at `at`, if it does."""
    for n, part in enumerate(parts):
        latest = at if n == 0 else at + _GAP
        while at <= latest and tuple(stems[at : at + len(part)]) != part:
            at += 1
        if at > latest:
            return None
        at += len(part)
    return at


@cache
def stem(word: str) -> str:
    """The basic form of a word, near enough: `divided`, `divides` and `dividing` are one."""
    word = re.sub(r"[^a-z']", "", word.lower().replace("\u2019", "'"))
    word = re.sub(r"(n't|'s|'re|'ve|'ll|'d|'m|')$", "", word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""),
                            ("s", ""), ("ly", "")):  # fmt: skip
        kept = word[: -len(ending)]
        if word.endswith(ending) and len(kept) >= 3 and not word.endswith(("ss", "us", "is")):
            word = kept + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lse":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


@cache
def standard_schemas() -> ImageSchemas:
    """The constructions that come with the product, read once."""
    return load_schemas()


def load_schemas(path: Path = SCHEMAS) -> ImageSchemas:
    """Read the file. Raises `BadInputError` with file, row and field."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as fault:
        raise BadInputError(f"{path.name}: not YAML: {fault}") from None
    if not isinstance(rows, list):
        raise BadInputError(f"{path.name}: must be a list of rows, each with schema, shows, says")
    read = []
    for n, row in enumerate(rows, 1):
        try:
            read.append(_Row.model_validate(row))
        except ValidationError as fault:
            raise BadInputError(f"{path.name}: row {n}: {fault}") from None
    return ImageSchemas(tuple(read))
