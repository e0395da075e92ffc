"""Acts as vectors: what they mean, and one-hots of how they look.

The sentence vectors of the house's own acts lie in a file, keyed by a hash of encoder and text, so
that the model decides without an encoder. The words of a new act are encoded once, at the start.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from agent.core.messages import Expression, Posture
from behavior.proactive.acts import ActPattern
from behavior.proactive.cues import Vector

FILE = Path(__file__).with_name("act_vectors.npz")
ENCODER = "minilm"
MEANING_WIDTH = 384
_GESTURES = (
    "none", "nod", "wave", "small_bow", "tilt_head", "offer_palm", "welcome_arms", "show_way",
    "path", "point", "here_desk", "later", "halt", "one",
)  # fmt: skip
_GAZES = ("person", "soft", "around", "away")
_NUMBERS = ("one", "group", "any")
_FACES, _POSTURES = tuple(Expression), tuple(Posture)
WIDTH = (
    MEANING_WIDTH + len(_GESTURES) + len(_FACES) + len(_GAZES) + len(_POSTURES) + len(_NUMBERS) + 2
)
"""Numbers of an act: meaning, gesture, face, gaze, posture, for how many, silent, other gesture."""

Encode = Callable[[Sequence[str]], Vector]
"""Sentences to (n, MEANING_WIDTH) unit vectors."""


def key_of(text: str) -> str:
    """The name of a text's vector in the file."""
    return hashlib.sha256(f"{ENCODER}\n{text}".encode()).hexdigest()[:16]


def read_vectors(path: Path = FILE) -> dict[str, Vector]:
    """The sentence vectors that were made before, by key."""
    with np.load(path) as file:
        return dict(zip(file["keys"].tolist(), file["vectors"].astype(np.float32), strict=True))


def write_vectors(texts: Sequence[str], encode: Encode, path: Path = FILE) -> None:
    """Make and keep the vectors of `texts`."""
    distinct = sorted(set(texts))
    vectors = encode(distinct).astype(np.float16)
    np.savez_compressed(path, keys=np.array([key_of(t) for t in distinct]), vectors=vectors)


def act_vectors(
    patterns: Sequence[ActPattern],
    known: Mapping[str, Vector],
    encode: Encode | None = None,
) -> tuple[Vector, tuple[ActPattern, ...]]:
    """(n, WIDTH) of those acts that can be represented, and which these are.

    Acts whose words are not among the `known` are encoded; without an encoder they are left out.
    """
    texts = {pattern.meaning for pattern in patterns}
    found = {text: known[key] for text in texts if (key := key_of(text)) in known}
    if encode is not None and (new := sorted(texts - found.keys())):
        found.update(zip(new, encode(new), strict=True))
    kept = tuple(pattern for pattern in patterns if pattern.meaning in found)
    out = np.zeros((len(kept), WIDTH), np.float32)
    for row, pattern in zip(out, kept, strict=True):
        row[:MEANING_WIDTH] = found[pattern.meaning]
        row[MEANING_WIDTH:] = _looks(pattern)
    return out, kept


def _looks(pattern: ActPattern) -> list[float]:
    other = pattern.gesture not in _GESTURES
    return [
        *(float(pattern.gesture == one) for one in _GESTURES),
        *(float(pattern.face is face) for face in _FACES),
        *(float(pattern.gaze == gaze) for gaze in _GAZES),
        *(float(pattern.posture is posture) for posture in _POSTURES),
        *(float(pattern.to == number) for number in _NUMBERS),
        float(pattern.silent),
        float(other),
    ]
