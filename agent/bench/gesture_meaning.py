"""The right gesture for the meaning: 200 sentences with the gestures that a person would take.

Ours (words, image schemas, shared rare words), ours with sentence embeddings, and matching of
keywords alone, which has the same lexicon's words and descriptions. The control is another
sentence's gestures. A hundred of the sentences were written when the retrieval was finished;
forty more say it in idioms, which none of the rows is good at.
Whoever wrote the lexicon wrote the sentences too, which flatters every row, keywords most.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from actuation.gestures.lexemes import Lexicon, standard_lexicon
from actuation.gestures.meaning import Encoder, GestureMeaning
from agent.bench.figure import Figure
from agent.core.backend import pick
from agent.core.errors import BackendUnavailableError, BadInputError
from behavior.encoders import ENCODERS

SENTENCES: Final = Path(__file__).parent / "data" / "gesture_sentences.yaml"
_FIRST_OF: Final = (1, 5)
_ENOUGH_OF: Final = 100
"""So many sentences can decide; fewer are for information."""
_TURNED_BY: Final = 37
"""The control judges a sentence by the gestures of the one so much further on."""

Ranking = Callable[[str], Sequence[str]]
Part = Literal["before", "after", "reworded"]


class Sentence(BaseModel):
    """What is said, and the gestures that would be right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str = Field(min_length=2)
    shows: tuple[str, ...] = Field(min_length=1)


def sentences(part: Part, lexicon: Lexicon) -> list[Sentence]:
    """Written before or after the retrieval was finished, or in other words than the usual ones.

    Raises `BadInputError` where one asks for a gesture that the lexicon does not have.
    """
    rows = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))[part]
    read = [Sentence.model_validate(row) for row in rows]
    for sentence in read:
        unknown = [name for name in sentence.shows if name not in lexicon]
        if unknown:
            raise BadInputError(f"{SENTENCES.name}: {sentence.says!r}: no gesture {unknown[0]!r}")
    return read


def share_right(
    ranking: Ranking, asked: Sequence[Sentence], most: int, *, turned: int = 0
) -> float:
    """Percentage of the sentences with a right gesture among the first `most`.

    `turned`: judged by the gestures of the sentence so much further on instead of its own.
    """
    right = 0
    for i, sentence in enumerate(asked):
        shows = asked[(i + turned) % len(asked)].shows
        right += any(name in shows for name in ranking(sentence.says)[:most])
    return 100.0 * right / len(asked)


def keywords_of(lexicon: Lexicon) -> Ranking:
    """Matching of keywords alone: the lexicon's words, the longest first; then words in common."""

    def ranking(text: str) -> list[str]:
        called = sorted(lexicon.in_text(text), key=lambda each: each.first_word - each.after_words)
        named = [each.lexeme.name for each in called]
        return list(dict.fromkeys([*named, *lexicon.by_common_words(text)]))

    return ranking


def ours_of(lexicon: Lexicon, encoder: Encoder | None = None) -> Ranking:
    """As the product ranks; with embeddings where an encoder is given."""
    meaning = GestureMeaning(lexicon, encoder=encoder)
    return lambda text: [meant.lexeme for meant in meaning.rank(text)]


def meaning_figures() -> list[Figure]:
    """All figures; a comparison stands on standard error."""
    lexicon = standard_lexicon()
    rankings = {"keywords": keywords_of(lexicon), "ours": ours_of(lexicon)}
    embedded = _embeddings()
    if embedded is not None:
        rankings["ours, with embeddings"] = ours_of(lexicon, embedded)
    before, after = sentences("before", lexicon), sentences("after", lexicon)
    parts = {
        "right of all 200": [*before, *after],
        "right of 100 written after the code": after,
        "right of 40 in idioms": sentences("reworded", lexicon),
    }
    figures = [
        _right(f"meaning, {name}", rankings, asked, most)
        for name, asked in parts.items()
        for most in _FIRST_OF
    ]
    return [*figures, _cost(rankings["ours"], after), *_inventory(lexicon)]


def _right(name: str, rankings: dict[str, Ranking], asked: Sequence[Sentence], most: int) -> Figure:
    shares = {row: share_right(ranking, asked, most) for row, ranking in rankings.items()}
    said = "  ".join(f"{row} {share:.0f} %" for row, share in shares.items())
    sys.stderr.write(f"{name}, top-{most}: {said}\n")
    note = f"with embeddings {shares['ours, with embeddings']:.0f}" if len(shares) > 2 else ""
    return Figure(
        name=f"{name}, top-{most}",
        value=shares["ours"],
        unit="%",
        target=shares["keywords"] if len(asked) >= _ENOUGH_OF else None,
        at_most=False,
        baseline=shares["keywords"],
        baseline_of="keywords alone",
        control=share_right(rankings["ours"], asked, most, turned=_TURNED_BY),
        control_of="another sentence's gestures",
        note=note,
    )


def _cost(ranking: Ranking, asked: Sequence[Sentence]) -> Figure:
    began_s = time.process_time()
    for sentence in asked:
        ranking(sentence.says)
    each_ms = 1000 * (time.process_time() - began_s) / len(asked)
    return Figure(name="meaning of a clause, processor time", value=each_ms, unit="ms", target=2.0)


def _inventory(lexicon: Lexicon) -> list[Figure]:
    semantic = [lexeme for lexeme in lexicon if lexeme.kind != "beat"]
    count = float(len(semantic))
    return [Figure(name="gestures with a meaning", value=count, unit="", target=208, at_most=False)]


def _embeddings() -> Encoder | None:
    try:
        encoder: Encoder = pick("encoder", ENCODERS, "minilm")()
    except BackendUnavailableError as fault:
        sys.stderr.write(f"without embeddings: {fault}\n")
        return None
    return encoder
