"""A sentence about body parts becomes a question to a figure. A new action is a new sentence.

Clauses are joined as a weakest-link average: an action is as sure as its clauses together are. A
clause whose part of the body was not seen is left out, and the answer counts for less; an action
none of whose clauses can be told is unknown.
"""

import difflib
import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.core.errors import BadInputError
from perception.actions.cues import Floats, cues
from perception.actions.figure import Figure
from perception.actions.judge import Weights, both, likely
from perception.actions.phrases import PHRASES

_CLAUSES: Final = re.compile(r"[.;,]|\band\b(?!\s+(?:again|fro|down|right|left|hips))")
_SMALL: Final = frozenset(
    {"the", "a", "an", "its", "it", "their", "his", "her", "and", "of", "to", "in", "on", "both",
     "each", "every", "other", "not", "one", "this", "person", "person's", "does", "do"}
)  # fmt: skip
_LIKE: Final = {
    "arms": "arm", "elbows": "elbow", "ears": "ear", "palms": "palm", "thumbs": "thumb",
    "are": "is", "wrist": "hand", "raises": "raised", "lifted": "raised", "torso": "trunk",
    "front": "before", "facing": "faces", "moves": "swings", "goes": "swings", "extended":
    "stretched", "outstretched": "stretched", "head's": "head", "hands": "hand",
    "hang": "hangs", "hanging": "hangs",
}  # fmt: skip
NEAR: Final = 0.6
"""How much of a phrase's words a clause must share."""
LEAST_SHARE: Final = 0.5
"""More than that of a sentence's clauses must be known for an answer."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One phrase of a sentence: which, about whose hand, and whether it must not be."""

    phrase: str
    whose: str
    """`same`, `other`, `both`."""
    negated: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """What has to be the case, all of it."""

    text: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How well a sentence fits a figure."""

    fits: float
    """0..1; NaN: nothing of it can be told."""
    known: float
    """Share of its clauses that could be told."""
    hand: int
    """Which hand did it, 0 left, 1 right."""
    why: tuple[tuple[str, float], ...]
    """Each phrase and how true it was; NaN: unknown."""


def read(text: str, where: str = "sentence") -> Sentence:
    """Understand a description. Raises `BadInputError` that names the clause not understood."""
    clauses = []
    subject = ""
    for part in _CLAUSES.split(text.lower()):
        words = re.findall(r"[a-z']+", part)
        if not words:
            continue
        named = _subject(words)
        subject = named or subject
        clauses.append(_clause(words, subject if not named else "", text, where))
    if not clauses:
        raise BadInputError(f"{where}: says nothing of the body; {_example()}")
    return Sentence(text, tuple(clauses))


def _subject(words: list[str]) -> str:
    parts = ("hand", "hands", "arm", "arms", "fingers", "finger", "thumb", "palm", "palms", "head",
             "shoulders", "trunk", "body", "thighs", "knees", "forearm", "elbow")  # fmt: skip
    return next((word for word in words[:4] if word in parts), "")


def _clause(words: list[str], subject: str, text: str, where: str) -> Clause:
    said = _stems([subject, *words] if subject else words)
    best, name = 0.0, ""
    for key, phrase in PHRASES.items():
        for wording in phrase.words:
            alike = _alike(said, _stems(wording.split()))
            if alike > best:
                best, name = alike, key
    if best < NEAR:
        near = difflib.get_close_matches(
            " ".join(words), [w for p in PHRASES.values() for w in p.words], n=2, cutoff=0.0
        )
        raise BadInputError(
            f"{where}: cannot measure {' '.join(words)!r} in {text!r}; say for instance "
            f"{' or '.join(repr(n) for n in near)}"
        )
    whose = "both" if "both" in words else "other" if "other" in words and "side" not in words \
        and "each" not in words else "same"  # fmt: skip
    return Clause(name, whose, "not" in words)


def _stems(words: list[str]) -> frozenset[str]:
    plain = (_LIKE.get(word, word) for word in words if word not in _SMALL)
    return frozenset(_singular(word) for word in plain)


def _singular(word: str) -> str:
    """Without the ending of a plural or of the third person."""
    if word.endswith(("sses", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _alike(said: frozenset[str], wording: frozenset[str]) -> float:
    """Shared words against all, what is said and not in the wording counting half."""
    shared = len(said & wording)
    return shared / (len(wording) + 0.5 * len(said - wording)) if shared else 0.0


def _example() -> str:
    return "write for instance 'a hand is above the elbow; it swings from side to side'"


class Truths:
    """What is true of a figure at one moment, phrase by phrase; each is asked once."""

    def __init__(
        self, figure: Figure, seen: frozenset[str], weights: Weights | None = None
    ) -> None:
        """`seen`: which of body, hands and head were. `weights`: who judges beside the measures."""
        self._figure, self._seen = figure, seen
        self._known: dict[tuple[str, int], float] = {}
        self._judged: Floats | None = None
        if weights is not None and seen:
            self._judged = likely(weights, np.stack([cues(figure, hand) for hand in (0, 1)]))

    def of(self, name: str, hand: int) -> float:
        """0..1 of a phrase about a hand; NaN: unknown."""
        if (name, hand) not in self._known:
            phrase = PHRASES[name]
            blind = phrase.needs in ("hands", "body") and phrase.needs not in self._seen
            value = math.nan if blind else phrase.measure(self._figure, hand)
            if self._judged is not None:
                value = both(value, float(self._judged[hand, _PLACE[name]]))
            self._known[name, hand] = value
        return self._known[name, hand]


_PLACE: Final = {name: k for k, name in enumerate(PHRASES)}


def ask(sentence: Sentence, truths: Truths) -> Answer:
    """How well the sentence fits, with whichever hand it fits better."""
    answers = [_of_hand(sentence, truths, hand) for hand in (0, 1)]
    return max(answers, key=lambda one: one.fits if math.isfinite(one.fits) else -1.0)


def _of_hand(sentence: Sentence, truths: Truths, hand: int) -> Answer:
    why = tuple((c.phrase, _truth(c, truths, hand)) for c in sentence.clauses)
    known = [max(value, 1e-3) for _, value in why if math.isfinite(value)]
    share = len(known) / len(why)
    if share <= LEAST_SHARE:
        return Answer(fits=math.nan, known=share, hand=hand, why=why)
    # The geometric mean lets one false clause spoil it; the unknown ones count as half true.
    logs = [math.log(value) for value in known] + [math.log(0.5)] * (len(why) - len(known))
    return Answer(fits=math.exp(float(np.mean(logs))), known=share, hand=hand, why=why)


def _truth(clause: Clause, truths: Truths, hand: int) -> float:
    hands = {"same": (hand,), "other": (1 - hand,), "both": (0, 1)}[clause.whose]
    values = [truths.of(clause.phrase, one) for one in hands]
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return math.nan
    return 1 - min(known) if clause.negated else min(known)
